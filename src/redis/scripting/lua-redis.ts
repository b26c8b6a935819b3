/* The table `redis` that scripts talk to (after script_lua.c and function_lua.c). */

import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { sha1Hex } from '#base/sha1.ts';
import { aclCheckUserCommand } from '#redis/acl.ts';
import { lookupCommand } from '#redis/commands.ts';
import { ErrorReply } from '#redis/reply.ts';
import { LOG_LEVELS } from '#redis/io.ts';
import { pushError, pushReply } from './lua-convert.ts';
import type { LuaThread } from './lua-module.ts';
import {
  LUA_FUNCTION,
  LUA_NUMBER,
  LUA_REGISTRY,
  LUA_STRING,
  LUA_TABLE,
  type LuaFunction,
  type LuaState,
} from './lua-state.ts';
import { scriptCommand } from './script-command.ts';
import { REPL_ALL, type ScriptRun } from './script-run.ts';
import { FLAG_NAMES, noFlags } from './state.ts';

/** The version whose behaviour this is. */
const VERSION = '7.0.15';
const VERSION_NUMBER = 0x07000f;

/** Raises an error in the form of a table, as redis.call does. */
function raiseError(lua: LuaState, thread: LuaThread, text: Bytes): never {
  lua.onComplaint(text.replace(/^ERR /, ''));
  pushError(lua, thread, new ErrorReply(text));
  return lua.raiseTop(thread);
}

/** The arguments as a command; null when one is neither string nor number. */
function commandArguments(lua: LuaState, thread: LuaThread): Bytes[] | null {
  const count = lua.module._lua_gettop(thread);
  const argv: Bytes[] = [];
  for (let at = 1; at <= count; at++) {
    const type = lua.type(thread, at);
    if (type === LUA_NUMBER) argv.push(formatG(lua.module._lua_tonumber(thread, at), 17));
    else if (type === LUA_STRING) argv.push(lua.toBytes(thread, at));
    else return null;
  }
  return argv;
}

function callFunction(lua: LuaState, current: () => ScriptRun, raises: boolean): LuaFunction {
  return (thread) => {
    const run = current();
    const argv = commandArguments(lua, thread);
    const problem =
      lua.module._lua_gettop(thread) === 0
        ? 'Please specify at least one argument for this redis lib call'
        : argv === null
          ? 'Lua redis lib command arguments must be strings or integers'
          : null;
    if (problem !== null) run.debug?.onError(problem);
    const reply =
      argv === null || problem !== null ? new ErrorReply(`ERR ${problem}`) : scriptCommand(run, argv);
    if (run.waits) {
      run.stopped = true;
      lua.onTick(thread, false);
    }
    // Thousands of arguments would leave no room for the result.
    lua.module._lua_settop(thread, 0);
    if (reply instanceof ErrorReply && raises) {
      pushError(lua, thread, reply);
      return lua.raiseTop(thread);
    }
    pushReply(lua, thread, reply, run.client.resp);
    return 1;
  };
}

/** redis.error_reply and redis.status_reply: a table with one field. */
function singleField(lua: LuaState, name: 'err' | 'ok'): LuaFunction {
  return (thread) => {
    if (lua.module._lua_gettop(thread) !== 1 || lua.type(thread, 1) !== LUA_STRING) {
      pushError(lua, thread, new ErrorReply('ERR wrong number or type of arguments'));
      return 1;
    }
    const text = lua.toBytes(thread, 1);
    if (name === 'err') {
      const full = text.startsWith('-') ? text.slice(1) : text;
      const error = new ErrorReply(full.includes(' ') ? full : `ERR ${full}`);
      lua.onComplaint(`-${error.text}`);
      pushError(lua, thread, error);
    } else {
      lua.module._lua_createtable(thread, 0, 1);
      lua.pushBytes(thread, text);
      lua.setField(thread, -2, 'ok');
    }
    return 1;
  };
}

function logFunction(lua: LuaState, current: () => ScriptRun): LuaFunction {
  return (thread) => {
    const count = lua.module._lua_gettop(thread);
    if (count < 2) raiseError(lua, thread, 'ERR redis.log() requires two arguments or more.');
    if (lua.type(thread, 1) !== LUA_NUMBER) {
      raiseError(lua, thread, 'ERR First argument must be a number (log level).');
    }
    const level = LOG_LEVELS[Math.trunc(lua.module._lua_tonumber(thread, 1))];
    if (level === undefined) return raiseError(lua, thread, 'ERR Invalid debug level.');
    const words: Bytes[] = [];
    for (let at = 2; at <= count; at++) {
      if (lua.module._lua_isstring(thread, at)) words.push(lua.toBytes(thread, at));
    }
    const run = current();
    // A run that repeats what was said before does not say it twice.
    if (run.debug?.isNew ?? run.replayed >= run.replies.length) run.server.io.log(level, words.join(' '));
    return 0;
  };
}

function aclCheckFunction(lua: LuaState, current: () => ScriptRun): LuaFunction {
  return (thread) => {
    const argv = commandArguments(lua, thread);
    if (lua.module._lua_gettop(thread) === 0) {
      raiseError(lua, thread, 'ERR Please specify at least one argument for this redis lib call');
    }
    if (argv === null) {
      return raiseError(lua, thread, 'ERR redis.acl_check_cmd() arguments must be strings or integers');
    }
    const command = lookupCommand(argv);
    if (command === null)
      return raiseError(lua, thread, 'ERR Invalid command passed to redis.acl_check_cmd()');
    const user = current().caller?.user ?? null;
    const allowed = user === null || aclCheckUserCommand(user, command, argv) === null;
    lua.module._lua_pushboolean(thread, allowed ? 1 : 0);
    return 1;
  };
}

/** What both scripts and the code of libraries have. */
function commonFunctions(lua: LuaState, current: () => ScriptRun): Record<string, LuaFunction> {
  return {
    log: logFunction(lua, current),
    sha1hex: (thread) => {
      if (lua.module._lua_gettop(thread) !== 1) raiseError(lua, thread, 'ERR wrong number of arguments');
      const text = lua.module._lua_isstring(thread, 1) ? lua.toBytes(thread, 1) : '';
      lua.pushBytes(thread, sha1Hex(text));
      return 1;
    },
    error_reply: singleField(lua, 'err'),
    status_reply: singleField(lua, 'ok'),
  };
}

/** What a running script has. */
export function redisFunctions(lua: LuaState, current: () => ScriptRun): Record<string, LuaFunction> {
  const { module } = lua;
  return {
    ...commonFunctions(lua, current),
    call: callFunction(lua, current, true),
    pcall: callFunction(lua, current, false),
    acl_check_cmd: aclCheckFunction(lua, current),
    replicate_commands: (thread) => {
      module._lua_pushboolean(thread, 1);
      return 1;
    },
    set_repl: (thread) => {
      if (module._lua_gettop(thread) !== 1)
        raiseError(lua, thread, 'ERR redis.set_repl() requires one argument.');
      const flags = Math.trunc(module._lua_tonumber(thread, -1));
      if ((flags & ~REPL_ALL) !== 0) {
        raiseError(
          lua,
          thread,
          'ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.',
        );
      }
      current().replFlags = flags;
      return 0;
    },
    setresp: (thread) => {
      if (module._lua_gettop(thread) !== 1)
        raiseError(lua, thread, 'ERR redis.setresp() requires one argument.');
      const resp = Math.trunc(module._lua_tonumber(thread, -1));
      if (resp !== 2 && resp !== 3) return raiseError(lua, thread, 'ERR RESP version must be 2 or 3.');
      current().client.resp = resp;
      return 0;
    },
    breakpoint: (thread) => {
      const { debug } = current();
      debug?.onBreakpoint(thread);
      module._lua_pushboolean(thread, debug === null ? 0 : 1);
      return 1;
    },
    debug: (thread) => {
      current().debug?.onDebug(thread);
      return 0;
    },
  };
}

/** What the code of a library has while it is loaded. */
export function libraryFunctions(lua: LuaState, current: () => ScriptRun): Record<string, LuaFunction> {
  return { ...commonFunctions(lua, current), register_function: registerFunction(lua, current) };
}

/** Constants of the table. */
export function pushConstants(lua: LuaState, thread: LuaThread): void {
  const numbers: Record<string, number> = {
    LOG_DEBUG: 0,
    LOG_VERBOSE: 1,
    LOG_NOTICE: 2,
    LOG_WARNING: 3,
    REPL_NONE: 0,
    REPL_AOF: 1,
    REPL_SLAVE: 2,
    REPL_REPLICA: 2,
    REPL_ALL: 3,
    REDIS_VERSION_NUM: VERSION_NUMBER,
  };
  for (const [name, value] of Object.entries(numbers)) {
    lua.module._lua_pushnumber(thread, value);
    lua.setField(thread, -2, name);
  }
  lua.pushBytes(thread, VERSION);
  lua.setField(thread, -2, 'REDIS_VERSION');
}

interface Registration {
  name: Bytes | null;
  description: Bytes | null;
  flags: ReturnType<typeof noFlags>;
  hasCallback: boolean;
}

/** Reads redis.register_function{...}; leaves the callback on top of the stack. */
function readNamedArguments(lua: LuaState, thread: LuaThread, out: Registration): void {
  const { module } = lua;
  module._lua_pushnil(thread);
  while (module._lua_next(thread, 1)) {
    if (lua.type(thread, -2) !== LUA_STRING) {
      raiseError(lua, thread, 'ERR named argument key given to redis.register_function is not a string');
    }
    const key = lua.toBytes(thread, -2).toLowerCase();
    const isString = lua.type(thread, -1) === LUA_STRING;
    if (key === 'function_name') {
      if (!isString)
        raiseError(
          lua,
          thread,
          'ERR function_name argument given to redis.register_function must be a string',
        );
      out.name = lua.toBytes(thread, -1);
    } else if (key === 'description') {
      if (!isString)
        raiseError(lua, thread, 'ERR description argument given to redis.register_function must be a string');
      out.description = lua.toBytes(thread, -1);
    } else if (key === 'callback') {
      if (lua.type(thread, -1) !== LUA_FUNCTION) {
        raiseError(lua, thread, 'ERR callback argument given to redis.register_function must be a function');
      }
      module._lua_pushvalue(thread, -1);
      // Kept below the key and value, which the walk through the table needs on top.
      module._lua_insert(thread, 2);
      out.hasCallback = true;
    } else if (key === 'flags') {
      if (lua.type(thread, -1) !== LUA_TABLE) {
        raiseError(
          lua,
          thread,
          'ERR flags argument to redis.register_function must be a table representing function flags',
        );
      }
      if (!readFlags(lua, thread, out)) raiseError(lua, thread, 'ERR unknown flag given');
    } else {
      raiseError(lua, thread, 'ERR unknown argument given to redis.register_function');
    }
    lua.pop(thread);
  }
  if (out.name === null)
    raiseError(lua, thread, 'ERR redis.register_function must get a function name argument');
  if (!out.hasCallback) raiseError(lua, thread, 'ERR redis.register_function must get a callback argument');
  module._lua_settop(thread, 2);
}

function readFlags(lua: LuaState, thread: LuaThread, out: Registration): boolean {
  const table = lua.absolute(thread, -1);
  for (let at = 1; ; at++) {
    lua.module._lua_rawgeti(thread, table, at);
    const type = lua.type(thread, -1);
    const text = type === LUA_STRING ? lua.toBytes(thread, -1) : null;
    lua.pop(thread);
    if (type === 0) return true;
    const flag = FLAG_NAMES.find(([name]) => name === text)?.[1];
    if (flag === undefined) return false;
    out.flags[flag] = true;
  }
}

function registerFunction(lua: LuaState, current: () => ScriptRun): LuaFunction {
  return (thread) => {
    const { module } = lua;
    const run = current();
    if (run.registering === null) {
      return raiseError(
        lua,
        thread,
        'ERR redis.register_function can only be called on FUNCTION LOAD command',
      );
    }
    const count = module._lua_gettop(thread);
    if (count < 1 || count > 2) {
      raiseError(lua, thread, 'ERR wrong number of arguments to redis.register_function');
    }
    const out: Registration = { name: null, description: null, flags: noFlags(), hasCallback: false };
    if (count === 1) {
      if (lua.type(thread, 1) !== LUA_TABLE) {
        raiseError(
          lua,
          thread,
          'ERR calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).',
        );
      }
      readNamedArguments(lua, thread, out);
    } else {
      if (!module._lua_isstring(thread, 1)) {
        raiseError(lua, thread, 'ERR first argument to redis.register_function must be a string');
      }
      if (lua.type(thread, 2) !== LUA_FUNCTION) {
        raiseError(lua, thread, 'ERR second argument to redis.register_function must be a function');
      }
      out.name = lua.toBytes(thread, 1);
    }
    const name = out.name as Bytes;
    if (!/^[A-Za-z0-9_]+$/.test(name)) {
      raiseError(
        lua,
        thread,
        'ERR Library names can only contain letters, numbers, or underscores(_) and must be at least one character long',
      );
    }
    if (run.registering.has(name)) raiseError(lua, thread, 'ERR Function already exists in the library');
    run.registering.set(name, { name, description: out.description, flags: out.flags });
    run.registered.set(name, module._luaL_ref(thread, LUA_REGISTRY));
    return 0;
  };
}
