/* Settings as a learner writes them: what is offered is read, whatever else stands there is passed over. */

import { describe, expect, test } from 'vitest';
import { readLines, writeLines } from '#app/lesson/settings-text.ts';
import { readSettings } from '#client/settings.ts';

const offered = ['ttlMs', 'fenced', 'refresh'];

describe('settings as text', () => {
  test('are written one a line and read back', () => {
    const settings = { ttlMs: 1000, fenced: false, refresh: 'moved', rate: 9 };
    expect(writeLines(offered, settings)).toBe('ttlMs: 1000\nfenced: false\nrefresh: moved');
    expect(readLines(offered, writeLines(offered, settings))).toEqual({
      ttlMs: 1000,
      fenced: false,
      refresh: 'moved',
    });
  });

  test('may say yes and no, with spaces and a colon of Chinese', () => {
    expect(readLines(offered, ' fenced ： yes \nttlMs:250.5')).toEqual({ fenced: true, ttlMs: 250.5 });
    expect(readLines(offered, 'fenced: No')).toEqual({ fenced: false });
  });

  test('that are not offered, or none at all, are passed over', () => {
    expect(readLines(offered, 'rate: 5\n\nttlMs\nttlMs 5\n: 5\n__proto__: 1\nconstructor: 2')).toEqual({});
  });

  test('of no sense leave a client its own', () => {
    const odd = readLines(offered, 'ttlMs: -99\nfenced: perhaps\nrefresh: sometimes');
    expect(readSettings(odd)).toMatchObject({ ttlMs: 1, fenced: false, refresh: 'moved' });
  });
});
