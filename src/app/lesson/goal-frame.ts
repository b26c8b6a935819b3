/* A frame that shows a recorded goal, or what there is now, with nothing but roles, states, slots and counts
 * of keys: what both pictures can be compared by. */

import type { GoalServer } from '#lesson/types.ts';
import type { Frame, ServerFrame } from '#sim/frame.ts';

/** The frame for the goal picture; without a goal, of how things stand. Servers that the goal does not
 *  know are left out, as are those that are no longer there. */
export function goalFrame(frame: Frame, goal: readonly GoalServer[] | null): Frame {
  const wanted = goal && new Map(goal.map((server) => [server.name, server]));
  const servers = frame.servers.flatMap((server): ServerFrame[] => {
    const target = wanted?.get(server.name);
    if (wanted && !target) return [];
    return [plain(server, target ?? null)];
  });
  return { ...frame, servers, links: [], packets: [], events: [], consoles: [], clients: [] };
}

function plain(server: ServerFrame, target: GoalServer | null): ServerFrame {
  const { role, state, master, slots, keys } = target ?? {
    role: server.role,
    state: server.state,
    master: server.masterName,
    slots: server.slots,
    keys: server.keys,
  };
  return {
    ...server,
    role,
    state,
    masterName: master,
    // How far a replica is behind is nothing to compare: it tells no offsets, and in the goal it copies.
    replication: { ...server.replication, replid: '', ...(target && { linkState: 'connected' }) },
    slots: slots as [number, number][],
    keys,
    clusterState: target ? 'ok' : server.clusterState,
    migrating: target ? [] : server.migrating,
    importing: target ? [] : server.importing,
    view: null,
    election: null,
    manualFailoverEndMs: 0,
  };
}
