/* Where the keys of a command stand among its arguments, and what is done with them (after the getkeys
 * part of db.c). The table's key specifications answer for nearly all commands; for those whose
 * specification is marked incomplete or variable a function here answers. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord } from './args.ts';
import { type Command, type CommandKeySpec } from './command-table.ts';

/** A key of a command: its place in argv and the flags of its specification. */
export interface KeyReference {
  readonly position: number;
  readonly flags: readonly string[];
}

const RW_ACCESS_UPDATE = ['RW', 'access', 'update'];
const RO_ACCESS = ['RO', 'access'];
const OW_UPDATE = ['OW', 'update'];

/** True when the command can have keys at all. */
export function doesCommandHaveKeys(command: Command): boolean {
  return command.keySpecs.some((spec) => !spec.flags.includes('not_key'));
}

/** Places of the keys in argv. `includeNotKeys`: shard channels count, since they too have a slot. */
export function getKeyPositions(command: Command, argv: readonly Bytes[], includeNotKeys = false): number[] {
  // One plain key is by far the most frequent case.
  const only = command.keySpecs.length === 1 ? (command.keySpecs[0] as CommandKeySpec) : null;
  if (only !== null && only.begin.type === 'index' && only.find.type === 'range' && only.find.lastKey === 0) {
    const skip = !includeNotKeys && only.flags.includes('not_key');
    return skip || only.begin.index >= argv.length ? [] : [only.begin.index];
  }
  return getKeysFromCommand(command, argv, includeNotKeys).map(({ position }) => position);
}

/** The keys with their flags; none when the arguments make no sense. */
export function getKeysFromCommand(
  command: Command,
  argv: readonly Bytes[],
  includeNotKeys = false,
): KeyReference[] {
  const variable = command.keySpecs.some((spec) => spec.flags.includes('variable_flags'));
  if (!variable) {
    const keys = keysBySpecs(command, argv, includeNotKeys);
    if (keys !== null) return keys;
  }
  return countedKeys(command, argv) ?? keysByFunction(command.fullName, argv);
}

/** Commands with a count of keys, read as carelessly as C's atoi does: " 1" counts as 1. Null for other
 *  commands, no keys when the count makes no sense. */
function countedKeys(command: Command, argv: readonly Bytes[]): KeyReference[] | null {
  const spec = command.keySpecs.find(({ find }) => find.type === 'keynum');
  if (spec === undefined || spec.find.type !== 'keynum' || spec.begin.type !== 'index') return null;
  const at = spec.begin.index + spec.find.keyNumIdx;
  const count = Number.parseInt(argv[at] ?? '', 10);
  const first = at - spec.find.keyNumIdx + spec.find.firstKey;
  if (!(count >= 1) || count > argv.length - first) return [];
  const store = command.keySpecs.filter(({ find }) => find.type === 'range');
  return [
    ...store.map(({ begin, flags }) => ({ position: begin.type === 'index' ? begin.index : 1, flags })),
    ...argv.slice(first, first + count).map((_, offset) => ({ position: first + offset, flags: spec.flags })),
  ];
}

/** Null when a specification does not tell the whole truth, or the arguments do not fit it. */
function keysBySpecs(
  command: Command,
  argv: readonly Bytes[],
  includeNotKeys: boolean,
): KeyReference[] | null {
  const keys: KeyReference[] = [];
  for (const spec of command.keySpecs) {
    if (!includeNotKeys && spec.flags.includes('not_key')) continue;
    if (spec.flags.includes('incomplete')) return null;
    const first = beginSearch(spec, argv);
    if (first === 'unknown') return null;
    if (first === null) continue;
    const range = findKeys(spec, argv, first);
    if (range === null) return null;
    for (let at = range.first; at <= range.last; at += range.step) {
      if (at < argv.length) keys.push({ position: at, flags: spec.flags });
    }
  }
  return keys;
}

function beginSearch(spec: CommandKeySpec, argv: readonly Bytes[]): number | null | 'unknown' {
  const begin = spec.begin;
  if (begin.type === 'unknown') return 'unknown';
  // PFMERGE without a source: then nobody knows the destination either.
  if (begin.type === 'index') return begin.index < argv.length ? begin.index : 'unknown';
  const forward = begin.startFrom > 0;
  const end = forward ? argv.length - 1 : 1;
  for (
    let at = forward ? begin.startFrom : argv.length + begin.startFrom;
    at !== end;
    at += forward ? 1 : -1
  ) {
    if (at >= argv.length || at < 1) break;
    if (isWord(argv[at], begin.keyword.toLowerCase())) return at + 1;
  }
  return null;
}

function findKeys(
  spec: CommandKeySpec,
  argv: readonly Bytes[],
  first: number,
): { first: number; last: number; step: number } | null {
  const find = spec.find;
  if (find.type === 'unknown') return null;
  if (find.type === 'range') {
    const { lastKey, keyStep, limit } = find;
    const last =
      lastKey >= 0
        ? first + lastKey
        : limit <= 1
          ? argv.length + lastKey
          : first + Math.floor((argv.length - first) / limit) + lastKey;
    return { first, last, step: keyStep };
  }
  const count = string2ll(argv[first + find.keyNumIdx] ?? '');
  if (count === null || count < 0) return null;
  const from = first + find.firstKey;
  const last = from + (Number(count) - 1) * find.keyStep;
  return last >= argv.length ? null : { first: from, last, step: find.keyStep };
}

function keysByFunction(name: string, argv: readonly Bytes[]): KeyReference[] {
  switch (name) {
    case 'set':
      return [
        {
          position: 1,
          flags: argv.slice(3).some((arg) => isWord(arg, 'get')) ? RW_ACCESS_UPDATE : OW_UPDATE,
        },
      ];
    case 'bitfield':
      return [{ position: 1, flags: bitfieldWrites(argv) ? RW_ACCESS_UPDATE : RO_ACCESS }];
    case 'sort':
      return sortKeys(argv);
    case 'sort_ro':
      // The pattern of BY or GET may name others, but which ones nobody can know.
      return [{ position: 1, flags: RO_ACCESS }];
    case 'migrate':
      return migrateKeys(argv);
    case 'georadius':
    case 'georadiusbymember':
      return geoRadiusKeys(argv);
    default:
      return [];
  }
}

function bitfieldWrites(argv: readonly Bytes[]): boolean {
  for (let at = 2; at < argv.length; at++) {
    const left = argv.length - at - 1;
    if (isWord(argv[at], 'get') && left >= 2) at += 2;
    else if (isWord(argv[at], 'overflow') && left >= 1) at++;
    // SET and INCRBY; and of what makes no sense the worse is assumed.
    else return true;
  }
  return false;
}

/** The last STORE counts. */
function sortKeys(argv: readonly Bytes[]): KeyReference[] {
  const keys: KeyReference[] = [{ position: 1, flags: RO_ACCESS }];
  let store = -1;
  const skips: Readonly<Record<string, number>> = { limit: 2, get: 1, by: 1 };
  for (let at = 2; at < argv.length; at++) {
    const word = (argv[at] as Bytes).toLowerCase();
    if (word in skips) at += skips[word] as number;
    else if (word === 'store' && at + 1 < argv.length) store = ++at;
  }
  if (store > 0) keys.push({ position: store, flags: OW_UPDATE });
  return keys;
}

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH p] [AUTH2 u p] [KEYS key ...] */
function migrateKeys(argv: readonly Bytes[]): KeyReference[] {
  const flags = ['RW', 'access', 'delete'];
  if (argv.length > 6) {
    for (let at = 6; at < argv.length; at++) {
      if (isWord(argv[at], 'keys') && argv[3] === '') {
        return argv.slice(at + 1).map((_, offset) => ({ position: at + 1 + offset, flags }));
      }
      if (isWord(argv[at], 'auth')) at++;
      else if (isWord(argv[at], 'auth2')) at += 2;
    }
  }
  return [{ position: 3, flags }];
}

function geoRadiusKeys(argv: readonly Bytes[]): KeyReference[] {
  const keys: KeyReference[] = [{ position: 1, flags: RO_ACCESS }];
  let stored = -1;
  for (let at = 5; at < argv.length; at++) {
    if ((isWord(argv[at], 'store') || isWord(argv[at], 'storedist')) && at + 1 < argv.length) stored = ++at;
  }
  if (stored > 0) keys.push({ position: stored, flags: OW_UPDATE });
  return keys;
}
