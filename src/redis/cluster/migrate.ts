/* MIGRATE: moving keys to another server, atomically for each key (after migrateCommand in
 * cluster.c).
 *
 * The command blocks the whole server, and it waits for the other side step by step, so here it is a
 * state machine between handler calls with Io.blockOn in between: nothing else runs until it is over.
 * Keys are deleted only when the target has acknowledged them. In a transaction the commands behind it
 * wait as well; a script is run again with the answer (see slow-script.ts). */

import type { Bytes } from '#base/bytes.ts';
import { alsoPropagate } from '#redis/propagate.ts';
import { CLIENT_SCRIPT, redactClientCommandArgument, type Client } from '#redis/client.ts';
import { waitForServer } from '#redis/blocked.ts';
import {
  dbDelete,
  getExpire,
  lookupKeyReadWithFlags,
  LOOKUP_NONE,
  notifyKeyspaceEvent,
  signalModifiedKey,
} from '#redis/db.ts';
import type { CloseReason, Payload, SocketId } from '#redis/io.ts';
import { replyAfterWaiting } from '#redis/multi.ts';
import { createDumpPayload } from '#redis/rdb.ts';
import { ErrorReply, OK, Status, type Reply } from '#redis/reply.ts';
import { encodeCommand, ReplyParser } from '#redis/resp.ts';
import { scriptEngine } from '#redis/scripting/interpreter.ts';
import type { Server } from '#redis/server.ts';

const MAX_CACHED_SOCKETS = 64;
const SOCKET_IDLE_MS = 10_000;
/** Bytes a microsecond that serializing takes. */
const DUMP_BYTES_PER_MICRO = 200;

interface MigrateSocket {
  readonly address: string;
  readonly socket: SocketId;
  /** Database selected there, -1 = not known. */
  lastDbId: number;
  lastUseMs: number;
}

interface MigrateJob {
  readonly client: Client;
  readonly host: string;
  readonly port: number;
  readonly dbId: number;
  readonly timeoutMs: number;
  readonly copy: boolean;
  readonly replace: boolean;
  readonly auth: readonly Bytes[] | null;
  readonly keys: readonly Bytes[];
  /** Keys sent, in the order of their replies; behind the replies to AUTH and SELECT. */
  sent: Bytes[];
  preludes: string[];
  link: MigrateSocket;
  connecting: boolean;
  /** True on a connection that was used before: it may have died meanwhile. */
  cached: boolean;
  retried: boolean;
  answered: number;
  failure: string | null;
  preludeFailed: boolean;
  moved: Bytes[];
  parser: ReplyParser;
}

/** The connections of MIGRATE, kept for a while, and the one that runs. */
export class MigrateState {
  readonly sockets = new Map<string, MigrateSocket>();
  job: MigrateJob | null = null;
}

const error = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** MIGRATE host port key|"" db timeout [COPY] [REPLACE] [AUTH pw] [AUTH2 user pw] [KEYS key ...] */
export function migrateCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  const parsed = parseOptions(client, argv);
  if (parsed instanceof ErrorReply) return parsed;
  const keys = parsed.keys.filter((key) => lookupKeyReadWithFlags(client.db, key, LOOKUP_NONE) !== null);
  if (keys.length === 0) return new Status('NOKEY');
  const { server } = client;
  const address = `${parsed.host}:${parsed.port}`;
  const cached = server.migrate.sockets.get(address);
  const link = cached ?? openSocket(server, parsed.host, parsed.port);
  const job: MigrateJob = {
    client,
    ...parsed,
    keys,
    sent: [],
    preludes: [],
    link,
    connecting: cached === undefined,
    cached: cached !== undefined,
    retried: false,
    answered: 0,
    failure: null,
    preludeFailed: false,
    moved: [],
    parser: new ReplyParser(),
  };
  server.migrate.job = job;
  if (!client.has(CLIENT_SCRIPT)) waitForServer(client);
  if (job.connecting) wait(server, job);
  else sendKeys(server, job);
  return undefined;
}

type Options = Pick<
  MigrateJob,
  'host' | 'port' | 'dbId' | 'timeoutMs' | 'copy' | 'replace' | 'auth' | 'keys'
>;

function parseOptions(client: Client, argv: readonly Bytes[]): Options | ErrorReply {
  const [, host, port, key, db, timeout] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes];
  let copy = false;
  let replace = false;
  let auth: readonly Bytes[] | null = null;
  let keys: readonly Bytes[] = [key];
  for (let at = 6; at < argv.length; at++) {
    const option = (argv[at] as Bytes).toLowerCase();
    const more = argv.length - 1 - at;
    if (option === 'copy') copy = true;
    else if (option === 'replace') replace = true;
    else if (option === 'auth' && more >= 1) auth = ['AUTH', secret(client, argv, ++at)];
    else if (option === 'auth2' && more >= 2)
      auth = ['AUTH', secret(client, argv, ++at), secret(client, argv, ++at)];
    else if (option === 'keys') {
      if (key !== '') {
        return error('When using MIGRATE KEYS option, the key argument must be set to the empty string');
      }
      keys = argv.slice(at + 1);
      break;
    } else return error('syntax error');
  }
  const timeoutMs = parseLong(timeout);
  const dbId = parseLong(db);
  if (timeoutMs === null || dbId === null) return error('value is not an integer or out of range');
  return {
    host,
    port: Number(port),
    dbId,
    timeoutMs: timeoutMs <= 0 ? 1000 : timeoutMs,
    copy,
    replace,
    auth,
    keys,
  };
}

function secret(client: Client, argv: readonly Bytes[], at: number): Bytes {
  redactClientCommandArgument(client, at);
  return argv[at] as Bytes;
}

function parseLong(text: Bytes): number | null {
  return /^(0|-?[1-9]\d{0,17})$/.test(text) ? Number(text) : null;
}

function openSocket(server: Server, host: string, port: number): MigrateSocket {
  const { sockets } = server.migrate;
  if (sockets.size >= MAX_CACHED_SOCKETS) {
    closeSocket(server, server.io.random.pick([...sockets.values()]));
  }
  const socket = server.io.connect(host, port);
  server.socketKinds.set(socket, 'migrate');
  const link: MigrateSocket = {
    address: `${host}:${port}`,
    socket,
    lastDbId: -1,
    lastUseMs: server.mstime(),
  };
  sockets.set(link.address, link);
  return link;
}

function closeSocket(server: Server, link: MigrateSocket): void {
  server.io.close(link.socket);
  server.socketKinds.delete(link.socket);
  server.migrate.sockets.delete(link.address);
}

/** Closes connections nobody has used for ten seconds. */
export function migrateCloseTimedoutSockets(server: Server): void {
  const now = server.mstime();
  for (const link of [...server.migrate.sockets.values()]) {
    if (now - link.lastUseMs > SOCKET_IDLE_MS) closeSocket(server, link);
  }
}

function wait(server: Server, job: MigrateJob): void {
  server.io.blockOn(job.link.socket, server.io.now + job.timeoutMs * 1000);
}

/** Sends everything in one go. */
function sendKeys(server: Server, job: MigrateJob): void {
  const { client, link } = job;
  const restore = server.cluster === null ? 'RESTORE' : 'RESTORE-ASKING';
  let data = '';
  job.preludes = [];
  job.sent = [];
  if (job.auth) {
    data += encodeCommand(job.auth);
    job.preludes.push('auth');
  }
  if (link.lastDbId !== job.dbId) {
    data += encodeCommand(['SELECT', String(job.dbId)]);
    job.preludes.push('select');
  }
  for (const key of job.keys) {
    const obj = lookupKeyReadWithFlags(client.db, key, LOOKUP_NONE);
    if (obj === null) continue;
    const expire = getExpire(client.db, key);
    const ttlMs = expire === -1 ? 0 : Math.max(expire - server.mstime(), 1);
    const argv = [restore, key, String(ttlMs), createDumpPayload(obj)];
    data += encodeCommand(job.replace ? [...argv, 'REPLACE'] : argv);
    job.sent.push(key);
  }
  server.io.busy(Math.ceil(data.length / DUMP_BYTES_PER_MICRO));
  server.io.send(link.socket, { kind: 'bytes', data });
  wait(server, job);
}

/** The connection for MIGRATE is made. */
export function migrateConnected(server: Server, socket: SocketId): void {
  const { job } = server.migrate;
  if (!job || job.link.socket !== socket) return;
  job.connecting = false;
  sendKeys(server, job);
}

/** The target answers. */
export function migrateRead(server: Server, socket: SocketId, payload: Payload): void {
  const { job } = server.migrate;
  if (!job || job.link.socket !== socket) return;
  if (payload.kind === 'reply') takeReply(server, job, payload.reply);
  if (payload.kind === 'bytes') {
    job.parser.feed(payload.data);
    for (;;) {
      const reply = job.parser.next();
      if (reply === undefined) break;
      takeReply(server, job, reply);
    }
  }
  if (job.parser.error !== null) fail(server, job, 'reading to');
  else if (job.answered < job.preludes.length + job.sent.length) wait(server, job);
  else finish(server, job);
}

function takeReply(server: Server, job: MigrateJob, reply: Reply): void {
  const index = job.answered++;
  const prelude = job.preludes[index];
  if (reply instanceof ErrorReply) {
    job.failure ??= reply.text;
    if (prelude !== undefined) job.preludeFailed = true;
    return;
  }
  if (prelude === 'select') job.link.lastDbId = job.dbId;
  // After a refused AUTH or SELECT the keys went who knows where: none is given up.
  if (prelude !== undefined || job.copy || job.preludeFailed) return;
  const key = job.sent[index - job.preludes.length];
  if (key === undefined) return;
  const { db } = job.client;
  dbDelete(db, key);
  signalModifiedKey(job.client, db, key);
  notifyKeyspaceEvent(server, 'g', 'del', key, db.id);
  server.dirty++;
  job.moved.push(key);
}

/** The connection ended or was refused. */
export function migrateClosed(server: Server, socket: SocketId, _reason: CloseReason): void {
  for (const link of server.migrate.sockets.values()) {
    if (link.socket === socket) server.migrate.sockets.delete(link.address);
  }
  const { job } = server.migrate;
  if (!job || job.link.socket !== socket) return;
  // A kept connection that turns out dead before any answer is worth one more try.
  if (job.cached && !job.retried && job.answered === 0) {
    job.retried = true;
    job.cached = false;
    job.link = openSocket(server, job.host, job.port);
    job.connecting = true;
    job.parser = new ReplyParser();
    wait(server, job);
    return;
  }
  fail(server, job, job.connecting ? 'writing to' : 'reading to');
}

/** The time of this step is over. */
export function migrateTimedOut(server: Server): void {
  const { job } = server.migrate;
  if (!job) return;
  if (job.connecting) {
    closeSocket(server, job.link);
    end(server, job, new ErrorReply('IOERR error or timeout connecting to the client'));
  } else {
    fail(server, job, 'reading to');
  }
}

/** The real one says "reading to" as well. */
function fail(server: Server, job: MigrateJob, doing: 'reading to' | 'writing to'): void {
  if (server.migrate.sockets.get(job.link.address) === job.link) closeSocket(server, job.link);
  end(server, job, new ErrorReply(`IOERR error or timeout ${doing} target instance`));
}

function finish(server: Server, job: MigrateJob): void {
  job.link.lastUseMs = server.mstime();
  // Whatever went wrong may have left the connection in another database.
  if (job.failure !== null) job.link.lastDbId = -1;
  end(server, job, job.failure === null ? OK : error(`Target instance replied with error: ${job.failure}`));
}

function end(server: Server, job: MigrateJob, reply: Reply): void {
  server.migrate.job = null;
  if (job.moved.length > 0) {
    alsoPropagate(server, job.client.db.id, ['DEL', ...job.moved]);
  }
  if (job.client.has(CLIENT_SCRIPT)) scriptEngine().scriptGoesOn(server, reply);
  else replyAfterWaiting(job.client, reply);
}
