/* Who owns what and who is well: read either as the truth or as one server believes it.
 *
 * The truth is what an onlooker outside the cluster can say, from each process's own state. A lens
 * is one server's node table and nothing else. The stage draws one or the other, never a mixture. */

import type { Frame, NodeView, ProcessState, ServerFrame } from '#sim/frame.ts';
import { SLOT_COUNT } from './geometry.ts';

/** What is said about one server. */
export interface Belief {
  name: string;
  role: 'master' | 'replica';
  /** Name of its master. */
  masterName: string | null;
  slots: [number, number][];
  configEpoch: number;
  health: 'ok' | 'pfail' | 'fail' | 'unknown';
  /** Only the truth knows whether a process lives; a lens believes in what it hears. */
  state: ProcessState;
  /** False for a server the lens has never heard of. */
  known: boolean;
}

/** How many servers hold one server for suspect (PFAIL) or failed (FAIL). */
export interface Opinion {
  pfail: number;
  fail: number;
  observers: number;
}

export function slotTotal(ranges: readonly (readonly [number, number])[]): number {
  let total = 0;
  for (const [first, last] of ranges) total += last - first + 1;
  return total;
}

/** Which server really serves each slot: index into `servers`, or -1. Two servers may claim a slot
 *  (an old master that has just come back): the greater configEpoch holds it, as every node that
 *  hears both will decide; a process that is down holds a slot only while nobody alive claims it. */
export function ownerBySlot(servers: readonly ServerFrame[]): Int16Array {
  const claims = servers
    .map((server, at) => ({ server, at }))
    .filter(({ server }) => server.role === 'master' && server.slots.length > 0)
    .sort((p, q) => rank(p.server) - rank(q.server) || q.at - p.at);
  // The weakest claim is painted first, so that stronger ones cover it.
  const owners = new Int16Array(SLOT_COUNT).fill(-1);
  for (const { server, at } of claims) {
    for (const [first, last] of server.slots) owners.fill(at, first, last + 1);
  }
  return owners;
}

function rank(server: ServerFrame): number {
  return (server.state === 'down' ? 0 : 1e15) + server.configEpoch;
}

/** The slots each server really serves, as ranges; servers without any are left out. */
export function trueOwners(servers: readonly ServerFrame[]): Map<string, [number, number][]> {
  const owners = ownerBySlot(servers);
  const out = new Map<string, [number, number][]>();
  let first = 0;
  for (let slot = 1; slot <= SLOT_COUNT; slot++) {
    const owner = owners[first];
    if (slot < SLOT_COUNT && owners[slot] === owner) continue;
    const name = owner === undefined ? undefined : servers[owner]?.name;
    if (name !== undefined) {
      const ranges = out.get(name);
      if (ranges) ranges.push([first, slot - 1]);
      else out.set(name, [[first, slot - 1]]);
    }
    first = slot;
  }
  return out;
}

/** Health in a server's flags, as CLUSTER NODES prints them. */
export function healthOf(flags: readonly string[]): Belief['health'] {
  if (flags.includes('fail')) return 'fail';
  if (flags.includes('fail?')) return 'pfail';
  return flags.includes('handshake') || flags.includes('noaddr') ? 'unknown' : 'ok';
}

/** What the truth says of every server. A process that is down says nothing of itself; its role is
 *  then what a living server remembers of it. */
export function truth(frame: Frame): Map<string, Belief> {
  const owners = trueOwners(frame.servers);
  const memory = frame.servers.some((server) => server.state === 'down') ? remembered(frame) : null;
  const out = new Map<string, Belief>();
  for (const server of frame.servers) {
    const known = server.state === 'down' ? memory?.get(server.name) : undefined;
    if (known) {
      out.set(server.name, { ...known, slots: owners.get(server.name) ?? [], health: 'ok', state: 'down' });
      continue;
    }
    out.set(server.name, {
      name: server.name,
      role: server.role,
      masterName: server.role === 'replica' ? server.masterName : null,
      slots: owners.get(server.name) ?? [],
      configEpoch: server.configEpoch,
      health: 'ok',
      state: server.state,
      known: true,
    });
  }
  return out;
}

/** The view of the living server with the greatest epoch. */
function remembered(frame: Frame): Map<string, Belief> | null {
  const witnesses = frame.servers.filter((server) => server.view !== null && server.state === 'running');
  const [witness] = witnesses.sort((p, q) => q.currentEpoch - p.currentEpoch);
  return witness ? beliefsOf(frame, witness.name) : null;
}

/** What `lens` believes of every server; null when its view is not in this frame. */
export function beliefsOf(frame: Frame, lens: string): Map<string, Belief> | null {
  const view = frame.servers.find((server) => server.name === lens)?.view;
  if (!view) return null;
  const nameOf = new Map<string, string>();
  for (const node of view) if (node.name) nameOf.set(node.id, node.name);
  const out = new Map<string, Belief>();
  for (const server of frame.servers) out.set(server.name, stranger(server.name));
  for (const node of view) if (node.name) out.set(node.name, believe(node, nameOf));
  return out;
}

function stranger(name: string): Belief {
  return {
    name,
    role: 'master',
    masterName: null,
    slots: [],
    configEpoch: 0,
    health: 'unknown',
    state: 'running',
    known: false,
  };
}

function believe(node: NodeView, nameOf: ReadonlyMap<string, string>): Belief {
  const replica = node.flags.includes('slave');
  return {
    name: node.name ?? node.id,
    role: replica ? 'replica' : 'master',
    masterName: (node.masterId && nameOf.get(node.masterId)) || null,
    slots: node.slots,
    configEpoch: node.configEpoch,
    health: healthOf(node.flags),
    state: 'running',
    known: true,
  };
}

/** Everybody's opinion of everybody, counted over the views that are in this frame. A process that
 *  is down has no opinion. */
export function opinions(frame: Frame): Map<string, Opinion> {
  const out = new Map<string, Opinion>();
  for (const observer of frame.servers) {
    if (!observer.view || observer.state === 'down') continue;
    for (const node of observer.view) {
      if (!node.name || node.name === observer.name) continue;
      const opinion = out.get(node.name) ?? { pfail: 0, fail: 0, observers: 0 };
      const health = healthOf(node.flags);
      opinion.observers++;
      if (health === 'pfail') opinion.pfail++;
      if (health === 'fail') opinion.fail++;
      out.set(node.name, opinion);
    }
  }
  return out;
}
