/* Lua for programs and tests that run in Node, where the interpreter lies beside its package. */

export { loadLua } from '#redis/scripting/load-lua.ts';
