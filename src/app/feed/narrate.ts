/* Events told in sentences. Each protocol event has a sentence in both languages, filled from the
 * event's own fields; an event that has none yet is shown as its name and fields rather than left out. */

import { fill, shownLanguages } from '#app/i18n/i18n.svelte.ts';
import type { FeedEvent } from '#sim/frame.ts';
import { reasonsEn, sentencesEn } from './sentences-en.ts';
import { reasonsZh, sentencesZh } from './sentences-zh.ts';

export type Category =
  'failure' | 'election' | 'slots' | 'replication' | 'topology' | 'client' | 'fault' | 'other';

export const CATEGORIES = [
  'failure',
  'election',
  'slots',
  'replication',
  'topology',
  'client',
  'fault',
] as const satisfies readonly Category[];

const RULES: readonly [Category, RegExp][] = [
  ['fault', /^(FAULT|KILL|PAUSE|RESUME|RESTART|WIPE|CUT|HEAL|PARTITION|PROCESS_|DISK_)/],
  ['election', /VOTE|AUTH_|ELECTION|PROMOTED|EPOCH|FAILOVER|^MF/],
  ['failure', /FAIL|CLUSTER_STATE/],
  ['replication', /RESYNC|REPL|CONTINUE/],
  ['slots', /SLOT|UPDATE_/],
  ['topology', /MEET|NODE_|HANDSHAKE|FORGET|ADDR|ROLE|RESET/],
  ['client', /MOVED|ASK|COMMAND|CLIENT|REPLY|WRITE|READ|LOST/],
];

/** The kind of thing an event is, for filters and colour. */
export function categoryOf(event: FeedEvent): Category {
  return RULES.find(([, pattern]) => pattern.test(event.event.type))?.[0] ?? 'other';
}

/** How much a reader needs to hear of it: 2 announce, 1 list, 0 fold with its like. */
export function weightOf(event: FeedEvent): 0 | 1 | 2 {
  const { type } = event.event;
  if (/^(FAIL|PFAIL|PROMOTED|CLUSTER_STATE|FAULT|FAIL_CLEARED)$/.test(type)) return 2;
  return /^(PING|PONG|NODE_ADDED|FAILURE_REPORT|FAIL_RECEIVED|HANDSHAKE_DONE|EPOCH|OPERATOR_DONE)$/.test(type)
    ? 0
    : 1;
}

/** Names a node by its id, for fields that hold one. */
export type NameOf = (nodeId: string) => string | undefined;

const SAME: NameOf = () => undefined;

/** The event as a sentence in each shown language. */
export function narrate(event: FeedEvent, nameOf: NameOf = SAME): string[] {
  return [...new Set(shownLanguages().map((lang) => narrateIn(lang, event, nameOf)))];
}

/** The event as a sentence in one language. */
export function narrateIn(lang: 'en' | 'zh', event: FeedEvent, nameOf: NameOf = SAME): string {
  const sentence = (lang === 'zh' ? sentencesZh : sentencesEn)[event.event.type];
  return sentence === undefined ? plain(event, nameOf) : fill(sentence, paramsOf(event, lang, nameOf));
}

function paramsOf(
  { who, event }: FeedEvent,
  lang: 'en' | 'zh',
  nameOf: NameOf,
): Record<string, string | number> {
  const params: Record<string, string | number> = { who };
  for (const [field, value] of Object.entries(event)) {
    if (field !== 'type')
      params[field] = typeof value === 'number' ? Math.round(value) : textOf(value, nameOf);
    // A node as {node, name}, e.g. the target of a slot.
    if (typeof value === 'object' && value !== null && 'name' in value)
      params[`${field}Name`] = String(value.name);
  }
  const reasons = lang === 'zh' ? reasonsZh : reasonsEn;
  const reason = params['reason'];
  if (event.type === 'CLUSTER_STATE') params['reasonText'] = reason ? ` (${reasons[reason] ?? reason})` : '';
  else if (reason !== undefined) params['reasonText'] = reasons[reason] ?? reason;
  params['roleText'] = reasons[String(params['role'])] ?? String(params['role']);
  params['silentMs'] ??= Math.max(Number(params['pingDelayMs'] ?? 0), Number(params['dataDelayMs'] ?? 0));
  return params;
}

function textOf(value: unknown, nameOf: NameOf): string {
  if (typeof value === 'string')
    return /^[0-9a-f]{40}$/.test(value) ? (nameOf(value) ?? value.slice(0, 8)) : value;
  if (isRange(value)) return value[0] === value[1] ? String(value[0]) : `${value[0]}-${value[1]}`;
  if (Array.isArray(value)) return value.map((item) => textOf(item, nameOf)).join(', ');
  return JSON.stringify(value) ?? '';
}

function isRange(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((end) => typeof end === 'number');
}

function plain({ who, event }: FeedEvent, nameOf: NameOf): string {
  const fields = Object.entries(event)
    .filter(([field]) => field !== 'type' && field !== 'node')
    .map(([field, value]) => `${field}=${textOf(value, nameOf)}`);
  return [who, event.type, ...fields].join(' ');
}

/** A line of the feed: one event, or a run of small ones folded together. */
export type FeedLine =
  | { kind: 'event'; key: number; event: FeedEvent }
  | { kind: 'folded'; key: number; count: number; types: string[]; events: FeedEvent[] };

/** The newest `limit` lines, newest first; runs of events of weight 0 become one line. */
export function feedLines(
  events: readonly FeedEvent[],
  accept: (event: FeedEvent) => boolean,
  limit: number,
): FeedLine[] {
  const lines: FeedLine[] = [];
  for (let at = events.length - 1; at >= 0 && lines.length < limit; at--) {
    const event = events[at] as FeedEvent;
    if (!accept(event)) continue;
    const last = lines.at(-1);
    if (weightOf(event) > 0) lines.push({ kind: 'event', key: event.seq, event });
    else if (last?.kind === 'folded') fold(last, event);
    else lines.push({ kind: 'folded', key: event.seq, count: 1, types: [event.event.type], events: [event] });
  }
  return lines;
}

/** Folded events that a reader can unfold; beyond this only their number is kept. */
const UNFOLDABLE = 60;

function fold(line: FeedLine & { kind: 'folded' }, event: FeedEvent): void {
  line.count++;
  if (line.events.length < UNFOLDABLE) line.events.push(event);
  if (!line.types.includes(event.event.type)) line.types.push(event.event.type);
}
