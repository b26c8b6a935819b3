/* Records the replies of a real redis-server for a corpus:
 *
 *     npx tsx test/conformance/replies/record-replies.ts <corpus> <standalone|cluster> [port]
 *
 * The server is started here, on a port of its own, and stopped afterwards. */

import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Tree } from './compare.ts';
import { readCorpus } from './corpus.ts';
import { here, writeExpected } from './expected.ts';
import { OverTcp } from './over-tcp.ts';
import { encode, play } from './play.ts';

const [corpus, mode, portText = '21800'] = process.argv.slice(2);
if (corpus === undefined || (mode !== 'standalone' && mode !== 'cluster')) {
  console.error('usage: record-replies.ts <corpus> <standalone|cluster> [port]');
  process.exit(2);
}
const port = Number(portText);
const directory = mkdtempSync(join(tmpdir(), 'record-'));
const options = ['--port', portText, '--save', '', '--dir', directory, '--enable-debug-command', 'yes'];
if (mode === 'cluster') options.push('--cluster-enabled', 'yes');
const server = spawn('redis-server', options, { stdio: 'ignore' });
try {
  await pause(500);
  const target = new OverTcp(port);
  if (mode === 'cluster') {
    await target.send('1', encode(['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']));
    await target.read('1');
    await pause(4000);
  }
  const replies = new Map<string, Tree[]>();
  for (const one of readCorpus(here(`./corpus/${corpus}.txt`)))
    replies.set(one.name, await play(target, one));
  target.end();
  writeExpected(here(`./expected/${corpus}-${mode}.jsonl`), replies);
  console.log(`recorded ${replies.size} cases`);
} finally {
  server.kill();
}
