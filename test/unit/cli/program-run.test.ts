import { describe, expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { ProgramRun } from '#cli/program-run.ts';
import type { Program, ProgramEnv, ProgramMain } from '#cli/program.ts';
import { sanitize, Transcript } from '#cli/terminal.ts';

const env: ProgramEnv = { stdoutTty: true, stdin: null, vars: {} };

/** Counts the numbers it draws; every hundredth is a checkpoint. */
const counter: ProgramMain = function* (_argv, _env, state): Program {
  const memory = (state as { sum: number; count: number } | undefined) ?? { sum: 0, count: 0 };
  for (;;) {
    if (memory.count % 100 === 0) yield { op: 'checkpoint', state: memory };
    memory.sum += (yield { op: 'random', bound: 10 }) as number;
    memory.count++;
    if (memory.count === 250) return memory.sum;
  }
};

function play(run: ProgramRun, cloneEach: boolean): number {
  let next = run.start();
  let current = run;
  for (let at = 0; next.op !== undefined; at++) {
    if (cloneEach) current = cloneGraph(current);
    next = current.resume(next.op.op === 'random' ? at % 10 : null);
  }
  return next.exit;
}

describe('a running program', () => {
  test('goes on the same from a clone made at any step', () => {
    const straight = play(new ProgramRun(counter, [], env), false);
    expect(straight).toBeGreaterThan(0);
    expect(play(new ProgramRun(counter, [], env), true)).toBe(straight);
  });

  test('forgets its record at a checkpoint', () => {
    const run = new ProgramRun(counter, [], env);
    run.start();
    let most = 0;
    for (let at = 0; at < 240; at++) {
      run.resume(1);
      most = Math.max(most, run.recorded);
    }
    expect(most).toBeLessThanOrEqual(101);
  });

  test('and its clone may be given different answers without disturbing each other', () => {
    const first = new ProgramRun(counter, [], env);
    first.start();
    for (let at = 0; at < 50; at++) first.resume(1);
    const second = cloneGraph(first);
    const finish = (run: ProgramRun, answer: number): number => {
      for (;;) {
        const next = run.resume(answer);
        if (next.op === undefined) return next.exit;
      }
    };
    // 49 numbers so far; answers to checkpoints are ignored.
    expect(finish(first, 1)).toBe(250);
    expect(finish(second, 2)).toBe(49 + 201 * 2);
  });
});

describe('text for the terminal', () => {
  test('control bytes are shown, not obeyed', () => {
    expect(sanitize('\x1b[2Jgone\x07\x00\x7f')).toBe('^[[2Jgone^G^@^?');
    expect(sanitize('a\tb\nc\r\nd\re')).toBe('a\tb\nc\nd^Me');
    expect(sanitize('\xe2\x80\xaeevil\xc2\x9b')).toBe('<U+202E>evil<U+009B>');
    expect(sanitize('\xe4\xb8\xad\xff')).toBe('中\ufffd');
  });

  test('the transcript keeps the end of long output and counts what it dropped', () => {
    const transcript = new Transcript();
    const line = 'x'.repeat(1023) + '\n';
    for (let at = 0; at < 5000; at++) transcript.print(line);
    expect(transcript.printed.length).toBeLessThanOrEqual(2 << 20);
    expect(transcript.printedEnd).toBe(5000 * 1024);
    transcript.echo('$ typed\n');
    expect(transcript.shownSince(transcript.shownEnd - 8)).toBe('$ typed\n');
    expect(transcript.printedEnd).toBe(5000 * 1024);
  });
});
