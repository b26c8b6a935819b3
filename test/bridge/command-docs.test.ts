/* COMMAND DOCS in full, beside a real redis-server: the same commands, fields and arguments, of the same
 * kinds of RESP3. Only the prose is our own. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadPieces } from '#node/pieces.ts';
import type { Tree } from '#test/conformance/replies/compare.ts';
import { Twins } from '#test/fuzz/differential/run.ts';
import { startRealServer, stopAll } from './processes.ts';

let twins: Twins;
beforeAll(async () => {
  await loadPieces();
  twins = new Twins((await startRealServer({})).port);
  await twins.begin(3);
});
afterAll(async () => {
  twins.end();
  await stopAll();
});

const PROSE = ['summary', 'complexity', 'replaced_by'];

/** A reply without its prose; a map as an object, since commands come in any order. */
function facts(tree: Tree): unknown {
  const { t: kind, v: parts } = tree;
  if (typeof parts === 'string') return kind === 'bulk' ? parts : { [kind]: parts };
  if (kind !== 'map') return { [kind]: parts.map(facts) };
  const fields: [string, unknown][] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const name = (parts[at] as Tree).v as string;
    const value = parts[at + 1] as Tree;
    fields.push([name, PROSE.includes(name) ? value.v !== '' : factsOf(name, value)]);
  }
  return Object.fromEntries(fields);
}

/** Of a history the versions count. */
function factsOf(field: string, value: Tree): unknown {
  if (field !== 'history') return facts(value);
  return (value.v as Tree[]).map((entry) => [
    entry.t,
    ...(entry.v as Tree[]).map((part) => part.t),
    versionOf(entry),
  ]);
}

const versionOf = (entry: Tree): unknown => (entry.v as Tree[])[0]?.v;

it('tells of every command what the real one tells', async () => {
  const [real, ours] = await twins.send(['COMMAND', 'DOCS']);
  expect(Object.keys(facts(ours) as object)).toHaveLength(240);
  expect(facts(ours)).toEqual(facts(real));
});

it.each([['set', 'nosuch', 'SET'], ['config|get', 'config|nosuch', 'a|b|c'], ['acl'], ['nosuch']])(
  'tells of %s what the real one tells',
  async (...names) => {
    const [real, ours] = await twins.send(['COMMAND', 'DOCS', ...names]);
    expect(facts(ours)).toEqual(facts(real));
    expect((ours.v as Tree[]).length).toBe((real.v as Tree[]).length);
  },
);
