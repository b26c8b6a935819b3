/* Frames of nothing: what a server, a ledger and a world look like before anything is known of them. Who
 * fills in what it knows has no other field made up. */

import type { Frame, LedgerFrame, ServerFrame } from './frame.ts';

/** A server of which only the address is known: it is down, outside cluster mode, and holds nothing. */
export function emptyServer(name: string, ip: string, port: number): ServerFrame {
  return {
    name,
    ip,
    port,
    state: 'down',
    clusterEnabled: false,
    nodeId: '',
    role: 'master',
    masterName: null,
    clusterState: 'fail',
    currentEpoch: 0,
    configEpoch: 0,
    lastVoteEpoch: 0,
    slots: [],
    migrating: [],
    importing: [],
    keys: 0,
    usedMemory: 0,
    maxMemory: 0,
    opsPerSecond: 0,
    nodeTimeoutMs: 0,
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
  };
}

/** Nothing was written, so nothing is lost. */
export function emptyLedger(): LedgerFrame {
  return { acked: 0, lost: 0, staleReads: 0, dualOwnerMs: 0, lockOverlapMs: 0, outageMs: 0, recent: [] };
}

/** A world with these servers in which nothing happens. */
export function emptyFrame(servers: ServerFrame[]): Frame {
  return {
    now: 0,
    wallMs: 0,
    hash: '',
    branch: '',
    inputs: 0,
    servers,
    links: [],
    wall: null,
    packets: [],
    events: [],
    eventsReset: false,
    consoles: [],
    clients: [],
    ledger: emptyLedger(),
    halted: null,
    stoppedBy: null,
  };
}
