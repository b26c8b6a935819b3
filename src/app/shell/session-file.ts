/* Saving a session to a file and opening one. A session file is the world's recipe: seed, configuration
 * and every input with its time; opening it replays them. */

import { download } from '#app/download.ts';
import { t } from '#app/i18n/i18n.svelte.ts';
import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';

/** No session that was made by hand comes near this. */
const LARGEST_FILE = 32 * 1024 * 1024;

/** Offers the session as a download. */
export async function saveSessionFile(playground: Playground): Promise<void> {
  const session = await playground.save();
  const blob = new Blob([JSON.stringify(session, null, 1)], { type: 'application/json' });
  download(`redis-cluster-seed-${session.config.seed}.json`, blob);
}

/** Lets the reader choose a file and replays it. */
export function openSessionFile(playground: Playground, page: Page): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) void readSessionFile(file, playground, page);
  });
  input.click();
}

/** Replays the session in `file`; says in words what is wrong with it when it is none. */
export async function readSessionFile(file: File, playground: Playground, page: Page): Promise<void> {
  try {
    if (file.size > LARGEST_FILE) throw new Error(t('file.tooLarge'));
    await playground.load(parseJson(await file.text()));
    page.say(t('file.opened', { name: file.name }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    page.complain(new Error(t('file.refused', { name: file.name, why })));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(t('file.notJson'));
  }
}
