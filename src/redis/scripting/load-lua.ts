/* Fetching Lua and what runs scripts in it: a separate piece of the program, loaded when a script is first wanted. */

import { installScriptEngine, luaIsInstalled } from './interpreter.ts';
import type { LuaModule } from './lua-module.ts';

interface LuaPackage {
  readonly LuaApi: { initialize(wasmUri?: string): Promise<{ module: unknown }> };
}

/** Loads and installs Lua. `wasmUri` says where the compiled interpreter lies when it does not lie beside
 *  its package (in a built page). */
export async function loadLua(wasmUri?: string): Promise<void> {
  if (luaIsInstalled()) return;
  const { makeScriptEngine } = await import('./lua-engine.ts');
  const loaded = (await import('wasmoon-lua5.1')) as unknown as LuaPackage & { default?: LuaPackage };
  const { LuaApi } = loaded.LuaApi ? loaded : (loaded.default as LuaPackage);
  const api = await LuaApi.initialize(wasmUri);
  installScriptEngine(makeScriptEngine(api.module as LuaModule));
}
