/* Commands per second of one server in process, with nothing around it, beside ioredis-mock in the same
 * run; and the memory of a million small keys. */

import RedisMock from 'ioredis-mock';
import { Prng } from '#base/prng.ts';
import { loadLua } from '#node/lua.ts';
import type { Io, Payload, SocketId } from '#redis/io.ts';
import { ErrorReply } from '#redis/reply.ts';
import { Server } from '#redis/server.ts';
import { SimDisk } from '#sim/disk.ts';
import { megabytesUsed } from '../memory.ts';
import { figure, printTable, rateOf, type Row } from './yardstick.ts';

const client: SocketId = 1;

/** A machine without a network: replies are counted and dropped, time moves by hand. */
class QuietIo implements Io {
  now = 0;
  readonly random = Prng.stream(1, 'bench');
  readonly disk = new SimDisk();
  replies = 0;
  lastReply: Payload | null = null;
  get wallMs(): number {
    return 1_700_000_000_000 + this.now / 1000;
  }
  listen(): boolean {
    return true;
  }
  unlisten(): void {}
  connect(): SocketId {
    throw new Error('nobody is out there');
  }
  send(_socket: SocketId, payload: Payload): void {
    this.replies++;
    this.lastReply = payload;
  }
  close(): void {}
  outputPending(): number {
    return 0;
  }
  peerAddress(): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: 50_000 };
  }
  localAddress(): { ip: string; port: number } {
    return { ip: '127.0.0.1', port: 6379 };
  }
  setTimer(): void {}
  clearTimer(): void {}
  busy(): void {}
  blockOn(): void {}
  emit(): void {}
  log(): void {}
  exit(): void {}
}

/** A server with one client. */
function startServer(): { server: Server; io: QuietIo; run: (argv: readonly string[]) => void } {
  const io = new QuietIo();
  const server = new Server({ name: 'bench', ip: '127.0.0.1', port: 6379, config: { save: '' } });
  server.io = io;
  server.start();
  server.onAccept(client, 6379);
  return { server, io, run: (argv) => server.onMessage(client, { kind: 'command', argv }) };
}

type Call = (at: number) => [name: string, ...args: (string | number)[]];

const calls: readonly Call[] = [
  () => ['get', 'string'],
  (at) => ['set', `key:${at % 1000}`, 'value'],
  () => ['incr', 'counter'],
  (at) => ['lpush', `list:${at % 100}`, 'item'],
  (at) => ['hset', 'hash', `field:${at % 1000}`, 'value'],
  (at) => ['zadd', 'zset', at % 1000, `member:${at % 1000}`],
  () => ['zrange', 'zset', 0, 9],
  (at) => ['xadd', `stream:${at % 100}`, '*', 'field', 'value'],
  (at) => ['eval', "return redis.call('set', KEYS[1], ARGV[1])", 1, `key:${at % 1000}`, 'value'],
];

/** Prints the table of commands and returns its rows. */
export async function benchCommands(): Promise<Row[]> {
  await loadLua();
  const { io, run } = startServer();
  const mock = new RedisMock() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  run(['set', 'string', 'value']);
  await mock.set?.('string', 'value');
  for (let at = 0; at < 1000; at++) {
    run(['zadd', 'zset', String(at), `member:${at}`]);
    await mock.zadd?.('zset', at, `member:${at}`);
  }
  const rows: Row[] = [];
  for (const call of calls) {
    // Made before the clock runs: what is measured is the servers, not the making of arguments.
    const lines = Array.from({ length: 1000 }, (_, at) => call(at));
    const argvs = lines.map((line) => line.map(String));
    const [name] = call(0);
    const repliesBefore = io.replies;
    let sent = 0;
    const ours = await rateOf((count) => {
      for (let at = 0; at < count; at++) run(argvs[at % 1000] ?? []);
      sent += count;
    });
    const { lastReply } = io;
    const problem =
      lastReply?.kind === 'reply' && lastReply.reply instanceof ErrorReply && lastReply.reply.text;
    if (io.replies - repliesBefore !== sent) throw new Error(`${name} was not always answered`);
    const theirs = await rateOf(async (count) => {
      for (let at = 0; at < count; at++) {
        const [method, ...args] = lines[at % 1000] ?? [name];
        await mock[method]?.(...args);
      }
    }).catch(() => null);
    rows.push({
      what: name.toUpperCase(),
      'in process /s': problem ? problem : figure(ours),
      'ioredis-mock /s': theirs === null ? 'fails' : figure(theirs),
      times: theirs === null || problem ? '' : figure(ours / theirs),
    });
  }
  printTable('Commands per second, one server, one client, no network', rows);
  return rows;
}

/** Prints what a million small keys cost. */
export function benchMemory(): void {
  const { server, run } = startServer();
  const before = megabytesUsed();
  for (let at = 0; at < 1_000_000; at++) run(['set', `key:${at}`, `value:${at}`]);
  // Whoever is asked for it is still in use.
  console.log(`\nMemory of ${server.dbs[0]?.size} small keys: ${figure(megabytesUsed() - before)} MB`);
}
