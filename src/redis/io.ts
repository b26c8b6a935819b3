/* What a process of the world sees of its machine.
 *
 * Servers, redis-cli, application clients and shells are processes. A process is a state machine:
 * the world calls one of its handlers with something that happened, and during that call the process
 * acts on the world through `Io`: sockets, timers, clock, chance, disk. Nothing else is in reach, so
 * the same process runs under the simulated network, behind real TCP ports, and in a test.
 *
 * Everything a process holds must be data (numbers, strings, arrays, Maps, Sets, typed arrays and
 * class instances of these): the world clones whole processes to take snapshots. No closures, no
 * promises, no generators in fields (src/cli/program.ts says how a step-by-step program lives with
 * that). Objects sent as payload are never changed after sending. */

import type { Bytes } from '#base/bytes.ts';
import type { Prng } from '#base/prng.ts';
import type { BusMessage } from './cluster/message.ts';
import type { Reply } from './reply.ts';

/** Virtual microseconds since the world began. */
export type Micros = number;

/** Names one end of a connection; unique within its process, never used again. The low sixteen bits alone
 *  tell it from all others that are open at the time, as a file descriptor does. */
export type SocketId = number;
export const SOCKET_PLACES = 0x10000;

/** What travels on a connection, in order and without loss as long as the connection lives. */
export type Payload =
  /** client to server: one command */
  | { readonly kind: 'command'; readonly argv: readonly Bytes[] }
  /** server to client: one reply or push; `resp` is the protocol the client spoke when it was made */
  | { readonly kind: 'reply'; readonly reply: Reply; readonly resp: 2 | 3 }
  /** one message of the cluster bus */
  | { readonly kind: 'bus'; readonly message: BusMessage }
  /** bytes as they are: replication stream, RDB transfer, or a peer outside the world */
  | { readonly kind: 'bytes'; readonly data: Bytes };

/** Why a connection ended or never began. */
export type CloseReason = 'closed' | 'reset' | 'refused' | 'timeout';

export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/** From what only its writers want to know to what everybody must. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];

/** Something that happened by a rule, for the feed, the tape, breakpoints and lesson checks.
 *  `type` is an upper-case name (PFAIL, FAIL, VOTE_GRANTED ...); fields are plain JSON. */
export interface ProtocolEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The disk refuses; `message` is what the kernel says about it. */
export class DiskError extends Error {}

/** Files of one machine. They survive the process; `fsync` decides what survives a power loss. Each
 *  method may throw a DiskError. */
export interface Disk {
  /** Changes the folder in which relative paths begin; returns why it cannot, or null. A disk without
   *  it has one folder only. */
  chdir?(path: string): string | null;
  /** That folder. */
  cwd?(): string;
  read(path: string): Bytes | undefined;
  write(path: string, data: Bytes): void;
  append(path: string, data: Bytes): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  list(): string[];
  fsync(path: string): void;
}

/** The machine as one process sees it. Valid during and between handler calls; `now` stands still
 *  within a call. */
export interface Io {
  /** Virtual time, microseconds. */
  readonly now: Micros;
  /** This machine's wall clock, Unix milliseconds (may be skewed against others). */
  readonly wallMs: number;
  /** This process's own stream of chance. */
  readonly random: Prng;
  readonly disk: Disk;
  /** Starts to accept connections on a port; false when the port is taken. */
  listen(port: number): boolean;
  unlisten(port: number): void;
  /** Starts a connection; `onConnect` or `onClose` follows. */
  connect(ip: string, port: number): SocketId;
  /** Queues a payload. To a closed socket: dropped silently, as write() after RST would be seen
   *  only later by `onClose`. */
  send(socket: SocketId, payload: Payload): void;
  /** Closes this end; the peer gets `onClose` after what was sent before. No `onClose` here. */
  close(socket: SocketId): void;
  /** Bytes queued for a peer that does not take them (it is paused, or the link is cut). */
  outputPending(socket: SocketId): number;
  /** Address of the far end, and of this end. */
  peerAddress(socket: SocketId): { ip: string; port: number };
  localAddress(socket: SocketId): { ip: string; port: number };
  /** Calls `onTimer(timer)` at `at` (or now, if past); replaces an earlier setting of that timer. */
  setTimer(timer: string, at: Micros): void;
  clearTimer(timer: string): void;
  /** The process uses the CPU for this long: what arrives meanwhile is handled afterwards. */
  busy(micros: Micros): void;
  /** The process sits in a blocking call on `socket` until its next message, its end, or `until`:
   *  everything else waits. The handler for the message, `onClose`, or `onTimer('block')` ends it. */
  blockOn(socket: SocketId, until: Micros): void;
  /** Announces a protocol event. */
  emit(event: ProtocolEvent): void;
  /** Writes a line to the process's log, in Redis's format with this process's clock. */
  log(level: LogLevel, text: string): void;
  /** Ends the process; its sockets close, its memory is gone, its disk stays. */
  exit(code: number): void;
}

/** A process. Handlers run one at a time and to the end. */
export interface Process {
  /** The world gives the Io once, before anything else (and again after a restore). */
  io: Io;
  start(): void;
  onAccept(socket: SocketId, port: number): void;
  onConnect(socket: SocketId): void;
  onMessage(socket: SocketId, payload: Payload): void;
  onClose(socket: SocketId, reason: CloseReason): void;
  onTimer(timer: string): void;
  onSignal(signal: 'TERM' | 'INT'): void;
  /** Something from outside the world: a typed line, a button of a lesson. Plain JSON. */
  onInput?(input: unknown): void;
}
