/* The words of checks: functions over the state of the cluster.
 *
 * The truth (what each process is) and beliefs (what one server thinks of another) are different
 * words: `role(7005)` is what 7005 itself is, `view(7000).flags(7005)` what 7000 thinks of it. */

import { keyHashSlot } from '#base/crc16.ts';
import { utf8Encode } from '#base/bytes.ts';
import type { NodeView, ServerFrame } from '#sim/frame.ts';
import { largestOverMean } from './balance.ts';
import { scoreOf, type ChaosRun } from './chaos.ts';
import { ExpressionError, same, type Scope, type Telling, type Value } from './expression.ts';
import { NOTHING_SEEN, type LessonView, type ReplyRecord, type Turn } from './view.ts';

type Mapper = (value: Value) => Value;

/** A predicate that can tell what there is instead. */
function telling(holds: (...args: Value[]) => Value, now: (...args: Value[]) => Value): Telling {
  return Object.assign((...args: Value[]) => holds(...args), { now });
}

/** One of those of which something does not hold, as a learner is told of it. */
function crossed(item: Value): string {
  const { name } = Object(item) as { name?: Value };
  return `${String(name ?? item)} ✗`;
}

function covers(ranges: readonly (readonly [number, number])[], slot: number): boolean {
  return ranges.some(([first, last]) => slot >= first && slot <= last);
}

function count(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function isMaster(flags: readonly string[]): boolean {
  return flags.includes('master');
}

/** Everything a check may name, over one view. Counting of events and replies starts at `since`. */
export function scopeOf(view: LessonView, since: number): Scope {
  return {
    ...truth(view),
    ...beliefs(view),
    ...happenings(view, since),
    ...typed(view, since),
    ...lists,
    ...observations(view, since),
  };
}

/** The names a check may use, for checking lessons at build time. */
export function knownNames(): string[] {
  return Object.keys(scopeOf(NOTHING_SEEN, 0));
}

function find(view: LessonView, name: Value): ServerFrame {
  const server = view.servers.find((candidate) => candidate.name === String(name));
  if (!server) throw new ExpressionError(`there is no server ${String(name)}`);
  return server;
}

function live(server: ServerFrame): boolean {
  return server.state === 'running';
}

/** The server that really serves a slot: a live master that claims it, the greatest epoch winning. */
function ownerOf(view: LessonView, slot: number): ServerFrame | null {
  const claimers = view.servers.filter((s) => live(s) && s.role === 'master' && covers(s.slots, slot));
  claimers.sort((a, b) => b.configEpoch - a.configEpoch);
  return claimers[0] ?? null;
}

function truth(view: LessonView): Scope {
  const names = (servers: readonly ServerFrame[]): string[] => servers.map((server) => server.name);
  const owner = (slot: Value): Value => ownerOf(view, Number(slot))?.name ?? null;
  const slotOf = (key: Value): number => keyHashSlot(utf8Encode(String(key)));
  return {
    servers: () => names(view.servers),
    live: () => names(view.servers.filter(live)),
    masters: () => names(view.servers.filter((s) => live(s) && s.role === 'master')),
    /** Masters that own slots. */
    owners: () => names(view.servers.filter((s) => live(s) && s.role === 'master' && s.slots.length > 0)),
    replicas: (of?: Value) =>
      names(
        view.servers.filter(
          (s) => live(s) && s.role === 'replica' && (of === undefined || s.masterName === String(of)),
        ),
      ),
    state: (name: Value) => find(view, name).state,
    role: (name: Value) => find(view, name).role,
    masterOf: (name: Value) => find(view, name).masterName,
    clusterState: (name: Value) => find(view, name).clusterState,
    epoch: (name: Value) => ({
      current: find(view, name).currentEpoch,
      config: find(view, name).configEpoch,
    }),
    offset: (name: Value) => find(view, name).replication.offset,
    linkState: (name: Value) => find(view, name).replication.linkState,
    slots: (name: Value) => count(find(view, name).slots),
    owns: (name: Value, slot: Value) => covers(find(view, name).slots, Number(slot)),
    memory: (name: Value) => find(view, name).usedMemory,
    /** Commands per second. */
    ops: (name: Value) => find(view, name).opsPerSecond,
    timeoutOf: (name: Value) => find(view, name).nodeTimeoutMs,
    config: (name: Value, key: Value) =>
      find(view, name).configDiff.find(([k]) => k === String(key))?.[1] ?? null,
    owner,
    slot: slotOf,
    keys: (name: Value) => [...view.keys(find(view, name).name)],
    keysIn: (slot: Value, name: Value) =>
      view.keys(find(view, name).name).filter((key) => slotOf(key) === Number(slot)).length,
    value: (name: Value, key: Value) => view.value(find(view, name).name, String(key)),
    get: (key: Value) => {
      const server = ownerOf(view, slotOf(key));
      return server ? view.value(server.name, String(key)) : null;
    },
    /** How many keys with this beginning expire at least so many seconds after the one before. */
    endsApart: (start: Value, seconds: Value) => {
      const masters = view.servers.filter((s) => live(s) && s.role === 'master');
      const keys = masters.flatMap((s) => view.keys(s.name).map((key) => ({ server: s.name, key })));
      const own = keys.filter(({ key }) => key.startsWith(String(start)));
      const ends = own.map(({ server, key }) => view.expiresMs(server, key) ?? 0).filter((end) => end > 0);
      ends.sort((a, b) => a - b);
      return ends.filter((end, at) => at === 0 || end - (ends[at - 1] ?? 0) >= Number(seconds) * 1000).length;
    },
    /** How many slots hold at least `size` keys whose names look like `pattern`. */
    slotGroups: (size: Value, pattern: Value) => {
      const masters = view.servers.filter((s) => live(s) && s.role === 'master');
      const slots = masters.flatMap((s) => view.keys(s.name)).filter((key) => (pattern as RegExp).test(key));
      const sizes = new Map<number, number>();
      for (const slot of slots.map(slotOf)) sizes.set(slot, (sizes.get(slot) ?? 0) + 1);
      return [...sizes.values()].filter((found) => found >= Number(size)).length;
    },
    uncovered: () => uncovered(view),
    openSlots: () => [
      ...new Set(
        view.servers.filter(live).flatMap((s) => [...s.migrating, ...s.importing].map((o) => o.slot)),
      ),
    ],
  };
}

function uncovered(view: LessonView): number {
  const owned = new Uint8Array(16384);
  for (const server of view.servers) {
    if (!live(server) || server.role !== 'master') continue;
    for (const [first, last] of server.slots) owned.fill(1, first, last + 1);
  }
  return owned.reduce((sum, bit) => sum + 1 - bit, 0);
}

/** One server's beliefs as a record with functions. */
function believed(view: LessonView, server: ServerFrame): Scope {
  const nodes = server.view ?? [];
  const node = (name: Value): NodeView | undefined => nodes.find((n) => n.name === String(name));
  return {
    name: server.name,
    state: server.clusterState,
    known: (name: Value) => node(name) !== undefined,
    size: nodes.length,
    flags: (name: Value) => (node(name)?.flags ?? []).filter((flag) => flag !== 'myself').join(','),
    suspects: (name: Value) => node(name)?.flags.includes('fail?') ?? false,
    failed: (name: Value) => node(name)?.flags.includes('fail') ?? false,
    master: (name: Value) => isMaster(node(name)?.flags ?? []),
    reports: (name: Value) => node(name)?.failReports ?? 0,
    connected: (name: Value) => node(name)?.connected ?? false,
    epoch: (name: Value) => node(name)?.configEpoch ?? 0,
    owner: (slot: Value) =>
      nodes.find((n) => isMaster(n.flags) && covers(n.slots, Number(slot)))?.name ?? null,
    migrating: (slot: Value) => server.migrating.some((open) => open.slot === Number(slot)),
    importing: (slot: Value) => server.importing.some((open) => open.slot === Number(slot)),
    live: live(server),
    now: view.now,
  };
}

function beliefs(view: LessonView): Scope {
  const members = view.servers.filter(
    (server) => live(server) && server.clusterEnabled && (server.view?.length ?? 0) > 1,
  );
  return {
    view: (name: Value) => believed(view, find(view, name)),
    /** `agree(v => v.state == 'ok')`: all running servers say so that know any other server; those
     *  that stand alone are no part of the cluster. */
    agree: telling(
      (test) => members.length > 0 && members.every((server) => (test as Mapper)(believed(view, server))),
      (test) => members.filter((server) => !(test as Mapper)(believed(view, server))).map(crossed),
    ),
  };
}

function matches(fields: object, wanted: Value): boolean {
  if (wanted === undefined || wanted === null) return true;
  return Object.entries(wanted as object).every(([key, value]) => {
    const own = fields as Record<string, Value>;
    // Events carry a node's id and, when it is known, the name of the server: lessons use names.
    const found = key === 'node' && own['name'] !== undefined ? own['name'] : own[key];
    return value instanceof RegExp ? value.test(String(found)) : same(found, value);
  });
}

/** Where a client with -c went first, and how long it took, is not part of the answer. */
function answerOf(printed: string): string {
  return printed.replace(/^(-> Redirected to slot .*\n)+|\n\(\d+\.\d+s\)\s*$/g, '').trim();
}

function says(printed: string, pattern: Value): boolean {
  if (pattern instanceof RegExp) return pattern.test(printed.slice(0, 100_000));
  const text = answerOf(printed);
  return text.replace(/^"(.*)"$/, '$1') === String(pattern) || text === `(integer) ${String(pattern)}`;
}

const SECOND_US = 1_000_000;
/** What did not happen has no second. */
const NEVER = -1;

function happenings(view: LessonView, since: number): Scope {
  const happened = (type: Value, fields?: Value): LessonView['events'] =>
    view.events.filter(
      (e) => e.at >= since && e.event.type === type && matches({ ...e.event, who: e.who }, fields),
    );
  const events = (type: Value, fields?: Value): number => happened(type, fields).length;
  const turned = (name: Value, now: Turn['now']): number => {
    const last = view.lives.findLast((life) => life.server === String(name) && life.now === now);
    return last && last.at >= since ? (last.at - since) / SECOND_US : NEVER;
  };
  const quietSince = (type: Value): number =>
    Math.max(since, ...view.events.filter((e) => e.event.type === type).map((e) => e.at + 1));
  /** When it never happened, there is nothing to tell. */
  const momentOf = (now: Turn['now']): Telling =>
    telling(
      (name) => turned(name, now),
      (name) => (turned(name, now) === NEVER ? '' : turned(name, now)),
    );
  const acts = view.acts.filter((act) => act.at >= since).map((act) => act.act);
  return {
    events,
    event: (type: Value, fields?: Value) => events(type, fields) > 0,
    /** What the last such event says under that name; null when there is none. */
    lastOf: (type: Value, name: Value, fields?: Value) =>
      happened(type, fields).at(-1)?.event[String(name)] ?? null,
    /** Seconds from the beginning of the step to the first such event; Infinity when there is none. */
    after: (type: Value, fields?: Value) => {
      const first = happened(type, fields)[0];
      return first ? (first.at - since) / SECOND_US : Infinity;
    },
    /** Seconds from the beginning of the step until the process of a server last ended, began or was
     *  paused, by whatever means; -1 for never. While the clock stands, things happen at second 0. */
    diedAt: momentOf('down'),
    startedAt: momentOf('up'),
    pausedAt: momentOf('paused'),
    /** The most slots that a server has had at one time since the step began. */
    mostSlots: (name: Value) =>
      Math.max(
        count(find(view, name).slots),
        ...view.shares
          .filter((share) => share.at >= since && share.server === String(name))
          .map((share) => share.slots),
      ),
    did: (act: Value) => acts.some((done) => (act instanceof RegExp ? act.test(done) : done === act)),
    /** Events between two seconds of a chaos tape that was begun since the step began. */
    during: (id: Value, from: Value, to: Value, type: Value, fields?: Value) => {
      const begun = begunAt(view, since, id)?.at ?? NaN;
      const seconds = happened(type, fields).map(({ at }) => (at - begun) / SECOND_US);
      return seconds.filter((second) => second >= Number(from) && second <= Number(to)).length;
    },
    /** The longest stretch between an event and the one that ends it, in seconds; what has not ended
     *  lasts until now. */
    longest: (begin: Value, end: Value) => longest(view, since, String(begin), String(end)),
    /** No such event in the last seconds (and the step is at least that old). */
    quiet: telling(
      (type, seconds) => quietSince(type) <= view.now - Number(seconds) * SECOND_US,
      (type) => Math.floor((view.now - quietSince(type)) / SECOND_US),
    ),
    /** For how many milliseconds since the step began two clients believed to hold that lock. */
    overlapMs: (lock: Value) => overlapMs(view, since, String(lock)),
    answered: (id: Value) => view.answers[String(id)] !== undefined,
  };
}

/** What was typed and what came back. */
function typed(view: LessonView, since: number): Scope {
  const replies = view.replies.filter((reply) => reply.at > since);
  const to = (line: Value): ReplyRecord[] =>
    replies.filter((reply) => (line instanceof RegExp ? line.test(reply.line) : reply.line === line));
  return {
    /** Some reply since the step began looks like this. */
    reply: telling(
      (pattern) => replies.some((reply) => says(reply.text, pattern)),
      () => lastAnswer(replies),
    ),
    /** Replies that came in this order, others between them allowed; anywhere or on one server's console. */
    seq: telling(
      (...patterns) => inOrder(replies, patterns),
      () => lastAnswer(replies),
    ),
    seqOn: telling(
      (name, ...patterns) => inOrder(on(name, replies), patterns),
      (name) => lastAnswer(on(name, replies)) ?? elsewhere(replies),
    ),
    /** The numbers that a pattern with one group finds in the replies, in their order. */
    numbers: (pattern: Value) =>
      replies.flatMap(({ text }) => {
        const found = (pattern as RegExp).exec(text.slice(0, 100_000))?.[1];
        return found === undefined ? [] : [Number(found)];
      }),
    /** A line that was typed, and its reply: for what leaves no trace in the cluster. */
    asked: (line: Value) => to(line).length > 0,
    /** The most seconds that such a line took on one server's console; 0 where none was typed. */
    took: (name: Value, line: Value) =>
      Math.max(0, ...on(name, to(line)).map(({ began, at }) => (at - began) / SECOND_US)),
    /** How often such a line was typed. */
    timesAsked: (line: Value) => to(line).length,
    /** How many such lines were typed since the last line of the other kind. */
    typedAfter: (line: Value, other: Value) => {
      const from = replies.findLastIndex((reply) => (other as RegExp).test(reply.line));
      return replies.slice(from + 1).filter((reply) => (line as RegExp).test(reply.line)).length;
    },
    /** The same, on one server's console. */
    askedOn: telling(
      (name, line) => on(name, to(line)).length > 0,
      (_, line) => elsewhere(to(line)),
    ),
    /** A line that was typed and what came back for it, anywhere or on one server's console. */
    replyTo: telling(
      (line, pattern) => to(line).some((reply) => says(reply.text, pattern)),
      (line) => lastAnswer(to(line)),
    ),
    replyOn: telling(
      (name, line, pattern) => on(name, to(line)).some((reply) => says(reply.text, pattern)),
      (name, line) => lastAnswer(on(name, to(line))) ?? elsewhere(to(line)),
    ),
    /** The same for a line that names a node by its id. */
    replyAbout: telling(
      (node, name, line, pattern) => {
        const { nodeId } = find(view, node);
        const about = on(name, to(line)).filter((reply) => nodeId !== '' && reply.line.includes(nodeId));
        return about.some((reply) => says(reply.text, pattern));
      },
      (_node, _name, line) => elsewhere(to(line)),
    ),
  };
}

function on(name: Value, replies: readonly ReplyRecord[]): ReplyRecord[] {
  return replies.filter((reply) => consoleServer(reply.console) === String(name));
}

function inOrder(replies: readonly ReplyRecord[], patterns: readonly Value[]): boolean {
  let next = 0;
  for (const reply of replies) if (next < patterns.length && says(reply.text, patterns[next])) next++;
  return next === patterns.length;
}

/** What the last of these lines was answered; null when nothing was typed. */
function lastAnswer(replies: readonly ReplyRecord[]): string | null {
  const last = replies.at(-1);
  return last ? (answerOf(last.text).split('\n', 1)[0] ?? '') : null;
}

/** Where such a line was typed last; null when it was not. */
function elsewhere(replies: readonly ReplyRecord[]): string | null {
  const last = replies.at(-1);
  return last ? consoleServer(last.console) : null;
}

function longest(view: LessonView, since: number, begin: string, end: string): number {
  const open = new Map<string, number>();
  let best = 0;
  for (const { at, who, event } of view.events) {
    if (at < since) continue;
    const subject = `${who}/${String(event['node'])}`;
    if (event.type === begin && !open.has(subject)) open.set(subject, at);
    const from = open.get(subject);
    if (event.type !== end || from === undefined) continue;
    best = Math.max(best, at - from);
    open.delete(subject);
  }
  for (const from of open.values()) best = Math.max(best, view.now - from);
  return best / SECOND_US;
}

function overlapMs(view: LessonView, since: number, lock: string): number {
  const holders = new Set<string>();
  let from = since;
  let sum = 0;
  const until = (at: number): void => {
    if (holders.size > 1) sum += Math.max(0, at - Math.max(from, since));
    from = at;
  };
  for (const { at, who, event } of view.events) {
    if (!/^LOCK_(ACQUIRED|RELEASED)$/.test(event.type) || event['lock'] !== lock) continue;
    until(at);
    if (event.type === 'LOCK_ACQUIRED') holders.add(who);
    else holders.delete(who);
  }
  until(view.now);
  return sum / 1000;
}

/** Consoles are named after the server they were opened on, with what tells them apart after it. */
function consoleServer(console: string): string {
  return /\d+/.exec(console)?.[0] ?? console;
}

const lists: Scope = {
  all: telling(
    (list, test) => (list as Value[]).every((item) => (test as Mapper)(item)),
    (list, test) => (list as Value[]).filter((item) => !(test as Mapper)(item)).map(crossed),
  ),
  any: (list: Value, test: Value) => (list as Value[]).some((item) => (test as Mapper)(item)),
  count: (list: Value, test: Value) => (list as Value[]).filter((item) => (test as Mapper)(item)).length,
  map: (list: Value, mapper: Value) => (list as Value[]).map((item) => (mapper as Mapper)(item)),
  has: telling(
    (list, item) => (list as Value[]).some((candidate) => same(candidate, item)),
    (list) => list,
  ),
  /** How uneven these shares are: the largest over the mean. */
  overMean: telling(
    (list) => largestOverMean(list as number[]),
    (list) => {
      const ratio = largestOverMean(list as number[]);
      return Number.isFinite(ratio) ? Math.round(ratio * 100) / 100 : '';
    },
  ),
  max: (list: Value) => Math.max(...(list as number[])),
  min: (list: Value) => Math.min(...(list as number[])),
  startsWith: (text: Value, start: Value) => String(text).startsWith(String(start)),
  abs: (value: Value) => Math.abs(Number(value)),
};

/** The chaos tape of that name, as it was begun last. */
function begunAt(view: LessonView, since: number, id: Value): ChaosRun | undefined {
  return view.chaos.findLast((run) => run.id === String(id) && run.at >= since);
}

function observations(view: LessonView, since: number): Scope {
  return {
    now: view.now / SECOND_US,
    ledger: view.ledger,
    /** How many keys with this beginning were written since the step began; the ledger shows the last fifty. */
    written: (start: Value) => {
      const rows = view.ledger.recent.filter(({ at, state }) => at > since && state !== 'lost');
      return new Set(rows.map(({ key }) => key).filter((key) => key.startsWith(String(start)))).size;
    },
    client: (id: Value) => view.clients.find((client) => client.id === String(id)) ?? null,
    clients: () => view.clients.map((client) => client.id),
    /** The score of a chaos tape that was begun since the step began, the last time: `chaos('storm').lost`. */
    chaos: (id: Value) => scoreOf(begunAt(view, since, id), view),
  };
}
