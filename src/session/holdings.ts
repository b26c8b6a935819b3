/* What a server holds of the writes that the ledger follows. Reads only. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { formatDouble } from '#base/float.ts';
import type { Db } from '#redis/db.ts';
import { StringObj, type Obj } from '#redis/object.ts';
import { HashObj } from '#redis/types/hash-obj.ts';
import { ListObj } from '#redis/types/list-obj.ts';
import { SetObj } from '#redis/types/set-obj.ts';
import { compareIds, parseId } from '#redis/types/stream-id.ts';
import { StreamObj } from '#redis/types/stream-obj.ts';
import { ZsetObj } from '#redis/types/zset-obj.ts';
import type { Followed } from '#sim/ledger.ts';

/** What an entry counts as that a stream has dropped from its old end, as it was told to. */
const TRIMMED: Bytes = '';

/** The value of each, null where there is none. */
export function holdingsOf(db: Db, followed: readonly Followed[]): (Bytes | null)[] {
  const lists = new Map<ListObj, Set<Bytes>>();
  return followed.map(({ key, part }) => {
    const value = db.keys.get(keyHashSlot(key), key);
    if (part === null) return value instanceof StringObj ? value.value : null;
    if (!(value instanceof ListObj)) return value ? partOf(value, part) : null;
    let present = lists.get(value);
    if (!present) {
      // A list is walked once, whatever number of its elements is asked for.
      present = elementsOf(value, wantedOf(key, followed));
      lists.set(value, present);
    }
    return present.has(part) ? part : null;
  });
}

function partOf(value: Obj, part: Bytes): Bytes | null {
  if (value instanceof HashObj) return value.get(part) ?? null;
  if (value instanceof SetObj) return value.has(part) ? part : null;
  if (value instanceof ZsetObj) {
    const score = value.get(part);
    return score === undefined ? null : formatDouble(score);
  }
  return value instanceof StreamObj ? entryOf(value, part) : null;
}

function entryOf(stream: StreamObj, text: Bytes): Bytes | null {
  const parsed = parseId(text, 0);
  if (!parsed) return null;
  if (stream.get(parsed.id)) return text;
  const dropped =
    stream.length === 0
      ? compareIds(parsed.id, stream.lastId) <= 0
      : compareIds(parsed.id, stream.firstId) < 0;
  return dropped ? TRIMMED : null;
}

function wantedOf(key: Bytes, followed: readonly Followed[]): Set<Bytes> {
  const wanted = new Set<Bytes>();
  for (const one of followed) if (one.key === key && one.part !== null) wanted.add(one.part);
  return wanted;
}

/** Those of the wanted that are there. What was pushed last lies at one of the ends: it looks there first. */
function elementsOf(list: ListObj, wanted: Set<Bytes>): Set<Bytes> {
  const present = new Set<Bytes>();
  const { items, length } = list;
  for (let step = 0; step * 2 < length && present.size < wanted.size; step++) {
    for (const at of [step, length - 1 - step]) {
      const element = items.at(at) as Bytes;
      if (wanted.has(element)) present.add(element);
    }
  }
  return present;
}
