/* Four connections to a real server and to one of ours, by hand:
 *
 *     npx tsx test/fuzz/differential/several.ts <port of a real server> <first seed> <seeds> [steps]
 *
 * long-run.ts compares what commands say to him who sends them. Here each step sends one to three commands on
 * one of the connections, and then everything that was sent to any of them must be the same, byte by byte,
 * with who was closed; every tenth step the data, and at the end of a seed the counters of INFO.
 *
 * The server's data are deleted. It must allow DEBUG. */

import { setTimeout as pause } from 'node:timers/promises';
import { Prng } from '#base/prng.ts';
import { loadLua } from '#node/lua.ts';
import { show } from '#test/conformance/replies/compare.ts';
import { InProcess } from '#test/conformance/replies/in-process.ts';
import { OverTcp } from '#test/conformance/replies/over-tcp.ts';
import { encode } from '#test/conformance/replies/play.ts';
import { severalCommand } from './several-commands.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const CLOSED = '<closed>';
/** What these say has no order, or is made in the order of a table. */
const UNORDERED = /^(UNSUBSCRIBE|PUNSUBSCRIBE|SUNSUBSCRIBE|EXEC|RESET|EVAL|SWAPDB|FLUSH)/;
/** The same of what comes later than its command: behind one that waited, or to others. */
const UNORDERED_REPLY = /pmessage|unsubscribe/;

/** One of the two servers with its connections. */
class Side {
  readonly target: OverTcp | InProcess;
  ids: Map<string, string> = new Map();

  constructor(target: OverTcp | InProcess) {
    this.target = target;
  }

  /** A reply on a connection that nobody compares. */
  async ask(...argv: string[]): Promise<string> {
    if (this.target instanceof InProcess) this.target.lone.wallMs = Date.now();
    await this.target.send('1', encode(argv));
    return show(await this.target.read('1'));
  }

  async begin(): Promise<void> {
    await this.target.begin();
    this.ids.clear();
    for (const argv of [['CONFIG', 'RESETSTAT'], ['FLUSHALL'], ['PING']]) await this.ask(...argv);
  }

  /** Sends commands in one piece, on a new connection where there is none. */
  async send(name: string, commands: readonly (readonly string[])[]): Promise<void> {
    if (!this.ids.has(name)) {
      await this.target.send(name, encode(['CLIENT', 'ID']));
      this.ids.set(name, String((await this.target.read(name)).v));
    }
    const withIds = (arg: string): string => arg.replace(/^#(.)$/, (_, one) => this.ids.get(one) ?? '0');
    await this.target.send(name, commands.map((argv) => encode(argv.map(withIds))).join(''));
    await this.ask('PING');
    await this.ask('PING');
  }

  /** What has come on each connection since, without what only one of two servers can know. */
  take(): string[] {
    return NAMES.map((name) => {
      let [bytes, closed] = this.takeFrom(name);
      for (const [one, id] of this.ids) {
        bytes = bytes.replaceAll(`redirect\r\n:${id}\r\n`, `redirect\r\n:#${one}\r\n`);
      }
      // That connection is gone, and its number with it.
      bytes = bytes.replace(/(redir-broken\r\n):\d+/g, '$1');
      closed &&= this.ids.delete(name);
      return bytes.replace(/(\$2\r\nid\r\n):\d+/g, '$1') + (closed ? CLOSED : '');
    });
  }

  private takeFrom(name: string): [bytes: string, closed: boolean] {
    if (this.target instanceof InProcess) {
      const socket = this.target.sockets.get(name);
      return socket === undefined
        ? ['', false]
        : [this.target.lone.takeBytes(socket), this.target.lone.closed.has(socket)];
    }
    const connection = this.target.connections.get(name);
    if (connection === undefined) return ['', false];
    const { input, closed } = connection;
    connection.input = '';
    return [input, closed];
  }

  /** Counters that do not depend on time. */
  async counters(): Promise<string[]> {
    const info = await this.ask('INFO', 'everything');
    return info
      .split('\\r\\n')
      .filter((line) =>
        /^(cmdstat_(?!ping|info|debug)|errorstat|keyspace_|total_error|tracking_|db\d)/.test(line),
      )
      .map((line) => line.replace(/usec=\d+,usec_per_call=[\d.]+,|,avg_ttl=\d+/g, ''))
      .sort();
  }
}

const sortedLines = (bytes: string): string => bytes.split('\r\n').sort().join();

function alike(real: string, ours: string, unordered: boolean): boolean {
  if (real === ours) return true;
  return (unordered || UNORDERED_REPLY.test(real)) && sortedLines(real) === sortedLines(ours);
}

/** Takes what both have sent; a real server's bytes may need a moment more. */
async function takeBoth(sides: readonly [Side, Side], unordered: boolean): Promise<string[]> {
  const got: [string[], string[]] = [sides[0].take(), sides[1].take()];
  const differences = (): string[] =>
    NAMES.flatMap((name, at) => {
      const [real, ours] = [got[0][at] as string, got[1][at] as string];
      if (alike(real, ours, unordered)) return [];
      return [`connection ${name}\n  real: ${JSON.stringify(real)}\n  ours: ${JSON.stringify(ours)}`];
    });
  for (let patience = 5; patience > 0 && differences().length > 0; patience--) {
    await pause(20);
    sides.forEach((side, which) =>
      side.take().forEach((more, at) => {
        (got[which] as string[])[at] += more;
      }),
    );
  }
  return differences();
}

async function compareAsked(sides: readonly [Side, Side], ...argv: string[]): Promise<string[]> {
  const [real, ours] = [await sides[0].ask(...argv), await sides[1].ask(...argv)];
  return real === ours ? [] : [`${argv.join(' ')}: ${real}, ours ${ours}`];
}

async function compareCounters(sides: readonly [Side, Side]): Promise<string[]> {
  const [real, ours] = [await sides[0].counters(), await sides[1].counters()];
  const missing = (from: string[], others: string[]): string[] =>
    from.filter((line) => !others.includes(line));
  if (real.join() === ours.join()) return [];
  return [`counters\n  real: ${missing(real, ours).join(' ')}\n  ours: ${missing(ours, real).join(' ')}`];
}

/** The first difference of a seed with what led to it, or null. */
async function runSeed(sides: readonly [Side, Side], seed: number, steps: number): Promise<string | null> {
  const random = Prng.stream(seed, 'several');
  const history: string[] = [];
  for (const side of sides) await side.begin();
  for (let step = 0; step < steps; step++) {
    const name = random.pick(NAMES);
    const count = random.chance(0.6) ? 1 : 2 + random.below(2);
    const commands = Array.from({ length: count }, () => severalCommand(random, name === 'a'));
    history.push(`${name}> ${commands.map((argv) => argv.join(' ')).join(' ; ')}`);
    for (const side of sides) await side.send(name, commands);
    const unordered = commands.some(([word]) => UNORDERED.test(word as string));
    const found = await takeBoth(sides, unordered);
    if (step % 10 === 9) found.push(...(await compareAsked(sides, 'DEBUG', 'DIGEST')));
    if (step === steps - 1) found.push(...(await compareCounters(sides)));
    if (found.length > 0)
      return `seed ${seed}, step ${step}:\n${history.slice(-25).join('\n')}\n${found.join('\n')}`;
  }
  return null;
}

const [port, first, seeds, steps = 200] = process.argv.slice(2).map(Number);
if (port === undefined || first === undefined || seeds === undefined) {
  console.error('usage: several.ts <port of a real server> <first seed> <seeds> [steps]');
  process.exit(2);
}
await loadLua();
const real = new OverTcp(port);
const sides: [Side, Side] = [new Side(real), new Side(new InProcess({}))];
let different = 0;
for (let seed = first; seed < first + seeds; seed++) {
  const found = await runSeed(sides, seed, steps);
  if (found === null) continue;
  different++;
  console.log(`${found}\n`);
}
real.end();
console.log(`${different} of ${seeds} seeds ended in a difference`);
