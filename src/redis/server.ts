/* One Redis server: its state, and what it does when the world calls it (after server.h and the
 * life-cycle part of server.c).
 *
 * The server is a process of the world (io.ts): handlers take one thing that happened, act, and end
 * with beforeSleep. This file holds the state and the routing; each subject has a file of its own. */

import type { Bytes } from '#base/bytes.ts';
import type { AclLogEntry } from './acl.ts';
import { createDefaultUser, type User } from './acl-user.ts';
import { AofState } from './aof.ts';
import { REPLY_PEAK_RESET_MS } from './client-buffers.ts';
import { type Client, CLIENT_MASTER } from './client.ts';
import {
  clusterAccept,
  clusterClosed,
  clusterConnected,
  clusterRead,
  MigrateState,
  migrateClosed,
  migrateConnected,
  migrateRead,
  migrateTimedOut,
  type ClusterState,
} from './cluster/index.ts';
import type { Mutation } from './cluster/state.ts';
import { Config } from './config.ts';
import { applyStartupConfig } from './config-set.ts';
import type { Db } from './db.ts';
import {
  LOG_LEVELS,
  type CloseReason,
  type Io,
  type LogLevel,
  type Payload,
  type Process,
  type SocketId,
} from './io.ts';
import { continueLoading, type Loading } from './loading.ts';
import { acceptClient, clientClosed, readFromClient } from './networking.ts';
import { PauseState } from './pause.ts';
import { PersistenceState } from './persistence.ts';
import type { Subscribers } from './pubsub.ts';
import { catClientInfoString } from './client-info.ts';
import { type EvictionCandidate, performEvictions } from './evict.ts';
import type { LatencySeries } from './latency.ts';
import { type ShutdownState, shutdownSignal } from './shutdown.ts';
import { TrackingTable } from './tracking.ts';
import { PACKED_THRESHOLD } from './types/quicklist.ts';
import type { PendingOp } from './propagate.ts';
import {
  replicationClosed,
  replicationConnected,
  replicationRead,
  streamSnapshot,
  type ReplicationState,
} from './replication/index.ts';
import { beforeSleep, initServer, serverCron } from './life.ts';
import { scriptEngine } from './scripting/interpreter.ts';
import { ScriptingState } from './scripting/state.ts';
import type { SlowlogEntry } from './slowlog.ts';
import { Stats } from './stats.ts';

export type SocketKind = 'client' | 'master' | 'migrate' | 'debug';

export interface ServerOptions {
  /** Name in the world, "7000". */
  name: string;
  ip: string;
  port: number;
  /** Parameters by their Redis names, as in redis.conf. */
  config: Readonly<Record<string, string>>;
  /** Rules of the protocol that tests switch off to see that somebody notices. */
  mutations?: readonly Mutation[];
  /** Path of redis.conf on the machine's disk; '' when the server runs without one. */
  configFile?: string;
  /** Lines of configuration that stand behind those of the file. */
  configLines?: Bytes;
  /** Number of the process; the port unless given. */
  pid?: number;
}

export class Server implements Process {
  /** Given by the world before anything else. */
  io!: Io;
  readonly name: string;
  readonly ip: string;
  port: number;
  readonly mutations: readonly Mutation[];
  /** Mistakes in the parameters it was started with. */
  configErrors: string[] = [];
  configUsers: Bytes[][] = [];
  renamedCommands: Map<Bytes, Bytes> = new Map();
  slowlog: SlowlogEntry[] = [];
  slowlogNextId = 0;
  readonly configFile: string;
  readonly configLines: Bytes;
  readonly pid: number;
  config: Config = new Config();
  dbs: Db[] = [];
  clients: Map<SocketId, Client> = new Map();
  clientsById: Map<number, Client> = new Map();
  nextClientId = 1;
  /** What each socket of this server is for; those of the cluster bus stand in its own table. */
  socketKinds: Map<SocketId, SocketKind> = new Map();
  /** Null when the server is not in cluster mode. */
  cluster: ClusterState | null = null;
  replication!: ReplicationState;
  migrate: MigrateState = new MigrateState();
  aof: AofState = new AofState();
  stats: Stats = new Stats();
  /** Changes since the last save; commands add to it. */
  dirty = 0;
  runId = '';
  startedAtMs = 0;
  loading = false;
  /** A snapshot, or an AOF, that is being loaded slice by slice. */
  load: Loading | null = null;
  inExec = false;
  /** Depth of nested calls: scripts and EXEC run commands inside a command. */
  callDepth = 0;
  propagateNoMulti = false;
  currentClient: Client | null = null;
  pendingOps: PendingOp[] = [];
  readyKeys: { db: Db; key: Bytes }[] = [];
  blockedClients: Set<Client> = new Set();
  unblockedClients: Client[] = [];
  clientsToFlush: Client[] = [];
  clientsToClose: Client[] = [];
  /** Clients with CLIENT TRACKING on. */
  trackingClients = 0;
  isLfuPolicy = false;
  monitors: Set<Client> = new Set();
  pause: PauseState = new PauseState();
  /** Scripts and functions. */
  scripting: ScriptingState = new ScriptingState();
  /** A script has run longer than busy-reply-threshold. */
  busyScript = false;
  scriptOom = false;
  users: Map<Bytes, User> = new Map();
  defaultUser: User = createDefaultUser();
  aclLog: AclLogEntry[] = [];
  pubsubChannels: Subscribers = new Map();
  pubsubPatterns: Subscribers = new Map();
  pubsubShardChannels: Subscribers = new Map();
  tracking: TrackingTable = new TrackingTable();
  latencyEvents: Map<string, LatencySeries> = new Map();
  persistence: PersistenceState = new PersistenceState();
  shutdown: ShutdownState | null = null;
  /** A signal has asked for a shutdown with these flags; the next cron begins it. */
  shutdownAsap: number | null = null;
  /** The client whose script runs commands now. */
  scriptCaller: Client | null = null;
  /** RESTORE and the like believe what they are given (DEBUG). */
  skipChecksumValidation = false;
  activeExpireEnabled = true;
  /** False: no key of any database has a time of expiry. */
  mayExpire = false;
  cronPaused = false;
  /** How long the largest reply to a client is remembered; negative for ever (DEBUG). */
  replyPeakResetMs = REPLY_PEAK_RESET_MS;
  resizesReplyBuffers = true;
  /** Size beyond which a list element gets a node of its own (DEBUG). */
  quicklistPackedThreshold = PACKED_THRESHOLD;
  memoryTracked = false;
  datasetBytes = 0;
  /** used_memory at the last look, at most a second ago. */
  lastUsedMemory = 0;
  evictionPool: EvictionCandidate[] = [];
  nextEvictionDb = 0;
  /** Processor time used in this handler call, microseconds. */
  workMicros = 0;
  /** The part of it that was spent before the running command began. */
  spentMicros = 0;
  cronLoops = 0;

  constructor(options: ServerOptions) {
    this.name = options.name;
    this.ip = options.ip;
    this.port = options.port;
    this.mutations = options.mutations ?? [];
    this.configFile = options.configFile ?? '';
    this.configLines = options.configLines ?? '';
    this.pid = options.pid ?? options.port;
    this.users.set('default', this.defaultUser);
    applyStartupConfig(this, options.config);
  }

  /** Unix ms by this machine's clock. */
  mstime(): number {
    return Math.floor(this.io.wallMs);
  }

  /** The time by which keys expire in the running command: the same from its beginning to its end, but
   *  after that of a slow command which the same handler ran before. */
  commandTimeMs(): number {
    return Math.floor(this.io.wallMs + this.spentMicros / 1000);
  }

  /** A client as CLIENT LIST shows it. */
  clientInfo(client: Client): Bytes {
    return catClientInfoString(client);
  }

  isReplica(): boolean {
    return this.replication.masterHost !== null;
  }

  /** A cluster knows the role before the replication link has an address. */
  iAmMaster(): boolean {
    return this.cluster === null ? !this.isReplica() : !this.cluster.myself.isSlave;
  }

  /** The letter behind the pid in the log: M for a master, S for a replica, and C until the server is
   *  either, for it writes to its log already. */
  logRole(): string {
    const replication = this.replication as ReplicationState | undefined;
    if (replication === undefined) return 'C';
    return replication.masterHost === null ? 'M' : 'S';
  }

  /** Whether loglevel lets a line into the log. */
  logsLevel(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.config.loglevel);
  }

  isPausedForExpiry(): boolean {
    return this.pause.kind !== null;
  }

  start(): void {
    initServer(this);
  }

  onAccept(socket: SocketId, port: number): void {
    if (port !== this.port && this.cluster !== null) clusterAccept(this, socket);
    else acceptClient(this, socket);
    beforeSleep(this);
  }

  onConnect(socket: SocketId): void {
    const kind = this.socketKinds.get(socket);
    if (kind === undefined) clusterConnected(this, socket);
    else if (kind === 'master') replicationConnected(this, socket);
    else if (kind === 'migrate') migrateConnected(this, socket);
    beforeSleep(this);
  }

  onMessage(socket: SocketId, payload: Payload): void {
    const link = this.cluster?.links.get(socket);
    if (link) clusterRead(this, link, payload);
    else this.readFromOther(socket, payload);
    beforeSleep(this);
  }

  private readFromOther(socket: SocketId, payload: Payload): void {
    const client = this.clients.get(socket);
    if (client !== undefined && !client.has(CLIENT_MASTER)) readFromClient(this, client, payload);
    else this.readFromServer(socket, payload);
  }

  private readFromServer(socket: SocketId, payload: Payload): void {
    const kind = this.socketKinds.get(socket);
    if (kind === 'master') replicationRead(this, socket, payload);
    else if (kind === 'migrate') migrateRead(this, socket, payload);
    else if (kind !== undefined) scriptEngine().debugRead(this, socket, payload);
  }

  onClose(socket: SocketId, reason: CloseReason): void {
    const kind = this.socketKinds.get(socket);
    this.socketKinds.delete(socket);
    if (kind === 'client') clientClosed(this, socket);
    else if (kind === undefined) clusterClosed(this, socket, reason);
    else if (kind === 'master') replicationClosed(this, socket, reason);
    else if (kind === 'migrate') migrateClosed(this, socket, reason);
    else scriptEngine().debugClosed(this, socket);
    beforeSleep(this);
  }

  onTimer(timer: string): void {
    if (timer === 'cron') serverCron(this);
    else if (timer === 'block') migrateTimedOut(this);
    else if (timer === 'load') continueLoading(this);
    else if (timer === 'evict') performEvictions(this);
    else if (timer === 'child') streamSnapshot(this);
    else if (timer === 'script') scriptEngine().scriptTimer(this);
    beforeSleep(this);
  }

  onSignal(signal: 'TERM' | 'INT'): void {
    shutdownSignal(this, signal);
  }
}

/** The running command uses the processor for `micros` more than its base cost. */
export function consume(server: Server, micros: number): void {
  server.workMicros += micros;
}

/** What this handler has charged so far, whether it was spent or not. */
export function workSoFar(server: Server): number {
  return server.spentMicros + server.workMicros;
}

/** Lets the work that was charged so far take its time: what is sent from now on waits for it. */
export function spendWork(server: Server): void {
  const micros = Math.round(server.workMicros);
  server.workMicros = 0;
  if (micros <= 0) return;
  server.io.busy(micros);
  server.spentMicros += micros;
  server.stats.cpuMicros += micros;
}
