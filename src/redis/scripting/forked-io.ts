/* The machine as a child of a server sees it that was forked to debug a script: it has the clock and the files of
 * its parent, but whatever it does stays with it. */

import type { Prng } from '#base/prng.ts';
import type { Disk, Io, Micros, SocketId } from '#redis/io.ts';

export class ForkedIo implements Io {
  /** The child goes its own way with the chance that its parent had. */
  readonly random: Prng;
  private readonly parent: Io;

  constructor(parent: Io, random: Prng) {
    this.parent = parent;
    this.random = random;
  }

  get now(): Micros {
    return this.parent.now;
  }

  get wallMs(): number {
    return this.parent.wallMs;
  }

  get disk(): Disk {
    const { disk } = this.parent;
    return {
      read: (path) => disk.read(path),
      list: () => disk.list(),
      write: nothing,
      append: nothing,
      rename: nothing,
      remove: nothing,
      fsync: nothing,
    };
  }

  peerAddress(socket: SocketId): { ip: string; port: number } {
    return this.parent.peerAddress(socket);
  }

  localAddress(socket: SocketId): { ip: string; port: number } {
    return this.parent.localAddress(socket);
  }

  listen(): boolean {
    return false;
  }

  connect(): SocketId {
    return 0;
  }

  outputPending(): number {
    return 0;
  }

  unlisten(): void {}
  send(): void {}
  close(): void {}
  setTimer(): void {}
  clearTimer(): void {}
  busy(): void {}
  blockOn(): void {}
  emit(): void {}
  log(): void {}
  exit(): void {}
}

function nothing(): void {}
