/* Which arguments of a command are keys (after getKeysFromCommand and the key specs in db.c).
 *
 * Nearly every command says where its keys stand by key specs. SORT's STORE and what follows is the
 * one place the specs call unknown that has keys all the same; `unknown` specs are found here. */

import type { Bytes } from '#base/bytes.ts';
import type { Command, CommandKeySpec } from './command-table.ts';

/** Positions of the keys in argv, in order; with `channels`, shard channels count as keys too. */
export function getKeyPositions(command: Command, argv: readonly Bytes[], channels = false): number[] {
  const positions: number[] = [];
  for (const spec of command.keySpecs) {
    if (!channels && spec.flags.includes('not_key')) continue;
    positions.push(...specPositions(spec, argv));
  }
  if (command.fullName === 'sort') positions.push(...sortStore(argv));
  return positions;
}

function specPositions(spec: CommandKeySpec, argv: readonly Bytes[]): number[] {
  const begin = beginOf(spec, argv);
  if (begin === null || begin >= argv.length) return [];
  const { find } = spec;
  if (find.type === 'unknown') return [];
  let first = begin;
  let last: number;
  if (find.type === 'range') {
    if (find.lastKey >= 0) last = begin + find.lastKey;
    else {
      const span = find.limit > 1 ? Math.floor((argv.length - begin) / find.limit) : argv.length - begin;
      last = begin + span + find.lastKey;
    }
  } else {
    const count = Number(argv[begin + find.keyNumIdx]);
    if (!Number.isInteger(count) || count < 0) return [];
    first = begin + find.firstKey;
    last = first + (count - 1) * find.keyStep;
  }
  if (last >= argv.length) return [];
  const positions: number[] = [];
  for (let at = first; at <= last; at += find.keyStep) positions.push(at);
  return positions;
}

function beginOf(spec: CommandKeySpec, argv: readonly Bytes[]): number | null {
  const { begin } = spec;
  if (begin.type === 'index') return begin.index;
  if (begin.type === 'unknown') return null;
  const backwards = begin.startFrom < 0;
  const start = backwards ? argv.length + begin.startFrom : begin.startFrom;
  for (let at = start; at >= 1 && at < argv.length; at += backwards ? -1 : 1) {
    if ((argv[at] as Bytes).toUpperCase() === begin.keyword) return at + 1;
  }
  return null;
}

function sortStore(argv: readonly Bytes[]): number[] {
  let store = 0;
  for (let at = 2; at < argv.length; at++) {
    const word = (argv[at] as Bytes).toLowerCase();
    if (word === 'limit') at += 2;
    else if (word === 'get' || word === 'by') at++;
    else if (word === 'store' && at + 1 < argv.length) store = ++at;
  }
  return store === 0 ? [] : [store];
}
