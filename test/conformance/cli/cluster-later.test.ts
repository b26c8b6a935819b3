/* The same cluster after it grew and shrank: calls to every node, imports, a backup, colours, and then the
 * death of its servers, as recorded from 7.0.15. */

import { beforeAll, describe, expect, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { FIRST_CLUSTER, Story } from './story.ts';

const AT_7000 = '127.0.0.1:7000';
const AT_7001 = '127.0.0.1:7001';
const cluster = (line: string): string => `redis-cli --cluster ${line}`;

describe.sequential('a cluster of three masters in many ranges', () => {
  let story: Story;

  beforeAll(async () => {
    await loadLua();
    story = new Story([7000, 7001, 7002, 7003, 7004, 7005], FIRST_CLUSTER, { configFiles: true });
    story.world.addServer(7009, false);
    story.world.runMs(2500);
    story.form(
      {
        7000: '0-1365 1718-5642 10923-10924 10930-11098',
        7001: '6656-10922 10925-10929 11099-12287',
        7002: '1366-1717 5643-6655 12288-16383',
      },
      { 7003: 7001, 7004: 7002, 7005: 7000 },
      { 7000: 22, 7001: 24, 7002: 23 },
    );
    story.fillKeys();
  });

  test('a check finds it as recorded', () => {
    story.compare('181-check-after.txt', cluster(`check ${AT_7000}`), 0);
  });

  test('commands for every node print as recorded', () => {
    const call = (name: string, rest: string): void =>
      story.compare(name, cluster(`call ${AT_7000} ${rest}`), 0, { mask: maskOffset });
    // A fresh replica waits for its master's diskless sync.
    story.world.runMs(16_000);
    call('190-call-dbsize.txt', 'DBSIZE');
    call('190-call-only-masters.txt', 'DBSIZE --cluster-only-masters');
    call('190-call-only-replicas.txt', 'ROLE --cluster-only-replicas');
    call('190-call-config.txt', 'CONFIG GET cluster-node-timeout');
    call('190-call-error.txt', 'NOSUCH x');
    call('190-call-nil.txt', 'GET key:1');
    const timeout = (name: string, ms: number, exitCode = 0): void =>
      story.compare(name, cluster(`set-timeout ${AT_7000} ${ms}`), exitCode);
    timeout('191-set-timeout.txt', 6000);
    timeout('191-set-timeout-too-low.txt', 50, 1);
    timeout('191-set-timeout-back.txt', 5000);
  });

  test('keys of a lone server are imported as recorded', () => {
    const keys = Array.from({ length: 50 }, (_, at) => `SET imp:${at} ${at}`);
    story.run('redis-cli -p 7009', { stdin: [...keys, 'HSET imp:h f v', 'SET key:1 other'].join('\n') });
    const load = cluster(`import ${AT_7000}`);
    const from = `${load} --cluster-from 127.0.0.1:7009`;
    story.compare('194-import-no-from.txt', load, 1);
    story.compare('194-import-from-cluster-node.txt', `${load} --cluster-from 127.0.0.1:7001`, 1);
    // SCAN gives keys in the order of a hash table: how many were copied before the conflict is chance.
    const mask = (text: string): string => text.replace(/^Migrating imp:\w+ to \S+ OK\n/gm, '');
    story.compare('192-import-copy-conflict.txt', `${from} --cluster-copy`, 1, { mask });
    story.compare('193-import-copy-replace.txt', `${from} --cluster-copy --cluster-replace`, 0);
    story.compare('194-import-move-replace.txt', `${from} --cluster-replace`, 0);
    story.compare('194-source-after-import.txt', 'redis-cli -p 7009 DBSIZE', 0);
  });

  test('a backup is written as recorded', () => {
    story.world.runMs(2000);
    const bytes = (text: string): string => text.replace(/writing \d+ bytes/g, 'writing N bytes');
    const files = { '/srv/redis/backup/': '' };
    story.compare('195-backup.txt', cluster(`backup ${AT_7000} /srv/redis/backup`), 0, {
      mask: bytes,
      files,
    });
    const paths = story.world.fileNames().filter((path) => !(path in files));
    const written = paths.map((path) => story.masked(path.split('/').at(-1) ?? ''));
    expect(written.sort()).toEqual(story.recordedLines('195-backup-ls.txt'));
    const nodes = story.world.file('/srv/redis/backup/nodes.json') ?? '';
    expect(story.masked(nodes).split('\n').sort()).toEqual(story.recordedLines('195-backup-nodes.json.txt'));
    const nowhere = cluster(`backup ${AT_7000} /nonexistent/dir`);
    story.compare('195-backup-nodir.txt', nowhere, 1, { mask: bytes });
  });

  test('colours are as recorded', () => {
    const coloured = (name: string, line: string, type?: readonly string[]): void =>
      story.compare(name, cluster(line), 0, { term: 'xterm-256color', ...(type && { type }) });
    coloured('200-color-check.ansi', `check ${AT_7000}`);
    coloured('200-color-info.ansi', `info ${AT_7000}`);
    coloured('200-color-rebalance.ansi', `rebalance ${AT_7000}`);
    coloured('200-color-call.ansi', `call ${AT_7000} DBSIZE`);
    const moves = '--cluster-from ID7000 --cluster-to ID7001 --cluster-slots 3 --cluster-yes';
    coloured('200-color-reshard.ansi', `reshard ${AT_7000} ${moves}`);
    story.world.runMs(1000);
    const typed = ['2', 'ID7000', 'ID7001', 'done', 'yes'];
    coloured('200-color-reshard-interactive.pty.ansi', `reshard ${AT_7000}`, typed);
  });

  test('the death of a master is seen, and mended, as recorded', () => {
    const { world } = story;
    story.run('redis-cli -p 7000 SAVE');
    const from = LOGGED.map((port) => world.log(port).length);
    const seen: string[] = [];
    world.kill(7000);
    for (let ms = 0; ms < 15_000; ms += 50) {
      world.runMs(50);
      const view = story.viewOf(7001);
      if (!seen.includes(view)) seen.push(view);
    }
    for (const stage of story.recordedViews('210-failover-cluster-nodes-timeline.txt')) {
      expect(seen).toContain(stage);
    }
    const ask = (name: string, line: string): void => story.compare(name, line, 0);
    ask('211-cluster-info-after-failover.txt', 'redis-cli -p 7001 CLUSTER INFO');
    ask('211-check-one-down.txt', cluster(`check ${AT_7001}`));
    ask('211-info-one-down.txt', cluster(`info ${AT_7001}`));
    ask('211-cluster-slots-one-down.txt', 'redis-cli -p 7001 --no-raw CLUSTER SLOTS');
    ask('211-cluster-shards-one-down.txt', 'redis-cli -p 7001 --no-raw CLUSTER SHARDS');
    ask('211-call-one-down.txt', cluster(`call ${AT_7001} DBSIZE`));
    ask('211-fix-one-down.txt', cluster(`fix ${AT_7001}`));
    ask('211-rebalance-one-down.txt', cluster(`rebalance ${AT_7001}`));
    ask('211-cluster-links-one-down.txt', 'redis-cli -p 7001 --no-raw CLUSTER LINKS');
    world.restart(7000);
    world.runMs(15_000);
    // In the recording the port of the dying server accepted one more connection.
    const lastGasp = /Failed to read response|did not respond to command|Non blocking connect/;
    LOGGED.forEach((port, at) =>
      story.compareLog(
        `212-failover-log-${port}.txt`,
        port,
        from[at] as number,
        port === 7005 ? lastGasp : undefined,
      ),
    );
  });

  test('manual failovers go and are logged as recorded', () => {
    const { world } = story;
    const failover = (kind: string, replica: number, master: number, how = ''): void => {
      const from = [world.log(replica).length, world.log(master).length];
      story.compare(`213-manual-failover${kind}.txt`, `redis-cli -p ${replica} CLUSTER FAILOVER${how}`, 0);
      world.runMs(3000);
      story.compareLog(`213-manual-failover${kind}-log-replica.txt`, replica, from[0] as number);
      story.compareLog(`213-manual-failover${kind}-log-oldmaster.txt`, master, from[1] as number);
    };
    failover('', 7004, 7002);
    failover('-force', 7003, 7001, ' FORCE');
    failover('-takeover', 7000, 7005, ' TAKEOVER');
  });

  test('a shard that is gone leaves the cluster down until its slots are given up, as recorded', () => {
    const { world } = story;
    world.kill(7002);
    world.kill(7004);
    world.runMs(12_000);
    story.session('220-tty-master-down-no-replica.pty.txt', 'redis-cli -p 7001');
    world.runMs(2000);
    story.compare('221-check-unreachable-master.txt', cluster(`check ${AT_7001}`), 1);
    story.compare('222-fix-unreachable-master.txt', cluster(`fix ${AT_7001} --cluster-yes`), 1);
    // Which node covers the slots of a second is drawn by lot, and so is how often epochs rise.
    const fix = `fix ${AT_7001} --cluster-yes --cluster-fix-with-unreachable-masters`;
    const mask = (text: string): string => text.replace(/(Covering slot \d+ with) \S+/g, '$1 NODE');
    const name = '223-fix-with-unreachable-masters.pty.txt';
    story.compare(name, cluster(fix), 0, { type: ['yes'], mask });
    world.runMs(2000);
    const drawn = (text: string): string =>
      text
        .replace(/^( {3}slots:)\S+ .*$/gm, '$1')
        .replace(/\d+ slots/g, 'SLOTS')
        .replace(/\d+ (connected)(?: .*)?$/gm, 'EPOCH $1');
    story.compare('224-check-after.txt', cluster(`check ${AT_7001}`), 0, { mask: drawn });
    story.compare('225-cluster-nodes-after.txt', 'redis-cli -p 7001 CLUSTER NODES', 0, { mask: drawn });
    story.compare('226-del-node-failed.txt', cluster(`del-node ${AT_7001} ID7004`), 1);
    for (const port of [7000, 7001, 7003, 7005]) story.run(`redis-cli -p ${port} CLUSTER FORGET ID7004`);
    story.session('227-tty-forget.pty.txt', 'redis-cli -p 7001', { chance: /^cluster_\w+_epoch:/ });
  });
});

const LOGGED = [7000, 7001, 7002, 7003, 7004, 7005] as const;

const maskOffset = (text: string): string => text.replace(/^(connected\n)\d+$/gm, '$1OFFSET');
