/* The library bit: operations on 32-bit integers (BitOp), and integers in string.format and tonumber,
 * which the interpreter, being a 32-bit program, would cut off. */

import { cString, type Bytes } from '#base/bytes.ts';
import type { LuaThread } from './lua-module.ts';
import { LUA_NIL, type LuaFunction, type LuaState } from './lua-state.ts';

const double = new DataView(new ArrayBuffer(8));
/** 2^52 + 2^51: added to a number it brings the bits of its integer to the end of the mantissa. */
const BIT_MAGIC = 6755399441055744;

/** The number's low 32 bits, rounded to even first, as BitOp finds them in a double, whatever its size. */
function toBit(value: number): number {
  double.setFloat64(0, value + BIT_MAGIC);
  return double.getInt32(4);
}

/** The functions of the library. */
export function bitFunctions(lua: LuaState): Record<string, LuaFunction> {
  const { module } = lua;
  const argument = (thread: LuaThread, at: number): number => toBit(lua.checkNumber(thread, at));
  const push = (thread: LuaThread, value: number): number => {
    module._lua_pushnumber(thread, value | 0);
    return 1;
  };
  const unary =
    (run: (a: number) => number): LuaFunction =>
    (thread) =>
      push(thread, run(argument(thread, 1)));
  const shift =
    (run: (a: number, by: number) => number): LuaFunction =>
    (thread) =>
      push(thread, run(argument(thread, 1), argument(thread, 2) & 31));
  const fold =
    (run: (a: number, b: number) => number): LuaFunction =>
    (thread) => {
      let out = argument(thread, 1);
      for (let at = 2; at <= module._lua_gettop(thread); at++) out = run(out, argument(thread, at));
      return push(thread, out);
    };
  return {
    tobit: unary((a) => a),
    bnot: unary((a) => ~a),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: shift((a, by) => a << by),
    rshift: shift((a, by) => a >>> by),
    arshift: shift((a, by) => a >> by),
    rol: shift((a, by) => (a << by) | (a >>> ((32 - by) & 31))),
    ror: shift((a, by) => (a >>> by) | (a << ((32 - by) & 31))),
    bswap: unary((a) => (a >>> 24) | ((a >> 8) & 0xff00) | ((a & 0xff00) << 8) | (a << 24) | 0),
    tohex: (thread) => {
      const value = argument(thread, 1) >>> 0;
      const digits = lua.type(thread, 2) > 0 ? argument(thread, 2) : 8;
      const count = Math.min(8, Math.abs(digits));
      const text = count === 0 ? '' : value.toString(16).padStart(8, '0').slice(-count);
      lua.pushBytes(thread, digits < 0 ? text.toUpperCase() : text);
      return 1;
    },
  };
}

/** A number as a 64-bit integer of C, with the bits that the processor gives where it does not fit. */
function castToLong(value: number, signed: boolean): bigint {
  const half = 2 ** 63;
  if (!signed && value >= half) return value < 2 * half ? BigInt(value) : 0n;
  return value >= -half && value < half ? BigInt(Math.trunc(value)) : BigInt(-half);
}

/** A conversion such as %-5d of an integer that 32 bits do not hold. */
function formatInteger(
  flags: string,
  width: number,
  precision: number | null,
  code: string,
  value: number,
): Bytes {
  const big = castToLong(value, code === 'd' || code === 'i');
  const unsigned = BigInt.asUintN(64, big);
  const magnitude = big < 0n ? -big : big;
  const body =
    code === 'd' || code === 'i'
      ? magnitude.toString()
      : code === 'u'
        ? unsigned.toString()
        : code === 'o'
          ? unsigned.toString(8)
          : unsigned.toString(16);
  const digits = (code === 'X' ? body.toUpperCase() : body).padStart(precision ?? 1, '0');
  const signed = code === 'd' || code === 'i';
  const sign = signed ? (big < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') : '';
  const prefix =
    flags.includes('#') && big !== 0n
      ? code === 'x'
        ? '0x'
        : code === 'X'
          ? '0X'
          : code === 'o'
            ? '0'
            : ''
      : '';
  const text = sign + prefix + digits;
  if (flags.includes('-')) return text.padEnd(width);
  if (flags.includes('0') && precision === null) {
    return sign + prefix + digits.padStart(width - sign.length - prefix.length, '0');
  }
  return text.padStart(width);
}

/** string.format: integers that 32 bits do not hold are put in as text, the rest is the original's, which `pushOriginal`
 *  pushes. */
export function formatFunction(lua: LuaState, pushOriginal: (thread: LuaThread) => void): LuaFunction {
  const { module } = lua;
  return (thread) => {
    const count = module._lua_gettop(thread);
    pushOriginal(thread);
    let argument = 1;
    let format = '';
    if (count > 0 && module._lua_isstring(thread, 1)) {
      format = lua
        .toBytes(thread, 1)
        .replace(
          /%(?:%|([-+ #0]*)([0-9]{0,2})(?:\.([0-9]{0,2}))?([diuoxXcsqeEfgGaA]))/g,
          (
            spec: string,
            flags: string,
            width: string,
            precision: string | undefined,
            code: string | undefined,
          ) => {
            if (code === undefined) return spec;
            argument++;
            if (!'diuoxX'.includes(code) || argument > count || !module._lua_isnumber(thread, argument))
              return spec;
            const value = module._lua_tonumber(thread, argument);
            if (Math.abs(value) < 2 ** 31 && (value >= 0 || 'di'.includes(code))) return spec;
            const digits = precision === undefined ? null : Number(precision);
            return formatInteger(flags, Number(width), digits, code, value).replaceAll('%', '%%') + '%.0s';
          },
        );
    }
    for (let at = 1; at <= count; at++) {
      if (at === 1 && format !== '') lua.pushBytes(thread, format);
      else module._lua_pushvalue(thread, at);
    }
    if (module._lua_pcall(thread, count, 1, 0) !== 0) {
      // The original did not know by whom and by what name it was called.
      const text = lua.toBytes(thread, -1);
      lua.raise(thread, text.replace("to '?'", "to 'format'"));
    }
    return 1;
  };
}

/** What strtoul with 64 bits makes of a text; null where something else stands in it. */
function parseUnsigned(text: Bytes, base: number): number | null {
  const found = /^[ \t\n\v\f\r]*([+-]?)(0x(?=[0-9a-f]))?([0-9a-z]+)[ \t\n\v\f\r]*$/i.exec(cString(text));
  if (found === null) return null;
  const [, sign, prefix = '', rest] = found as unknown as [string, string, string | undefined, string];
  const digits = prefix !== '' && base !== 16 ? prefix + rest : rest;
  let value = 0n;
  for (const digit of digits) {
    const worth = parseInt(digit, 36);
    if (worth >= base) return null;
    value = value * BigInt(base) + BigInt(worth);
    if (value >> 64n !== 0n) value = 1n << 64n;
  }
  if (value >> 64n !== 0n) return 2 ** 64;
  return Number(BigInt.asUintN(64, sign === '-' ? -value : value));
}

/** tonumber: numbers of another base may have 64 bits. */
export function toNumberFunction(lua: LuaState): LuaFunction {
  const { module } = lua;
  return (thread) => {
    const base = lua.type(thread, 2) > LUA_NIL ? Math.trunc(lua.checkNumber(thread, 2)) : 10;
    let value: number | null = null;
    if (base !== 10) {
      const text = lua.checkString(thread, 1);
      if (!(base >= 2 && base <= 36)) lua.argumentError(thread, 2, 'base out of range');
      value = parseUnsigned(text, base);
    } else if (lua.type(thread, 1) < LUA_NIL) lua.argumentError(thread, 1, 'value expected');
    else if (module._lua_isnumber(thread, 1)) value = module._lua_tonumber(thread, 1);
    if (value === null) module._lua_pushnil(thread);
    else module._lua_pushnumber(thread, value);
    return 1;
  };
}
