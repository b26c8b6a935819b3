/* Events told in sentences. Each protocol event has a sentence in both languages, filled from the
 * event's own fields; an event that has none yet is shown as its name and fields rather than left out. */

import { hasWord, shownLanguages, textIn, type Params } from '#app/i18n/i18n.svelte.ts';
import type { FeedEvent } from '#sim/frame.ts';

export type Category =
  'failure' | 'election' | 'slots' | 'replication' | 'topology' | 'client' | 'fault' | 'other';

export const CATEGORIES = [
  'failure', 'election', 'slots', 'replication', 'topology', 'client', 'fault',
] as const satisfies readonly Category[]; // prettier-ignore

const RULES: readonly [Category, RegExp][] = [
  ['fault', /^(FAULT|KILL|PAUSE|RESUME|RESTART|WIPE|CUT|HEAL|LINK_|PARTITION|PROCESS_|DISK_)/],
  ['election', /VOTE|AUTH_|ELECTION|PROMOTED|EPOCH|FAILOVER|MFSTART|TAKEOVER/],
  ['failure', /FAIL|CLUSTER_STATE|CLUSTERDOWN|REPORT/],
  ['slots', /SLOT|MIGRAT|IMPORT|UPDATE/],
  ['replication', /SYNC|REPL|MASTER_LINK|BACKLOG|CONTINUE|ORPHAN/],
  ['topology', /MEET|NODE_|HANDSHAKE|FORGET|ADDRESS|ROLE|LINK/],
  ['client', /MOVED|ASK|COMMAND|CLIENT|REPLY|WRITE|READ|LOST/],
];

/** The kind of thing an event is, for filters and colour. */
export function categoryOf(event: FeedEvent): Category {
  return RULES.find(([, pattern]) => pattern.test(event.event.type))?.[0] ?? 'other';
}

/** How much a reader needs to hear of it: 2 announce, 1 list, 0 fold. */
export function weightOf(event: FeedEvent): 0 | 1 | 2 {
  const { type } = event.event;
  if (/^(FAIL|PFAIL|PROMOTED|CLUSTER_STATE|FAULT|HALT|FAIL_CLEARED)/.test(type)) return 2;
  return /^(PING|PONG|FAILURE_REPORT$|CONNECT|LINK_CREATED|LINK_FREED)/.test(type) ? 0 : 1;
}

/** The event as a sentence in each shown language. */
export function narrate(event: FeedEvent): string[] {
  return shownLanguages().map((lang) => narrateIn(lang, event));
}

/** The event as a sentence in one language. */
export function narrateIn(lang: 'en' | 'zh', event: FeedEvent): string {
  const params = paramsOf(event);
  const word = `event.${event.event.type}`;
  if (hasWord(word)) return textIn(lang, word, params);
  return plain(event);
}

function paramsOf({ who, event }: FeedEvent): Params {
  const params: Record<string, string | number> = { who };
  for (const [name, value] of Object.entries(event)) {
    if (name !== 'type') params[name] = typeof value === 'number' ? value : textOf(value);
  }
  return params;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return JSON.stringify(value) ?? '';
}

function plain({ who, event }: FeedEvent): string {
  const fields = Object.entries(event)
    .filter(([name]) => name !== 'type' && name !== 'node')
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return [who, event.type, ...fields].join(' ');
}

/** A line of the feed: one event, or a run of small ones folded together. */
export type FeedLine =
  | { kind: 'event'; key: number; event: FeedEvent }
  | { kind: 'folded'; key: number; count: number; types: string[]; from: number; to: number };

/** The newest `limit` lines, newest first; runs of weight 0 become one line. */
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
    else
      lines.push({
        kind: 'folded',
        key: event.seq,
        count: 1,
        types: [event.event.type],
        from: event.at,
        to: event.at,
      });
  }
  return lines;
}

function fold(line: FeedLine & { kind: 'folded' }, event: FeedEvent): void {
  line.count++;
  line.from = event.at;
  if (!line.types.includes(event.event.type)) line.types.push(event.event.type);
}
