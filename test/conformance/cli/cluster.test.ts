/* The cluster manager and cluster replies as recorded from 7.0.15, against simulated servers taken through
 * the same story: six servers, a cluster, six hundred keys, open slots, resharding, growing, shrinking.
 * Node ids are masked; lines are compared as a set where real servers list nodes in the order of a hash
 * table. The twins test (test/bridge) covers what is not recorded in a form that can be replayed. */

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { CliWorld, plain } from './cli-world.ts';
import type { RunOptions } from './outputs.ts';

const PORTS = [7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008];

/** Ids in the recordings of the first cluster, by port. */
const RECORDED: Readonly<Record<string, string>> = {
  '6e259e9dda5ac006373253155045f231b8f39576': 'ID7000',
  '1221e43d4d5472f098b7059c60e415e630a09073': 'ID7001',
  d169cd9b946d94f1978c3838508cdbbafd65f889: 'ID7002',
  '8d30da0c133899d8503e1bffe07665f388b9fd6e': 'ID7003',
  '8206cd6a8dc8bf847d1c09e94e5c44fc61534139': 'ID7004',
  '3fce83b0ec03e0b89466c7d4acf4aa68e829e99f': 'ID7005',
  '4cc8ce3d1ceb0ea5b31889a1baef96d7f80add49': 'ID7006',
  '1147fb2a74697c3e07025d823bdf0e0943182b03': 'ID7007',
  '9d66958eb6991bf42e78eb013e67cf98e652393a': 'ID7008',
};

const golden = (name: string): string =>
  readFileSync(new URL(`../golden/${name}`, import.meta.url), 'latin1');

function maskIds(text: string, ids: Readonly<Record<string, string>>): string {
  let out = text;
  for (const [id, name] of Object.entries(ids)) {
    out = out.replaceAll(id, name).replaceAll(id.slice(0, 8), name);
  }
  return out
    .replace(/\b\d{13}\b/g, 'TIME')
    .replace(/^(5\) \(integer\)) \d{2,}$/gm, '$1 OFFSET')
    .replace(/(to join\n)\.*\n/g, '$1\n')
    .replace(/cluster_stats_messages_\S+\n/g, '');
}

/** Ids that a recording itself tells beside addresses: proposals were made with other clusters. */
function idsIn(text: string): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [, id, port] of text.matchAll(/[MS]: ([0-9a-f]{40}) 127\.0\.0\.1:(\d+)/g)) {
    ids[id as string] = `ID${port}`;
  }
  return ids;
}

const sorted = (text: string): string[] => text.split('\n').sort();

describe.sequential('a cluster from its creation to its end', () => {
  let world: CliWorld;
  let ids: Record<string, string>;
  let byName: Record<string, string>;

  beforeAll(async () => {
    await loadLua();
    world = new CliWorld({ ports: PORTS, cluster: true });
    world.addServer(7009, false);
    world.runMs(500);
    ids = {};
    for (const port of PORTS) {
      const { stdout } = world.run(['redis-cli', '-p', String(port), 'CLUSTER', 'MYID'], { tty: false });
      ids[stdout.trim()] = `ID${port}`;
    }
    byName = Object.fromEntries(Object.entries(ids).map(([id, name]) => [name, id]));
  });

  /** Runs a command line; ID7000 stands for the id of that server. */
  function run(line: string, options: RunOptions = {}): ReturnType<CliWorld['run']> {
    const argv = line.split(' ').map((word) => word.replace(/ID70\d\d/g, (name) => byName[name] as string));
    const type = options.type?.map((answer) =>
      answer.replace(/^ID70\d\d$/, (name) => byName[name] as string),
    );
    return world.run(argv, {
      tty: false,
      stdin: '',
      ...options,
      ...(type ? { type, limitMs: 600_000 } : {}),
    });
  }

  /** What a command prints must be what was recorded. */
  function compare(name: string, line: string, exitCode: number, type?: readonly string[]): void {
    const recorded = plain(golden(name));
    const known = { ...RECORDED, ...idsIn(recorded) };
    const result = type ? runTyped(line, type) : run(line, { limitMs: 600_000 });
    const printed = type ? result.screen : result.stdout;
    expect(sorted(maskIds(printed, ids))).toEqual(sorted(maskIds(recorded, known)));
    expect(result.exitCode).toBe(exitCode);
  }

  function runTyped(line: string, type: readonly string[]): ReturnType<CliWorld['run']> {
    return run(line, { tty: true, type, ...({ stdin: undefined } as object) });
  }

  /** Types the commands of a recorded terminal session and compares each answer. */
  function session(name: string, line: string): void {
    const opened = world.open(line.split(' '));
    const prompt = /^(127\.0\.0\.1:\d+(?:\(TX\))?> )(.*)$/;
    const blocks: { command: string; prompt: string; output: string }[] = [];
    for (const row of plain(golden(name)).split('\n')) {
      const found = prompt.exec(row);
      if (found) blocks.push({ prompt: found[1] as string, command: found[2] as string, output: '' });
      else if (blocks.length > 0) (blocks.at(-1) as { output: string }).output += row + '\n';
    }
    for (let tries = 0; tries < 100 && opened.process.prompt === null; tries++) opened.step();
    for (const block of blocks) {
      if (block.command.startsWith('SSUBSCRIBE')) break;
      expect(opened.process.prompt, block.command).toBe(block.prompt);
      const from = opened.process.transcript.printedEnd;
      opened.type(maskIds(block.command, RECORDED).replace(/ID70\d\d/g, (id) => byName[id] as string));
      const printed = opened.process.transcript.printedSince(from);
      // Soft: what follows needs the rest of the session to have happened.
      expect
        .soft([block.command, ...sorted(maskIds(printed.replace(/\n$/, ''), ids))])
        .toEqual([block.command, ...sorted(maskIds(block.output.replace(/\n$/, ''), RECORDED))]);
    }
  }

  const SIX = '127.0.0.1:7000 127.0.0.1:7001 127.0.0.1:7002 127.0.0.1:7003 127.0.0.1:7004 127.0.0.1:7005';

  test.for([
    ['101-create-not-cluster.txt', '127.0.0.1:7009 127.0.0.1:7001 127.0.0.1:7002 --cluster-yes', 1],
    ['101-create-too-few-nodes.txt', '127.0.0.1:7000 127.0.0.1:7001 --cluster-yes', 1],
    ['101-create-too-many-replicas.txt', `${SIX} --cluster-replicas 2 --cluster-yes`, 1],
  ] as const)('%s: what cannot become a cluster is refused as recorded', ([name, args, code]) => {
    compare(name, `redis-cli --cluster create ${args}`, code);
  });

  test.for([
    ['102-create-proposal-3-nodes-0-replicas.pty.txt', 3, 0],
    ['102-create-proposal-5-nodes-0-replicas.pty.txt', 5, 0],
  ] as const)('%s: slots are dealt out as recorded', ([name, count, replicas]) => {
    const nodes = PORTS.slice(0, count).map((port) => `127.0.0.1:${port}`);
    compare(name, `redis-cli --cluster create ${nodes.join(' ')} --cluster-replicas ${replicas}`, 0, ['no']);
  });

  test.for([
    ['102-create-proposal-7-nodes-1-replica-extra.pty.txt', 7, 1],
    ['102-create-proposal-8-nodes-1-replica.pty.txt', 8, 1],
    ['102-create-proposal-9-nodes-2-replicas.pty.txt', 9, 2],
  ] as const)(
    '%s: replicas are proposed as recorded, up to the random search for better places',
    ([name, count, replicas]) => {
      const nodes = PORTS.slice(0, count).map((port) => `127.0.0.1:${port}`);
      const line = `redis-cli --cluster create ${nodes.join(' ')} --cluster-replicas ${replicas}`;
      const recorded = plain(golden(name));
      const result = runTyped(line, ['no']);
      const head = (text: string): string => text.slice(0, text.indexOf('M: '));
      const lines = (text: string): string[] =>
        text
          .slice(text.indexOf('M: '))
          .split('\n')
          .filter((row) => !row.includes('replicates'));
      expect(head(result.screen)).toBe(head(recorded));
      expect(lines(maskIds(result.screen, ids))).toEqual(lines(maskIds(recorded, idsIn(recorded))));
    },
  );

  test('a cluster is created as recorded', () => {
    compare(
      '104-create-cluster-yes.txt',
      `redis-cli --cluster create ${SIX} --cluster-replicas 1 --cluster-yes`,
      0,
    );
    world.runMs(3000);
    compare('103-create-not-empty.txt', `redis-cli --cluster create ${SIX} --cluster-yes`, 1);
  });

  test('check and info of six hundred keys are as recorded', () => {
    const commands = Array.from({ length: 600 }, (_, at) => `SET key:${at + 1} ${at + 1}`);
    run('redis-cli -c -p 7000', { stdin: commands.join('\n') });
    compare('110-check.txt', 'redis-cli --cluster check 127.0.0.1:7000', 0);
    compare('110-check-from-replica.txt', 'redis-cli --cluster check 127.0.0.1:7003', 0);
    compare('110-info.txt', 'redis-cli --cluster info 127.0.0.1:7000', 0);
  });

  test('redirects at a prompt and in a pipe are as recorded', () => {
    session('120-tty-c-redirect.pty.txt', 'redis-cli -p 7000 -c');
    const stdin = 'SET foo bar\nGET foo\nGET hello\nGET bar\n';
    expect(run('redis-cli -c -p 7000', { stdin }).stdout).toBe(golden('123-c-pipe.txt'));
    expect(run('redis-cli -c -p 7000 GET foo').stdout).toBe(golden('123-c-oneshot.txt'));
    expect(run('redis-cli -p 7000 GET foo').stdout).toBe(golden('123-noc-oneshot.txt'));
  });

  test('without -c, and at a replica, errors are as recorded', () => {
    session('121-tty-no-c-errors.pty.txt', 'redis-cli -p 7000');
    // A fresh replica waits for its master's diskless sync, and then for the first ping of the stream.
    world.runMs(16_000);
    session('122-tty-replica.pty.txt', 'redis-cli -p 7003');
    world.runMs(1000);
  });

  test('a slot under migration answers as recorded, and fix closes it', () => {
    run('redis-cli -c -p 7000 MSET {bar}1 a {bar}2 b');
    session('130-tty-ask-source.pty.txt', 'redis-cli -p 7000');
    session('131-tty-ask-target.pty.txt', 'redis-cli -p 7001');
    session('132-tty-c-ask.pty.txt', 'redis-cli -p 7000 -c');
    compare('133-check-open-slot.txt', 'redis-cli --cluster check 127.0.0.1:7000', 1);
    compare('133-info-open-slot.txt', 'redis-cli --cluster info 127.0.0.1:7000', 0);
    const reshard =
      'redis-cli --cluster reshard 127.0.0.1:7000 --cluster-from ID7000 --cluster-to ID7001 --cluster-slots 1 --cluster-yes';
    compare('133-reshard-open-slot.txt', reshard, 1);
    compare('133-rebalance-open-slot.txt', 'redis-cli --cluster rebalance 127.0.0.1:7000', 1);
    compare('134-fix-open-slot-both.txt', 'redis-cli --cluster fix 127.0.0.1:7000 --cluster-yes', 0);
    world.runMs(1000);
    compare('134-check-after-fix.txt', 'redis-cli --cluster check 127.0.0.1:7000', 0);
  });

  test('slots left open on one side only are found and closed as recorded', () => {
    run('redis-cli -p 7000 CLUSTER SETSLOT 100 MIGRATING ID7001');
    compare('135-check-migrating-only.txt', 'redis-cli --cluster check 127.0.0.1:7000', 1);
    compare('135-fix-migrating-only.txt', 'redis-cli --cluster fix 127.0.0.1:7000', 0);
    run('redis-cli -p 7001 CLUSTER SETSLOT 100 IMPORTING ID7000');
    compare('136-check-importing-only.txt', 'redis-cli --cluster check 127.0.0.1:7000', 1);
    compare('136-fix-importing-only.txt', 'redis-cli --cluster fix 127.0.0.1:7000', 0);
  });

  test('resharding prints plan and progress as recorded', () => {
    const line = (rest: string): string => `redis-cli --cluster reshard 127.0.0.1:7000 ${rest}`;
    compare(
      '150-reshard-noninteractive.txt',
      line('--cluster-from ID7000 --cluster-to ID7001 --cluster-slots 20 --cluster-yes'),
      0,
    );
    world.runMs(1000);
    compare(
      '151-reshard-from-all.txt',
      line('--cluster-from all --cluster-to ID7002 --cluster-slots 10 --cluster-yes'),
      0,
    );
    world.runMs(1000);
    compare(
      '152-reshard-two-sources.txt',
      line('--cluster-from ID7001,ID7002 --cluster-to ID7000 --cluster-slots 25 --cluster-yes'),
      0,
    );
    world.runMs(1000);
  });

  test('resharding asks its questions as recorded', () => {
    const line = 'redis-cli --cluster reshard 127.0.0.1:7000';
    compare('154-reshard-interactive-all.pty.txt', line, 0, ['12', 'ID7001', 'all', 'yes']);
    world.runMs(1000);
    compare('155-reshard-interactive-bad-target.pty.txt', line, 1, ['0', 'abc', '99999', '5', 'badid']);
    compare('157-reshard-interactive-done-yes.pty.txt', line, 0, ['4', 'ID7000', 'ID7001', 'done', 'yes']);
    world.runMs(1000);
  });

  test('rebalancing finds nothing to do, simulates, and moves as recorded', () => {
    compare(
      '160-rebalance-balanced-default-threshold.txt',
      'redis-cli --cluster rebalance 127.0.0.1:7000',
      0,
    );
    const reshard =
      'redis-cli --cluster reshard 127.0.0.1:7000 --cluster-from ID7000 --cluster-to ID7001 --cluster-slots 1500 --cluster-yes';
    expect(run(reshard, { limitMs: 600_000 }).exitCode).toBe(0);
    world.runMs(1000);
    compare(
      '162-rebalance-simulate.txt',
      'redis-cli --cluster rebalance 127.0.0.1:7000 --cluster-simulate',
      0,
    );
    compare(
      '163-rebalance-threshold-50.txt',
      'redis-cli --cluster rebalance 127.0.0.1:7000 --cluster-threshold 50',
      0,
    );
    compare('164-rebalance.txt', 'redis-cli --cluster rebalance 127.0.0.1:7000', 0);
    world.runMs(1000);
  });

  test('what cannot be added or removed is refused as recorded', () => {
    const errors = (result: ReturnType<CliWorld['run']>): string =>
      result.stdout
        .split('\n')
        .filter((row) => row.startsWith('[ERR]'))
        .join('\n');
    const recorded = (name: string): string =>
      golden(name)
        .split('\n')
        .filter((row) => row.startsWith('[ERR]'))
        .join('\n');
    for (const [name, rest] of [
      ['176-add-node-not-cluster.txt', 'add-node 127.0.0.1:7009 127.0.0.1:7000'],
      ['176-add-node-unreachable.txt', 'add-node 127.0.0.1:7999 127.0.0.1:7000'],
      [
        '176-add-node-unknown-master-id.txt',
        `add-node 127.0.0.1:7008 127.0.0.1:7000 --cluster-slave --cluster-master-id ${'a'.repeat(40)}`,
      ],
      ['177-del-node-unknown.txt', `del-node 127.0.0.1:7000 ${'b'.repeat(40)}`],
    ] as const) {
      const result = run(`redis-cli --cluster ${rest}`);
      expect([name, errors(result), result.exitCode]).toEqual([name, recorded(name), 1]);
    }
  });

  test('a cluster grows and shrinks', () => {
    const last = (text: string): string => text.slice(text.indexOf('>>> Getting'));
    const added = run('redis-cli --cluster add-node 127.0.0.1:7006 127.0.0.1:7000');
    expect(last(added.stdout)).toBe(last(golden('170-add-node-master.txt')));
    // Gossip needs a while to carry the newcomer to everybody.
    world.runMs(10_000);
    expect(run('redis-cli --cluster rebalance 127.0.0.1:7000').stdout).toMatch(/No rebalancing needed/);
    const simulated = run(
      'redis-cli --cluster rebalance 127.0.0.1:7000 --cluster-use-empty-masters --cluster-simulate',
    );
    expect(simulated.stdout.match(/^Moving 136[56] slots from \S+ to 127\.0\.0\.1:7006$/gm)?.length).toBe(3);
    const filled = run(
      'redis-cli --cluster reshard 127.0.0.1:7000 --cluster-from all --cluster-to ID7006 --cluster-slots 60 --cluster-yes',
      { limitMs: 600_000 },
    );
    expect([filled.exitCode, filled.stdout.slice(-300), filled.stderr]).toEqual([0, expect.anything(), '']);
    world.runMs(1000);
    const slave = run(
      'redis-cli --cluster add-node 127.0.0.1:7007 127.0.0.1:7000 --cluster-slave --cluster-master-id ID7006',
    );
    expect(slave.stdout).toMatch(
      /Configure node as replica of 127\.0\.0\.1:7006\.\n\[OK\] New node added correctly\.\n$/,
    );
    world.runMs(10_000);
    compare('177-del-node-master-with-slots.txt', 'redis-cli --cluster del-node 127.0.0.1:7000 ID7006', 1);
    compare(
      '179-del-node-replica-of-new-master.txt',
      'redis-cli --cluster del-node 127.0.0.1:7000 ID7007',
      0,
    );
    world.runMs(1000);
    const emptied = run('redis-cli --cluster rebalance 127.0.0.1:7000 --cluster-weight ID7006=0', {
      limitMs: 600_000,
    });
    expect([emptied.exitCode, emptied.stdout.slice(-300), emptied.stderr]).toEqual([
      0,
      expect.anything(),
      '',
    ]);
    world.runMs(1000);
    compare('181-del-node-empty-master.txt', 'redis-cli --cluster del-node 127.0.0.1:7000 ID7006', 0);
    world.runMs(1000);
    const check = run('redis-cli --cluster check 127.0.0.1:7000');
    expect(check.stdout).toMatch(/\[OK\] All 16384 slots covered\.\n$/);
    expect(check.exitCode).toBe(0);
  });

  test('commands for every node print as recorded', () => {
    compare('190-call-error.txt', 'redis-cli --cluster call 127.0.0.1:7000 NOSUCH x', 0);
    const low = run('redis-cli --cluster set-timeout 127.0.0.1:7000 50');
    expect([low.stderr, low.exitCode]).toEqual([golden('191-set-timeout-too-low.stderr'), 1]);
  });
});
