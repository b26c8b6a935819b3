/* Lesson 11 tells how long fifty clusters took to replace a master. Here they do it again. */

import { expect, it } from 'vitest';
import type { Block, Inline, Lang } from '#lesson/types.ts';
import { readLesson } from '#node/lessons-plugin.ts';
import { makeSession } from '#session/in-place.ts';

const ROOT = new URL('../../lessons', import.meta.url).pathname;
const CLUSTERS = 50;
const LIMIT_MS = 600_000;

type Table = Block & { kind: 'table' };

function textOf(inline: Inline): string {
  return 'text' in inline ? inline.text : inline.children.map(textOf).join('');
}

/** The seconds in the table of timeouts: one row for each timeout, itself first. */
function told(lang: Lang): number[][] {
  const blocks = readLesson(ROOT, '11-election-and-epochs', lang).steps.flatMap((step) => step.blocks);
  const table = blocks.find(
    (block): block is Table => block.kind === 'table' && block.head.flat().map(textOf)[0] === 'cluster-node-timeout',
  );
  return (table?.rows ?? []).map((row) => row.map((cell) => Number.parseFloat(cell.map(textOf).join(''))));
}

/** Seconds from the crash of a master to the promotion of its replica. */
async function failover(timeoutS: number, seed: number): Promise<number> {
  const session = makeSession();
  await session.open({ masters: 3, replicasPerMaster: 1, nodeTimeoutMs: timeoutS * 1000, seed, latencyUs: 1000 });
  // The crash comes at any point between two pings.
  const before = await session.advance((seed % 10) * 100_000);
  await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
  const after = await session.runUntil({ event: 'PROMOTED' }, 120e6);
  return (after.now - before.now) / 1e6;
}

it(
  'fifty clusters take as long as lesson 11 says, in both languages',
  async () => {
    const rows = told('en');
    expect(rows.map(([timeout]) => timeout)).toEqual([1, 3, 15]);
    expect(told('zh')).toEqual(rows);
    for (const [timeout = 0, ...expected] of rows) {
      const times: number[] = [];
      for (let seed = 1; seed <= CLUSTERS; seed++) times.push(await failover(timeout, seed));
      times.sort((a, b) => a - b);
      const half = CLUSTERS / 2;
      const median = ((times[half - 1] ?? 0) + (times[half] ?? 0)) / 2;
      const found = [times[0] ?? 0, median, times.at(-1) ?? 0].map((time) => Number(time.toFixed(1)));
      expect(found, `timeout ${timeout} s`).toEqual(expected);
    }
  },
  LIMIT_MS,
);
