/* A cluster that is resharded, rebalanced, grown to nine servers and shrunk to six, as recorded from 7.0.15.
 * The servers are put at once where cluster.test.ts left them. Twelve thousand slots move here. */

import { beforeAll, describe, test } from 'vitest';
import { loadLua } from '#node/lua.ts';
import { FIRST_CLUSTER, Story } from './story.ts';

const AT_7000 = '127.0.0.1:7000';
/** Thousands of slots are moved one by one. */
const LONG = 600_000;
const cluster = (line: string): string => `redis-cli --cluster ${line}`;

describe.sequential('a cluster with six hundred keys', () => {
  let story: Story;

  beforeAll(async () => {
    await loadLua();
    story = new Story([7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008], FIRST_CLUSTER);
    story.world.addServer(7009, false);
    story.world.runMs(2500);
    story.form(
      { 7000: '0-5460', 7001: '5461-10922', 7002: '10923-16383' },
      { 7003: 7001, 7004: 7002, 7005: 7000 },
      // What mending slots had cost.
      { 7000: 9 },
    );
    story.fillKeys();
  });

  test('a timeout is not set where there is no configuration file to keep it', () => {
    story.compare('191-set-timeout-no-config-file.txt', cluster(`set-timeout ${AT_7000} 6000`), 0);
  });

  const reshard = (rest: string): string => cluster(`reshard ${AT_7000} ${rest}`);

  test('resharding prints plan and progress as recorded', () => {
    story.compare('145-check-restored.txt', cluster(`check ${AT_7000}`), 0);
    const steps = [
      ['150-reshard-noninteractive.txt', '--cluster-from ID7000 --cluster-to ID7001 --cluster-slots 20'],
      ['151-reshard-from-all.txt', '--cluster-from all --cluster-to ID7002 --cluster-slots 10'],
      [
        '152-reshard-two-sources.txt',
        '--cluster-from ID7001,ID7002 --cluster-to ID7000 --cluster-slots 25 --cluster-timeout 5000 --cluster-pipeline 3',
      ],
    ] as const;
    for (const [name, rest] of steps) {
      story.compare(name, reshard(`${rest} --cluster-yes`), 0);
      story.world.runMs(1000);
    }
  });

  test.for([
    ['153-reshard-err-unknown-target.txt', 'ID7000', 'f'.repeat(40)],
    ['153-reshard-err-target-is-source.txt', 'ID7000', 'ID7000'],
    ['153-reshard-err-target-is-replica.txt', 'ID7000', 'ID7004'],
    ['153-reshard-err-unknown-source.txt', 'e'.repeat(40), 'ID7000'],
  ] as const)('%s: a plan that cannot be is refused as recorded', ([name, from, to]) => {
    story.compare(
      name,
      reshard(`--cluster-from ${from} --cluster-to ${to} --cluster-slots 1 --cluster-yes`),
      1,
    );
  });

  test('resharding asks its questions as recorded', () => {
    const ask = (name: string, exitCode: number, ...type: string[]): void => {
      story.compare(name, reshard('').trim(), exitCode, { type });
      story.world.runMs(1000);
    };
    ask('154-reshard-interactive-all.pty.txt', 0, '12', 'ID7001', 'all', 'yes');
    ask('155-reshard-interactive-bad-target.pty.txt', 1, '0', 'abc', '99999', '5', 'badid');
    ask('156-reshard-interactive-done-no.pty.txt', 1, '5', 'ID7000', 'nosuchid');
    ask('157-reshard-interactive-done-yes.pty.txt', 0, '4', 'ID7000', 'ID7001', 'done', 'yes');
  });

  test('rebalancing finds nothing to do, simulates, and moves as recorded', { timeout: LONG }, () => {
    const rebalance = (name: string, rest = '', exitCode = 0): void =>
      story.compare(name, cluster(`rebalance ${AT_7000} ${rest}`).trim(), exitCode);
    rebalance('160-rebalance-balanced-default-threshold.txt');
    story.compare(
      '161-reshard-to-unbalance.txt',
      reshard('--cluster-from ID7000 --cluster-to ID7001 --cluster-slots 1500 --cluster-yes'),
      0,
    );
    story.world.runMs(1000);
    rebalance('162-rebalance-simulate.txt', '--cluster-simulate');
    rebalance('163-rebalance-threshold-50.txt', '--cluster-threshold 50');
    rebalance('164-rebalance.txt');
    story.world.runMs(1000);
    rebalance('165-rebalance-weight-simulate.txt', '--cluster-weight ID7000=2 ID7001=1 --cluster-simulate');
    // A weight may be given by the beginning of an id.
    const beginning = story.fill('ID7000').slice(0, 8);
    rebalance('166-rebalance-weight.txt', `--cluster-weight ${beginning}=1.1 --cluster-threshold 1`);
    story.world.runMs(1000);
    rebalance('166-rebalance-weight-unknown.txt', '--cluster-weight zzzz=3', 1);
    rebalance('167-rebalance-back.txt', '--cluster-threshold 0.1');
    story.world.runMs(1000);
  });

  test('a cluster grows as recorded', { timeout: LONG }, () => {
    story.compare('170-add-node-master.txt', cluster(`add-node 127.0.0.1:7006 ${AT_7000}`), 0);
    // Gossip needs a while to carry the newcomer to everybody.
    story.world.runMs(10_000);
    story.compare('171-check-with-empty-master.txt', cluster(`check ${AT_7000}`), 0);
    story.compare('171-info-with-empty-master.txt', cluster(`info ${AT_7000}`), 0);
    story.compare('171-rebalance-without-use-empty.txt', cluster(`rebalance ${AT_7000}`), 0);
    const useEmpty = cluster(`rebalance ${AT_7000} --cluster-use-empty-masters`);
    story.compare('172-rebalance-use-empty-masters-simulate.txt', `${useEmpty} --cluster-simulate`, 0);
    story.compare('173-rebalance-use-empty-masters.txt', useEmpty, 0);
    story.world.runMs(1000);
    const slave = (port: number, rest: string): string =>
      cluster(`add-node 127.0.0.1:${port} ${AT_7000} --cluster-slave${rest}`);
    story.compare('174-add-node-slave-master-id.txt', slave(7007, ' --cluster-master-id ID7006'), 0);
    story.world.runMs(10_000);
    story.compare('175-add-node-slave-auto.txt', slave(7008, ''), 0);
    story.world.runMs(10_000);
    story.compare('176-check-9-nodes.txt', cluster(`check ${AT_7000}`), 0);
    story.compare('176-cluster-nodes-9.txt', 'redis-cli -p 7000 CLUSTER NODES', 0);
  });

  test('what cannot be added or removed is refused as recorded', () => {
    const add = (name: string, port: number, rest = ''): void =>
      story.compare(name, cluster(`add-node 127.0.0.1:${port} ${AT_7000}${rest}`), 1);
    add('176-add-node-already-in.txt', 7008);
    add('176-add-node-not-cluster.txt', 7009);
    add('176-add-node-unreachable.txt', 7999);
    const unknown = ` --cluster-slave --cluster-master-id ${'a'.repeat(40)}`;
    add('176-add-node-unknown-master-id.txt', 7008, unknown);
    const del = (name: string, id: string): void =>
      story.compare(name, cluster(`del-node ${AT_7000} ${id}`), 1);
    del('177-del-node-master-with-slots.txt', 'ID7006');
    del('177-del-node-unknown.txt', 'b'.repeat(40));
  });

  test('a cluster shrinks as recorded', { timeout: LONG }, () => {
    const del = (name: string, id: string): void => {
      story.compare(name, cluster(`del-node ${AT_7000} ${id}`), 0);
      story.world.runMs(1000);
    };
    del('178-del-node-replica.txt', 'ID7008');
    story.compare('178-deleted-replica-nodes.txt', 'redis-cli -p 7008 CLUSTER NODES', 0);
    del('179-del-node-replica-of-new-master.txt', 'ID7007');
    const empty = `rebalance ${AT_7000} --cluster-weight ID7006=0`;
    story.compare('180-rebalance-weight-zero.txt', cluster(empty), 0);
    story.world.runMs(1000);
    del('181-del-node-empty-master.txt', 'ID7006');
    story.compare('181-deleted-master-nodes.txt', 'redis-cli -p 7006 CLUSTER NODES', 0);
  });
});
