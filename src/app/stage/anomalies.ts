/* What is not as it should be, worst first. A large cluster is mostly healthy; what the reader must
 * see is the one server that is not. The same list heads the table view. */

import type { Frame, ServerFrame } from '#sim/frame.ts';
import { cutLinks } from '#sim/link-frames.ts';
import type { Opinion } from './beliefs.ts';
import { isElecting } from './node-marks.ts';

export interface Anomaly {
  kind:
    | 'uncovered'
    | 'clusterdown'
    | 'down'
    | 'fail'
    | 'pfail'
    | 'paused'
    | 'loading'
    | 'election'
    | 'manual-failover'
    | 'replica-link'
    | 'links'
    | 'migrating';
  /** Servers concerned, first the one to look at; empty for what concerns all. */
  names: string[];
  /** A number that belongs to it: slots, opinions, votes, links. */
  count: number;
}

const SEVERITY: Readonly<Record<Anomaly['kind'], number>> = {
  uncovered: 0,
  fail: 1,
  down: 2,
  clusterdown: 3,
  election: 4,
  'manual-failover': 5,
  pfail: 6,
  paused: 7,
  loading: 8,
  'replica-link': 9,
  links: 10,
  migrating: 11,
};

export function anomaliesOf(
  frame: Frame,
  said: ReadonlyMap<string, Opinion>,
  arcs: readonly { owner: string | null; first: number; last: number }[],
): Anomaly[] {
  const out: Anomaly[] = [];
  const anyOwned = arcs.some((arc) => arc.owner !== null);
  const uncovered = arcs.reduce((sum, arc) => sum + (arc.owner === null ? arc.last - arc.first + 1 : 0), 0);
  if (anyOwned && uncovered > 0) out.push({ kind: 'uncovered', names: [], count: uncovered });
  const failing = frame.servers.filter(
    (server) => server.clusterEnabled && server.state === 'running' && server.clusterState === 'fail',
  );
  if (anyOwned && failing.length > 0) {
    out.push({ kind: 'clusterdown', names: failing.map((server) => server.name), count: failing.length });
  }
  for (const server of frame.servers) out.push(...ofServer(server, frame, said.get(server.name)));
  const broken = cutLinks(frame);
  for (const { from, cut, loss } of frame.links)
    if (!cut && loss > 0) broken.set(from, (broken.get(from) ?? 0) + 1);
  const count = [...broken.values()].reduce((sum, own) => sum + own, 0);
  if (count > 0) out.push({ kind: 'links', names: [...broken.keys()], count });
  return out.sort((p, q) => SEVERITY[p.kind] - SEVERITY[q.kind]);
}

function ofServer(server: ServerFrame, frame: Frame, opinion: Opinion | undefined): Anomaly[] {
  const out: Anomaly[] = [];
  const add = (kind: Anomaly['kind'], count = 1) => out.push({ kind, names: [server.name], count });
  if (server.state === 'down') add('down');
  else if (server.state !== 'running') add(server.state);
  if (opinion && opinion.fail > 0) add('fail', opinion.fail);
  else if (opinion && opinion.pfail > 0) add('pfail', opinion.pfail);
  if (server.state === 'down') return out;
  if (isElecting(server, frame.wallMs)) add('election', server.election?.votes ?? 0);
  if (server.manualFailoverEndMs > 0) add('manual-failover');
  const { linkState } = server.replication;
  if (server.role === 'replica' && linkState !== 'connected') add('replica-link');
  if (server.migrating.length > 0) add('migrating', server.migrating.length);
  return out;
}
