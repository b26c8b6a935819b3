/* The state of interview mode: the deck, what was answered, and what is shown. It is kept for as long as
 * the page lives, so that going to a lesson and back loses nothing. */

import type { Card } from '#lesson/card.ts';
import type { Course } from '#app/state/course.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { EVERYTHING, filterCards, nextCard, strengths, type Filter } from './deck.ts';
import { checkReviews, readReviews } from './exchange.ts';
import { LiveProof } from './live-proof.svelte.ts';
import { knownCards, makeReview, mendTimes, mergeReviews, nextDue, statistics } from './reviews.ts';
import type { Mark, Review } from './reviews.ts';
import { ReviewStore } from './store.ts';

export type Place = 'list' | 'card' | 'myths' | 'mock';

/** How often what is due is counted afresh. */
const LOOK_EVERY_MS = 30_000;

export class Interview {
  readonly cards: readonly Card[];
  readonly proof: LiveProof;
  place: Place = $state('list');
  filter: Filter = $state({ ...EVERYTHING });
  /** The card that is open, or marked in the list. */
  cardId: string | null = $state(null);
  revealed = $state(false);
  reviews: readonly Review[] = $state.raw([]);
  /** False when the browser keeps nothing. */
  keeps = $state(true);
  now = $state(Date.now());

  readonly known = $derived.by(() => knownCards(this.reviews));
  readonly shown = $derived.by(() => filterCards(this.cards, this.filter, this.known, this.now));
  readonly statistics = $derived.by(() =>
    statistics(
      this.cards.map(({ id }) => id),
      this.reviews,
      this.now,
    ),
  );

  #store: Promise<ReviewStore>;

  constructor(cards: readonly Card[], playground: Playground, course: Course) {
    this.cards = cards;
    this.proof = new LiveProof(playground, course);
    this.#store = ReviewStore.open();
    void this.#restore();
    setInterval(() => (this.now = Date.now()), LOOK_EVERY_MS);
    // Another tab may have written meanwhile.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) void this.#restore();
    });
  }

  get card(): Card | null {
    return this.cards.find(({ id }) => id === this.cardId) ?? null;
  }

  /** When the open card would come again after each mark. */
  get nextDue(): Record<Mark, number> | null {
    return this.cardId === null ? null : nextDue(this.known.get(this.cardId), this.now);
  }

  /** Topics by how well they are known, the weakest first. */
  get weakest(): { topic: string; share: number }[] {
    const all = [...this.strengths].map(([topic, share]) => ({ topic, share }));
    return all.sort((a, b) => a.share - b.share || (a.topic < b.topic ? -1 : 1));
  }

  get strengths(): Map<string, number> {
    return strengths(this.cards, this.known, this.now);
  }

  async #restore(): Promise<void> {
    try {
      const store = await this.#store;
      this.keeps = store.keeps;
      const kept = checkReviews(await store.read()).reviews;
      await this.#take(kept);
    } catch {
      this.keeps = false;
    }
  }

  /** Adds reviews to the log and keeps what is new. */
  async #take(more: readonly Review[]): Promise<void> {
    this.now = Date.now();
    this.reviews = mendTimes(mergeReviews(this.reviews, more), this.now);
    await this.#keep(this.reviews);
  }

  async #keep(reviews: readonly Review[]): Promise<void> {
    try {
      await (await this.#store).write(reviews);
    } catch {
      this.keeps = false;
    }
  }

  open(id: string): void {
    if (this.proof.card !== null && this.proof.card.id !== id) this.proof.stop();
    this.cardId = id;
    this.revealed = false;
    this.now = Date.now();
    this.place = 'card';
  }

  /** Moves the mark of the list, or the open card, along the cards that are shown. */
  move(by: number): void {
    const at = this.shown.findIndex(({ id }) => id === this.cardId);
    const next = this.shown[Math.max(0, Math.min(this.shown.length - 1, at < 0 ? 0 : at + by))];
    if (!next) return;
    if (this.place === 'card') this.open(next.id);
    else this.cardId = next.id;
  }

  /** Opens what is to be asked next; false when nothing is. */
  practise(): boolean {
    const next = nextCard(this.shown, this.known, this.now, this.cardId ?? undefined);
    if (next) this.open(next.id);
    return next !== null;
  }

  /** Writes down how well a card was known. */
  async record(card: string, mark: Mark): Promise<void> {
    const now = Date.now();
    const mended = mendTimes(this.reviews, now);
    const review = makeReview(mended, card, mark, now, freshId());
    this.reviews = [...mended, review];
    this.now = Math.max(now, review.at);
    await this.#keep(this.reviews);
  }

  /** Grades the open card and goes on to the next one that is due. */
  async grade(mark: Mark): Promise<void> {
    if (this.cardId === null || !this.revealed) return;
    await this.record(this.cardId, mark);
    if (!this.practise()) this.place = 'list';
  }

  /** Merges a file into the log; throws an ImportError when it is none of ours. */
  async importFile(text: string): Promise<{ added: number; damaged: number }> {
    const { reviews, damaged } = readReviews(text);
    const before = this.reviews.length;
    await this.#take(reviews);
    return { added: this.reviews.length - before, damaged };
  }
}

/** 128 random bits. (randomUUID exists only on pages that came over https.) */
function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const interviews = new WeakMap<Playground, Interview>();

/** The interview of this page, made when it is first wanted. */
export async function interviewOf(playground: Playground, course: Course): Promise<Interview> {
  const { cards } = await import('virtual:cards');
  const known = interviews.get(playground) ?? new Interview(cards, playground, course);
  interviews.set(playground, known);
  return known;
}
