/* Values of Lua, and replies of Redis, as the debugger of scripts shows them (after ldbCatStackValue and
 * ldbRedisProtocolToHuman in eval.c). */

import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { sdscatrepr } from '#base/quote.ts';
import {
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  NullArray,
  SetReply,
  Status,
  Verbatim,
  type Reply,
} from '#redis/reply.ts';
import type { LuaThread } from './lua-module.ts';
import { LUA_BOOLEAN, LUA_LIGHTUSERDATA, LUA_NIL, LUA_NUMBER, LUA_STRING, LUA_TABLE } from './lua-state.ts';
import type { LuaState } from './lua-state.ts';

/** Tables inside each other that are shown. */
const MAX_DEPTH = 10;
const TOO_DEEP = '<max recursion level reached! Nested table?>';
/** Text of a table after which nobody looks for more of it. */
const LONGEST = 1 << 20;

/** The value at an index of the stack. */
export function catStackValue(lua: LuaState, thread: LuaThread, index: number, depth = 0): Bytes {
  if (depth === MAX_DEPTH) return TOO_DEEP;
  const { module } = lua;
  const type = lua.type(thread, index);
  if (type === LUA_STRING) return sdscatrepr(lua.toBytes(thread, index));
  if (type === LUA_BOOLEAN) return module._lua_toboolean(thread, index) ? 'true' : 'false';
  if (type === LUA_NUMBER) {
    const value = module._lua_tonumber(thread, index);
    // What a processor makes of 0/0 has its sign bit set.
    return Number.isNaN(value) ? '-nan' : formatG(value, 6);
  }
  if (type === LUA_NIL) return 'nil';
  if (type === LUA_TABLE) return catTable(lua, thread, lua.absolute(thread, index), depth + 1);
  const name = type === LUA_LIGHTUSERDATA ? 'light' : lua.typeName(thread, index);
  return `"${name}@0x${module._lua_topointer(thread, index).toString(16)}"`;
}

/** A table whose keys are 1, 2, 3 ... in this order is shown without them. */
function catTable(lua: LuaState, thread: LuaThread, table: number, depth: number): Bytes {
  const { module } = lua;
  if (!module._lua_checkstack(thread, 4)) return TOO_DEEP;
  const items: Bytes[] = [];
  const fields: Bytes[] = [];
  let isList = true;
  let length = 0;
  module._lua_pushnil(thread);
  while (module._lua_next(thread, table)) {
    const expected = items.length + 1;
    isList &&= lua.type(thread, -2) === LUA_NUMBER && module._lua_tonumber(thread, -2) === expected;
    const value = catStackValue(lua, thread, -1, depth);
    const key = catStackValue(lua, thread, -2, depth);
    lua.pop(thread);
    items.push(value);
    fields.push(`[${key}]=${value}`);
    length += key.length + value.length;
    if (length < LONGEST) continue;
    lua.pop(thread);
    break;
  }
  return `{${(isList ? items : fields).join('; ')}}`;
}

/** A reply to a script that has chosen a version of the protocol. */
export function replyForHumans(reply: Reply, resp: 2 | 3): Bytes {
  const inside = (item: Reply): Bytes => replyForHumans(item, resp);
  if (reply === null || reply instanceof NullArray) return resp === 2 ? 'NULL' : '(null)';
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (typeof reply === 'string') return sdscatrepr(reply);
  if (reply instanceof Status) return sdscatrepr(`+${reply.text}`);
  if (reply instanceof ErrorReply) return sdscatrepr(`-${reply.text}`);
  if (reply instanceof Double) return resp === 2 ? sdscatrepr(reply.text) : `(double) ${reply.text}`;
  if (reply instanceof Bool)
    return resp === 2 ? String(Number(reply.value)) : reply.value ? '#true' : '#false';
  if (reply instanceof Verbatim) return sdscatrepr(reply.text);
  if (reply instanceof BigNumber) return reply.digits;
  if (reply instanceof MapReply) {
    if (resp === 2) return `[${reply.pairs.flat().map(inside).join(',')}]`;
    return `{${reply.pairs.map(([key, value]) => `${inside(key)} => ${inside(value)}`).join(',')}}`;
  }
  if (reply instanceof SetReply) {
    const items = reply.items.map(inside).join(',');
    return resp === 2 ? `[${items}]` : `~(${items})`;
  }
  return Array.isArray(reply) ? `[${(reply as Reply[]).map(inside).join(',')}]` : '';
}
