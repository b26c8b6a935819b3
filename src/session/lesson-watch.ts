/* A lesson beside a world: what was typed, done and answered in this session, and what the lesson's
 * tasks say of it. Lives outside the world: going back in time does not take back what was solved. */

import { LessonRun, type LessonState } from '#lesson/run.ts';
import { evaluate, ExpressionError, parseExpression } from '#lesson/expression.ts';
import { scopeOf } from '#lesson/predicates.ts';
import type { Lesson } from '#lesson/types.ts';
import type { LessonView, ReplyRecord } from '#lesson/view.ts';
import type { Micros } from '#redis/io.ts';
import type { Frame } from '#sim/frame.ts';

/** Lines and acts remembered for checks. */
const REMEMBERED = 2_000;

/** What a server holds, for checks on keys: names, and values of those that are strings. */
export interface ServerData {
  server: string;
  keys: string[];
  strings: Record<string, string>;
  /** Unix ms, for keys that expire. */
  expiresMs: Record<string, number>;
}

export class LessonWatch {
  private run: LessonRun | null = null;
  private replies: ReplyRecord[] = [];
  private acts: { at: Micros; act: string }[] = [];
  private answers: Record<string, number> = {};

  get active(): boolean {
    return this.run !== null;
  }

  /** Starts a lesson (or none); `solved` are the tasks that an earlier visit had solved. */
  set(lesson: Lesson | null, solved: readonly string[], now: Micros): void {
    this.replies = [];
    this.acts = [];
    this.answers = {};
    this.run = lesson ? new LessonRun(lesson, now) : null;
    this.run?.restore(solved);
  }

  enter(step: number, now: Micros): void {
    this.run?.enter(step, now);
  }

  reset(step: number | null, now: Micros): void {
    this.run?.reset(step, now);
  }

  act(act: string, at: Micros): void {
    this.acts.push({ at, act });
    if (this.acts.length > REMEMBERED) this.acts.shift();
  }

  answer(id: string, choice: number): void {
    this.answers[id] = choice;
  }

  /** A line was typed and this came back. */
  reply(record: ReplyRecord): void {
    this.replies.push(record);
    if (this.replies.length > REMEMBERED) this.replies.shift();
  }

  observe(frame: Frame, data: readonly ServerData[]): void {
    this.run?.observe(this.viewOf(frame, data));
  }

  /** Whether an expression holds; one that cannot be computed (yet) does not. */
  holds(expression: string, frame: Frame, data: readonly ServerData[]): boolean {
    try {
      const since = this.run?.since ?? 0;
      return Boolean(evaluate(parseExpression(expression), scopeOf(this.viewOf(frame, data), since)));
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  }

  state(): LessonState | null {
    return this.run?.state() ?? null;
  }

  /** `frame` must hold all events since the step began. */
  private viewOf(frame: Frame, data: readonly ServerData[]): LessonView {
    const of = (server: string): ServerData | undefined => data.find((item) => item.server === server);
    return {
      now: frame.now,
      servers: frame.servers,
      events: frame.events,
      replies: this.replies,
      acts: this.acts,
      answers: this.answers,
      clients: frame.clients,
      ledger: frame.ledger,
      keys: (server) => of(server)?.keys ?? [],
      value: (server, key) => {
        const strings = of(server)?.strings ?? {};
        return Object.hasOwn(strings, key) ? (strings[key] as string) : null;
      },
      expiresMs: (server, key) => {
        const ends = of(server)?.expiresMs ?? {};
        return Object.hasOwn(ends, key) ? (ends[key] as number) : null;
      },
    };
  }
}
