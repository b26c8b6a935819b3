/* The debugger of scripts: where a script stops, and what can be asked of it there (after ldb in eval.c).
 *
 * The interpreter cannot be frozen while the user thinks. So a script is run again from its start for each thing
 * that is typed, its commands being answered from memory and what was typed before being done again; only what
 * the newest input leads to is told. Breakpoints and the like are therefore in no state that anybody keeps. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { LDB_HELP } from './ldb-help.ts';
import type { LuaFrames } from './ldb-frames.ts';
import { catStackValue, replyForHumans } from './ldb-values.ts';
import { pushError } from './lua-convert.ts';
import type { Interpreter } from './lua-interpreter.ts';
import type { LuaThread } from './lua-module.ts';
import { HOOK_INSTRUCTIONS, LUA_GLOBALS, LUA_STRING, LUA_TABLE, type LuaState } from './lua-state.ts';
import { scriptCommand } from './script-command.ts';
import type { ScriptRun } from './script-run.ts';
import { RefusedCall, type LdbInput } from './state.ts';

const MAX_BREAKPOINTS = 64;
/** Lines around the current one that `list` shows. */
const CONTEXT = 5;
const MAX_LENGTH = 256;
const LEAST_LENGTH = 60;
const TRIMMED = "<hint> The above reply was trimmed. Use 'maxlen 0' to disable trimming.";
const UNKNOWN = '<error> Unknown Redis Lua debugger command or wrong number of arguments.';
/** What a command of a script counts for, in instructions: one in a loop must not last for ever. */
const CALL_INSTRUCTIONS = 500;
/** Instructions that code typed by the user may take. */
const EVAL_INSTRUCTIONS = 5_000_000;
const MICROS_PER_MS = 1000;

/** One letter does for most commands. */
const COMMANDS: Readonly<Record<string, Bytes>> = Object.fromEntries(
  ['help', 'step', 'next', 'continue', 'list', 'whole', 'print', 'break', 'trace', 'eval', 'redis']
    .concat('maxlen', 'abort')
    .flatMap((name) => [[name, name] as const, [name[0] as string, name] as const]),
);

/** A number as atoi reads it. */
const atoi = (text: Bytes): number => Number(/^\s*[+-]?\d{1,9}/.exec(text)?.[0] ?? 0);

export class LdbRun {
  /** What was told since the newest input: each item in one reply. */
  readonly told: Bytes[][] = [];
  private readonly lua: LuaState;
  private readonly frames: LuaFrames;
  private readonly run: ScriptRun;
  private readonly inputs: readonly LdbInput[];
  /** The client is not there any more: nothing stops the script. */
  private readonly gone: boolean;
  private readonly source: readonly Bytes[];
  private logs: Bytes[] = [];
  private at = 0;
  private step = true;
  private breakpoints: number[] = [];
  /** redis.breakpoint() was called. */
  private breakpointCalled = false;
  private maxLength = MAX_LENGTH;
  private hintGiven = false;
  private line = -1;
  private resumedAtMicros = 0;
  /** Instructions that the user's own code has left, while it runs. */
  private evalLeft: number | null = null;

  constructor(interpreter: Interpreter, run: ScriptRun, inputs: readonly LdbInput[], gone: boolean) {
    this.lua = interpreter.lua;
    this.frames = interpreter.frames;
    this.run = run;
    this.inputs = inputs;
    this.gone = gone;
    this.source = (run.call.argv[1] as Bytes).replace(/[\r\n]+$/, '').split('\n');
  }

  /** Everything that was typed before has been done again, and what happens now is new. */
  get isNew(): boolean {
    return this.at === this.inputs.length;
  }

  /** Whether the script must be looked at line by line. */
  get watchesLines(): boolean {
    return this.step || this.breakpointCalled || this.breakpoints.length > 0;
  }

  // ------------------------------------------------------------------ what the script does

  /** A new line, or the clock: the script may stop here. */
  onHook(thread: LuaThread, isLine: boolean): void {
    if (!isLine) this.run.tick(HOOK_INSTRUCTIONS);
    if (this.evalLeft !== null) return this.limitEval(thread);
    const frame = this.frames.at(thread, 0);
    if (frame === null || !frame.source.includes('user_script')) return;
    this.line = frame.line;
    const stopsHere = this.breakpointCalled || this.breakpoints.includes(this.line);
    const thresholdMs = this.run.server.config.busyReplyThreshold || 5000;
    const isLate =
      !isLine &&
      !this.step &&
      !stopsHere &&
      this.run.instructionMicros - this.resumedAtMicros >= thresholdMs * MICROS_PER_MS;
    if (!this.step && !stopsHere && !isLate) return;
    const reason = this.breakpointCalled
      ? 'redis.breakpoint() called'
      : stopsHere
        ? 'break point'
        : isLate
          ? 'timeout reached, infinite loop?'
          : 'step over';
    this.step = false;
    this.breakpointCalled = false;
    this.log(`* Stopped at ${this.line}, stop reason = ${reason}`);
    this.logSource(this.line);
    this.tell();
    this.talk(thread, isLate);
    if (this.run.stopped) return;
    this.resumedAtMicros = this.run.instructionMicros;
    this.lua.setHook(thread, HOOK_INSTRUCTIONS, this.watchesLines);
  }

  /** redis.breakpoint() */
  onBreakpoint(thread: LuaThread): void {
    this.breakpointCalled = true;
    if (this.evalLeft === null) this.lua.setHook(thread, HOOK_INSTRUCTIONS, true);
  }

  /** redis.debug(...) */
  onDebug(thread: LuaThread): void {
    if (this.evalLeft === null) this.line = this.frames.at(thread, 1)?.line ?? this.line;
    const count = this.lua.module._lua_gettop(thread);
    const values = Array.from({ length: count }, (_, at) => catStackValue(this.lua, thread, at + 1));
    this.log(`<debug> line ${this.line}: ${values.join(', ')}`);
  }

  /** The script calls a command. */
  onCommand(argv: readonly Bytes[]): void {
    this.run.tick(CALL_INSTRUCTIONS);
    if (!this.step) return;
    const more = argv.length > 10 ? ` ... (${argv.length - 11} more)` : '';
    this.log(`<redis> ${argv.slice(0, 10).join(' ')}${more}`);
  }

  /** What it gets for it, or in its stead. */
  onReply(reply: Reply): void {
    if (!this.step) return;
    if (reply instanceof ErrorReply) this.log(`<error> ${errorText(reply)}`);
    if (!(reply instanceof RefusedCall))
      this.logValue(`<reply> ${replyForHumans(reply, this.run.client.resp)}`);
  }

  /** An error that the script gets from elsewhere. */
  onError(text: Bytes): void {
    if (this.step) this.log(`<error> ${text}`);
  }

  // ------------------------------------------------------------------ what is told

  private log(text: Bytes): void {
    this.logs.push(text.replace(/[\r\n]/g, ' '));
  }

  /** Values are cut where they are too long. */
  private logValue(text: Bytes): void {
    if (this.maxLength === 0 || text.length <= this.maxLength) return this.log(text);
    this.log(`${text.slice(0, this.maxLength)} ...`);
    if (!this.hintGiven) this.log(TRIMMED);
    this.hintGiven = true;
  }

  private logSource(line: number): void {
    const text = this.source[line - 1] ?? '<out of range source code line>';
    const mark = `${line === this.line ? '->' : '  '}${this.breakpoints.includes(line) ? '#' : ' '}`;
    this.log(`${mark}${String(line).padEnd(3)} ${text}`);
  }

  private tell(): void {
    if (this.isNew) this.told.push(this.logs);
    this.logs = [];
  }

  /** The end: what was not told yet, and the mark of the end. */
  finish(): Bytes[][] {
    this.log('<endsession>');
    this.tell();
    return this.told;
  }

  // ------------------------------------------------------------------ what is typed

  /** Obeys until the script may go on, or until there is nothing left to obey. */
  private talk(thread: LuaThread, isLate: boolean): void {
    for (;;) {
      const input = this.inputs[this.at];
      if (input === undefined) {
        if (!this.gone) this.run.stopped = true;
        else if (isLate) this.raise(thread, 'timeout during Lua debugging with client closing connection');
        this.breakpoints = [];
        return;
      }
      this.at++;
      if (typeof input === 'string') this.raise(thread, input);
      else if (this.obey(thread, input)) return;
      this.tell();
    }
  }

  private raise(thread: LuaThread, text: Bytes): never {
    pushError(this.lua, thread, new ErrorReply(`ERR ${text}`));
    return this.lua.raiseTop(thread);
  }

  /** Does what was typed; true when the script goes on. */
  private obey(thread: LuaThread, argv: readonly Bytes[]): boolean {
    const [first = '', ...rest] = argv;
    const name = COMMANDS[first.toLowerCase()];
    if (name === 'step' || name === 'next') this.step = true;
    if (name === 'step' || name === 'next' || name === 'continue') return true;
    if (name === 'abort') this.raise(thread, 'script aborted for user request');
    if (name === 'help') for (const line of LDB_HELP) this.log(line);
    else if (name === 'list') this.list(atoi(rest[0] ?? ''), rest[1] === undefined ? CONTEXT : atoi(rest[1]));
    else if (name === 'whole') this.list(1, this.source.length);
    else if (name === 'print' && rest.length === 1) this.print(thread, rest[0] as Bytes);
    else if (name === 'print') this.printAll(thread);
    else if (name === 'break') this.break(rest);
    else if (name === 'trace') this.trace(thread);
    else if (name === 'eval') this.eval(thread, rest.join(' '));
    else if (name === 'redis' && rest.length > 0) this.redis(rest);
    else if (name === 'maxlen') this.maxlen(rest);
    else this.log(UNKNOWN);
    return false;
  }

  private list(line: number, context: number): void {
    const middle = line > 0 ? line : this.line;
    const last = Math.min(this.source.length, middle + context);
    for (let at = Math.max(1, middle - context); at <= last; at++) this.logSource(at);
  }

  private break(lines: readonly Bytes[]): void {
    if (lines.length === 0) {
      this.log(
        this.breakpoints.length === 0
          ? "No breakpoints set. Use 'b <line>' to add one."
          : `${this.breakpoints.length} breakpoints set:`,
      );
      for (const line of this.breakpoints) this.logSource(line);
    }
    for (const text of lines) this.setBreakpoint(text);
  }

  private setBreakpoint(text: Bytes): void {
    const line = string2ll(text);
    if (line === null) return this.log(`Invalid argument:'${text}'`);
    const number = Number(line);
    if (number === 0) {
      this.breakpoints = [];
      return this.log('All breakpoints removed.');
    }
    if (number < 0) {
      const at = this.breakpoints.indexOf(-number);
      if (at >= 0) this.breakpoints.splice(at, 1);
      return this.log(at >= 0 ? 'Breakpoint removed.' : 'No breakpoint in the specified line.');
    }
    if (this.breakpoints.length === MAX_BREAKPOINTS) return this.log('Too many breakpoints set.');
    if (number > this.source.length) return this.log('Wrong line number.');
    this.breakpoints.push(number);
    this.list(number, 1);
  }

  private maxlen(args: readonly Bytes[]): void {
    if (args.length === 1) {
      const length = atoi(args[0] as Bytes);
      this.hintGiven = true;
      this.maxLength = length === 0 ? 0 : Math.max(length, LEAST_LENGTH);
    }
    this.log(
      this.maxLength === 0
        ? '<value> replies are unlimited.'
        : `<value> replies are truncated at ${this.maxLength} bytes.`,
    );
  }

  private trace(thread: LuaThread): void {
    for (let level = 0; ; level++) {
      const frame = this.frames.at(thread, level);
      if (frame === null) return;
      if (!frame.source.includes('user_script')) continue;
      this.log(`${level === 0 ? 'In' : 'From'} ${frame.name ?? 'top level'}:`);
      this.logSource(frame.line);
    }
  }

  /** The variable of that name in the innermost function that has one, or KEYS or ARGV. */
  private print(thread: LuaThread, name: Bytes): void {
    for (let level = 0; this.frames.at(thread, level) !== null; level++) {
      const found = this.frames.locals(thread, level, (local) => {
        if (local !== name) return false;
        this.logValue(`<value> ${catStackValue(this.lua, thread, -1)}`);
        return true;
      });
      if (found) return;
    }
    if (name !== 'KEYS' && name !== 'ARGV') return this.log('No such variable.');
    const text = this.lua.copyIn(name);
    this.lua.module._lua_getfield(thread, LUA_GLOBALS, text);
    this.lua.module._free(text);
    this.logValue(`<value> ${catStackValue(this.lua, thread, -1)}`);
    this.lua.pop(thread);
  }

  private printAll(thread: LuaThread): void {
    let count = 0;
    this.frames.locals(thread, 0, (local) => {
      count++;
      this.logValue(`<value> ${local} = ${catStackValue(this.lua, thread, -1)}`);
      return false;
    });
    if (count === 0) this.log('No local variables in the current context.');
  }

  private redis(argv: readonly Bytes[]): void {
    this.step = true;
    scriptCommand(this.run, argv);
    this.step = false;
  }

  /** Code of the user, as an expression if it is one. It runs in a thread of its own, where the clock can reach it. */
  private eval(main: LuaThread, code: Bytes): void {
    const { module } = this.lua;
    const thread = module._lua_newthread(main);
    let compiles = this.lua.load(thread, `return ${code}`, '@ldb_eval');
    if (!compiles) {
      module._lua_settop(thread, 0);
      compiles = this.lua.load(thread, code, '@ldb_eval');
    }
    this.evalLeft = EVAL_INSTRUCTIONS;
    this.lua.setHook(thread, HOOK_INSTRUCTIONS);
    if (compiles && module._lua_pcall(thread, 0, 1, 0) === 0) {
      this.logValue(`<retval> ${catStackValue(this.lua, thread, -1)}`);
    } else {
      const isTable = this.lua.type(thread, -1) === LUA_TABLE;
      if (isTable) this.lua.getField(thread, -1, 'err');
      const text = this.lua.type(thread, -1) === LUA_STRING ? this.lua.toBytes(thread, -1) : '(no text)';
      this.log(`<error> ${text}`);
    }
    this.evalLeft = null;
    this.lua.pop(main);
  }

  private limitEval(thread: LuaThread): void {
    this.evalLeft = Math.max(0, (this.evalLeft as number) - HOOK_INSTRUCTIONS);
    if (this.evalLeft > 0) return;
    // From now on every instruction is the last, so that no pcall can carry on.
    this.lua.setHook(thread, 1);
    this.lua.pushBytes(thread, 'ldb_eval: this takes too long');
    this.lua.raiseTop(thread);
  }
}

/** A refusal without a code of its own is a sentence; any other error is shown as it travels. */
function errorText(error: ErrorReply): Bytes {
  if (error instanceof RefusedCall && error.text.startsWith('ERR ')) return error.text.slice(4);
  return `-${error.text}${error instanceof RefusedCall ? '  ' : ''}`;
}
