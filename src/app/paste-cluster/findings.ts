/* What is wrong with a pasted cluster, worst first, and which lesson explains it. Only what the text itself
 * proves is said; what it does not tell (epochs, in the output of a check) is not guessed. */

import type { PastedCluster } from './parse.ts';
import type { PastedNode } from './pasted-node.ts';

export type FindingKind =
  | 'no-majority'
  | 'uncovered'
  | 'state-fail'
  | 'fail'
  | 'overlap'
  | 'pfail'
  | 'open'
  | 'half-open'
  | 'epochs'
  | 'disagree'
  | 'no-replica'
  | 'lost-replica'
  | 'handshake'
  | 'noaddr'
  | 'link'
  | 'same-host'
  | 'few-masters'
  | 'no-slots';

export interface Finding {
  kind: FindingKind;
  /** Addresses of the nodes concerned. */
  nodes: string[];
  /** A number or a list of slots that belongs to it. */
  detail: string;
  /** Id of the lesson that explains it. */
  lesson: string;
}

const LESSONS: Readonly<Record<FindingKind, string>> = {
  'no-majority': '13-partitions-and-lost-writes',
  uncovered: '19-repair-shop',
  'state-fail': '19-repair-shop',
  fail: '10-pfail-and-fail',
  overlap: '11-election-and-epochs',
  pfail: '10-pfail-and-fail',
  open: '06-ask-and-migration',
  'half-open': '19-repair-shop',
  epochs: '11-election-and-epochs',
  disagree: '04-gossip-and-the-bus',
  'no-replica': '09-replicas-at-work',
  'lost-replica': '08-replication',
  handshake: '04-gossip-and-the-bus',
  noaddr: '04-gossip-and-the-bus',
  link: '04-gossip-and-the-bus',
  'same-host': '20-production',
  'few-masters': '20-production',
  'no-slots': '07-scale-out-and-in',
};

const SLOT_COUNT = 16384;

export const addressOf = ({ ip, port, id }: PastedNode): string =>
  ip === '' || port === 0 ? `${id.slice(0, 8)}…` : `${ip}:${port}`;
export const isMaster = ({ flags }: PastedNode): boolean => flags.includes('master');
export const hasFailed = ({ flags }: PastedNode): boolean => flags.includes('fail');

/** Everything that is wrong. */
export function findingsOf(cluster: PastedCluster): Finding[] {
  const { nodes, info } = cluster;
  if (nodes.length === 0 && info.get('cluster_state') === undefined) return [];
  const out: Finding[] = [];
  const add = (
    kind: FindingKind,
    which: readonly PastedNode[],
    detail: string | number = which.length,
  ): void => {
    out.push({ kind, nodes: which.map(addressOf), detail: String(detail), lesson: LESSONS[kind] });
  };
  const all = (kind: FindingKind, holds: (node: PastedNode) => boolean): void => {
    const which = nodes.filter(holds);
    if (which.length > 0) add(kind, which);
  };
  const voters = nodes.filter((node) => isMaster(node) && node.slots.length > 0);
  const lost = voters.filter((node) => hasFailed(node) || node.flags.includes('fail?'));
  if (voters.length > 0 && lost.length * 2 >= voters.length)
    add('no-majority', lost, `${lost.length}/${voters.length}`);
  findSlots(cluster, voters, add);
  if (info.get('cluster_state') === 'fail') add('state-fail', []);
  all('fail', hasFailed);
  all('pfail', (node) => node.flags.includes('fail?') && !hasFailed(node));
  findOpen(nodes, add);
  findEpochs(nodes, add);
  const disagree = nodes.filter(({ id }) => cluster.disagree.includes(id));
  if (disagree.length > 0) add('disagree', disagree);
  findReplicas(nodes, voters, add);
  all('handshake', ({ flags }) => flags.includes('handshake'));
  all('noaddr', ({ flags }) => flags.includes('noaddr'));
  all('link', (node) => !node.connected && !/fail|noaddr|handshake|myself/.test(node.flags.join()));
  if (voters.length > 0 && voters.length < 3) add('few-masters', voters);
  all(
    'no-slots',
    (node) => isMaster(node) && node.slots.length === 0 && !/noaddr|handshake|fail/.test(node.flags.join()),
  );
  return out;
}

type Add = (kind: FindingKind, which: readonly PastedNode[], detail?: string | number) => void;

function findSlots({ info }: PastedCluster, voters: readonly PastedNode[], add: Add): void {
  const claims = new Uint8Array(SLOT_COUNT);
  for (const node of voters)
    for (const [first, last] of node.slots)
      for (let slot = first; slot <= last; slot++) claims[slot] = Math.min(2, (claims[slot] ?? 0) + 1);
  const assigned = Number(info.get('cluster_slots_assigned') ?? SLOT_COUNT);
  if (voters.length > 0) {
    const ranges = rangesWhere((slot) => claims[slot] === 0);
    if (ranges !== '') add('uncovered', [], ranges);
    const twice = rangesWhere((slot) => claims[slot] === 2);
    const rivals = voters.filter(({ slots }) =>
      slots.some(([a, b]) => claims.subarray(a, b + 1).includes(2)),
    );
    if (twice !== '') add('overlap', rivals, twice);
  } else if (assigned < SLOT_COUNT) {
    add('uncovered', [], `${SLOT_COUNT - assigned} × ?`);
  }
}

/** "0-5460, 7000", at most five ranges. */
function rangesWhere(holds: (slot: number) => boolean): string {
  const ranges: string[] = [];
  for (let first = 0; first < SLOT_COUNT; first++) {
    if (!holds(first)) continue;
    let last = first;
    while (last + 1 < SLOT_COUNT && holds(last + 1)) last++;
    ranges.push(first === last ? String(first) : `${first}-${last}`);
    first = last;
  }
  return ranges.length > 5 ? `${ranges.slice(0, 5).join(', ')} …` : ranges.join(', ');
}

/** A slot under way is open on both sides; on one side alone it was left behind. A node's own line tells
 *  of its own open slots only, so one side is proof only where both were looked at (a check does). */
function findOpen(nodes: readonly PastedNode[], add: Add): void {
  const givers = new Set(nodes.flatMap(({ migrating }) => migrating.map(({ slot }) => slot)));
  const takers = new Set(nodes.flatMap(({ importing }) => importing.map(({ slot }) => slot)));
  const open = nodes.filter(({ migrating, importing }) => migrating.length + importing.length > 0);
  if (open.length === 0) return;
  const slots = [...new Set([...givers, ...takers])].sort((one, other) => one - other);
  const byCheck = nodes.every(({ configEpoch }) => configEpoch === null);
  const half = byCheck ? slots.filter((slot) => givers.has(slot) !== takers.has(slot)) : [];
  const list = (of: readonly number[]): string => of.slice(0, 8).join(', ') + (of.length > 8 ? ' …' : '');
  if (half.length > 0) add('half-open', open, list(half));
  if (half.length < slots.length) add('open', open, list(slots.filter((slot) => !half.includes(slot))));
}

function findEpochs(nodes: readonly PastedNode[], add: Add): void {
  const byEpoch = new Map<number, PastedNode[]>();
  for (const node of nodes) {
    if (!isMaster(node) || node.slots.length === 0 || node.configEpoch === null) continue;
    byEpoch.set(node.configEpoch, [...(byEpoch.get(node.configEpoch) ?? []), node]);
  }
  for (const [epoch, which] of byEpoch) if (which.length > 1) add('epochs', which, epoch);
}

function findReplicas(nodes: readonly PastedNode[], voters: readonly PastedNode[], add: Add): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const replicas = nodes.filter((node) => node.flags.includes('slave'));
  const healthy = new Set(replicas.filter((node) => !hasFailed(node)).map(({ masterId }) => masterId));
  const bare = voters.filter((node) => !hasFailed(node) && !healthy.has(node.id));
  if (bare.length > 0) add('no-replica', bare);
  const orphans = replicas.filter(({ masterId }) => {
    const master = masterId === null ? undefined : byId.get(masterId);
    return !master || !isMaster(master);
  });
  if (orphans.length > 0) add('lost-replica', orphans);
  if (new Set(nodes.map(({ ip }) => ip)).size < 2) return;
  const together = replicas.filter(({ masterId, ip }) => masterId !== null && byId.get(masterId)?.ip === ip);
  if (together.length > 0) add('same-host', together);
}
