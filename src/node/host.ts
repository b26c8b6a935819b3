/* A machine with real sockets: the Io of a process that runs behind real TCP ports, with the clock on the
 * wall. The simulated world is not involved; a server cannot tell the difference.
 *
 * Node calls back whenever it likes, a process wants its events one at a time: they queue here while the
 * process is busy, or waits inside a blocking call. Small amounts of `busy` are ignored, since a real CPU
 * has just spent real time; a long one (DEBUG SLEEP) is waited for. */

import { connect, isIP, Socket, type Server as Listener } from 'node:net';
import type { Bytes } from '#base/bytes.ts';
import type { Prng } from '#base/prng.ts';
import { encodeMessageBytes } from '#redis/cluster/codec.ts';
import {
  SOCKET_PLACES,
  type CloseReason,
  type Disk,
  type Io,
  type LogLevel,
  type Micros,
  type Payload,
  type Process,
  type ProtocolEvent,
  type SocketId,
} from '#redis/io.ts';
import { encodeCommand, encodeReply } from '#redis/resp.ts';

/** `busy` below this is the simulation's estimate of what this computer has just done for real. */
const leastBusyUs = 1000;
/** How long a closed connection may take to deliver its last bytes. */
const lingerMs = 10_000;

type HostEvent =
  | { kind: 'accept'; socket: SocketId; port: number }
  | { kind: 'connect'; socket: SocketId }
  | { kind: 'data'; socket: SocketId; data: Bytes }
  | { kind: 'close'; socket: SocketId; reason: CloseReason }
  | { kind: 'timer'; timer: string; setting: object }
  | { kind: 'signal'; signal: 'TERM' | 'INT' };

interface Connection {
  readonly id: SocketId;
  readonly socket: Socket;
  /** Path of the Unix socket it came through. */
  readonly path?: string;
  /** Bytes of this handler call, written together when it ends. */
  pending: Bytes;
}

export interface HostOptions {
  name: string;
  random: Prng;
  disk: Disk;
  /** Listeners that are open already, by port: who opens them learns at once of a port in use. */
  listeners: Map<number, Listener>;
  /** Opens a port that the process asks for later; undefined when it is taken. */
  openPort?: (port: number) => Listener | undefined;
  onLog?: (level: LogLevel, text: string) => void;
  onEvent?: (event: ProtocolEvent) => void;
  onExit?: (code: number) => void;
}

export class Host implements Io {
  now: Micros = 0;
  readonly random: Prng;
  readonly disk: Disk;
  private readonly options: HostOptions;
  private readonly startedAt = performance.now();
  /** With its fractions: a clock that is cut off would be up to a millisecond behind that of everybody else. */
  private readonly startWallMs = performance.timeOrigin + performance.now();
  private process: Process | null = null;
  private readonly connections = new Map<SocketId, Connection>();
  private readonly toFlush = new Set<Connection>();
  private readonly timers = new Map<string, { handle: NodeJS.Timeout | NodeJS.Immediate }>();
  private lastSocket: SocketId = 0;
  /** The low bits of the ids of open sockets. */
  private readonly places = new Set<number>();
  private queue: HostEvent[] = [];
  private running = false;
  private blockedOn: SocketId | null = null;
  private busyUntil: Micros = 0;
  private wakeUp: NodeJS.Timeout | null = null;

  constructor(options: HostOptions) {
    this.options = options;
    this.random = options.random;
    this.disk = options.disk;
  }

  get wallMs(): number {
    return this.startWallMs + this.now / 1000;
  }

  /** Gives the machine its process and starts it. */
  run(process: Process): void {
    this.process = process;
    process.io = this;
    this.handle(() => process.start());
    this.drain();
  }

  /** A signal of the system, for the process to handle as it likes. */
  signal(signal: 'TERM' | 'INT'): void {
    this.offer({ kind: 'signal', signal });
  }

  /** Ends the process as a kill would: no farewell, every socket closed. */
  stop(): void {
    this.process = null;
    for (const { handle } of this.timers.values()) cancel(handle);
    this.timers.clear();
    if (this.wakeUp) clearTimeout(this.wakeUp);
    for (const listener of this.options.listeners.values()) listener.close();
    for (const { socket } of this.connections.values()) socket.destroySoon();
    this.connections.clear();
    this.queue = [];
  }

  /** Connections of another listener (a Unix socket at `path`) count as connections to `port`. */
  acceptFrom(listener: Listener, path: string, port: number): void {
    listener.on('connection', (socket) => this.accept(socket, port, path));
  }

  /* ---- what the process calls ---- */

  listen(port: number): boolean {
    const listener = this.options.listeners.get(port) ?? this.options.openPort?.(port);
    if (!listener) return false;
    this.options.listeners.set(port, listener);
    listener.removeAllListeners('connection');
    listener.on('connection', (socket) => this.accept(socket, port));
    return true;
  }

  unlisten(port: number): void {
    this.options.listeners.get(port)?.close();
    this.options.listeners.delete(port);
  }

  connect(ip: string, port: number): SocketId {
    const id = this.takeSocketId();
    // A name would have to be looked up, which no process of ours asks for; Node throws on bad ports.
    const possible = isIP(ip) !== 0 && port > 0 && port < 65536;
    const socket = possible ? connect({ host: ip, port, noDelay: true }) : new Socket();
    this.attach(id, socket);
    if (!possible) socket.destroy(Object.assign(new Error('no such address'), { code: 'ECONNREFUSED' }));
    socket.once('connect', () => this.offer({ kind: 'connect', socket: id }));
    return id;
  }

  send(id: SocketId, payload: Payload): void {
    const connection = this.connections.get(id);
    if (!connection) return;
    connection.pending += encodePayload(payload);
    this.toFlush.add(connection);
  }

  close(id: SocketId): void {
    const connection = this.connections.get(id);
    if (!connection) return;
    this.flush(connection);
    this.release(connection);
  }

  outputPending(id: SocketId): number {
    const connection = this.connections.get(id);
    return connection ? connection.pending.length + connection.socket.writableLength : 0;
  }

  peerAddress(id: SocketId): { ip: string; port: number } {
    const { socket, path = '' } = this.connections.get(id) ?? {};
    return { ip: path || plainIp(socket?.remoteAddress), port: socket?.remotePort ?? 0 };
  }

  localAddress(id: SocketId): { ip: string; port: number } {
    const { socket, path = '' } = this.connections.get(id) ?? {};
    return { ip: path || plainIp(socket?.localAddress), port: socket?.localPort ?? 0 };
  }

  setTimer(timer: string, at: Micros): void {
    this.clearTimer(timer);
    const setting = { handle: undefined as unknown as NodeJS.Timeout | NodeJS.Immediate };
    const fire = (): void => void this.offer({ kind: 'timer', timer, setting });
    const delayMs = (at - this.clock()) / 1000;
    setting.handle =
      delayMs <= 0 ? setImmediate(fire) : setTimeout(fire, Math.min(Math.ceil(delayMs), 0x7fffffff));
    this.timers.set(timer, setting);
  }

  clearTimer(timer: string): void {
    const setting = this.timers.get(timer);
    if (setting) cancel(setting.handle);
    this.timers.delete(timer);
  }

  busy(micros: Micros): void {
    if (micros >= leastBusyUs) this.busyUntil = Math.max(this.busyUntil, this.now) + micros;
  }

  blockOn(socket: SocketId, until: Micros): void {
    this.blockedOn = socket;
    this.setTimer('block', until);
  }

  emit(event: ProtocolEvent): void {
    this.options.onEvent?.(event);
  }

  log(level: LogLevel, text: string): void {
    this.options.onLog?.(level, text);
  }

  exit(code: number): void {
    // The handler that asks for the end may still want to send its last words.
    for (const connection of this.toFlush) this.flush(connection);
    this.stop();
    this.options.onExit?.(code);
  }

  /* ---- what Node calls ---- */

  private accept(socket: Socket, port: number, path?: string): void {
    socket.setNoDelay(true);
    const id = this.takeSocketId();
    this.attach(id, socket, path);
    this.offer({ kind: 'accept', socket: id, port });
  }

  private takeSocketId(): SocketId {
    do this.lastSocket++;
    while (this.places.has(this.lastSocket % SOCKET_PLACES));
    this.places.add(this.lastSocket % SOCKET_PLACES);
    return this.lastSocket;
  }

  private attach(id: SocketId, socket: Socket, path?: string): void {
    const connection: Connection = { id, socket, pending: '', ...(path !== undefined && { path }) };
    this.connections.set(id, connection);
    let reason: CloseReason = 'closed';
    let told = false;
    const tell = (): void => {
      if (!told) this.offer({ kind: 'close', socket: id, reason });
      told = true;
    };
    socket.on('data', (data) => {
      if (!this.offer({ kind: 'data', socket: id, data: data.toString('latin1') })) socket.pause();
    });
    socket.on('end', tell);
    socket.on('error', (error) => (reason = closeReason(error)));
    socket.on('close', tell);
  }

  /** Handles the event now when the process is free, else keeps it; false = kept. */
  private offer(event: HostEvent): boolean {
    if (!this.process) return true;
    this.queue.push(event);
    this.drain();
    return !this.queue.includes(event);
  }

  private drain(): void {
    while (!this.running) {
      const event = this.takeEvent();
      if (!event) return;
      this.handle(() => this.dispatch(event));
    }
  }

  /** The next event the process may see, or undefined when there is none or it has no time. */
  private takeEvent(): HostEvent | undefined {
    if (this.queue.length === 0) return undefined;
    const waitUs = this.busyUntil - this.clock();
    if (waitUs > 0) {
      this.wakeUp ??= setTimeout(
        () => {
          this.wakeUp = null;
          this.drain();
        },
        Math.ceil(waitUs / 1000),
      );
      return undefined;
    }
    if (this.blockedOn === null) return this.queue.shift();
    const ends = (event: HostEvent): boolean =>
      event.kind === 'timer'
        ? event.timer === 'block'
        : event.kind !== 'signal' && event.socket === this.blockedOn;
    const at = this.queue.findIndex(ends);
    if (at < 0) return undefined;
    this.blockedOn = null;
    const [event] = this.queue.splice(at, 1);
    if (event?.kind !== 'timer') this.clearTimer('block');
    return event;
  }

  private dispatch(event: HostEvent): void {
    const process = this.process as Process;
    if (event.kind === 'signal') {
      process.onSignal(event.signal);
      return;
    }
    if (event.kind === 'timer') {
      // Set anew or cleared since it fired: then this firing means nothing.
      if (this.timers.get(event.timer) !== event.setting) return;
      this.timers.delete(event.timer);
      process.onTimer(event.timer);
      return;
    }
    const connection = this.connections.get(event.socket);
    if (event.kind === 'close') {
      if (!connection) return;
      this.release(connection);
      process.onClose(event.socket, event.reason);
      return;
    }
    // The process closed this socket while the event waited.
    if (!connection) return;
    if (event.kind === 'accept') process.onAccept(event.socket, event.port);
    else if (event.kind === 'connect') process.onConnect(event.socket);
    else {
      connection.socket.resume();
      process.onMessage(event.socket, { kind: 'bytes', data: event.data });
    }
  }

  /** One handler call: time stands still in it, and what it sent leaves together at its end. */
  private handle(call: () => void): void {
    this.running = true;
    this.now = this.clock();
    try {
      call();
    } finally {
      this.running = false;
      for (const connection of this.toFlush) this.flush(connection);
    }
  }

  private flush(connection: Connection): void {
    this.toFlush.delete(connection);
    if (connection.pending === '') return;
    connection.socket.write(connection.pending, 'latin1');
    connection.pending = '';
  }

  private release(connection: Connection): void {
    this.connections.delete(connection.id);
    this.places.delete(connection.id % SOCKET_PLACES);
    this.toFlush.delete(connection);
    connection.socket.removeAllListeners('data');
    // Unread bytes would keep a socket from ending.
    connection.socket.resume();
    connection.socket.setTimeout(lingerMs, () => connection.socket.destroy());
    connection.socket.destroySoon();
  }

  private clock(): Micros {
    return Math.floor((performance.now() - this.startedAt) * 1000);
  }
}

function cancel(handle: NodeJS.Timeout | NodeJS.Immediate): void {
  // Each ignores a handle of the other kind.
  clearTimeout(handle as NodeJS.Timeout);
  clearImmediate(handle as NodeJS.Immediate);
}

function encodePayload(payload: Payload): Bytes {
  switch (payload.kind) {
    case 'command':
      return encodeCommand(payload.argv);
    case 'reply':
      return encodeReply(payload.reply, payload.resp);
    case 'bus':
      return encodeMessageBytes(payload.message);
    case 'bytes':
      return payload.data;
  }
}

function closeReason(error: NodeJS.ErrnoException): CloseReason {
  if (error.code === 'ECONNREFUSED') return 'refused';
  return error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH' ? 'timeout' : 'reset';
}

/** An IPv4 address inside an IPv6 socket is shown as what it is. */
function plainIp(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
