/* A lesson beside a world: what was done and answered in the page, what happened, and what the
 * lesson's tasks say of it. Lives outside the world: going back in time takes back what happened
 * after that time, but not what was solved. */

import { conditionProblem } from '#lesson/condition.ts';
import type { ChaosRun } from '#lesson/chaos.ts';
import { HAND, type LessonControl } from '#lesson/control.ts';
import { evaluate, ExpressionError, parseExpression } from '#lesson/expression.ts';
import { scopeOf } from '#lesson/predicates.ts';
import { LessonRun, type LessonState } from '#lesson/run.ts';
import type { LessonView, Turn } from '#lesson/view.ts';
import type { Micros } from '#redis/io.ts';
import type { FeedEvent, ServerFrame } from '#sim/frame.ts';
import type { KeyContent } from '#sim/part.ts';
import type { FinishedLine, Sight, Watch } from './watch.ts';

/** Events and acts remembered for checks. */
const REMEMBERED = 20_000;

export class LessonWatch implements Watch {
  private run: LessonRun | null = null;
  private events: FeedEvent[] = [];
  private acts: { at: Micros; act: string }[] = [];
  private answers: Record<string, number> = {};
  private lives: Turn[] = [];
  private chaos: ChaosRun[] = [];
  /** The tape that has just begun: how things stand then is not known yet. */
  private begun: { id: string; at: Micros; endsAt: Micros } | null = null;
  private shares: { at: Micros; server: string; slots: number }[] = [];
  /** What happens before this is seen once more, on the way to another time; nothing is solved by it. */
  private caughtUpAt: Micros = 0;
  /** The servers at the last look; null when nothing can be compared with them. */
  private last: Map<string, ServerFrame> | null = null;

  get active(): boolean {
    return this.run !== null;
  }

  control(message: unknown, now: Micros): void {
    const control = message as LessonControl;
    switch (control.do) {
      case 'begin':
        this.acts = [];
        this.answers = {};
        this.lives = [];
        this.shares = [];
        this.chaos = [];
        this.begun = null;
        this.last = null;
        this.run = new LessonRun(control.lesson, now);
        this.run.restore(control.solved);
        this.run.enter(control.step, now);
        return;
      case 'enter':
        this.run?.enter(control.step, now);
        return;
      case 'reset':
        this.run?.reset(control.step, now);
        return;
      case 'act':
        this.acts = keepLast([...this.acts, { at: now, act: String(control.act) }]);
        return;
      case 'answer':
        this.answers[String(control.quiz)] = Number(control.choice);
        return;
      case 'chaos':
        this.begun = { id: String(control.id), at: now, endsAt: now + Number(control.lastsMs) * 1000 };
        return;
      case 'end':
        this.run = null;
    }
  }

  state(): LessonState | null {
    return this.run?.state() ?? null;
  }

  observe(sight: Sight): void {
    const view = this.viewOf(sight);
    if (view.now >= this.caughtUpAt) this.run?.observe(view);
  }

  problemOf(expression: string): string | null {
    return conditionProblem(expression);
  }

  /** Whether an expression holds; one that cannot be computed (yet) does not. */
  holds(expression: string, sight: Sight): boolean {
    const view = this.viewOf(sight);
    try {
      return Boolean(evaluate(parseExpression(expression), scopeOf(view, this.run?.since ?? 0)));
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  }

  jumped(now: Micros, to: Micros): void {
    this.caughtUpAt = to;
    // What happens in the world happens again on the way; what was done in the page does not.
    this.events = this.events.filter((event) => event.at <= now);
    this.acts = this.acts.filter((act) => act.at <= to);
    this.lives = this.lives.filter((life) => life.at <= now);
    this.shares = this.shares.filter((share) => share.at <= now);
    // A tape of which a part has not happened is to be played again.
    this.chaos = this.chaos.filter(({ endsAt, after }) => after && endsAt <= to);
    this.last = null;
    if (this.run && this.run.since > to) this.run.since = to;
  }

  private remember(fresh: readonly FeedEvent[]): void {
    this.events.push(...fresh);
    if (this.events.length <= REMEMBERED) return;
    const kept = REMEMBERED / 2;
    this.events = [...thin(this.events.slice(0, -kept)), ...this.events.slice(-kept)];
  }

  /** What of the servers is not as it was: a new process id tells that one has died, or begun, or both. */
  private compare(servers: readonly ServerFrame[], at: Micros): void {
    const before = this.last;
    this.last = new Map(servers.map((server) => [server.name, server]));
    if (!before) return;
    for (const { name, pid, state, slots } of servers) {
      const old = before.get(name);
      if (old?.pid !== pid) {
        if (old?.pid) this.lives.push({ at, server: name, now: 'down' });
        if (pid) this.lives.push({ at, server: name, now: 'up' });
      }
      if (state === 'paused' && old?.state !== 'paused') this.lives.push({ at, server: name, now: 'paused' });
      const share = slotCount(slots);
      if (share !== slotCount(old?.slots ?? [])) this.shares.push({ at, server: name, slots: share });
    }
    this.lives = keepLast(this.lives);
    this.shares = keepLast(this.shares);
  }

  /** Notes how things stand when a tape begins and when it has ended. */
  private noteChaos({ now, ledger, clients }: Sight['frame']): void {
    const standing = { ledger, clients };
    if (this.begun) this.chaos = keepLast([...this.chaos, { ...this.begun, before: standing, after: null }]);
    this.begun = null;
    for (const run of this.chaos) if (now >= run.endsAt) run.after ??= standing;
  }

  /** Takes in what is new. */
  private viewOf({ frame, lines, contents }: Sight): LessonView {
    if (frame.events.length > 0) this.remember(frame.events);
    this.compare(frame.servers, frame.now);
    this.noteChaos(frame);
    const entry = (server: string, key: string): KeyContent | undefined =>
      contents[server]?.find(([name]) => name === key);
    return {
      now: frame.now,
      servers: frame.servers,
      events: this.events,
      replies: lines.filter(({ console }) => !console.startsWith(HAND)).map(asTyped),
      acts: this.acts,
      lives: this.lives,
      shares: this.shares,
      answers: this.answers,
      clients: frame.clients,
      chaos: this.chaos,
      ledger: frame.ledger,
      keys: (server) => (contents[server] ?? []).map(([key]) => key),
      value: (server, key) => entry(server, key)?.[1] ?? null,
      expiresMs: (server, key) => entry(server, key)?.[2] ?? null,
    };
  }
}

/** `redis-cli -p 7000 GET foo` in a shell asks the same as GET foo in the console of 7000. */
function asTyped(line: FinishedLine): FinishedLine {
  const words = line.line.split(/\s+/);
  if (words[0] !== 'redis-cli') return line;
  let port = '6379';
  let at = 1;
  for (; at < words.length && words[at]?.startsWith('-'); at++) {
    const word = words[at] as string;
    // The tools of redis-cli (--cluster, --bigkeys) are no commands of a server.
    if (/^--(?!raw$|no-raw$)/.test(word)) return line;
    if (word === '-p') port = words[at + 1] ?? port;
    if (/^-[phanir]$/.test(word)) at++;
  }
  if (at >= words.length) return line;
  return { ...line, console: `console:${port}`, line: words.slice(at).join(' ') };
}

/** Of the events that are too many, the last of each kind about each node: that it happened is not
 *  forgotten, only how often. */
function thin(events: readonly FeedEvent[]): FeedEvent[] {
  const kinds = new Map<string, FeedEvent>();
  for (const event of events)
    kinds.set(`${event.event.type}/${event.who}/${String(event.event['name'])}`, event);
  return [...kinds.values()].sort((a, b) => a.seq - b.seq);
}

function slotCount(ranges: readonly (readonly [number, number])[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function keepLast<T>(items: T[]): T[] {
  return items.length > REMEMBERED ? items.slice(-REMEMBERED / 2) : items;
}
