/* Faults as words: what is written is read back as the same fault. */

import { describe, expect, test } from 'vitest';
import { parseFault, writeFault } from '#session/fault-text.ts';

describe('the words of a fault', () => {
  test.each([
    'kill 7002',
    'pause 7002',
    'resume 7002',
    'restart 7002',
    'wipe 7002',
    'terminate 7002',
    'powerLoss 7002',
    'isolate 7002',
    'move 7002 10.0.0.9',
    'nat 7002 27002',
    'nat 7002 off',
    'rejoin 7002',
    'healAll',
    'cut 7000 7001 one-way',
    'partition 7000 7003 | 7001 7002',
  ])('%s', (text) => {
    expect(writeFault(parseFault(text))).toBe(text);
  });

  test.each([
    ['link 7000 7001 latency=3s', 3e6],
    ['link 7000 7001 latency=1.5ms', 1500],
    ['link 7000 7001 latency=250us', 250],
    ['link 7000 7001 latency=20', 20_000],
  ])('%s', (text, latencyUs) => {
    expect(parseFault(text)).toEqual({ kind: 'link', from: '7000', to: '7001', latencyUs });
  });

  test.each([
    '',
    'kill',
    'kill 7000 7001',
    'explode 7000',
    'cut 7000',
    'partition 7000',
    'nat 7000 here',
    'link a b loss=2',
    'link a b loss=1s',
    'link a b latency=3h',
    'link a b latency=',
    'link a b latency=-1ms',
    'link a b speed=1',
  ])('"%s" is none', (text) => {
    expect(() => parseFault(text)).toThrow();
  });
});
