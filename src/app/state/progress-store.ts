/* Where progress is kept: in IndexedDB, one entry per lesson, so that two tabs do not overwrite each other's
 * lessons. What an earlier version of the page kept in localStorage is moved there once. Where there is no
 * IndexedDB, localStorage goes on serving; where both are forbidden, progress ends with the page. */

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { mergeProgress, parseProgress, type LessonProgress, type Progress } from './progress.ts';

const OLD_KEY = 'playground.progress';

interface Schema extends DBSchema {
  lessons: { key: string; value: LessonProgress };
}

export class ProgressStore {
  private readonly db: IDBPDatabase<Schema> | null;

  private constructor(db: IDBPDatabase<Schema> | null) {
    this.db = db;
  }

  /** Opens the store; one that uses localStorage where there is no IndexedDB. */
  static async open(): Promise<ProgressStore> {
    try {
      const db = await openDB<Schema>('playground-course', 1, {
        upgrade: (fresh) => void fresh.createObjectStore('lessons'),
        // A newer page in another tab wants to change the store: let it.
        blocking: (_, __, event) => (event.target as IDBDatabase).close(),
      });
      return new ProgressStore(db);
    } catch {
      return new ProgressStore(null);
    }
  }

  /** All that is kept and makes sense, with what an earlier version left. */
  async read(): Promise<Progress> {
    const old = readOld();
    if (!this.db) return old;
    const ids = await this.db.getAllKeys('lessons');
    const entries = await Promise.all(ids.map((id) => this.db?.get('lessons', id)));
    const kept = parseProgress(Object.fromEntries(ids.map((id, at) => [id, entries[at]])));
    if (Object.keys(old).length === 0) return kept;
    const both = mergeProgress(kept, old);
    await this.write(both, both);
    localStorage.removeItem(OLD_KEY);
    return both;
  }

  /** Keeps the entries that changed; `all` is the whole. False where the browser does not let it. */
  async write(changed: Progress, all: Progress): Promise<boolean> {
    try {
      if (!this.db) {
        localStorage.setItem(OLD_KEY, JSON.stringify(all));
        return true;
      }
      const transaction = this.db.transaction('lessons', 'readwrite');
      const puts = Object.entries(changed).map(([id, { step, solved }]) =>
        transaction.store.put({ step, solved: [...solved] }, id),
      );
      // The page may go away in the next moment; what was asked for is to be done then.
      transaction.commit();
      await Promise.all([...puts, transaction.done]);
      return true;
    } catch {
      return false;
    }
  }
}

function readOld(): Progress {
  try {
    return parseProgress(JSON.parse(localStorage.getItem(OLD_KEY) ?? '{}'));
  } catch {
    return {};
  }
}
