/* FAILOVER: a master without a cluster hands over to one of its replicas (after failoverCommand and
 * updateFailoverStatus in replication.c).
 *
 * Writes are paused until the replica has acknowledged everything; then the master turns into its replica,
 * and its PSYNC carries a word that makes the other a master before it answers. Since both keep one history,
 * nothing is lost and nobody needs a snapshot. */

import { string2ll } from '#base/integer.ts';
import type { Bytes } from '#base/bytes.ts';
import { isWord, NOT_INTEGER, SYNTAX_ERROR } from '#redis/args.ts';
import type { Client } from '#redis/client.ts';
import { PAUSE_DURING_FAILOVER, pauseClients, unpauseClients } from '#redis/pause.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { replicationSetMaster, replicationUnsetMaster } from './link.ts';
import { replicaIp, replicaLink } from './state.ts';

interface FailoverOptions {
  target: { host: string; port: number } | null;
  timeoutMs: number | null;
  force: boolean;
}

const refuse = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

function parseOptions(argv: readonly Bytes[]): FailoverOptions | ErrorReply {
  const options: FailoverOptions = { target: null, timeoutMs: null, force: false };
  for (let at = 1; at < argv.length; at++) {
    const more = argv.length - 1 - at;
    if (isWord(argv[at], 'timeout') && more >= 1 && options.timeoutMs === null) {
      const timeout = string2ll(argv[++at] as Bytes);
      if (timeout === null) return NOT_INTEGER;
      if (timeout <= 0) return refuse('FAILOVER timeout must be greater than 0');
      options.timeoutMs = Number(timeout);
    } else if (isWord(argv[at], 'to') && more >= 2 && options.target === null) {
      const port = string2ll(argv[at + 2] as Bytes);
      if (port === null) return NOT_INTEGER;
      options.target = { host: argv[at + 1] as Bytes, port: Number(port) };
      at += 2;
    } else if (isWord(argv[at], 'force') && !options.force) options.force = true;
    else return SYNTAX_ERROR;
  }
  return options;
}

/** FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds] */
export function failoverCommand(client: Client, argv: readonly Bytes[]): Reply {
  const { server } = client;
  const { replication } = server;
  if (server.cluster !== null) {
    return refuse('FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.');
  }
  if (argv.length === 2 && isWord(argv[1], 'abort')) {
    if (replication.failover === null) return refuse('No failover in progress.');
    abortFailover(server, 'Failover manually aborted');
    return OK;
  }
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  const { target, timeoutMs, force } = options;
  if (replication.failover !== null) return refuse('FAILOVER already in progress.');
  if (replication.masterHost !== null) return refuse('FAILOVER is not valid when server is a replica.');
  if (replication.replicas.length === 0) return refuse('FAILOVER requires connected replicas.');
  if (force && (timeoutMs === null || target === null)) {
    return refuse('FAILOVER with force option requires both a timeout and target HOST and IP.');
  }
  if (target !== null) {
    const replica = findReplica(server, target.host, target.port);
    if (replica === undefined) return refuse('FAILOVER target HOST and PORT is not a replica.');
    if (replicaLink(replica).state !== 'online') return refuse('FAILOVER target replica is not online.');
  }
  const endMs = timeoutMs === null ? 0 : server.mstime() + timeoutMs;
  replication.failover = { state: 'waiting-for-sync', target, endMs, force };
  server.io.log('notice', 'FAILOVER requested.');
  pauseClients(server, PAUSE_DURING_FAILOVER, Number.MAX_SAFE_INTEGER, 'write');
  return OK;
}

function findReplica(server: Server, host: string, port: number): Client | undefined {
  return server.replication.replicas.find(
    (replica) => replicaIp(replica) === host && replicaLink(replica).listeningPort === port,
  );
}

/** Before sleep and ten times a second: hands over as soon as the replica has everything, or time is up. */
export function updateFailoverStatus(server: Server): void {
  const { failover } = server.replication;
  if (failover === null || failover.state !== 'waiting-for-sync') return;
  if (failover.endMs !== 0 && server.mstime() >= failover.endMs) {
    if (failover.force) handOver(server, 'time out exceeded, failing over.');
    else abortFailover(server, 'Replica never caught up before timeout');
    return;
  }
  const synced = server.replication.replicas.find(
    (replica) =>
      replicaLink(replica).ackOffset === server.replication.masterReplOffset &&
      (failover.target === null ||
        replica === findReplica(server, failover.target.host, failover.target.port)),
  );
  if (synced === undefined) return;
  failover.target ??= { host: replicaIp(synced), port: replicaLink(synced).listeningPort };
  handOver(server, 'is synced, failing over.');
}

function handOver(server: Server, why: string): void {
  const failover = server.replication.failover as Failover;
  const { host, port } = failover.target as { host: string; port: number };
  server.io.log('notice', `Failover target ${host}:${port} ${why}`);
  failover.state = 'failover-in-progress';
  replicationSetMaster(server, host, port);
}

/** The new master has answered our PSYNC: it is one now, or it has refused. */
export function failoverAnswered(server: Server, accepted: boolean): void {
  if (server.replication.failover?.state !== 'failover-in-progress') return;
  if (accepted) clearFailover(server);
  else abortFailover(server, 'Failover target rejected psync request');
}

function abortFailover(server: Server, why: string): void {
  const failover = server.replication.failover as Failover;
  const { target } = failover;
  const towards = target === null ? '' : ` to ${target.host}:${target.port}`;
  server.io.log('notice', `Aborting failover${towards}: ${why}`);
  if (failover.state === 'failover-in-progress') replicationUnsetMaster(server);
  clearFailover(server);
}

function clearFailover(server: Server): void {
  server.replication.failover = null;
  unpauseClients(server, PAUSE_DURING_FAILOVER);
}

/** PSYNC with the word FAILOVER: the master of this replica becomes its replica. Returns why not, or null. */
export function promotedByFailover(client: Client, replid: Bytes): ErrorReply | null {
  const { server } = client;
  server.io.log('warning', `Failover request received for replid ${replid}.`);
  if (server.replication.masterHost === null) return refuse("PSYNC FAILOVER can't be sent to a master.");
  if (replid.toLowerCase() !== server.replication.replid) {
    return refuse('PSYNC FAILOVER replid must match my replid.');
  }
  replicationUnsetMaster(server);
  server.io.log('notice', `MASTER MODE enabled (failover request from '${server.clientInfo(client)}')`);
  return null;
}

/** A failover that is under way. */
export interface Failover {
  state: 'waiting-for-sync' | 'failover-in-progress';
  /** Null until a replica has everything, when any may be the one. */
  target: { host: string; port: number } | null;
  /** Unix ms, 0 = never. */
  endMs: number;
  force: boolean;
}
