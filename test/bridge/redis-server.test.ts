/* One simulated server started as the real program is: configuration file, real files, signals. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { freePorts, redisCli, runServer, startRealServer, startServer, stopAll } from './processes.ts';

const folders: string[] = [];

afterEach(async () => {
  await stopAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a configuration file whose data lies in a folder below. */
function configured(...lines: string[]): { folder: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  folders.push(folder);
  const file = join(folder, 'redis.conf');
  writeFileSync(file, [`dir ${folder}`, ...lines, ''].join('\n'));
  return { folder, file };
}

async function ask(port: number, ...argv: string[]): Promise<string> {
  return (await redisCli(['-p', port, ...argv])).stdout.trim();
}

test('identity, slots and data outlive a kill, and nodes.conf and the AOF are real files', async () => {
  const port = await freePorts(1);
  const { folder, file } = configured('cluster-enabled yes', 'appendonly yes', 'appendfsync always');
  const options = ['--port', String(port), '--cluster-node-timeout', '500'];
  const first = await startServer(port, file, ...options);
  const id = await ask(port, 'CLUSTER', 'MYID');
  expect(id).toMatch(/^[0-9a-f]{40}$/);
  expect(await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('OK');
  await vi.waitFor(async () => expect(await ask(port, 'SET', 'color', 'green')).toBe('OK'), 60_000);
  expect(await first.stop('SIGKILL')).toBe(null);
  expect(readFileSync(join(folder, 'nodes.conf'), 'latin1')).toContain(
    `${id} :${port}@${port + 10_000} myself,master`,
  );
  expect(existsSync(join(folder, 'appendonlydir', 'appendonly.aof.manifest'))).toBe(true);

  await startServer(port, file, ...options);
  expect(await ask(port, 'CLUSTER', 'MYID')).toBe(id);
  await vi.waitFor(async () => expect(await ask(port, 'GET', 'color')).toBe('green'), 60_000);
});

test('SIGTERM saves as configured and ends the program with 0; the real redis-server reads the file', async () => {
  const port = await freePorts(1);
  const { folder, file } = configured('save 3600 1', `port ${port}`, 'logfile server.log');
  const running = await startServer(port, file);
  expect(await ask(port, 'RPUSH', 'list', 'a', 'b')).toBe('2');
  expect(await running.stop('SIGTERM')).toBe(0);
  const real = await startRealServer({ dir: folder });
  expect(await ask(real.port, 'LRANGE', 'list', '0', '-1')).toBe('a\nb');
  expect(readFileSync(join(folder, 'server.log'), 'utf8')).toContain('Received SIGTERM');
});

test('what cannot be: it says why and ends with 1', async () => {
  const port = await freePorts(1);
  const { file } = configured('appendonly perhaps');
  const refused = await runServer(file, '--port', String(port));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("argument must be 'yes' or 'no'");
  expect((await runServer('/no/such/file')).stderr).toContain("can't open config file");
  expect((await runServer('--port', 'seven')).stderr).toContain(
    "argument couldn't be parsed into an integer",
  );
  await startServer(port, '--port', String(port));
  const second = await runServer('--port', String(port));
  expect(second.code).toBe(1);
  expect(second.stdout).toContain('Address already in use');
});
