import { describe, expect, test } from 'vitest';
import { Tape } from '#session/tape.ts';

describe('the tape', () => {
  test('paints an epoch once, however many servers report it, and never goes back', () => {
    const tape = new Tape();
    tape.hearEvent({ type: 'EPOCH', current: 6 }, '7000', 10);
    tape.hearEvent({ type: 'EPOCH', current: 6 }, '7001', 11);
    tape.hearEvent({ type: 'EPOCH', current: 7 }, '7001', 20);
    tape.hearEvent({ type: 'EPOCH', current: 6 }, '7002', 21);
    expect(tape.marks).toEqual([
      { at: 10, until: 20, kind: 'epoch', label: '6' },
      { at: 20, until: null, kind: 'epoch', label: '7' },
    ]);
  });

  test('paints failures and migrations as bands with an end', () => {
    const tape = new Tape();
    tape.hearEvent({ type: 'FAIL', name: '7002' }, '7000', 10);
    tape.hearEvent({ type: 'FAIL', name: '7002' }, '7001', 11);
    tape.hearEvent({ type: 'SLOT_MIGRATING', slot: 5 }, '7000', 12);
    tape.hearEvent({ type: 'FAIL_CLEARED', name: '7002' }, '7000', 20);
    tape.hearEvent({ type: 'SLOT_OWNER', slots: [[4, 6]] }, '7001', 30);
    expect(tape.marks).toEqual([
      { at: 10, until: 20, kind: 'fail', label: '7002' },
      { at: 12, until: 30, kind: 'migration', label: '5' },
    ]);
  });

  test('as it was at a moment has no later marks, and its bands can end anew', () => {
    const tape = new Tape();
    tape.hearEvent({ type: 'FAIL', name: '7002' }, '7000', 10);
    tape.hearEvent({ type: 'FAIL_CLEARED', name: '7002' }, '7000', 20);
    tape.hearInput({ kind: 'line', console: 'console:1', line: 'GET x' }, 25);
    const before = tape.until(15);
    expect(before.marks).toEqual([{ at: 10, until: null, kind: 'fail', label: '7002' }]);
    before.hearEvent({ type: 'FAIL_CLEARED', name: '7002' }, '7000', 17);
    expect(before.marks[0]?.until).toBe(17);
    expect(tape.marks[0]?.until).toBe(20);
  });

  test('counts the writes between two looks, once, and anew on a branch', () => {
    const tape = new Tape();
    for (const [acked, at] of [[3, 10], [3, 20], [5, 30], [3, 10], [9, 40]] as const) tape.noteWrites(acked, at); // prettier-ignore
    const notches = (of: Tape) => of.writes.map(({ at, label }) => [at, label]);
    expect(notches(tape)).toEqual([[10, '3'], [30, '2'], [40, '4']]); // prettier-ignore
    const branch = tape.until(40);
    branch.noteWrites(6, 40);
    expect(notches(branch)).toEqual([[10, '3'], [30, '2'], [40, '1']]); // prettier-ignore
  });

  test('stays bounded, and no write is left out of the count', () => {
    const tape = new Tape();
    for (let at = 1; at <= 30_001; at++) tape.noteWrites(at * 2, at);
    expect(tape.writes.length).toBeLessThanOrEqual(2_000);
    expect(tape.writes.reduce((sum, { label }) => sum + Number(label), 0)).toBe(60_002);
    expect(tape.writes.at(-1)?.at).toBe(30_001);
    for (let at = 0; at < 30_000; at++) tape.noteLost([`key ${at}`], at);
    expect(tape.marks.length).toBeLessThanOrEqual(10_000);
    expect(tape.marks.at(-1)?.at).toBe(29_999);
  });
});
