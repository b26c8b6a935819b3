/* A console: the process of the world that runs redis-cli and its like.
 *
 * Has the keyboard and the screen: the lines typed ahead and the transcript. One program has the terminal; the
 * shell, which lives outside the world, may have others run behind it, stopped or not. How a program runs is
 * execution.ts's business, and what it does is its own.
 *
 * Input from outside comes by `onInput` in the forms of session/api.ts. Output is read from `transcript`;
 * `prompt` says whether a line is awaited. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Decode, utf8Encode } from '#base/bytes.ts';
import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import { Execution, type Ask, type ExecutionHost } from './execution.ts';
import { ProgramRun } from './program-run.ts';
import type { Linenoise, ProgramEnv, Programs } from './program.ts';
import { cliPrograms } from './programs.ts';
import { sanitize, Transcript } from './terminal.ts';

/** Lines that may be typed ahead of the program. */
const TYPEAHEAD = 10_000;
/** Output kept of one program that was run by `run`, in bytes; what is beyond is dropped. */
const OUTPUT_KEPT = 8 << 20;
/** Programs that the shell may have at a time. */
const MOST_RUNS = 64;
/** Ends of programs that are remembered, and the bytes that they may have printed together. */
const OUTCOMES_KEPT = 64;
const OUTCOME_BYTES = 4 << 20;
/** How a program ends that is killed, and one that is told to end. */
const EXIT_KILLED = 137;
const EXIT_TERMINATED = 143;

/** What a program run by `run` printed and how it ended. */
export interface RunOutcome {
  id: number;
  stdout: Bytes;
  stderr: Bytes;
  exitCode: number;
}

/** Text of the shell, which lives outside the world: shown, and kept in the log like everything else. */
export interface PrintInput {
  kind: 'print';
  text: string;
  /** Part of what was typed (prompt and line), not of the output. */
  echo?: boolean;
}

/** Files of the shell: they stay on the console's disk, so that they are there again when the world is. */
export interface FilesInput {
  kind: 'files';
  files: Readonly<Record<string, Bytes | null>>;
}

/** Runs a program for the shell; its end is told by `lastRun` with the same id. */
export interface RunInput {
  kind: 'run';
  id: number;
  argv: string[];
  /** Byte string piped in, or null for the terminal. */
  stdin: Bytes | null;
  tty: boolean;
  /** It does not get the terminal: another program, or the shell, goes on there. */
  background?: boolean;
  /** What the program finds on the disk. */
  files?: Readonly<Record<string, Bytes>>;
}

/** A signal for a program that was run by `run`. CONT may give it the terminal, or take it away. */
export interface SignalInput {
  kind: 'signal';
  id: number;
  signal: 'INT' | 'TERM' | 'KILL' | 'STOP' | 'CONT';
  background?: boolean;
}

export interface ConsoleOptions {
  name: string;
  /** The program to run and its arguments, as text: ['redis-cli', '-p', '7000', '-c']. When it ends
   *  the console runs `login`, if there is one. */
  argv: readonly string[];
  programs?: Programs;
  /** Program to fall back to: a prompt of the machine. */
  login?: string | null;
  vars?: Readonly<Record<string, string>>;
  /** What is piped into the program instead of lines that are typed. */
  stdin?: Bytes | null;
  /** False when its output goes into a pipe: it formats for programs then. */
  stdoutTty?: boolean;
}

export class ConsoleProcess implements Process, ExecutionHost {
  io!: Io;
  readonly name: string;
  readonly argv: readonly string[];
  readonly programs: Programs;
  readonly login: string | null;
  readonly env: ProgramEnv;
  readonly transcript = new Transcript();
  /** Exit code of the program that ended last. */
  exitCode: number | null = null;
  /** The program of the console itself; null when the last one has ended. */
  own: Execution | null = null;
  /** Those of the shell, stopped ones too. */
  runs = new Map<number, Execution>();
  /** The one of them that has the terminal. */
  front: Execution | null = null;
  typed: Bytes[] = [];
  /** How programs of the shell ended, the last one last. */
  outcomes: readonly RunOutcome[] = [];

  constructor(options: ConsoleOptions) {
    this.name = options.name;
    this.argv = options.argv;
    this.programs = Object.freeze({ ...(options.programs ?? cliPrograms) });
    this.login = options.login === undefined ? 'sh' : options.login;
    this.env = Object.freeze({
      stdoutTty: options.stdoutTty ?? true,
      stdin: options.stdin ?? null,
      vars: Object.freeze({ TERM: 'xterm-256color', ...options.vars }),
    });
  }

  /** The program that lines and Ctrl-C go to. */
  private get atTerminal(): Execution | null {
    return this.front ?? this.own;
  }

  /** The prompt when a line is awaited, else null. */
  get prompt(): string | null {
    return this.atTerminal?.ask?.prompt ?? null;
  }

  /** True while what is typed must not be shown. */
  get hidden(): boolean {
    return this.atTerminal?.ask?.hidden ?? false;
  }

  /** How the program reads keys, if it does so itself. */
  get linenoise(): Linenoise | null {
    return this.atTerminal?.ask?.linenoise ?? null;
  }

  start(): void {
    this.startProgram(this.argv.map(utf8Encode));
  }

  onInput(input: unknown): void {
    const { kind, line } = input as { kind: string; line?: string };
    if (kind === 'line') this.onLine(utf8Encode(line ?? ''));
    else if (kind === 'print') this.onPrint(input as PrintInput);
    else if (kind === 'files') this.onFiles(input as FilesInput);
    else if (kind === 'run') this.onRun(input as RunInput);
    else if (kind === 'signal') this.onRunSignal(input as SignalInput);
    else if (kind === 'hangup') this.onHangup();
    else if (kind === 'interrupt') this.onInterrupt(utf8Encode(line ?? ''));
    else if (kind === 'eof') this.onEof();
    else if (kind === 'closeConsole') this.io.exit(0);
  }

  onAccept(): void {}

  onSignal(): void {
    this.io.exit(0);
  }

  onConnect(socket: SocketId): void {
    this.executions().some((one) => one.onConnect(socket));
  }

  onMessage(socket: SocketId, payload: Payload): void {
    this.executions().some((one) => one.onMessage(socket, payload));
  }

  onClose(socket: SocketId, reason: CloseReason): void {
    this.executions().some((one) => one.onClose(socket, reason));
  }

  onTimer(timer: string): void {
    this.executions()
      .find((one) => one.timer === timer)
      ?.onTimer();
  }

  private executions(): Execution[] {
    return this.own === null ? [...this.runs.values()] : [this.own, ...this.runs.values()];
  }

  // ------------------------------------------------------------------ what comes from the keyboard

  private onLine(line: Bytes): void {
    if (this.typed.length >= TYPEAHEAD) return;
    this.typed.push(line);
    this.giveLine();
  }

  /** Hands a line that was typed to the program that waits for one. */
  private giveLine(): void {
    const { atTerminal } = this;
    const ask = atTerminal?.ask;
    if (!atTerminal || !ask) return;
    const line = this.takeLine(atTerminal, ask);
    if (line !== null) atTerminal.answer({ line });
  }

  private onPrint({ text, echo }: PrintInput): void {
    if (echo) this.transcript.echo(sanitize(utf8Encode(text)));
    else this.transcript.print(sanitize(utf8Encode(text)));
  }

  private onFiles({ files }: FilesInput): void {
    for (const [path, data] of Object.entries(files)) {
      if (data === null) this.io.disk.remove(path);
      else this.io.disk.write(path, data);
    }
  }

  /** The next typed line, shown behind its prompt as the terminal would have echoed it. */
  takeLine(execution: Execution, ask: Ask): Bytes | null {
    if (execution !== this.atTerminal) return null;
    const line = this.typed.shift();
    if (line === undefined) return null;
    this.transcript.beginLine(this.io.now);
    this.transcript.echo(`${echoOf(ask, line)}\n`);
    return line;
  }

  /** Ctrl-D: whoever waits for a line hears that there are no more. */
  private onEof(): void {
    const { atTerminal } = this;
    const ask = atTerminal?.ask;
    if (!atTerminal || !ask) return;
    this.transcript.echo(ask.linenoise ? `${ask.prompt}\n` : ask.prompt);
    atTerminal.answer({ eof: true });
  }

  /** Ctrl-C, with what stood at the prompt. */
  private onInterrupt(line: Bytes): void {
    // A terminal throws away what was typed ahead when it turns Ctrl-C into a signal.
    this.typed = [];
    const { atTerminal } = this;
    if (atTerminal === null) return;
    const { ask } = atTerminal;
    const mark = ask?.linenoise ? '' : '^C';
    this.transcript.echo(ask ? `${echoOf(ask, line)}${mark}\n` : mark);
    atTerminal.interrupt();
  }

  // ------------------------------------------------------------------ programs of the shell

  private onRun({ id, argv, stdin, tty, background = false, files = {} }: RunInput): void {
    for (const [path, data] of Object.entries(files)) this.io.disk.write(path, data);
    const words = argv.map(utf8Encode);
    const main = this.programs[words[0] ?? ''];
    const isFree = background || (this.front === null && this.own !== null && this.own.ask !== null);
    if (!isFree || main === undefined || this.runs.has(id) || this.runs.size >= MOST_RUNS) {
      this.note({ id, stdout: '', stderr: `${words[0] ?? ''}: cannot run now\n`, exitCode: 126 });
      return;
    }
    // Where a script reads it, output has no colours: its text goes through a door that shows them as text.
    const vars = tty ? this.env.vars : { ...this.env.vars, TERM: 'dumb' };
    const run = new ProgramRun(main, words, { ...this.env, vars, stdin, stdoutTty: tty });
    const execution = new Execution(id, run, tty, this);
    this.runs.set(id, execution);
    if (!background) this.front = execution;
    execution.start();
  }

  private onRunSignal({ id, signal, background }: SignalInput): void {
    const execution = this.runs.get(id);
    if (execution === undefined) return;
    if (signal === 'STOP') {
      execution.stop();
      if (this.front === execution) this.front = null;
    } else if (signal === 'CONT') {
      if (background === false && this.front === null) this.front = execution;
      else if (background && this.front === execution) this.front = null;
      execution.continue();
      this.giveLine();
    } else if (signal === 'INT') execution.interrupt();
    else execution.kill(signal === 'TERM' ? EXIT_TERMINATED : EXIT_KILLED);
  }

  /** The shell is not there any more: what it had run ends. */
  private onHangup(): void {
    for (const execution of [...this.runs.values()]) execution.kill(EXIT_KILLED);
  }

  private note(outcome: RunOutcome): void {
    const outcomes = [...this.outcomes, outcome].slice(-OUTCOMES_KEPT);
    let bytes = 0;
    for (const { stdout, stderr } of outcomes) bytes += stdout.length + stderr.length;
    while (bytes > OUTCOME_BYTES && outcomes.length > 1) {
      const oldest = outcomes.shift();
      bytes -= (oldest?.stdout.length ?? 0) + (oldest?.stderr.length ?? 0);
    }
    this.outcomes = outcomes;
  }

  // ------------------------------------------------------------------ the console's own program

  private startProgram(argv: readonly Bytes[]): void {
    const name = argv[0] ?? '';
    const main = this.programs[name];
    if (main === undefined) {
      this.transcript.print(`${sanitize(name)}: command not found\n`);
      this.exitCode = 127;
      this.afterProgram(name);
      return;
    }
    this.own = new Execution(0, new ProgramRun(main, argv, this.env), true, this);
    this.own.start();
  }

  ended(execution: Execution, exitCode: number): void {
    const { id, stdout, stderr, run } = execution;
    if (execution !== this.own) {
      this.runs.delete(id);
      if (this.front === execution) this.front = null;
      this.note({ id, stdout, stderr, exitCode });
      return;
    }
    this.own = null;
    this.exitCode = exitCode;
    this.afterProgram(run.argv[0] ?? '');
  }

  private afterProgram(ended: Bytes): void {
    if (this.login !== null && ended !== this.login) this.startProgram([this.login]);
  }

  print(execution: Execution, text: Bytes, to: 'stdout' | 'stderr', control: boolean): void {
    if (execution.tty) this.transcript.print(control ? utf8Decode(text) : sanitize(text));
    else execution[to] = (execution[to] + text).slice(0, OUTPUT_KEPT);
  }
}

/** A prompt with what was typed behind it, as it stands on the screen. */
function echoOf({ prompt, hidden, linenoise }: Ask, line: Bytes): string {
  const typed = sanitize(line);
  if (!hidden) return prompt + typed;
  return prompt + (linenoise ? '*'.repeat([...typed].length) : '');
}
