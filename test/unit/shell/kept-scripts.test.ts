/* Scripts as operators keep them in files (test/fixtures/scripts), run unchanged with bash. */

import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { loadLua } from '#node/lua.ts';
import type { Shell } from '#shell/shell.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

// Minutes of virtual time pass in some of them.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let door: SessionDoor;
let shell: Shell;

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/scripts/${name}`, import.meta.url), 'utf8');

/** Runs a line after the script has been written to the home directory. */
async function run(name: string, line = `bash ${name}`): Promise<{ text: string; status: number }> {
  const end = '__end_of_script__';
  await output(door, shell, `cat > ${name} <<'${end}'\n${fixture(name)}${end}\nchmod +x ${name}`);
  const text = await output(door, shell, line);
  return { text, status: shell.status };
}
const out = (line: string): Promise<string> => output(door, shell, line);
const kill = (port: number): Promise<string> => out(`kill -9 $(ps | awk '/:${port} /{print $1}')`);

beforeEach(async () => {
  await loadLua();
  ({ door, shell } = await openShell({ masters: 3, replicasPerMaster: 1, seed: 5 }));
});

test('a monitor shows rounds of all nodes', async () => {
  const { text, status } = await run('monitor.sh', './monitor.sh 2');
  expect(text.match(/^--- round \d at \d\d:\d\d:\d\d$/gm)).toHaveLength(2);
  expect(text.match(/^127\.0\.0\.1:700[012] {3}ok {5}\d+\.\d+M$/gm)).toHaveLength(6);
  expect(status).toBe(0);
});

test('dead servers are started again', async () => {
  await kill(7002);
  await kill(7004);
  const { text, status } = await run('restart-dead.sh');
  expect(text).toMatch(/7001 ok\n7002 is down, restarting\n7002 is back after \d\n7003 ok\n7004 is down/);
  expect(status).toBe(0);
  expect((await run('restart-dead.sh')).text.match(/ok$/gm)).toHaveLength(6);
});

test('a split-brain detector counts with associative arrays', async () => {
  const { text } = await run('split-brain.sh');
  expect(text).toBe(
    '127.0.0.1:7000 is master for 6 of 6\n127.0.0.1:7001 is master for 6 of 6\n127.0.0.1:7002 is master for 6 of 6\none opinion\n',
  );
});

test('a matrix of ports tells what is open', async () => {
  await kill(7001);
  const { text } = await run('tcp-matrix.sh');
  expect(text).toBe('7000 ✓  17000 ✓  \n7001 ✗  17001 ✗  \n7002 ✓  17002 ✓  \n');
});

test('memory is reported with the arithmetic of bc', async () => {
  const { text } = await run('memory-report.sh');
  expect(text).toMatch(/^port +MiB +share\n(700\d +\d+\.\d\d +33\.\d%\n){3}$/);
});

test('a slow log is summed up', async () => {
  const { text } = await run('slow-log.sh', 'bash slow-log.sh 7000');
  expect(text).toMatch(/^entries: \d+\nkeyslot 5 of \d+\n$/);
  const { text: misuse, status } = await run('slow-log.sh');
  expect(misuse).toMatch(/port/);
  expect(status).not.toBe(0);
});

test('six servers from a template become a cluster at the address of the articles', async () => {
  const { text, status } = await run('deploy.sh');
  expect(text).toMatch(/^6\n\[OK\] All 16384 slots covered\.\nOK\n"hello"\n +6 1\n$/);
  expect(status).toBe(0);
});

test('a rolling restart keeps three masters', async () => {
  const { text, status } = await run('rolling-restart.sh');
  for (let port = 7000; port <= 7005; port++) expect(text).toContain(`${port} restarted\n`);
  expect(text).toMatch(/7000 handed over to 700\d\n/);
  expect(text.trimEnd().split('\n').at(-1)).toBe('3');
  expect(status).toBe(0);
});

test('backups are taken, checked and thinned out', async () => {
  const { text } = await run('backup.sh');
  expect(text).toBe('6\n7000:2\n7001:2\n7002:2\n');
});

test('a slot is moved by hand', async () => {
  await out('for i in {1..25}; do redis-cli -p 7000 set "{hello}$i" v > /dev/null; done');
  const { text } = await run('move-slot.sh', 'bash move-slot.sh 866 7000 7001');
  expect(text).toBe('OK\nOK\nOK\nOK\nmoved 25 keys of slot 866\n');
  expect(await out('redis-cli -p 7000 get "{hello}7"')).toMatch(/^\(error\) MOVED 866 127\.0\.0\.1:7001/);
});

test('latency is watched', async () => {
  const { text } = await run('latency-watch.sh');
  expect(text).toBe('7000 fine\n7001 fine\n7002 fine\n1\n');
});

test('logs are analysed', async () => {
  const { text } = await run('log-report.sh');
  expect(text).toMatch(/^\d+( \d+){4}\n7000 warned\n7001 warned\n$/);
});

test('a health check ends with a code that tells', async () => {
  expect(await run('health.sh', './health.sh -w 7000')).toEqual({
    text: '127.0.0.1:7000 is healthy\nviews agree\ncleaned up\n',
    status: 0,
  });
  await kill(7005);
  await out('sleep 15');
  expect(await run('health.sh', './health.sh 7000')).toEqual({
    text: 'degraded: 127.0.0.1:7005\ncleaned up\n',
    status: 1,
  });
  expect(await run('health.sh', './health.sh 7005')).toEqual({ text: 'dead\ncleaned up\n', status: 2 });
  expect(await run('health.sh', './health.sh -x')).toMatchObject({ status: 3 });
});

test('claims of all nodes are gathered through process substitution', async () => {
  const { text, status } = await run('claims.sh', './claims.sh');
  expect(text).toMatch(/^0-5460 +1\n5461-10922 +1\n10923-16383 +1\nepochs: 3\n$/);
  expect(status).toBe(0);
});

test('a report divides with bc, in pipes and in here-strings', async () => {
  const { text } = await run('usage.sh');
  expect(text.match(/^700\d \d*\.\d\dMB \d+\.\d%$/gm)).toHaveLength(6);
  expect(text).toMatch(/^total: \d+\.\dMB$/m);
});

test('a loop until a count tells the states apart, and says goodbye', async () => {
  await kill(7001);
  const { text, status } = await run('states.sh');
  expect(text.match(/^\d\d:\d\d:\d\d \[\+\] 7000$/gm)).toHaveLength(2);
  expect(text.match(/^\d\d:\d\d:\d\d \[\?\] 7001$/gm)).toHaveLength(2);
  expect(text).toMatch(/bye\n$/);
  expect(status).toBe(0);
});

test('six configurations are made from a template in folders of their own', async () => {
  const { text } = await run('six.sh');
  expect(text).toBe('[OK] All 16384 slots covered.\ncluster_known_nodes:6\n');
});
