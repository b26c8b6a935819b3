/* All that scripts alone need, as one piece of the program. */

import { evalCommands } from './eval.ts';
import { functionCommands } from './function-commands.ts';
import type { ScriptEngine } from './interpreter.ts';
import { debugClosed, debugRead } from './ldb.ts';
import { Interpreter } from './lua-interpreter.ts';
import type { LuaModule } from './lua-module.ts';
import { scriptGoesOn, scriptTimer } from './slow-script.ts';

export function makeScriptEngine(module: LuaModule): ScriptEngine {
  return {
    interpreter: new Interpreter(module),
    commands: { ...evalCommands, ...functionCommands },
    debugRead,
    debugClosed,
    scriptTimer,
    scriptGoesOn,
  };
}
