/* The library struct: C structures as strings (after lua_struct.c). Native order is little endian, and
 * nothing is aligned unless `!` asks for it. */

import { cString, type Bytes } from '#base/bytes.ts';
import type { LuaThread } from './lua-module.ts';
import type { LuaFunction, LuaState } from './lua-state.ts';

const MAX_INT_SIZE = 32;
const SIZES: Readonly<Record<string, number>> = {
  b: 1,
  B: 1,
  h: 2,
  H: 2,
  l: 8,
  L: 8,
  T: 8,
  f: 4,
  d: 8,
  x: 1,
};

/** One item of a format, with its size and the padding in front of it. */
interface Item {
  readonly code: string;
  readonly size: number;
  readonly big: boolean;
  readonly align: number;
}

class StructError extends Error {}

/** The items of a format. */
function* parseFormat(format: Bytes, lenient: boolean): IterableIterator<Item> {
  let at = 0;
  let big = false;
  let align = 1;
  const number = (missing: number): number => {
    const digits = /^[0-9]+/.exec(format.slice(at))?.[0];
    if (digits === undefined) return missing;
    at += digits.length;
    const value = Number(digits);
    if (value > 2147483647) throw new StructError('integral size overflow');
    return value;
  };
  while (at < format.length) {
    const code = format[at++] as string;
    if (code === ' ') continue;
    if (code === '<' || code === '>') {
      big = code === '>';
    } else if (code === '!') {
      align = number(8);
      if (align === 0 || (align & (align - 1)) !== 0) throw new StructError('alignment is not a power of 2');
    } else {
      let size = SIZES[code];
      if (code === 'i' || code === 'I') {
        size = number(4);
        if (size > MAX_INT_SIZE) {
          throw new StructError(`integral size ${size} is larger than limit of ${MAX_INT_SIZE}`);
        }
      } else if (code === 'c') {
        size = number(1);
      } else if (code === 's') {
        size = 0;
      }
      if (size === undefined && lenient && /[a-z0-9]/i.test(code)) size = 0;
      if (size === undefined) throw new StructError(`option '${code}'`);
      const wanted = code === 'c' || code === 's' || code === 'x' ? 1 : Math.min(size, align);
      yield { code, size, big, align: Math.max(1, wanted) };
    }
  }
}

const padding = (at: number, { align }: Item): number => (align - (at & (align - 1))) & (align - 1);
const order = (bytes: string[], big: boolean): Bytes => (big ? bytes.reverse() : bytes).join('');

function packInteger(value: number, { size, big }: Item): Bytes {
  let rest = BigInt.asUintN(64, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
  const bytes: string[] = [];
  for (let at = 0; at < size; at++, rest >>= 8n) bytes.push(String.fromCharCode(Number(rest & 0xffn)));
  return order(bytes, big);
}

function packFloat(value: number, { size, big }: Item): Bytes {
  const view = new DataView(new ArrayBuffer(8));
  if (size === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  const bytes: string[] = [];
  for (let at = 0; at < size; at++) bytes.push(String.fromCharCode(view.getUint8(at)));
  return order(bytes, big);
}

function unpackNumber(data: Bytes, { code, size, big }: Item): number {
  const bytes = Array.from(data, (char) => char.charCodeAt(0));
  if (big) bytes.reverse();
  if (code === 'f' || code === 'd') {
    const view = new DataView(new ArrayBuffer(8));
    bytes.forEach((byte, at) => view.setUint8(at, byte));
    return size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  }
  let value = 0n;
  for (const byte of bytes.slice(0, 8).reverse()) value = value * 256n + BigInt(byte);
  const signed = code === 'b' || code === 'h' || code === 'l' || code === 'i';
  return Number(signed ? BigInt.asIntN(Math.min(64, size * 8), value) : value);
}

/** The items of a format one by one; a mistake in it is an error of the script once it is reached. `lenient`:
 *  letters that mean nothing have no size. */
function itemsOf(lua: LuaState, thread: LuaThread, lenient = false): IterableIterator<Item> {
  return raisingMistakes(lua, thread, parseFormat(cString(lua.checkString(thread, 1)), lenient));
}

function* raisingMistakes(
  lua: LuaState,
  thread: LuaThread,
  items: IterableIterator<Item>,
): IterableIterator<Item> {
  for (;;) {
    let item: Item | null = null;
    let problem = '';
    try {
      const next = items.next();
      if (next.done !== true) item = next.value;
    } catch (error) {
      if (!(error instanceof StructError)) throw error;
      problem = error.message;
    }
    if (problem.startsWith('option')) lua.argumentError(thread, 1, `invalid format ${problem}`);
    if (problem) lua.raise(thread, problem);
    if (item === null) return;
    yield item;
  }
}

function pack(lua: LuaState, thread: LuaThread): number {
  let out = '';
  let argument = 2;
  const items = itemsOf(lua, thread);
  // It parts the arguments from what comes behind them: the first that is missing is nil.
  lua.module._lua_pushnil(thread);
  for (const item of items) {
    out += '\0'.repeat(padding(out.length, item));
    if (item.code === 'x') {
      out += '\0';
    } else if (item.code === 's' || item.code === 'c') {
      const text = lua.checkString(thread, argument++);
      const size = item.code === 's' || item.size === 0 ? text.length : item.size;
      if (text.length < size) lua.argumentError(thread, argument - 1, 'string too short');
      out += text.slice(0, size) + (item.code === 's' ? '\0' : '');
    } else {
      const value = lua.checkNumber(thread, argument++);
      out += item.code === 'f' || item.code === 'd' ? packFloat(value, item) : packInteger(value, item);
    }
  }
  lua.pushBytes(thread, out);
  return 1;
}

/** Reads one item at `at`, adds its value to `values` and returns where the next begins. */
function readItem(
  lua: LuaState,
  thread: LuaThread,
  item: Item,
  data: Bytes,
  at: number,
  values: (number | Bytes)[],
): number {
  if (item.code === 's') {
    const end = data.indexOf('\0', at);
    if (end < 0) lua.raise(thread, 'unfinished string in data');
    values.push(data.slice(at, end));
    return end + 1;
  }
  let { size } = item;
  if (item.code === 'c' && size === 0) {
    const before = values.pop();
    if (typeof before !== 'number') lua.raise(thread, "format 'c0' needs a previous size");
    size = before as number;
  }
  if (at + size > data.length) lua.argumentError(thread, 2, 'data string too short');
  const raw = data.slice(at, at + size);
  if (item.code === 'c') values.push(raw);
  else if (item.code !== 'x') values.push(unpackNumber(raw, item));
  return at + size;
}

function unpack(lua: LuaState, thread: LuaThread): number {
  const { module } = lua;
  const items = itemsOf(lua, thread);
  const data = lua.checkString(thread, 2);
  const start = lua.type(thread, 3) > 0 ? lua.checkNumber(thread, 3) : 1;
  if (start < 1) lua.argumentError(thread, 3, 'offset must be 1 or greater');
  let at = start - 1;
  const values: (number | Bytes)[] = [];
  for (const item of items) at = readItem(lua, thread, item, data, at + padding(at, item), values);
  if (!module._lua_checkstack(thread, values.length + 1)) lua.raise(thread, 'too many results');
  for (const value of values) {
    if (typeof value === 'number') module._lua_pushnumber(thread, value);
    else lua.pushBytes(thread, value);
  }
  module._lua_pushnumber(thread, at + 1);
  return values.length + 1;
}

function size(lua: LuaState, thread: LuaThread): number {
  let total = 0;
  for (const item of itemsOf(lua, thread, true)) {
    total += padding(total, item);
    if (item.code === 's') lua.argumentError(thread, 1, "option 's' has no fixed size");
    if (item.code === 'c' && item.size === 0) lua.argumentError(thread, 1, "option 'c0' has no fixed size");
    total += item.size;
  }
  lua.module._lua_pushnumber(thread, total);
  return 1;
}

/** The functions of the library. */
export function structFunctions(lua: LuaState): Record<string, LuaFunction> {
  return {
    pack: (thread) => pack(lua, thread),
    unpack: (thread) => unpack(lua, thread),
    size: (thread) => size(lua, thread),
  };
}
