/* PFADD, PFCOUNT, PFMERGE, PFDEBUG, PFSELFTEST (after the command part of hyperloglog.c). */

import { cString, type Bytes } from '#base/bytes.ts';
import { int64 } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, lookupKeyRead, lookupKeyWrite, signalModifiedKey } from '#redis/db.ts';
import { ENCODING_RAW, StringObj } from '#redis/object.ts';
import { ErrorReply, OK, Status, type Reply } from '#redis/reply.ts';
import { WRONGTYPE, error } from '#redis/args.ts';
import { keyChanged } from './common.ts';
import {
  HLL_DENSE,
  HLL_REGISTERS,
  HllError,
  cachedCardinality,
  emptyHll,
  hllCount,
  hllEncoding,
  hllPattern,
  hllRegisters,
  isHll,
  raiseRegisters,
  sparseRuns,
  toDense,
  withCachedCardinality,
  withoutCachedCardinality,
  type Raise,
} from './hll.ts';

const NOT_HLL = error('WRONGTYPE Key is not a valid HyperLogLog string value.');
const CORRUPTED = error('INVALIDOBJ Corrupted HLL object detected');

function checkHll(obj: unknown): ErrorReply | null {
  if (!(obj instanceof StringObj)) return WRONGTYPE;
  return isHll(obj.value) ? null : NOT_HLL;
}

/** A structure may be damaged in ways that show only when it is read. */
function guarded(proc: (client: Client, argv: readonly Bytes[]) => Reply) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    try {
      return proc(client, argv);
    } catch (problem) {
      if (problem instanceof HllError) return CORRUPTED;
      throw problem;
    }
  };
}

function lookupOrCreate(client: Client, key: Bytes): { obj: StringObj; created: boolean } | ErrorReply {
  const found = lookupKeyWrite(client, key);
  if (found === null) {
    const obj = new StringObj(emptyHll(), ENCODING_RAW);
    dbAdd(client.db, key, obj);
    return { obj, created: true };
  }
  const refusal = checkHll(found);
  if (refusal) return refusal;
  const obj = found as StringObj;
  obj.stringEncoding = ENCODING_RAW;
  return { obj, created: false };
}

/** PFADD key [element ...] */
function pfaddCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const found = lookupOrCreate(client, key);
  if (found instanceof ErrorReply) return found;
  const raises = argv.slice(2).map((element): Raise => {
    const { index, count } = hllPattern(element);
    return [index, count];
  });
  const { hllSparseMaxBytes } = client.server.config;
  const [value, raised] = raiseRegisters(found.obj.value, raises, hllSparseMaxBytes);
  const updated = raised + (found.created ? 1 : 0);
  if (updated === 0) return 0;
  found.obj.value = withoutCachedCardinality(value);
  keyChanged(client, key, '$', 'pfadd', updated);
  return 1;
}

/** The highest of each register over several keys; missing keys count as empty. */
function mergedRegisters(
  client: Client,
  keys: readonly Bytes[],
): { max: Uint8Array; dense: boolean } | ErrorReply {
  const max = new Uint8Array(HLL_REGISTERS);
  let dense = false;
  for (const key of keys) {
    const obj = lookupKeyRead(client, key);
    if (obj === null) continue;
    const refusal = checkHll(obj);
    if (refusal) return refusal;
    const { value } = obj as StringObj;
    if (hllEncoding(value) === HLL_DENSE) dense = true;
    const registers = hllRegisters(value);
    for (let at = 0; at < HLL_REGISTERS; at++) {
      if ((registers[at] as number) > (max[at] as number)) max[at] = registers[at] as number;
    }
  }
  return { max, dense };
}

/** PFCOUNT key [key ...]. The count of a single key is kept in its header. */
function pfcountCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  if (argv.length > 2) {
    const merged = mergedRegisters(client, argv.slice(1));
    return merged instanceof ErrorReply ? merged : hllCount(merged.max);
  }
  const obj = lookupKeyRead(client, key);
  if (obj === null) return 0;
  const refusal = checkHll(obj);
  if (refusal) return refusal;
  const cached = cachedCardinality((obj as StringObj).value);
  if (cached !== null) return int64(cached);
  const count = hllCount(hllRegisters((obj as StringObj).value));
  const owned = lookupKeyWrite(client, key) as StringObj;
  owned.stringEncoding = ENCODING_RAW;
  owned.value = withCachedCardinality(owned.value, BigInt(count));
  signalModifiedKey(client, client.db, key);
  client.server.dirty++;
  return count;
}

/** PFMERGE destination [source ...] */
function pfmergeCommand(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[1] as Bytes;
  const merged = mergedRegisters(client, argv.slice(1));
  if (merged instanceof ErrorReply) return merged;
  const found = lookupOrCreate(client, key);
  if (found instanceof ErrorReply) return found;
  const start = merged.dense ? toDense(found.obj.value) : found.obj.value;
  const raises = Array.from(merged.max, (count, index): Raise => [index, count]).filter(
    ([, count]) => count > 0,
  );
  const [value] = raiseRegisters(start, raises, client.server.config.hllSparseMaxBytes);
  found.obj.value = withoutCachedCardinality(value);
  keyChanged(client, key, '$', 'pfadd');
  return OK;
}

/** PFDEBUG GETREG|DECODE|ENCODING|TODENSE key */
function pfdebugCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, name, key] = argv as [Bytes, Bytes, Bytes];
  const obj = lookupKeyWrite(client, key);
  if (obj === null) return error('ERR The specified key does not exist');
  const refusal = checkHll(obj);
  if (refusal) return refusal;
  const hll = obj as StringObj;
  const subcommand = name.toLowerCase();
  if (!['getreg', 'decode', 'encoding', 'todense'].includes(subcommand)) {
    return error(`ERR Unknown PFDEBUG subcommand '${cString(name)}'`);
  }
  if (argv.length !== 3) return error(`ERR Wrong number of arguments for the '${name}' subcommand`);
  const isDense = hllEncoding(hll.value) === HLL_DENSE;
  if (subcommand === 'encoding') return new Status(isDense ? 'dense' : 'sparse');
  if (subcommand === 'decode') return isDense ? error('ERR HLL encoding is not sparse') : decode(hll.value);
  if (!isDense) {
    hll.stringEncoding = ENCODING_RAW;
    hll.value = toDense(hll.value);
    client.server.dirty++;
  }
  return subcommand === 'todense' ? (isDense ? 0 : 1) : [...hllRegisters(hll.value)];
}

function decode(hll: Bytes): Bytes {
  return sparseRuns(hll)
    .map(({ value, length, size }) =>
      value ? `v:${value},${length}` : `${size === 2 ? 'Z' : 'z'}:${length}`,
    )
    .join(' ');
}

/** PFSELFTEST: a counter of known elements must come within the promised error. */
function pfselftestCommand(): Reply {
  const registers = new Uint8Array(HLL_REGISTERS);
  const elements = 10_000;
  for (let at = 0; at < elements; at++) {
    const { index, count } = hllPattern(`ele:${at}`);
    registers[index] = Math.max(registers[index] as number, count);
  }
  // Four standard errors of 1.04 / sqrt(m).
  const allowed = (4 * 1.04 * elements) / Math.sqrt(HLL_REGISTERS);
  const off = Math.abs(hllCount(registers) - elements);
  return off <= allowed ? OK : error(`ERR TESTFAILED Too big error: ${off} of ${elements}`);
}

export const hyperloglogCommands: CommandProcs = {
  pfadd: guarded(pfaddCommand),
  pfcount: guarded(pfcountCommand),
  pfmerge: guarded(pfmergeCommand),
  pfdebug: guarded(pfdebugCommand),
  pfselftest: pfselftestCommand,
};
