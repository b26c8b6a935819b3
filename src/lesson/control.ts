/* What the page tells the session about the lesson under way, as the argument of `setLesson`. Lessons
 * are not part of the world: none of this enters the log of inputs or the trace hash. */

import type { Lesson } from './types.ts';

export type LessonControl =
  /** Begins a lesson at a step; `solved` are the ids of tasks that an earlier visit had solved. */
  | { do: 'begin'; lesson: Lesson; step: number; solved: readonly string[] }
  /** Turns to a step: its checks look at what happens from now on. */
  | { do: 'enter'; step: number }
  /** A step begins anew: nothing of it is solved, and the world goes back to the moment at which it was first
   *  entered; what has been done since stays on its branch, and a new one is called so. */
  | { do: 'reset'; step: number; label: string }
  /** Something was done in the page: "opened:ping", "lens:7000". */
  | { do: 'act'; act: string }
  /** A quiz or a prediction was answered. */
  | { do: 'answer'; quiz: string; choice: number }
  /** A chaos tape begins now; its faults are planned separately. */
  | { do: 'chaos'; id: string; lastsMs: number }
  | { do: 'end' };

/** Names of consoles that are nobody's in the page begin so; what is typed there answers no task. */
export const HAND = 'hand:';
