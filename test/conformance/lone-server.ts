/* One server without a world: its machine is this file. Time stands still until `advance`, clients are
 * sockets held by the test, and what the server sends can be read at once. For worlds with a network
 * see src/sim. */

import type { Bytes } from '#base/bytes.ts';
import { Prng } from '#base/prng.ts';
import type { Disk, Io, LogLevel, Payload, ProtocolEvent, SocketId } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import { ReplyParser } from '#redis/resp.ts';
import { Server } from '#redis/server.ts';

/** Files that nothing can lose. */
export class MemoryDisk implements Disk {
  files: Map<string, Bytes> = new Map();
  read(path: string): Bytes | undefined {
    return this.files.get(path);
  }
  write(path: string, data: Bytes): void {
    this.files.set(path, data);
  }
  append(path: string, data: Bytes): void {
    this.files.set(path, (this.files.get(path) ?? '') + data);
  }
  rename(from: string, to: string): void {
    this.files.set(to, this.files.get(from) ?? '');
    this.files.delete(from);
  }
  remove(path: string): void {
    this.files.delete(path);
  }
  list(): string[] {
    return [...this.files.keys()].sort();
  }
  fsync(): void {}
}

/** A machine with one server on it. */
export class LoneServer implements Io {
  now = 0;
  wallMs = 1_700_000_000_000;
  readonly random: Prng;
  readonly disk: MemoryDisk;
  readonly server: Server;
  timers: Map<string, number> = new Map();
  nextSocket = 1;
  /** What the server has sent and nobody has read, by socket. */
  sent: Map<SocketId, Payload[]> = new Map();
  closed: Set<SocketId> = new Set();
  logLines: string[] = [];
  events: ProtocolEvent[] = [];
  exitCode: number | null = null;
  busyMicros = 0;

  constructor(
    config: Readonly<Record<string, string>> = {},
    options: { disk?: MemoryDisk; seed?: number; configFile?: string } = {},
  ) {
    this.random = Prng.stream(options.seed ?? 1, 'server');
    this.disk = options.disk ?? new MemoryDisk();
    this.server = new Server({
      name: '7000',
      ip: '127.0.0.1',
      port: 7000,
      config,
      configFile: options.configFile ?? '',
    });
    this.server.io = this;
    this.server.start();
  }

  /** Opens a connection and returns its socket. */
  connect(): SocketId {
    const socket = this.nextSocket++;
    this.sent.set(socket, []);
    this.server.onAccept(socket, 7000);
    return socket;
  }

  /** Runs one command on a connection and returns everything it made the server say there. */
  run(socket: SocketId, ...argv: Bytes[]): Reply[] {
    this.server.onMessage(socket, { kind: 'command', argv });
    return this.take(socket);
  }

  /** Runs one command that has exactly one reply. */
  ask(socket: SocketId, ...argv: Bytes[]): Reply {
    const replies = this.run(socket, ...argv);
    if (replies.length !== 1) throw new Error(`${replies.length} replies to ${argv.join(' ')}`);
    return replies[0] as Reply;
  }

  /** Feeds raw bytes. */
  feed(socket: SocketId, data: Bytes): void {
    if (!this.closed.has(socket)) this.server.onMessage(socket, { kind: 'bytes', data });
  }

  /** Replies that have arrived on a connection. */
  take(socket: SocketId): Reply[] {
    const replies: Reply[] = [];
    const parser = new ReplyParser();
    for (const payload of this.sent.get(socket)?.splice(0) ?? []) {
      if (payload.kind === 'reply') replies.push(payload.reply);
      else if (payload.kind === 'bytes') parser.feed(payload.data);
      for (let reply = parser.next(); reply !== undefined; reply = parser.next()) replies.push(reply);
    }
    return replies;
  }

  /** Bytes that have arrived on a connection that speaks bytes. */
  takeBytes(socket: SocketId): Bytes {
    return (this.sent.get(socket)?.splice(0) ?? [])
      .map((payload) => (payload.kind === 'bytes' ? payload.data : ''))
      .join('');
  }

  /** The client goes away. */
  drop(socket: SocketId): void {
    if (this.closed.has(socket)) return;
    this.closed.add(socket);
    this.server.onClose(socket, 'closed');
  }

  /** Lets virtual time pass, timers in their order. */
  advance(milliseconds: number): void {
    const end = this.now + milliseconds * 1000;
    for (;;) {
      const next = [...this.timers].sort((a, b) => a[1] - b[1])[0];
      if (next === undefined || next[1] > end || this.exitCode !== null) break;
      this.timers.delete(next[0]);
      this.moveTo(Math.max(next[1], this.now));
      this.server.onTimer(next[0]);
    }
    this.moveTo(end);
  }

  moveTo(micros: number): void {
    this.wallMs += (micros - this.now) / 1000;
    this.now = micros;
  }

  listen(): boolean {
    return true;
  }
  unlisten(): void {}
  send(socket: SocketId, payload: Payload): void {
    if (!this.closed.has(socket)) this.sent.get(socket)?.push(payload);
  }
  close(socket: SocketId): void {
    this.closed.add(socket);
  }
  outputPending(): number {
    return 0;
  }
  peerAddress(socket: SocketId): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: 40000 + socket };
  }
  localAddress(): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: 7000 };
  }
  setTimer(timer: string, at: number): void {
    this.timers.set(timer, at);
  }
  clearTimer(timer: string): void {
    this.timers.delete(timer);
  }
  busy(micros: number): void {
    this.busyMicros += micros;
  }
  blockOn(): void {}
  emit(event: ProtocolEvent): void {
    this.events.push(event);
  }
  log(_level: LogLevel, text: string): void {
    this.logLines.push(text);
  }
  exit(code: number): void {
    this.exitCode = code;
  }
}
