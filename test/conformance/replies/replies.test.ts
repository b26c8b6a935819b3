/* Every reply of the corpora, compared with what real 7.0.15 answered. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPieces } from '#node/pieces.ts';
import type { Tree } from './compare.ts';
import { readCorpus } from './corpus.ts';
import { differences } from './differences.ts';
import { here, readExpected } from './expected.ts';
import { InProcess } from './in-process.ts';
import { play, repliesOf } from './play.ts';

const SUITES = [
  { corpus: 'commands', mode: 'standalone', config: {} },
  { corpus: 'commands', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'strings', mode: 'standalone', config: {} },
  { corpus: 'strings', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'keys', mode: 'standalone', config: {} },
  { corpus: 'keys', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'connection', mode: 'standalone', config: {} },
  { corpus: 'config', mode: 'standalone', config: {} },
  { corpus: 'lists', mode: 'standalone', config: {} },
  { corpus: 'hashes', mode: 'standalone', config: {} },
  { corpus: 'sets', mode: 'standalone', config: {} },
  { corpus: 'zsets', mode: 'standalone', config: {} },
  { corpus: 'streams', mode: 'standalone', config: {} },
  { corpus: 'bits-hll-geo', mode: 'standalone', config: {} },
  { corpus: 'sort-scripts', mode: 'standalone', config: {} },
  { corpus: 'scripts', mode: 'standalone', config: {} },
  { corpus: 'cluster-commands', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'transactions', mode: 'standalone', config: {} },
  { corpus: 'pubsub', mode: 'standalone', config: {} },
  { corpus: 'hyperloglog', mode: 'standalone', config: {} },
  { corpus: 'cluster-scripts', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'transactions', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'pubsub', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'lists', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'sets', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'zsets', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'bits-hll-geo', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'sort-scripts', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'server', mode: 'standalone', config: {} },
  { corpus: 'server', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'config', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'connection', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
  { corpus: 'cluster-group', mode: 'cluster', config: { 'cluster-enabled': 'yes' } },
];

beforeAll(() => loadPieces());

describe.each(SUITES)('the corpus "$corpus" on a $mode server', ({ corpus, mode, config }) => {
  const cases = readCorpus(here(`./corpus/${corpus}.txt`));
  const expected = readExpected(here(`./expected/${corpus}-${mode}.jsonl`));
  const server = new InProcess(config);

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s is answered as real 7.0.15 answers',
    async (name, one) => {
      const theirs = expected.get(name);
      expect(theirs, `${name} was never recorded`).toBeDefined();
      const ours = await play(server, one);
      expect(differences(repliesOf(one), theirs as Tree[], ours)).toEqual([]);
    },
  );
});
