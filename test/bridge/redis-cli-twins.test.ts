/* Twins: the same command lines are given to Debian's redis-cli on one real cluster and to ours on another.
 * Both must print the same, end with the same code, send the same number of each command to each server,
 * and leave the same cluster behind. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import { freePorts, redisCli, startRealServer, stopAll } from './processes.ts';

/** Cluster servers, and behind them one that is none. */
const SERVERS = 7;

interface Twin {
  base: number;
  ids: string[];
}

let real: Twin;
let ours: Twin;

beforeAll(async () => {
  real = await startTwin();
  ours = await startTwin();
});
afterAll(stopAll);

async function startTwin(): Promise<Twin> {
  const base = await freePorts(SERVERS + 1);
  const ids: string[] = [];
  for (let at = 0; at <= SERVERS; at++) {
    const cluster = at < SERVERS ? { 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' } : {};
    await startRealServer({ port: String(base + at), 'enable-debug-command': 'yes', ...cluster });
    if (at < SERVERS) ids.push((await redisCli(['-p', base + at, 'cluster', 'myid'])).stdout.trim());
  }
  return { base, ids };
}

/** P0 .. P7 are ports, ID0 .. ID6 node ids. */
function fill(text: string, twin: Twin): string {
  return text
    .replace(/\bP(\d)/g, (_, at: string) => String(twin.base + Number(at)))
    .replace(/ID(\d)/g, (_, at: string) => twin.ids[Number(at)] as string);
}

/** The inverse of `fill`. How long a join took is chance. */
function mask(text: string, twin: Twin): string {
  let out = text.replace(/(to join\n)\.*\n/g, '$1\n');
  twin.ids.forEach((id, at) => (out = out.replaceAll(id, `ID${at}`).replaceAll(id.slice(0, 8), `ID${at}`)));
  return out.replace(/(\d+)/g, (all, digits: string) => {
    const at = Number(digits) - twin.base;
    if (at >= 0 && at <= SERVERS) return `P${at}`;
    return at >= 10_000 && at <= 10_000 + SERVERS ? `B${at - 10_000}` : all;
  });
}

/** Nodes are listed in the order of a hash table, which is chance: lines are compared as a set. */
function sorted(text: string): string[] {
  return text.split('\n').sort();
}

async function view(twin: Twin, at: number): Promise<string[]> {
  const { stdout } = await redisCli(['-p', twin.base + at, 'cluster', 'nodes']);
  const lines = stdout.trim().split('\n');
  // The times of pings and pongs are left out, and the marks of open slots: each server lists its own.
  return sorted(
    mask(
      lines
        .map((line) =>
          line
            .split(' ')
            .toSpliced(4, 2)
            .filter((word) => !word.startsWith('['))
            .join(' '),
        )
        .join('\n'),
      twin,
    ),
  ).map((line) => line.replace('myself,', ''));
}

/** Whether a server has the data of its master; a master has its own. What is written after that comes as
 *  commands, which are counted, and not within the first copy. */
async function isInStep(twin: Twin, at: number): Promise<boolean> {
  const { stdout } = await redisCli(['-p', twin.base + at, 'info', 'replication']);
  return /^role:master|^master_link_status:up/m.test(stdout);
}

/** Until every server that is in the cluster sees what the first one sees, a newcomer among them. */
async function settle(twin: Twin, newcomer: number | null): Promise<void> {
  await vi.waitFor(
    async () => {
      const first = await view(twin, 0);
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
    { timeout: 30_000, interval: 100 },
  );
}

/** How often each command was called, by server. What replication and this test itself ask is left out. */
async function callCounts(twin: Twin): Promise<string[][]> {
  const counts: string[][] = [];
  for (let at = 0; at <= SERVERS; at++) {
    const { stdout } = await redisCli(['-p', twin.base + at, 'info', 'commandstats']);
    const calls = [...stdout.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
      ([, name, count]) => `${name} ${count}`,
    );
    counts.push(
      calls.filter((line) => !/^(ping|psync|replconf|info|cluster\|(nodes|myid)) /.test(line)).sort(),
    );
  }
  return counts;
}

const LINES = [
  '--cluster foo',
  '--cluster check',
  '--cluster create 127.0.0.1:P0 127.0.0.1:P1 --cluster-yes',
  '--cluster create 127.0.0.1:P0 127.0.0.1:P1 127.0.0.1:P7 --cluster-yes',
  '--cluster create 127.0.0.1:P0 127.0.0.1:P1 127.0.0.1:P2 --cluster-yes',
  '--cluster add-node 127.0.0.1:P3 127.0.0.1:P0 --cluster-slave --cluster-master-id ID0',
  '--cluster add-node 127.0.0.1:P4 127.0.0.1:P0 --cluster-slave --cluster-master-id ID1',
  '--cluster create 127.0.0.1:P0 127.0.0.1:P1 127.0.0.1:P2 --cluster-yes',
  '--cluster info 127.0.0.1 P3',
  '-c -p P0 set foo bar',
  '-p P0 set foo bar',
  '-c -p P0 mset {bar}1 a {bar}2 b {bar}3 c {bar}4 d {bar}5 e {bar}6 f {bar}7 g {bar}8 h {bar}9 i {bar}10 j {bar}11 k',
  '--cluster call 127.0.0.1:P0 dbsize --cluster-only-masters',
  '--cluster set-timeout 127.0.0.1:P0 6000',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID1 --cluster-slots 20 --cluster-yes',
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
  '--cluster check 127.0.0.1:P0 --cluster-search-multiple-owners',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 0 --cluster-simulate',
  '--cluster del-node 127.0.0.1:P0 ffff',
  '--cluster del-node 127.0.0.1:P0 ID1',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-from-user nobody --cluster-from-pass wrong',
  '--cluster import 127.0.0.1:P0',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight ID3=3 --cluster-simulate',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold -1 --cluster-simulate',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight ID0=1.1 --cluster-simulate',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight zzzz=3',
  '--cluster rebalance 127.0.0.1:P0 --cluster-weight ID0=1.05 ID1=0.98',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 50',
  '--cluster add-node 127.0.0.1:P5 127.0.0.1:P0',
  '--cluster rebalance 127.0.0.1:P0 --cluster-use-empty-masters --cluster-simulate',
  '--cluster reshard 127.0.0.1:P0 --cluster-from ID0 --cluster-to ID5 --cluster-slots 3 --cluster-yes',
  '--cluster add-node 127.0.0.1:P6 127.0.0.1:P0 --cluster-slave --cluster-master-id aaaa',
  '--cluster add-node 127.0.0.1:P7 127.0.0.1:P0',
  '--cluster del-node 127.0.0.1:P0 ID5',
  '--cluster del-node 127.0.0.1:P0 ID4',
  '-p P7 mset k1 1 k2 2 foo x',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P1',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-copy --cluster-replace',
  '-p P7 del k2 foo',
  '--cluster import 127.0.0.1:P0 --cluster-from 127.0.0.1:P7 --cluster-copy',
  '-p P1 cluster setslot 5061 importing ID0',
  '--cluster fix 127.0.0.1:P0',
  '-p P0 cluster setslot 5061 migrating ID1',
  '-p P1 cluster setslot 5061 importing ID0',
  '--cluster rebalance 127.0.0.1:P0 --cluster-threshold 50',
  '--cluster fix 127.0.0.1:P0',
  '-p P1 cluster setslot 5061 migrating ID0',
  '--cluster fix 127.0.0.1:P0',
];

test('our redis-cli prints, sends and leaves behind what the real one does', async () => {
  for (const line of LINES) {
    const theirs = await redisCli(fill(line, real).split(' '));
    const mine = await runOurs(['redis-cli', ...fill(line, ours).split(' ')], { tty: false, stdin: '' });
    expect([line, sorted(mask(mine.stdout, ours)), mask(mine.stderr, ours), mine.exitCode]).toEqual([
      line,
      sorted(mask(theirs.stdout, real)),
      mask(theirs.stderr, real),
      theirs.code,
    ]);
    const joins = theirs.code === 0 ? /add-node 127\.0\.0\.1:P(\d)/.exec(line) : null;
    const newcomer = joins ? Number(joins[1]) : null;
    await Promise.all([settle(real, newcomer), settle(ours, newcomer)]);
  }
  expect(await callCounts(ours)).toEqual(await callCounts(real));
  expect(await view(ours, 0)).toEqual(await view(real, 0));
}, 600_000);
