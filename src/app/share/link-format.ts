/* The text of a share link: a session and what its reader looked at, packed small enough for the fragment
 * of an address. The fragment never leaves the browser, so nothing is sent to a server.
 *
 * A link comes from strangers. Packing is compact JSON, deflated, in base64url; unpacking stops as soon as
 * more comes out than any honest link holds, and every field is checked. What the session itself says is
 * checked once more by whoever loads it (src/session/session-file.ts). */

import { DEFAULT_WORLD, type Input, type LoggedInput, type SessionFile } from '#session/api.ts';
import type { Selection } from '#app/state/selection.ts';

/** Version of the packing, the first thing in the link. */
const MARK = 's=1.';
/** Characters of a link; browsers and chat programs cut longer ones. */
export const LONGEST_LINK = 64 * 1024;
/** Characters of the text inside. */
const LARGEST_TEXT = 8 * 1024 * 1024;
/** Virtual time that a link may ask to be simulated. */
const LONGEST_US = 6 * 3600e6;
const FORMAT = 'redis-cluster-playground';

/** Where the reader stood in the page. */
export interface Sight {
  selection: Selection | null;
  lens: string | null;
  lang: 'en' | 'zh' | 'both';
  /** Id of the open lesson. */
  lesson: string | null;
  /** Virtual seconds per second; null in links that do not say. */
  speed: number | null;
}

export interface SharedLink {
  file: SessionFile;
  sight: Sight;
}

export type LinkProblem = 'not-a-link' | 'newer' | 'damaged' | 'too-large';

export class LinkError extends Error {
  override name = 'LinkError';
  readonly problem: LinkProblem;
  constructor(problem: LinkProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** True when a fragment claims to be a share link, good or bad. */
export function isShareLink(fragment: string): boolean {
  return /^#?s=/.test(fragment);
}

/** The fragment, without the number sign. */
export async function packLink({ file, sight }: SharedLink): Promise<string> {
  const config = Object.fromEntries(
    Object.entries(file.config).filter(
      ([key, value]) =>
        JSON.stringify(value) !== JSON.stringify(DEFAULT_WORLD[key as keyof typeof DEFAULT_WORLD]),
    ),
  );
  const { inputs, names } = packInputs(file.inputs);
  const { selection, lens, lang, lesson, speed } = sight;
  const text = JSON.stringify([
    config,
    file.playhead,
    file.hash,
    names,
    inputs,
    selection,
    lens,
    lang,
    lesson,
    speed,
  ]);
  const packed =
    MARK + toBase64(await pump(new TextEncoder().encode(text), new CompressionStream('deflate-raw')));
  if (packed.length > LONGEST_LINK) throw new LinkError('too-large');
  return packed;
}

/** What a fragment says, or a LinkError. */
export async function unpackLink(fragment: string): Promise<SharedLink> {
  const given = fragment.replace(/^#/, '');
  if (!isShareLink(given)) throw new LinkError('not-a-link');
  if (given.length > LONGEST_LINK) throw new LinkError('too-large');
  if (!given.startsWith(MARK)) throw new LinkError(/^s=\d+\./.test(given) ? 'newer' : 'damaged');
  try {
    const bytes = fromBase64(given.slice(MARK.length));
    const text = await pump(bytes, new DecompressionStream('deflate-raw'));
    return readContent(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)));
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError('damaged');
  }
}

/** The bytes that come out of a stream, at most LARGEST_TEXT of them. */
async function pump(
  bytes: Uint8Array<ArrayBuffer>,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(through).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LARGEST_TEXT) {
      // Whatever comes after this is not read at all.
      await reader.cancel();
      throw new LinkError('too-large');
    }
    parts.push(value as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// --- Inputs -----------------------------------------------------------------------------------------

/** A typed line: time since the input before, number of its console, the line. Anything else: time, input. */
type PackedInput = [dt: number, console: number, line: string] | [dt: number, input: Input];

/** Times as differences and consoles by number: most of a log is lines typed into few consoles. */
function packInputs(inputs: readonly LoggedInput[]): { inputs: PackedInput[]; names: string[] } {
  const names: string[] = [];
  const numberOf = (name: string): number => {
    const at = names.indexOf(name);
    return at >= 0 ? at : names.push(name) - 1;
  };
  let last = 0;
  const packed = inputs.map(({ at, input }): PackedInput => {
    const dt = at - last;
    last = at;
    return input.kind === 'line' ? [dt, numberOf(input.console), input.line] : [dt, input];
  });
  return { inputs: packed, names };
}

/** The shape alone; whether an input can be done is for the session to say. */
function unpackInputs(packed: unknown, names: unknown): LoggedInput[] {
  if (!Array.isArray(packed) || !Array.isArray(names)) throw new LinkError('damaged');
  let at = 0;
  return packed.map((item: unknown) => {
    if (!Array.isArray(item) || typeof item[0] !== 'number') throw new LinkError('damaged');
    const [dt, what, line] = item as [number, unknown, unknown];
    at += dt;
    if (typeof what !== 'number') return { at, input: what as Input };
    return { at, input: { kind: 'line', console: names[what] as string, line: line as string } };
  });
}

// --- Content ----------------------------------------------------------------------------------------

function readContent(content: unknown): SharedLink {
  if (!Array.isArray(content)) throw new LinkError('damaged');
  const [config, playhead, hash, names, inputs, selection, lens, lang, lesson, speed] = content as unknown[];
  const whole = typeof config === 'object' && config !== null && !Array.isArray(config);
  if (!whole || typeof playhead !== 'number' || typeof hash !== 'string') throw new LinkError('damaged');
  if (playhead > LONGEST_US) throw new LinkError('too-large');
  const file: SessionFile = {
    format: FORMAT,
    version: 1,
    config: { ...DEFAULT_WORLD, ...config },
    inputs: unpackInputs(inputs, names),
    playhead,
    hash,
  };
  const sight: Sight = {
    selection: readSelection(selection),
    lens: shortText(lens),
    lang: lang === 'zh' || lang === 'both' ? lang : 'en',
    lesson: shortText(lesson),
    speed: typeof speed === 'number' && speed > 0 && speed <= 1000 ? speed : null,
  };
  return { file, sight };
}

const shortText = (value: unknown): string | null => (isName(value) ? value : null);

/** Names of servers, lessons, keys and the first words of a reply, as a reader selects them. */
const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= 400;

/** A selection that is none any more is left out, not complained about. */
function readSelection(value: unknown): Selection | null {
  if (typeof value !== 'object' || value === null) return null;
  const {
    kind,
    name,
    id,
    seq,
    slot,
    key,
    from,
    to,
    until,
    server,
    error,
    console: named,
  } = value as Record<string, unknown>;
  const isSlot = typeof slot === 'number' && Number.isInteger(slot) && slot >= 0 && slot < 16384;
  if (kind === 'server' && isName(name)) return { kind, name };
  if (kind === 'packet' && typeof id === 'number') return { kind, id };
  if (kind === 'event' && typeof seq === 'number') return { kind, seq };
  if (kind === 'slot' && isSlot) return { kind, slot };
  if (kind === 'key' && isSlot && isName(key)) return { kind, key, slot };
  if (kind === 'client' && isName(id)) return { kind, id };
  if (kind === 'reply' && isName(server) && isName(error)) return { kind, server, error };
  const isTime = (time: unknown): time is number => typeof time === 'number' && time >= 0;
  if (kind === 'exchange' && isName(named) && isTime(from) && (until === null || isTime(until)))
    return { kind, console: named, from, until };
  if (kind === 'link' && isName(from) && isName(to)) return { kind, from, to };
  return null;
}

// --- base64url --------------------------------------------------------------------------------------

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new LinkError('damaged');
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (byte) => byte.charCodeAt(0));
}
