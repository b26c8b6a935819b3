/* What the service worker has stored of the page, as the page may ask it; and the wish that it be all. */

/** Files of the build: stored ones, and how many there are. */
export interface Kept {
  kept: number;
  all: number;
}

/** An answer that has not come after this does not come. */
const PATIENCE_MS = 5000;

/** How much of the page is stored; null where nothing is (private windows, plain http, development). */
export async function askKept(): Promise<Kept | null> {
  const worker = await activeWorker();
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  try {
    return await new Promise((resolve) => {
      setTimeout(resolve, PATIENCE_MS, null);
      port1.onmessage = ({ data }) => resolve(data as Kept);
      worker.postMessage({ count: true }, [port2]);
    });
  } finally {
    port1.close();
  }
}

/** Asks for everything that is not stored yet, and the browser not to throw it away when it wants room. */
export async function keepAll(): Promise<void> {
  const worker = await activeWorker();
  worker?.postMessage({ keep: 'all' });
  await navigator.storage?.persist?.().catch(() => false);
}

async function activeWorker(): Promise<ServiceWorker | null> {
  if (!('serviceWorker' in navigator)) return null;
  const registration = await navigator.serviceWorker.getRegistration().catch(() => undefined);
  return registration?.active ?? null;
}
