/* A cluster client as applications embed it: its own map of slots to servers, connections, redirects,
 * retries (after what Jedis, redis-py and ioredis do).
 *
 * It learns the map with CLUSTER SLOTS from any server it knows. How it keeps the map is a setting:
 * 'moved' learns the whole map anew after a MOVED or a lost server, 'periodic' asks every so often, and
 * 'never' follows each redirect but learns nothing, the mistake that lesson 05 shows. What a request
 * comes to is told to its owner, once. */

import type { Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import type { CloseReason, Io, Micros, SocketId } from '#redis/io.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import type { ClientSettings } from './settings.ts';

const RETRY_US = 100_000;
const SWEEP_US = 100_000;
/** Requests that may wait or be under way; more are refused. */
const MOST_OPEN = 5000;

/** What an application asks for. */
export interface Asked {
  readonly argv: readonly Bytes[];
  /** -1: any server will do. */
  readonly slot: number;
  readonly isRead: boolean;
  /** A server to ask whatever the map says; '' for none. */
  readonly fixed: string;
  /** False: neither redirected nor tried again, since it is part of a sequence on one connection. */
  readonly follows?: boolean;
  /** For the owner: what this was about. */
  readonly note: Readonly<Record<string, unknown>>;
}

/** The same under way. */
export interface Request extends Asked {
  readonly beganAt: Micros;
  attempts: number;
}

/** Who sends requests and hears of them. */
export interface RequestOwner {
  readonly io: Io;
  onResult(request: Request, reply: Reply): void;
}

interface Connection {
  address: string;
  socket: SocketId;
  open: boolean;
  /** In order: sent requests, null for replies of the client's own commands that matter to nobody. */
  sent: (Request | null)[];
  waiting: Request[];
  /** When the oldest sent request was sent. */
  quietSince: Micros;
}

export class ClusterClient {
  settings: ClientSettings;
  redirects = 0;
  /** Addresses by index; `slots` holds indexes of the master of each slot, -1 = unknown. */
  private addresses: string[] = [];
  private readonly slots = new Int16Array(CLUSTER_SLOTS).fill(-1);
  private replicas = new Map<string, string[]>();
  private readonly connections = new Map<string, Connection>();
  private readonly bySocket = new Map<SocketId, Connection>();
  private later: { at: Micros; request: Request }[] = [];
  private learning = false;
  private nextSeed = 0;
  private openRequests = 0;
  private readonly owner: RequestOwner;
  private readonly seeds: readonly string[];

  constructor(owner: RequestOwner, settings: ClientSettings, seeds: readonly string[]) {
    this.owner = owner;
    this.settings = settings;
    this.seeds = seeds;
  }

  start(): void {
    if (this.settings.cluster) this.learn();
    this.setTimers();
  }

  /** Other settings from now on. */
  configure(settings: ClientSettings): void {
    this.settings = settings;
    this.setTimers();
  }

  private setTimers(): void {
    const { io } = this.owner;
    io.setTimer('sweep', io.now + SWEEP_US);
    if (this.settings.cluster && this.settings.refresh === 'periodic') {
      io.setTimer('refresh', io.now + this.settings.refreshMs * 1000);
    }
  }

  /** Sends a request; its owner hears the reply, or an error made here, once. */
  submit(asked: Asked): void {
    const request = { ...asked, beganAt: this.owner.io.now, attempts: 0 };
    if (this.openRequests >= MOST_OPEN)
      return this.owner.onResult(request, new ErrorReply('CLIENT too many requests'));
    this.openRequests++;
    this.route(request);
  }

  private finish(request: Request, reply: Reply): void {
    this.openRequests--;
    this.owner.onResult(request, reply);
  }

  private route(request: Request): void {
    this.sendTo(request.fixed || this.addressFor(request), request, false);
  }

  private addressFor({ slot, isRead }: Request): string {
    const index = slot < 0 ? -1 : (this.slots[slot] as number);
    const master = this.addresses[index];
    if (master === undefined) return this.someSeed();
    const copies = isRead && this.settings.readReplicas ? this.replicas.get(master) : undefined;
    return copies && copies.length > 0 ? this.owner.io.random.pick(copies) : master;
  }

  private someSeed(): string {
    return this.seeds[this.nextSeed % this.seeds.length] ?? '127.0.0.1:6379';
  }

  private sendTo(address: string, request: Request, asking: boolean): void {
    const connection = this.connectionTo(address);
    if (!connection.open) {
      connection.waiting.push(request);
      return;
    }
    if (asking) this.sendOwn(connection, ['ASKING']);
    this.transmit(connection, request.argv, request);
  }

  private transmit(connection: Connection, argv: readonly Bytes[], request: Request | null): void {
    if (connection.sent.length === 0) connection.quietSince = this.owner.io.now;
    connection.sent.push(request);
    this.owner.io.send(connection.socket, { kind: 'command', argv });
  }

  private sendOwn(connection: Connection, argv: readonly Bytes[]): void {
    this.transmit(connection, argv, null);
  }

  private connectionTo(address: string): Connection {
    const known = this.connections.get(address);
    if (known) return known;
    const colon = address.lastIndexOf(':');
    const socket = this.owner.io.connect(address.slice(0, colon), Number(address.slice(colon + 1)));
    const now = this.owner.io.now;
    const connection: Connection = { address, socket, open: false, sent: [], waiting: [], quietSince: now };
    this.connections.set(address, connection);
    this.bySocket.set(socket, connection);
    return connection;
  }

  // ---- What happens to connections ----

  onConnect(socket: SocketId): void {
    const connection = this.bySocket.get(socket);
    if (!connection) return;
    connection.open = true;
    if (this.settings.cluster && this.settings.readReplicas) this.sendOwn(connection, ['READONLY']);
    for (const request of connection.waiting.splice(0)) this.transmit(connection, request.argv, request);
  }

  onReply(socket: SocketId, reply: Reply): void {
    const connection = this.bySocket.get(socket);
    const request = connection?.sent.shift();
    if (!connection || request === undefined) return;
    connection.quietSince = this.owner.io.now;
    if (request === null) return;
    if (request.note['learn']) return this.learned(reply);
    if (reply instanceof ErrorReply) this.onError(request, reply);
    else this.finish(request, reply);
  }

  onClose(socket: SocketId, reason: CloseReason): void {
    const connection = this.bySocket.get(socket);
    if (connection) this.lose(connection, reason);
  }

  /** A connection is gone: what was under way on it is tried again elsewhere, or fails. */
  private lose(connection: Connection, reason: string): void {
    this.connections.delete(connection.address);
    this.bySocket.delete(connection.socket);
    const orphans = [...connection.sent, ...connection.waiting].filter((request) => request !== null);
    this.nextSeed++;
    const error = new ErrorReply(`CLIENT connection to ${connection.address} ${reason}`);
    for (const request of orphans) {
      if (request.note['learn']) this.learning = false;
      else if (request.follows === false) this.finish(request, error);
      else this.retryLater(request, error);
    }
    if (this.settings.refresh !== 'never') this.learn();
  }

  private onError(request: Request, reply: ErrorReply): void {
    const [code, slot, address] = reply.text.split(' ');
    if (request.follows === false) {
      if (code === 'MOVED') this.onMoved(Number(slot), address ?? '');
      return this.finish(request, reply);
    }
    if (code === 'MOVED' || code === 'ASK') {
      this.redirects++;
      if (++request.attempts > this.settings.maxRedirects) {
        return this.finish(request, new ErrorReply('CLIENT too many cluster redirections'));
      }
      if (code === 'MOVED') this.onMoved(Number(slot), address ?? '');
      return this.sendTo(address ?? this.someSeed(), request, code === 'ASK');
    }
    if (code === 'TRYAGAIN' || code === 'CLUSTERDOWN' || code === 'LOADING' || code === 'MASTERDOWN') {
      return this.retryLater(request, reply);
    }
    this.finish(request, reply);
  }

  private onMoved(slot: number, address: string): void {
    if (this.settings.refresh === 'never' || !(slot >= 0 && slot < CLUSTER_SLOTS)) return;
    this.slots[slot] = this.indexOf(address);
    if (this.settings.refresh === 'moved') this.learn();
  }

  private retryLater(request: Request, reply: Reply): void {
    if (++request.attempts > this.settings.maxRedirects) return this.finish(request, reply);
    this.later.push({ at: this.owner.io.now + RETRY_US, request });
  }

  // ---- The map ----

  private indexOf(address: string): number {
    const known = this.addresses.indexOf(address);
    return known >= 0 ? known : this.addresses.push(address) - 1;
  }

  /** Asks some server for the map. */
  private learn(): void {
    if (this.learning || !this.settings.cluster) return;
    this.learning = true;
    const open = [...this.connections.values()].find((connection) => connection.open);
    const address = open?.address ?? this.someSeed();
    const argv = ['CLUSTER', 'SLOTS'];
    const beganAt = this.owner.io.now;
    this.sendTo(
      address,
      { argv, slot: -1, isRead: true, fixed: address, note: { learn: true }, beganAt, attempts: 0 },
      false,
    );
  }

  private learned(reply: Reply): void {
    this.learning = false;
    if (!Array.isArray(reply)) return;
    this.slots.fill(-1);
    this.addresses = [];
    this.replicas = new Map();
    for (const range of reply as readonly (readonly [number, number, ...NodeEntry[]])[]) {
      const [first, last, master, ...copies] = range;
      if (!master) continue;
      const address = addressOf(master);
      this.slots.fill(this.indexOf(address), first, last + 1);
      this.replicas.set(address, copies.map(addressOf));
    }
  }

  /** Ranges of the map: first slot, last slot, address. */
  map(): [number, number, string][] {
    const out: [number, number, string][] = [];
    for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
      const address = this.addresses[this.slots[slot] as number];
      if (address === undefined) continue;
      const last = out.at(-1);
      if (last && last[1] === slot - 1 && last[2] === address) last[1] = slot;
      else out.push([slot, slot, address]);
    }
    return out;
  }

  // ---- Time ----

  /** True when the timer was one of the client's own. */
  onTimer(timer: string): boolean {
    const { io } = this.owner;
    if (timer === 'refresh') {
      if (this.settings.refresh !== 'periodic') return true;
      this.learn();
      io.setTimer('refresh', io.now + this.settings.refreshMs * 1000);
      return true;
    }
    if (timer !== 'sweep') return false;
    io.setTimer('sweep', io.now + SWEEP_US);
    for (const connection of [...this.connections.values()]) this.checkTimeout(connection);
    const due = this.later.filter(({ at }) => at <= io.now);
    this.later = this.later.filter(({ at }) => at > io.now);
    for (const { request } of due) this.route(request);
    return true;
  }

  private checkTimeout(connection: Connection): void {
    const { io } = this.owner;
    if (connection.sent.length + connection.waiting.length === 0) connection.quietSince = io.now;
    if (io.now - connection.quietSince < this.settings.timeoutMs * 1000) return;
    io.close(connection.socket);
    this.lose(connection, 'timed out');
  }
}

type NodeEntry = readonly [ip: Bytes | null, port: number, ...rest: unknown[]];

function addressOf([ip, port]: NodeEntry): string {
  return `${ip === null || ip === '' ? '127.0.0.1' : ip}:${port}`;
}
