/* BITFIELD and BITFIELD_RO: integers of any width inside a string (after bitfieldGeneric in bitops.c). */

import type { Bytes } from '#base/bytes.ts';
import { int64, string2ll, type Int64 } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { StringObj } from '#redis/object.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { parseBitOffset, stringForBits, withByte } from './bitops.ts';
import { NOT_INTEGER, SYNTAX_ERROR, error } from '#redis/args.ts';
import { keyChanged, readTyped } from './common.ts';

interface FieldType {
  readonly signed: boolean;
  readonly bits: number;
}

type Overflow = 'wrap' | 'sat' | 'fail';

interface Operation {
  readonly kind: 'get' | 'set' | 'incrby';
  readonly type: FieldType;
  readonly offset: number;
  readonly value: Int64;
  readonly overflow: Overflow;
}

function parseType(text: Bytes): FieldType | ErrorReply {
  const signed = text.startsWith('i');
  const bits = signed || text.startsWith('u') ? string2ll(text.slice(1)) : null;
  if (bits === null || bits < 1 || bits > (signed ? 64 : 63)) {
    return error(
      'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
    );
  }
  return { signed, bits: Number(bits) };
}

function parseOperations(
  client: Client,
  argv: readonly Bytes[],
  readonly: boolean,
): Operation[] | ErrorReply {
  const out: Operation[] = [];
  let overflow: Overflow = 'wrap';
  for (let at = 2; at < argv.length;) {
    const left = argv.length - at - 1;
    const name = (argv[at] as Bytes).toLowerCase();
    if (name === 'overflow' && left >= 1) {
      const way = (argv[at + 1] as Bytes).toLowerCase();
      if (way !== 'wrap' && way !== 'sat' && way !== 'fail') {
        return error('ERR Invalid OVERFLOW type specified');
      }
      overflow = way;
      at += 2;
      continue;
    }
    const isGet = name === 'get' && left >= 2;
    if (!isGet && !((name === 'set' || name === 'incrby') && left >= 3)) return SYNTAX_ERROR;
    const type = parseType(argv[at + 1] as Bytes);
    if (type instanceof ErrorReply) return type;
    const offset = parseBitOffset(client, argv[at + 2] as Bytes, type.bits);
    if (offset instanceof ErrorReply) return offset;
    let value: Int64 = 0;
    if (!isGet) {
      const parsed = string2ll(argv[at + 3] as Bytes);
      if (parsed === null) return NOT_INTEGER;
      value = parsed;
    }
    out.push({ kind: name as Operation['kind'], type, offset, value, overflow });
    at += isGet ? 3 : 4;
  }
  if (readonly && out.some(({ kind }) => kind !== 'get')) {
    return error('ERR BITFIELD_RO only supports the GET subcommand');
  }
  return out;
}

function readField(text: Bytes, { signed, bits }: FieldType, offset: number): bigint {
  let value = 0n;
  for (let at = offset; at < offset + bits; at++) {
    const byte = Math.floor(at / 8);
    const bit = byte < text.length ? (text.charCodeAt(byte) >> (7 - (at % 8))) & 1 : 0;
    value = (value << 1n) | BigInt(bit);
  }
  return signed ? BigInt.asIntN(bits, value) : value;
}

function writeField(text: Bytes, { bits }: FieldType, offset: number, value: bigint): Bytes {
  let out = text;
  for (let at = 0; at < bits; at++) {
    const bit = Number((value >> BigInt(bits - 1 - at)) & 1n);
    const position = offset + at;
    const byte = out.charCodeAt(Math.floor(position / 8));
    const mask = 0x80 >> (position % 8);
    const changed = bit ? byte | mask : byte & ~mask;
    if (changed !== byte) out = withByte(out, Math.floor(position / 8), changed);
  }
  return out;
}

/** `value` brought into the range of the type; null when it does not fit and must not be changed. */
function fit(value: bigint, { signed, bits }: FieldType, overflow: Overflow): bigint | null {
  const size = BigInt(bits);
  const min = signed ? -(1n << (size - 1n)) : 0n;
  const max = signed ? (1n << (size - 1n)) - 1n : (1n << size) - 1n;
  if (value >= min && value <= max) return value;
  if (overflow === 'fail') return null;
  if (overflow === 'sat') return value > max ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** Runs SET or INCRBY; the reply, and whether anything changed. */
function writeOperation(
  obj: StringObj,
  { kind, type, offset, value, overflow }: Operation,
): [Reply, boolean] {
  const old = readField(obj.value, type, offset);
  // A negative value SET into an unsigned field is a very large one.
  const wanted =
    kind === 'incrby' ? old + BigInt(value) : type.signed ? BigInt(value) : BigInt.asUintN(64, BigInt(value));
  const fitting = fit(wanted, type, overflow);
  if (fitting === null) return [null, false];
  obj.value = writeField(obj.value, type, offset, fitting);
  return [int64(kind === 'set' ? old : fitting), fitting !== old];
}

function bitfieldWith(readonly: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const key = argv[1] as Bytes;
    const operations = parseOperations(client, argv, readonly);
    if (operations instanceof ErrorReply) return operations;
    const writes = operations.filter(({ kind }) => kind !== 'get');
    if (writes.length === 0) {
      const obj = readTyped(client, key, StringObj);
      if (obj instanceof ErrorReply) return obj;
      return operations.map(({ type, offset }) => int64(readField(obj?.value ?? '', type, offset)));
    }
    const lastBit = writes.reduce((last, { type, offset }) => Math.max(last, offset + type.bits - 1), 0);
    const found = stringForBits(client, key, lastBit);
    if (found instanceof ErrorReply) return found;
    const [obj, grew] = found;
    let changes = 0;
    const replies = operations.map((operation): Reply => {
      if (operation.kind === 'get') return int64(readField(obj.value, operation.type, operation.offset));
      const [reply, changed] = writeOperation(obj, operation);
      if (changed || (grew && reply !== null)) changes++;
      return reply;
    });
    if (changes) keyChanged(client, key, '$', 'setbit', changes);
    return replies;
  };
}

export const bitfieldCommands: CommandProcs = {
  bitfield: bitfieldWith(false),
  bitfield_ro: bitfieldWith(true),
};
