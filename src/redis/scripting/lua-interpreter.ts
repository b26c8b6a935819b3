/* The interpreter that runs the scripts of all servers (after script_lua.c, eval.c, function_lua.c).
 *
 * It holds nothing that a script could change for the next one: globals are made anew for each script.
 * Libraries are the exception, as in Redis: what their functions keep in upvalues lasts as long as
 * the library. A snapshot does not hold it; after a restore a library starts as it was loaded.
 *
 * With all that only it needs (libraries, conversions, sandbox) it is one piece with the compiled Lua,
 * loaded by load-lua.ts. The rest of the server reaches it through interpreter.ts. */

import { cString, type Bytes } from '#base/bytes.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { bitFunctions, formatFunction, toNumberFunction } from './lua-bit.ts';
import { CJSON_DEFAULTS, type CjsonConfig } from './cjson-config.ts';
import { pushCjson } from './lua-cjson.ts';
import { cmsgpackFunctions } from './lua-cmsgpack.ts';
import { LuaFrames } from './ldb-frames.ts';
import { errorFrom, popReply } from './lua-convert.ts';
import type { LuaModule } from './lua-module.ts';
import { LuaRandom, randomFunctions } from './lua-random.ts';
import { libraryFunctions, pushConstants, redisFunctions } from './lua-redis.ts';
import {
  HOOK_INSTRUCTIONS,
  LUA_GLOBALS,
  LUA_REGISTRY,
  LUA_STRING,
  LUA_TABLE,
  LuaState,
} from './lua-state.ts';
import { structFunctions } from './lua-struct.ts';
import { ERROR_HANDLER, SANDBOX } from './sandbox.ts';
import { ScriptRun, type LoadedLibrary } from './script-run.ts';
import type { Library, LibraryFunction, ScriptCall, ScriptingState } from './state.ts';

/** Compiled scripts kept at most. */
const COMPILED_MAX = 500;
/** Instructions that the code of a library may take while it is loaded (Redis gives it half a second). */
const LOAD_BUDGET_MICROS = 500_000;

/** How a run ended. */
export interface ScriptOutcome {
  readonly reply: Reply;
  /** Its time was over: the reply means nothing yet. */
  readonly stopped: boolean;
  readonly place: string;
  readonly elapsedMicros: number;
}

export class Interpreter {
  readonly lua: LuaState;
  readonly frames: LuaFrames;
  private run: ScriptRun | null = null;
  private readonly makeEnv: number;
  private readonly handler: number;
  private readonly scriptApi: number;
  private readonly functionApi: number;
  private readonly libraryApi: number;
  private readonly compiled = new Map<Bytes, number>();
  /** Loaded libraries by the server they belong to. */
  private readonly libraries = new WeakMap<ScriptingState, Map<Bytes, LoadedLibrary>>();
  private readonly idleRandom = new LuaRandom();

  constructor(module: LuaModule) {
    const lua = new LuaState(module);
    this.lua = lua;
    this.frames = new LuaFrames(lua);
    const { main } = lua;
    module._luaL_openlibs(main);
    const tables = {
      cmsgpack: cmsgpackFunctions(lua),
      struct: structFunctions(lua),
      bit: bitFunctions(lua),
    };
    for (const [name, functions] of Object.entries(tables)) {
      lua.pushFunctions(main, functions);
      lua.setField(main, LUA_GLOBALS, name);
    }
    this.addCjson();
    this.addConstants('cmsgpack', { _NAME: 'cmsgpack', _VERSION: 'lua-cmsgpack 0.4.0' });
    const api = redisFunctions(lua, () => this.current());
    this.scriptApi = this.makeApi(api);
    // Functions came after the times of the debugger and of replicating whole scripts.
    const { breakpoint: _, debug: _debug, replicate_commands: _commands, ...functionApi } = api;
    this.functionApi = this.makeApi(functionApi);
    this.libraryApi = this.makeApi(libraryFunctions(lua, () => this.current()));
    this.evaluate(ERROR_HANDLER, 0);
    this.handler = module._luaL_ref(main, LUA_REGISTRY);
    this.makeEnv = this.makeSandbox();
    lua.onComplaint = (text) => this.run?.debug?.onError(text);
    lua.onTick = (thread, isLine) => this.tick(thread, isLine);
  }

  private current(): ScriptRun {
    return this.run as ScriptRun;
  }

  /** The library cjson. A table of functions that a library has kept from when it was loaded is not of this
   *  run: it starts with the settings that all start with. */
  private addCjson(): void {
    const { lua } = this;
    const settings = {
      get: (table: number) => this.current().cjson.get(table) ?? CJSON_DEFAULTS,
      set: (table: number, config: CjsonConfig) => void this.current().cjson.set(table, config),
      add: () => ++this.current().cjsonTables,
    };
    pushCjson(lua, settings);
    lua.setField(lua.main, LUA_GLOBALS, 'cjson');
  }

  private addConstants(library: string, words: Readonly<Record<string, Bytes>>): void {
    const { lua } = this;
    lua.getField(lua.main, LUA_GLOBALS, library);
    for (const [field, text] of Object.entries(words)) {
      lua.pushBytes(lua.main, text);
      lua.setField(lua.main, -2, field);
    }
    lua.pop(lua.main);
  }

  private makeApi(functions: Parameters<LuaState['pushFunctions']>[1]): number {
    this.lua.pushFunctions(this.lua.main, functions);
    pushConstants(this.lua, this.lua.main);
    return this.lua.module._luaL_ref(this.lua.main, LUA_REGISTRY);
  }

  /** Runs our own Lua code, which has one argument when `args` is 1; leaves its result on the stack. */
  private evaluate(code: Bytes, args: number): void {
    const { lua } = this;
    const { module, main } = lua;
    if (!lua.load(main, code, '=redis')) throw new Error(lua.toBytes(main, -1));
    if (args) module._lua_insert(main, -1 - args);
    if (module._lua_pcall(main, args, 1, 0) !== 0) throw new Error(lua.toBytes(main, -1));
  }

  private makeSandbox(): number {
    const { lua } = this;
    const { module, main } = lua;
    lua.getField(main, LUA_GLOBALS, 'string');
    lua.getField(main, -1, 'format');
    const format = module._luaL_ref(main, LUA_REGISTRY);
    lua.pop(main);
    lua.pushFunctions(main, {
      ...randomFunctions(lua, () => this.run?.random ?? this.idleRandom),
      format: formatFunction(lua, (thread) => module._lua_rawgeti(thread, LUA_REGISTRY, format)),
      pcall: (thread) => this.protectedCall(thread),
      tonumber: toNumberFunction(lua),
    });
    module._lua_rawgeti(main, LUA_REGISTRY, this.handler);
    lua.setField(main, -2, 'err_handler');
    this.evaluate(SANDBOX, 1);
    return module._luaL_ref(main, LUA_REGISTRY);
  }

  /** pcall of scripts: of an error in the form of a table only the text is returned. */
  private protectedCall(thread: number): number {
    const { lua } = this;
    const { module } = lua;
    const count = module._lua_gettop(thread);
    if (count === 0) lua.argumentError(thread, 1, 'value expected');
    if (module._lua_pcall(thread, count - 1, -1, 0) === 0) {
      module._lua_pushboolean(thread, 1);
    } else {
      if (lua.type(thread, -1) === LUA_TABLE) {
        if (lua.getField(thread, -1, 'err') === LUA_STRING) module._lua_replace(thread, -2);
        else lua.pop(thread);
      }
      module._lua_pushboolean(thread, 0);
    }
    module._lua_insert(thread, 1);
    return module._lua_gettop(thread);
  }

  /** The clock of scripts. Once time is over every further instruction raises an error, so that no pcall
   *  can carry on. */
  private tick(thread: number, isLine: boolean): void {
    const { lua, run } = this;
    if (run === null) return;
    if (!run.stopped && run.debug !== null) {
      run.debug.onHook(thread, isLine);
      if (!run.stopped) return;
    }
    if (!run.stopped) {
      run.tick(HOOK_INSTRUCTIONS);
      if (run.elapsedMicros < run.budgetMicros) return;
      run.stopped = true;
      lua.module._luaL_where(thread, 0);
      run.place = lua.toBytes(thread, -1).replace(/: $/, '');
      lua.pop(thread);
    }
    lua.setHook(thread, 1);
    lua.setHook(lua.main, 1);
    lua.pushBytes(thread, 'Script killed by user with SCRIPT KILL...');
    lua.raiseTop(thread);
  }

  /** Leaves a table of new globals on the stack, and above it the function that ends the loading of a
   *  library. */
  private pushEnv(
    api: number,
    vars: Readonly<Record<string, readonly Bytes[]>>,
    loadApi: number | null,
  ): void {
    const { lua } = this;
    const { module, main } = lua;
    module._lua_rawgeti(main, LUA_REGISTRY, this.makeEnv);
    module._lua_rawgeti(main, LUA_REGISTRY, api);
    module._lua_createtable(main, 0, 2);
    for (const [name, items] of Object.entries(vars)) {
      this.pushList(items);
      lua.setField(main, -2, name);
    }
    if (loadApi === null) module._lua_pushnil(main);
    else module._lua_rawgeti(main, LUA_REGISTRY, loadApi);
    module._lua_call(main, 3, 2);
  }

  private pushList(items: readonly Bytes[]): void {
    const { lua } = this;
    lua.module._lua_createtable(lua.main, items.length, 0);
    items.forEach((item, at) => {
      lua.pushBytes(lua.main, item);
      lua.module._lua_rawseti(lua.main, -2, at + 1);
    });
  }

  /** Null when the script compiles, else what is wrong with it. */
  compileError(body: Bytes): Bytes | null {
    const { lua } = this;
    const before = lua.module._lua_gettop(lua.main);
    const text = lua.load(lua.main, body, '@user_script') ? null : lua.toBytes(lua.main, -1);
    lua.module._lua_settop(lua.main, before);
    return text;
  }

  private pushCompiled(call: ScriptCall): void {
    const { lua } = this;
    const { module, main } = lua;
    let reference = this.compiled.get(call.name);
    if (reference === undefined) {
      if (this.compiled.size >= COMPILED_MAX) {
        for (const old of this.compiled.values()) module._luaL_unref(main, LUA_REGISTRY, old);
        this.compiled.clear();
      }
      lua.load(main, call.body, '@user_script');
      reference = module._luaL_ref(main, LUA_REGISTRY);
      this.compiled.set(call.name, reference);
    }
    module._lua_rawgeti(main, LUA_REGISTRY, reference);
  }

  /** Runs a script or function to its end, or until its time is over. */
  execute(run: ScriptRun): ScriptOutcome {
    const { lua } = this;
    const { module, main } = lua;
    const before = module._lua_gettop(main);
    this.run = run;
    module._lua_rawgeti(main, LUA_REGISTRY, this.handler);
    let args = 0;
    if (run.call.kind === 'eval') {
      this.pushCompiled(run.call);
      this.pushEnv(this.scriptApi, { KEYS: run.call.keys, ARGV: run.call.args }, null);
      lua.pop(main);
      // Code that the script loads gets its globals from the thread.
      module._lua_pushvalue(main, -1);
      module._lua_replace(main, LUA_GLOBALS);
      module._lua_setfenv(main, -2);
    } else {
      const loaded = this.libraryFor(run);
      module._lua_rawgeti(main, LUA_REGISTRY, loaded.env);
      module._lua_replace(main, LUA_GLOBALS);
      module._lua_rawgeti(main, LUA_REGISTRY, loaded.functions.get(run.call.name) as number);
      this.pushList(run.call.keys);
      this.pushList(run.call.args);
      args = 2;
    }
    const reply = this.protectedRun(run, args);
    this.run = null;
    module._lua_settop(main, before);
    if (!run.stopped && !run.waits) run.keepSettings();
    return { reply, stopped: run.stopped, place: run.place, elapsedMicros: run.elapsedMicros };
  }

  private protectedRun(run: ScriptRun, args: number): Reply {
    const { lua } = this;
    const { module, main } = lua;
    lua.setHook(main, HOOK_INSTRUCTIONS, run.debug !== null);
    const status = module._lua_pcall(main, args, 1, -2 - args);
    lua.setHook(main, 0);
    return status === 0 ? popReply(lua, main, run.client.resp) : this.errorReply(run);
  }

  /** The error on top of the stack, with script and place. */
  private errorReply(run: ScriptRun): ErrorReply {
    const { lua } = this;
    const { main } = lua;
    if (lua.type(main, -1) !== LUA_TABLE) {
      const text = lua.type(main, -1) === LUA_STRING ? lua.toBytes(main, -1) : 'unknown error';
      return new ErrorReply(`ERR ${text} script: ${run.call.name}.`);
    }
    const field = (name: Bytes): Bytes | null => {
      lua.getField(main, -1, name);
      // Errors are texts of C.
      const text = lua.module._lua_isstring(main, -1) ? cString(lua.toBytes(main, -1)) : null;
      lua.pop(main);
      return text;
    };
    const text = field('err') ?? 'ERR unknown error';
    const source = field('source');
    const line = field('line');
    const place = source !== null && line !== null ? `, on ${source}:${line}` : '';
    return errorFrom(lua, main, `${text} script: ${run.call.name}${place}.`.replace(/[\r\n]/g, ' '));
  }

  /** Runs the code of a library; its functions, or what is wrong. */
  loadLibrary(server: Server, name: Bytes, code: Bytes): ReadonlyMap<Bytes, LibraryFunction> | ErrorReply {
    const { lua } = this;
    const { module, main } = lua;
    const before = module._lua_gettop(main);
    const registering = new Map<Bytes, LibraryFunction>();
    const call: ScriptCall = {
      kind: 'function',
      name,
      body: code,
      library: name,
      flags: null,
      readOnly: false,
      keys: [],
      args: [],
      argv: [],
    };
    const run = new ScriptRun(server, call, null, [], LOAD_BUDGET_MICROS, registering);
    const outer = this.run;
    this.run = run;
    const failure = this.runLibraryCode(run, code);
    this.run = outer;
    if (failure === null && registering.size > 0) {
      // The function that ran left its globals below.
      const loaded: LoadedLibrary = {
        library: { name, code, functions: registering },
        functions: run.registered,
        env: module._luaL_ref(main, LUA_REGISTRY),
      };
      this.librariesOf(server).set(name, loaded);
    }
    module._lua_settop(main, before);
    if (failure) return failure;
    return registering.size > 0 ? registering : new ErrorReply('ERR No functions registered');
  }

  private runLibraryCode(run: ScriptRun, code: Bytes): ErrorReply | null {
    const { lua } = this;
    const { module, main } = lua;
    this.pushEnv(this.functionApi, {}, this.libraryApi);
    const finish = module._luaL_ref(main, LUA_REGISTRY);
    if (!lua.load(main, code, '@user_function')) {
      return new ErrorReply(`ERR Error compiling function: ${lua.toBytes(main, -1)}`);
    }
    module._lua_pushvalue(main, -2);
    module._lua_replace(main, LUA_GLOBALS);
    module._lua_pushvalue(main, -2);
    module._lua_setfenv(main, -2);
    module._lua_rawgeti(main, LUA_REGISTRY, this.handler);
    module._lua_insert(main, -2);
    lua.setHook(main, HOOK_INSTRUCTIONS);
    const status = module._lua_pcall(main, 0, 0, -2);
    lua.setHook(main, 0);
    if (status === 0) {
      lua.pop(main);
      module._lua_rawgeti(main, LUA_REGISTRY, finish);
      module._lua_call(main, 0, 0);
    }
    module._luaL_unref(main, LUA_REGISTRY, finish);
    if (status === 0) return null;
    if (run.stopped) return new ErrorReply('ERR Error registering functions: FUNCTION LOAD timeout');
    let text = 'unknown error';
    if (lua.type(main, -1) === LUA_TABLE) {
      if (lua.getField(main, -1, 'err') === LUA_STRING) text = lua.toBytes(main, -1);
    } else if (lua.type(main, -1) === LUA_STRING) text = lua.toBytes(main, -1);
    return new ErrorReply(`ERR Error registering functions: ${text}`);
  }

  private librariesOf(server: Server): Map<Bytes, LoadedLibrary> {
    let known = this.libraries.get(server.scripting);
    if (!known) this.libraries.set(server.scripting, (known = new Map()));
    return known;
  }

  /** The library of a function, loaded again when this interpreter has not seen it yet. */
  private libraryFor(run: ScriptRun): LoadedLibrary {
    const library = run.server.scripting.libraries.get(run.call.library as Bytes) as Library;
    const known = this.librariesOf(run.server).get(library.name);
    if (known && known.library.code === run.call.body) return known;
    const top = this.run;
    this.loadLibrary(run.server, library.name, run.call.body);
    this.run = top;
    return this.librariesOf(run.server).get(library.name) as LoadedLibrary;
  }
}
