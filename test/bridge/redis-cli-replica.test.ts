/* redis-cli as a replica: `--replica` and a typed SYNC. Debian's and ours follow one real master, and are told
 * odd things by masters that are none. Both must print the same to either output and end with the same code. */

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, expect, test, vi } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import { redisCli, startRealServer, stopAll, type Finished } from './processes.ts';

const masters: Server[] = [];
afterAll(async () => {
  for (const master of masters) master.close();
  await stopAll();
});

/** What theirs and ours print, given the same. */
async function both(port: number, words: readonly string[], stdin = ''): Promise<[Finished, Finished]> {
  const argv = ['-p', String(port), ...words];
  const [theirs, ours] = await Promise.all([
    redisCli(argv, stdin),
    runOurs(['redis-cli', ...argv], { tty: false, stdin }),
  ]);
  // What a terminal is sent at the end of a line is one with ours.
  theirs.stderr = theirs.stderr.replaceAll('\r\n', '\n');
  return [theirs, { code: ours.exitCode, stdout: ours.stdout, stderr: ours.stderr }];
}

test('both print the commands of a real master until it goes, and a prompt lives on', async () => {
  const { port } = await startRealServer({
    'repl-diskless-sync-delay': '0',
    'repl-ping-replica-period': '3600',
  });
  const boss = new Redis(port, '127.0.0.1', { retryStrategy: () => null });
  boss.on('error', () => {});
  await boss.set('before', 'x'.repeat(5000));
  const ways = [[['--replica']], [[], 'SYNC\nGET a\n']] as const;
  const following = Promise.all(ways.map(([words, stdin]) => both(port, words, stdin)));
  await vi.waitFor(
    async () => {
      const replicas = String(await boss.call('CLIENT', 'LIST', 'TYPE', 'replica'));
      // Those of --replica are sent commands when they have said that they have the snapshot.
      expect(replicas.match(/ cmd=replconf /g)).toHaveLength(2);
      expect((await boss.info('replication')).match(/state=online/g)).toHaveLength(4);
    },
    { timeout: 60_000, interval: 50 },
  );
  await boss.set('a', '1 "2"\n\xff');
  await boss.select(3);
  await boss.rpush('list', 'one', 'two');
  await boss.call('SHUTDOWN', 'NOSAVE', 'NOW').catch(() => {});
  boss.disconnect();
  for (const [theirs, ours] of await following) {
    expect(ours).toEqual(theirs);
    expect(ours.stdout).toContain('"SELECT","3"\n"rpush","list","one","two"\n');
  }
});

const MARK = 'm'.repeat(40);
const PING = '*1\r\n$4\r\nPING\r\n';

/** What is asked of masters, and what these say to it before they close. */
const ODD: readonly (readonly [words: readonly string[], says: string])[] = [
  [['--replica'], ''],
  [['--replica'], '\n\n$5\r\nhel'],
  [['--replica'], '-ERR nope\r\n'],
  [['--replica'], `$EOF:${MARK}\r\nxyz${MARK}`],
  [['--replica'], `$EOF:${MARK}\r\nxyz${MARK.slice(1)}`],
  [['SYNC'], '-NOMASTERLINK nope\r\n'],
  [
    ['SYNC'],
    `\n\n$5\r\nhello${PING}*2\r\n$1\r\na\r\n$2\r\n\xff"\r\n+OK\r\n:3\r\n-ERR no\r\n*1\r\n$9\r\nshort`,
  ],
  [['SYNC'], `$5\r\nhello${PING}what?\r\n`],
  [['SYNC'], `$0\r\n${PING}`],
  [['PSYNC', '?', '-1'], `+FULLRESYNC 0123456789012345678901234567890123456789 55\r\n$5\r\nhello${PING}`],
  [['PSYNC', 'id', '5'], `+CONTINUE\r\n${PING}`],
];

test('both take what odd masters say in the same way', async () => {
  await Promise.all(
    ODD.map(async ([words, says]) => {
      const master = createServer((socket) => {
        socket
          .on('error', () => {})
          .on('data', (data) => {
            if (!data.includes('SYNC')) socket.write('+OK\r\n');
            else if (!socket.writableEnded) socket.end(says, 'latin1');
          });
      }).listen(0, '127.0.0.1');
      masters.push(master);
      await once(master, 'listening');
      const [theirs, ours] = await both((master.address() as AddressInfo).port, words);
      expect([words, says, ours]).toEqual([words, says, theirs]);
      expect(ours.code).toBe(1);
    }),
  );
});
