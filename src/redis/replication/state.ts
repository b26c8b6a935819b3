/* What a server knows of its replication: as a replica, of its master; as a master, of its replicas
 * (after the replication part of redisServer in server.h).
 *
 * The stream is counted in bytes from the master's beginning. `masterReplOffset` is how far this
 * server has got: what it has written as a master, what it has processed as a replica. */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { SocketId } from '#redis/io.ts';
import type { RdbFilter } from '#redis/rdb.ts';
import type { RequestParser } from '#redis/resp.ts';
import type { Server } from '#redis/server.ts';
import type { Backlog } from './backlog.ts';
import type { Failover } from './coordinated-failover.ts';

export const REPL_STATE_NONE = 'none';
export const REPL_STATE_CONNECT = 'connect';
export const REPL_STATE_CONNECTING = 'connecting';
export const REPL_STATE_CONNECTED = 'connected';

/** A replica's progress towards being in sync with its master. */
export type ReplState =
  'none' | 'connect' | 'connecting' | 'receivePing' | 'handshake' | 'receivePsync' | 'transfer' | 'connected';

/** How a master sees one of its replicas. */
export type ReplicaState = 'waitBgsaveStart' | 'waitBgsaveEnd' | 'sendBulk' | 'online';

export const NO_REPLID = '0'.repeat(40);

/** What a master keeps about a replica, in `client.replication`. */
export class ReplicaLink {
  state: ReplicaState = 'waitBgsaveStart';
  listeningPort = 0;
  announcedIp = '';
  capaEof = false;
  capaPsync2 = false;
  /** Wants a snapshot and nothing behind it. */
  rdbOnly = false;
  filter: RdbFilter = 'all';
  /** Asked with SYNC, of the days before PSYNC: gets no reply line and sends no ACK. */
  prePsync = false;
  ackOffset = 0;
  /** Unix seconds of the last ACK. */
  ackTimeS = 0;
  /** Offset of the snapshot it was sent. */
  initialOffset = 0;
  /** A streamed snapshot ends with an ACK; until then the stream waits. */
  startOnAck = false;
  /** The stream behind a snapshot that is not delivered yet. */
  held: Bytes = '';
}

/** The bytes of a snapshot on its way in. */
export interface Transfer {
  /** Known length, or -1 when a mark ends it. */
  length: number;
  mark: Bytes;
  data: Bytes;
}

export class ReplicationState {
  /** Null on a master. */
  masterHost: string | null = null;
  masterPort = 0;
  state: ReplState = REPL_STATE_NONE;
  masterSocket: SocketId | null = null;
  /** Runs the master's stream; null while there is none. */
  masterClient: Client | null = null;
  parser: RequestParser | null = null;
  /** Bytes of the stream whose commands ran but are not counted yet: a transaction under way. */
  uncounted = 0;
  /** Stream bytes received but not passed on to our own replicas yet. */
  unproxied: Bytes = '';
  /** Bytes received during handshake and transfer. */
  input: Bytes = '';
  /** Replies still to come to the pipelined part of the handshake. */
  awaiting: string[] = [];
  transfer: Transfer | null = null;
  /** A streamed snapshot: the master waits to hear that it is loaded. */
  ackAfterLoad = false;
  /** The connection ended before the snapshot was loaded. */
  lostWhileLoading = false;
  /** Replication id and offset FULLRESYNC announced. */
  masterReplid = '';
  masterInitialOffset = -1;
  /** Unix ms. */
  masterLastInteractionMs = 0;
  transferLastIoMs = 0;
  /** Unix ms since the link is down; 0 = it was never up, or is up. */
  downSinceMs = 0;
  /** Whether we could go on with a partial resynchronization, and of which history. */
  cachedReplid: string | null = null;
  /** The database in which the stream goes on: what the link had selected when it broke, or what the snapshot
   *  says. A stream that is passed on does not begin with a SELECT. */
  streamDb = 0;

  replid = '';
  replid2 = NO_REPLID;
  secondReplidOffset = -1;
  masterReplOffset = 0;
  backlog: Backlog | null = null;
  replicas: Client[] = [];
  noSlavesSinceMs = 0;
  /** Database of the last SELECT in the stream; -1 forces one. */
  slaveSelDb = -1;
  cronLoops = 0;
  /** Replicas whose last ACK is not older than min-replicas-max-lag. */
  goodReplicas = 0;
  /** Clients in WAIT. */
  waiting: { client: Client; offset: number; replicas: number }[] = [];
  askForAck = false;
  /** This master hands over to a replica. */
  failover: Failover | null = null;

  /** Replica: in sync with the master. */
  get linkUp(): boolean {
    return this.state === REPL_STATE_CONNECTED;
  }
}

/** A replica's offset for elections and heartbeats: 0 without a master's data to continue from. */
export function replicationGetSlaveOffset(server: Server): number {
  const { replication } = server;
  const known = replication.masterClient !== null || replication.cachedReplid !== null;
  return replication.masterHost !== null && known ? replication.masterReplOffset : 0;
}

/** The master's view of a replica. */
export function replicaLink(client: Client): ReplicaLink {
  if (!(client.replication instanceof ReplicaLink)) client.replication = new ReplicaLink();
  return client.replication as ReplicaLink;
}

/** How far a replica is, in the words of INFO and of the log. */
export function replicaStateName({ state }: ReplicaLink): string {
  return state === 'online' ? 'online' : state === 'sendBulk' ? 'send_bulk' : 'wait_bgsave';
}

/** Seconds since a replica that gets the stream has said how far it is. */
export function replicaLag(link: ReplicaLink, nowMs: number): number {
  return link.state === 'online' ? Math.floor(nowMs / 1000) - link.ackTimeS : 0;
}

/** A replica as logs and INFO name it: the address it can be reached at. */
export function replicaName(client: Client): string {
  const { listeningPort } = replicaLink(client);
  return listeningPort === 0 ? `client id #${client.id}` : `${replicaIp(client)}:${listeningPort}`;
}

export function replicaIp(client: Client): string {
  return replicaLink(client).announcedIp || client.peer.ip;
}
