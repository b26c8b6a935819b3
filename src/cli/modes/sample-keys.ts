/* --scan, --bigkeys, --memkeys, --hotkeys: walking the keyspace with SCAN (after scanMode,
 * findBigKeys and findHotKeys). */

import type { Bytes } from '#base/bytes.ts';
import type { Session } from '#cli/connection.ts';
import { repr } from '#cli/format.ts';
import * as ops from '#cli/ops.ts';
import { Exit } from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { ErrorReply, Status } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import { ask, askOrExit, scanPage } from './ask.ts';

/** Prints every key. */
export function* scanMode(session: Session): Step<number> {
  const quoted = session.config.output === 'standard';
  let cursor = '0';
  do {
    const page = yield* scanPage(session, cursor);
    cursor = page.cursor;
    for (const key of page.keys) yield* ops.print(`${quoted ? repr(key) : key}\n`);
    if (session.config.intervalMicros > 0) yield* ops.sleep(session.config.intervalMicros);
  } while (cursor !== '0');
  return 0;
}

interface TypeInfo {
  name: string;
  command: string | null;
  unit: string;
  count: number;
  total: number;
  biggest: number;
  biggestKey: Bytes | null;
}

const KNOWN_TYPES: readonly (readonly [string, string, string])[] = [
  ['list', 'LLEN', 'items'],
  ['hash', 'HLEN', 'fields'],
  ['string', 'STRLEN', 'bytes'],
  ['stream', 'XLEN', 'entries'],
  ['set', 'SCARD', 'members'],
  ['zset', 'ZCARD', 'members'],
];

const HEADER = (what: string): string =>
  `\n# Scanning the entire keyspace to find ${what} keys as well as\n` +
  '# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n' +
  '# per 100 SCAN commands (not usually needed).\n\n';

function percent(part: number, whole: number): string {
  return (whole === 0 ? 0 : (100 * part) / whole).toFixed(2).padStart(5, '0');
}

function* keyCount(session: Session): Step<number> {
  const reply = yield* askOrExit(session, ['DBSIZE'], "Couldn't determine DBSIZE: ");
  if (typeof reply === 'number') return reply;
  yield* ops.printError('Non INTEGER response from DBSIZE!\n');
  throw new Exit(1);
}

/** Keys with many elements; with `samples` (not null) keys that take much memory. */
export function* findBigKeys(session: Session, samples: number | null): Step<number> {
  const types = new Map<string, TypeInfo>();
  for (const [name, command, unit] of KNOWN_TYPES) types.set(name, newType(name, command, unit));
  const totalKeys = yield* keyCount(session);
  yield* ops.print(HEADER('biggest'));
  let sampled = 0;
  let keyBytes = 0;
  let cursor = '0';
  let loops = 0;
  do {
    const progress = percent(sampled, totalKeys);
    const page = yield* scanPage(session, cursor);
    cursor = page.cursor;
    const named = yield* typesOf(session, page.keys, types);
    for (const [at, key] of page.keys.entries()) {
      const info = named[at];
      if (info === null || info === undefined) continue;
      const size = yield* sizeOf(session, key, info, samples);
      info.count++;
      info.total += size;
      keyBytes += key.length;
      sampled++;
      if (info.biggestKey === null || size > info.biggest) {
        info.biggest = size;
        info.biggestKey = key;
        const unit = samples === null ? info.unit : 'bytes';
        yield* ops.print(
          `[${progress}%] Biggest ${info.name.padEnd(6)} found so far '${repr(key)}' with ${size} ${unit}\n`,
        );
      }
      if (sampled % 1_000_000 === 0) {
        yield* ops.print(`[${percent(sampled, totalKeys)}%] Sampled ${sampled} keys so far\n`);
      }
    }
    if (session.config.intervalMicros > 0 && ++loops % 100 === 0)
      yield* ops.sleep(session.config.intervalMicros);
  } while (cursor !== '0');
  yield* printSummary([...types.values()], sampled, keyBytes, samples !== null);
  return 0;
}

function newType(name: string, command: string | null, unit: string): TypeInfo {
  return { name, command, unit, count: 0, total: 0, biggest: 0, biggestKey: null };
}

/** The type of each key; null for one that is gone. */
function* typesOf(
  session: Session,
  keys: readonly Bytes[],
  types: Map<string, TypeInfo>,
): Step<(TypeInfo | null)[]> {
  const out: (TypeInfo | null)[] = [];
  for (const key of keys) {
    const reply = yield* ask(session, ['TYPE', key]);
    if (reply instanceof ErrorReply) {
      yield* ops.printError(`TYPE returned an error: ${reply.text}\n`);
      throw new Exit(1);
    }
    const name = reply instanceof Status ? reply.text : String(reply);
    if (name === 'none') {
      out.push(null);
      continue;
    }
    let info = types.get(name);
    if (info === undefined) types.set(name, (info = newType(name, null, '?')));
    out.push(info);
  }
  return out;
}

function* sizeOf(session: Session, key: Bytes, info: TypeInfo, samples: number | null): Step<number> {
  let argv: Bytes[];
  if (samples !== null) {
    argv = ['MEMORY', 'USAGE', key];
    if (samples > 0) argv.push('SAMPLES', String(samples));
  } else if (info.command !== null) {
    argv = [info.command, key];
  } else {
    return 0;
  }
  const reply: Reply = yield* ask(session, argv);
  if (typeof reply === 'number') return reply;
  yield* ops.printError(`Warning:  ${argv[0]} on '${key}' failed (may have changed type)\n`);
  return 0;
}

/** The real one keeps the types in a table that is being enlarged: each look at it moves a part, until two keys
 *  have been looked at. */
function inOrder(types: TypeInfo[], looks: number): TypeInfo[] {
  const first = [
    ['hash', 'list', 'string'],
    ['string', 'list', 'hash'],
  ][looks];
  if (first === undefined) return types;
  const place = ({ name }: TypeInfo): number => first.indexOf(name);
  return [...types.slice(0, 3).sort((a, b) => place(a) - place(b)), ...types.slice(3)];
}

function* printSummary(types: TypeInfo[], sampled: number, keyBytes: number, memory: boolean): Step<void> {
  yield* ops.print('\n-------- summary -------\n\n');
  yield* ops.print(`Sampled ${sampled} keys in the keyspace!\n`);
  const average = sampled > 0 ? keyBytes / sampled : 0;
  yield* ops.print(`Total key length in bytes is ${keyBytes} (avg len ${average.toFixed(2)})\n\n`);
  for (const info of types) {
    if (info.biggestKey === null) continue;
    const unit = memory ? 'bytes' : info.unit;
    yield* ops.print(
      `Biggest ${info.name.padStart(6)} found '${repr(info.biggestKey)}' has ${info.biggest} ${unit}\n`,
    );
  }
  yield* ops.print('\n');
  for (const info of inOrder(types, sampled)) {
    const unit = memory ? 'bytes' : info.unit;
    const average = info.count > 0 ? info.total / info.count : 0;
    yield* ops.print(
      `${info.count} ${info.name}s with ${info.total} ${unit} (${percent(info.count, sampled)}% of keys, avg size ${average.toFixed(2)})\n`,
    );
  }
}

/** Keys by their access counter; only under an LFU policy. */
export function* findHotKeys(session: Session): Step<number> {
  const top: { key: Bytes; counter: number }[] = [];
  const totalKeys = yield* keyCount(session);
  yield* ops.print(HEADER('hot'));
  let sampled = 0;
  let cursor = '0';
  let loops = 0;
  do {
    const progress = percent(sampled, totalKeys);
    const page = yield* scanPage(session, cursor);
    cursor = page.cursor;
    for (const key of page.keys) {
      const counter = yield* frequencyOf(session, key);
      sampled++;
      if (counter === null || (top.length >= 16 && counter <= (top.at(-1)?.counter ?? 0))) continue;
      if (counter === 0) continue;
      top.push({ key, counter });
      top.sort((a, b) => b.counter - a.counter);
      if (top.length > 16) top.pop();
      yield* ops.print(`[${progress}%] Hot key '${repr(key)}' found so far with counter ${counter}\n`);
    }
    if (session.config.intervalMicros > 0 && ++loops % 100 === 0)
      yield* ops.sleep(session.config.intervalMicros);
  } while (cursor !== '0');
  yield* ops.print(`\n-------- summary -------\n\nSampled ${sampled} keys in the keyspace!\n`);
  for (const { key, counter } of top) {
    yield* ops.print(`hot key found with counter: ${counter}\tkeyname: ${repr(key)}\n`);
  }
  return 0;
}

function* frequencyOf(session: Session, key: Bytes): Step<number | null> {
  const reply = yield* ask(session, ['OBJECT', 'FREQ', key]);
  if (typeof reply === 'number') return reply;
  if (reply instanceof ErrorReply && reply.text.startsWith('ERR An LFU')) {
    yield* ops.printError(`Error: ${reply.text}\n`);
    throw new Exit(1);
  }
  yield* ops.printError(`Warning: OBJECT freq on '${key}' failed (may have been deleted)\n`);
  return null;
}
