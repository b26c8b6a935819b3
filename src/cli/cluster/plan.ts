/* Who becomes a master, who replicates whom (the first half of clusterManagerCommandCreate, and
 * clusterManagerOptimizeAntiAffinity). Pure but for the optimizer, which draws lots. */

import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { Prng } from '#base/prng.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import { log } from './log.ts';
import { address } from './node.ts';
import type { ClusterNode, Manager } from './node.ts';

export interface PlannedMaster {
  node: ClusterNode;
  first: number;
  last: number;
}

/** Takes masters from the hosts in turn and deals the slots out to them. */
export function planMasters(
  nodes: readonly ClusterNode[],
  count: number,
): { masters: PlannedMaster[]; candidates: ClusterNode[] } {
  const byHost = new Map<string, ClusterNode[]>();
  for (const node of nodes) byHost.set(node.ip, [...(byHost.get(node.ip) ?? []), node]);
  const interleaved: ClusterNode[] = [];
  for (let turn = 0; interleaved.length < nodes.length; turn++) {
    for (const host of byHost.values()) {
      const node = host[turn];
      if (node !== undefined) interleaved.push(node);
    }
  }
  // Single precision, as in the tool: the borders of the ranges depend on it.
  const perNode = Math.fround(CLUSTER_SLOTS / Math.fround(count));
  let first = 0;
  let cursor = Math.fround(0);
  const masters = interleaved.slice(0, count).map((node, at): PlannedMaster => {
    let last = Math.floor(Math.fround(Math.fround(cursor + perNode) - 1) + 0.5);
    if (last > CLUSTER_SLOTS || at === count - 1) last = CLUSTER_SLOTS - 1;
    if (last < first) last = first;
    const range = { node, first, last };
    node.slots.fill(1, first, last + 1);
    node.dirty = true;
    first = last + 1;
    cursor = Math.fround(cursor + perNode);
    return range;
  });
  return { masters, candidates: interleaved.slice(count) };
}

/** Gives every master its replicas, preferably on another host; what is left over becomes extra
 *  replicas. Returns the lines that tell it. */
export function planReplicas(
  masters: readonly ClusterNode[],
  candidates: readonly ClusterNode[],
  replicas: number,
): string[] {
  const lines: string[] = [];
  if (candidates.length === 0) return lines;
  // Rotated by one: it often spreads better from the start.
  const [head, ...tail] = candidates;
  let free: (ClusterNode | null)[] = [...tail, head as ClusterNode];
  let available = free.length;
  const take = (master: ClusterNode): ClusterNode | null => {
    const elsewhere = free.findIndex((node) => node !== null && node.ip !== master.ip);
    if (elsewhere >= 0) {
      const node = free[elsewhere] as ClusterNode;
      free[elsewhere] = null;
      return node;
    }
    const here = free.findIndex((node) => node !== null);
    if (here < 0) return null;
    const node = free[here] as ClusterNode;
    free = free.slice(here + 1);
    return node;
  };
  for (const extra of [false, true]) {
    if (extra && available > 0) lines.push('Adding extra replicas...\n');
    for (const master of masters) {
      for (let assigned = 0; assigned < (extra ? 1 : replicas) && available > 0; assigned++) {
        const node = take(master);
        if (node === null) break;
        available--;
        node.replicate = master.name;
        node.dirty = true;
        lines.push(`Adding replica ${address(node)} to ${address(master)}\n`);
      }
    }
  }
  return lines;
}

/** 10000 for each replica on its master's host, 1 for each pair of replicas of one master that share
 *  a host; and the replicas that are badly placed. */
export function antiAffinityScore(nodes: readonly ClusterNode[]): {
  score: number;
  offending: ClusterNode[];
} {
  const groups = new Map<string, { types: string; ip: string; master: string }>();
  for (const node of nodes) {
    const master = node.replicate ?? node.name;
    const key = `${node.ip} ${master}`;
    const group = groups.get(key) ?? { types: '', ip: node.ip, master };
    group.types += node.replicate === null ? 'm' : 's';
    groups.set(key, group);
  }
  let score = 0;
  const offending: ClusterNode[] = [];
  for (const { types, ip, master } of groups.values()) {
    if (types.length < 2) continue;
    score += (types.includes('m') ? 10_000 : 1) * (types.length - 1);
    offending.push(...nodes.filter((node) => node.replicate === master && node.ip === ip));
  }
  return { score, offending };
}

/** Swaps masters of random replicas as long as that makes the placement no worse. */
export function* optimizeAntiAffinity(manager: Manager): Step<void> {
  const { nodes } = manager;
  let { score, offending } = antiAffinityScore(nodes);
  if (score === 0) return;
  yield* log(manager, 'info', '>>> Trying to optimize slaves allocation for anti-affinity\n');
  const chance = Prng.stream(yield* ops.random(2 ** 32), 'anti-affinity');
  for (let left = 500 * nodes.length; left > 0 && score > 0 && offending.length > 0; left--) {
    const first = chance.pick(offending);
    const others = nodes.filter((node) => node !== first && node.replicate !== null);
    if (others.length === 0) break;
    const second = chance.pick(others);
    swapMasters(first, second);
    const swapped = antiAffinityScore(nodes);
    if (swapped.score > score) swapMasters(first, second);
    else ({ score, offending } = swapped);
  }
  if (score === 0) yield* log(manager, 'ok', '[OK] Perfect anti-affinity obtained!\n');
  else if (score >= 10_000) {
    yield* log(manager, 'warn', '[WARNING] Some slaves are in the same host as their master\n');
  } else {
    yield* log(manager, 'warn', '[WARNING] Some slaves of the same master are in the same host\n');
  }
}

function swapMasters(a: ClusterNode, b: ClusterNode): void {
  [a.replicate, b.replicate] = [b.replicate, a.replicate];
}
