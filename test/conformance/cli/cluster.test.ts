/* The cluster manager and cluster replies as recorded from 7.0.15, against simulated servers taken through
 * the same story: six servers, a cluster, six hundred keys, open slots, uncovered slots, resharding. The
 * chapters depend on each other and stand in the order of the recording; the story goes on in
 * cluster-growth.test.ts and cluster-failures.test.ts. */

import { beforeAll, describe, expect, test } from 'vitest';
import { keyHashSlot } from '#base/crc16.ts';
import { loadLua } from '#node/lua.ts';
import { golden } from './golden.ts';
import { infoShape } from './info-shape.ts';
import { FIRST_CLUSTER, Story } from './story.ts';

const PORTS = [7000, 7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008];
const SIX = '127.0.0.1:7000 127.0.0.1:7001 127.0.0.1:7002 127.0.0.1:7003 127.0.0.1:7004 127.0.0.1:7005';
const AT_7000 = '127.0.0.1:7000';

/** A key of a slot, with the tag found by counting up. */
function keyOfSlot(slot: number, name: string): string {
  let tag = 0;
  while (keyHashSlot(String(tag)) !== slot) tag++;
  return `{${tag}}${name}`;
}

describe.sequential('a cluster from its creation on', () => {
  let story: Story;

  beforeAll(async () => {
    await loadLua();
    story = new Story(PORTS, FIRST_CLUSTER, { config: { 'enable-debug-command': 'yes' } });
    story.world.addServer(7009, false);
    story.world.runMs(500);
  });

  const cluster = (line: string): string => `redis-cli --cluster ${line}`;
  const onEvery = (ports: readonly number[], command: string): void => {
    for (const port of ports) story.run(`redis-cli -p ${port} ${command}`);
  };
  const SIX_PORTS = PORTS.slice(0, 6);

  /** Nodes that cover slots without keys are drawn by lot: which they were is masked, and the slots go
   *  back to 7000, where the recording had them. */
  const maskCoverer = (text: string): string => text.replace(/(Covering slot \d+ with) \S+/g, '$1 NODE');
  const giveBack = (slots: string): void => {
    story.world.runMs(2000);
    for (const slot of slots.split(' ')) {
      onEvery(SIX_PORTS, `CLUSTER DELSLOTS ${slot}`);
      story.run(`redis-cli -p 7000 CLUSTER ADDSLOTS ${slot}`);
    }
    story.world.runMs(3000);
  };

  test.for([
    ['100-check-noargs.txt', 'check'],
    ['100-create-noargs.txt', 'create'],
    ['100-unknown-subcommand.txt', 'foo'],
    ['101-create-bad-address.txt', `create ${AT_7000} nocolon 127.0.0.1:7002 --cluster-yes`],
    ['101-create-not-cluster.txt', `create ${AT_7000} 127.0.0.1:7001 127.0.0.1:7009 --cluster-yes`],
    ['101-create-too-few-nodes.txt', `create ${AT_7000} 127.0.0.1:7001 --cluster-yes`],
    ['101-create-too-many-replicas.txt', `create ${SIX} --cluster-replicas 2 --cluster-yes`],
    ['101-create-unreachable.txt', `create ${AT_7000} 127.0.0.1:7001 127.0.0.1:7999 --cluster-yes`],
  ] as const)('%s: what cannot become a cluster is refused as recorded', ([name, line]) => {
    story.compare(name, cluster(line), 1);
  });

  test.for([
    ['102-create-proposal-3-nodes-0-replicas.pty.txt', 3, 0],
    ['102-create-proposal-5-nodes-0-replicas.pty.txt', 5, 0],
  ] as const)('%s: slots are dealt out as recorded', ([name, count, replicas]) => {
    const nodes = PORTS.slice(0, count).map((port) => `127.0.0.1:${port}`);
    const line = `create ${nodes.join(' ')} --cluster-replicas ${replicas}`;
    story.compare(name, cluster(line), 0, { type: ['no'] });
  });

  test.for([
    ['102-create-answer-no.pty.txt', 6, 1],
    ['102-create-proposal-7-nodes-1-replica-extra.pty.txt', 7, 1],
    ['102-create-proposal-8-nodes-1-replica.pty.txt', 8, 1],
    ['102-create-proposal-9-nodes-2-replicas.pty.txt', 9, 2],
  ] as const)(
    '%s: replicas are proposed as recorded, up to the random search for better places',
    ([name, count, replicas]) => {
      const nodes = PORTS.slice(0, count).map((port) => `127.0.0.1:${port}`);
      // Which replica goes to which master is chance, and so is the weight of what the search found.
      const mask = (text: string): string =>
        text.replace(/replicates ID\d+/g, 'replicates ID').replace(/^(Adding replica \S+ to).*/gm, '$1');
      const line = `create ${nodes.join(' ')} --cluster-replicas ${replicas}`;
      story.compare(name, cluster(line), 0, { type: ['no'], mask });
    },
  );

  test('a cluster of three is created as recorded, and taken apart', () => {
    story.compare(
      '104-create-3-nodes.txt',
      cluster(`create ${SIX.split(' ').slice(0, 3).join(' ')} --cluster-yes`),
      0,
    );
    onEvery(PORTS.slice(0, 3), 'CLUSTER RESET HARD');
    for (const port of PORTS.slice(0, 3)) story.learnId(port);
    story.world.runMs(2000);
  });

  test('a cluster of six is created after a yes, and taken apart', () => {
    const mask = (text: string): string =>
      text.replace(/replicates ID\d+/g, 'replicates ID').replace(/^\[WARNING\] Some.*\n/gm, '');
    story.compare('102-create-answer-yes.pty.txt', cluster(`create ${SIX} --cluster-replicas 1`), 0, {
      type: ['yes'],
      mask,
    });
    onEvery(SIX_PORTS, 'CLUSTER RESET HARD');
    for (const port of SIX_PORTS) story.learnId(port);
    story.world.runMs(2000);
  });

  test('a cluster is created as recorded', () => {
    story.compare(
      '104-create-cluster-yes.txt',
      cluster(`create ${SIX} --cluster-replicas 1 --cluster-yes`),
      0,
    );
    story.compare('105-check-right-after-create.txt', cluster(`check ${AT_7000}`), 0);
    story.compare('105-cluster-slots-right-after-create.txt', 'redis-cli -p 7000 --no-raw CLUSTER SLOTS', 0);
    story.compare('105-cluster-nodes-right-after-create.txt', 'redis-cli -p 7000 CLUSTER NODES', 0);
    // A master that has seen no majority of masters stays down for the length of a node timeout.
    story.world.runMs(6000);
    story.compare('103-create-not-empty.txt', cluster(`create ${SIX} --cluster-replicas 1 --cluster-yes`), 1);
  });

  test('check and info of six hundred keys are as recorded', () => {
    const commands = Array.from({ length: 600 }, (_, at) => `SET key:${at + 1} ${at + 1}`);
    const written = story.run('redis-cli -c -p 7000', { stdin: commands.join('\n') });
    expect(written.stdout.slice(-300)).toMatch(/OK\n$/);
    story.world.runMs(16_000);
    story.compare('110-check.txt', cluster(`check ${AT_7000}`), 0);
    story.compare('110-check-from-replica.txt', cluster('check 127.0.0.1:7003'), 0);
    story.compare('110-check-host-port.txt', cluster('check 127.0.0.1 7000'), 0);
    const search = `check ${AT_7000} --cluster-search-multiple-owners`;
    story.compare('110-check-search-multiple-owners.txt', cluster(search), 0);
    story.compare('110-info.txt', cluster(`info ${AT_7000}`), 0);
    story.compare('110-info-from-replica.txt', cluster('info 127.0.0.1:7004'), 0);
  });

  test.for([
    ['master', 7000],
    ['replica', 7003],
  ] as const)('what a %s tells of the cluster is as recorded', ([role, port]) => {
    const ask = (file: string, ...words: string[]): void =>
      story.compare(file, ['redis-cli', '-p', String(port), ...words].join(' '), 0);
    ask(`111-cluster-info-${role}.txt`, 'CLUSTER', 'INFO');
    ask(`111-cluster-nodes-${role}.txt`, 'CLUSTER', 'NODES');
    ask(`111-cluster-slots-${role}.txt`, '--no-raw', 'CLUSTER', 'SLOTS');
    ask(`111-cluster-shards-${role}.txt`, '--no-raw', 'CLUSTER', 'SHARDS');
    ask(`111-cluster-links-${role}.txt`, '--no-raw', 'CLUSTER', 'LINKS');
    ask(`111-cluster-myid-${role}.txt`, '--no-raw', 'CLUSTER', 'MYID');
    const offset = (text: string): string => text.replace(/(integer\) |3\) ")(72|66)\d\d/g, '$1OFFSET');
    story.compare(`111-role-${role}.txt`, `redis-cli -p ${port} --no-raw ROLE`, 0, { mask: offset });
    const info = (text: string): string[] =>
      infoShape(story.maskBoth(text)).filter((line) => !line.startsWith('errorstat'));
    const { stdout } = story.run(`redis-cli -p ${port} INFO all`);
    expect(info(stdout)).toEqual(info(golden(`111-info-all-${role}.txt`)));
    const saved = story.world.disk(port).read('nodes.conf') ?? '';
    // Whether a ping was on its way when the file was written is chance.
    const times = (line: string): string => line.replace(/ (?:0|TIME) TIME /, ' TIMES ');
    const written = story.maskBoth(saved).trim().split('\n').map(times);
    expect(written.sort()).toEqual(story.recordedLines(`111-nodes-conf-${role}.txt`).map(times));
  });

  test('redirects at a prompt and in a pipe are as recorded', () => {
    story.compare('111-cluster-shards-resp3.txt', 'redis-cli -p 7000 -3 --no-raw CLUSTER SHARDS', 0);
    story.compare('111-cluster-replicas.txt', 'redis-cli -p 7000 --no-raw CLUSTER REPLICAS ID7000', 0);
    story.session('120-tty-c-redirect.pty.txt', 'redis-cli -p 7000 -c');
    const stdin = 'SET foo bar\nGET foo\nGET hello\nGET bar\n';
    expect(story.run('redis-cli -c -p 7000', { stdin }).stdout).toBe(golden('123-c-pipe.txt'));
    story.compare('123-c-oneshot.txt', 'redis-cli -c -p 7000 GET foo', 0);
    story.compare('123-noc-oneshot.txt', 'redis-cli -p 7000 GET foo', 0);
  });

  test('without -c, and at a replica, errors are as recorded', () => {
    story.session('121-tty-no-c-errors.pty.txt', 'redis-cli -p 7000');
    story.session('122-tty-replica.pty.txt', 'redis-cli -p 7003');
    story.world.runMs(1000);
  });

  test('a slot under migration answers as recorded, and fix closes it', () => {
    story.run('redis-cli -c -p 7000 MSET {bar}1 a {bar}2 b');
    story.session('130-tty-ask-source.pty.txt', 'redis-cli -p 7000');
    story.session('131-tty-ask-target.pty.txt', 'redis-cli -p 7001');
    story.session('132-tty-c-ask.pty.txt', 'redis-cli -p 7000 -c');
    story.compare('133-check-open-slot.txt', cluster(`check ${AT_7000}`), 1);
    story.compare('133-info-open-slot.txt', cluster(`info ${AT_7000}`), 0);
    const reshard = `reshard ${AT_7000} --cluster-from ID7000 --cluster-to ID7001 --cluster-slots 1 --cluster-yes`;
    story.compare('133-reshard-open-slot.txt', cluster(reshard), 1);
    story.compare('133-rebalance-open-slot.txt', cluster(`rebalance ${AT_7000}`), 1);
    story.compare('134-fix-open-slot-both.txt', cluster(`fix ${AT_7000} --cluster-yes`), 0);
    story.world.runMs(1000);
    story.compare('134-check-after-fix.txt', cluster(`check ${AT_7000}`), 0);
  });

  test('slots left open on one side only are found and closed as recorded', () => {
    story.run('redis-cli -p 7000 CLUSTER SETSLOT 100 MIGRATING ID7001');
    story.compare('135-check-migrating-only.txt', cluster(`check ${AT_7000}`), 1);
    story.compare('135-fix-migrating-only.txt', cluster(`fix ${AT_7000}`), 0);
    story.run('redis-cli -p 7001 CLUSTER SETSLOT 100 IMPORTING ID7000');
    story.compare('136-check-importing-only.txt', cluster(`check ${AT_7000}`), 1);
    story.compare('136-fix-importing-only.txt', cluster(`fix ${AT_7000}`), 0);
  });

  test('a slot imported without its source, with a key on either side, goes where most keys are', () => {
    story.run(`redis-cli -p 7000 SET ${keyOfSlot(200, 'k1')} v`);
    story.run('redis-cli -p 7001 CLUSTER SETSLOT 200 IMPORTING ID7000');
    story.run('redis-cli -p 7001', { stdin: `ASKING\nSET ${keyOfSlot(200, 'k2')} v\n` });
    story.compare('137-fix-importing-with-keys.txt', cluster(`fix ${AT_7000} --cluster-yes`), 0);
    story.world.runMs(1000);
  });

  test('a cluster with uncovered slots is down as recorded', () => {
    story.run(`redis-cli -p 7000 SET ${keyOfSlot(300, 'k')} v`);
    onEvery(SIX_PORTS, 'CLUSTER DELSLOTS 300 301');
    story.world.runMs(500);
    story.session('140-tty-clusterdown.pty.txt', 'redis-cli -p 7000');
    story.compare('140-clusterdown-pipe.txt', 'redis-cli -c -p 7000 GET hello', 0);
    story.compare('141-check-uncovered.txt', cluster(`check ${AT_7000}`), 1);
    const fix = cluster(`fix ${AT_7000}`);
    story.compare('142-fix-uncovered-answer-no.pty.txt', fix, 1, { type: ['no', 'no'] });
    story.compare('142-fix-uncovered-cluster-yes-still-asks.txt', `${fix} --cluster-yes`, 1);
    story.compare('143-fix-uncovered-answer-yes.pty.txt', `${fix} --cluster-yes`, 0, {
      type: ['yes', 'yes'],
      mask: maskCoverer,
    });
    giveBack('300 301');
    story.compare('143-check-after-fix.txt', cluster(`check ${AT_7000}`), 0);
  });

  test('ten uncovered slots, one of them with keys, are covered as recorded', () => {
    const slots = '400 401 402 403 404 405 406 407 408 409';
    onEvery(SIX_PORTS, `CLUSTER DELSLOTS ${slots}`);
    story.compare('144-fix-uncovered-nokeys.pty.txt', cluster(`fix ${AT_7000}`), 0, {
      type: ['yes', 'yes'],
      mask: maskCoverer,
    });
    giveBack(slots);
    story.compare('145-check-restored.txt', cluster(`check ${AT_7000}`), 0);
  });
});
