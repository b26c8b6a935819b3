/* How a replica introduces itself and gets its data (after syncWithMaster, slaveTryPartial-
 * Resynchronization and readSyncBulkPayload in replication.c). */

import { startAppendOnly, stopAppendOnly } from '#redis/aof-rewrite.ts';
import { emptyDb } from '#redis/db.ts';
import { loadSnapshot, startLoading, swapInLoaded, type Loading, type LoadingKind } from '#redis/loading.ts';
import { killRdbChild } from '#redis/persistence.ts';
import type { RdbLoader } from '#redis/rdb-load.ts';
import { encodeCommand } from '#redis/resp.ts';
import type { Server } from '#redis/server.ts';
import { failoverAnswered } from './coordinated-failover.ts';
import { clearReplicationId2 } from './ids.ts';
import {
  abortHandshake,
  discardCachedMaster,
  masterLinkLost,
  masterLinkUp,
  readStream,
  replicationSendAck,
} from './link.ts';
import { disconnectSlaves } from './master.ts';
import { streamDbOf } from './restore.ts';

function sendCommand(server: Server, ...argv: string[]): void {
  const { masterSocket } = server.replication;
  if (masterSocket !== null) server.io.send(masterSocket, { kind: 'bytes', data: encodeCommand(argv) });
}

/** The first word of the handshake: does the master answer at all? */
export function sendPing(server: Server): void {
  sendCommand(server, 'PING');
  server.replication.state = 'receivePing';
}

/** Reads what the master said, line by line, until the state asks for something else. */
export function readHandshake(server: Server): void {
  const { replication } = server;
  while (replication.masterSocket !== null) {
    if (replication.transfer !== null) {
      if (!readSnapshot(server)) return;
      continue;
    }
    const end = replication.input.indexOf('\n');
    if (end < 0) return;
    const line = replication.input.slice(0, end).replace(/\r$/, '');
    replication.input = replication.input.slice(end + 1);
    // A bare newline only says that the master is alive and busy.
    if (line !== '') readLine(server, line);
    if (replication.state === 'connected') {
      const rest = replication.input;
      replication.input = '';
      readStream(server, rest);
      return;
    }
    // What follows a snapshot waits until it is loaded.
    if (server.load?.loader) return;
  }
}

function readLine(server: Server, line: string): void {
  switch (server.replication.state) {
    case 'receivePing':
      return pingReplied(server, line);
    case 'handshake':
      return handshakeReplied(server, line);
    case 'receivePsync':
      return psyncReplied(server, line);
    case 'transfer':
      return transferBegins(server, line);
    default:
  }
}

function pingReplied(server: Server, line: string): void {
  const harmless = /^-(NOAUTH|NOPERM|ERR operation not permitted)/.test(line);
  if (!line.startsWith('+') && !harmless) {
    server.io.log('warning', `Error reply to PING from master: '${line}'`);
    abortHandshake(server);
    return;
  }
  server.io.log('notice', 'Master replied to PING, replication can continue...');
  const { config, replication } = server;
  const send = (what: string, ...argv: string[]): void => {
    sendCommand(server, ...argv);
    replication.awaiting.push(what);
  };
  if (config.masterauth !== '') {
    if (config.masteruser !== '') send('auth', 'AUTH', config.masteruser, config.masterauth);
    else send('auth', 'AUTH', config.masterauth);
  }
  const port = config.replicaAnnouncePort || (config.tlsReplication && config.tlsPort) || server.port;
  send('listening-port', 'REPLCONF', 'listening-port', String(port));
  if (config.replicaAnnounceIp !== '') send('ip-address', 'REPLCONF', 'ip-address', config.replicaAnnounceIp);
  send('capa', 'REPLCONF', 'capa', 'eof', 'capa', 'psync2');
  replication.state = 'handshake';
}

function handshakeReplied(server: Server, line: string): void {
  const { replication } = server;
  const what = replication.awaiting.shift();
  if (line.startsWith('-')) {
    if (what === 'auth') {
      server.io.log('warning', `Unable to AUTH to MASTER: ${line}`);
      abortHandshake(server);
      return;
    }
    server.io.log('notice', `(Non critical) Master does not understand REPLCONF ${what}: ${line}`);
  }
  if (replication.awaiting.length === 0) sendPsync(server);
}

function sendPsync(server: Server): void {
  const { replication } = server;
  // It makes the other, our replica until now, a master before it answers.
  const word = replication.failover?.state === 'failover-in-progress' ? ['FAILOVER'] : [];
  if (replication.cachedReplid !== null) {
    const offset = replication.masterReplOffset + 1;
    server.io.log(
      'notice',
      `Trying a partial resynchronization (request ${replication.cachedReplid}:${offset}).`,
    );
    sendCommand(server, 'PSYNC', replication.cachedReplid, String(offset), ...word);
  } else {
    server.io.log('notice', 'Partial resynchronization not possible (no cached master)');
    sendCommand(server, 'PSYNC', '?', '-1', ...word);
  }
  replication.state = 'receivePsync';
}

function psyncReplied(server: Server, line: string): void {
  const { replication } = server;
  const full = /^\+FULLRESYNC ([0-9a-zA-Z]{40}) (\d+)$/.exec(line);
  if (full) {
    replication.masterReplid = full[1] as string;
    replication.masterInitialOffset = Number(full[2]);
    server.io.log('notice', `Full resync from master: ${full[1]}:${full[2]}`);
    failoverAnswered(server, true);
    discardCachedMaster(server);
    replication.state = 'transfer';
    return;
  }
  const partial = /^\+CONTINUE(?: ([0-9a-zA-Z]{40}))?$/.exec(line);
  if (partial) {
    continuePartially(server, partial[1] ?? null);
    failoverAnswered(server, true);
    return;
  }
  const later = /^-(NOMASTERLINK|LOADING)/.test(line);
  server.io.log(
    later ? 'notice' : 'warning',
    later
      ? `Master is currently unable to PSYNC but should be in the future: ${line}`
      : `Unexpected reply to PSYNC from master: ${line}`,
  );
  abortHandshake(server);
  failoverAnswered(server, false);
}

function continuePartially(server: Server, replid: string | null): void {
  const { replication } = server;
  server.io.log('notice', 'Successful partial resynchronization with master.');
  const old = replication.cachedReplid as string;
  if (replid !== null && replid !== old) {
    // The master began a new history after the point where we stopped: ours up to here is its past.
    replication.replid2 = old;
    replication.secondReplidOffset = replication.masterReplOffset + 1;
    replication.replid = replid;
    server.io.log('warning', `Master replication ID changed to ${replid}`);
    disconnectSlaves(server);
  }
  masterLinkUp(server, replication.masterReplOffset);
  server.io.log('notice', 'MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.');
}

function transferBegins(server: Server, line: string): void {
  if (line.startsWith('-')) {
    server.io.log('warning', `MASTER aborted replication with an error: ${line.slice(1)}`);
    abortHandshake(server);
    return;
  }
  const eof = /^\$EOF:([\s\S]{40})$/.exec(line);
  const sized = /^\$(\d+)$/.exec(line);
  if (!eof && !sized) {
    server.io.log(
      'warning',
      `Bad protocol from MASTER, the first byte is not '$' (we received '${line}'), are you sure the host and port are right?`,
    );
    abortHandshake(server);
    return;
  }
  const kind = loadingKind(server);
  const target = kind === 'disk' ? 'to disk' : 'to parser';
  server.io.log(
    'notice',
    eof
      ? `MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF ${target}`
      : `MASTER <-> REPLICA sync: receiving ${sized?.[1]} bytes from master ${target}`,
  );
  const length = sized ? Number(sized[1]) : -1;
  server.replication.transfer = { length, mark: eof?.[1] ?? '', data: '' };
  if (kind !== 'disk') prepareToLoad(server, kind, Math.max(length, 0));
}

/** Where the snapshot goes, by repl-diskless-load. */
function loadingKind(server: Server): Exclude<LoadingKind, 'start' | 'aof'> {
  const way = server.config.replDisklessLoad;
  const empty = server.dbs.every((db) => db.size === 0);
  if (way === 'swapdb') return 'swapdb';
  return way === 'on-empty-db' && empty ? 'empty-db' : 'disk';
}

/** Collects the snapshot; true when it was complete and its loading has begun (or was given up). */
function readSnapshot(server: Server): boolean {
  const { replication } = server;
  const transfer = replication.transfer;
  if (transfer === null) return false;
  const missing = transfer.length < 0 ? Infinity : transfer.length - transfer.data.length;
  transfer.data += replication.input.slice(0, missing);
  replication.input = replication.input.slice(missing);
  if (transfer.length >= 0 && transfer.data.length < transfer.length) return false;
  if (transfer.length < 0 && !transfer.data.endsWith(transfer.mark)) return false;
  const data = transfer.length < 0 ? transfer.data.slice(0, -transfer.mark.length) : transfer.data;
  replication.transfer = null;
  replication.ackAfterLoad = transfer.length < 0;
  const load = server.load ?? prepareToLoad(server, 'disk', data.length);
  server.io.log('notice', 'MASTER <-> REPLICA sync: Loading DB in memory');
  loadSnapshot(server, load, data);
  return true;
}

/** Makes room for the snapshot. */
function prepareToLoad(server: Server, kind: LoadingKind, bytes: number): Loading {
  const { replication } = server;
  // The old data are an older state of the same history: they may be read until the new ones are here.
  const async = kind === 'swapdb' && replication.replid === replication.masterReplid;
  if (server.aof.state !== 'off' && !async) stopAppendOnly(server);
  killRdbChild(server);
  if (!async) attachToNewMaster(server);
  if (kind !== 'swapdb') {
    server.io.log('notice', 'MASTER <-> REPLICA sync: Flushing old data');
    emptyDb(server, -1, server.config.replicaLazyFlush);
  }
  return startLoading(server, kind, bytes, async);
}

/** Our own replicas followed a history that ends here. */
function attachToNewMaster(server: Server): void {
  disconnectSlaves(server);
  server.replication.backlog = null;
}

/** The snapshot has been read, or `why` says why it could not be. */
export function snapshotLoaded(server: Server, load: Loading, why: string | null): void {
  const { replication } = server;
  if (why !== null) {
    server.io.log(
      'warning',
      `Failed trying to load the MASTER synchronization DB from ${load.kind === 'disk' ? 'disk' : 'socket'}, check server logs.`,
    );
    if (load.kind !== 'swapdb') emptyDb(server, -1, server.config.replicaLazyFlush);
    abortHandshake(server);
    return;
  }
  if (load.kind === 'swapdb') {
    if (load.async) attachToNewMaster(server);
    swapInLoaded(server, load);
    server.io.log('notice', 'MASTER <-> REPLICA sync: Swapping active DB with loaded DB');
  }
  replication.replid = replication.masterReplid;
  clearReplicationId2(server);
  replication.streamDb = streamDbOf((load.loader as RdbLoader).aux);
  masterLinkUp(server, replication.masterInitialOffset);
  server.io.log('notice', 'MASTER <-> REPLICA sync: Finished with success');
  // The file of commands on disk speaks of what was here before.
  if (server.config.appendonly) startAppendOnly(server);
  // The master holds the stream back until it knows that a streamed snapshot is loaded.
  if (replication.ackAfterLoad) replicationSendAck(server);
  const rest = replication.input;
  replication.input = '';
  readStream(server, rest);
  if (replication.lostWhileLoading) masterLinkLost(server);
}
