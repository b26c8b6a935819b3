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
    'rejoin 7002',
    'healAll',
    'cut 7000 7001 one-way',
    'partition 7000 7003 | 7001 7002',
  ])('%s', (text) => {
    expect(writeFault(parseFault(text))).toBe(text);
  });

  test.each(['', 'kill', 'kill 7000 7001', 'explode 7000', 'cut 7000', 'partition 7000', 'link a b loss=2'])(
    '"%s" is none',
    (text) => {
      expect(() => parseFault(text)).toThrow();
    },
  );
});
