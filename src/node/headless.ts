/* `npm run sim`: a world without a page. Makes it, lets its time pass as fast as this computer can, and
 * tells what happened: how many packets and commands, how every server ended, and the trace hash,
 * which is the same on every machine for the same options. */

import type { Fault, WorldConfig } from '#session/api.ts';
import { sessionOver } from '#session/in-place.ts';
import { partOptions } from '#session/processes.ts';
import type { FeedEvent, Frame, ServerFrame } from '#sim/frame.ts';
import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';
import { loadPieces } from './pieces.ts';
import { parseOptions, type OptionSpec } from './options.ts';

const usage = `Usage: npm run sim -- [options]

Runs a simulated world and prints what became of it. Equal options give equal hashes.
A fault is TIME:KIND:SERVER, for example 5s:kill:7002 or 20s:restart:7002.`;

const specs = {
  seed: { kind: 'number', value: 'N', default: 1, help: 'seed of all chance' },
  nodes: { kind: 'number', value: 'N', default: 6, min: 1, max: 1200, help: 'servers' },
  replicas: { kind: 'number', value: 'N', default: 1, min: 0, max: 100, help: 'replicas of each master' },
  for: {
    kind: 'duration',
    value: 'TIME',
    default: 60_000,
    help: 'virtual time after the warm-up: 500ms, 60s, 2m',
  },
  port: { kind: 'number', value: 'N', default: 7000, min: 1, max: 55_000, help: 'port of the first server' },
  empty: { kind: 'flag', help: 'no cluster is made of the servers' },
  standalone: { kind: 'flag', help: 'no cluster mode' },
  'node-timeout': { kind: 'number', value: 'MS', default: 5000, min: 1, help: 'cluster-node-timeout' },
  latency: { kind: 'number', value: 'US', default: 500, help: 'one-way latency of a link, microseconds' },
  jitter: { kind: 'number', value: 'US', default: 100, help: 'and by how much it varies' },
  loss: { kind: 'number', value: 'PERCENT', default: 0, max: 90, help: 'segments lost' },
  fault: { kind: 'texts', value: 'FAULT', help: 'something that breaks; may be repeated' },
  bytes: { kind: 'flag', help: 'force every message through its wire format' },
  parts: { kind: 'number', value: 'N', default: 1, min: 1, max: 16, help: 'split the world as workers do' },
  swarm: {
    kind: 'number',
    value: 'N',
    min: 1,
    help: 'instead: N random worlds under the rules, from --seed on',
  },
  power: { kind: 'flag', help: 'with --swarm: servers lose their power as well' },
  events: { kind: 'flag', help: 'print the protocol events' },
  json: { kind: 'flag', help: 'print JSON' },
} as const satisfies Record<string, OptionSpec>;

interface TimedFault {
  atMs: number;
  fault: Fault;
}

interface RunOptions {
  config: Partial<WorldConfig>;
  forMs: number;
  faults: TimedFault[];
  parts: number;
  /** Number of random worlds to run instead; 0 = none. */
  swarm: number;
  power: boolean;
  events: boolean;
  json: boolean;
}

function fail(message: string, code = 1): never {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}

function readOptions(argv: readonly string[]): RunOptions {
  const parsed = parseOptions(argv, specs, usage);
  if ('message' in parsed) fail(parsed.message, parsed.code);
  const { options } = parsed;
  const nodes = options.nodes as number;
  const formed = !options.empty && !options.standalone;
  const replicas = formed ? (options.replicas as number) : 0;
  if (nodes % (replicas + 1) !== 0) {
    fail(`${nodes} servers cannot be shared out to masters with ${replicas} replicas each.`);
  }
  const faults = (options.fault as string[]).map(readFault).sort((a, b) => a.atMs - b.atMs);
  const late = faults.find(({ atMs }) => atMs > (options.for as number));
  if (late) fail(`A fault at ${late.atMs} ms comes after the end.`);
  return {
    config: {
      seed: options.seed as number,
      masters: nodes / (replicas + 1),
      replicasPerMaster: replicas,
      basePort: options.port as number,
      preset: options.standalone ? 'standalone' : options.empty ? 'empty' : 'formed',
      nodeTimeoutMs: options['node-timeout'] as number,
      latencyUs: options.latency as number,
      jitterUs: options.jitter as number,
      loss: (options.loss as number) / 100,
      wire: options.bytes ? 'bytes' : 'records',
    },
    forMs: options.for as number,
    faults,
    parts: options.parts as number,
    swarm: (options.swarm as number | undefined) ?? 0,
    power: options.power === true,
    events: options.events === true,
    json: options.json === true,
  };
}

function readFault(text: string): TimedFault {
  const [, number, unit, kind, server] =
    /^(\d+(?:\.\d+)?)(ms|s|m):(kill|pause|resume|restart|wipe|isolate|rejoin):(\S+)$/.exec(text) ?? [];
  if (kind === undefined) fail(`A fault looks like 5s:kill:7002, not "${text}".`);
  const scale = { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
  return { atMs: Number(number) * scale, fault: { kind, server } as Fault };
}

/** What became of a world; everything but `frame` counts from the end of the warm-up. */
interface Outcome {
  frame: Frame;
  events: FeedEvent[];
  packets: number;
  commands: number;
  elapsedMs: number;
}

async function runWorld(options: RunOptions): Promise<Outcome> {
  let host: WorldHost | undefined;
  const session = sessionOver((config) => {
    const parts = Array.from({ length: options.parts }, (_, part) => new Part(partOptions(config, part)));
    return (host = new WorldHost(parts));
  });
  const count = async (): Promise<[packets: number, commands: number]> => {
    const report = await host?.report({ arrivedSince: Infinity, detailAll: false });
    return [report?.packetsDelivered ?? 0, report?.commandsDelivered ?? 0];
  };
  let frame = await session.open(options.config);
  const before = await count();
  const startedAt = performance.now();
  const from = frame.now;
  const events: FeedEvent[] = [];
  const runTo = async (atMs: number): Promise<void> => {
    // In pieces, since a frame holds the events since the one before.
    while (frame.halted === null && frame.now < from + atMs * 1000) {
      frame = await session.advance(Math.min(10_000_000, from + atMs * 1000 - frame.now));
      events.push(...frame.events);
    }
  };
  for (const { atMs, fault } of options.faults) {
    await runTo(atMs);
    await session.input({ kind: 'fault', fault });
  }
  await runTo(options.forMs);
  const elapsedMs = performance.now() - startedAt;
  const [packets, commands] = await count();
  return { frame, events, packets: packets - before[0], commands: commands - before[1], elapsedMs };
}

function serverLine(server: ServerFrame): string {
  const slots = server.slots
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    .join(' ');
  const role = server.role === 'master' ? 'master ' : `replica of ${server.masterName ?? '?'}`;
  return [
    server.name.padEnd(6),
    server.state.padEnd(8),
    role.padEnd(16),
    `${server.clusterEnabled ? server.clusterState : '-'}`.padEnd(5),
    `epoch ${server.currentEpoch}/${server.configEpoch}`.padEnd(12),
    `keys ${server.keys}`.padEnd(9),
    slots,
  ].join(' ');
}

function countBy<T>(items: readonly T[], name: (item: T) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(name(item), (counts.get(name(item)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function report(options: RunOptions, outcome: Outcome): string {
  const { frame, events, packets, commands, elapsedMs } = outcome;
  const counts = countBy(events, ({ event }) => event.type).map(([type, count]) => `${type} ${count}`);
  const lines = [
    `virtual time   ${(frame.now / 1e6).toFixed(3)} s, of it ${options.forMs / 1000} s after the warm-up`,
    `computed in    ${(elapsedMs / 1000).toFixed(3)} s, ${Math.round(options.forMs / elapsedMs)} times as fast`,
    `packets        ${packets}`,
    `commands       ${commands}`,
    `events         ${counts.join(', ') || 'none'}`,
    '',
    ...frame.servers.map(serverLine),
    '',
    `hash           ${frame.hash}`,
  ];
  if (frame.halted)
    lines.unshift(`HALTED at ${frame.halted.at} us, seed ${frame.halted.seed}: ${frame.halted.reason}`);
  return lines.join('\n');
}

/** Runs random worlds and reports each rule that was broken. The worlds and the rules are those of the
 *  tests, so that a seed found here fails there too. Resolves to whether all held. */
async function runSwarm(first: number, count: number, power: boolean): Promise<boolean> {
  const { runSeed } = await import('#test/sim/swarm.ts');
  const startedAt = performance.now();
  let broken = 0;
  let virtualMs = 0;
  let promotions = 0;
  for (let seed = first; seed < first + count; seed++) {
    const result = runSeed(seed, { power });
    virtualMs += result.simulatedMs;
    promotions += result.promotions;
    if (result.violation === null) continue;
    broken++;
    console.log(`seed ${seed}, ${result.servers} servers: ${result.violation}`);
    console.log(`  again: npm run sim -- --swarm 1 --seed ${seed}${power ? ' --power' : ''}`);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(
    `${count} worlds from seed ${first}: ${broken} broke a rule; ${promotions} promotions in ` +
      `${Math.round(virtualMs / 1000)} virtual seconds, computed in ${seconds.toFixed(1)} s`,
  );
  return broken === 0;
}

const options = readOptions(process.argv.slice(2));
await loadPieces();
if (options.swarm > 0) {
  const held = await runSwarm(options.config.seed as number, options.swarm, options.power);
  process.exit(held ? 0 : 1);
}
const outcome = await runWorld(options);
const { frame, events, packets, commands } = outcome;
if (options.events && !options.json) {
  for (const { at, who, event } of events)
    console.log(`${(at / 1e6).toFixed(6)} ${who} ${JSON.stringify(event)}`);
}
if (options.json) {
  const { now, hash, servers, halted } = frame;
  const shown = { config: options.config, now, hash, packets, commands, halted, servers };
  console.log(JSON.stringify(options.events ? { ...shown, events } : shown, null, 2));
} else console.log(report(options, outcome));
process.exit(frame.halted ? 70 : 0);
