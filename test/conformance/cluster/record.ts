/* Records the replies of a real cluster to the corpus: starts four redis-server of this machine.
 * Run with: npx tsx test/conformance/cluster/record.ts */

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeCommand, ReplyParser } from '#redis/resp.ts';
import type { Reply } from '#redis/reply.ts';
import { mask, normalize, parseLine } from './compare.ts';
import { CORPUS } from './corpus.ts';

const PORTS = [21160, 21161, 21162, 21163];

class Connection {
  readonly socket: Socket;
  readonly parser = new ReplyParser();
  waiting: ((reply: Reply) => void) | null = null;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setNoDelay(true);
    this.socket.on('data', (data) => {
      this.parser.feed(data.toString('latin1'));
      const reply = this.parser.next();
      if (reply !== undefined) this.waiting?.(reply);
    });
  }

  call(...argv: string[]): Promise<Reply> {
    return new Promise((resolve) => {
      this.waiting = resolve;
      this.socket.write(encodeCommand(argv), 'latin1');
    });
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function main(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'record-'));
  const servers: ChildProcess[] = PORTS.map((port) =>
    spawn(
      'redis-server',
      [
        '--port',
        String(port),
        '--cluster-enabled',
        'yes',
        '--save',
        '',
        '--dir',
        dir,
        '--cluster-config-file',
        `nodes-${port}.conf`,
        '--repl-diskless-sync-delay',
        '0',
        '--cluster-node-timeout',
        '5000',
      ],
      { stdio: 'ignore' },
    ),
  );
  try {
    await sleep(500);
    const address = (index: number): string => `127.0.0.1:${PORTS[index]}`;
    execFileSync('redis-cli', ['--cluster', 'create', address(0), address(1), address(2), '--cluster-yes']);
    await sleep(2000);
    const links = PORTS.map((port) => new Connection(port));
    const ids: string[] = [];
    for (const link of links) ids.push((await link.call('CLUSTER', 'MYID')) as string);
    await (links[3] as Connection).call('CLUSTER', 'MEET', '127.0.0.1', String(PORTS[0]));
    await sleep(2000);
    await (links[3] as Connection).call('CLUSTER', 'REPLICATE', ids[0] as string);
    await sleep(5000);
    const rows: [string, string][] = [];
    for (const line of CORPUS) {
      const [index, argv] = parseLine(line, ids, PORTS);
      const reply = await (links[index] as Connection).call(...argv);
      rows.push([line, mask(line, normalize(reply, ids, PORTS))]);
      // Time for the bus, as the replay gives it too.
      await sleep(/SETSLOT|ADDSLOTS|DELSLOTS|FLUSHALL|^.: SET/.test(line) ? 150 : 5);
    }
    const file = new URL('./expected.json', import.meta.url);
    writeFileSync(file, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
    for (const link of links) link.socket.destroy();
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

await main();
