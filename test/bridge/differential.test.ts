/* A real redis-server and one of ours get the same random commands and must say the same. The seeds are
 * fixed; test/fuzz/differential/long-run.ts tries others. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { readDocs, runTwins, Twins } from '#test/fuzz/differential/run.ts';
import type { CommandSpec } from '#test/fuzz/differential/arguments.ts';
import { startRealServer, stopAll } from './processes.ts';

describe('random commands', () => {
  let twins: Twins;
  let commands: CommandSpec[];
  beforeAll(async () => {
    await loadLua();
    const { port } = await startRealServer({ 'enable-debug-command': 'yes' });
    twins = new Twins(port);
    await twins.begin(3);
    const [docs] = await twins.send(['COMMAND', 'DOCS']);
    commands = readDocs(docs);
  });
  afterAll(async () => {
    twins.end();
    await stopAll();
  });

  it('are made for every data command of 7.0', () => {
    expect(commands.length).toBeGreaterThan(170);
    expect(commands.map(({ words }) => words.join(' '))).toEqual(
      expect.arrayContaining(['bitfield', 'geosearch', 'sort', 'xautoclaim', 'xgroup create', 'zunionstore']),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'of seed %i are answered alike, in both protocols',
    async (seed) => {
      expect(await runTwins(twins, commands, seed, 250)).toBeNull();
    },
  );
});
