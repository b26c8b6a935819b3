/* Small frames made by hand, for tests of geometry and arithmetic only. What a cluster really does is
 * tested with frames recorded from the simulation (test/scenes). */

import { emptyFrame, emptyServer } from '#sim/empty-frame.ts';
import type { Frame, NodeView, PacketFrame, ServerFrame } from '#sim/frame.ts';

const SLOTS = 16384;

function viewOf(servers: readonly ServerFrame[]): NodeView[] {
  return servers.map((server) => ({
    id: server.nodeId,
    name: server.name,
    ip: server.ip,
    port: server.port,
    cport: server.port + 10000,
    hostname: '',
    flags: [server.role === 'master' ? 'master' : 'slave'],
    masterId: servers.find((other) => other.name === server.masterName)?.nodeId ?? null,
    pingSentMs: 0,
    pongReceivedMs: 0,
    configEpoch: server.configEpoch,
    connected: true,
    slots: server.slots,
    failReports: 0,
    replOffset: 0,
  }));
}

export function serverFrame(port: number, change: Partial<ServerFrame> = {}): ServerFrame {
  return {
    ...emptyServer(String(port), '127.0.0.1', port),
    state: 'running',
    clusterEnabled: true,
    nodeId: String(port).padStart(40, '0'),
    clusterState: 'ok',
    currentEpoch: 3,
    configEpoch: 1,
    usedMemory: 1_000_000,
    maxMemory: 0,
    nodeTimeoutMs: 5000,
    ...change,
  };
}

/** A healthy formed cluster: masters first, replica i+masters follows master i. */
export function clusterFrame(masters: number, replicasPerMaster = 1, spares = 0): Frame {
  const servers: ServerFrame[] = [];
  for (let at = 0; at < masters; at++) {
    const first = Math.round((at * SLOTS) / masters);
    const last = Math.round(((at + 1) * SLOTS) / masters) - 1;
    servers.push(serverFrame(7000 + at, { slots: [[first, last]], configEpoch: at + 1 }));
  }
  for (let at = 0; at < masters * replicasPerMaster; at++) {
    const master = servers[at % masters];
    servers.push(
      serverFrame(7000 + masters + at, {
        role: 'replica',
        masterName: master?.name ?? null,
        configEpoch: master?.configEpoch ?? 0,
        replication: { ...serverFrame(0).replication, linkState: 'connected' },
      }),
    );
  }
  for (let at = 0; at < spares; at++) servers.push(serverFrame(8000 + at));
  if (servers.length <= 30) for (const server of servers) server.view = viewOf(servers);
  return frameOf(servers);
}

export function frameOf(servers: ServerFrame[], change: Partial<Frame> = {}): Frame {
  return { ...emptyFrame(servers), now: 1_000_000, wallMs: 1_767_225_601_000, branch: 'main', ...change };
}

export function packet(id: number, change: Partial<PacketFrame> = {}): PacketFrame {
  return {
    id,
    from: '7000',
    to: '7001',
    kind: 'bus',
    label: 'ping',
    bytes: 2256,
    sentAt: 980_000,
    deliverAt: 1_020_000,
    lost: false,
    ...change,
  };
}
