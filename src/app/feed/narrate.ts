/* Events told in sentences. Each protocol event has a sentence in both languages, filled from the
 * event's own fields; an event that has none yet is shown as its name and fields rather than left out. */

import { fill, shownLanguages } from '#app/i18n/i18n.svelte.ts';
import type { Micros } from '#redis/io.ts';
import type { TapeMark } from '#session/api.ts';
import type { FeedEvent } from '#sim/frame.ts';
import { deedsEn, reasonsEn, sentencesEn, smallEn } from './sentences-en.ts';
import { deedsZh, reasonsZh, sentencesZh, smallZh } from './sentences-zh.ts';

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
  ['client', /MOVED|ASK|ALERT|COMMAND|CLIENT|REPLY|WRITE|READ|LOST/],
];

/** The kind of thing an event is, for filters and colour. */
export function categoryOf(event: FeedEvent): Category {
  return RULES.find(([, pattern]) => pattern.test(event.event.type))?.[0] ?? 'other';
}

/** How much a reader needs to hear of it: 2 announce, 1 list, 0 fold with its like. */
export function weightOf(event: FeedEvent): 0 | 1 | 2 {
  const { type, name } = event.event;
  // What happened to one server is heard by all the others a moment later.
  if (/^(SLOT_OWNER|ROLE_CHANGED)$/.test(type) && name !== undefined && name !== event.who) return 0;
  if (/^(FAIL|PFAIL|PROMOTED|CLUSTER_STATE|FAULT|FAIL_CLEARED)$/.test(type)) return 2;
  return /^(PING|PONG|NODE_ADDED|FAILURE_REPORT|FAIL_RECEIVED|HANDSHAKE_DONE|EPOCH|EPOCH_MISTAKEN)$/.test(
    type,
  )
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
  const { who, event: what } = event;
  const self = what.type === 'ROLE_CHANGED' && what['name'] === who ? '_SELF' : '';
  const sentence = (lang === 'zh' ? sentencesZh : sentencesEn)[what.type + self];
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
  // Servers call each other by port, which is another one behind address translation.
  const known = typeof event['node'] === 'string' ? nameOf(event['node']) : undefined;
  if (known !== undefined) params['name'] = known;
  const reasons = lang === 'zh' ? reasonsZh : reasonsEn;
  const reason = params['reason'];
  if (event.type === 'CLUSTER_STATE')
    params['reasonText'] = reason ? aside(String(reasons[reason] ?? reason), lang) : '';
  else if (reason !== undefined) params['reasonText'] = reasons[reason] ?? reason;
  params['roleText'] = reasons[String(params['role'])] ?? String(params['role']);
  // The shorter of both waits is the one that the rule goes by.
  params['silentMs'] ??= Math.min(Number(params['pingDelayMs'] ?? 0), Number(params['dataDelayMs'] ?? 0));
  return params;
}

/** A field of an event: slots as they are written, node ids as names or in short. */
export function textOf(value: unknown, nameOf: NameOf = SAME): string {
  if (typeof value === 'string') return nameIn(value, nameOf);
  if (isRange(value)) return value[0] === value[1] ? String(value[0]) : `${value[0]}-${value[1]}`;
  if (Array.isArray(value)) return value.map((item) => textOf(item, nameOf)).join(', ');
  return JSON.stringify(value) ?? '';
}

/** Node ids and addresses of this world as the names people know the servers by. */
function nameIn(text: string, nameOf: NameOf): string {
  if (/^[0-9a-f]{40}$/.test(text)) return nameOf(text) ?? text.slice(0, 8);
  return /^127\.0\.0\.1:\d+$/.test(text) ? text.slice(text.indexOf(':') + 1) : text;
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

/** What the reader did by hand, from the label of its mark on the tape, in each shown language. */
export function narrateDeed(label: string): string[] {
  const [deed = '', ...names] = label.split(' ');
  const told = shownLanguages().map((lang) => {
    const sentence = (lang === 'zh' ? deedsZh : deedsEn)[deed];
    if (sentence === undefined) return label;
    const details = /^(cut|heal|link)$/.test(deed) ? names.slice(2).map((word) => detailIn(lang, word)) : [];
    const shown = details.length === 0 ? '' : aside(details.join(lang === 'zh' ? '，' : ', '), lang);
    return fill(sentence, { 1: names[0] ?? '', 2: names[1] ?? '' }) + shown;
  });
  return [...new Set(told)];
}

/** Told by the way, in the brackets of the language. */
function aside(text: string, lang: 'en' | 'zh'): string {
  return lang === 'zh' ? `（${text}）` : ` (${text})`;
}

/** What a link has come to: one-way, latency=300000us, loss=0.3. */
function detailIn(lang: 'en' | 'zh', word: string): string {
  if (word === 'one-way') return lang === 'zh' ? '单向' : 'one way';
  return word.replace(/(\d+)us$/, (_, us: string) => `${Number(us) / 1000}ms`);
}

/** A line of the feed: an event, a deed of the reader's, or a run of small events folded together. */
export type FeedLine =
  | { kind: 'event'; key: string; event: FeedEvent }
  | { kind: 'deed'; key: string; at: Micros; label: string }
  | { kind: 'folded'; key: string; counts: ReadonlyMap<string, number>; events: FeedEvent[] };

/** The newest `limit` lines, newest first; runs of two or more events of weight 0 become one line.
 *  `deeds` are the marks of what was done by hand, oldest first. */
export function feedLines(
  events: readonly FeedEvent[],
  deeds: readonly TapeMark[],
  accept: (event: FeedEvent) => boolean,
  limit: number,
): FeedLine[] {
  const lines: FeedLine[] = [];
  const before = [...deeds];
  const tellDeedsSince = (at: Micros): void => {
    for (let deed = before.at(-1); deed !== undefined && deed.at >= at; deed = before.at(-1)) {
      lines.push({ kind: 'deed', key: `deed${before.length}`, at: deed.at, label: deed.label });
      before.pop();
    }
  };
  for (let at = events.length - 1; at >= 0 && lines.length < limit; at--) {
    const event = events[at] as FeedEvent;
    if (!accept(event)) continue;
    tellDeedsSince(event.at);
    addEvent(lines, event);
  }
  if (lines.length < limit) tellDeedsSince(0);
  return lines;
}

/** Folded events that a reader can unfold; beyond this only their number is kept. */
const UNFOLDABLE = 60;

function addEvent(lines: FeedLine[], event: FeedEvent): void {
  const last = lines.at(-1);
  if (weightOf(event) > 0 || !last || last.kind === 'deed' || !isSmall(last)) {
    lines.push({ kind: 'event', key: `event${event.seq}`, event });
    return;
  }
  const events = last.kind === 'event' ? [last.event] : last.events;
  const counts = new Map(last.kind === 'event' ? [[last.event.event.type, 1]] : last.counts);
  counts.set(event.event.type, (counts.get(event.event.type) ?? 0) + 1);
  if (events.length < UNFOLDABLE) events.push(event);
  const key = `fold${events[0]?.seq ?? 0}`;
  lines[lines.length - 1] = { kind: 'folded', key, counts, events };
}

/** Folded events in a few words, in each shown language: what, and how often. */
export function narrateFolded(counts: ReadonlyMap<string, number>): string[] {
  const told = shownLanguages().map((lang) => {
    const words = lang === 'zh' ? smallZh : smallEn;
    return [...counts].map(([type, count]) => `${words[type] ?? type} ×${count}`).join(' · ');
  });
  return [...new Set(told)];
}

function isSmall(line: Exclude<FeedLine, { kind: 'deed' }>): boolean {
  return line.kind === 'folded' || weightOf(line.event) === 0;
}
