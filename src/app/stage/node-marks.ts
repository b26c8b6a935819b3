/* One server on the stage: its shape, its colour, its badge, its numbers.
 *
 * Role by shape (circle = master, rounded square = replica, dashed = a master without slots), shard by
 * colour and letter, health by a glyph with a status colour, a dead process by a hollow and struck
 * mark. In the truth the badge counts opinions; through a lens it is that server's own opinion. */

import type { Frame, ServerFrame } from '#sim/frame.ts';
import type { Selection } from '#app/state/selection.ts';
import { slotTotal, type Belief, type Opinion } from './beliefs.ts';
import type { Density, Layout } from './layout.ts';
import { shardLetter, shardPattern, shardTone, type Pattern, type Tone } from './palette.ts';

export interface Badge {
  glyph: '?' | '!!' | '‖' | '…' | '×';
  tone: Tone;
  /** How many say so, of how many that were asked; absent when it is a fact or one opinion. */
  count?: { said: number; of: number };
}

export interface ElectionMark {
  /** Milliseconds until the request for votes leaves; 0 once it has. */
  waitMs: number;
  /** The wait as a share of the second that a typical delay lasts, 0..1. */
  share: number;
  sent: boolean;
  votes: number;
  needed: number;
  rank: number;
  epoch: number;
}

/** Address translation: the addresses on both sides of the wall. */
export interface Translation {
  outside: string;
  inside: string;
  /** Another server believes it to be elsewhere: it knows the address inside, or one of earlier. */
  unknown: boolean;
}

export interface NodeMark {
  name: string;
  x: number;
  y: number;
  radius: number;
  shape: 'circle' | 'square';
  /** A master without slots. */
  hollow: boolean;
  /** Keys of a server that runs without cluster mode, and so has no slots to tell of; null of others. */
  keys: number | null;
  /** The process is down (truth only). */
  struck: boolean;
  dim: boolean;
  tone: Tone;
  pattern: Pattern;
  letter: string;
  role: 'master' | 'replica';
  slots: number;
  configEpoch: number;
  /** Bytes of the stream that a replica has not acknowledged; null where nobody can tell. */
  lagBytes: number | null;
  health: Belief['health'];
  state: ServerFrame['state'];
  known: boolean;
  badge: Badge | null;
  election: ElectionMark | null;
  translation: Translation | null;
  /** True while a manual failover pauses clients or is under way. */
  manualFailover: boolean;
  clusterFail: boolean;
  selected: boolean;
  /** The selection is something else, but about this server. */
  related: boolean;
  isLens: boolean;
  /** Labels are drawn for everybody on a small stage and for what is unusual on a large one. */
  labelled: boolean;
}

interface NodeContext {
  frame: Frame;
  layout: Layout;
  beliefs: ReadonlyMap<string, Belief>;
  lens: string | null;
  opinion: Opinion | undefined;
  selection: Selection | null;
  about: ReadonlySet<string>;
}

/** All servers of a small world share it: then the port says everything. */
const LOOPBACK = '127.0.0.1';
/** An election delay is 500 ms, up to 500 ms more by chance, and 1,000 ms for each rank. */
const TYPICAL_DELAY_MS = 1000;

export function nodeMark(server: ServerFrame, context: NodeContext): NodeMark {
  const { layout, lens, selection } = context;
  const seat = layout.seats.get(server.name);
  const belief = context.beliefs.get(server.name);
  const role = belief?.role ?? server.role;
  const shard = seat?.shard ?? -1;
  const slots = slotTotal(belief?.slots ?? []);
  const struck = lens === null && server.state === 'down';
  const badge = badgeOf(server, context, belief);
  const election = lens === null || lens === server.name ? electionOf(server, context.frame.wallMs) : null;
  const lone = server.state === 'running' && !server.clusterEnabled;
  const selected = selection?.kind === 'server' && selection.name === server.name;
  return {
    name: server.name,
    x: seat?.x ?? 0,
    y: seat?.y ?? 0,
    radius: seat?.radius ?? 0,
    shape: role === 'master' ? 'circle' : 'square',
    hollow: role === 'master' && slots === 0 && !lone,
    keys: lone ? server.keys : null,
    struck,
    dim: struck || belief?.known === false,
    tone: shard < 0 ? 'muted' : shardTone(shard),
    pattern: shard < 0 ? 'plain' : shardPattern(shard),
    letter: shard < 0 ? '' : shardLetter(shard),
    role,
    slots,
    configEpoch: belief?.configEpoch ?? 0,
    lagBytes: role === 'replica' && lens === null ? lagOf(server, context.frame) : null,
    health: belief?.health ?? 'unknown',
    state: lens === null ? server.state : 'running',
    known: belief?.known ?? false,
    badge,
    election,
    translation: layout.density === 'heat' ? null : translationOf(server, context.frame),
    manualFailover: lens === null && server.manualFailoverEndMs > 0,
    clusterFail:
      lens === null && server.clusterEnabled && server.state === 'running' && server.clusterState === 'fail',
    selected,
    related: !selected && context.about.has(server.name),
    isLens: lens === server.name,
    labelled: isLabelled(layout.density, selected || badge !== null || election !== null),
  };
}

function isLabelled(density: Density, unusual: boolean): boolean {
  return density === 'all' || unusual;
}

function badgeOf(
  server: ServerFrame,
  { lens, opinion }: NodeContext,
  belief: Belief | undefined,
): Badge | null {
  if (lens !== null) {
    if (belief?.health === 'fail') return { glyph: '!!', tone: 'fail' };
    if (belief?.health === 'pfail') return { glyph: '?', tone: 'pfail' };
    return null;
  }
  if (opinion && opinion.fail > 0) {
    return { glyph: '!!', tone: 'fail', count: { said: opinion.fail, of: opinion.observers } };
  }
  if (opinion && opinion.pfail > 0) {
    return { glyph: '?', tone: 'pfail', count: { said: opinion.pfail, of: opinion.observers } };
  }
  if (server.state === 'down') return { glyph: '×', tone: 'fail' };
  if (server.state === 'paused') return { glyph: '‖', tone: 'pfail' };
  if (server.state === 'loading') return { glyph: '…', tone: 'pfail' };
  return null;
}

/** True from the moment an election is scheduled until it is won or has timed out. A server keeps the
 *  time of its last election, so that alone does not mean that one is under way. */
export function isElecting(server: ServerFrame, wallMs: number): boolean {
  const { election } = server;
  if (!election || election.authTimeMs === 0 || server.state === 'down' || server.role === 'master')
    return false;
  return wallMs - election.authTimeMs < Math.max(2000, 2 * server.nodeTimeoutMs);
}

function electionOf(server: ServerFrame, wallMs: number): ElectionMark | null {
  const { election } = server;
  if (!election || !isElecting(server, wallMs)) return null;
  const waitMs = election.sent ? 0 : Math.max(0, election.authTimeMs - wallMs);
  return {
    waitMs,
    share: Math.min(1, waitMs / TYPICAL_DELAY_MS),
    sent: election.sent,
    votes: election.votes,
    needed: election.needed,
    rank: election.rank,
    epoch: election.epoch,
  };
}

function translationOf({ nodeId, ip, port, inside }: ServerFrame, frame: Frame): Translation | null {
  if (!inside) return null;
  const believed = frame.servers.flatMap((other) =>
    other.state !== 'running' || other.nodeId === nodeId ? [] : (other.view ?? []),
  );
  return {
    outside: ip === LOOPBACK ? `:${port}` : `${ip}:${port}`,
    inside: `${inside.ip}:${inside.port}`,
    unknown: believed.some((node) => node.id === nodeId && (node.port !== port || (node.ip || ip) !== ip)),
  };
}

function lagOf(server: ServerFrame, frame: Frame): number | null {
  const master = frame.servers.find((other) => other.name === server.masterName);
  if (!master || master.state === 'down' || server.state === 'down') return null;
  if (server.replication.linkState !== 'connected') return null;
  // A pasted cluster does not tell its offsets.
  if (server.replication.replid === '') return null;
  return Math.max(0, master.replication.offset - server.replication.offset);
}
