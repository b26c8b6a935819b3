/* Chinese words of the stage, the time dock and the inspector. */

import type { enStage } from './en-stage.ts';

export const zhStage = {
  'stage.title': '舞台',
} as const satisfies Record<keyof typeof enStage, string>;
