/* Lua 5.1 as a WebAssembly module, and how it comes here.
 *
 * The interpreter is the real one, compiled; it is large, so whoever runs a world loads it when a
 * script first asks for it (load-lua.ts). What is kept is code, not state: all that a script can leave
 * behind is in the ScriptingState of its server. Everything goes through the C interface of Lua with
 * pointers and lengths, since strings are binary. */

/** Address of a lua_State. */
export type LuaThread = number;

/** The part of the compiled module that is used here (the C interface of Lua 5.1). */
export interface LuaModule {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  addFunction(code: (...args: number[]) => number | void, signature: string): number;
  _malloc(size: number): number;
  _realloc(at: number, size: number): number;
  _free(at: number): void;
  _lua_newstate(allocator: number, data: number): LuaThread;
  _lua_close(thread: LuaThread): void;
  _luaL_openlibs(thread: LuaThread): void;
  _luaL_loadbuffer(thread: LuaThread, text: number, size: number, name: number): number;
  _luaL_where(thread: LuaThread, level: number): void;
  _luaL_argerror(thread: LuaThread, argument: number, problem: number): number;
  _luaL_checknumber(thread: LuaThread, argument: number): number;
  _luaL_checklstring(thread: LuaThread, argument: number, length: number): number;
  _luaL_ref(thread: LuaThread, table: number): number;
  _luaL_unref(thread: LuaThread, table: number, ref: number): void;
  _lua_pcall(thread: LuaThread, args: number, results: number, handler: number): number;
  _lua_call(thread: LuaThread, args: number, results: number): void;
  _lua_error(thread: LuaThread): number;
  _lua_gettop(thread: LuaThread): number;
  _lua_settop(thread: LuaThread, index: number): void;
  _lua_pushvalue(thread: LuaThread, index: number): void;
  _lua_remove(thread: LuaThread, index: number): void;
  _lua_insert(thread: LuaThread, index: number): void;
  _lua_replace(thread: LuaThread, index: number): void;
  _lua_checkstack(thread: LuaThread, slots: number): number;
  _lua_type(thread: LuaThread, index: number): number;
  _lua_toboolean(thread: LuaThread, index: number): number;
  _lua_tonumber(thread: LuaThread, index: number): number;
  _lua_tolstring(thread: LuaThread, index: number, length: number): number;
  _lua_touserdata(thread: LuaThread, index: number): number;
  _lua_pushnil(thread: LuaThread): void;
  _lua_pushboolean(thread: LuaThread, value: number): void;
  _lua_pushnumber(thread: LuaThread, value: number): void;
  _lua_pushlstring(thread: LuaThread, text: number, size: number): void;
  _lua_pushlightuserdata(thread: LuaThread, at: number): void;
  _lua_pushcclosure(thread: LuaThread, code: number, upvalues: number): void;
  _lua_createtable(thread: LuaThread, items: number, fields: number): void;
  _lua_rawget(thread: LuaThread, index: number): void;
  _lua_rawset(thread: LuaThread, index: number): void;
  _lua_rawgeti(thread: LuaThread, index: number, at: number): void;
  _lua_rawseti(thread: LuaThread, index: number, at: number): void;
  _lua_next(thread: LuaThread, index: number): number;
  _lua_concat(thread: LuaThread, count: number): void;
  _lua_isnumber(thread: LuaThread, index: number): number;
  _lua_isstring(thread: LuaThread, index: number): number;
  _lua_setfenv(thread: LuaThread, index: number): number;
  _lua_sethook(thread: LuaThread, code: number, mask: number, count: number): void;
  _lua_getstack(thread: LuaThread, level: number, record: number): number;
  _lua_getinfo(thread: LuaThread, what: number, record: number): number;
  _lua_getlocal(thread: LuaThread, record: number, at: number): number;
  _lua_newthread(thread: LuaThread): LuaThread;
  _lua_topointer(thread: LuaThread, index: number): number;
  _lua_getfield(thread: LuaThread, index: number, name: number): void;
  _lua_gc(thread: LuaThread, what: number, data: number): number;
}
