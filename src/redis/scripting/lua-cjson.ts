/* The library cjson: JSON for scripts, with the limits and the messages of lua-cjson. */

import type { Bytes } from '#base/bytes.ts';
import { formatG, parseDouble } from '#base/float.ts';
import type { CjsonConfig } from './cjson-config.ts';
import type { LuaThread } from './lua-module.ts';
import { LUA_BOOLEAN, LUA_GLOBALS, LUA_NIL, type LuaFunction, type LuaState } from './lua-state.ts';
import { LUA_NULL, LuaOpaque, LuaTable, pushValue, readValue, type LuaValue } from './lua-value.ts';

/** A value that JSON cannot say, or a text that is not JSON. */
class CjsonError extends Error {}

const INT_MAX = 2147483647;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function encodeString(text: Bytes): Bytes {
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(
    /["\\/\x00-\x1f\x7f]/g,
    (char) => ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

function encodeNumber(value: number, config: CjsonConfig): Bytes {
  if (!Number.isFinite(value)) {
    if (config.encodeInvalidNumbers === 'null') return 'null';
    if (!config.encodeInvalidNumbers) {
      throw new CjsonError('Cannot serialise number: must not be NaN or Inf');
    }
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  return formatG(value, config.precision);
}

/** Length of a table as an array, or -1 when it is an object. */
function arrayLength(table: LuaTable, config: CjsonConfig): number {
  let max = 0;
  for (const [key] of table.pairs) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 1) return -1;
    // An int of C: what does not fit is the smallest.
    if (key > max) max = key > INT_MAX ? -INT_MAX - 1 : key;
  }
  const items = table.pairs.length;
  if (config.sparseRatio > 0 && max > items * config.sparseRatio && max > config.sparseSafe) {
    if (!config.sparseConvert) throw new CjsonError('Cannot serialise table: excessively sparse array');
    return -1;
  }
  return max <= 0 ? -1 : max;
}

function encode(value: LuaValue, config: CjsonConfig): Bytes {
  if (value === null || value === LUA_NULL) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return encodeNumber(value, config);
  if (typeof value === 'string') return encodeString(value);
  if (!(value instanceof LuaTable)) {
    const kind = value instanceof LuaOpaque ? value.kind : 'userdata';
    throw new CjsonError(`Cannot serialise ${kind}: type not supported`);
  }
  const length = arrayLength(value, config);
  if (length > 0) {
    const items = new Map(value.pairs);
    const parts: Bytes[] = [];
    for (let at = 1; at <= length; at++) parts.push(encode(items.get(at) ?? null, config));
    return `[${parts.join(',')}]`;
  }
  const parts = value.pairs.map(([key, item]) => {
    if (typeof key !== 'string' && typeof key !== 'number') {
      const kind = key instanceof LuaOpaque ? key.kind : typeof key === 'boolean' ? 'boolean' : 'userdata';
      throw new CjsonError(`Cannot serialise ${kind}: table key must be a number or string`);
    }
    const name = typeof key === 'number' ? `"${encodeNumber(key, config)}"` : encodeString(key);
    return `${name}:${encode(item, config)}`;
  });
  return `{${parts.join(',')}}`;
}

interface Token {
  readonly kind: string;
  readonly at: number;
  readonly value?: LuaValue;
  /** What is wrong, for T_ERROR. */
  readonly problem?: string;
}

const PUNCTUATION: Readonly<Record<string, string>> = {
  '{': 'T_OBJ_BEGIN',
  '}': 'T_OBJ_END',
  '[': 'T_ARR_BEGIN',
  ']': 'T_ARR_END',
  ',': 'T_COMMA',
  ':': 'T_COLON',
};

const UNESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
};

/** A number as C reads it. */
const NUMBER = /^[+-]?(0x[0-9a-f]+|inf(inity)?|nan|([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?)/i;

/** What strtod makes of a number: infinity where it is too large, nothing where it is too small. */
const readNumber = (text: Bytes): number => parseDouble(text) ?? (/x/i.test(text) ? 0 : Number(text));

/** Reads a JSON text. */
class Decoder {
  private readonly text: Bytes;
  private readonly config: CjsonConfig;
  private at = 0;
  private depth = 0;

  constructor(text: Bytes, config: CjsonConfig) {
    this.text = text;
    this.config = config;
  }

  decode(): LuaValue {
    if (this.text.length >= 2 && this.text.slice(0, 2).includes('\0'))
      throw new CjsonError('JSON parser does not support UTF-16 or UTF-32');
    const value = this.value(this.next());
    const end = this.next();
    if (end.kind !== 'T_END') this.fail('the end', end);
    return value;
  }

  private fail(expected: string, token: Token): never {
    const found = token.kind === 'T_ERROR' ? (token.problem as string) : token.kind;
    throw new CjsonError(`Expected ${expected} but found ${found} at character ${token.at + 1}`);
  }

  private next(): Token {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++;
    const at = this.at;
    const char = this.text[at];
    if (char === undefined || char === '\0') return { kind: 'T_END', at };
    const mark = PUNCTUATION[char];
    if (mark) {
      this.at++;
      return { kind: mark, at };
    }
    if (char === '"') return this.string();
    for (const [word, kind, value] of [
      ['true', 'T_BOOLEAN', true],
      ['false', 'T_BOOLEAN', false],
      ['null', 'T_NULL', LUA_NULL],
    ] as const) {
      if (this.text.startsWith(word, at)) {
        this.at += word.length;
        return { kind, at, value };
      }
    }
    return this.number();
  }

  private number(): Token {
    const at = this.at;
    const rest = this.text.slice(at, at + 400);
    const { decodeInvalidNumbers } = this.config;
    const beginsAsNumber = /^[-0-9]/.test(rest);
    // What C would read as a number and JSON does not allow.
    const isInvalid = /^(\+|-?(0[0-9x]|inf|nan))/i.test(rest);
    if (!beginsAsNumber && !(decodeInvalidNumbers && isInvalid))
      return { kind: 'T_ERROR', at, problem: 'invalid token' };
    const number = NUMBER.exec(rest)?.[0];
    if (number === undefined || (isInvalid && !decodeInvalidNumbers))
      return { kind: 'T_ERROR', at, problem: 'invalid number' };
    this.at += number.length;
    return { kind: 'T_NUMBER', at, value: /nan/i.test(number) ? NaN : readNumber(number) };
  }

  private string(): Token {
    const at = this.at;
    let out = '';
    for (let of = at + 1; ; of++) {
      const char = this.text[of];
      if (char === undefined) return { kind: 'T_ERROR', at: of, problem: 'unexpected end of string' };
      if (char === '"') {
        this.at = of + 1;
        return { kind: 'T_STRING', at, value: out };
      }
      if (char !== '\\') {
        out += char;
        continue;
      }
      const escape = this.text[++of] ?? '';
      if (escape === 'u') {
        const [bytes, length] = unicodeEscape(this.text, of + 1);
        if (length === 0) return { kind: 'T_ERROR', at: of - 1, problem: 'invalid unicode escape code' };
        out += bytes;
        of += length;
        continue;
      }
      const plain = UNESCAPES[escape];
      if (plain === undefined) return { kind: 'T_ERROR', at: of - 1, problem: 'invalid escape code' };
      out += plain;
    }
  }

  private value(token: Token): LuaValue {
    if (token.kind === 'T_OBJ_BEGIN') return this.object();
    if (token.kind === 'T_ARR_BEGIN') return this.array();
    if (token.value === undefined) return this.fail('value', token);
    return token.value;
  }

  private descend(): void {
    if (++this.depth > this.config.decodeMaxDepth) {
      throw new CjsonError(`Found too many nested data structures (${this.depth}) at character ${this.at}`);
    }
  }

  private array(): LuaTable {
    this.descend();
    const table = new LuaTable();
    let token = this.next();
    for (let index = 1; token.kind !== 'T_ARR_END'; index++) {
      table.pairs.push([index, this.value(token)]);
      token = this.next();
      if (token.kind === 'T_ARR_END') break;
      if (token.kind !== 'T_COMMA') this.fail('comma or array end', token);
      token = this.next();
      if (token.kind === 'T_ARR_END') this.fail('value', token);
    }
    this.depth--;
    return table;
  }

  private object(): LuaTable {
    this.descend();
    const table = new LuaTable();
    let token = this.next();
    while (token.kind !== 'T_OBJ_END') {
      if (token.kind !== 'T_STRING') this.fail('object key string', token);
      const key = token.value as Bytes;
      token = this.next();
      if (token.kind !== 'T_COLON') this.fail('colon', token);
      table.pairs.push([key, this.value(this.next())]);
      token = this.next();
      if (token.kind === 'T_OBJ_END') break;
      if (token.kind !== 'T_COMMA') this.fail('comma or object end', token);
      token = this.next();
      if (token.kind === 'T_OBJ_END') this.fail('object key string', token);
    }
    this.depth--;
    return table;
  }
}

/** The UTF-8 bytes of `\uXXXX` (maybe a pair of surrogates), and how many characters were read. */
function unicodeEscape(text: Bytes, at: number): [bytes: Bytes, length: number] {
  const unit = (from: number): number => {
    const digits = text.slice(from, from + 4);
    return /^[0-9a-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : -1;
  };
  let code = unit(at);
  let length = 4;
  if (code < 0 || (code >= 0xdc00 && code <= 0xdfff)) return ['', 0];
  if (code >= 0xd800 && code <= 0xdbff) {
    const low = text.slice(at + 4, at + 6) === '\\u' ? unit(at + 6) : -1;
    if (low < 0xdc00 || low > 0xdfff) return ['', 0];
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    length = 10;
  }
  const bytes =
    code < 0x80
      ? [code]
      : code < 0x800
        ? [0xc0 | (code >> 6), 0x80 | (code & 63)]
        : code < 0x10000
          ? [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
          : [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)];
  return [String.fromCharCode(...bytes), length];
}

/** Where the functions of the library find their settings: those of the table by which they were called. */
export interface CjsonSettings {
  get(table: number): CjsonConfig;
  set(table: number, config: CjsonConfig): void;
  /** Settings for one more table of functions; its number. */
  add(): number;
}

/** The first upvalue of the function that runs. */
const FIRST_UPVALUE = LUA_GLOBALS - 1;

/** Pushes the library as a table. Functions that a script gets from `new` have settings of their own. */
export function pushCjson(lua: LuaState, settings: CjsonSettings): void {
  const { module } = lua;
  const tableOf = (thread: LuaThread): number => module._lua_tonumber(thread, FIRST_UPVALUE);
  const addresses = new Map<string, number>();
  const push = (thread: LuaThread, table: number): void => {
    module._lua_createtable(thread, 0, 16);
    for (const [name, address] of addresses) {
      module._lua_pushnumber(thread, table);
      module._lua_pushcclosure(thread, address, 1);
      lua.setField(thread, -2, name);
    }
    lua.pushBytes(thread, 'cjson');
    lua.setField(thread, -2, '_NAME');
    lua.pushBytes(thread, '2.1.0');
    lua.setField(thread, -2, '_VERSION');
    module._lua_pushlightuserdata(thread, 0);
    lua.setField(thread, -2, 'null');
  };
  const functions: Record<string, LuaFunction> = {
    ...codingFunctions(lua, (thread) => settings.get(tableOf(thread))),
    ...settingFunctions(lua, {
      get: (thread) => settings.get(tableOf(thread)),
      set: (thread, config) => settings.set(tableOf(thread), config),
    }),
    new: (thread) => {
      push(thread, settings.add());
      return 1;
    },
  };
  for (const [name, code] of Object.entries(functions)) addresses.set(name, lua.addressOf(code));
  push(lua.main, 0);
}

function codingFunctions(
  lua: LuaState,
  config: (thread: LuaThread) => CjsonConfig,
): Record<string, LuaFunction> {
  const { module } = lua;
  const guarded = (thread: LuaThread, action: () => LuaValue): number => {
    let problem: string | null = null;
    let value: LuaValue = null;
    try {
      value = action();
    } catch (error) {
      if (!(error instanceof CjsonError)) throw error;
      problem = error.message;
    }
    // Raised outside of the try: Lua's errors pass through here as exceptions of their own.
    if (problem !== null) lua.raise(thread, problem);
    pushValue(lua, thread, value);
    return 1;
  };
  const one = (thread: LuaThread): void => {
    if (module._lua_gettop(thread) !== 1) lua.argumentError(thread, 1, 'expected 1 argument');
  };
  return {
    encode: (thread) => {
      one(thread);
      const now = config(thread);
      return guarded(thread, () => {
        const tooDeep = (found: number): never => {
          throw new CjsonError(`Cannot serialise, excessive nesting (${found})`);
        };
        return encode(readValue(lua, thread, 1, now.encodeMaxDepth, tooDeep), now);
      });
    },
    decode: (thread) => {
      one(thread);
      const text = lua.checkString(thread, 1);
      const now = config(thread);
      return guarded(thread, () => new Decoder(text, now).decode());
    },
  };
}

type Choice = boolean | 'null';

/** The functions by which a script adjusts the library: each sets what it is given and returns what holds. */
function settingFunctions(
  lua: LuaState,
  settings: { get(thread: LuaThread): CjsonConfig; set(thread: LuaThread, config: CjsonConfig): void },
): Record<string, LuaFunction> {
  const { module } = lua;
  const expectArguments = (thread: LuaThread, most: number): void => {
    if (module._lua_gettop(thread) > most) lua.argumentError(thread, most + 1, 'found too many arguments');
  };
  const integer = (thread: LuaThread, at: number, now: number, min: number, max: number): number => {
    if (lua.type(thread, at) <= LUA_NIL) return now;
    const value = Math.trunc(lua.checkNumber(thread, at));
    if (!(value >= min && value <= max)) {
      lua.argumentError(thread, 1, `expected integer between ${min} and ${max}`);
    }
    return value;
  };
  const choice = <T extends Choice>(thread: LuaThread, now: T, words: Readonly<Record<string, T>>): T => {
    const type = lua.type(thread, 1);
    if (type <= LUA_NIL) return now;
    if (type === LUA_BOOLEAN) return (module._lua_toboolean(thread, 1) !== 0) as T;
    const word = lua.checkString(thread, 1);
    const value = Object.hasOwn(words, word) ? words[word] : undefined;
    return value ?? lua.argumentError(thread, 1, `invalid option '${word}'`);
  };
  const integerSetting =
    (field: 'encodeMaxDepth' | 'decodeMaxDepth' | 'precision', max: number): LuaFunction =>
    (thread) => {
      expectArguments(thread, 1);
      const before = settings.get(thread);
      const value = integer(thread, 1, before[field], 1, max);
      if (value !== before[field]) settings.set(thread, { ...before, [field]: value });
      module._lua_pushnumber(thread, value);
      return 1;
    };
  const choiceSetting =
    <F extends 'encodeInvalidNumbers' | 'decodeInvalidNumbers' | 'keepBuffer'>(
      field: F,
      words: Readonly<Record<string, CjsonConfig[F]>>,
    ): LuaFunction =>
    (thread) => {
      expectArguments(thread, 1);
      const before = settings.get(thread);
      const value = choice(thread, before[field], words);
      if (value !== before[field]) settings.set(thread, { ...before, [field]: value });
      pushValue(lua, thread, value);
      return 1;
    };
  return {
    encode_sparse_array: (thread) => {
      expectArguments(thread, 3);
      const before = settings.get(thread);
      const sparseConvert = choice(thread, before.sparseConvert, OFF_ON);
      const sparseRatio = integer(thread, 2, before.sparseRatio, 0, INT_MAX);
      const sparseSafe = integer(thread, 3, before.sparseSafe, 0, INT_MAX);
      settings.set(thread, { ...before, sparseConvert, sparseRatio, sparseSafe });
      module._lua_pushboolean(thread, sparseConvert ? 1 : 0);
      module._lua_pushnumber(thread, sparseRatio);
      module._lua_pushnumber(thread, sparseSafe);
      return 3;
    },
    encode_max_depth: integerSetting('encodeMaxDepth', INT_MAX),
    decode_max_depth: integerSetting('decodeMaxDepth', INT_MAX),
    encode_number_precision: integerSetting('precision', 14),
    encode_keep_buffer: choiceSetting('keepBuffer', OFF_ON),
    encode_invalid_numbers: choiceSetting('encodeInvalidNumbers', { ...OFF_ON, null: 'null' }),
    decode_invalid_numbers: choiceSetting('decodeInvalidNumbers', OFF_ON),
  };
}

const OFF_ON: Readonly<Record<string, boolean>> = { off: false, on: true };
