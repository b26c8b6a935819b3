/* The small doors of the page: the parameters of a frame, the window of a speaker's notes, and text that is
 * said to be the output of a cluster. Whatever comes, nothing throws and nothing unchecked gets in. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { embedOptions } from '#app/embed/options.ts';
import { findingsOf } from '#app/paste-cluster/findings.ts';
import { MOST_NODES, parseCluster } from '#app/paste-cluster/parse.ts';
import { readState, readWord } from '#app/present/speaker.ts';

const origin = fc.oneof(
  fc.constantFrom('https://a.example', 'https://a.example/', '*', 'null', 'javascript:alert(1)', 'https://*'),
  fc.webUrl(),
  fc.string(),
);

test('an address gives a frame known options only, and whole origins', () => {
  const parameters = fc.record({
    embed: fc.oneof(fc.constantFrom('stage', 'console', ''), fc.string()),
    lang: fc.oneof(fc.constantFrom('en', 'zh', 'both'), fc.string()),
    theme: fc.oneof(fc.constantFrom('light', 'dark'), fc.string()),
    play: fc.string(),
    allow: fc.array(origin, { maxLength: 30 }).map((all) => all.join(',')),
  });
  fc.assert(
    fc.property(parameters, (asked) => {
      const options = embedOptions(`?${new URLSearchParams(asked).toString()}`);
      expect(['en', 'zh', 'both', null]).toContain(options?.lang);
      expect(['light', 'dark', null]).toContain(options?.theme);
      expect(options?.readOnly).toBe(asked.embed !== 'console');
      expect(options?.allow.size).toBeLessThanOrEqual(10);
      for (const one of options?.allow ?? []) expect(one).toMatch(/^https?:\/\/[^/*]+$/);
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.string(), (search) => void embedOptions(search)));
});

test('the speaker’s window and the page that presents take nothing but their own words', () => {
  const almost = fc.record({
    kind: fc.constantFrom('state', 'word', 'text'),
    word: fc.oneof(fc.constantFrom('next', 'step', 'blank'), fc.string()),
    at: fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(undefined)),
  });
  fc.assert(
    fc.property(fc.oneof(almost, fc.anything()), (data) => {
      expect(readState(data)).toBe(null);
      const word = readWord(data);
      if (word?.at !== undefined)
        expect(Number.isInteger(word.at) && word.at >= 0 && word.at <= 1000).toBe(true);
    }),
    { numRuns: 2000 },
  );
  expect(readWord({ kind: 'word', word: 'next' })).toEqual({ kind: 'word', word: 'next' });
});

test('any pasted text gives a bounded cluster whose faults can be told', () => {
  const id = fc.constantFrom('a'.repeat(40), 'b'.repeat(40), '', '<img src=x>');
  const line = fc
    .tuple(
      id,
      fc.constantFrom('1.2.3.4:7000@17000', ':0@0', '[::1]:7000@17000,host', 'x', '1.2.3.4:99999'),
      fc.constantFrom('myself,master', 'slave', 'master,fail', 'fail?', 'noaddr', '__proto__'),
      id,
      fc.nat(),
      fc.nat(),
      fc.oneof(fc.nat(), fc.constant(-1)),
      fc.constantFrom('connected', 'disconnected', ''),
      fc.constantFrom('0-5460', '5460-0', '0-99999999', '[449->-b]', '[449-<-', '16384', 'NaN-1', ''),
    )
    .map((words) => words.join(' '));
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(line, fc.string()), { maxLength: 20 }).map((all) => all.join('\n')),
  );
  fc.assert(
    fc.property(text, (pasted) => {
      const cluster = parseCluster(pasted);
      expect(cluster.nodes.length).toBeLessThanOrEqual(MOST_NODES);
      expect(Array.isArray(findingsOf(cluster))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
