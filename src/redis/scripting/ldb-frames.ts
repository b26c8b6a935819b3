/* The call stack of a script, for its debugger: lines, names of functions, local variables. Lua tells of them in
 * a structure of C, which is read here byte by byte (lua_Debug of Lua 5.1, compiled for 32 bits). */

import type { Bytes } from '#base/bytes.ts';
import type { LuaThread } from './lua-module.ts';
import type { LuaState } from './lua-state.ts';

const SIZE = 100;
const NAME_AT = 4;
const LINE_AT = 20;
const SOURCE_AT = 36;

/** A function that runs. */
export interface Frame {
  /** Null when its caller has no name for it. */
  readonly name: Bytes | null;
  /** The piece of code to which it belongs, "user_script". */
  readonly source: Bytes;
  readonly line: number;
}

export class LuaFrames {
  private readonly lua: LuaState;
  private readonly record: number;
  private readonly wanted: number;

  constructor(lua: LuaState) {
    this.lua = lua;
    this.record = lua.module._malloc(SIZE);
    this.wanted = lua.copyIn('Snl');
  }

  private word(at: number): number {
    return this.lua.module.HEAPU32[at >> 2] as number;
  }

  /** The function at a level, 0 being the one that runs; null above the highest. */
  at(thread: LuaThread, level: number): Frame | null {
    const { lua, record } = this;
    if (lua.module._lua_getstack(thread, level, record) === 0) return null;
    lua.module._lua_getinfo(thread, this.wanted, record);
    const name = this.word(record + NAME_AT);
    return {
      name: name === 0 ? null : lua.textAt(name),
      source: lua.textAt(record + SOURCE_AT),
      line: this.word(record + LINE_AT) | 0,
    };
  }

  /** Shows each local variable of a level, its value on top of the stack, until `seen` returns true; whether it did. */
  locals(thread: LuaThread, level: number, seen: (name: Bytes) => boolean): boolean {
    const { lua, record } = this;
    if (lua.module._lua_getstack(thread, level, record) === 0) return false;
    for (let at = 1; ; at++) {
      const name = lua.module._lua_getlocal(thread, record, at);
      if (name === 0) return false;
      const text = lua.textAt(name);
      const found = !text.includes('(*temporary)') && seen(text);
      lua.pop(thread);
      if (found) return true;
    }
  }
}
