/* The library cmsgpack: MessagePack for scripts (after lua_cmsgpack.c). */

import type { Bytes } from '#base/bytes.ts';
import { fromUint8 } from '#base/bytes.ts';
import type { LuaFunction, LuaState } from './lua-state.ts';
import { LUA_NULL, LuaTable, asArray, pushValue, readValue, type LuaValue } from './lua-value.ts';

/** Tables nested deeper are packed as nil. */
const MAX_NESTING = 16;
/** Values nested deeper are not unpacked: Lua's stack has an end. */
const MAX_UNPACK_DEPTH = 1000;

class MsgpackError extends Error {}

const view = (): DataView => new DataView(new ArrayBuffer(9));
const bytesOf = (data: DataView, size: number): Bytes => fromUint8(new Uint8Array(data.buffer, 0, size));

function head(code: number, value: number, size: 1 | 2 | 4): Bytes {
  const data = view();
  data.setUint8(0, code);
  if (size === 1) data.setUint8(1, value);
  else if (size === 2) data.setUint16(1, value);
  else data.setUint32(1, value);
  return bytesOf(data, 1 + size);
}

function packNumber(value: number): Bytes {
  const data = view();
  if (!Number.isInteger(value) || Math.abs(value) >= 2 ** 63) {
    const isFloat = Math.fround(value) === value;
    data.setUint8(0, isFloat ? 0xca : 0xcb);
    if (isFloat) data.setFloat32(1, value);
    else data.setFloat64(1, value);
    return bytesOf(data, isFloat ? 5 : 9);
  }
  if (value >= 0) {
    if (value <= 127) return String.fromCharCode(value);
    if (value <= 0xff) return head(0xcc, value, 1);
    if (value <= 0xffff) return head(0xcd, value, 2);
    if (value <= 0xffffffff) return head(0xce, value, 4);
  } else {
    if (value >= -32) return String.fromCharCode(value & 0xff);
    if (value >= -128) return head(0xd0, value, 1);
    if (value >= -32768) return head(0xd1, value, 2);
    if (value >= -2147483648) return head(0xd2, value, 4);
  }
  data.setUint8(0, value >= 0 ? 0xcf : 0xd3);
  data.setBigInt64(1, BigInt(value));
  return bytesOf(data, 9);
}

function packLength(
  length: number,
  fix: number,
  fixMax: number,
  code8: number | null,
  code16: number,
): Bytes {
  if (length <= fixMax) return String.fromCharCode(fix | length);
  if (code8 !== null && length <= 0xff) return head(code8, length, 1);
  return length <= 0xffff ? head(code16, length, 2) : head(code16 + 1, length, 4);
}

function pack(value: LuaValue): Bytes {
  if (value === true) return '\xc3';
  if (value === false) return '\xc2';
  if (typeof value === 'number') return packNumber(value);
  if (typeof value === 'string') return packLength(value.length, 0xa0, 31, 0xd9, 0xda) + value;
  if (!(value instanceof LuaTable)) return '\xc0';
  const array = asArray(value);
  if (array) return packLength(array.length, 0x90, 15, null, 0xdc) + array.map(pack).join('');
  const pairs = value.pairs.map(([key, item]) => pack(key) + pack(item));
  return packLength(pairs.length, 0x80, 15, null, 0xde) + pairs.join('');
}

/** Reads values from packed bytes. */
class Unpacker {
  private readonly data: Bytes;
  at: number;

  constructor(data: Bytes, at: number) {
    this.data = data;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.data.length;
  }

  private take(size: number): Bytes {
    if (this.at + size > this.data.length) throw new MsgpackError('Missing bytes in input.');
    this.at += size;
    return this.data.slice(this.at - size, this.at);
  }

  private read(size: number): DataView {
    const raw = this.take(size);
    const data = view();
    for (let at = 0; at < size; at++) data.setUint8(at, raw.charCodeAt(at));
    return data;
  }

  private size(bytes: 1 | 2 | 4): number {
    const data = this.read(bytes);
    return bytes === 1 ? data.getUint8(0) : bytes === 2 ? data.getUint16(0) : data.getUint32(0);
  }

  private array(count: number): LuaTable {
    const table = new LuaTable();
    for (let index = 1; index <= count; index++) table.pairs.push([index, this.value()]);
    return table;
  }

  private map(count: number): LuaTable {
    const table = new LuaTable();
    for (let left = count; left > 0; left--) {
      const key = this.value();
      const item = this.value();
      if (key === null || Number.isNaN(key)) throw new MsgpackError('Bad data format in input.');
      table.pairs.push([key, item]);
    }
    return table;
  }

  private depth = 0;

  value(): LuaValue {
    if (++this.depth > MAX_UNPACK_DEPTH) throw new MsgpackError('stack overflow (too many nested values)');
    const value = this.next();
    this.depth--;
    return value;
  }

  private next(): LuaValue {
    const code = this.read(1).getUint8(0);
    if (code < 0x80) return code;
    if (code < 0x90) return this.map(code & 15);
    if (code < 0xa0) return this.array(code & 15);
    if (code < 0xc0) return this.take(code & 31);
    if (code >= 0xe0) return code - 256;
    switch (code) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.read(4).getFloat32(0);
      case 0xcb:
        return this.read(8).getFloat64(0);
      case 0xcc:
        return this.size(1);
      case 0xcd:
        return this.size(2);
      case 0xce:
        return this.size(4);
      case 0xcf:
        return Number(this.read(8).getBigUint64(0));
      case 0xd0:
        return this.read(1).getInt8(0);
      case 0xd1:
        return this.read(2).getInt16(0);
      case 0xd2:
        return this.read(4).getInt32(0);
      case 0xd3:
        return Number(this.read(8).getBigInt64(0));
      case 0xd9:
      case 0xc4:
        return this.take(this.size(1));
      case 0xda:
      case 0xc5:
        return this.take(this.size(2));
      case 0xdb:
      case 0xc6:
        return this.take(this.size(4));
      case 0xdc:
        return this.array(this.size(2));
      case 0xdd:
        return this.array(this.size(4));
      case 0xde:
        return this.map(this.size(2));
      case 0xdf:
        return this.map(this.size(4));
      default:
        throw new MsgpackError('Bad data format in input.');
    }
  }
}

/** Values from `offset` on, at most `limit` (0: all); where reading ended. */
function unpackAll(data: Bytes, offset: number, limit: number): { values: LuaValue[]; end: number } {
  const unpacker = new Unpacker(data, offset);
  const values: LuaValue[] = [];
  while (!unpacker.done && (limit === 0 || values.length < limit)) values.push(unpacker.value());
  return { values, end: unpacker.done ? -1 : unpacker.at };
}

/** The functions of the library. */
export function cmsgpackFunctions(lua: LuaState): Record<string, LuaFunction> {
  const { module } = lua;
  const unpackWith =
    (limited: boolean, fixedLimit: number): LuaFunction =>
    (thread) => {
      const data = lua.checkString(thread, 1);
      const limit = limited && fixedLimit === 0 ? lua.checkNumber(thread, 2) : fixedLimit;
      const offsetAt = fixedLimit === 0 ? 3 : 2;
      const offset = limited && lua.type(thread, offsetAt) > 0 ? lua.checkNumber(thread, offsetAt) : 0;
      if (offset < 0 || limit < 0) {
        lua.raise(thread, `Invalid request to unpack with offset of ${offset} and limit of ${data.length}.`);
      }
      if (offset > data.length) {
        lua.raise(thread, `Start offset ${offset} greater than input length ${data.length}.`);
      }
      let problem = '';
      let found: { values: LuaValue[]; end: number } = { values: [], end: 0 };
      try {
        found = unpackAll(data, offset, limit);
      } catch (error) {
        if (!(error instanceof MsgpackError)) throw error;
        problem = error.message;
      }
      if (problem) lua.raise(thread, problem);
      if (!module._lua_checkstack(thread, found.values.length + 2)) lua.raise(thread, 'too many values');
      if (limited) module._lua_pushnumber(thread, found.end);
      for (const value of found.values) pushValue(lua, thread, value === LUA_NULL ? null : value);
      return found.values.length + (limited ? 1 : 0);
    };
  return {
    pack: (thread) => {
      const count = module._lua_gettop(thread);
      if (count === 0) lua.argumentError(thread, 0, 'MessagePack pack needs input.');
      let out = '';
      for (let at = 1; at <= count; at++) out += pack(readValue(lua, thread, at, MAX_NESTING, () => null));
      lua.pushBytes(thread, out);
      return 1;
    },
    unpack: unpackWith(false, 0),
    unpack_one: unpackWith(true, 1),
    unpack_limit: unpackWith(true, 0),
  };
}
