/* A program that runs in a console: its connections, what it waits for, and what it does next.
 *
 * Turns the ops of a program (program.ts) into acts on the machine (Io) and what happens in the world into
 * answers. Knows nothing of what programs do, nor of who has the terminal: that is its host's.
 *
 * It can be stopped and goes on later, as by the signals of a terminal. Meanwhile what comes for it is kept, as
 * a system keeps it for a process that is stopped. */

import type { Bytes } from '#base/bytes.ts';
import type { CloseReason, Io, Payload, SocketId } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import { encodeReply, ReplyParser } from '#redis/resp.ts';
import type { Next, ProgramRun } from './program-run.ts';
import type { Answer, Handle, Linenoise, Op } from './program.ts';

/** Ops that a program may perform without waiting before others get their turn. */
const OPS_PER_TURN = 20_000;
/** How long a program that never waits keeps the console's CPU per turn. */
const TURN_MICROS = 1_000;

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

/** A line that is asked for. */
export interface Ask {
  for: 'line';
  prompt: string;
  hidden: boolean;
  linenoise: Linenoise | null;
}

/** What the program waits for. */
type Waiting =
  | { for: 'connect'; handle: Handle }
  | { for: 'receive' | 'receiveBytes'; handle: Handle; atMost?: number | undefined }
  | Ask
  | { for: 'sleep' }
  | { for: 'turn'; answer: Answer };

/** Returned by `perform` when the answer comes later. */
const LATER = Symbol('later');

/** The console of a program. */
export interface ExecutionHost {
  io: Io;
  /** The line typed ahead for it, or null; it is told by `answer` when one comes. */
  takeLine(execution: Execution, ask: Ask): Bytes | null;
  print(execution: Execution, text: Bytes, to: 'stdout' | 'stderr', control: boolean): void;
  ended(execution: Execution, code: number): void;
}

export class Execution {
  /** Number given by whoever started it; 0 for the program that the console itself runs. */
  readonly id: number;
  readonly run: ProgramRun;
  /** At a terminal its output is shown; else it is kept for who asked. */
  readonly tty: boolean;
  stdout: Bytes = '';
  stderr: Bytes = '';
  waiting: Waiting | null = null;
  stopped = false;
  private readonly host: ExecutionHost;
  /** Its timer ran out while it was stopped. */
  private rang = false;
  private connections = new Map<Handle, Connection>();
  private nextHandle = 1;

  constructor(id: number, run: ProgramRun, tty: boolean, host: ExecutionHost) {
    this.id = id;
    this.run = run;
    this.tty = tty;
    this.host = host;
  }

  /** The line it waits for, if it does. */
  get ask(): Ask | null {
    return this.waiting?.for === 'line' ? this.waiting : null;
  }

  /** Its timer on the machine, which tells programs apart by it. */
  get timer(): string {
    return this.id === 0 ? 'wait' : `wait:${this.id}`;
  }

  start(): void {
    this.proceed(this.run.start());
  }

  /** Ctrl-C: the program is told, and may end by it. */
  interrupt(): void {
    const { waiting } = this;
    if (waiting === null) return;
    if (waiting.for === 'connect') this.drop(waiting.handle);
    this.answer(waiting.for === 'turn' ? waiting.answer : { interrupted: true });
  }

  /** It ends where it is, and is not asked. */
  kill(code: number): void {
    this.close();
    this.host.ended(this, code);
  }

  stop(): void {
    this.stopped = true;
  }

  /** It goes on, with what came for it meanwhile. */
  continue(): void {
    if (!this.stopped) return;
    this.stopped = false;
    const { waiting, rang } = this;
    this.rang = false;
    if (waiting?.for === 'connect') {
      const connection = this.connections.get(waiting.handle);
      if (connection?.state === 'open') return this.answer({ handle: waiting.handle });
      if (connection?.state === 'closed') return this.refused(waiting.handle, connection.reason ?? 'refused');
    } else if (waiting?.for === 'receive' || waiting?.for === 'receiveBytes') {
      const connection = this.connections.get(waiting.handle);
      if (connection) this.deliver(waiting.handle, connection);
    }
    if (rang && this.waiting === waiting) this.onTimer();
  }

  // ------------------------------------------------------------------ what happens in the world

  /** False when the socket is not one of its own. */
  onConnect(socket: SocketId): boolean {
    const found = this.findConnection(socket);
    if (found === null) return false;
    const [handle, connection] = found;
    connection.state = 'open';
    if (!this.stopped && this.waiting?.for === 'connect' && this.waiting.handle === handle)
      this.answer({ handle });
    return true;
  }

  onMessage(socket: SocketId, payload: Payload): boolean {
    const found = this.findConnection(socket);
    if (found === null) return false;
    const [handle, connection] = found;
    if (payload.kind === 'reply') connection.replies.push({ reply: payload.reply, resp: payload.resp });
    else if (payload.kind === 'bytes') connection.parser.feed(payload.data);
    this.deliver(handle, connection);
    return true;
  }

  onClose(socket: SocketId, reason: CloseReason): boolean {
    const found = this.findConnection(socket);
    if (found === null) return false;
    const [handle, connection] = found;
    connection.state = 'closed';
    connection.reason = reason;
    if (this.waiting?.for !== 'connect' || this.waiting.handle !== handle) this.deliver(handle, connection);
    else if (!this.stopped) this.refused(handle, reason);
    return true;
  }

  onTimer(): void {
    const { waiting } = this;
    if (waiting === null) return;
    if (this.stopped) this.rang = true;
    else if (waiting.for === 'sleep') this.answer(null);
    else if (waiting.for === 'turn') this.answer(waiting.answer);
    else if (waiting.for === 'connect') {
      this.drop(waiting.handle);
      this.answer({ error: connectError('timeout') });
    } else if (waiting.for !== 'line') this.answer({ timeout: true });
  }

  private refused(handle: Handle, reason: CloseReason): void {
    this.connections.delete(handle);
    this.answer({ error: connectError(reason) });
  }

  // ------------------------------------------------------------------ running the program

  /** Hands over what the program waits for. */
  answer(answer: Answer): void {
    this.waiting = null;
    this.host.io.clearTimer(this.timer);
    this.proceed(this.run.resume(answer));
  }

  private proceed(first: Next): void {
    let next = first;
    for (let ops = 0; ; ops++) {
      if (next.op === undefined) {
        this.close();
        this.host.ended(this, next.exit);
        return;
      }
      const answer = this.perform(next.op);
      if (answer === LATER) return;
      if (ops >= OPS_PER_TURN) {
        this.waiting = { for: 'turn', answer };
        this.host.io.setTimer(this.timer, this.host.io.now + TURN_MICROS);
        return;
      }
      next = this.run.resume(answer);
    }
  }

  private close(): void {
    this.waiting = null;
    this.host.io.clearTimer(this.timer);
    for (const handle of [...this.connections.keys()]) this.drop(handle);
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
        this.host.print(this, op.text, op.to ?? 'stdout', op.control ?? false);
        return null;
      case 'ask': {
        const { prompt, hidden = false, linenoise = null } = op;
        const ask = { for: 'line', prompt, hidden, linenoise } as const;
        const line = this.host.takeLine(this, ask);
        return line === null ? this.wait(ask) : { line };
      }
      case 'sleep':
        this.host.io.setTimer(this.timer, this.host.io.now + Math.max(0, Math.round(op.micros)));
        return this.wait({ for: 'sleep' });
      case 'clock':
        return { micros: this.host.io.now, wallMs: this.host.io.wallMs };
      case 'random':
        return this.host.io.random.below(op.bound);
      case 'readFile': {
        const data = this.host.io.disk.read(op.path);
        return data === undefined ? { error: 'No such file or directory' } : { data };
      }
      case 'writeFile':
        return this.writeFile(op.path, op.data);
      case 'checkpoint':
        return null;
    }
  }

  /** A folder is there when something is in it, be it only its own name, which ends in a slash. */
  private writeFile(path: string, data: Bytes): Answer {
    const { disk } = this.host.io;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    if (path === '/dev/null') return null;
    if (folder.length > 1 && !disk.list().some((name) => name.startsWith(folder)))
      return { error: 'No such file or directory' };
    disk.write(path, data);
    return null;
  }

  private wait(waiting: Waiting): typeof LATER {
    this.waiting = waiting;
    return LATER;
  }

  // ------------------------------------------------------------------ connections

  private connect(host: string, port: number, timeoutMs?: number): Answer | typeof LATER {
    const ip = resolveHost(host);
    if (ip === null) return { error: 'Name or service not known' };
    if (port < 0) return { error: 'Servname not supported for ai_socktype' };
    const handle = this.nextHandle++;
    // The system looks at sixteen bits of a port.
    const socket = this.host.io.connect(ip, port & 0xffff);
    this.connections.set(handle, {
      socket,
      state: 'connecting',
      reason: null,
      wroteToNobody: false,
      replies: [],
      parser: new ReplyParser(),
    });
    if (timeoutMs !== undefined) this.host.io.setTimer(this.timer, this.host.io.now + timeoutMs * 1000);
    return this.wait({ for: 'connect', handle });
  }

  private send(handle: Handle, payload: Payload): Answer {
    const connection = this.connections.get(handle);
    if (connection === undefined) return { error: 'Broken pipe' };
    if (connection.state !== 'open') return sendToNobody(connection);
    this.host.io.send(connection.socket, payload);
    return null;
  }

  private receive(op: {
    op: 'receive' | 'receiveBytes';
    handle: Handle;
    timeoutMs?: number | undefined;
    atMost?: number;
  }): Answer | typeof LATER {
    const connection = this.connections.get(op.handle);
    const ready = received(op.op, connection, op.atMost);
    if (ready !== null) return ready;
    if (op.timeoutMs !== undefined) this.host.io.setTimer(this.timer, this.host.io.now + op.timeoutMs * 1000);
    return this.wait({ for: op.op, handle: op.handle, atMost: op.atMost });
  }

  private deliver(handle: Handle, connection: Connection): void {
    const waiting = this.waiting;
    if (waiting?.for !== 'receive' && waiting?.for !== 'receiveBytes') return;
    if (this.stopped || waiting.handle !== handle) return;
    const ready = received(waiting.for, connection, waiting.atMost);
    if (ready !== null) this.answer(ready);
  }

  private drop(handle: Handle): void {
    const connection = this.connections.get(handle);
    if (connection === undefined) return;
    this.connections.delete(handle);
    if (connection.state !== 'closed') this.host.io.close(connection.socket);
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
function received(
  kind: 'receive' | 'receiveBytes',
  connection: Connection | undefined,
  atMost = Infinity,
): Answer | null {
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
    for (const { reply, resp } of connection.replies.splice(0)) parser.feed(encodeReply(reply, resp));
    const data = parser.buffer.slice(parser.at, parser.at + atMost);
    parser.at += data.length;
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
export function resolveHost(host: string): string | null {
  if (host === 'localhost') return '127.0.0.1';
  const parts = host.split('.');
  const isIp = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return isIp || /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(host) ? host : null;
}
