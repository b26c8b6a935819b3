/* What the reader has solved: as data, merged, and as a file. `progress-store.ts` keeps it. Damaged entries
 * are dropped one by one, so that one bad lesson does not cost the others. */

export interface LessonProgress {
  step: number;
  solved: readonly string[];
}

/** By lesson id. */
export type Progress = Readonly<Record<string, LessonProgress>>;

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

/** Both together: what was solved in either is solved, and the later step of the two is the place. */
export function mergeProgress(one: Progress, other: Progress): Progress {
  const merged: Record<string, LessonProgress> = { ...one };
  for (const [id, { step, solved }] of Object.entries(other)) {
    const known = Object.hasOwn(one, id) ? one[id] : undefined;
    merged[id] = {
      step: Math.max(step, known?.step ?? 0),
      solved: [...new Set([...(known?.solved ?? []), ...solved])],
    };
  }
  return merged;
}

// --- Progress as a file ---------------------------------------------------------------------------

const FORMAT = 'redis-cluster-playground progress';
const VERSION = 1;

/** Why a file cannot be taken: it is none of ours, or from a later version of the page. */
export type Refusal = 'foreign' | 'future';

export function progressFile(progress: Progress): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, lessons: progress }, null, 1)}\n`;
}

/** The progress in the text of a file. */
export function readProgressFile(text: string): Progress | Refusal {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return 'foreign';
  }
  if (typeof file !== 'object' || file === null) return 'foreign';
  const { format, version, lessons } = file as Record<string, unknown>;
  if (format !== FORMAT || typeof version !== 'number' || typeof lessons !== 'object' || lessons === null)
    return 'foreign';
  return version > VERSION ? 'future' : parseProgress(lessons);
}
