/* A world of servers for the stories and the swarm, driven from outside: call a command, apply a
 * fault, let time pass, look. Addresses are 127.0.0.1:7000 and up; a machine is called by its port. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { InvariantError } from '#base/assert.ts';
import { Prng } from '#base/prng.ts';
import type { Bytes } from '#base/bytes.ts';
import type { Io, Payload, Process, SocketId } from '#redis/io.ts';
import { ErrorReply, Push, type Reply } from '#redis/reply.ts';
import { Server } from '#redis/server.ts';
import type { BusMessage } from '#redis/cluster/message.ts';
import type { ClusterNode } from '#redis/cluster/node-table.ts';
import type { ClusterState, Mutation } from '#redis/cluster/state.ts';
import type { Fault } from '#session/api.ts';
import { applyFault } from '#sim/faults.ts';
import { World, type PlacedEvent, type WorldOptions } from '#sim/world.ts';

/** Sends what the test tells it to, and keeps the replies. */
export class Driver implements Process {
  io!: Io;
  private readonly sockets = new Map<number, SocketId>();
  private readonly ports = new Map<SocketId, number>();
  /** Messages that came from bus ports. */
  readonly heard: BusMessage[] = [];
  /** Replies that came, and 'closed' as the mark of a connection that ended, by port. */
  readonly replies = new Map<number, (Reply | 'closed')[]>();

  start(): void {}
  onAccept(): void {}
  onConnect(): void {}
  onTimer(): void {}
  onSignal(): void {}

  send(port: number, argv: readonly Bytes[]): void {
    this.io.send(this.connection(port), { kind: 'command', argv });
  }

  /** Sends bytes as they are, e.g. to a bus port. */
  sendBytes(port: number, data: Bytes): void {
    this.io.send(this.connection(port), { kind: 'bytes', data });
  }

  private connection(port: number): SocketId {
    let socket = this.sockets.get(port);
    if (socket === undefined) {
      socket = this.io.connect('127.0.0.1', port);
      this.sockets.set(port, socket);
      this.ports.set(socket, port);
    }
    return socket;
  }

  disconnect(port: number): void {
    const socket = this.sockets.get(port);
    if (socket === undefined) return;
    this.io.close(socket);
    this.forget(socket);
  }

  private forget(socket: SocketId): number | undefined {
    const port = this.ports.get(socket);
    this.ports.delete(socket);
    if (port !== undefined && this.sockets.get(port) === socket) this.sockets.delete(port);
    return port;
  }

  onMessage(socket: SocketId, payload: Payload): void {
    const port = this.ports.get(socket);
    if (port === undefined) return;
    if (payload.kind === 'reply') this.push(port, payload.reply);
    else if (payload.kind === 'bus') this.heard.push(payload.message);
  }

  onClose(socket: SocketId): void {
    const port = this.forget(socket);
    if (port !== undefined) this.push(port, 'closed');
  }

  private push(port: number, reply: Reply | 'closed'): void {
    const list = this.replies.get(port);
    if (list) list.push(reply);
    else this.replies.set(port, [reply]);
  }
}

export interface ClusterOptions {
  servers: number;
  seed?: number;
  config?: Readonly<Record<string, string>>;
  /** Configuration of single servers, by port. */
  configOf?: Readonly<Record<number, Readonly<Record<string, string>>>>;
  link?: WorldOptions['link'];
  mutations?: readonly Mutation[];
  codec?: WorldOptions['codec'];
}

const DRIVER = 'console:driver';

export class ClusterWorld {
  readonly world: World;
  readonly ports: number[] = [];
  readonly events: PlacedEvent[] = [];
  /** Called with every protocol event as it is collected. */
  onEvent: ((event: PlacedEvent) => void) | null = null;

  constructor(options: ClusterOptions) {
    this.world = new World({
      seed: options.seed ?? 1,
      startWallMs: 1_795_000_000_000,
      link: options.link ?? { latencyUs: 250, jitterUs: 100, loss: 0 },
      codec: options.codec,
      factory: (spec, info) => {
        if (spec.kind === 'driver') return new Driver();
        const port = spec['port'] as number;
        const config = {
          'cluster-enabled': options.config?.['cluster-enabled'] ?? 'yes',
          save: '',
          ...options.config,
          ...options.configOf?.[port],
        };
        const { mutations = [] } = options;
        return new Server({ name: info.name, ip: info.ip, port, config, mutations });
      },
    });
    for (let index = 0; index < options.servers; index++) this.addServer(7000 + index);
    this.world.addMachine({ name: DRIVER, ip: '127.0.0.1', ports: [], spec: { kind: 'driver' }, part: 0 });
    // Who looks from outside is not cut off by what happens inside.
    this.world.network.addObserver(DRIVER);
    // Servers that start at one instant would do everything at one instant for ever after.
    const phase = Prng.stream(options.seed ?? 1, 'start');
    for (const machine of this.world.machines) {
      if (machine) this.world.start(machine);
      this.run(phase.below(150));
    }
  }

  private addServer(port: number): void {
    this.ports.push(port);
    this.world.addMachine({
      name: String(port),
      ip: '127.0.0.1',
      ports: [port, port + 10000],
      spec: { kind: 'server', port },
      part: 0,
    });
  }

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.world.now / 1000;
  }

  /** Lets time pass. */
  run(ms: number): void {
    this.world.run(this.world.now + ms * 1000);
    for (const event of this.world.events.splice(0)) {
      this.events.push(event);
      this.onEvent?.(event);
    }
    if (this.world.halted) throw new InvariantError(this.world.halted.reason);
  }

  /** Lets time pass until `done`, looking every `stepMs`; returns how long it took, -1 when it did
   *  not happen within `limitMs`. */
  until(done: () => boolean, limitMs: number, stepMs = 10): number {
    const start = this.nowMs;
    while (!done()) {
      if (this.nowMs - start >= limitMs) return -1;
      this.run(stepMs);
    }
    return this.nowMs - start;
  }

  fault(fault: Fault): void {
    applyFault(this.world, fault);
  }

  kill(port: number): void {
    this.fault({ kind: 'kill', server: String(port) });
  }

  restart(port: number): void {
    this.fault({ kind: 'restart', server: String(port) });
  }

  isUp(port: number): boolean {
    return this.world.machine(String(port))?.state === 'running';
  }

  server(port: number): Server {
    const process = this.world.machine(String(port))?.process;
    if (!(process instanceof Server)) throw new Error(`${port} is down`);
    return process;
  }

  cluster(port: number): ClusterState {
    const { cluster } = this.server(port);
    if (!cluster) throw new Error(`${port} does not run in cluster mode`);
    return cluster;
  }

  id(port: number): string {
    return this.cluster(port).myself.name;
  }

  /** What `viewer` believes of `port`, by its address. */
  nodeOf(viewer: number, port: number): ClusterNode | undefined {
    return this.cluster(viewer).nodes.list.find((node) => node.port === port && !node.inHandshake);
  }

  get driver(): Driver {
    return this.world.machine(DRIVER)?.process as Driver;
  }

  /** Sends a command; the reply is waited for by `reply`. */
  send(port: number, ...argv: string[]): void {
    this.driver.send(port, argv);
  }

  /** The next reply from a server, 'timeout' when none comes. */
  reply(port: number, limitMs = 30_000): Reply | 'closed' | 'timeout' {
    const came = (): boolean => (this.driver.replies.get(port)?.length ?? 0) > 0;
    if (this.until(came, limitMs, 1) < 0) return 'timeout';
    return this.driver.replies.get(port)!.shift() as Reply | 'closed';
  }

  /** Runs a command and waits for its reply. */
  call(port: number, ...argv: string[]): Reply | 'closed' | 'timeout' {
    // What is left of an earlier connection is no answer to this.
    this.driver.replies.delete(port);
    this.send(port, ...argv);
    return this.reply(port);
  }

  /** As call, for commands that must succeed. */
  ok(port: number, ...argv: string[]): Reply {
    const reply = this.call(port, ...argv);
    if (reply instanceof ErrorReply) throw new Error(`${port} ${argv.join(' ')}: ${reply.text}`);
    return reply;
  }

  /** The reply to a command that answers with text. */
  text(port: number, ...argv: string[]): string {
    const reply = this.ok(port, ...argv);
    if (typeof reply !== 'string') throw new Error(`${port} ${argv.join(' ')}: the reply is no text`);
    return reply;
  }

  /** Text of an error reply, or '' when it was none. */
  error(port: number, ...argv: string[]): string {
    const reply = this.call(port, ...argv);
    return reply instanceof ErrorReply ? reply.text : '';
  }

  /** Events of one type since `fromMs`. */
  seen(type: string, fromMs = 0): PlacedEvent[] {
    return this.events.filter(({ event, at }) => event.type === type && at >= fromMs * 1000);
  }

  /** Makes a cluster: the first `masters` servers own slots, the others replicate them in turn. */
  form(masters: number): void {
    const size = 16384 / masters;
    this.ports.forEach((port, index) => {
      if (index < masters) {
        const first = Math.round(index * size);
        const last = index === masters - 1 ? 16383 : Math.round((index + 1) * size) - 1;
        this.ok(port, 'CLUSTER', 'ADDSLOTSRANGE', String(first), String(last));
      }
      this.ok(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      if (index > 0) this.ok(port, 'CLUSTER', 'MEET', '127.0.0.1', '7000');
    });
    const met = (): boolean =>
      this.ports.every(
        (port) =>
          this.cluster(port).nodes.list.filter((node) => !node.inHandshake && node.link?.connected).length ===
          this.ports.length - 1,
      );
    // On a bad network a MEET may be lost, and nobody repeats it but the operator.
    for (let again = 0; again < 20 && this.until(met, 5000) < 0; again++) this.meetAgain();
    this.must(met, 10_000, 'everybody knows everybody');
    this.ports.slice(masters).forEach((port, index) => {
      this.ok(port, 'CLUSTER', 'REPLICATE', this.id(7000 + (index % masters)));
    });
    this.must(() => this.settled(), 60_000, 'the cluster is ok and in sync');
  }

  private meetAgain(): void {
    for (const port of this.ports) {
      for (const other of this.ports) {
        if (other !== port && !this.nodeOf(port, other))
          this.send(port, 'CLUSTER', 'MEET', '127.0.0.1', String(other));
      }
    }
  }

  /** Every running server says ok, agrees on the slots, and every replica is linked. */
  settled(): boolean {
    const up = this.ports.filter((port) => this.isUp(port));
    const map = slotMap(this.cluster(up[0] as number));
    return up.every((port) => {
      const cluster = this.cluster(port);
      if (!cluster.ok || slotMap(cluster) !== map) return false;
      if (!cluster.myself.isSlave) return true;
      const { replication } = this.server(port);
      return replication.linkUp && cluster.myself.slaveof?.isMaster === true;
    });
  }

  must(done: () => boolean, limitMs: number, what: string): number {
    const took = this.until(done, limitMs);
    if (took < 0) throw new Error(`within ${limitMs} ms it did not happen that ${what}\n${this.describe()}`);
    return took;
  }

  /** The cluster in words, for a failed test. */
  describe(): string {
    return this.ports
      .map((port) => {
        if (!this.isUp(port)) return `${port} ${this.world.machine(String(port))?.state}`;
        const { cluster } = this.server(port);
        if (!cluster) return `${port} link ${this.server(port).replication.state}`;
        const { myself, ok, stateReason, currentEpoch } = cluster;
        const role = myself.isMaster
          ? `master ${myself.numslots} slots`
          : `replica of ${myself.slaveof?.port}`;
        const { replication } = this.server(port);
        return `${port} ${role} ${ok ? 'ok' : `fail (${stateReason})`} epoch ${myself.configEpoch}/${currentEpoch} link ${replication.state} offset ${replication.masterReplOffset}`;
      })
      .join('\n');
  }
}

/** Owner of each range of slots by id, as text. */
export function slotMap(cluster: ClusterState): string {
  let text = '';
  let last = -2;
  for (let slot = 0; slot < CLUSTER_SLOTS; slot++) {
    const row = cluster.slotOwner.get(slot);
    if (row !== last) text += ` ${slot}:${row < 0 ? '-' : cluster.nodes.byRow[row]?.name}`;
    last = row;
  }
  return text;
}

/** Servers outside cluster mode, which nobody has connected yet. */
export function standalone(servers: number, config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({
    servers,
    config: {
      'cluster-enabled': 'no',
      'repl-diskless-sync-delay': '0',
      'repl-ping-replica-period': '1',
      ...config,
    },
  });
  world.run(1000);
  return world;
}

/** Makes one server a replica of another, and waits until it is. */
export function follow(world: ClusterWorld, replica: number, master: number): void {
  world.ok(replica, 'REPLICAOF', '127.0.0.1', String(master));
  world.must(() => world.server(replica).replication.linkUp, 20_000, `${replica} follows ${master}`);
  world.run(200);
}

/** How far a server is in the stream of replication. */
export const offset = (world: ClusterWorld, port: number): number =>
  world.server(port).replication.masterReplOffset;

/** What a subscriber got, as lists of words. */
export function messages(world: ClusterWorld, port: number): Reply[] {
  return (world.driver.replies.get(port) ?? []).map((reply) =>
    reply instanceof Push ? reply.items : (reply as Reply),
  ) as Reply[];
}
