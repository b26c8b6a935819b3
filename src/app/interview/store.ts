/* The log of reviews in IndexedDB. Where the browser keeps nothing (private windows, a full disk,
 * storage switched off) the log lives as long as the page, and the page says so. */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Review } from './reviews.ts';

interface Schema extends DBSchema {
  reviews: { key: string; value: Review };
}

export class ReviewStore {
  private readonly db: IDBPDatabase<Schema> | null;

  private constructor(db: IDBPDatabase<Schema> | null) {
    this.db = db;
  }

  /** Opens the store; one that keeps nothing when the browser does not let it. */
  static async open(): Promise<ReviewStore> {
    try {
      const db = await openDB<Schema>('playground-interview', 1, {
        upgrade: (fresh) => void fresh.createObjectStore('reviews', { keyPath: 'id' }),
        // A newer page in another tab wants to change the store: let it.
        blocking: (_, __, event) => (event.target as IDBDatabase).close(),
      });
      return new ReviewStore(db);
    } catch {
      return new ReviewStore(null);
    }
  }

  get keeps(): boolean {
    return this.db !== null;
  }

  /** All that is kept, as it is: the caller checks it. */
  async read(): Promise<unknown[]> {
    return this.db ? await this.db.getAll('reviews') : [];
  }

  /** Adds reviews, or puts them in the place of those with the same id. */
  async write(reviews: readonly Review[]): Promise<void> {
    if (!this.db) return;
    const transaction = this.db.transaction('reviews', 'readwrite');
    await Promise.all([...reviews.map((review) => transaction.store.put(review)), transaction.done]);
  }
}
