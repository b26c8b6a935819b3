/* IndexedDB for what the page keeps: one store in each database, and promises in the place of events. */

/** What a request comes to. */
export function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('refused'));
  });
}

/** Resolves when everything of the transaction is on the disk. */
export function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('refused'));
  });
}

/** Opens a database with one store; null when the browser keeps nothing. */
export async function openStore(
  name: string,
  store: string,
  options?: IDBObjectStoreParameters,
): Promise<IDBDatabase | null> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store, options);
    const db = await answerOf(request);
    // A newer page in another tab wants to change the store: let it.
    db.onversionchange = () => db.close();
    return db;
  } catch {
    return null;
  }
}
