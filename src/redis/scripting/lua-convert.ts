/* Replies as Lua values, and what a script returns as a reply (after script_lua.c). */

import { cString, type Bytes } from '#base/bytes.ts';
import { formatDouble } from '#base/float.ts';
import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  CountedError,
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#redis/reply.ts';
import type { LuaThread } from './lua-module.ts';
import { LUA_BOOLEAN, LUA_NUMBER, LUA_STRING, LUA_TABLE, type LuaState } from './lua-state.ts';

/** Pushes a table with one field. */
function pushField(lua: LuaState, thread: LuaThread, name: Bytes, push: () => void): void {
  lua.module._lua_createtable(thread, 0, 1);
  push();
  lua.setField(thread, -2, name);
}

function pushItems(lua: LuaState, thread: LuaThread, items: readonly Reply[], resp: 2 | 3): void {
  lua.module._lua_createtable(thread, items.length, 0);
  items.forEach((item, at) => {
    pushReply(lua, thread, item, resp);
    lua.module._lua_rawseti(thread, -2, at + 1);
  });
}

function pushMap(lua: LuaState, thread: LuaThread, map: MapReply, resp: 2 | 3): void {
  if (resp === 2) return pushItems(lua, thread, map.pairs.flat(), resp);
  pushField(lua, thread, 'map', () => {
    lua.module._lua_createtable(thread, 0, map.pairs.length);
    for (const [key, value] of map.pairs) {
      pushReply(lua, thread, key, resp);
      pushReply(lua, thread, value, resp);
      lua.module._lua_rawset(thread, -3);
    }
  });
}

function pushSet(lua: LuaState, thread: LuaThread, set: SetReply, resp: 2 | 3): void {
  if (resp === 2) return pushItems(lua, thread, set.items, resp);
  pushField(lua, thread, 'set', () => {
    lua.module._lua_createtable(thread, 0, set.items.length);
    for (const item of set.items) {
      pushReply(lua, thread, item, resp);
      lua.module._lua_pushboolean(thread, 1);
      lua.module._lua_rawset(thread, -3);
    }
  });
}

/** Pushes the table that stands for an error. */
export function pushError(lua: LuaState, thread: LuaThread, error: ErrorReply): void {
  pushField(lua, thread, 'err', () => lua.pushBytes(thread, error.text));
  if (!(error instanceof CountedError)) return;
  lua.module._lua_pushboolean(thread, 1);
  lua.setField(thread, -2, COUNTED);
}

/** The error that the table on top of the stack stands for. */
export function errorFrom(lua: LuaState, thread: LuaThread, text: Bytes): ErrorReply {
  lua.getField(thread, -1, COUNTED);
  const counted = lua.module._lua_toboolean(thread, -1) !== 0;
  lua.pop(thread);
  return counted ? new CountedError(text) : new ErrorReply(text);
}

/** The field of an error table that says so. */
const COUNTED = 'ignore_error_stats_update';

/** Pushes what redis.call returns for a reply. */
export function pushReply(lua: LuaState, thread: LuaThread, reply: Reply, resp: 2 | 3): void {
  const { module } = lua;
  if (!module._lua_checkstack(thread, 8)) lua.raise(thread, 'reached lua stack limit');
  if (reply === null || reply instanceof NullArray) {
    if (resp === 3) module._lua_pushnil(thread);
    else module._lua_pushboolean(thread, 0);
  } else if (typeof reply === 'string') lua.pushBytes(thread, reply);
  else if (typeof reply === 'number' || typeof reply === 'bigint')
    module._lua_pushnumber(thread, Number(reply));
  else if (reply instanceof Status) pushField(lua, thread, 'ok', () => lua.pushBytes(thread, reply.text));
  else if (reply instanceof ErrorReply) pushError(lua, thread, reply);
  else if (reply instanceof MapReply) pushMap(lua, thread, reply, resp);
  else if (reply instanceof SetReply) pushSet(lua, thread, reply, resp);
  else if (reply instanceof Push) pushItems(lua, thread, reply.items, resp);
  else if (reply instanceof Attribute) pushReply(lua, thread, reply.reply, resp);
  else pushScalar(lua, thread, reply as Double | Bool | BigNumber | Verbatim | readonly Reply[], resp);
}

function pushScalar(
  lua: LuaState,
  thread: LuaThread,
  reply: Double | Bool | BigNumber | Verbatim | readonly Reply[],
  resp: 2 | 3,
): void {
  const { module } = lua;
  if (reply instanceof Double) {
    if (resp === 2) lua.pushBytes(thread, reply.text);
    else pushField(lua, thread, 'double', () => module._lua_pushnumber(thread, reply.value));
  } else if (reply instanceof Bool) {
    if (resp === 2) module._lua_pushnumber(thread, reply.value ? 1 : 0);
    else module._lua_pushboolean(thread, reply.value ? 1 : 0);
  } else if (reply instanceof BigNumber) {
    if (resp === 2) lua.pushBytes(thread, reply.digits);
    else pushField(lua, thread, 'big_number', () => lua.pushBytes(thread, reply.digits));
  } else if (reply instanceof Verbatim) {
    if (resp === 2) return lua.pushBytes(thread, reply.text);
    pushField(lua, thread, 'verbatim_string', () => {
      pushField(lua, thread, 'string', () => lua.pushBytes(thread, reply.text));
      lua.pushBytes(thread, reply.format);
      lua.setField(thread, -2, 'format');
    });
  } else {
    pushItems(lua, thread, reply, resp);
  }
}

/** Simple strings and errors are one line. */
const oneLine = (text: Bytes): Bytes => text.replace(/[\r\n]/g, ' ');

/** Tables inside each other that a reply may have; beyond, Lua's own stack would end soon as well. */
const MAX_DEPTH = 1000;

/** Takes the value on top of the stack off as a reply. `scriptResp` is what the script chose with
 *  redis.setresp. */
export function popReply(lua: LuaState, thread: LuaThread, scriptResp: 2 | 3, depth = 0): Reply {
  const { module } = lua;
  const take = (reply: Reply): Reply => {
    lua.pop(thread);
    return reply;
  };
  if (depth > MAX_DEPTH || !module._lua_checkstack(thread, 8)) {
    return take(new ErrorReply('ERR reached lua stack limit'));
  }
  switch (lua.type(thread, -1)) {
    case LUA_STRING:
      return take(lua.toBytes(thread, -1));
    case LUA_BOOLEAN: {
      const value = module._lua_toboolean(thread, -1) !== 0;
      return take(scriptResp === 3 ? new Bool(value) : value ? 1 : null);
    }
    case LUA_NUMBER:
      return take(toInteger(module._lua_tonumber(thread, -1)));
    case LUA_TABLE:
      return take(tableReply(lua, thread, scriptResp, depth + 1));
    default:
      return take(null);
  }
}

/** A number as C converts a double to a long long: towards zero; what does not fit is the smallest. */
function toInteger(value: number): Reply {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  if (!(whole >= -(2 ** 63) && whole < 2 ** 63)) return -(2n ** 63n);
  return BigInt(whole);
}

function tableReply(lua: LuaState, thread: LuaThread, scriptResp: 2 | 3, depth: number): Reply {
  const { module } = lua;
  /** Reads one field; leaves the stack as it was. */
  const field = <T>(name: Bytes, type: number, read: () => T): T | undefined => {
    const found = lua.getField(thread, -1, name) === type ? read() : undefined;
    lua.pop(thread);
    return found;
  };
  const text = (): Bytes => lua.toBytes(thread, -1);
  const failure = field('err', LUA_STRING, text);
  if (failure !== undefined)
    return errorFrom(lua, thread, oneLine(cString(failure.startsWith('-') ? failure.slice(1) : failure)));
  const status = field('ok', LUA_STRING, text);
  if (status !== undefined) return new Status(oneLine(cString(status)));
  const double = field('double', LUA_NUMBER, () => module._lua_tonumber(thread, -1));
  if (double !== undefined) return new Double(double, formatDouble(double));
  const map = field('map', LUA_TABLE, () => new MapReply(pairsOf(lua, thread, scriptResp, depth)));
  if (map) return map;
  const set = field(
    'set',
    LUA_TABLE,
    () => new SetReply(pairsOf(lua, thread, scriptResp, depth).map(([key]) => key)),
  );
  if (set) return set;
  const digits = field('big_number', LUA_STRING, text);
  if (digits !== undefined) return new BigNumber(oneLine(digits));
  const verbatim = field('verbatim_string', LUA_TABLE, () => {
    const string = field('string', LUA_STRING, text);
    const format = field('format', LUA_STRING, text);
    return string === undefined || format === undefined
      ? undefined
      : new Verbatim(format.slice(0, 3).padEnd(3), string);
  });
  return verbatim ?? itemsOf(lua, thread, scriptResp, depth);
}

function pairsOf(lua: LuaState, thread: LuaThread, scriptResp: 2 | 3, depth: number): [Reply, Reply][] {
  const { module } = lua;
  const table = lua.absolute(thread, -1);
  const pairs: [Reply, Reply][] = [];
  module._lua_pushnil(thread);
  while (module._lua_next(thread, table)) {
    const value = popReply(lua, thread, scriptResp, depth);
    // The key stays for the next step; a copy is read.
    module._lua_pushvalue(thread, -1);
    pairs.push([popReply(lua, thread, scriptResp, depth), value]);
  }
  return pairs;
}

/** The elements from 1 up to the first nil. */
function itemsOf(lua: LuaState, thread: LuaThread, scriptResp: 2 | 3, depth: number): Reply[] {
  const table = lua.absolute(thread, -1);
  const items: Reply[] = [];
  for (let at = 1; ; at++) {
    lua.module._lua_rawgeti(thread, table, at);
    if (lua.type(thread, -1) === 0) break;
    items.push(popReply(lua, thread, scriptResp, depth));
  }
  lua.pop(thread);
  return items;
}
