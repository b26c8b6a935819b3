/* The worker in which a session lives. The page starts it and talks to it through comlink:
 *
 *   import { wrap } from 'comlink';
 *   const worker = new Worker(new URL('../../../workers/session.worker.ts', import.meta.url), {
 *     type: 'module',
 *     name: 'session',          // 'session:4' asks for 4 parts; else cores and size decide
 *   });
 *   const session = wrap<SessionApi>(worker) as unknown as SessionApi;
 *   const frame = await session.open({ seed: 7 });
 *   ... once per animation frame, never two at a time: await session.advance(dtMicros, { detail: ['7000'] });
 *   ... at the end: worker.terminate();  // takes its own workers with it
 *
 * Every call is answered by one message; nothing is sent unasked. An error is rejected with a message
 * for people.
 *
 * Large worlds are spread over further workers. They run this same script, under the name 'world', so
 * that nothing is downloaded twice: such a worker hosts one part, which the session's worker drives
 * window by window; a new world gets a new part in the same worker. */

import './own-scripts.ts';
import { expose, proxy, wrap, type Remote } from 'comlink';
import { loadShellPrograms } from '#cli/fetched.ts';
import { loadHelpWords } from '#cli/words.ts';
import { loadCommandDocs } from '#redis/words.ts';
import type { WorldConfig } from '#session/api.ts';
import { sessionOver } from '#session/in-place.ts';
import type { Piece } from '#session/pieces.ts';
import { chooseParts } from '#session/placement.ts';
import { partOptions } from '#session/processes.ts';
import { WorldHost, type PartLink } from '#sim/host.ts';
import { Part } from '#sim/part.ts';
import { LOADED, loadedFiles } from './loaded.ts';

/** Lua for the servers in this thread; a piece of its own, fetched when a script is first wanted. */
async function loadLuaHere(): Promise<void> {
  const [{ loadLua }, { default: wasm }] = await Promise.all([
    import('#redis/scripting/load-lua.ts'),
    import('wasmoon-lua5.1/dist/liblua5.1.wasm?url'),
  ]);
  await loadLua(new URL(wasm, self.location.href).href);
}

const loaders: Record<Piece, () => Promise<void>> = {
  lua: loadLuaHere,
  help: async () => void (await Promise.all([loadCommandDocs(), loadHelpWords()])),
  shell: loadShellPrograms,
};

const loadPiece = async (piece: Piece): Promise<void> => loaders[piece]();

/** What a worker for one part of a world offers. */
const partWorker = {
  makePart: (config: WorldConfig, part: number): Part => proxy(new Part(partOptions(config, part))),
  loadPiece,
};

const [, asked] = /^session:(\d+)$/.exec(self.name) ?? [];
const helpers: Remote<typeof partWorker>[] = [];

/** The first part runs in this very worker, the others in one each. */
async function makeHost(config: WorldConfig): Promise<WorldHost> {
  const size = chooseParts(config, navigator.hardwareConcurrency, asked === undefined ? null : Number(asked));
  while (helpers.length < size - 1) {
    const worker = new Worker(self.location.href, { type: 'module', name: 'world' });
    helpers.push(wrap<typeof partWorker>(worker));
  }
  const parts: PartLink[] = [new Part(partOptions(config, 0))];
  for (const [at, helper] of helpers.slice(0, size - 1).entries()) {
    parts.push((await helper.makePart(config, at + 1)) as unknown as PartLink);
  }
  return new WorldHost(parts);
}

async function loadEverywhere(piece: Piece): Promise<void> {
  await Promise.all([loadPiece(piece), ...helpers.map((helper) => helper.loadPiece(piece))]);
}

/** How long nobody is let in, real milliseconds. */
const HOLD_BREATH_MS = 100;
let breathedAt = 0;

/** Takes the messages that came meanwhile, every now and then. */
async function breathe(): Promise<void> {
  const now = performance.now();
  if (now - breathedAt < HOLD_BREATH_MS) return;
  breathedAt = now;
  await new Promise((resolve) => setTimeout(resolve));
}

const asker = new BroadcastChannel(LOADED);
asker.onmessage = ({ data }) => {
  if (data === '?') asker.postMessage(loadedFiles());
};

if (self.name === 'world') expose(partWorker);
else expose(sessionOver(makeHost, loadEverywhere, breathe));
