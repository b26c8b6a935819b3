/* One Lua interpreter: byte strings in and out, functions of ours for scripts to call, limits on memory
 * and on instructions. */

import type { Bytes } from '#base/bytes.ts';
import type { LuaModule, LuaThread } from './lua-module.ts';

export const LUA_REGISTRY = -10000;
export const LUA_GLOBALS = -10002;
const MASK_LINE = 4;
const MASK_COUNT = 8;

export const LUA_NIL = 0;
export const LUA_BOOLEAN = 1;
export const LUA_LIGHTUSERDATA = 2;
export const LUA_NUMBER = 3;
export const LUA_STRING = 4;
export const LUA_TABLE = 5;
export const LUA_FUNCTION = 6;
export const LUA_TYPE_NAMES = [
  'nil',
  'boolean',
  'userdata',
  'number',
  'string',
  'table',
  'function',
  'userdata',
  'thread',
];

/** What a script may take; a real server would stop answering long before. */
const MEMORY_LIMIT = 256 * 1024 * 1024;
/** The event of a hook that tells of a new line. */
const HOOK_LINE = 2;
/** Instructions between two looks at the clock. */
export const HOOK_INSTRUCTIONS = 10_000;

/** A function for scripts: takes its arguments from the stack, returns how many results it pushed. */
export type LuaFunction = (thread: LuaThread) => number;

/** A Lua state and the module that runs it. */
export class LuaState {
  readonly module: LuaModule;
  readonly main: LuaThread;
  /** Called every HOOK_INSTRUCTIONS, and at each line if that is asked for; may raise an error. */
  onTick: (thread: LuaThread, isLine: boolean) => void = () => undefined;
  /** Called for errors that functions of ours make for a script. */
  onComplaint: (text: Bytes) => void = () => undefined;
  private readonly lengthAt: number;
  private readonly hook: number;
  private bytes = 0;

  constructor(module: LuaModule) {
    this.module = module;
    const allocator = module.addFunction((_data, at, oldSize, newSize) => {
      const old = at === 0 ? 0 : (oldSize as number);
      if (newSize === 0) {
        this.bytes -= old;
        if (at !== 0) module._free(at as number);
        return 0;
      }
      if (this.bytes - old + (newSize as number) > MEMORY_LIMIT) return 0;
      const moved = module._realloc(at as number, newSize as number);
      if (moved !== 0) this.bytes += (newSize as number) - old;
      return moved;
    }, 'iiiii');
    this.main = module._lua_newstate(allocator, 0);
    this.lengthAt = module._malloc(8);
    this.hook = module.addFunction((thread, record) => {
      this.onTick(thread as number, module.HEAPU32[(record as number) >> 2] === HOOK_LINE);
    }, 'vii');
  }

  /** Bytes that the interpreter holds. */
  get memory(): number {
    return this.bytes;
  }

  /** Looks at the clock every `count` instructions of a thread; 0 never. Also stops by at each line with `lines`. */
  setHook(thread: LuaThread, count: number, lines = false): void {
    const mask = lines ? MASK_COUNT | MASK_LINE : MASK_COUNT;
    this.module._lua_sethook(thread, count === 0 ? 0 : this.hook, count === 0 ? 0 : mask, count);
  }

  /** A text in the memory of the interpreter, with a zero behind it; to be freed by who asked. */
  copyIn(text: Bytes): number {
    const { module } = this;
    const at = module._malloc(text.length + 1);
    const heap = module.HEAPU8;
    for (let of = 0; of < text.length; of++) heap[at + of] = text.charCodeAt(of);
    heap[at + text.length] = 0;
    return at;
  }

  /** The text that begins at an address and ends before a zero. */
  textAt(address: number): Bytes {
    const heap = this.module.HEAPU8;
    let text = '';
    for (let at = address; heap[at] !== 0; at++) text += String.fromCharCode(heap[at] as number);
    return text;
  }

  pushBytes(thread: LuaThread, text: Bytes): void {
    const at = this.copyIn(text);
    this.module._lua_pushlstring(thread, at, text.length);
    this.module._free(at);
  }

  /** The string at an index; a number there becomes its text, as in Lua. Not for other types. */
  toBytes(thread: LuaThread, index: number): Bytes {
    const { module } = this;
    const at = module._lua_tolstring(thread, index, this.lengthAt);
    if (at === 0) return '';
    const length = module.HEAPU32[this.lengthAt >> 2] as number;
    const heap = module.HEAPU8;
    let out = '';
    for (let of = 0; of < length; of += 8192) {
      out += String.fromCharCode(...heap.subarray(at + of, at + Math.min(length, of + 8192)));
    }
    return out;
  }

  type(thread: LuaThread, index: number): number {
    return this.module._lua_type(thread, index);
  }

  pop(thread: LuaThread, count = 1): void {
    this.module._lua_settop(thread, -count - 1);
  }

  /** Makes a stack index count from the bottom, so that pushing does not move it. */
  absolute(thread: LuaThread, index: number): number {
    return index > 0 || index <= LUA_REGISTRY ? index : this.module._lua_gettop(thread) + index + 1;
  }

  /** Compiles a chunk and leaves the function, or the error's text, on the stack; true when it worked. */
  load(thread: LuaThread, code: Bytes, name: Bytes): boolean {
    const text = this.copyIn(code);
    const label = this.copyIn(name);
    const status = this.module._luaL_loadbuffer(thread, text, code.length, label);
    this.module._free(text);
    this.module._free(label);
    return status === 0;
  }

  pushFunction(thread: LuaThread, code: LuaFunction): void {
    this.module._lua_pushcclosure(thread, this.addressOf(code), 0);
  }

  /** Makes a function known to the interpreter, for good. */
  addressOf(code: LuaFunction): number {
    return this.module.addFunction(code as (...args: number[]) => number, 'ii');
  }

  /** A table of functions of ours, left on the stack. */
  pushFunctions(thread: LuaThread, functions: Readonly<Record<string, LuaFunction>>): void {
    this.module._lua_createtable(thread, 0, 16);
    for (const [name, code] of Object.entries(functions)) {
      this.pushFunction(thread, code);
      this.setField(thread, -2, name);
    }
  }

  /** table[name] = the value on top of the stack, which is taken off. */
  setField(thread: LuaThread, table: number, name: Bytes): void {
    const at = this.absolute(thread, table);
    this.pushBytes(thread, name);
    this.module._lua_insert(thread, -2);
    this.module._lua_rawset(thread, at);
  }

  /** Pushes table[name] without asking metatables; its type. */
  getField(thread: LuaThread, table: number, name: Bytes): number {
    const at = this.absolute(thread, table);
    this.pushBytes(thread, name);
    this.module._lua_rawget(thread, at);
    return this.type(thread, -1);
  }

  /** Raises an error in the script, with the place of the caller in front. Does not return. */
  raise(thread: LuaThread, text: Bytes): never {
    this.module._luaL_where(thread, 1);
    this.pushBytes(thread, text);
    this.module._lua_concat(thread, 2);
    return this.raiseTop(thread);
  }

  /** Raises the value on top of the stack. */
  raiseTop(thread: LuaThread): never {
    this.module._lua_error(thread);
    throw new Error('lua_error returned');
  }

  /** Says what is wrong with an argument, under the name by which the script has called the function. */
  argumentError(thread: LuaThread, argument: number, problem: string): never {
    const text = this.copyIn(problem);
    try {
      this.module._luaL_argerror(thread, argument, text);
    } finally {
      this.module._free(text);
    }
    throw new Error('luaL_argerror returned');
  }

  /** A number argument, or an error in the script. */
  checkNumber(thread: LuaThread, argument: number): number {
    return this.module._luaL_checknumber(thread, argument);
  }

  /** A string argument, or an error in the script. */
  checkString(thread: LuaThread, argument: number): Bytes {
    this.module._luaL_checklstring(thread, argument, 0);
    return this.toBytes(thread, argument);
  }

  typeName(thread: LuaThread, index: number): string {
    return LUA_TYPE_NAMES[this.type(thread, index)] ?? 'no value';
  }
}
