/* Lua for the programs of this folder and for tests: loads the compiled interpreter and hands it to the
 * servers, which cannot wait for it themselves. */

import { LuaApi } from 'wasmoon-lua5.1';
import { installLua, luaIsInstalled, type LuaModule } from '#redis/scripting/lua-module.ts';

/** Resolves when scripts may run. Loads nothing twice. */
export async function loadLua(): Promise<void> {
  if (luaIsInstalled()) return;
  const { module } = await LuaApi.initialize();
  installLua(module as unknown as LuaModule);
}
