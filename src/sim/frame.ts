/* What the page receives: one Frame per animation frame, plain JSON throughout.
 *
 * The page draws nothing that is not in here, and everything it draws is a function of a Frame. A
 * Frame tells both the truth (what each process is) and, per server, what that server believes of
 * the others; the two are never mixed. Times are virtual microseconds unless a name says otherwise. */

import type { Linenoise } from '#cli/program.ts';
import type { Micros, ProtocolEvent } from '#redis/io.ts';

export type ProcessState = 'running' | 'paused' | 'down' | 'loading';

/** What one server believes of one node of the cluster (its own line included). */
export interface NodeView {
  id: string;
  /** Name of the server with that address, if there is one in this world. */
  name: string | null;
  ip: string;
  port: number;
  cport: number;
  hostname: string;
  /** As CLUSTER NODES prints them: myself, master, slave, fail?, fail, handshake, noaddr, nofailover. */
  flags: string[];
  masterId: string | null;
  /** Unix ms; 0 = none. */
  pingSentMs: number;
  pongReceivedMs: number;
  configEpoch: number;
  connected: boolean;
  /** Inclusive ranges. */
  slots: [number, number][];
  failReports: number;
  replOffset: number;
}

export interface ElectionView {
  /** Unix ms of the start; 0 = none scheduled. */
  authTimeMs: number;
  sent: boolean;
  votes: number;
  needed: number;
  rank: number;
  epoch: number;
}

export interface ReplicationView {
  replid: string;
  replid2: string;
  offset: number;
  /** Replica side: link to the master. */
  masterHost: string | null;
  masterPort: number | null;
  linkState: 'none' | 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected';
  /** Master side. */
  replicas: { name: string; state: string; offset: number; lagSeconds: number }[];
  backlog: { first: number; length: number; size: number } | null;
}

export interface ServerFrame {
  /** Stable name in the world: its client port as text ("7000") unless the world names it. */
  name: string;
  /** By which the others reach it. */
  ip: string;
  port: number;
  /** What it has itself, where address translation stands between it and the others. */
  inside?: { ip: string; port: number };
  state: ProcessState;
  clusterEnabled: boolean;
  nodeId: string;
  role: 'master' | 'replica';
  /** Name of the server this one replicates, if known. */
  masterName: string | null;
  clusterState: 'ok' | 'fail';
  currentEpoch: number;
  configEpoch: number;
  lastVoteEpoch: number;
  /** Slots this server itself claims (its own view of itself). */
  slots: [number, number][];
  migrating: { slot: number; nodeId: string }[];
  importing: { slot: number; nodeId: string }[];
  keys: number;
  usedMemory: number;
  /** 0: no limit. */
  maxMemory: number;
  /** Process id; 0 when it is down. */
  pid?: number;
  opsPerSecond: number;
  nodeTimeoutMs: number;
  /** Present for servers asked for in FrameRequest.detail (all, in worlds of up to 30 servers). */
  view: NodeView[] | null;
  replication: ReplicationView;
  election: ElectionView | null;
  manualFailoverEndMs: number;
  /** Configuration that differs from the default. */
  configDiff: [string, string][];
  /** Last lines of the log (detail only). */
  log: string[];
}

/** One message under way, or just arrived (kept for a moment so that arrival can be drawn). */
export interface PacketFrame {
  id: number;
  /** Process names: a server ("7000"), a console ("console:1"), a client ("client:a"). */
  from: string;
  to: string;
  kind: 'bus' | 'command' | 'reply' | 'stream' | 'connect';
  /** bus: ping, pong, meet, fail ... ; command: the command's name; reply: ok, moved, ask, error,
   *  value, nil ...; stream: repl, rdb, ack. */
  label: string;
  bytes: number;
  sentAt: Micros;
  deliverAt: Micros;
  /** Set when it will not arrive as things stand: the link is cut, the peer is down. */
  lost: boolean;
}

export interface LinkFrame {
  from: string;
  to: string;
  /** Only links that differ from the world's default are listed. */
  cut: boolean;
  latencyUs: number;
  jitterUs: number;
  loss: number;
}

/** One protocol event with its place and time; `seq` grows by one along a branch of history. */
export interface FeedEvent {
  seq: number;
  at: Micros;
  /** Process that saw it. */
  who: string;
  event: ProtocolEvent;
}

export interface ConsoleFrame {
  id: string;
  /** What the program printed since the last frame, as text for a terminal: plain text, "\n" line
   *  ends, and only such escape sequences as redis-cli itself prints (colours). Text that comes from
   *  users or servers is already escaped. */
  output: string;
  /** Prompt to show when the program waits for a line; null while it runs. */
  prompt: string | null;
  /** True while the prompt asks for a secret. */
  hidden: boolean;
  /** The program reads keys itself, as redis-cli does at its prompt. */
  linenoise?: Linenoise;
  /** Lines that were typed: where in `output` each begins, prompt and all, and when it was taken. */
  typed?: { at: Micros; from: number }[];
  /** Numbers of the programs that ended last of those that the shell ran here, and of those that run still. */
  ended?: number[];
  running?: number[];
}

export interface Frame {
  now: Micros;
  /** Unix ms of the world's reference clock at `now`. */
  wallMs: number;
  /** Running hash of everything that has happened on this branch. */
  hash: string;
  branch: string;
  /** Inputs in the log of this branch; equal numbers on one branch mean equal logs. */
  inputs: number;
  servers: ServerFrame[];
  links: LinkFrame[];
  /** The sides of a partition that cuts more links than are listed: between them only those work that are
   *  listed as not cut. */
  wall: string[][] | null;
  packets: PacketFrame[];
  /** Events since the previous frame of this session; after a seek, `eventsFrom` says that the list
   *  restarts and holds the recent past instead. */
  events: FeedEvent[];
  eventsReset: boolean;
  consoles: ConsoleFrame[];
  clients: ClientFrame[];
  ledger: LedgerFrame;
  /** Why the world stopped, when an invariant broke. */
  halted: { reason: string; seed: number; at: Micros } | null;
  /** A breakpoint or condition that ended this advance before its time. */
  stoppedBy: string | null;
}

export interface ClientFrame {
  id: string;
  kind: string;
  /** False once it was told to stop. */
  running: boolean;
  /** What it is told to do: rate, share of reads, number of keys ... */
  settings: Readonly<Record<string, unknown>>;
  /** Frozen: it believes what it believed, and does nothing. */
  paused: boolean;
  ops: number;
  errors: number;
  redirects: number;
  staleReads: number;
  latencyUs: { p50: number; p99: number; max: number };
  /** Its slot map: [first, last, server name]. */
  map: [number, number, string][];
  /** What its kind of application counts, by name: "acquired", "queries" ... */
  figures: Record<string, number>;
  note: string;
}

export interface LedgerFrame {
  acked: number;
  lost: number;
  staleReads: number;
  dualOwnerMs: number;
  lockOverlapMs: number;
  outageMs: number;
  recent: LedgerRow[];
}

export interface LedgerRow {
  seq: number;
  at: Micros;
  key: string;
  /** Element, field, member or entry; null for a write of the whole key. */
  part: string | null;
  value: string;
  client: string;
  ackedBy: string;
  copies: string[];
  state: 'held' | 'lost' | 'pending';
}

/** What a survey asks of every server. */
export interface SurveyRequest {
  /** Ports of servers: what each believes of them. */
  beliefs?: number[];
  /** How many keys each holds in each slot. */
  slotKeys?: boolean;
  /** How many commands a second each executes in each slot. */
  slotLoad?: boolean;
  /** What each itself holds under these keys. */
  held?: string[];
}

export interface ServerSurvey {
  /** For each port asked for: s = itself, . = well, ? = suspected, ! = failed, h = in handshake, - = not
   *  known. */
  beliefs: string | null;
  slotKeys: [slot: number, keys: number][] | null;
  /** Slots that had commands within the last seconds. */
  slotLoad: [slot: number, commandsPerSecond: number][] | null;
  /** For each key asked for: the string it holds and the Unix ms at which that expires (-1: never); null
   *  where it holds none. */
  held: ([value: string, expiresMs: number] | null)[] | null;
}

export interface FrameRequest {
  /** Names of servers whose full view is wanted, beyond what the world's size allows anyway. */
  detail?: string[];
}
