/* Lua values as trees of ours and back, for the libraries that turn them into bytes. */

import type { Bytes } from '#base/bytes.ts';
import type { LuaThread } from './lua-module.ts';
import {
  LUA_BOOLEAN,
  LUA_LIGHTUSERDATA,
  LUA_NIL,
  LUA_NUMBER,
  LUA_STRING,
  LUA_TABLE,
  type LuaState,
} from './lua-state.ts';

/** cjson.null: the userdata that is no address. */
export const LUA_NULL = Symbol('null');
/** Something that has no form outside Lua: a function, a thread; `kind` is its type. */
export class LuaOpaque {
  readonly kind: string;
  constructor(kind: string) {
    this.kind = kind;
  }
}
/** A table: its pairs in the order in which Lua walks them. */
export class LuaTable {
  readonly pairs: [LuaValue, LuaValue][];
  constructor(pairs: [LuaValue, LuaValue][] = []) {
    this.pairs = pairs;
  }
}

export type LuaValue = null | boolean | number | Bytes | typeof LUA_NULL | LuaTable | LuaOpaque;

/** Reads a value. Tables deeper than `maxDepth` call `tooDeep`, which raises an error or stands in. */
export function readValue(
  lua: LuaState,
  thread: LuaThread,
  index: number,
  maxDepth: number,
  tooDeep: (depth: number) => LuaValue,
  depth = 0,
): LuaValue {
  const { module } = lua;
  const type = lua.type(thread, index);
  if (type === LUA_NIL || type < 0) return null;
  if (type === LUA_BOOLEAN) return module._lua_toboolean(thread, index) !== 0;
  if (type === LUA_NUMBER) return module._lua_tonumber(thread, index);
  if (type === LUA_STRING) return lua.toBytes(thread, index);
  if (type === LUA_LIGHTUSERDATA && module._lua_touserdata(thread, index) === 0) return LUA_NULL;
  if (type !== LUA_TABLE) return new LuaOpaque(lua.typeName(thread, index));
  if (depth + 1 > maxDepth || !module._lua_checkstack(thread, 8)) return tooDeep(depth + 1);
  const table = lua.absolute(thread, index);
  const pairs: [LuaValue, LuaValue][] = [];
  module._lua_pushnil(thread);
  while (module._lua_next(thread, table)) {
    const key = readValue(lua, thread, -2, 0, () => new LuaOpaque('table'), depth);
    pairs.push([key, readValue(lua, thread, -1, maxDepth, tooDeep, depth + 1)]);
    lua.pop(thread);
  }
  return new LuaTable(pairs);
}

/** Pushes a value. */
export function pushValue(lua: LuaState, thread: LuaThread, value: LuaValue): void {
  const { module } = lua;
  if (value === null || value instanceof LuaOpaque) module._lua_pushnil(thread);
  else if (value === LUA_NULL) module._lua_pushlightuserdata(thread, 0);
  else if (typeof value === 'boolean') module._lua_pushboolean(thread, value ? 1 : 0);
  else if (typeof value === 'number') module._lua_pushnumber(thread, value);
  else if (typeof value === 'string') lua.pushBytes(thread, value);
  else pushTable(lua, thread, value);
}

function pushTable(lua: LuaState, thread: LuaThread, table: LuaTable): void {
  const { module } = lua;
  if (!module._lua_checkstack(thread, 8)) lua.raise(thread, 'stack overflow');
  module._lua_createtable(thread, 0, 0);
  for (const [key, item] of table.pairs) {
    pushValue(lua, thread, key);
    pushValue(lua, thread, item);
    module._lua_rawset(thread, -3);
  }
}

/** The elements when all keys are 1 .. n, else null. */
export function asArray(table: LuaTable): LuaValue[] | null {
  const out: LuaValue[] = new Array<LuaValue>(table.pairs.length);
  for (const [key, item] of table.pairs) {
    if (typeof key !== 'number' || !Number.isInteger(key) || key < 1 || key > out.length) return null;
    out[key - 1] = item;
  }
  return out;
}
