/* A step in two languages side by side, targets of lessons, and progress that may be damaged. */

import { describe, expect, test } from 'vitest';
import { segmentsOf } from '#app/lesson/segments.ts';
import { selectionOf } from '#app/lesson/targets.ts';
import { parseProgress } from '#app/state/progress.ts';
import type { Block } from '#lesson/types.ts';

const prose = (text: string): Block => ({ kind: 'paragraph', inline: [{ kind: 'text', text }] });
const fence = (text: string): Block => ({ kind: 'redis', lines: [{ console: null, text }] });

describe('segments', () => {
  test('one language keeps its order', () => {
    const step = { blocks: [prose('a'), fence('PING'), prose('b')] };
    expect(segmentsOf([{ lang: 'en', step }]).map(({ kind }) => kind)).toEqual(['prose', 'fence', 'prose']);
  });

  test('prose that is cut alike is paired block by block', () => {
    const en = { blocks: [prose('one'), prose('two'), fence('PING')] };
    const zh = { blocks: [prose('一'), prose('二'), fence('PING')] };
    const segments = segmentsOf([
      { lang: 'en', step: en },
      { lang: 'zh', step: zh },
    ]);
    expect(segments.map(({ kind, parts }) => [kind, parts.length])).toEqual([
      ['prose', 2],
      ['prose', 2],
      ['fence', 2],
    ]);
  });

  test('prose that is cut otherwise stands whole in one language and then in the other', () => {
    const en = { blocks: [prose('one'), prose('two')] };
    const zh = { blocks: [prose('一二')] };
    const [segment, ...rest] = segmentsOf([
      { lang: 'en', step: en },
      { lang: 'zh', step: zh },
    ]);
    expect(rest).toEqual([]);
    expect(segment?.kind === 'prose' && segment.parts.map(({ blocks }) => blocks.length)).toEqual([2, 1]);
  });
});

describe('targets', () => {
  test.each([
    ['server/7002', { kind: 'server', name: '7002' }],
    ['slot/449', { kind: 'slot', slot: 449 }],
    ['key/foo', { kind: 'key', key: 'foo', slot: 12182 }],
    ['link/7000/7002', { kind: 'link', from: '7000', to: '7002' }],
    ['nonsense', null],
    ['slot/x', null],
  ])('%s', (target, selection) => {
    expect(selectionOf(target)).toEqual(selection);
  });
});

describe('progress', () => {
  test('damaged entries are dropped one by one', () => {
    const stored = {
      good: { step: 2, solved: ['a'] },
      negative: { step: -1, solved: [] },
      text: { step: 'x', solved: [] },
      numbers: { step: 0, solved: [1] },
      nothing: null,
    };
    expect(parseProgress(stored)).toEqual({ good: { step: 2, solved: ['a'] } });
    expect([parseProgress(null), parseProgress('x'), parseProgress([])]).toEqual([{}, {}, {}]);
  });
});
