/* What the reader has solved, kept in localStorage. Where that is forbidden the course works and
 * forgets; damaged entries are dropped one by one, so that one bad lesson does not cost the others. */

export interface LessonProgress {
  step: number;
  solved: readonly string[];
}

/** By lesson id. */
export type Progress = Readonly<Record<string, LessonProgress>>;

const STORAGE_KEY = 'playground.progress';

export function readProgress(): Progress {
  try {
    return parseProgress(JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}'));
  } catch {
    return {};
  }
}

/** The entries of `value` that are progress; anything else is left out. */
export function parseProgress(value: unknown): Progress {
  if (typeof value !== 'object' || value === null) return {};
  const progress: Record<string, LessonProgress> = {};
  for (const [id, entry] of Object.entries(value)) {
    const { step, solved } = (entry ?? {}) as Record<string, unknown>;
    if (!Number.isInteger(step) || (step as number) < 0 || !Array.isArray(solved)) continue;
    if (!solved.every((task) => typeof task === 'string')) continue;
    progress[id] = { step: step as number, solved };
  }
  return progress;
}

export function writeProgress(progress: Progress): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(progress));
  } catch {
    // Storage is forbidden or full: progress lasts until the page closes.
  }
}
