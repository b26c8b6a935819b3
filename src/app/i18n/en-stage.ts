/* English words of the stage, the time dock and the inspector. */

export const enStage = {
  'stage.title': 'Stage',
} as const;
