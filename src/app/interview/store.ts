/* The log of reviews in IndexedDB. Where the browser keeps nothing (private windows, a full disk,
 * storage switched off) the log lives as long as the page, and the page says so. */

import { answerOf, ended, openStore } from '#app/state/keep.ts';
import type { Review } from './reviews.ts';

const STORE = 'reviews';

export class ReviewStore {
  private readonly db: IDBDatabase | null;

  private constructor(db: IDBDatabase | null) {
    this.db = db;
  }

  /** Opens the store; one that keeps nothing when the browser does not let it. */
  static async open(): Promise<ReviewStore> {
    return new ReviewStore(await openStore('playground-interview', STORE, { keyPath: 'id' }));
  }

  get keeps(): boolean {
    return this.db !== null;
  }

  /** All that is kept, as it is: the caller checks it. */
  async read(): Promise<unknown[]> {
    return this.db ? await answerOf(this.db.transaction(STORE).objectStore(STORE).getAll()) : [];
  }

  /** Adds reviews, or puts them in the place of those with the same id. */
  async write(reviews: readonly Review[]): Promise<void> {
    if (!this.db) return;
    const transaction = this.db.transaction(STORE, 'readwrite');
    for (const review of reviews) transaction.objectStore(STORE).put(review);
    await ended(transaction);
  }
}
