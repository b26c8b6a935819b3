/* The service worker: the page without a network. The build writes the list of its files above this text
 * (src/node/offline-plugin.ts), so this is plain JavaScript without imports.
 *
 * What the page needs to start is stored when the worker is installed, everything else of the build when it
 * is first used or asked for. A stored file is never asked for again: names hold hashes, and index.html
 * belongs to the same version. A new version waits until no page of the old one is open. */

/* global VERSION, FIRST, LATER */

const scope = self.registration.scope;
// Other copies of the page on this origin have caches of their own.
const prefix = `playground ${scope} `;
const cacheName = prefix + VERSION;
const known = new Set([...FIRST, ...LATER].map((path) => new URL(path, scope).href));

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(cacheName).then((cache) =>
      // Files with a hash may come from the browser's own cache, where the first visit has left them.
      cache.addAll(
        FIRST.map(
          (path) =>
            new Request(new URL(path, scope), { cache: path.startsWith('assets/') ? 'default' : 'reload' }),
        ),
      ),
    ),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith(prefix) && name !== cacheName)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return;
  const url = new URL(request.url);
  url.hash = '';
  url.search = '';
  if (url.href === scope) url.pathname += 'index.html';
  if (known.has(url.href)) event.respondWith(answer(url.href, request));
});

async function answer(href, request) {
  const cache = await caches.open(cacheName);
  const stored = await cache.match(href);
  if (stored) return stored;
  const response = await fetch(request);
  // Storage may be full: the file is served all the same.
  if (response.status === 200) await cache.put(href, response.clone()).catch(() => undefined);
  return response;
}

/** The page tells its language, whose lessons are to be there without a network, and what was loaded before
 *  this worker could see it; asks for everything; or asks how much there is. */
self.addEventListener('message', (event) => {
  const { keep: wish, used, count } = event.data ?? {};
  const [port] = event.ports;
  if (count === true && port) event.waitUntil(tellKept(port));
  const wanted = (path) =>
    Array.isArray(used)
      ? used.includes(new URL(path, scope).href)
      : wish === 'all' || path.includes(`-${wish}-`);
  if (Array.isArray(used) || wish === 'all' || wish === 'en' || wish === 'zh')
    event.waitUntil(keep(LATER.filter(wanted).map((path) => new URL(path, scope).href)));
});

/** How many files of the build are stored, of how many. */
async function tellKept(port) {
  const cache = await caches.open(cacheName);
  const stored = (await cache.keys()).filter(({ url }) => known.has(url));
  port.postMessage({ kept: stored.length, all: known.size });
}

/** One after the other, so that the reader's own requests come first. */
async function keep(hrefs) {
  const cache = await caches.open(cacheName);
  for (const href of hrefs) {
    if (await cache.match(href)) continue;
    // Without a network, or with a full disk, there is another time.
    await cache.add(href).catch(() => undefined);
  }
}
