/* What a process is given of its machine: Io over the simulated kernel, clock and disk. */

import type { Prng } from '#base/prng.ts';
import type { Disk, Io, LogLevel, Micros, Payload, ProtocolEvent, SocketId } from '#redis/io.ts';
import { logDate } from './log-date.ts';
import type { Machine } from './machine.ts';
import { close, connect, outputPending, send } from './tcp.ts';
import type { World } from './world.ts';

const LEVEL_MARKS: Record<LogLevel, string> = { debug: '.', verbose: '-', notice: '*', warning: '#' };

/** A process may say which letter stands behind its pid in the log (M master, S replica, C child). */
export interface LogsRole {
  logRole(): string;
  /** Whether it is told to write lines of this level. */
  logsLevel(level: LogLevel): boolean;
}

export class MachineIo implements Io {
  private readonly world: World;
  private readonly machine: Machine;

  constructor(world: World, machine: Machine) {
    this.world = world;
    this.machine = machine;
  }

  get now(): Micros {
    return this.world.now;
  }

  get wallMs(): number {
    return this.world.startWallMs + this.world.now / 1000 + this.machine.skewMs;
  }

  get random(): Prng {
    return this.machine.random;
  }

  get disk(): Disk {
    const { disk } = this.machine;
    disk.now = this.world.now;
    return disk;
  }

  listen(port: number): boolean {
    const { machine, world } = this;
    if (machine.listening.has(port) || !world.mayListen(machine, port)) return false;
    machine.listening.add(port);
    return true;
  }

  unlisten(port: number): void {
    this.machine.listening.delete(port);
  }

  connect(ip: string, port: number): SocketId {
    return connect(this.world, this.machine, ip, port);
  }

  send(socket: SocketId, payload: Payload): void {
    send(this.world, this.machine, socket, payload);
  }

  close(socket: SocketId): void {
    close(this.world, this.machine, socket);
  }

  outputPending(socket: SocketId): number {
    return outputPending(this.world, this.machine, socket);
  }

  peerAddress(socket: SocketId): { ip: string; port: number } {
    const { sockets } = this.machine;
    const row = sockets.row(socket);
    if (row < 0) return { ip: '', port: 0 };
    const ip = this.world.addressOf(sockets.peer(row));
    return { ip, port: sockets.peerPort(row) };
  }

  localAddress(socket: SocketId): { ip: string; port: number } {
    const { sockets, info } = this.machine;
    const row = sockets.row(socket);
    if (row < 0) return { ip: info.ip, port: 0 };
    return { ip: info.ip, port: sockets.localPort(row) };
  }

  setTimer(timer: string, at: Micros): void {
    this.world.setTimer(this.machine, timer, at);
  }

  clearTimer(timer: string): void {
    const known = this.machine.timers.get(timer);
    if (known) known.version = 0;
  }

  busy(micros: Micros): void {
    const { machine, world } = this;
    if (micros > 0) machine.busyUntil = Math.max(machine.busyUntil, world.now) + Math.ceil(micros);
  }

  blockOn(socket: SocketId, until: Micros): void {
    this.world.blockOn(this.machine, socket, until);
  }

  emit(event: ProtocolEvent): void {
    this.world.emit(this.machine, event);
  }

  log(level: LogLevel, text: string): void {
    const { machine } = this;
    const speaker = machine.process as (Partial<LogsRole> & object) | null;
    if (speaker?.logsLevel?.(level) === false) return;
    const role = speaker?.logRole?.() ?? 'M';
    machine.writeLog(`${machine.pid}:${role} ${logDate(this.wallMs)} ${LEVEL_MARKS[level]} ${text}`);
  }

  exit(code: number): void {
    this.world.exit(this.machine, code);
  }
}
