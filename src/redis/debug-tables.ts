/* DEBUG HTSTATS and HTSTATS-KEY: the tables that hold the keys and the elements of large values, as they are here
 * (in the words of dict.c's statistics). A database is a table of slots, whatever the mode; the table of a value
 * grows by pages of some sixteen entries and is divided at once, so chains are longer than the real ones and
 * none is ever seen half moved. */

import type { Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { string2ll } from '#base/integer.ts';
import { NO_SUCH_KEY, NOT_INTEGER } from './args.ts';
import type { Client } from './client.ts';
import { LOOKUP_NOTOUCH, lookupKeyReadWithFlags } from './db.ts';
import { ErrorReply, type Reply, Verbatim } from './reply.ts';
import type { SlotTree } from './slot-tree.ts';
import { HashObj } from './types/hash-obj.ts';
import { SetObj } from './types/set-obj.ts';
import { ZsetObj } from './types/zset-obj.ts';

/** Chains of this length and longer are counted together. */
const LONGEST_COUNTED = 49;

export function htstats({ server }: Client, argv: readonly Bytes[]): Reply {
  const id = string2ll(argv[2] as Bytes);
  if (id === null) return NOT_INTEGER;
  const db = server.dbs[Number(id)];
  if (db === undefined) return new ErrorReply('ERR Out of range database');
  const [keys, expires] = [tableStats(slotLengths(db.keys)), tableStats(slotLengths(db.expires))];
  return new Verbatim('txt', `[Dictionary HT]\n${keys}[Expires HT]\n${expires}`);
}

export function htstatsKey({ db }: Client, argv: readonly Bytes[]): Reply {
  const obj = lookupKeyReadWithFlags(db, argv[2] as Bytes, LOOKUP_NOTOUCH);
  if (obj === null) return NO_SUCH_KEY;
  const dict =
    obj instanceof HashObj || obj instanceof SetObj
      ? obj.dict
      : obj instanceof ZsetObj && !obj.compact
        ? obj.scores
        : null;
  if (dict === null)
    return new ErrorReply('ERR The value stored at the specified key is not represented using an hash table');
  return new Verbatim('txt', tableStats(dict.chainLengths()));
}

function slotLengths(keys: SlotTree<unknown>): number[] {
  return Array.from({ length: CLUSTER_SLOTS }, (_, slot) => keys.countInSlot(slot));
}

function tableStats(chains: readonly number[]): string {
  const head = 'Hash table 0 stats (main hash table):\n';
  const elements = chains.reduce((sum, length) => sum + length, 0);
  if (elements === 0) return `${head}No stats available for empty dictionaries\n`;
  const counts = new Map<number, number>();
  let longest = 0;
  for (const length of chains) {
    const at = Math.min(length, LONGEST_COUNTED);
    counts.set(at, (counts.get(at) ?? 0) + 1);
    longest = Math.max(longest, length);
  }
  const used = chains.length - (counts.get(0) ?? 0);
  const average = (elements / used).toFixed(2);
  let text =
    `${head} table size: ${chains.length}\n number of elements: ${elements}\n different slots: ${used}\n` +
    ` max chain length: ${longest}\n avg chain length (counted): ${average}\n` +
    ` avg chain length (computed): ${average}\n Chain length distribution:\n`;
  for (const [length, count] of [...counts].sort(([a], [b]) => a - b)) {
    const share = ((count * 100) / chains.length).toFixed(2);
    text += `   ${length === LONGEST_COUNTED ? '>= ' : ''}${length}: ${count} (${share}%)\n`;
  }
  return text;
}
