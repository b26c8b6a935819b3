/* One run of a script, as long as it lasts: whose it is, what it may do, how long it has run. */

import type { Client } from '#redis/client.ts';
import { CLIENT_ASKING, CLIENT_DENY_BLOCKING, CLIENT_READONLY, CLIENT_SCRIPT } from '#redis/client.ts';
import { createFakeClient } from '#redis/networking.ts';
import type { Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import type { CjsonConfig } from './cjson-config.ts';
import { LuaRandom } from './lua-random.ts';
import type { LdbRun } from './ldb-run.ts';
import type { Library, LibraryFunction, ScriptCall } from './state.ts';

/** Instructions of Lua in a microsecond of virtual time. */
const INSTRUCTIONS_PER_MICRO = 50;

/** Where a script's writes go: REPL_AOF (1) and REPL_REPLICA (2) together. */
export const REPL_ALL = 3;

/** The state of the script that runs now. */
export class ScriptRun {
  readonly server: Server;
  readonly call: ScriptCall;
  /** Who called the script; null while a library is loaded. */
  readonly caller: Client | null;
  /** Runs the script's commands. */
  readonly client: Client;
  /** Functions registered so far, while a library is loaded. */
  readonly registering: Map<string, LibraryFunction> | null;
  /** References of the callbacks of those functions. */
  readonly registered = new Map<string, number>();
  /** Settings of cjson (0) and of the tables that cjson.new has made, where they are not those at the start. */
  readonly cjson = new Map<number, CjsonConfig>();
  /** How many of those there are. */
  cjsonTables = 0;
  readonly random = new LuaRandom();
  /** From what the script's random numbers start. */
  readonly seed: number;
  /** Replies of commands that ran before, to be given again. */
  readonly replies: Reply[];
  replayed = 0;
  replFlags = REPL_ALL;
  wrote = false;
  /** The slot of the keys seen so far, in cluster mode. */
  slot = -1;
  /** Its time is over: whatever it does next raises an error. */
  stopped = false;
  /** Its last command waits for another server, and nothing can go on before: it is stopped as well. */
  waits = false;
  place = '';
  /** While it is debugged. */
  debug: LdbRun | null = null;
  budgetMicros: number;
  private instructions = 0;
  private readonly workBefore: number;

  constructor(
    server: Server,
    call: ScriptCall,
    caller: Client | null,
    replies: Reply[],
    budgetMicros: number,
    registering: Map<string, LibraryFunction> | null = null,
    seed = 0,
  ) {
    this.server = server;
    this.call = call;
    this.caller = caller;
    this.replies = replies;
    this.budgetMicros = budgetMicros;
    this.registering = registering;
    this.seed = seed;
    this.random.seed(seed);
    const cjson = server.scripting.cjson[call.kind];
    if (cjson) this.cjson.set(0, cjson);
    this.workBefore = server.workMicros;
    this.client = createFakeClient(server);
    // Its number would be missing from the numbers of clients.
    server.nextClientId--;
    this.client.flags |= CLIENT_SCRIPT | CLIENT_DENY_BLOCKING;
    if (caller) {
      this.client.db = caller.db;
      this.client.user = caller.user;
      this.client.flags |= caller.flags & (CLIENT_READONLY | CLIENT_ASKING);
    }
  }

  /** The script's name in errors. */
  get chunk(): string {
    return this.call.kind === 'eval' ? 'user_script' : 'user_function';
  }

  get readOnly(): boolean {
    return this.call.readOnly || this.call.flags?.noWrites === true;
  }

  /** It has come to its end: what it has set in cjson holds for those who come after it. */
  keepSettings(): void {
    const settings = this.cjson.get(0);
    if (settings) this.server.scripting.cjson[this.call.kind] = settings;
  }

  tick(instructions: number): void {
    this.instructions += instructions;
  }

  /** Microseconds of processor time so far, commands included. */
  get elapsedMicros(): number {
    return this.instructionMicros + this.server.workMicros - this.workBefore;
  }

  get instructionMicros(): number {
    return Math.floor(this.instructions / INSTRUCTIONS_PER_MICRO);
  }
}

/** A library and the functions that its code registered, kept by an interpreter. */
export interface LoadedLibrary {
  readonly library: Library;
  /** References of the functions by name. */
  readonly functions: ReadonlyMap<string, number>;
  /** Reference of the library's globals. */
  readonly env: number;
}
