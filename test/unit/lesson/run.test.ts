import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '#lesson/expression.ts';
import { scopeOf } from '#lesson/predicates.ts';
import { LessonRun, type TaskState } from '#lesson/run.ts';
import type { Lesson, Task } from '#lesson/types.ts';
import { NOTHING_SEEN, type LessonView, type ReplyRecord } from '#lesson/view.ts';

const S = 1_000_000;

const viewOf = (parts: Partial<LessonView>): LessonView => ({ ...NOTHING_SEEN, now: 10 * S, ...parts });

const reply = (console: string, line: string, text: string, at = 5 * S): ReplyRecord => {
  return { at, began: at - S, console: `console:${console}`, line, text };
};

const holds = (expression: string, parts: Partial<LessonView>, since = 0): unknown =>
  evaluate(parseExpression(expression), scopeOf(viewOf(parts), since));

/** What becomes of one check when the lesson looks at the view. */
function taskAfter(expression: string, parts: Partial<LessonView>): TaskState {
  const task: Task = {
    id: 'it',
    goal: 'g',
    checks: [{ expression, say: 's' }],
    hints: [],
    solutions: [],
    harmless: [],
    wrong: [],
    challenge: false,
  };
  const steps = [{ id: 's1', title: 't', blocks: [{ kind: 'task', task }] }];
  const run = new LessonRun({ id: 'x', steps } as unknown as Lesson, 0);
  run.observe(viewOf(parts));
  return run.state().tasks['it'] as TaskState;
}

const nowOf = (expression: string, parts: Partial<LessonView>): string | null | undefined =>
  taskAfter(expression, parts).checks[0]?.now;

describe('lines and their answers', () => {
  const replies = [
    reply('7000', 'GET foo', '(error) MOVED 12182 127.0.0.1:7002'),
    reply('7002c', 'get  foo', '-> Redirected to slot [12182] located at 127.0.0.1:7002\n"bar"'),
  ];

  it('belong together, and to a server', () => {
    expect(holds("replyTo(/^get\\s+foo$/i, 'bar')", { replies })).toBe(true);
    expect(holds("replyOn(7002, /^get\\s+foo$/i, 'bar')", { replies })).toBe(true);
    expect(holds("replyOn(7000, /^get\\s+foo$/i, 'bar')", { replies })).toBe(false);
    expect(holds("replyTo(/^set/i, 'bar')", { replies })).toBe(false);
  });

  it('count from the beginning of the step', () => {
    expect(holds('reply(/MOVED/)', { replies }, 6 * S)).toBe(false);
  });
});

describe('the lives of servers', () => {
  const lives = [
    { at: 2 * S, server: '7001', now: 'down' as const },
    { at: 4 * S, server: '7001', now: 'up' as const },
  ];
  const events = [{ seq: 1, at: 3 * S, who: '7000', event: { type: 'SLOT_MIGRATING', slot: 7 } }];

  it('stand in an order with what happened', () => {
    const parts = { lives, events };
    expect(holds("diedAt(7001) > after('SLOT_MIGRATING', {slot: 7})", parts)).toBe(false);
    expect(holds("startedAt(7001) > after('SLOT_MIGRATING', {slot: 7})", parts)).toBe(true);
    expect(holds("diedAt(7000) == -1 && startedAt(7000) < after('SLOT_STABLE')", parts)).toBe(true);
    expect(holds('diedAt(7001) == -1 && startedAt(7001) == 1', parts, 3 * S)).toBe(true);
  });
});

describe('a check that fails tells the difference', () => {
  it.each([
    ['reply(/NOREPLICAS/)', 'the answer that came', '(error) CLUSTERDOWN The cluster is down'],
    ["replyTo(/^SET/, 'OK')", 'the answer to such a line', '(error) CLUSTERDOWN The cluster is down'],
    ["replyOn(7000, /^SET/, 'OK')", 'where such a line was typed', '7002'],
    ['askedOn(7000, /^SET/)', 'where it was asked', '7002'],
    ['all([1, 2, 3], n => n < 2)', 'those that are not so', '2 ✗, 3 ✗'],
    ["has(['a', 'b'], 'c')", 'what there is', 'a, b'],
    ["has([], 'c')", 'that there is nothing', ''],
  ])('%s: %s', (expression, _, now) => {
    const replies = [reply('7002', 'SET foo 1', '(error) CLUSTERDOWN The cluster is down')];
    expect(nowOf(expression, { replies })).toBe(now);
  });

  it('and nothing before anything was typed', () => {
    for (const expression of ['reply(/x/)', "replyTo(/x/, 'y')", "seq('a', 'b')", 'askedOn(7000, /x/)'])
      expect(nowOf(expression, {}), expression).toBeNull();
  });
});

describe('an error', () => {
  const count = (expression: string, text: string): number =>
    taskAfter(expression, { replies: [reply('7000', 'x', text)] }).troubles;

  it('is trouble, unless the task is about it', () => {
    expect(count("reply('OK')", '(error) MOVED 1 127.0.0.1:7002')).toBe(1);
    expect(count('seq(/MOVED 12182/)', '(error) MOVED 1 127.0.0.1:7002')).toBe(0);
    expect(count("reply('OK')", "(error) ERR unknown command 'x'")).toBe(1);
    expect(count("reply('OK')", 'bash: redi: command not found')).toBe(1);
    expect(count('reply(/x/)', '"error"')).toBe(0);
  });
});
