/* `npm start`, as somebody types it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePorts, run, stopAll } from '#test/bridge/processes.ts';

const program = join(import.meta.dirname, '..', '..', 'src', 'node', 'start.mjs');

afterEach(stopAll);

test('builds the page, serves it, prints the address, and stops when told', async () => {
  const port = await freePorts(1);
  const child = spawn(process.execPath, [program, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const data of child.stdout) {
    output += String(data);
    if (output.includes('ready')) break;
  }
  expect(output).toContain(`http://127.0.0.1:${port}/`);
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining('Redis Cluster Playground'),
  ]);
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});

test('a port in use is told at once, with another to try', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await run(process.execPath, [program, '--port', String(port)]);
  taken.close();
  expect([code, stderr]).toEqual([1, expect.stringContaining(`Port ${port} is in use.`)]);
});

test.each([
  [['--port', 'abc'], '"abc" is not a port: use 1 to 65535.'],
  [['--port', '0'], '"0" is not a port: use 1 to 65535.'],
  [['--port=65536'], '"65536" is not a port: use 1 to 65535.'],
  [['--port'], '--port needs a number.'],
  [['--prot', '1'], 'Unknown option "--prot".'],
])('%j is refused in a sentence', async (argv, message) => {
  const { code, stderr } = await run(process.execPath, [program, ...argv]);
  expect([code, stderr.split('\n')[0]]).toEqual([1, message]);
});
