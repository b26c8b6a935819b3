/* math.random for scripts (after rand.c): a 48-bit linear congruence, of which 31 bits are drawn. It starts
 * from the server's own chance, so a world that is replayed draws the same numbers. */

import type { LuaFunction, LuaState } from './lua-state.ts';

const MULTIPLIER = 0x5deece66dn;
const MASK = 0xffff_ffff_ffffn;
const RANGE = 0x7fffffff;

/** The generator's state. */
export class LuaRandom {
  private state = 0n;

  constructor() {
    this.seed(0);
  }

  seed(value: number): void {
    this.state = (BigInt.asUintN(32, BigInt(Math.trunc(value))) << 16n) | 0x330en;
  }

  /** 0 .. 2^31 - 1 */
  next(): number {
    this.state = (this.state * MULTIPLIER + 0xbn) & MASK;
    return Number(this.state >> 17n);
  }
}

/** random and randomseed of the library math. */
export function randomFunctions(lua: LuaState, random: () => LuaRandom): Record<string, LuaFunction> {
  const { module } = lua;
  return {
    random: (thread) => {
      const share = (random().next() % RANGE) / RANGE;
      const count = module._lua_gettop(thread);
      if (count === 0) {
        module._lua_pushnumber(thread, share);
        return 1;
      }
      if (count > 2) lua.raise(thread, 'wrong number of arguments');
      const first = Math.trunc(lua.checkNumber(thread, 1));
      const low = count === 1 ? 1 : first;
      const high = count === 1 ? first : Math.trunc(lua.checkNumber(thread, 2));
      if (!(low <= high)) lua.argumentError(thread, count, 'interval is empty');
      module._lua_pushnumber(thread, Math.floor(share * (high - low + 1)) + low);
      return 1;
    },
    randomseed: (thread) => {
      const seed = lua.checkNumber(thread, 1);
      random().seed(Number.isFinite(seed) ? seed : 0);
      return 0;
    },
  };
}
