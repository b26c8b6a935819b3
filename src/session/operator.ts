/* The operator: a process that makes a cluster of empty servers with the commands a person would use.
 *
 * It goes the way of `redis-cli --cluster create`: slots and config epochs for the masters, MEET, wait
 * until everybody knows everybody, REPLICATE, wait until all say that the cluster is ok. Then it ends,
 * and says so with the event OPERATOR_DONE. */

import type { Bytes } from '#base/bytes.ts';
import { InvariantError } from '#base/assert.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import type { Io, Payload, Process, SocketId } from '#redis/io.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';

/** How long to wait before asking again. */
const AGAIN_US = 200_000;

export interface OperatorServer {
  ip: string;
  port: number;
  /** Index of the master it is to follow; -1 for a master. */
  master: number;
}

type Phase = 'connect' | 'assign' | 'meet' | 'join' | 'replicate' | 'settle' | 'done';

export class Operator implements Process {
  io!: Io;
  private readonly servers: readonly OperatorServer[];
  private phase: Phase = 'connect';
  private sockets: SocketId[] = [];
  /** Replies still to come in this phase. */
  private awaited = 0;
  private replies: Reply[] = [];
  private ids: Bytes[] = [];
  /** Servers that are not yet where this phase wants them. */
  private open: number[] = [];

  constructor(servers: readonly OperatorServer[]) {
    this.servers = servers;
  }

  start(): void {
    this.sockets = this.servers.map(({ ip, port }) => this.io.connect(ip, port));
    this.awaited = this.servers.length;
  }

  onAccept(): void {}
  onSignal(): void {
    this.io.exit(0);
  }

  onConnect(): void {
    if (--this.awaited === 0) this.assign();
  }

  onClose(): void {
    if (this.phase !== 'done')
      throw new InvariantError('the operator lost a server while forming the cluster');
  }

  onMessage(socket: SocketId, payload: Payload): void {
    if (payload.kind !== 'reply') return;
    this.replies[this.sockets.indexOf(socket)] = payload.reply;
    if (--this.awaited > 0) return;
    switch (this.phase) {
      case 'assign':
        return this.afterAssign();
      case 'meet':
        return this.afterMeet();
      case 'join':
        return this.afterJoin();
      case 'replicate':
        return this.afterReplicate();
      case 'settle':
        return this.afterSettle();
    }
  }

  onTimer(): void {
    if (this.phase === 'join') this.askAll(this.open, 'CLUSTER', 'INFO');
    else if (this.phase === 'replicate') this.replicate();
    else if (this.phase === 'settle') this.askAll(this.open, 'CLUSTER', 'INFO');
  }

  private ask(server: number, ...argv: Bytes[]): void {
    this.awaited++;
    this.io.send(this.sockets[server] as SocketId, { kind: 'command', argv });
  }

  private askAll(servers: readonly number[], ...argv: Bytes[]): void {
    for (const server of servers) this.ask(server, ...argv);
  }

  /** Everything must be answered with OK: these servers are new. */
  private mustBeOk(): void {
    for (const reply of this.replies) {
      if (reply instanceof ErrorReply) throw new InvariantError(`the operator got an error: ${reply.text}`);
    }
  }

  private all(): number[] {
    return this.servers.map((_, at) => at);
  }

  private assign(): void {
    this.phase = 'assign';
    const masters = this.servers.filter(({ master }) => master < 0).length;
    for (let at = 0; at < masters; at++) {
      const [first, last] = slotShare(at, masters);
      this.ask(at, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
    }
    this.all().forEach((at) => this.ask(at, 'CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1)));
    this.askAll(this.all(), 'CLUSTER', 'MYID');
  }

  private afterAssign(): void {
    this.mustBeOk();
    // The last reply of each server is its id.
    this.ids = this.replies.map((reply) => String(reply));
    this.phase = 'meet';
    const [first] = this.servers;
    if (!first || this.servers.length === 1) return this.afterMeet();
    for (let at = 1; at < this.servers.length; at++)
      this.ask(at, 'CLUSTER', 'MEET', first.ip, String(first.port));
  }

  private afterMeet(): void {
    this.mustBeOk();
    this.phase = 'join';
    this.open = this.all();
    this.io.setTimer('again', this.io.now + AGAIN_US);
  }

  private afterJoin(): void {
    const known = (at: number): number => infoField(this.replies[at], 'cluster_known_nodes');
    this.open = this.open.filter((at) => known(at) !== this.servers.length);
    if (this.open.length === 0) {
      this.phase = 'replicate';
      this.open = this.all().filter((at) => (this.servers[at] as OperatorServer).master >= 0);
      this.replicate();
    } else this.io.setTimer('again', this.io.now + AGAIN_US);
  }

  private replicate(): void {
    if (this.open.length === 0) return this.settle();
    for (const at of this.open) {
      const master = (this.servers[at] as OperatorServer).master;
      this.ask(at, 'CLUSTER', 'REPLICATE', this.ids[master] as Bytes);
    }
  }

  /** A node still in handshake goes by another name: ask again. */
  private afterReplicate(): void {
    this.open = this.open.filter((at) => this.replies[at] instanceof ErrorReply);
    if (this.open.length === 0) this.settle();
    else this.io.setTimer('again', this.io.now + AGAIN_US);
  }

  private settle(): void {
    this.phase = 'settle';
    this.open = this.all();
    this.io.setTimer('again', this.io.now + AGAIN_US);
  }

  private afterSettle(): void {
    this.open = this.open.filter((at) => !String(this.replies[at]).includes('cluster_state:ok'));
    if (this.open.length > 0) {
      this.io.setTimer('again', this.io.now + AGAIN_US);
      return;
    }
    this.phase = 'done';
    this.io.emit({ type: 'OPERATOR_DONE' });
    this.io.exit(0);
  }
}

/** The slots of one of so many masters, first and last, as `redis-cli --cluster create` deals them out. */
export function slotShare(master: number, masters: number): [first: number, last: number] {
  const perMaster = CLUSTER_SLOTS / masters;
  // Added up as redis-cli does, so that the same rounding errors decide where a share ends.
  let cursor = 0;
  for (let at = 0; at < master; at++) cursor += perMaster;
  const last = master === masters - 1 ? CLUSTER_SLOTS - 1 : Math.round(cursor + perMaster - 1);
  return [Math.round(cursor), last];
}

/** A number of CLUSTER INFO; NaN when it is not there. */
function infoField(reply: Reply | undefined, name: string): number {
  const match = typeof reply === 'string' ? new RegExp(`^${name}:(\\d+)`, 'm').exec(reply) : null;
  return match ? Number(match[1]) : NaN;
}
