/* What src/node/lessons-plugin.ts makes of the folder lessons/. */

declare module 'virtual:lessons' {
  import type { Lang, Lesson } from '#lesson/types.ts';

  export interface LessonSummary {
    id: string;
    number: number;
    minutes: number;
    steps: number;
    tasks: string[];
    title: Record<Lang, string>;
    objective: Record<Lang, string>;
  }
  export const lessons: LessonSummary[];
  export const loaders: Record<string, Record<Lang, () => Promise<{ default: Lesson }>>>;
}

declare module 'virtual:glossary' {
  import type { Glossary } from '#lesson/glossary.ts';

  export const glossary: Glossary;
}

declare module 'virtual:cards' {
  import type { Card } from '#lesson/card.ts';

  export const cards: Card[];
}
