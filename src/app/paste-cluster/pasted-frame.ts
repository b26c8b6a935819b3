/* A frame made from pasted text, so that the stage can draw a cluster that does not run here. What the text
 * does not tell (keys, offsets, messages) is empty: nothing on the picture is made up. */

import type { Frame, NodeView, ServerFrame } from '#sim/frame.ts';
import { hasFailed, isMaster } from './findings.ts';
import type { PastedCluster } from './parse.ts';
import type { PastedNode } from './pasted-node.ts';

export function pastedFrame(cluster: PastedCluster): Frame {
  const { nodes, info } = cluster;
  const ports = new Set(nodes.map(({ port }) => port));
  // Ports are the shorter names; where several hosts use the same ones, the address is needed.
  const nameOf = (node: PastedNode): string =>
    ports.size === nodes.length && node.port > 0
      ? String(node.port)
      : `${node.ip || node.id.slice(0, 8)}:${node.port}`;
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const views = nodes.map((node): NodeView => viewOf(node, names.get(node.id) ?? null));
  const epoch = Math.max(
    0,
    Number(info.get('cluster_current_epoch') ?? 0),
    ...nodes.map((n) => n.configEpoch ?? 0),
  );
  const servers = nodes.map((node): ServerFrame => {
    const failed = info.get('cluster_state') === 'fail';
    const server = serverOf(node, names, epoch, failed);
    // Only the node that was asked has told what it believes.
    if (node.flags.includes('myself')) server.view = views;
    return server;
  });
  return { ...EMPTY_FRAME, servers };
}

function viewOf(node: PastedNode, name: string | null): NodeView {
  const { id, ip, port, cport, hostname, flags, masterId, pingSentMs, pongReceivedMs, connected, slots } =
    node;
  const told = {
    id,
    name,
    ip,
    port,
    cport,
    hostname,
    flags,
    masterId,
    pingSentMs,
    pongReceivedMs,
    connected,
    slots,
  };
  return { ...told, configEpoch: node.configEpoch ?? 0, failReports: 0, replOffset: 0 };
}

function serverOf(
  node: PastedNode,
  names: ReadonlyMap<string, string>,
  currentEpoch: number,
  clusterFailed: boolean,
): ServerFrame {
  const known = (open: readonly { slot: number; nodeId: string | null }[]) =>
    open.map(({ slot, nodeId }) => ({ slot, nodeId: nodeId ?? '' }));
  const master = isMaster(node);
  return {
    name: names.get(node.id) ?? node.id,
    ip: node.ip,
    port: node.port,
    state: hasFailed(node) ? 'down' : 'running',
    clusterEnabled: true,
    nodeId: node.id,
    role: master ? 'master' : 'replica',
    masterName: (node.masterId !== null && names.get(node.masterId)) || null,
    clusterState: clusterFailed ? 'fail' : 'ok',
    currentEpoch,
    configEpoch: node.configEpoch ?? 0,
    lastVoteEpoch: 0,
    slots: master ? node.slots : [],
    migrating: known(node.migrating),
    importing: known(node.importing),
    keys: 0,
    usedMemory: 0,
    opsPerSecond: 0,
    nodeTimeoutMs: 0,
    view: null,
    replication: {
      replid: '',
      replid2: '',
      offset: 0,
      masterHost: null,
      masterPort: null,
      linkState: master ? 'none' : 'connected',
      replicas: [],
      backlog: null,
    },
    election: null,
    manualFailoverEndMs: 0,
    configDiff: [],
    log: [],
  };
}

const EMPTY_FRAME: Frame = {
  now: 0,
  wallMs: 0,
  hash: '',
  branch: 'pasted',
  inputs: 0,
  servers: [],
  links: [],
  packets: [],
  events: [],
  eventsReset: false,
  consoles: [],
  clients: [],
  ledger: { acked: 0, lost: 0, staleReads: 0, dualOwnerMs: 0, lockOverlapMs: 0, outageMs: 0, recent: [] },
  halted: null,
  stoppedBy: null,
};
