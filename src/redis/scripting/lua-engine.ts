/* All that scripts alone need, as one piece of the program. */

import type { ScriptEngine } from './interpreter.ts';
import { Interpreter } from './lua-interpreter.ts';
import type { LuaModule } from './lua-module.ts';
import { killSlowScript, runScript, scriptGoesOn, scriptTimer } from './slow-script.ts';

export function makeScriptEngine(module: LuaModule): ScriptEngine {
  return { interpreter: new Interpreter(module), runScript, scriptTimer, scriptGoesOn, killSlowScript };
}
