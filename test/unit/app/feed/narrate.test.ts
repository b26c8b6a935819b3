/* Events as sentences: every event of the servers has one in both languages, and small ones are folded. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { feedLines, narrateDeed, narrateFolded, narrateIn, weightOf } from '#app/feed/narrate.ts';
import { deedsEn, sentencesEn, smallEn } from '#app/feed/sentences-en.ts';
import { deedsZh, sentencesZh, smallZh } from '#app/feed/sentences-zh.ts';
import type { TapeMark } from '#session/api.ts';
import type { FeedEvent } from '#sim/frame.ts';

const source = join(import.meta.dirname, '..', '..', '..', '..', 'src');

/** Types of all events that servers and clients announce, read from where they announce them. */
function announcedTypes(): string[] {
  const files = ['redis', 'client'].flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  );
  const calls = files.flatMap((text) => [...text.matchAll(/emit\((?:\w+, |\{\s*type: )'([A-Z_]+)'/g)]);
  return [...new Set(calls.map((call) => call[1] as string))];
}

const event = (seq: number, type: string, fields: Record<string, unknown> = {}): FeedEvent => ({
  seq,
  at: seq * 1000,
  who: '7000',
  event: { type, ...fields },
});

describe('sentences', () => {
  test('every event that is announced has a sentence', () => {
    const types = announcedTypes();
    expect(types.length).toBeGreaterThan(30);
    expect(types.filter((type) => !Object.hasOwn(sentencesEn, type))).toEqual([]);
  });

  test('both languages tell the same events and deeds', () => {
    expect(Object.keys(sentencesZh)).toEqual(Object.keys(sentencesEn));
    expect(Object.keys(deedsZh)).toEqual(Object.keys(deedsEn));
  });

  test('fields are filled in, ids become names and ranges are written short', () => {
    const fail = event(1, 'FAIL', { name: '7002', reports: 2, needed: 2 });
    expect(narrateIn('en', fail)).toBe('7000 declares 7002 failed: 2 of 2 masters needed agree');
    expect(narrateIn('zh', fail)).toContain('客观下线');
    const id = 'a'.repeat(40);
    const promoted = event(2, 'PROMOTED', { name: '7005', epoch: 7, instead: id, slots: [[0, 5460]] });
    expect(narrateIn('en', promoted, (asked) => (asked === id ? '7002' : undefined))).toContain(
      'in place of 7002',
    );
    const owner = event(3, 'SLOT_OWNER', { name: '7001', slots: [[0, 5460], [7, 7]] }); // prettier-ignore
    expect(narrateIn('en', owner)).toBe('7000: slots 0-5460, 7 now belong to 7001');
  });

  test('no sentence keeps an unfilled place for the fields that its event has', () => {
    const pfail = event(1, 'PFAIL', {
      name: '7002',
      pingDelayMs: 5003.4,
      dataDelayMs: 5120,
      nodeTimeoutMs: 5000,
    });
    expect(narrateIn('en', pfail)).toBe('7000 suspects 7002: no answer for 5003 ms (timeout 5000)');
    const translated = { ...pfail, event: { ...pfail.event, node: 'id of 7002', name: '27002' } };
    expect(narrateIn('en', translated, (id) => id.slice(-4))).toContain('7000 suspects 7002:');
  });

  test('an unknown event is shown with its fields rather than left out', () => {
    expect(narrateIn('en', event(1, 'NEW_THING', { depth: 3 }))).toBe('7000 NEW_THING depth=3');
  });
});

describe('lines', () => {
  const all = (): boolean => true;

  test('newest first, with runs of small events folded', () => {
    const small = [1, 2, 3].map((seq) => event(seq, 'NODE_ADDED'));
    const lines = feedLines([...small, event(4, 'FAIL'), event(5, 'EPOCH')], [], all, 10);
    expect(lines.map((line) => (line.kind === 'folded' ? [...line.counts] : line.kind))).toEqual([
      'event',
      'event',
      [['NODE_ADDED', 3]],
    ]);
    expect(weightOf(event(1, 'NODE_ADDED'))).toBe(0);
  });

  test('what is folded is told in words, each kind with its number', () => {
    const types = ['SLOT_OWNER', 'FAILURE_REPORT', 'FAILURE_REPORT'];
    const lines = feedLines(
      types.map((type, seq) => event(seq, type, { name: '7009' })),
      [],
      all,
      10,
    );
    const [line] = lines;
    expect(lines).toHaveLength(1);
    if (line?.kind !== 'folded') throw new Error('nothing was folded');
    expect(narrateFolded(line.counts)).toEqual(['suspicion reported ×2 · new owner of slots noted ×1']);
    expect(Object.keys(smallZh)).toEqual(Object.keys(smallEn));
  });

  test('deeds stand where they were done', () => {
    const deed: TapeMark = { at: 1500, until: 1500, kind: 'fault', label: 'kill 7002' };
    const lines = feedLines([event(1, 'FAIL'), event(2, 'FAIL')], [deed], all, 10);
    expect(lines.map(({ kind }) => kind)).toEqual(['event', 'deed', 'event']);
  });

  test('deeds tell what a link has come to', () => {
    expect(narrateDeed('cut 7000 7002 one-way')).toEqual(['You cut the link 7000 – 7002 (one way)']);
    expect(narrateDeed('link 7000 7002 latency=300000us loss=0.3')).toEqual([
      'You change the link 7000 – 7002 (latency=300ms, loss=0.3)',
    ]);
    expect(narrateDeed('nat 7002 27002')).toEqual(['You put 7002 behind address translation: 27002']);
    expect(narrateDeed('partition 7000 7003 | 7001 7002')).toEqual(['You split the network']);
    expect(narrateDeed('no such deed')).toEqual(['no such deed']);
  });

  test('no more lines than asked for', () => {
    const many = Array.from({ length: 500 }, (_, at) => event(at, 'FAIL'));
    expect(feedLines(many, [], all, 50)).toHaveLength(50);
  });
});
