/* What the reader has answered, and when to ask again.
 *
 * The only thing kept is the log of reviews; what is known of a card follows from its part of the
 * log by FSRS (ts-fsrs). So two logs are merged by taking every review of both, nothing is lost, and
 * merging twice changes nothing.
 *
 * Clocks jump. A review from the future was written under a wrong clock and is moved to now; the same
 * review in two logs counts with its earlier time; a new review never lies before an older one. */

import { createEmptyCard, fsrs, type Card as Memory, type Grade } from 'ts-fsrs';

/** 1 again, 2 hard, 3 good, 4 easy. */
export type Mark = 1 | 2 | 3 | 4;

export interface Review {
  /** Unique over all devices. */
  id: string;
  card: string;
  /** Unix milliseconds. */
  at: number;
  mark: Mark;
}

/** What is known of a card that was reviewed at least once. */
export interface Known {
  due: number;
  /** Days after which one of ten answers would be gone. */
  stability: number;
  reps: number;
  lapses: number;
  memory: Memory;
}

const DAY_MS = 86_400_000;
/** Beyond the difference between any two honest clocks and time zones. */
const FUTURE_MS = 1.5 * DAY_MS;
export const MARKS: readonly Mark[] = [1, 2, 3, 4];

// Without fuzz the same log gives the same dates on every device.
const scheduler = fsrs({ enable_fuzz: false });

/** The reviews of both logs, each once, oldest first. */
export function mergeReviews(a: readonly Review[], b: readonly Review[]): Review[] {
  const byId = new Map<string, Review>();
  for (const review of [...a, ...b]) {
    const known = byId.get(review.id);
    if (!known || order(review, known) < 0) byId.set(review.id, review);
  }
  return [...byId.values()].sort(order);
}

function order(a: Review, b: Review): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.mark - b.mark);
}

/** The log without times that have not come yet: such reviews happened just now at the latest. */
export function mendTimes(reviews: readonly Review[], now: number): Review[] {
  const late = reviews.filter(({ at }) => at > now + FUTURE_MS).sort(order);
  if (late.length === 0) return [...reviews];
  const moved = new Map(late.map((review, index) => [review.id, now - late.length + index]));
  return reviews.map((review) => ({ ...review, at: moved.get(review.id) ?? review.at })).sort(order);
}

/** A new review, not before the last one of the log, whatever the clock says. */
export function makeReview(
  reviews: readonly Review[],
  card: string,
  mark: Mark,
  now: number,
  id: string,
): Review {
  const last = reviews.reduce((latest, { at }) => Math.max(latest, at), 0);
  return { id, card, at: Math.max(now, last + 1), mark };
}

/** What is known of each card that was reviewed. */
export function knownCards(reviews: readonly Review[]): Map<string, Known> {
  const memories = new Map<string, Memory>();
  for (const { card, at, mark } of [...reviews].sort(order)) {
    const before = memories.get(card) ?? createEmptyCard<Memory>(new Date(at));
    memories.set(card, scheduler.next(before, new Date(at), mark as Grade).card);
  }
  const known = new Map<string, Known>();
  for (const [card, memory] of memories) {
    const { due, stability, reps, lapses } = memory;
    known.set(card, { due: due.getTime(), stability, reps, lapses, memory });
  }
  return known;
}

/** When the card would come again after each mark. */
export function nextDue(known: Known | undefined, now: number): Record<Mark, number> {
  const memory = known?.memory ?? createEmptyCard<Memory>(new Date(now));
  const at = new Date(Math.max(now, memory.last_review?.getTime() ?? 0));
  const due = (mark: Mark): number => scheduler.next(memory, at, mark as Grade).card.due.getTime();
  return { 1: due(1), 2: due(2), 3: due(3), 4: due(4) };
}

/** How likely the answer is still known, 0 to 1; 0 when it was never asked. */
export function recall(known: Known | undefined, now: number): number {
  if (!known) return 0;
  const at = Math.max(now, known.memory.last_review?.getTime() ?? 0);
  return scheduler.get_retrievability(known.memory, new Date(at), false);
}

export interface Statistics {
  seen: number;
  due: number;
  /** Cards that will be remembered for three weeks or more. */
  firm: number;
  /** Share of repeated answers of the last 30 days that were known; null when there was none. */
  kept: number | null;
}

/** Counts over the given cards. Nothing here depends on practising every day. */
export function statistics(ids: readonly string[], reviews: readonly Review[], now: number): Statistics {
  const known = knownCards(reviews);
  const mine = ids.flatMap((id) => known.get(id) ?? []);
  const first = new Set<string>();
  const repeated = [...reviews].sort(order).filter(({ card }) => {
    const again = first.has(card);
    first.add(card);
    return again;
  });
  const recent = repeated.filter(({ at }) => at > now - 30 * DAY_MS);
  return {
    seen: mine.length,
    due: mine.filter(({ due }) => due <= now).length,
    firm: mine.filter(({ stability }) => stability >= 21).length,
    kept: recent.length === 0 ? null : recent.filter(({ mark }) => mark > 1).length / recent.length,
  };
}
