/* DEBUG: what tests and lessons need (after debug.c). */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { rewriteConfigFile } from './config-rewrite.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NO_SUCH_KEY, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import { AofError, loadManifest, openAofFiles } from './aof-load.ts';
import { deleteHistoryFiles, flushAppendOnlyFile } from './aof.ts';
import { blockClient } from './blocked.ts';
import { REPLY_PEAK_RESET_MS } from './client-buffers.ts';
import { CLIENT_DENY_BLOCKING, type Client } from './client.ts';
import { debugKillLinks } from './cluster/links.ts';
import type { CommandProcs } from './command.ts';
import type { Config } from './config.ts';
import { dbAdd, emptyDb, LOOKUP_NOTOUCH, lookupKeyReadWithFlags } from './db.ts';
import { digestDataset, digestValue } from './debug-digest.ts';
import { protocolExample } from './debug-protocol.ts';
import { htstats, htstatsKey } from './debug-tables.ts';
import { estimateObjectIdleTime } from './evict.ts';
import { memtoull } from './config-set.ts';
import { continueLoading, loadAof } from './loading.ts';
import { allocationSize, createStringObject, StringObj } from './object.ts';
import { loadRdb, rdbPath, rdbSaveNow } from './persistence.ts';
import { createDumpPayload } from './rdb.ts';
import { LOADING } from './process-command.ts';
import { NO_DB, replicationFeedSlaves } from './replication/index.ts';
import { ErrorReply, OK, Status, type Reply } from './reply.ts';
import { consume } from './server.ts';
import { ListObj } from './types/list-obj.ts';
import { PACKED_THRESHOLD } from './types/quicklist.ts';

type Sub = (client: Client, argv: readonly Bytes[]) => Reply | undefined;

function sleep(client: Client, argv: readonly Bytes[]): Reply {
  const seconds = Number.parseFloat(argv[2] as Bytes);
  consume(client.server, Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000_000 : 0);
  return OK;
}

/** The process dies at once, as by a signal. */
function crash(client: Client): undefined {
  client.server.io.log('warning', 'Redis 7.0.15 crashed by DEBUG SEGFAULT');
  client.server.io.exit(139);
  return undefined;
}

function objectInfo(client: Client, argv: readonly Bytes[]): Reply {
  const { server, db } = client;
  const key = argv[2] as Bytes;
  // A key whose time has passed but which nobody has deleted is shown as well.
  const obj = db.keys.get(keyHashSlot(key), key);
  if (obj === undefined) return NO_SUCH_KEY;
  const idle = Math.floor(estimateObjectIdleTime(server, obj) / 1000);
  // Two bytes of version and eight of checksum follow the value, one of type precedes it.
  const length = createDumpPayload(obj).length - 11;
  return new Status(
    `Value at:0x7f0000000000 refcount:1 encoding:${obj.encoding(server.config)} serializedlength:${length} lru:${obj.lru} lru_seconds_idle:${idle}${obj instanceof ListObj ? nodesInfo(obj, server.config) : ''}`,
  );
}

/** What is told of a list besides. */
function nodesInfo({ items, length }: ListObj, config: Config): string {
  const { nodes, fill } = items;
  const bytes = nodes.reduce((sum, node) => sum + node.bytes, 0);
  return (
    ` ql_nodes:${nodes.length} ql_avg_node:${(length / nodes.length).toFixed(2)} ql_listpack_max:${fill}` +
    ` ql_compressed:${config.listCompressDepth === 0 ? 0 : 1} ql_uncompressed_size:${bytes}`
  );
}

function sdslen(client: Client, argv: readonly Bytes[]): Reply {
  const key = argv[2] as Bytes;
  const obj = client.db.keys.get(keyHashSlot(key), key);
  if (obj === undefined) return NO_SUCH_KEY;
  if (!(obj instanceof StringObj)) return new ErrorReply('ERR Not an sds encoded string.');
  return new Status(
    `key_sds_len:${key.length}, key_sds_avail:0, key_zmalloc: ${allocationSize(key.length + 2)}, val_sds_len:${obj.value.length}, val_sds_avail:0, val_zmalloc: ${allocationSize(obj.value.length + 4)}`,
  );
}

/** Saves (unless told not to) and loads the dataset again. */
function reload(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  const words = argv.slice(2).map((word) => word.toLowerCase());
  if (words.some((word) => word !== 'nosave' && word !== 'noflush' && word !== 'merge')) {
    return new ErrorReply('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  if (!words.includes('nosave') && !rdbSaveNow(server)) return new ErrorReply('ERR');
  const flush = !words.includes('noflush');
  const mode = flush ? 'replace' : words.includes('merge') ? 'merge' : 'add';
  if (flush) emptyDb(server);
  const data = server.io.disk.read(rdbPath(server));
  if (data === undefined || loadRdb(server, data, mode) !== null)
    return new ErrorReply('ERR Error trying to load the RDB dump, check server logs');
  server.io.log('warning', 'DB reloaded by DEBUG RELOAD');
  return OK;
}

/** Loads the AOF again. Others hear LOADING meanwhile, unless it runs in a transaction. */
function loadaof(client: Client): Reply | undefined {
  const server = client.server;
  if (server.load !== null) return LOADING;
  if (server.aof.state === 'on') flushAppendOnlyFile(server, true);
  emptyDb(server);
  try {
    if (loadManifest(server) !== null) throw new AofError();
    deleteHistoryFiles(server);
    const loader = openAofFiles(server);
    const atOnce = client.has(CLIENT_DENY_BLOCKING);
    if (!atOnce) blockClient(client, { ...FOR_EVER, db: client.db });
    loadAof(server, loader, client);
    if (!atOnce) return undefined;
    while (server.load !== null) continueLoading(server);
    return OK;
  } catch (error) {
    if (!(error instanceof AofError)) throw error;
    server.io.exit(1);
    return new ErrorReply('ERR Error trying to load the AOF files, check server logs');
  }
}

/** What the client of DEBUG LOADAOF waits for is no key. */
const FOR_EVER = { kind: 'keys', deadlineMs: 0, timeoutReply: null, keys: [], type: 'string' } as const;

/** DEBUG REPLYBUFFER PEAK-RESET-TIME milliseconds|never|reset, DEBUG REPLYBUFFER RESIZING 0|1 */
function replyBuffer({ server }: Client, argv: readonly Bytes[]): Reply {
  const time = argv[3] as Bytes;
  if (isWord(argv[2], 'resizing')) {
    server.resizesReplyBuffers = Number.parseInt(time, 10) !== 0;
    return OK;
  }
  if (!isWord(argv[2], 'peak-reset-time')) return SYNTAX_ERROR;
  const given = isWord(time, 'never') ? -1 : isWord(time, 'reset') ? REPLY_PEAK_RESET_MS : string2ll(time);
  if (given === null) return NOT_INTEGER;
  server.replyPeakResetMs = Number(given);
  return OK;
}

function populate(client: Client, argv: readonly Bytes[]): Reply {
  const count = string2ll(argv[2] as Bytes);
  if (count === null || count < 0) return new ErrorReply('ERR value is out of range, must be positive');
  const prefix = argv[3] ?? 'key';
  const size = argv[4] === undefined ? 0 : Number(string2ll(argv[4]) ?? 0);
  for (let at = 0; at < count; at++) {
    const key = `${prefix}:${at}`;
    if (lookupKeyReadWithFlags(client.db, key, LOOKUP_NOTOUCH) !== null) continue;
    const value = `value:${at}`;
    dbAdd(client.db, key, createStringObject(size > 0 ? value.slice(0, size).padEnd(size, '\0') : value));
  }
  consume(client.server, Number(count) * 0.3);
  return OK;
}

/** DEBUG REPLICATE word... sends the replicas a command that nobody has checked. */
function replicate({ server }: Client, argv: readonly Bytes[]): Reply {
  replicationFeedSlaves(server, NO_DB, argv.slice(2));
  return OK;
}

function changeReplId(client: Client): Reply {
  const server = client.server;
  server.io.log('notice', 'Changing replication IDs after receiving change-repl-id');
  server.replication.replid = server.io.random.hex(40);
  server.replication.replid2 = '0'.repeat(40);
  server.replication.secondReplidOffset = -1;
  return OK;
}

function setActiveExpire(client: Client, argv: readonly Bytes[]): Reply {
  client.server.activeExpireEnabled = Number.parseInt(argv[2] as Bytes, 10) !== 0;
  return OK;
}

function setSkipChecksumValidation(client: Client, argv: readonly Bytes[]): Reply {
  client.server.skipChecksumValidation = Number.parseInt(argv[2] as Bytes, 10) !== 0;
  return OK;
}

function packedThreshold(client: Client, argv: readonly Bytes[]): Reply {
  const bytes = memtoull(argv[2] as Bytes);
  if (bytes === null || bytes > 2 ** 32 - 2 ** 20) {
    return new ErrorReply('ERR argument must be a memory value bigger than 1 and smaller than 4gb');
  }
  client.server.quicklistPackedThreshold = bytes === 0 ? PACKED_THRESHOLD : bytes;
  return OK;
}

function dropClusterPacketFilter(client: Client, argv: readonly Bytes[]): Reply {
  const type = string2ll(argv[2] as Bytes);
  if (type === null) return NOT_INTEGER;
  const cluster = client.server.cluster;
  if (cluster !== null) cluster.dropPacketFilter = Number(type);
  return OK;
}

/** DEBUG CLUSTERLINK KILL to|from|all node-id */
function clusterLink(client: Client, argv: readonly Bytes[]): Reply {
  if (!isWord(argv[2], 'kill')) return wrongSubcommand(argv);
  return debugKillLinks(client.server, argv[3] as Bytes, argv[4] as Bytes);
}

function pauseCron(client: Client, argv: readonly Bytes[]): Reply {
  client.server.cronPaused = Number.parseInt(argv[2] as Bytes, 10) !== 0;
  return OK;
}

function setDisableDenyScripts(client: Client, argv: readonly Bytes[]): Reply {
  client.server.scripting.disableDeny = Number.parseInt(argv[2] as Bytes, 10) !== 0;
  return OK;
}

/** [subcommand]: number of arguments with DEBUG and subcommand, and what it does. */
const SUBCOMMANDS: Readonly<Record<string, readonly [min: number, max: number, run: Sub]>> = {
  sleep: [3, 3, sleep],
  segfault: [2, 2, crash],
  panic: [2, 2, crash],
  oom: [2, 2, crash],
  assert: [2, 2, crash],
  object: [3, 3, objectInfo],
  sdslen: [3, 3, sdslen],
  reload: [2, 5, reload],
  loadaof: [2, 2, loadaof],
  populate: [3, 5, populate],
  digest: [2, 2, (client) => new Status(digestDataset(client.server))],
  'digest-value': [
    3,
    Infinity,
    (client, argv) => argv.slice(2).map((key) => new Status(digestValue(client.db, key))),
  ],
  'set-active-expire': [3, 3, setActiveExpire],
  'set-skip-checksum-validation': [3, 3, setSkipChecksumValidation],
  'quicklist-packed-threshold': [3, 3, packedThreshold],
  'change-repl-id': [2, 2, changeReplId],
  replicate: [3, Infinity, replicate],
  protocol: [3, 3, (client, argv) => protocolExample(client, argv[2] as Bytes)],
  error: [3, 3, (_client, argv) => new ErrorReply(argv[2] as Bytes)],
  log: [
    3,
    3,
    (client, argv) => {
      client.server.io.log('warning', `DEBUG LOG: ${argv[2]}`);
      return OK;
    },
  ],
  htstats: [3, 3, htstats],
  'htstats-key': [3, 3, htstatsKey],
  replybuffer: [4, 4, replyBuffer],
  clusterlink: [5, 5, clusterLink],
  'drop-cluster-packet-filter': [3, 3, dropClusterPacketFilter],
  'pause-cron': [3, 3, pauseCron],
  listpack: [3, 3, () => new Status('Listpack structure printed on stdout')],
  'set-disable-deny-scripts': [3, 3, setDisableDenyScripts],
  'aof-flush-sleep': [
    3,
    3,
    (client, argv) => {
      client.server.aof.flushSleepMicros = Math.max(0, Number(argv[2]) || 0);
      return OK;
    },
  ],
  'config-rewrite-force-all': [
    2,
    2,
    (client) => {
      if (client.server.configFile === '') return new ErrorReply('ERR CONFIG-REWRITE-FORCE-ALL failed');
      rewriteConfigFile(client.server, true);
      return OK;
    },
  ],
  structsize: [
    2,
    2,
    () => new Status('bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17'),
  ],
};

function debug(client: Client, argv: readonly Bytes[]): Reply | undefined {
  if (isWord(argv[1], 'help') && argv.length === 2) return help();
  const entry = SUBCOMMANDS[(argv[1] as Bytes).toLowerCase()];
  if (entry === undefined || argv.length < entry[0] || argv.length > entry[1]) {
    return wrongSubcommand(argv);
  }
  return entry[2](client, argv);
}

function wrongSubcommand(argv: readonly Bytes[]): ErrorReply {
  return new ErrorReply(
    `ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try DEBUG HELP.`,
  );
}

function help(): Reply {
  const lines = ['DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:'];
  for (const name of Object.keys(SUBCOMMANDS).sort()) lines.push(name.toUpperCase());
  return lines.map((line) => new Status(line));
}

export const debugCommands: CommandProcs = { debug };
