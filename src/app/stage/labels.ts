/* The words on the stage, made from the marks. Kept apart from the drawing so that tests, the table
 * view and the screen-reader tree say the same. */

import { t, type Params, type Word } from '#app/i18n/i18n.svelte.ts';
import type { ClientFrame } from '#sim/frame.ts';
import { appWord } from './app-words.ts';
import type { Anomaly } from './anomalies.ts';
import type { NodeMark, Translation } from './node-marks.ts';
import type { Tone } from './palette.ts';
import type { PacketMark } from './packets.ts';
import type { Scene } from './scene.ts';

export interface Label {
  text: string;
  tone: Tone;
}

/** The line under a server. */
export function nodeLabel(mark: NodeMark): Label {
  if (!mark.known) return { text: t('stage.unknown'), tone: 'muted' };
  if (mark.struck) return { text: t('stage.down'), tone: 'fail' };
  if (mark.state === 'paused') return { text: t('stage.paused'), tone: 'pfail' };
  if (mark.state === 'loading') return { text: t('stage.loading'), tone: 'pfail' };
  if (mark.election) return { text: electionText(mark), tone: 'focus' };
  if (mark.health === 'fail') return { text: `${roleLetter(mark)} fail`, tone: 'fail' };
  if (mark.health === 'pfail') return { text: `${roleLetter(mark)} fail?`, tone: 'pfail' };
  if (mark.clusterFail && mark.slots > 0) return { text: 'CLUSTERDOWN', tone: 'fail' };
  if (mark.role === 'replica') return { text: replicaText(mark), tone: 'muted' };
  if (mark.keys !== null) return { text: t('stage.keys', { keys: mark.keys }), tone: 'muted' };
  if (mark.hollow) return { text: t('stage.noSlots'), tone: 'muted' };
  return {
    text: t('stage.masterLabel', { slots: mark.slots, epoch: mark.configEpoch }),
    tone: 'muted',
  };
}

/** What is on its way: one slot with its keys at either end, or how many slots. */
export function movingText({ migrating, migratingMore }: Scene): string {
  const [mark] = migrating;
  const count = migrating.length + migratingMore;
  if (!mark || count !== 1) return t('stage.migrating', { count });
  if (mark.keysFrom === null || mark.keysTo === null) return t('stage.migratingOne', { slot: mark.slot });
  return t('stage.migratingKeys', { slot: mark.slot, left: mark.keysFrom, there: mark.keysTo });
}

function replicaText(mark: NodeMark): string {
  if (mark.lagBytes === null) return `${roleLetter(mark)} e${mark.configEpoch}`;
  return t('stage.lag', { bytes: bytesText(mark.lagBytes) });
}

function electionText({ election }: NodeMark): string {
  if (!election) return '';
  if (!election.sent) return t('stage.electionWait', { ms: Math.round(election.waitMs) });
  return t('stage.votes', { votes: election.votes, needed: election.needed, epoch: election.epoch });
}

export function roleLetter(mark: Pick<NodeMark, 'role'>): string {
  return mark.role === 'master' ? t('stage.masterLetter') : t('stage.replicaLetter');
}

/** By which address one gets through the wall, and what one reaches behind it. */
export function translationText({ outside, inside, unknown }: Translation, short = false): string {
  return `${unknown ? '≠ ' : ''}${short ? 'NAT ' : ''}${outside}${short ? '' : ` → ${inside}`}`;
}

/** A whole sentence about one server, for the tree, the table and tooltips. */
export function nodeSentence(mark: NodeMark): string {
  const role = t(mark.role === 'master' ? 'stage.master' : 'stage.replica');
  const shard = mark.letter === '' ? '' : ` · ${t('stage.shard', { letter: mark.letter })}`;
  const opinion = mark.badge?.count
    ? ` · ${t(mark.badge.glyph === '!!' ? 'stage.saidFail' : 'stage.saidPfail', { ...mark.badge.count })}`
    : '';
  const nat = mark.translation ? ` · NAT ${translationText(mark.translation)}` : '';
  return `${mark.name} · ${role}${shard} · ${nodeLabel(mark).text}${opinion}${nat}`;
}

/** A message under way; null when it is gone. */
export function packetText(mark: PacketMark | undefined): string | null {
  return mark ? `${mark.from} → ${mark.to} · ${mark.label}${mark.lost ? ` · ${t('stage.lost')}` : ''}` : null;
}

/** A whole sentence about one application client; `stale` counts the slots its map is wrong about. */
export function clientSentence(client: ClientFrame, stale: number): string {
  const { id, kind, ops, redirects, errors } = client;
  const state = client.running ? '' : ` · ${appWord('stopped')}`;
  const map = stale > 0 ? ` · ${appWord('mapStale', { count: stale })}` : '';
  return `${id} · ${appWord(kindWord(kind))}${state} · ${appWord('counts', { ops, redirects, errors })}${map}`;
}

/** The word for what a client does. */
export function kindWord(kind: string): 'kind.workload' | 'kind.lock' | 'kind.redlock' | 'kind.cache' {
  return kind === 'lock' || kind === 'redlock' || kind === 'cache' ? `kind.${kind}` : 'kind.workload';
}

const ANOMALY_WORDS = {
  uncovered: 'anomaly.uncovered',
  clusterdown: 'anomaly.clusterdown',
  down: 'anomaly.down',
  fail: 'anomaly.fail',
  pfail: 'anomaly.pfail',
  paused: 'anomaly.paused',
  loading: 'anomaly.loading',
  election: 'anomaly.election',
  'manual-failover': 'anomaly.manualFailover',
  'replica-link': 'anomaly.replicaLink',
  links: 'anomaly.links',
  migrating: 'anomaly.migrating',
} as const satisfies Record<Anomaly['kind'], Word>;

export function anomalyText(anomaly: Anomaly): string {
  const params: Params = { name: anomaly.names[0] ?? '', count: anomaly.count };
  return t(ANOMALY_WORDS[anomaly.kind], params);
}

export function anomalyTone(anomaly: Anomaly): Tone {
  switch (anomaly.kind) {
    case 'uncovered':
    case 'clusterdown':
    case 'down':
    case 'fail':
      return 'fail';
    case 'election':
    case 'manual-failover':
    case 'migrating':
      return 'focus';
    default:
      return 'pfail';
  }
}

/** 0 B, 999 B, 1.2 kB, 34 MB: three digits at most. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${units[unit]}`;
}
