/* Random bus packets from peers that are made of nothing else, to a real server and to one of ours, by hand:
 *
 *     npx tsx test/fuzz/differential/packets.ts <first seed> <seeds> [packets]
 *
 * Both know the same peers by the same names; a third of the packets have bytes changed. After each one, what
 * the two make of it must be the same: CLUSTER NODES, the counters and epochs of CLUSTER INFO, the log, and
 * what they sent to whom. The node timeout is so long that nothing happens by time. */

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '#base/prng.ts';
import { AdminClient } from '#node/admin-client.ts';
import { bitmapRanges } from '#redis/cluster/bitmap.ts';
import { decodeMessage, encodeMessage } from '#redis/cluster/codec.ts';
import type { BusMessage } from '#redis/cluster/message.ts';
import { startOurServer, startRealServer, stopAll, type Running } from '#test/bridge/processes.ts';
import { mutatedPacket, randomPacket, type Cast } from './packet-makers.ts';

const PEERS = 5;
const MYSELF = '5'.repeat(40);
const NAMES = ['1', '3', '7', '9', 'b'].map((digit) => digit.repeat(40));
const HEADER = 8;

/** One peer: it opened a connection to the server, and the server opened one to it. */
class Peer {
  readonly name: string;
  readonly listener: Server = createServer();
  out: Socket | null = null;
  back: Socket | null = null;
  heard: BusMessage[] = [];
  answering = true;

  constructor(name: string) {
    this.name = name;
    this.listener.on('connection', (socket) => {
      this.back = socket;
      socket.on('error', () => {});
      socket.on('close', () => (this.back === socket ? (this.back = null) : undefined));
      this.read(socket);
    });
  }

  get cport(): number {
    const address = this.listener.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async dial(busPort: number): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: busPort, noDelay: true });
    socket.on('error', () => {});
    socket.on('close', () => (this.out === socket ? (this.out = null) : undefined));
    await once(socket, 'connect');
    this.out = socket;
    this.read(socket);
  }

  private read(socket: Socket): void {
    let rest = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= HEADER && rest.length >= rest.readUInt32BE(4)) {
        const length = rest.readUInt32BE(4);
        const message = decodeMessage(new Uint8Array(rest.subarray(0, length)));
        rest = rest.subarray(length);
        if (!('dropped' in message)) this.heard.push(message);
      }
    });
  }
}

/** A server with its peers. */
class Side {
  readonly peers = NAMES.map((name) => new Peer(name));
  readonly dir = mkdtempSync(join(tmpdir(), 'packets-'));
  running!: Running;
  admin!: AdminClient;
  private logged = 0;

  async begin(start: typeof startRealServer): Promise<void> {
    for (const { listener } of this.peers) await once(listener.listen(0, '127.0.0.1'), 'listening');
    const line = (name: string, address: string, at: number): string =>
      `${name} ${address} ${at < 0 ? 'myself,' : ''}${at > 2 ? `slave ${at === 3 ? NAMES[0] : MYSELF}` : 'master -'} 0 0 ${at > 2 ? 0 : at + 2} connected${at > 2 ? '' : ` ${(at + 1) * 10}-${(at + 1) * 10 + 9}`}`;
    const lines = [line(MYSELF, '127.0.0.1:1@1', -1)];
    this.peers.forEach(({ name, cport }, at) =>
      lines.push(line(name, `127.0.0.1:${7000 + at}@${cport}`, at)),
    );
    writeFileSync(join(this.dir, 'nodes.conf'), `${lines.join('\n')}\nvars currentEpoch 5 lastVoteEpoch 0\n`);
    this.running = await start({
      dir: this.dir,
      'cluster-enabled': 'yes',
      'cluster-node-timeout': '600000',
      'cluster-require-full-coverage': 'no',
    });
    this.admin = await AdminClient.open(this.running.port);
    for (const peer of this.peers) await peer.dial(this.running.port + 10_000);
    while (this.peers.some(({ heard, back }) => back === null || heard.length === 0)) await pause(20);
  }

  end(): void {
    this.admin.close();
    for (const { listener, out, back } of this.peers) {
      listener.close();
      out?.destroy();
      back?.destroy();
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Everything here that both must agree on, without what only one of two can know. */
  plain(text: string): string {
    let plain = text
      .replaceAll(String(this.running.port + 10_000), 'BUS')
      .replaceAll(String(this.running.port), 'PORT');
    this.peers.forEach(({ cport }, at) => (plain = plain.replaceAll(`@${cport}`, `@C${at}`)));
    return plain;
  }

  async state(): Promise<string[]> {
    const nodes = (await this.admin.text('CLUSTER', 'NODES')).split('\n').sort();
    const info = (await this.admin.text('CLUSTER', 'INFO')).split('\r\n');
    return [
      ...nodes.map((line) => this.plain(line.replace(/ \d+ \d+ (\d+) (dis)?connected/, ' $1'))),
      ...info.filter(
        (line) =>
          /^cluster_(slots|known|size|current|my)|_received:/.test(line) &&
          !/pong_|messages_received/.test(line),
      ),
    ];
  }

  /** Lines of the log since the last time. */
  log(): string[] {
    const text = this.running.output();
    const fresh = text.slice(this.logged);
    this.logged = text.length;
    return fresh
      .split('\n')
      .filter(
        (line) =>
          line !== '' &&
          !/Connection with|Error condition|Unable to connect|MASTER <-> REPLICA|Connecting to MASTER|Non blocking|Cluster state changed/.test(
            line,
          ),
      )
      .map((line) => this.plain(line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ /, '')));
  }

  /** What the peers heard since the last time, but PINGs and gossip, which chance makes. */
  heard(): string[] {
    return this.peers.flatMap((peer, at) => {
      const heard = peer.heard.splice(0).filter(({ type }) => type !== 0);
      return heard.map((message) => {
        const { data } = message;
        const payload =
          data.kind === 'gossip'
            ? (data.hostname ?? '')
            : data.kind === 'update'
              ? `${data.nodename} ${data.configEpoch} ${JSON.stringify(bitmapRanges(data.slots))}`
              : JSON.stringify(data);
        return this.plain(
          `to ${at}: type ${message.type} epochs ${message.currentEpoch} ${message.configEpoch} slots ${JSON.stringify(bitmapRanges(message.myslots))} of ${message.slaveof} flags ${message.flags} mflags ${message.mflags} ${payload}`,
        );
      });
    });
  }
}

function differences(real: readonly string[], ours: readonly string[]): string[] {
  const left = [...ours];
  const missing = real.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  return [...missing.map((line) => `  real: ${line}`), ...left.map((line) => `  ours: ${line}`)];
}

/** Lets the two live through the packets of a seed; tells where they part. */
async function runSeed(seed: number, packets: number): Promise<string | null> {
  const sides: [Side, Side] = [new Side(), new Side()];
  await sides[0].begin(startRealServer);
  await sides[1].begin(startOurServer);
  const story: string[] = [];
  try {
    await pause(300);
    for (const side of sides) {
      side.heard();
      side.log();
    }
    for (let step = 0; step < packets; step++) {
      story.push(await sendOne(sides, seed * 1000 + step));
      const found = await compare(sides).catch(String);
      // Some packets end a real server of 7.0: there is nothing to compare with then.
      if ((await exitOf(sides[0])) !== null) return null;
      if (found !== null) return `seed ${seed}, packet ${step}\n${story.slice(-6).join('\n')}\n${found}`;
    }
    return null;
  } finally {
    for (const side of sides) side.end();
    await stopAll();
  }
}

/** How the program ended, if it did. */
async function exitOf({ running: { child } }: Side): Promise<string | null> {
  await pause(0);
  return child.signalCode ?? (child.exitCode === null ? null : String(child.exitCode));
}

/** Sends the same packet to both; tells what it was. */
async function sendOne(sides: readonly Side[], seed: number): Promise<string> {
  const random = Prng.stream(seed, 'packet');
  const at = random.below(PEERS);
  const back = random.below(4) === 0;
  const cast: Cast = { names: NAMES, myself: MYSELF, sender: NAMES[at] as string, back };
  const message = randomPacket(random, cast);
  const changed = random.below(3) === 0;
  const change = random.u32();
  for (const side of sides) {
    const peer = side.peers[at] as Peer;
    // The server opens a lost connection again with its next tick.
    for (let patience = 15; peer.back === null && patience > 0; patience--) await pause(20);
    if (peer.out === null) await peer.dial(side.running.port + 10_000);
    const bytes = encodeMessage({ ...message, port: 7000 + at, cport: peer.cport });
    const socket = back ? peer.back : peer.out;
    socket?.write(changed ? mutatedPacket(Prng.stream(change, 'change'), bytes) : bytes);
  }
  return `${back ? 'answer' : 'packet'} of ${at}: ${describe(message)}${changed ? ' changed' : ''}`;
}

function describe(message: BusMessage): string {
  const { data, myslots, ...rest } = message;
  return `${JSON.stringify(rest)} slots ${JSON.stringify(bitmapRanges(myslots))} ${JSON.stringify(data, (_key, value: unknown) => (value instanceof Uint8Array ? bitmapRanges(value) : typeof value === 'bigint' ? String(value) : value))}`;
}

/** Waits until both say the same; what they say when they do not. */
async function compare(sides: readonly [Side, Side]): Promise<string | null> {
  const logs: [string[], string[]] = [[], []];
  const heards: [string[], string[]] = [[], []];
  let found: string[] = [];
  for (let patience = 40; patience > 0; patience--) {
    await pause(patience > 38 ? 8 : 60);
    const states = [await sides[0].state(), await sides[1].state()] as const;
    sides.forEach((side, at) => {
      (logs[at] as string[]).push(...side.log());
      (heards[at] as string[]).push(...side.heard());
    });
    found = [
      ...differences(...states),
      ...differences(...logs),
      ...differences(unique(heards[0]), unique(heards[1])),
    ];
    if (found.length === 0 && patience < 40) return null;
  }
  return found.join('\n');
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)];

const [first, seeds, packets = 60] = process.argv.slice(2).map(Number);
if (first === undefined || seeds === undefined) {
  console.error('usage: packets.ts <first seed> <seeds> [packets]');
  process.exit(2);
}
let different = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const found = await runSeed(seed, packets);
  if (found === null) continue;
  different++;
  console.log(`${found}\n`);
}
console.log(`${different} of ${seeds} runs ended in a difference`);
