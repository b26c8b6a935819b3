/* One random world: its size, its network, what befalls it, and what must hold all the same.
 *
 * Everything is drawn from the seed. While faults happen the rules of the protocol are checked after
 * every event and ten times a second; then everything is healed, and the cluster must come to rest:
 * all agree, all say ok, replicas hold what their masters hold. A violation is a sentence. */

import { Prng } from '#base/prng.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { bitmapRanges } from '#redis/cluster/bitmap.ts';
import type { ClusterNode } from '#redis/cluster/node-table.ts';
import { slotOwner, type Mutation } from '#redis/cluster/state.ts';
import { StringObj } from '#redis/object.ts';
import type { Server } from '#redis/server.ts';
import type { PlacedEvent } from '#sim/world.ts';
import { ClusterWorld, slotMap } from './cluster-world.ts';

export interface SwarmResult {
  violation: string | null;
  servers: number;
  promotions: number;
  simulatedMs: number;
  /** It did not come to rest, by a defect that real 7.0 has too. */
  knownDefect: boolean;
}

/** Worlds of this kind, where a test wants a certain one. */
export interface SwarmOptions {
  mutations?: readonly Mutation[];
  chaosMs?: number;
  /** Half of the deaths are losses of power: nothing but what was synced to the disk is left, and nobody
   *  hears of the end. */
  power?: boolean;
}

/** Masters ping their replicas once a second: looks in step with that might always find a ping under way. */
const LOOK_EVERY_MS = 370;

class Violation extends Error {}

/** Runs the world of a seed. */
export function runSeed(seed: number, options: SwarmOptions = {}): SwarmResult {
  const swarm = new Swarm(seed, options);
  let violation: string | null = null;
  try {
    swarm.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    violation = error instanceof Violation ? error.message : `${error.message}`;
  }
  return {
    violation,
    servers: swarm.world.ports.length,
    promotions: swarm.world.seen('PROMOTED').length,
    simulatedMs: swarm.world.nowMs,
    knownDefect: swarm.knownDefect,
  };
}

class Swarm {
  readonly seed: number;
  readonly random: Prng;
  readonly world: ClusterWorld;
  readonly masters: number;
  readonly nodeTimeoutMs: number;
  readonly chaosMs: number;
  readonly power: boolean;
  private writes = 0;
  /** Slots that were moved by hand: what is left of a move may lie on the wrong server. */
  private readonly moved = new Set<number>();
  private readonly epochs = new Map<number, { life: number; current: number; vote: number }>();
  private readonly votes = new Map<string, Set<string>>();
  private readonly isolatedAt = new Map<number, number>();
  private takeovers = 0;
  knownDefect = false;

  constructor(seed: number, options: SwarmOptions) {
    this.seed = seed;
    this.power = options.power ?? false;
    this.random = Prng.stream(seed, 'swarm');
    const { random } = this;
    const large = random.chance(0.08);
    this.masters = large ? 5 + random.below(6) : 3 + random.below(3);
    const replicas = random.below(large ? 3 : 4) === 0 ? 0 : 1 + random.below(2);
    const spare = random.below(2);
    this.nodeTimeoutMs = 1000 + random.below(4) * 500;
    this.chaosMs = options.chaosMs ?? 20_000 + random.below(20_000);
    this.world = new ClusterWorld({
      servers: Math.min(30, this.masters * (1 + replicas) + (replicas > 0 ? spare : 0)),
      seed,
      mutations: options.mutations ?? [],
      link: {
        latencyUs: 100 + random.below(20_000),
        jitterUs: random.below(5000),
        loss: random.chance(0.4) ? random.unit() * 0.03 : 0,
      },
      config: {
        'cluster-node-timeout': String(this.nodeTimeoutMs),
        'repl-diskless-sync-delay': String(random.below(2)),
        'repl-ping-replica-period': '1',
        'repl-diskless-sync': random.chance(0.7) ? 'yes' : 'no',
        'cluster-require-full-coverage': random.chance(0.7) ? 'yes' : 'no',
      },
    });
  }

  run(): void {
    this.world.onEvent = (event): void => this.checkEvent(event);
    this.world.form(this.masters);
    const end = this.world.nowMs + this.chaosMs;
    while (this.world.nowMs < end) {
      this.act();
      const until = this.world.nowMs + 100 + this.random.below(2500);
      while (this.world.nowMs < until) {
        this.write();
        this.world.run(100);
        this.checkAll();
      }
    }
    this.heal();
    this.mustSettle();
  }

  // ---- What happens ----

  private act(): void {
    const { random, world } = this;
    const port = random.pick(world.ports);
    const name = String(port);
    switch (random.below(12)) {
      case 0:
        if (this.power) return world.fault({ kind: 'powerLoss', server: name });
        return world.kill(port);
      case 1:
        return world.kill(port);
      case 2:
      case 3:
        if (!world.isUp(port)) world.restart(port);
        return;
      case 4:
        this.isolatedAt.set(port, world.nowMs);
        return world.fault({ kind: 'isolate', server: name });
      case 5:
        return this.partition();
      case 6:
      case 7:
        this.isolatedAt.clear();
        return world.fault({ kind: 'healAll' });
      case 8:
        return world.fault({ kind: random.chance(0.5) ? 'pause' : 'resume', server: name });
      case 9: {
        const other = String(random.pick(world.ports));
        if (other !== name) world.fault({ kind: 'cut', from: name, to: other, oneWay: random.chance(0.3) });
        return;
      }
      case 10:
        return this.failover(port);
      default:
        return this.moveSlot();
    }
  }

  private partition(): void {
    const { random, world } = this;
    const groups: string[][] = [[], []];
    for (const port of world.ports) (groups[random.below(3) === 0 ? 0 : 1] as string[]).push(String(port));
    world.fault({ kind: 'partition', groups });
  }

  private failover(port: number): void {
    const { random, world } = this;
    if (!world.isUp(port) || world.cluster(port).myself.isMaster) return;
    const option = random.below(5);
    if (option === 0) this.takeovers++;
    const words = option === 0 ? ['TAKEOVER'] : option === 1 ? ['FORCE'] : [];
    world.send(port, 'CLUSTER', 'FAILOVER', ...words);
  }

  /** A slot with its keys goes to another master, with whatever happens to be broken meanwhile. */
  private moveSlot(): void {
    const { random, world } = this;
    const masters = world.ports.filter((port) => world.isUp(port) && world.cluster(port).myself.numslots > 0);
    if (masters.length < 2) return;
    const from = random.pick(masters);
    const to = random.pick(masters);
    const { slots } = world.cluster(from).myself;
    if (from === to) return;
    const [first] = random.pick(bitmapRanges(slots));
    const key = world.server(from).dbs[0]!.size > 0 ? this.anyKey(world.server(from)) : null;
    const slot = key === null ? first : keyHashSlot(key);
    this.moved.add(slot);
    const step = (port: number, ...argv: string[]): void => {
      if (!world.isUp(port)) return;
      world.send(port, ...argv);
      world.run(60);
    };
    const fromId = world.id(from);
    const toId = world.id(to);
    step(to, 'CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', fromId);
    step(from, 'CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', toId);
    if (key !== null) step(from, 'MIGRATE', '127.0.0.1', String(to), '', '0', '500', 'KEYS', key);
    if (random.chance(0.1)) return;
    step(to, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', toId);
    step(from, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', toId);
    step(from, 'CLUSTER', 'SETSLOT', String(slot), 'STABLE');
    step(to, 'CLUSTER', 'SETSLOT', String(slot), 'STABLE');
  }

  private anyKey(server: Server): string {
    let found = '';
    server.dbs[0]!.keys.forEach((key) => {
      found ||= key;
    });
    return found;
  }

  /** A write to everyone who believes to own the key's slot: in a partition that may be two. */
  private write(): void {
    const { random, world } = this;
    const key = `key:${random.below(200)}`;
    const slot = keyHashSlot(key);
    for (const port of world.ports) {
      if (!world.isUp(port)) continue;
      const cluster = world.cluster(port);
      if (cluster.ok && slotOwner(cluster, slot) === cluster.myself) {
        world.send(port, 'SET', key, `${++this.writes} by ${port}`);
      }
    }
  }

  // ---- What must hold at every moment ----

  private checkEvent({ who, event }: PlacedEvent): void {
    if (event.type === 'VOTE_GRANTED') this.checkVote(who, event);
    if (event.type === 'FAIL' && (event['reports'] as number) < (event['needed'] as number)) {
      throw new Violation(
        `${who} called ${event['name']} failed with ${event['reports']} of ${event['needed']} opinions`,
      );
    }
    if (event.type === 'PROMOTED') this.checkPromotion(who, event);
  }

  private checkVote(who: string, event: PlacedEvent['event']): void {
    const epoch = event['epoch'] as number;
    const key = `${who} in ${epoch}`;
    const known = this.votes.get(key);
    if (known) throw new Violation(`${key} voted twice: for ${[...known]} and ${event['to']}`);
    this.votes.set(key, new Set([event['to'] as string]));
  }

  private checkPromotion(who: string, event: PlacedEvent['event']): void {
    // A TAKEOVER needs no votes, and may repeat an epoch.
    if (this.takeovers > 0) return;
    const epoch = event['epoch'] as number;
    const id = event['node'] as string;
    let votes = 0;
    for (const [key, to] of this.votes) if (key.endsWith(` in ${epoch}`) && to.has(id)) votes++;
    // By its own view: while roles change, a server may know of fewer masters than there are.
    const needed = event['needed'] as number;
    if (votes < needed)
      throw new Violation(`${who} became master in epoch ${epoch} with ${votes} of ${needed} votes`);
  }

  private checkAll(): void {
    const { world } = this;
    for (const port of world.ports) {
      if (!world.isUp(port)) continue;
      const cluster = world.cluster(port);
      const before = this.epochs.get(port);
      // An epoch only heard of is not saved for its own sake: a restart may forget it, as in Redis.
      const life = world.server(port).startedAtMs;
      if (before && life === before.life && cluster.currentEpoch < before.current) {
        throw new Violation(`currentEpoch of ${port} fell from ${before.current} to ${cluster.currentEpoch}`);
      }
      if (before && cluster.lastVoteEpoch < before.vote) {
        throw new Violation(`lastVoteEpoch of ${port} fell from ${before.vote} to ${cluster.lastVoteEpoch}`);
      }
      this.epochs.set(port, { life, current: cluster.currentEpoch, vote: cluster.lastVoteEpoch });
      const heard = cluster.nodes.list.find((node) => node.configEpoch > cluster.currentEpoch);
      if (heard) {
        throw new Violation(
          `${port} knows configEpoch ${heard.configEpoch} but is itself in ${cluster.currentEpoch}`,
        );
      }
      this.checkMinority(port);
    }
  }

  /** Who hears nobody for two and a half timeouts must not answer for keys. */
  private checkMinority(port: number): void {
    const since = this.isolatedAt.get(port);
    const { cluster } = this.world.server(port);
    if (since === undefined || !cluster?.ok) return;
    if (this.world.nowMs - since < this.nodeTimeoutMs * 2.5 + 1000) return;
    // A process that was paused or restarted meanwhile has not had that long.
    const startedAt = this.world.server(port).startedAtMs;
    const quiet = Math.min(...cluster.nodes.list.map((node) => node.dataReceived).filter((at) => at > 0));
    if (this.world.server(port).mstime() - Math.max(startedAt, quiet) < this.nodeTimeoutMs * 2.5) return;
    throw new Violation(`${port} is cut off since ${since} and still says ok`);
  }

  // ---- What must hold in the end ----

  private heal(): void {
    const { world } = this;
    this.isolatedAt.clear();
    world.fault({ kind: 'healAll' });
    for (const port of world.ports) {
      world.fault({ kind: 'resume', server: String(port) });
      if (!world.isUp(port)) world.restart(port);
    }
    world.run(200);
  }

  private mustSettle(): void {
    const { world } = this;
    let problem: string | null = 'nothing was checked';
    const calm = (): boolean => {
      this.checkAll();
      this.closeOpenSlots();
      if (this.power) this.repairForgotten();
      problem = this.unsettled();
      return problem === null;
    };
    const limitMs = 60_000 + 20 * this.nodeTimeoutMs;
    if (world.until(calm, limitMs, LOOK_EVERY_MS) < 0) {
      // A defect of 7.0 that we share (see epoch.ts): slots may end with nobody or in a chain.
      this.knownDefect = world.seen('EPOCH_MISTAKEN').length > 0;
      if (this.knownDefect) return;
      throw new Violation(`it does not come to rest: ${problem}\n${world.describe()}`);
    }
  }

  /** A move that was left half done keeps its slot open: somebody has to close it. */
  private closeOpenSlots(): void {
    const { world } = this;
    for (const port of world.ports) {
      const { importingFrom, migratingTo, myself } = world.cluster(port);
      if (myself.isSlave) continue;
      for (const slot of [...importingFrom.keys(), ...migratingTo.keys()]) {
        world.send(port, 'CLUSTER', 'SETSLOT', String(slot), 'STABLE');
      }
    }
  }

  /** 7.0 syncs its nodes.conf for epochs and votes only. So a loss of power makes a server forget whom it
   *  follows, and the slots it took without a new epoch: somebody has to tell it again. */
  private repairForgotten(): void {
    const { world } = this;
    for (const port of world.ports) {
      const { myself } = world.cluster(port);
      if (!myself.isMaster || myself.numslots > 0) continue;
      const master = world.ports.find((other) => world.cluster(other).myself.numslots > 0);
      if (master !== undefined) world.send(port, 'CLUSTER', 'REPLICATE', world.id(master));
    }
    for (const slot of this.moved) {
      for (const viewer of world.ports) {
        const owner = slotOwner(world.cluster(viewer), slot);
        if (!owner) continue;
        const its = world.cluster(owner.port);
        if (its.myself.isMaster && slotOwner(its, slot) !== its.myself)
          world.send(owner.port, 'CLUSTER', 'SETSLOT', String(slot), 'NODE', owner.name);
      }
    }
  }

  /** Why the cluster is not at rest, null when it is. */
  private unsettled(): string | null {
    const { world } = this;
    const first = world.cluster(7000);
    const map = slotMap(first);
    const epochs = new Map<number, number>();
    for (const port of world.ports) {
      const cluster = world.cluster(port);
      if (!cluster.ok) return `${port} says fail (${cluster.stateReason})`;
      if (slotMap(cluster) !== map) return `${port} and 7000 have different maps`;
      if (cluster.currentEpoch !== first.currentEpoch) return `${port} is in another epoch than 7000`;
      const suspect = cluster.nodes.list.find((node) => node.timedOut || node.failed);
      if (suspect) return `${port} believes that ${suspect.port} fails`;
      if (cluster.myself.isSlave) {
        const why = this.replicaProblem(port);
        if (why) return why;
        continue;
      }
      if (cluster.myself.numslots === 0) return `${port} is a master without slots`;
      const other = epochs.get(cluster.myself.configEpoch);
      if (other !== undefined) return `${port} and ${other} have one configEpoch`;
      epochs.set(cluster.myself.configEpoch, port);
      const foreign = this.foreignKey(port);
      if (foreign) return foreign;
    }
    return null;
  }

  private replicaProblem(port: number): string | null {
    const { world } = this;
    const master = world.cluster(port).myself.slaveof;
    if (!master) return `${port} replicates nobody`;
    // A replica of a replica goes to the master above only when slots change hands (7.0): a chain may
    // last, but it must end in a master.
    let above: ClusterNode | null = world.cluster(master.port).myself;
    for (let hops = 0; above?.isSlave && hops < 5; hops++)
      above = above.slaveof && world.cluster(above.slaveof.port).myself;
    if (!above?.isMaster) return `${port} replicates no master`;
    const own = world.server(port);
    const its = world.server(master.port);
    if (!own.replication.linkUp) return `${port} has no link to ${master.port}`;
    if (own.replication.masterReplOffset !== its.replication.masterReplOffset)
      return `${port} is behind ${master.port}`;
    const dropped = this.droppedSlots();
    const [a, b] = [contents(own, dropped), contents(its, dropped)];
    return a === b ? null : `${port} holds other data than its master ${master.port}`;
  }

  /** Slots whose keys a master dropped when it lost them: 7.0 does not tell its replicas. */
  private droppedSlots(): Set<number> {
    return new Set(this.world.seen('DIRTY_SLOT_DELETED').map(({ event }) => Number(event.slot)));
  }

  private foreignKey(port: number): string | null {
    const { world } = this;
    const cluster = world.cluster(port);
    // A replica that migrated and is promoted before its first sync has the data of its old shard.
    if (world.seen('REPLICA_MIGRATION').length > 0) return null;
    const dropped = this.droppedSlots();
    let found: string | null = null;
    world.server(port).dbs[0]!.keys.forEach((key) => {
      const slot = keyHashSlot(key);
      if (this.moved.has(slot) || dropped.has(slot) || slotOwner(cluster, slot) === cluster.myself) return;
      found ??= `${port} holds ${key} of slot ${slot}, which is not its own`;
    });
    return found;
  }
}

/** All keys and values of a server, but those of some slots, as text. */
export function contents(server: Server, but: ReadonlySet<number> = new Set()): string {
  const rows: string[] = [];
  server.dbs[0]!.keys.forEach((key, obj) => {
    if (but.has(keyHashSlot(key))) return;
    rows.push(`${key}=${obj instanceof StringObj ? obj.value : obj.type}`);
  });
  return rows.sort().join('\n');
}
