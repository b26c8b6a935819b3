/* Starts the service worker and tells it which language to keep. Where there is none (private windows, plain
 * http from another machine) the page works as before, with a network. */

import { wordsOf } from '#app/i18n/local-words.ts';
import { shownLanguages } from '#app/i18n/i18n.svelte.ts';
import { LOADED, loadedFiles } from '#workers/loaded.ts';
import type { Page } from '#app/state/page.svelte.ts';

const word = wordsOf({
  update: [
    'A new version was loaded. It begins when every tab of the playground was closed.',
    '新版本已下载完成，关闭所有打开本页面的标签页后生效。',
  ],
});

/** Registers the worker; a new version is announced, never forced. */
export async function goOffline(page: Page): Promise<void> {
  const { serviceWorker } = navigator;
  const registration = await serviceWorker.register('./sw.js');
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    // The first version of all is no news.
    const isUpdate = registration.active !== null;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && isUpdate) page.say(word('update'));
    });
  });
  const { active } = await serviceWorker.ready;
  // What was used before the worker was there went past it: here, and in the workers of the world.
  const tell = (used: unknown): void => active?.postMessage({ used });
  tell(loadedFiles());
  const workers = new BroadcastChannel(LOADED);
  workers.onmessage = ({ data }) => tell(data);
  workers.postMessage('?');
  for (const keep of shownLanguages()) active?.postMessage({ keep });
}
