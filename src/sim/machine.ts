/* A machine: one process, and the kernel under it.
 *
 * Every server, console and client has a machine of its own. What belongs to the kernel (sockets,
 * listening ports, disk) goes on while the process is paused, and partly after it has died. This
 * file holds the state; tcp.ts moves segments, world.ts gives the process its turns. */

import { Prng } from '#base/prng.ts';
import type { CloseReason, Micros, Payload, Process, SocketId } from '#redis/io.ts';
import { AckTap } from './ack-tap.ts';
import { SimDisk } from './disk.ts';
import { LinkChance } from './link-chance.ts';
import type { SegmentContent } from './segment.ts';
import { SocketTable } from './sockets.ts';
import { TraceHash } from './trace.ts';

/** What to make a process from; plain JSON. The factory of the world understands `kind`. */
export interface ProcessSpec {
  readonly kind: string;
  readonly [option: string]: unknown;
}

/** What every part of a split world knows of a machine. */
export interface MachineInfo {
  /** Name of the machine and its process: "7000", "console:1". */
  readonly name: string;
  readonly ip: string;
  /** Ports on which its process may listen. All machines may share an address, so a port has one owner. */
  readonly ports: readonly number[];
  /** It lives behind address translation: the address and ports by which the others reach it, the ports in
   *  the order of its own. Nobody else reaches the address it has itself, and others may have the same. */
  readonly outside?: { readonly ip: string; readonly ports: readonly number[] };
  readonly spec: ProcessSpec;
  /** Part of the world that hosts it. */
  readonly part: number;
}

/** The address and ports by which others reach a machine. */
export function reachedAt(info: MachineInfo): { readonly ip: string; readonly ports: readonly number[] } {
  return info.outside ?? info;
}

/** Something that waits for the process's turn. */
export type Delivery =
  | { readonly kind: 'accept'; readonly socket: SocketId; readonly port: number; readonly peer: string }
  | { readonly kind: 'connect'; readonly socket: SocketId; readonly peer: string }
  | {
      readonly kind: 'message';
      readonly socket: SocketId;
      readonly payload: Payload;
      readonly bytes: number;
      readonly peer: string;
    }
  | { readonly kind: 'close'; readonly socket: SocketId; readonly reason: CloseReason; readonly peer: string }
  | { readonly kind: 'timer'; readonly name: string; readonly version: number }
  | { readonly kind: 'signal'; readonly signal: 'TERM' | 'INT' }
  | { readonly kind: 'input'; readonly input: unknown };

export type MachineState = 'running' | 'paused' | 'down';

/** Log lines kept for the page. */
const LOG_LINES = 500;

/** The local port of the connection number `turn`, from 0, that a machine opens. */
export function ephemeralPortOf(machine: number, turn: number): number {
  return 32768 + ((machine * 613 + turn) % 28232);
}

export class Machine {
  readonly index: number;
  info: MachineInfo;
  readonly disk = new SimDisk();
  readonly sockets = new SocketTable();
  readonly trace = new TraceHash();
  state: MachineState = 'down';
  /** Without power not even the kernel answers. */
  powered = true;
  process: Process | null = null;
  /** Lives of the process so far; its pid and its stream of chance follow from it. */
  incarnation = 0;
  random: Prng;
  readonly linkChance: LinkChance;
  listening = new Set<number>();
  /** Connections that wait for the third step of the handshake, by "machine/socket" of the peer. */
  embryos = new Map<string, SocketId>();
  /** Connections that were begun and had no answer when last looked at, and when the kernel will look again:
   *  one event for all of them. Infinity = it will not. */
  connecting: SocketId[] = [];
  synDueAt: Micros = Infinity;
  mailbox: Delivery[] = [];
  /** Segments of a busy process: they leave when it is done. */
  outbox: SegmentContent[] = [];
  /** Each timer that was ever set; one that is not set now is of version 0. */
  timers = new Map<string, { at: Micros; version: number }>();
  timerVersion = 0;
  busyUntil: Micros = 0;
  wakeAt: Micros = -1;
  /** Io.blockOn: the socket waited for, 0 = none. */
  blockedOn: SocketId = 0;
  blockedUntil: Micros = 0;
  /** Wall clock of this machine against the world's, milliseconds. */
  skewMs = 0;
  /** Follows what is said to servers, on machines of clients. */
  readonly tap: AckTap | null;
  log: string[] = [];
  logDropped = 0;
  private eventSeq = 0;
  private packetSeq = 0;
  private ephemeral = 0;

  constructor(index: number, info: MachineInfo, seed: number) {
    this.index = index;
    this.info = info;
    this.linkChance = new LinkChance(seed, info.name);
    this.random = Prng.stream(seed, `process/${info.name}`);
    this.tap = info.spec.kind === 'console' || info.spec.kind === 'client' ? new AckTap() : null;
  }

  get name(): string {
    return this.info.name;
  }

  get pid(): number {
    return 1000 + this.index * 7 + this.incarnation * 1009;
  }

  nextSeq(): number {
    return ++this.eventSeq;
  }

  /** Packet ids name their machine, so that no two parts of a world give the same one. */
  nextPacketId(): number {
    return this.index * 0x1_0000_0000 + ++this.packetSeq;
  }

  /** A local port for an outgoing connection. */
  ephemeralPort(): number {
    return ephemeralPortOf(this.index, this.ephemeral++);
  }

  writeLog(line: string): void {
    this.log.push(line);
    if (this.log.length > LOG_LINES * 2) {
      this.logDropped += this.log.length - LOG_LINES;
      this.log = this.log.slice(-LOG_LINES);
    }
  }
}
