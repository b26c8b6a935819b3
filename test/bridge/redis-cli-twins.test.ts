/* Twins: the same command lines are given to Debian's redis-cli on one cluster and to ours on another, a few on
 * two clusters of real servers, all on two equal simulated ones. Both must print the same, end with the same code,
 * send the same commands to each server, on simulated servers in the same order too, and leave the same cluster
 * behind. */

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import {
  freePorts,
  redisCli,
  scratchFolder,
  startBridge,
  startRealServer,
  stopAll,
  type Finished,
} from './processes.ts';

/** Servers, of which one is in no cluster. */
const SERVERS = 10;
const ALONE = 7;

/** The slow log of every server is the record of what was sent to it. */
const CONFIG = {
  'cluster-node-timeout': '5000',
  'enable-debug-command': 'yes',
  'slowlog-log-slower-than': '0',
  'slowlog-max-len': '100000',
};

type Kind = 'real' | 'simulated';

interface Twin {
  kind: Kind;
  ports: number[];
  /** Empty for the one that is in no cluster. */
  ids: string[];
  folder: string;
  /** Connections by which this test asks the servers. */
  readers: Redis[];
}

type Pair = [theirs: Twin, ours: Twin];
const pairs = new Map<Kind, Pair>();

beforeAll(async () => {
  for (const kind of ['real', 'simulated'] as const)
    pairs.set(kind, [await startTwin(kind), await startTwin(kind)]);
}, 300_000);
afterAll(async () => {
  for (const { readers } of [...pairs.values()].flat()) for (const reader of readers) reader.disconnect();
  await stopAll();
});

async function startTwin(kind: Kind): Promise<Twin> {
  const ports = kind === 'real' ? await startRealServers() : await startSimulatedServers();
  const readers = ports.map((port) => {
    const reader = new Redis(port, '127.0.0.1', { connectionName: 'reader', enableReadyCheck: false });
    // Some servers are made to go away.
    reader.on('error', () => {});
    return reader;
  });
  const ids = await Promise.all(
    readers.map(async (reader, at) => (at === ALONE ? '' : String(await reader.call('CLUSTER', 'MYID')))),
  );
  return { kind, ports, ids, folder: scratchFolder(), readers };
}

async function startRealServers(): Promise<number[]> {
  const base = await freePorts(SERVERS);
  const ports = Array.from({ length: SERVERS }, (_, at) => base + at);
  for (const [at, port] of ports.entries()) {
    const cluster = at === ALONE ? {} : { 'cluster-enabled': 'yes' };
    await startRealServer({ port: String(port), ...CONFIG, ...cluster });
  }
  return ports;
}

async function startSimulatedServers(): Promise<number[]> {
  const config = Object.entries(CONFIG).flatMap(([name, value]) => ['--config', `${name}=${value}`]);
  const { port } = await startBridge('--empty', '--nodes', String(SERVERS - 1), ...config);
  const alone = await startBridge('--standalone', '--nodes', '1', ...config);
  return Array.from({ length: SERVERS - 1 }, (_, at) => port + at).toSpliced(ALONE, 0, alone.port);
}

/** P0 .. P9 are ports, ID0 .. ID9 node ids, FOLDER is one to write into. */
function fill(text: string, { ports, ids, folder }: Twin): string {
  return text
    .replace(/\bP(\d)/g, (_, at: string) => String(ports[Number(at)]))
    .replace(/ID(\d)/g, (_, at: string) => ids[Number(at)] as string)
    .replace('FOLDER', folder);
}

/** The inverse of `fill`. How long a join took is chance, and how much a snapshot takes. */
function mask(text: string, { ports, ids, folder }: Twin): string {
  let out = text
    .replaceAll(folder, 'FOLDER')
    .replace(/(to join\n)\.*\n/g, '$1\n')
    .replace(/\d+ bytes/g, 'N bytes');
  for (const [at, id] of ids.entries())
    if (id !== '') out = out.replaceAll(id, `ID${at}`).replaceAll(id.slice(0, 8), `ID${at}`);
  return out.replace(/((?:127\.0\.0\.1|localhost)[-: ]|@)(\d+)/g, (all, before: string, digits: string) => {
    const at = ports.indexOf(Number(digits) - (before === '@' ? 10_000 : 0));
    return at < 0 ? all : `${before}${before === '@' ? 'B' : 'P'}${at}`;
  });
}

/** Nodes are listed in the order of a hash table, which is chance: lines are compared as a set. */
function sorted(text: string): string[] {
  return text.split('\n').sort();
}

async function view(twin: Twin, at: number): Promise<string[]> {
  const nodes = String(await twin.readers[at]?.call('CLUSTER', 'NODES'));
  // The times of pings and pongs are left out, and the marks of open slots: each server lists its own.
  const fields = nodes
    .trim()
    .split('\n')
    .map((line) => line.split(' ').toSpliced(4, 2))
    .map((words) => words.filter((word) => !word.startsWith('[')).join(' '));
  return sorted(mask(fields.join('\n'), twin)).map((line) => line.replace('myself,', ''));
}

/** Whether a server has the data of its master; a master has its own. What is written after that comes as
 *  commands, which are compared, and not within the first copy. */
async function isInStep({ readers }: Twin, at: number): Promise<boolean> {
  return /^role:master|^master_link_status:up/m.test(String(await readers[at]?.info('replication')));
}

/** Until every server of a cluster sees what its first one sees, a newcomer among them. */
async function settle(twin: Twin, of: number, newcomer: number | null): Promise<void> {
  await vi.waitFor(
    async () => {
      const first = await view(twin, of);
      const members = first.flatMap((line) =>
        [...line.matchAll(/:P(\d)@/g)].map((found) => Number(found[1])),
      );
      // A server that is told to join is heard of only after its MEET.
      if (newcomer !== null) expect(members).toContain(newcomer);
      const views = await Promise.all(members.map((at) => view(twin, at)));
      expect(first.filter((line) => /handshake|fail/.test(line))).toEqual([]);
      for (const one of views) expect(one).toEqual(first);
      expect(await Promise.all(members.map((at) => isInStep(twin, at)))).not.toContain(false);
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** Until these servers, which have joined a cluster, find it well: a master does only after a while. */
async function trust(readers: readonly Redis[]): Promise<void> {
  const state = async (reader: Redis): Promise<string> => String(await reader.cluster('INFO'));
  await vi.waitFor(
    async () => {
      for (const text of await Promise.all(readers.map(state))) expect(text).toContain('cluster_state:ok');
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** Sent by servers to each other, or to a connection that MIGRATE has not kept. */
const NOT_COMPARED = /^(?:ping|psync|replconf|select)$/i;

type Entry = [id: number, at: number, micros: number, words: string[], from: string, name: string];

/** What each server was sent since the last time, in order. */
async function sent(twin: Twin): Promise<string[][]> {
  const { kind, ports, readers } = twin;
  return await Promise.all(
    readers.map(async (reader) => {
      const entries = (await reader.slowlog('GET', -1)) as Entry[];
      await reader.slowlog('RESET');
      const commands = entries
        .toReversed()
        // A replica gets the writes of its master when it gets them.
        .filter(
          ([, , , , from, name]) => name !== 'reader' && !ports.includes(Number(from.split(':').at(-1))),
        )
        .filter(([, , , [name = '']]) => !NOT_COMPARED.test(name))
        .map(([, , , words]) => mask(words.join(' '), twin));
      // How often it is asked while all agree is chance.
      const isAgain = (one: string, at: number): boolean =>
        /^cluster nodes$/i.test(one) && one === commands[at - 1];
      const once = commands.filter((one, at) => !isAgain(one, at));
      // The order of a real server's keys is chance, and redis-cli's walk through them.
      return kind === 'real' ? once.sort() : once;
    }),
  );
}

/** A command line, and behind a bar what is piped in. */
async function giveBoth(line: string, [theirs, ours]: Pair): Promise<Finished> {
  await Promise.all([sent(theirs), sent(ours)]);
  const [words = '', input = ''] = line.split(' | ');
  const stdin = input.replaceAll(' ; ', '\n');
  const real = await redisCli(fill(words, theirs).split(' '), stdin);
  const files = { [`${ours.folder}/`]: '' };
  const argv = ['redis-cli', ...fill(words, ours).split(' ')];
  const mine = await runOurs(argv, { tty: false, stdin, files });
  const seen = [line, sorted(mask(mine.stdout, ours)), sorted(mask(mine.stderr, ours)), mine.exitCode];
  expect(seen).toEqual([
    line,
    sorted(mask(real.stdout, theirs)),
    sorted(mask(real.stderr, theirs)),
    real.code,
  ]);
  expect([line, await sent(ours)]).toEqual([line, await sent(theirs)]);
  return real;
}

/** Gives the lines to both, and lets the cluster of that server come to rest after each. */
async function giveAll(lines: readonly string[], pair: Pair, of: number): Promise<void> {
  for (const line of lines) {
    const { code } = await giveBoth(line, pair);
    const joins = code === 0 ? /add-node 127\.0\.0\.1:P(\d)|meet 127\.0\.0\.1 P(\d)/.exec(line) : null;
    const newcomer = joins ? Number(joins[1] ?? joins[2]) : null;
    await Promise.all(pair.map((twin) => settle(twin, of, newcomer)));
  }
}

/** What changes a cluster, given on real servers too. */
const CHANGES = [
  '--cluster create localhost:P0 localhost:P1 localhost:P2 --cluster-yes',
  '--cluster add-node 127.0.0.1:P3 127.0.0.1:P0 --cluster-slave --cluster-master-id ID0',
  '--cluster add-node 127.0.0.1:P4 127.0.0.1:P0',
  '-c -p P0 set foo bar',
  '-c -p P0 mset {bar}1 a {bar}2 b {bar}3 c {bar}4 d {bar}5 e {bar}6 f {bar}7 g {bar}8 h {bar}9 i {bar}10 j {bar}11 k',
  '--cluster call 127.0.0.1:P0 dbsize --cluster-only-masters',
  '--cluster set-timeout 127.0.0.1:P0 6000',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID1 --cluster-slots 20 --cluster-yes',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight ID0=1.05 ID1=0.98 --verbose',
  '--cluster del-node 127.0.0.1:P0 ID4',
  '-p P7 mset k1 1 k2 2 foo x',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-copy --cluster-replace',
  '--cluster backup 127.0.0.1:P0 FOLDER',
  '-p P0 cluster setslot 5061 migrating ID1',
  '-p P1 cluster setslot 5061 importing ID0',
  '--cluster fix 127.0.0.1:P0',
  '--cluster check 127.0.0.1:P0',
  '--cluster info 127.0.0.1 P3',
];

/** And what else there is, mistakes above all. */
const MORE = [
  '-p P0 cluster setslot 5061 importing ID1',
  '--cluster fix 127.0.0.1:P0',
  '-p P1 cluster setslot 5061 migrating ID0',
  '-p P0 cluster setslot 5061 importing ID1',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 50',
  '-p P0 | ASKING ; set {bar}1 a',
  '--cluster fix 127.0.0.1:P0',
  '-p P1 cluster setslot 5061 migrating ID0',
  '-p P0 cluster setslot 5061 importing ID1',
  '-p P0 | ASKING ; set {bar}2 other',
  '--cluster backup 127.0.0.1:P0 FOLDER/',
  '--cluster fix 127.0.0.1:P0',
  '--cluster fix 127.0.0.1:P0 --cluster-replace',
  '-p P1 cluster setslot 5061 migrating ID0',
  '--cluster fix 127.0.0.1:P0',
  '--cluster foo',
  '--cluster check',
  '--cluster create 127.0.0.1:P6 127.0.0.1:P8 --cluster-yes',
  '--cluster create 127.0.0.1:P6 127.0.0.1:P8 127.0.0.1:P7 --cluster-yes',
  '--cluster create 127.0.0.1:P0 127.0.0.1:P1 127.0.0.1:P2 --cluster-yes',
  '-p P2 set foo bar',
  '-p P0 set foo bar',
  '--cluster reshard 127.0.0.1:P0 --cluster-from all --cluster-to ID2 --cluster-slots 10 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID1,ID2 --cluster-to ID0 --cluster-slots 25 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID3 --cluster-slots 1 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID0 --cluster-slots 1 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID1 --cluster-slots -5 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from zz --cluster-to ID1 --cluster-slots 5 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from all,ID0 --cluster-to ID1 --cluster-slots 5 --cluster-yes',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0,ID0 --cluster-to ID1 --cluster-slots 4 --cluster-yes',
  '--cluster set-timeout 127.0.0.1:P0 99',
  '--cluster set-timeout 127.0.0.1:P0 soon',
  '--cluster call 127.0.0.1:P0 dbsize --cluster-only-replicas',
  '--cluster call 127.0.0.1:P0 nonsense 1',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 0 --cluster-simulate',
  '--cluster del-node 127.0.0.1:P0 ffff',
  '--cluster del-node 127.0.0.1:P0 ID1',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-from-user nobody --cluster-from-pass wrong',
  '--cluster import 127.0.0.1:P0',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight ID3=3 --cluster-simulate',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold -1 --cluster-simulate',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight zzzz=3',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 50',
  '--cluster add-node 127.0.0.1:P5 127.0.0.1:P0',
  '--cluster rebalance 127.0.0.1:P0 --cluster-use-empty-masters --cluster-simulate',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID5 --cluster-slots 3 --cluster-yes',
  '--cluster add-node 127.0.0.1:P6 127.0.0.1:P0 --cluster-slave --cluster-master-id aaaa',
  '--cluster add-node 127.0.0.1:P7 127.0.0.1:P0',
  '--cluster del-node 127.0.0.1:P0 ID5',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P1',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-copy',
  '-p P7 config set requirepass secret',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-copy --cluster-replace',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-from-pass secret --cluster-copy --cluster-replace',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-from-user default --cluster-from-pass secret --cluster-copy --cluster-replace',
  '--cluster backup 127.0.0.1:P0 /nonexistent/folder',
];

/** Another cluster, of three masters, of which one has nearly all slots, and keys that are the others' too. */
const JOINED = [
  '-p P6 cluster addslotsrange 0 16381',
  '-p P8 cluster addslots 16382',
  '-p P9 cluster addslots 16383',
  '-p P6 cluster set-config-epoch 1',
  '-p P8 cluster set-config-epoch 2',
  '-p P9 cluster set-config-epoch 3',
  '-p P6 cluster meet 127.0.0.1 P8',
  '-p P6 cluster meet 127.0.0.1 P9',
];
const DIFFERENT_KEYS = [
  '-p P8 set k8340 mine',
  '-p P6 config set maxmemory 1',
  '--cluster reshard 127.0.0.1:P6 --cluster-from ID8 --cluster-to ID6 --cluster-slots 1 --cluster-yes',
  '-p P6 config set maxmemory 0',
  '-p P8 cluster setslot 16382 stable',
  '-p P6 cluster setslot 16382 importing ID8',
  '-p P6 | ASKING ; set k8340 other',
  '-p P6 cluster setslot 16382 stable',
  '--cluster reshard 127.0.0.1:P6 --cluster-from ID8 --cluster-to ID6 --cluster-slots 1 --cluster-yes',
  '--cluster fix 127.0.0.1:P6 --cluster-replace',
  '-c -p P6 get k8340',
  '-p P9 set k10322 mine',
  '-p P6 cluster setslot 16383 importing ID9',
  '-p P6 | ASKING ; set k15450 other',
  '-p P6 cluster setslot 16383 stable',
  '--cluster fix 127.0.0.1:P6 --cluster-search-multiple-owners',
  '--cluster reshard 127.0.0.1:P6 --cluster-from ID6 --cluster-to ID8 --cluster-slots 1 --cluster-yes',
];
const UNCOVERED = [
  '-p P6 cluster delslots 16383',
  '-p P8 cluster delslots 16383',
  '-p P9 cluster delslots 16383',
  '--cluster fix 127.0.0.1:P6 | yes',
];
/** Two masters go away, one with a slot of its own, and a slot is left open. */
const GONE = [
  '-p P8 shutdown nosave',
  '-p P9 shutdown nosave',
  '--cluster check 127.0.0.1:P6',
  '--cluster fix 127.0.0.1:P6 --cluster-yes',
  '-p P6 cluster setslot 5 migrating ID8',
  '--cluster fix 127.0.0.1:P6 --cluster-yes',
  '--cluster fix 127.0.0.1:P6 --cluster-fix-with-unreachable-masters | no',
  '--cluster fix 127.0.0.1:P6 --cluster-fix-with-unreachable-masters | yes',
  '--cluster check 127.0.0.1:P6',
];
/** What the real one says there. */
const DANGEROUS = [
  /Fixing slots coverage with 2 unreachable masters is dangerous/,
  /Fixing open slots with 2 unreachable masters is dangerous/,
  />>> Case 4: Closing slot 5 on/,
  />>> Covering slot 0 with/,
  /\[OK\] All 16384 slots covered/,
];

test.concurrent(
  'our redis-cli does on real servers what the real one does',
  async () => {
    const pair = pairs.get('real') as Pair;
    await giveAll(CHANGES, pair, 0);
    expect(await view(pair[1], 0)).toEqual(await view(pair[0], 0));
  },
  600_000,
);

test.concurrent(
  'our redis-cli does on simulated servers what the real one does',
  async () => {
    const pair = pairs.get('simulated') as Pair;
    await giveAll([...CHANGES, ...MORE], pair, 0);
    expect(await view(pair[1], 0)).toEqual(await view(pair[0], 0));
    await giveAll(JOINED, pair, 6);
    await trust(pair.flatMap(({ readers }) => [readers[6], readers[8], readers[9]] as Redis[]));
    await giveAll(DIFFERENT_KEYS, pair, 6);
    for (const line of UNCOVERED) await giveBoth(line, pair);
    for (const { readers } of pair) for (const gone of readers.splice(8)) gone.disconnect();
    let said = '';
    for (const line of GONE) said += (await giveBoth(line, pair)).stdout;
    for (const one of DANGEROUS) expect(said).toMatch(one);
  },
  600_000,
);
