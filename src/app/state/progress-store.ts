/* Where progress is kept: in IndexedDB, one entry per lesson, so that two tabs do not overwrite each other's
 * lessons. What an earlier version of the page kept in localStorage is moved there once. Where there is no
 * IndexedDB, localStorage goes on serving; where both are forbidden, progress ends with the page. */

import { answerOf, ended, openStore } from './keep.ts';
import { mergeProgress, parseProgress, type Progress } from './progress.ts';

const OLD_KEY = 'playground.progress';
const STORE = 'lessons';

export class ProgressStore {
  private readonly db: IDBDatabase | null;

  private constructor(db: IDBDatabase | null) {
    this.db = db;
  }

  /** Opens the store; one that uses localStorage where there is no IndexedDB. */
  static async open(): Promise<ProgressStore> {
    return new ProgressStore(await openStore('playground-course', STORE));
  }

  /** All that is kept and makes sense, with what an earlier version left. */
  async read(): Promise<Progress> {
    const old = readOld();
    if (!this.db) return old;
    const store = this.db.transaction(STORE).objectStore(STORE);
    const [ids, entries] = await Promise.all([answerOf(store.getAllKeys()), answerOf(store.getAll())]);
    const kept = parseProgress(Object.fromEntries(ids.map((id, at) => [String(id), entries[at] as unknown])));
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
      const transaction = this.db.transaction(STORE, 'readwrite');
      for (const [id, { step, solved }] of Object.entries(changed))
        transaction.objectStore(STORE).put({ step, solved: [...solved] }, id);
      // The page may go away in the next moment; what was asked for is to be done then.
      transaction.commit();
      await ended(transaction);
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
