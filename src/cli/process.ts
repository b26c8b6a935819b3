/* A console: the process of the world that runs redis-cli and its like.
 *
 * Turns the ops of a program (program.ts) into acts on the machine (Io) and what happens in the
 * world into answers. Holds the connections of the program, the lines typed ahead, and the
 * transcript. Knows nothing of what the programs do.
 *
 * Input from outside comes by `onInput` in the forms of session/api.ts: `line`, `interrupt`,
 * `closeConsole`. Output is read from `transcript`; `prompt` says whether a line is awaited. */

import { assert } from '#base/assert.ts';
import type { Bytes } from '#base/bytes.ts';
import { utf8Decode, utf8Encode } from '#base/bytes.ts';
import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import { ReplyParser } from '#redis/resp.ts';
import { ProgramRun } from './program-run.ts';
import type { Next } from './program-run.ts';
import type { Answer, Handle, Op, ProgramEnv, Programs } from './program.ts';
import { cliPrograms } from './programs.ts';
import { sanitize, Transcript } from './terminal.ts';

/** Ops that a program may perform without waiting before others get their turn. */
const OPS_PER_TURN = 20_000;
/** How long a program that never waits keeps the console's CPU per turn. */
const TURN_MICROS = 1_000;
/** Lines that may be typed ahead of the program. */
const TYPEAHEAD = 10_000;

interface Connection {
  socket: SocketId;
  state: 'connecting' | 'open' | 'closed';
  reason: CloseReason | null;
  /** Something was sent after the peer had closed. */
  wroteToNobody: boolean;
  replies: { reply: Reply; resp: 2 | 3 }[];
  /** Bytes that came: raw data for receiveBytes, or replies of a peer outside the world. */
  parser: ReplyParser;
}

/** What the program waits for. */
type Waiting =
  | { for: 'connect' | 'receive' | 'receiveBytes'; handle: Handle }
  | { for: 'line'; prompt: string; hidden: boolean }
  | { for: 'sleep' }
  | { for: 'turn'; answer: Answer };

/** What a program run by `run` printed and how it ended. */
export interface RunOutcome {
  id: number;
  stdout: Bytes;
  stderr: Bytes;
  exitCode: number;
}

/** A program started from outside while another waits for a line. */
interface Nested {
  id: number;
  /** At a terminal its output is shown; else it is kept for who asked. */
  tty: boolean;
  stdout: Bytes;
  stderr: Bytes;
  outer: { run: ProgramRun; waiting: Waiting };
}

/** Output kept of one nested program, in bytes; what is beyond is dropped. */
const OUTPUT_KEPT = 8 << 20;

/** Returned by `perform` when the answer comes later. */
const LATER = Symbol('later');

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
  /** What the program finds on the disk. */
  files?: Readonly<Record<string, Bytes>>;
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

export class ConsoleProcess implements Process {
  io!: Io;
  readonly name: string;
  readonly argv: readonly string[];
  readonly programs: Programs;
  readonly login: string | null;
  readonly env: ProgramEnv;
  readonly transcript = new Transcript();
  /** Exit code of the program that ended last. */
  exitCode: number | null = null;
  run: ProgramRun | null = null;
  waiting: Waiting | null = null;
  typed: Bytes[] = [];
  nested: Nested | null = null;
  lastRun: RunOutcome | null = null;
  connections = new Map<Handle, Connection>();
  nextHandle = 1;

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

  /** The prompt when a line is awaited, else null. */
  get prompt(): string | null {
    return this.waiting?.for === 'line' ? this.waiting.prompt : null;
  }

  /** True while what is typed must not be shown. */
  get hidden(): boolean {
    return this.waiting?.for === 'line' && this.waiting.hidden;
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
    else if (kind === 'interrupt') this.onInterrupt();
    else if (kind === 'closeConsole') this.io.exit(0);
  }

  onAccept(): void {}

  onSignal(): void {
    this.io.exit(0);
  }

  onConnect(socket: SocketId): void {
    const found = this.findConnection(socket);
    if (found === null) return;
    const [handle, connection] = found;
    connection.state = 'open';
    if (this.waiting?.for === 'connect' && this.waiting.handle === handle) this.answer({ handle });
  }

  onMessage(socket: SocketId, payload: Payload): void {
    const found = this.findConnection(socket);
    if (found === null) return;
    const [handle, connection] = found;
    if (payload.kind === 'reply') connection.replies.push({ reply: payload.reply, resp: payload.resp });
    else if (payload.kind === 'bytes') connection.parser.feed(payload.data);
    this.deliver(handle, connection);
  }

  onClose(socket: SocketId, reason: CloseReason): void {
    const found = this.findConnection(socket);
    if (found === null) return;
    const [handle, connection] = found;
    connection.state = 'closed';
    connection.reason = reason;
    if (this.waiting?.for === 'connect' && this.waiting.handle === handle) {
      this.connections.delete(handle);
      this.answer({ error: connectError(reason) });
      return;
    }
    this.deliver(handle, connection);
  }

  onTimer(timer: string): void {
    if (timer !== 'wait' || this.waiting === null) return;
    const waiting = this.waiting;
    if (waiting.for === 'sleep') this.answer(null);
    else if (waiting.for === 'turn') this.answer(waiting.answer);
    else if (waiting.for === 'connect') {
      this.drop(waiting.handle);
      this.answer({ error: connectError('timeout') });
    } else if (waiting.for !== 'line') this.answer({ timeout: true });
  }

  // ------------------------------------------------------------------ what comes from the keyboard

  private onLine(line: Bytes): void {
    if (this.typed.length >= TYPEAHEAD) return;
    this.typed.push(line);
    if (this.waiting?.for === 'line') this.answer({ line: this.takeLine(this.waiting) });
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

  private onRun({ id, argv, stdin, tty, files = {} }: RunInput): void {
    for (const [path, data] of Object.entries(files)) this.io.disk.write(path, data);
    const words = argv.map(utf8Encode);
    const main = this.programs[words[0] ?? ''];
    if (this.nested !== null || this.run === null || this.waiting?.for !== 'line' || main === undefined) {
      this.lastRun = { id, stdout: '', stderr: `${words[0] ?? ''}: cannot run now\n`, exitCode: 126 };
      return;
    }
    this.nested = { id, tty, stdout: '', stderr: '', outer: { run: this.run, waiting: this.waiting } };
    this.waiting = null;
    // Where a script reads it, output has no colours: its text goes through a door that shows them as text.
    const vars = tty ? this.env.vars : { ...this.env.vars, TERM: 'dumb' };
    this.run = new ProgramRun(main, words, { ...this.env, vars, stdin, stdoutTty: tty });
    this.proceed(this.run.start());
  }

  /** The program that was interrupted by a nested one waits for its line again. */
  private endNested(nested: Nested, exitCode: number): void {
    this.lastRun = { id: nested.id, stdout: nested.stdout, stderr: nested.stderr, exitCode };
    this.nested = null;
    this.run = nested.outer.run;
    this.waiting = nested.outer.waiting;
  }

  /** The next typed line, shown behind its prompt as the terminal would have echoed it. */
  private takeLine(ask: { prompt: string; hidden: boolean }): Bytes {
    const line = this.typed.shift();
    assert(line !== undefined, 'a line was typed');
    this.transcript.beginLine(this.io.now);
    this.transcript.echo(ask.prompt + (ask.hidden ? '' : sanitize(line)) + '\n');
    return line;
  }

  private onInterrupt(): void {
    // A terminal throws away what was typed ahead when it turns Ctrl-C into a signal.
    this.typed = [];
    const waiting = this.waiting;
    if (waiting === null) return;
    this.transcript.echo(waiting.for === 'line' ? `${waiting.prompt}^C\n` : '^C');
    if (waiting.for === 'connect') this.drop(waiting.handle);
    this.answer(waiting.for === 'turn' ? waiting.answer : { interrupted: true });
  }

  // ------------------------------------------------------------------ running the program

  private startProgram(argv: readonly Bytes[]): void {
    const name = argv[0] ?? '';
    const main = this.programs[name];
    if (main === undefined) {
      this.transcript.print(`${sanitize(name)}: command not found\n`);
      this.exitCode = 127;
      this.afterProgram(name);
      return;
    }
    this.run = new ProgramRun(main, argv, this.env);
    this.proceed(this.run.start());
  }

  private answer(answer: Answer): void {
    this.waiting = null;
    this.io.clearTimer('wait');
    assert(this.run !== null, 'an answer goes to a running program');
    this.proceed(this.run.resume(answer));
  }

  private proceed(first: Next): void {
    let next = first;
    for (let ops = 0; ; ops++) {
      if (next.op === undefined) {
        this.ended(next.exit);
        return;
      }
      const answer = this.perform(next.op);
      if (answer === LATER) return;
      if (ops >= OPS_PER_TURN) {
        this.waiting = { for: 'turn', answer };
        this.io.setTimer('wait', this.io.now + TURN_MICROS);
        return;
      }
      assert(this.run !== null, 'a program performs ops only while it runs');
      next = this.run.resume(answer);
    }
  }

  private ended(code: number): void {
    const name = this.run?.argv[0] ?? '';
    for (const handle of [...this.connections.keys()]) this.drop(handle);
    if (this.nested !== null) {
      this.endNested(this.nested, code);
      return;
    }
    this.run = null;
    this.exitCode = code;
    this.afterProgram(name);
  }

  private afterProgram(ended: Bytes): void {
    if (this.login !== null && ended !== this.login) this.startProgram([this.login]);
  }

  private perform(op: Op): Answer | typeof LATER {
    switch (op.op) {
      case 'connect':
        return this.connect(op.ip, op.port, op.timeoutMs);
      case 'send':
        return this.send(op.handle, { kind: 'command', argv: op.argv });
      case 'sendBytes':
        return this.send(op.handle, { kind: 'bytes', data: op.data });
      case 'receive':
      case 'receiveBytes':
        return this.receive(op);
      case 'disconnect':
        this.drop(op.handle);
        return null;
      case 'print':
        this.print(op.text, op.to ?? 'stdout', op.control ?? false);
        return null;
      case 'ask': {
        const ask = { for: 'line', prompt: op.prompt, hidden: op.hidden ?? false } as const;
        if (this.typed.length > 0) return { line: this.takeLine(ask) };
        return this.wait(ask);
      }
      case 'sleep':
        this.io.setTimer('wait', this.io.now + Math.max(0, Math.round(op.micros)));
        return this.wait({ for: 'sleep' });
      case 'clock':
        return { micros: this.io.now, wallMs: this.io.wallMs };
      case 'random':
        return this.io.random.below(op.bound);
      case 'readFile': {
        const data = this.io.disk.read(op.path);
        return data === undefined ? { error: 'No such file or directory' } : { data };
      }
      case 'writeFile':
        this.io.disk.write(op.path, op.data);
        return null;
      case 'checkpoint':
        return null;
    }
  }

  private print(text: Bytes, to: 'stdout' | 'stderr', control: boolean): void {
    const { nested } = this;
    if (nested === null || nested.tty) this.transcript.print(control ? utf8Decode(text) : sanitize(text));
    else nested[to] = (nested[to] + text).slice(0, OUTPUT_KEPT);
  }

  private wait(waiting: Waiting): typeof LATER {
    this.waiting = waiting;
    return LATER;
  }

  // ------------------------------------------------------------------ connections

  private connect(host: string, port: number, timeoutMs?: number): Answer | typeof LATER {
    const ip = resolve(host);
    if (ip === null) return { error: 'Name or service not known' };
    if (port < 0) return { error: 'Servname not supported for ai_socktype' };
    const handle = this.nextHandle++;
    // The system looks at sixteen bits of a port.
    const socket = this.io.connect(ip, port & 0xffff);
    this.connections.set(handle, {
      socket,
      state: 'connecting',
      reason: null,
      wroteToNobody: false,
      replies: [],
      parser: new ReplyParser(),
    });
    if (timeoutMs !== undefined) this.io.setTimer('wait', this.io.now + timeoutMs * 1000);
    return this.wait({ for: 'connect', handle });
  }

  private send(handle: Handle, payload: Payload): Answer {
    const connection = this.connections.get(handle);
    if (connection === undefined) return { error: 'Broken pipe' };
    if (connection.state !== 'open') return sendToNobody(connection);
    this.io.send(connection.socket, payload);
    return null;
  }

  private receive(op: {
    op: 'receive' | 'receiveBytes';
    handle: Handle;
    timeoutMs?: number;
  }): Answer | typeof LATER {
    const connection = this.connections.get(op.handle);
    const ready = received(op.op, connection);
    if (ready !== null) return ready;
    if (op.timeoutMs !== undefined) this.io.setTimer('wait', this.io.now + op.timeoutMs * 1000);
    return this.wait({ for: op.op, handle: op.handle });
  }

  private deliver(handle: Handle, connection: Connection): void {
    const waiting = this.waiting;
    if (waiting?.for !== 'receive' && waiting?.for !== 'receiveBytes') return;
    if (waiting.handle !== handle) return;
    const ready = received(waiting.for, connection);
    if (ready !== null) this.answer(ready);
  }

  private drop(handle: Handle): void {
    const connection = this.connections.get(handle);
    if (connection === undefined) return;
    this.connections.delete(handle);
    if (connection.state !== 'closed') this.io.close(connection.socket);
  }

  private findConnection(socket: SocketId): [Handle, Connection] | null {
    for (const entry of this.connections) if (entry[1].socket === socket) return entry;
    return null;
  }
}

/** The kernel takes the first bytes written after the peer has closed; what comes next is told the truth. */
function sendToNobody(connection: Connection): Answer {
  if (connection.reason === 'reset') return { error: 'Connection reset by peer' };
  if (connection.wroteToNobody) return { error: 'Broken pipe' };
  connection.wroteToNobody = true;
  return null;
}

/** The answer to a receive, if there is one already. */
function received(kind: 'receive' | 'receiveBytes', connection: Connection | undefined): Answer | null {
  if (connection === undefined) return { error: 'Server closed the connection' };
  if (kind === 'receive') {
    const reply = connection.replies.shift();
    if (reply !== undefined) return reply;
    const parsed = connection.parser.next();
    // A peer outside the world has chosen its protocol by what it sent: nothing is to be flattened.
    if (parsed !== undefined) return { reply: parsed, resp: 3 };
    if (connection.parser.error !== null) return { error: connection.parser.error };
  } else {
    const { parser } = connection;
    const data = parser.buffer.slice(parser.at);
    parser.at = parser.buffer.length;
    if (data !== '') return { data };
  }
  if (connection.state !== 'closed') return null;
  return {
    error: connection.reason === 'reset' ? 'Connection reset by peer' : 'Server closed the connection',
  };
}

function connectError(reason: CloseReason): string {
  if (reason === 'timeout') return 'Connection timed out';
  if (reason === 'reset') return 'Connection reset by peer';
  return 'Connection refused';
}

/** Only what the machine's own hosts file knows; null when there is no such name. */
function resolve(host: string): string | null {
  if (host === 'localhost') return '127.0.0.1';
  return /^[0-9a-fA-F.:]+$/.test(host) ? host : null;
}
