/* Messages of a page that embeds this one. It sends { playground: 1, id, do: ... } and gets
 * { playground: 1, id, ok: true, value } or { playground: 1, id, ok: false, error } back; when the world
 * stands it hears { playground: 1, event: 'ready' }. What can be asked:
 *
 *   { do: 'state' }                     time (ms), hash, whether it plays, servers with role, state, slots
 *   { do: 'play' } { do: 'pause' } { do: 'seek', ms } { do: 'speed', speed }
 *   { do: 'select', server } { do: 'lens', server }       null for nothing
 *   { do: 'open', link }                the fragment of a share link
 *   { do: 'exec', line, console? }      not where the stage is only to look at
 *   { do: 'fault', fault }              likewise
 *
 * Only the parent window, and only from an origin that the address allows, is heard; everybody else gets
 * no answer at all. */

import type { Automation } from '#app/automation/automation.ts';
import { unpackLink } from '#app/share/link-format.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Fault } from '#session/api.ts';
import type { EmbedOptions } from './options.ts';

/** A page that floods is told so, and costs nothing. */
const MOST_WAITING = 32;
const LONGEST_LINE = 10_000;

type Doors = Pick<Automation, 'exec' | 'state' | 'hash'>;
type Asked = Readonly<Record<string, unknown>>;

/** Listens until the returned function is called. */
export function listenToParent(playground: Playground, doors: Doors, options: EmbedOptions): () => void {
  const { parent } = window;
  let waiting = 0;
  const onMessage = (event: MessageEvent<unknown>): void => {
    if (event.source !== parent || !options.allow.has(event.origin)) return;
    const { data } = event;
    if (typeof data !== 'object' || data === null || (data as Asked)['playground'] !== 1) return;
    const asked = data as Asked;
    const id = typeof asked['id'] === 'number' || typeof asked['id'] === 'string' ? asked['id'] : null;
    const answer = (result: object): void =>
      parent.postMessage({ playground: 1, id, ...result }, event.origin);
    if (waiting >= MOST_WAITING) return answer({ ok: false, error: 'too many messages at once' });
    waiting++;
    obey(asked, playground, doors)
      .then(
        (value) => answer({ ok: true, value }),
        (error: unknown) =>
          answer({ ok: false, error: error instanceof Error ? error.message : String(error) }),
      )
      .finally(() => waiting--);
  };
  window.addEventListener('message', onMessage);
  void playground.begun.then(() => tellReady(parent, options)).catch(() => undefined);
  return () => window.removeEventListener('message', onMessage);
}

function tellReady(parent: Window, { allow }: EmbedOptions): void {
  // Where the browser tells who embeds us, nobody else is called.
  const [embedder] = location.ancestorOrigins ?? [];
  for (const origin of allow)
    if (embedder === undefined || embedder === origin)
      parent.postMessage({ playground: 1, event: 'ready' }, origin);
}

async function obey(asked: Asked, playground: Playground, doors: Doors): Promise<unknown> {
  switch (asked['do']) {
    case 'state':
      return doors.state();
    case 'play':
      playground.play();
      return null;
    case 'pause':
      playground.pause();
      return null;
    case 'seek':
      playground.pause();
      return (await playground.seek(Math.min(numberOf(asked, 'ms'), 6 * 3600e3) * 1000)).now / 1000;
    case 'speed':
      playground.clock.setSpeed(numberOf(asked, 'speed'));
      return playground.clock.speed;
    case 'select': {
      const name = serverOf(asked, playground);
      playground.selection = name === null ? null : { kind: 'server', name };
      return null;
    }
    case 'lens':
      playground.lens = serverOf(asked, playground);
      await playground.refresh();
      return null;
    case 'open':
      playground.pause();
      await playground.load((await unpackLink(textOf(asked, 'link', Infinity))).file);
      return doors.hash();
    case 'exec': {
      const console = asked['console'] === undefined ? {} : { console: textOf(asked, 'console', 64) };
      playground.refuseReadOnly();
      return doors.exec(textOf(asked, 'line', LONGEST_LINE), console);
    }
    case 'fault':
      await playground.fault(asked['fault'] as Fault);
      return null;
    default:
      throw new Error('there is no such request');
  }
}

function numberOf(asked: Asked, field: string): number {
  const value = asked[field];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`"${field}" must be a number`);
  return value;
}

function textOf(asked: Asked, field: string, longest: number): string {
  const value = asked[field];
  if (typeof value !== 'string' || value.length > longest) throw new Error(`"${field}" must be a text`);
  return value;
}

function serverOf(asked: Asked, playground: Playground): string | null {
  const name = asked['server'];
  if (name === null) return null;
  if (typeof name !== 'string' || !playground.server(name)) throw new Error('there is no such server');
  return name;
}
