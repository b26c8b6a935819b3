/* A frame made from pasted text, so that the stage can draw a cluster that does not run here. What the text
 * does not tell (keys, offsets, messages) is empty: nothing on the picture is made up. */

import { emptyFrame, emptyServer } from '#sim/empty-frame.ts';
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
  return { ...emptyFrame(servers), branch: 'pasted' };
}

function viewOf(node: PastedNode, name: string | null): NodeView {
  return { ...node, name, configEpoch: node.configEpoch ?? 0, failReports: 0, replOffset: 0 };
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
  const server = emptyServer(names.get(node.id) ?? node.id, node.ip, node.port);
  return {
    ...server,
    state: hasFailed(node) ? 'down' : 'running',
    clusterEnabled: true,
    nodeId: node.id,
    role: master ? 'master' : 'replica',
    masterName: (node.masterId !== null && names.get(node.masterId)) || null,
    clusterState: clusterFailed ? 'fail' : 'ok',
    currentEpoch,
    configEpoch: node.configEpoch ?? 0,
    slots: master ? node.slots : [],
    migrating: known(node.migrating),
    importing: known(node.importing),
    replication: { ...server.replication, linkState: master ? 'none' : 'connected' },
  };
}
