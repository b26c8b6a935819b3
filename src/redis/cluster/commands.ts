/* CLUSTER and its subcommands, ASKING, READONLY, READWRITE (after clusterCommand in cluster.c).
 * Slots are in slot-commands.ts, what describes the cluster to clients in shards.ts. */

import { keyHashSlot, CLUSTER_SLOTS } from '#base/crc16.ts';
import { NOT_INTEGER, SYNTAX_ERROR } from '#redis/args.ts';
import { CLIENT_ASKING, CLIENT_READONLY, type Client } from '#redis/client.ts';
import type { CommandProc, CommandProcs } from '#redis/command.ts';
import { countKeysInSlot, emptyDb, getKeysInSlot } from '#redis/db.ts';
import { help } from '#redis/help.ts';
import { ErrorReply, MapReply, OK, Status, Verbatim, type Reply } from '#redis/reply.ts';
import { replicationUnsetMaster } from '#redis/replication/link.ts';
import type { Server } from '#redis/server.ts';
import { clusterSetMaster } from './config-update.ts';
import { clusterGenNodeDescription, clusterGenNodesDescription } from './describe-nodes.ts';
import { clusterBumpConfigEpochWithoutConsensus } from './epoch.ts';
import { clusterOf, emit, nodeRef } from './events.ts';
import { clusterFailoverReplaceYourMaster } from './failover.ts';
import { clusterNodeFailureReportsCount } from './failure.ts';
import { clusterSendMFStart } from './gossip.ts';
import { linkOutputPending } from './links.ts';
import { resetManualFailover } from './manual-failover.ts';
import { CLUSTERMSG_LABELS } from './message.ts';
import {
  clusterBlacklistAddNode,
  clusterDelNode,
  clusterLookupNode,
  clusterSetNodeAsMaster,
  clusterStartHandshake,
} from './nodes.ts';
import { clusterSaveConfig } from './nodes-conf.ts';
import { clusterShards, clusterSlots } from './shards.ts';
import { slotCommands, unknownNode } from './slot-commands.ts';
import { clusterCloseAllSlots, clusterDelNodeSlots } from './slots.ts';
import {
  CLUSTER_MF_TIMEOUT_MS,
  CLUSTER_PORT_INCR,
  CLUSTER_TODO_FSYNC_CONFIG,
  CLUSTER_TODO_SAVE_CONFIG,
  CLUSTER_TODO_UPDATE_STATE,
  clusterDoBeforeSleep,
  type ClusterLink,
} from './state.ts';
import { migrateCommand } from './migrate.ts';

type Sub = (server: Server, argv: readonly string[], client: Client) => Reply;

const DISABLED = new ErrorReply('ERR This instance has cluster support disabled');
const SAVE_AND_UPDATE = CLUSTER_TODO_SAVE_CONFIG | CLUSTER_TODO_UPDATE_STATE;

const error = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

function wrongForm(name: string): ErrorReply {
  return error(`unknown subcommand or wrong number of arguments for '${name}'. Try CLUSTER HELP.`);
}

/** An integer argument as getLongLongFromObject reads it, null when it is none. */
function integer(text: string): number | null {
  return /^(0|-?[1-9]\d{0,18})$/.test(text) ? Number(text) : null;
}

function meet(server: Server, argv: readonly string[]): Reply {
  if (argv.length > 5) return wrongForm(argv[1] as string);
  const [, , ip, portText, cportText] = argv as [string, string, string, string, string | undefined];
  const port = integer(portText);
  if (port === null) return error(`Invalid TCP base port specified: ${portText}`);
  const cport = cportText === undefined ? port + CLUSTER_PORT_INCR : integer(cportText);
  if (cport === null) return error(`Invalid TCP bus port specified: ${cportText}`);
  if (clusterStartHandshake(server, ip, port, cport) === 'invalid') {
    return error(`Invalid node address specified: ${ip}:${portText}`);
  }
  return OK;
}

function info(server: Server): Reply {
  const cluster = clusterOf(server);
  const counts = { ok: 0, pfail: 0, fail: 0 };
  for (const node of cluster.nodes.list) {
    counts[node.failed ? 'fail' : node.timedOut ? 'pfail' : 'ok'] += node.numslots;
  }
  const { myself } = cluster;
  const epochOwner = myself.isSlave && myself.slaveof ? myself.slaveof : myself;
  const lines = [
    `cluster_state:${cluster.ok ? 'ok' : 'fail'}`,
    `cluster_slots_assigned:${cluster.slotsAssigned}`,
    `cluster_slots_ok:${counts.ok}`,
    `cluster_slots_pfail:${counts.pfail}`,
    `cluster_slots_fail:${counts.fail}`,
    `cluster_known_nodes:${cluster.nodes.size}`,
    `cluster_size:${cluster.size}`,
    `cluster_current_epoch:${cluster.currentEpoch}`,
    `cluster_my_epoch:${epochOwner.configEpoch}`,
    ...messageCounts(cluster.busMessagesSent, 'sent'),
    ...messageCounts(cluster.busMessagesReceived, 'received'),
    `total_cluster_links_buffer_limit_exceeded:${cluster.linksBufferLimitExceeded}`,
  ];
  return new Verbatim('txt', lines.map((line) => `${line}\r\n`).join(''));
}

function messageCounts(counts: readonly number[], direction: string): string[] {
  const lines = counts.flatMap((count, type) =>
    count === 0 ? [] : [`cluster_stats_messages_${CLUSTERMSG_LABELS[type]}_${direction}:${count}`],
  );
  return [...lines, `cluster_stats_messages_${direction}:${counts.reduce((sum, count) => sum + count, 0)}`];
}

function links(server: Server): Reply {
  const describe = (link: ClusterLink): Reply => {
    const pending = linkOutputPending(server, link);
    return new MapReply([
      ['direction', link.inbound ? 'from' : 'to'],
      ['node', link.node?.name ?? ''],
      ['create-time', link.ctime],
      ['events', pending > 0 || !link.connected ? 'rw' : 'r'],
      ['send-buffer-allocated', pending],
      ['send-buffer-used', pending],
    ]);
  };
  return clusterOf(server).nodes.list.flatMap((node) =>
    [node.link, node.inboundLink].filter((link) => link !== null).map(describe),
  );
}

function forget(server: Server, argv: readonly string[]): Reply {
  const cluster = clusterOf(server);
  const node = clusterLookupNode(cluster, argv[2] as string);
  if (!node) return unknownNode(argv[2] as string);
  if (node === cluster.myself) return error("I tried hard but I can't forget myself...");
  if (cluster.myself.isSlave && cluster.myself.slaveof === node) return error("Can't forget my master!");
  clusterBlacklistAddNode(server, node.name);
  emit(server, 'FORGET', nodeRef(node));
  clusterDelNode(server, node);
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

function replicate(server: Server, argv: readonly string[]): Reply {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const node = clusterLookupNode(cluster, argv[2] as string);
  if (!node) return unknownNode(argv[2] as string);
  if (node === myself) return error("Can't replicate myself");
  if (node.isSlave) return error('I can only replicate a master, not a replica.');
  if (myself.isMaster && (myself.numslots !== 0 || server.dbs[0]!.size !== 0)) {
    return error('To set a master the node must be empty and without assigned slots.');
  }
  clusterSetMaster(server, node);
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

function replicas(server: Server, argv: readonly string[]): Reply {
  const node = clusterLookupNode(clusterOf(server), argv[2] as string);
  if (!node) return unknownNode(argv[2] as string);
  if (node.isSlave) return error('The specified node is not a master');
  return node.slaves.map((replica) => clusterGenNodeDescription(server, replica));
}

function failover(server: Server, argv: readonly string[]): Reply {
  if (argv.length > 3) return wrongForm(argv[1] as string);
  const option = argv[2]?.toLowerCase();
  if (option !== undefined && option !== 'force' && option !== 'takeover') return SYNTAX_ERROR;
  const cluster = clusterOf(server);
  const { myself } = cluster;
  const master = myself.slaveof;
  if (myself.isMaster) return error('You should send CLUSTER FAILOVER to a replica');
  if (!master) return error("I'm a replica but my master is unknown to me");
  if ((master.failed || !master.link) && option === undefined) {
    return error('Master is down or failed, please use CLUSTER FAILOVER FORCE');
  }
  resetManualFailover(server);
  cluster.mfEnd = server.mstime() + CLUSTER_MF_TIMEOUT_MS;
  emit(server, 'MFSTART', { ...nodeRef(master), option: option ?? '', timeoutMs: CLUSTER_MF_TIMEOUT_MS });
  if (option === 'takeover') {
    server.io.log('warning', 'Taking over the master (user request).');
    clusterBumpConfigEpochWithoutConsensus(server);
    clusterFailoverReplaceYourMaster(server);
  } else if (option === 'force') {
    server.io.log('warning', 'Forced failover user request accepted.');
    cluster.mfCanStart = true;
  } else {
    server.io.log('warning', 'Manual failover user request accepted.');
    clusterSendMFStart(server, master);
  }
  return OK;
}

function setConfigEpoch(server: Server, argv: readonly string[]): Reply {
  const cluster = clusterOf(server);
  const epoch = integer(argv[2] as string);
  if (epoch === null) return NOT_INTEGER;
  if (epoch < 0) return error(`Invalid config epoch specified: ${epoch}`);
  if (cluster.nodes.size > 1) {
    return error('The user can assign a config epoch only when the node does not know any other node.');
  }
  if (cluster.myself.configEpoch !== 0) return error('Node config epoch is already non-zero');
  cluster.myself.configEpoch = epoch;
  server.io.log('warning', `configEpoch set to ${epoch} via CLUSTER SET-CONFIG-EPOCH`);
  cluster.currentEpoch = Math.max(cluster.currentEpoch, epoch);
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

function reset(server: Server, argv: readonly string[]): Reply {
  if (argv.length > 3) return wrongForm(argv[1] as string);
  const kind = argv[2]?.toLowerCase() ?? 'soft';
  if (kind !== 'hard' && kind !== 'soft') return SYNTAX_ERROR;
  if (clusterOf(server).myself.isMaster && server.dbs[0]!.size !== 0) {
    return error("CLUSTER RESET can't be called with master nodes containing keys");
  }
  clusterReset(server, kind === 'hard');
  return OK;
}

/** Leaves the cluster; `hard` also takes a new identity. */
function clusterReset(server: Server, hard: boolean): void {
  const cluster = clusterOf(server);
  const { myself } = cluster;
  if (myself.isSlave) {
    clusterSetNodeAsMaster(server, myself);
    replicationUnsetMaster(server);
    emptyDb(server);
  }
  clusterCloseAllSlots(cluster);
  resetManualFailover(server);
  for (const node of cluster.nodes.list) clusterDelNodeSlots(server, node);
  for (const node of [...cluster.nodes.list]) if (node !== myself) clusterDelNode(server, node);
  if (hard) {
    cluster.currentEpoch = 0;
    cluster.lastVoteEpoch = 0;
    myself.configEpoch = 0;
    server.io.log('warning', 'configEpoch set to 0 via CLUSTER RESET HARD');
    const old = myself.name;
    cluster.nodes.rename(myself, server.io.random.hex(40));
    server.io.log('notice', `Node hard reset, now I'm ${myself.name}`);
    emit(server, 'RESET', { hard, old, now: myself.name });
  } else {
    emit(server, 'RESET', { hard });
  }
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE | CLUSTER_TODO_FSYNC_CONFIG);
}

function flushSlots(server: Server): Reply {
  if (server.dbs[0]!.size !== 0) return error('DB must be empty to perform CLUSTER FLUSHSLOTS.');
  const cluster = clusterOf(server);
  clusterDelNodeSlots(server, cluster.myself);
  clusterDoBeforeSleep(cluster, SAVE_AND_UPDATE);
  return OK;
}

function bumpEpoch(server: Server): Reply {
  const bumped = clusterBumpConfigEpochWithoutConsensus(server);
  return new Status(`${bumped ? 'BUMPED' : 'STILL'} ${clusterOf(server).myself.configEpoch}`);
}

function countKeys(server: Server, argv: readonly string[]): Reply {
  const slot = integer(argv[2] as string);
  if (slot === null) return NOT_INTEGER;
  if (slot < 0 || slot >= CLUSTER_SLOTS) return error('Invalid slot');
  return countKeysInSlot(server.dbs[0]!, slot);
}

function getKeys(server: Server, argv: readonly string[]): Reply {
  const slot = integer(argv[2] as string);
  const count = integer(argv[3] as string);
  if (slot === null || count === null) return NOT_INTEGER;
  if (slot < 0 || slot >= CLUSTER_SLOTS || count < 0) return error('Invalid slot or number of keys');
  return getKeysInSlot(server.dbs[0]!, slot, count);
}

function countFailureReports(server: Server, argv: readonly string[]): Reply {
  const node = clusterLookupNode(clusterOf(server), argv[2] as string);
  return node ? clusterNodeFailureReportsCount(server, node) : unknownNode(argv[2] as string);
}

const SUBCOMMANDS: Readonly<Record<string, Sub>> = {
  ...slotCommands,
  bumpepoch: bumpEpoch,
  'count-failure-reports': countFailureReports,
  countkeysinslot: countKeys,
  failover,
  flushslots: flushSlots,
  forget,
  getkeysinslot: getKeys,
  info,
  keyslot: (_server, argv) => keyHashSlot(argv[2] as string),
  links,
  meet,
  myid: (server) => clusterOf(server).myself.name,
  nodes: (server) => new Verbatim('txt', clusterGenNodesDescription(server, 0)),
  replicas,
  replicate,
  reset,
  saveconfig: (server) => {
    clusterSaveConfig(server, true);
    return OK;
  },
  'set-config-epoch': setConfigEpoch,
  shards: clusterShards,
  slaves: replicas,
  slots: clusterSlots,
};

/** Runs a subcommand in cluster mode only. */
function inCluster(sub: Sub): CommandProc {
  return (client, argv) => (client.server.cluster === null ? DISABLED : sub(client.server, argv, client));
}

const flagCommand = (change: (client: Client) => void): CommandProc =>
  inCluster((_server, _argv, client) => {
    change(client);
    return OK;
  });

export const clusterCommands: CommandProcs = {
  ...Object.fromEntries(
    Object.entries(SUBCOMMANDS).map(([name, sub]) => [`cluster|${name}`, inCluster(sub)]),
  ),
  'cluster|help': help,
  asking: flagCommand((client) => {
    client.flags |= CLIENT_ASKING;
  }),
  readonly: flagCommand((client) => {
    client.flags |= CLIENT_READONLY;
  }),
  readwrite: flagCommand((client) => {
    client.flags &= ~CLIENT_READONLY;
  }),
  migrate: migrateCommand,
};
