/* Small frames made by hand, for tests of geometry and arithmetic only. What a cluster really does is
 * tested with frames recorded from the simulation (test/scenes). */

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
    name: String(port),
    ip: '127.0.0.1',
    port,
    state: 'running',
    clusterEnabled: true,
    nodeId: String(port).padStart(40, '0'),
    role: 'master',
    masterName: null,
    clusterState: 'ok',
    currentEpoch: 3,
    configEpoch: 1,
    lastVoteEpoch: 0,
    slots: [],
    migrating: [],
    importing: [],
    keys: 0,
    usedMemory: 1_000_000,
    opsPerSecond: 0,
    nodeTimeoutMs: 5000,
    view: null,
    replication: {
      replid: '',
      replid2: '',
      offset: 0,
      masterHost: null,
      masterPort: null,
      linkState: 'none',
      replicas: [],
      backlog: null,
    },
    election: null,
    manualFailoverEndMs: 0,
    configDiff: [],
    log: [],
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
  return {
    now: 1_000_000,
    wallMs: 1_767_225_601_000,
    hash: '',
    branch: 'main',
    inputs: 0,
    servers,
    links: [],
    packets: [],
    events: [],
    eventsReset: false,
    consoles: [],
    clients: [],
    ledger: { acked: 0, lost: 0, staleReads: 0, dualOwnerMs: 0, lockOverlapMs: 0, outageMs: 0, recent: [] },
    halted: null,
    stoppedBy: null,
    ...change,
  };
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
