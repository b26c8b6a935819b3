/* The corpus over real sockets: against our server behind the bridge, and against a real redis-server,
 * which must still say what was recorded. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '#test/conformance/replies/corpus.ts';
import { differences } from '#test/conformance/replies/differences.ts';
import { here, readExpected } from '#test/conformance/replies/expected.ts';
import { OverTcp } from '#test/conformance/replies/over-tcp.ts';
import { play, repliesOf } from '#test/conformance/replies/play.ts';
import { type Running, startBridge, startRealServer, stopAll } from './processes.ts';

afterAll(stopAll);

const SERVERS = [
  ['the bridge', () => startBridge('--standalone', '--config', 'save=')],
  ['a real redis-server', () => startRealServer({ 'enable-debug-command': 'yes' })],
] as const;

describe.each(SERVERS)('over TCP to %s', (_name, start) => {
  let running: Running;
  beforeAll(async () => {
    running = await start();
  });

  it.each(['commands', 'strings', 'keys'])('every case of "%s" is answered as recorded', async (corpus) => {
    const expected = readExpected(here(`./expected/${corpus}-standalone.jsonl`));
    const target = new OverTcp(running.port);
    const found: string[] = [];
    for (const one of readCorpus(here(`./corpus/${corpus}.txt`))) {
      const replies = await play(target, one);
      found.push(
        ...differences(repliesOf(one), expected.get(one.name) ?? [], replies).map(
          (text) => `${one.name} ${text}`,
        ),
      );
    }
    target.end();
    expect(found).toEqual([]);
  });
});
