/* More scripts as operators write them, in other styles. What each is expected to print is what bash and a real
 * cluster of 7.0.15 print for it, with the same keys. */

import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { loadLua } from '#node/lua.ts';
import type { Shell } from '#shell/shell.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let door: SessionDoor;
let shell: Shell;
const out = (line: string): Promise<string> => output(door, shell, line);

const NAMES = [
  'config-drift',
  'big-keys',
  'hot-slots',
  'ttl-audit',
  'round-trips',
  'snapshot',
  'slots-by-hand',
];

beforeEach(async () => {
  await loadLua();
  ({ door, shell } = await openShell({ masters: 3, replicasPerMaster: 1, seed: 5 }));
  for (const name of [...NAMES, 'fill']) {
    const text = readFileSync(new URL(`../../fixtures/scripts/${name}.sh`, import.meta.url), 'utf8');
    await out(`cat > ${name}.sh <<'__end__'\n${text}__end__\nchmod +x ${name}.sh`);
  }
  await out('./fill.sh 7000');
});

test('what drifted from the first configuration is shown as diff shows it', async () => {
  expect(await out('./config-drift.sh; echo $?')).toMatch(
    /^(70\d\d {3}ok\n){5}0 of 5 differ from 7000\n0\n$/,
  );
  await out('redis-cli -p 7001 config set maxmemory 100mb');
  await out('redis-cli -p 7002 config set slowlog-log-slower-than 5');
  expect((await out('bash config-drift.sh; echo $?')).replace(/\d+c\d+/g, 'LINE')).toBe(
    `7001   DRIFT
    LINE
    < maxmemory 0
    ---
    > maxmemory 104857600
7002   DRIFT
    LINE
    < slowlog-log-slower-than 10000
    ---
    > slowlog-log-slower-than 5
7003   ok
7004   ok
7005   ok
2 of 5 differ from 7000
1
`,
  );
});

test('the biggest keys of all masters are listed', async () => {
  expect(await out('./big-keys.sh')).toBe(
    `     184  list   {tag}list:1  slot  8338
     184  list   {tag}list:2  slot  8338
     184  list   {tag}list:3  slot  8338
     160  string user:8       slot 15155
     144  string user:7       slot  2780
total: 13 keys
`,
  );
});

test('the slots with most keys are found with plain sh', async () => {
  expect(await out('sh hot-slots.sh 7000')).toBe(
    'slot 8338 on 7001: 4 keys\nslot 2648 on 7000: 1 keys\nslot 2780 on 7000: 1 keys\n',
  );
});

test('keys are counted by how long they live', async () => {
  expect(await out('./ttl-audit.sh 7001')).toBe(
    'forever |###### 6\nminute  |# 1\nhour    | 0\nday     |# 1\nlonger  | 0\nsum 8\n',
  );
});

test('round trips are measured from outside', async () => {
  expect(await out('./round-trips.sh 7000 10; echo $?')).toBe('samples 10 sorted yes\n0\n');
  expect(await out('./round-trips.sh 7999 10 2> /dev/null; echo $?')).toBe('only 0 samples\n1\n');
});

test('snapshots are taken in the background, waited for, and copied from where CONFIG says they are', async () => {
  expect(await out('OUT=/tmp/snap ./snapshot.sh 7000 7001')).toBe(
    '7000 ok REDIS0010\n7001 ok REDIS0010\n2 files\n',
  );
  expect(await out('redis-check-rdb /tmp/snap/7001.rdb | grep -c "8 keys read"')).toBe('1\n');
});

test('slots are moved by hand, in batches', async () => {
  expect(await out('./slots-by-hand.sh 7001 7000 8338 8339')).toBe(
    'slot 8338: 4 moved, 0 left, 4 there\nslot 8339: 0 moved, 0 left, 0 there\n',
  );
  expect(await out('redis-cli -p 7000 smembers "{tag}set" | wc -l')).toBe('3\n');
  expect(await out('./slots-by-hand.sh 7001 7000 2>&1; echo $?')).toBe(
    './slots-by-hand.sh: usage: FROM TO SLOT...\n1\n',
  );
});
