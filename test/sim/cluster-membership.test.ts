/* Stories of joining, leaving, being forgotten, changing address and keeping a memory. */

import { describe, expect, test } from 'vitest';
import { OK } from '#redis/reply.ts';
import { ClusterWorld } from './cluster-world.ts';

const CONFIG = { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' };

function formed(servers: number, masters: number, config: Record<string, string> = {}): ClusterWorld {
  const world = new ClusterWorld({ servers, config: { ...CONFIG, ...config } });
  world.form(masters);
  world.run(3000);
  return world;
}

const known = (world: ClusterWorld, port: number): number[] =>
  world
    .cluster(port)
    .nodes.list.map((node) => node.port)
    .sort();

describe('MEET', () => {
  test('is enough in one direction: a star becomes a full mesh in a moment', () => {
    const world = new ClusterWorld({ servers: 6, config: CONFIG });
    for (const port of world.ports.slice(1)) world.ok(7000, 'CLUSTER', 'MEET', '127.0.0.1', String(port));
    const met = (): boolean =>
      world.ports.every(
        (port) =>
          known(world, port).length === 6 &&
          world.cluster(port).nodes.list.every((node) => !node.inHandshake),
      );
    const took = world.must(met, 10_000, 'everybody knows everybody');
    expect(took).toBeLessThan(3500);
  });

  test('of an address where nobody answers is given up after the node timeout', () => {
    const world = new ClusterWorld({ servers: 2, config: CONFIG });
    world.kill(7001);
    world.ok(7000, 'CLUSTER', 'MEET', '127.0.0.1', '7001');
    world.run(500);
    expect(world.text(7000, 'CLUSTER', 'NODES')).toContain('handshake');
    world.run(2500);
    expect(world.seen('HANDSHAKE_TIMEOUT').length).toBe(1);
    expect(known(world, 7000)).toEqual([7000]);
  });

  test('of two clusters makes one, and the greater epoch takes what both claim', () => {
    const world = new ClusterWorld({ servers: 2, config: CONFIG });
    world.ok(7000, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    world.ok(7001, 'CLUSTER', 'ADDSLOTSRANGE', '0', '99');
    world.ok(7000, 'CLUSTER', 'SET-CONFIG-EPOCH', '1');
    world.ok(7001, 'CLUSTER', 'SET-CONFIG-EPOCH', '2');
    world.run(3000);
    world.ok(7000, 'SET', 'hello', 'mine');
    world.ok(7000, 'SET', '{3560}', 'lost');
    world.ok(7001, 'CLUSTER', 'MEET', '127.0.0.1', '7000');
    world.must(() => world.nodeOf(7000, 7001)?.numslots === 100, 5000, '7001 keeps its hundred slots');
    expect(world.cluster(7000).myself.numslots).toBe(16284);
    expect(world.ok(7000, 'GET', 'hello')).toBe('mine');
  });
});

describe('FORGET', () => {
  test('on one server only: gossip brings the node back after a minute', () => {
    const world = formed(4, 3);
    const id = world.id(7003);
    world.ok(7001, 'CLUSTER', 'FORGET', id);
    const forgotten = world.nowMs;
    world.run(1000);
    expect(known(world, 7001)).toEqual([7000, 7001, 7002]);
    world.must(() => known(world, 7001).length === 4, 90_000, 'the node is back');
    expect(world.nowMs - forgotten).toBeGreaterThan(60_000);
    expect(world.nowMs - forgotten).toBeLessThan(63_500);
  });

  test('on all others: the node stays away and does not notice', () => {
    const world = formed(4, 3);
    const id = world.id(7003);
    for (const port of [7000, 7001, 7002]) {
      if (world.cluster(port).myself.isMaster) world.ok(port, 'CLUSTER', 'FORGET', id);
    }
    world.run(120_000);
    for (const port of [7000, 7001, 7002]) expect(known(world, port)).toEqual([7000, 7001, 7002]);
    expect(known(world, 7003)).toEqual([7000, 7001, 7002, 7003]);
    expect(world.cluster(7003).ok).toBe(true);
  });
});

describe('the ban of FORGET', () => {
  test('holds against gossip only: MEET brings the node back at once', () => {
    const world = formed(4, 3);
    const id = world.id(7003);
    world.ok(7001, 'CLUSTER', 'FORGET', id);
    expect(world.error(7001, 'CLUSTER', 'FORGET', id)).toBe(`ERR Unknown node ${id}`);
    world.run(5000);
    expect(known(world, 7001)).toEqual([7000, 7001, 7002]);
    world.ok(7001, 'CLUSTER', 'MEET', '127.0.0.1', '7003');
    world.must(() => world.nodeOf(7001, 7003)?.name === id, 2000, 'the node is back');
  });

  test('is not in nodes.conf: after a restart gossip brings the node back in a moment', () => {
    const world = formed(4, 3);
    world.ok(7001, 'CLUSTER', 'FORGET', world.id(7003));
    world.run(1500);
    world.restart(7001);
    expect(known(world, 7001)).toEqual([7000, 7001, 7002]);
    world.must(() => known(world, 7001).length === 4, 5000, 'the node is back');
  });

  test('that one server did not hear of: the dead comes back after a minute as a ghost, failed and without master', () => {
    const world = formed(6, 3);
    const id = world.id(7003);
    world.kill(7003);
    world.must(
      () => world.ports.slice(0, 3).every((port) => world.nodeOf(port, 7003)?.failed),
      10_000,
      'FAIL',
    );
    const forgotten = world.nowMs;
    const told = [7000, 7001, 7004, 7005];
    for (const port of told) world.ok(port, 'CLUSTER', 'FORGET', id);
    world.run(59_000);
    for (const port of told) expect(world.nodeOf(port, 7003)).toBe(undefined);
    world.must(() => told.some((port) => world.nodeOf(port, 7003)), 10_000, 'the ghost is seen');
    expect(world.nowMs - forgotten).toBeGreaterThan(60_000);
    world.must(() => told.every((port) => world.nodeOf(port, 7003)), 10_000, 'all see it');
    for (const port of told)
      expect(world.text(port, 'CLUSTER', 'NODES')).toMatch(
        new RegExp(`${id} 127\\.0\\.0\\.1:7003@17003 slave,fail - \\d+ 0 0 disconnected`),
      );
    // Forgotten by all of them within the minute it is gone for good.
    for (const port of [...told, 7002]) world.ok(port, 'CLUSTER', 'FORGET', id);
    world.run(130_000);
    for (const port of [...told, 7002]) expect(world.nodeOf(port, 7003)).toBe(undefined);
  });
});

describe('RESET', () => {
  test('HARD leaves an entry without address at the others, for ever', () => {
    const world = formed(4, 3);
    const old = world.id(7003);
    world.ok(7003, 'CLUSTER', 'RESET', 'HARD');
    expect(world.id(7003)).not.toBe(old);
    expect(world.cluster(7003).myself.isMaster).toBe(true);
    world.run(10_000);
    const text = world.text(7000, 'CLUSTER', 'NODES');
    expect(text).toMatch(new RegExp(`${old} :0@0 slave,noaddr `));
  });

  test('SOFT keeps the id and the epochs, and empties a replica', () => {
    const world = formed(4, 3);
    world.ok(7000, 'SET', 'hello', 'x');
    world.run(200);
    const id = world.id(7003);
    const epoch = world.cluster(7003).currentEpoch;
    world.ok(7003, 'CLUSTER', 'RESET');
    expect(world.id(7003)).toBe(id);
    expect(world.cluster(7003).currentEpoch).toBe(epoch);
    expect(world.ok(7003, 'DBSIZE')).toBe(0);
    expect(known(world, 7003)).toEqual([7003]);
    expect(world.error(7000, 'CLUSTER', 'RESET')).toBe(
      "ERR CLUSTER RESET can't be called with master nodes containing keys",
    );
  });
});

describe('nodes.conf', () => {
  test('brings back identity, epochs, slots and open slots', () => {
    const world = formed(6, 3);
    world.ok(7000, 'CLUSTER', 'SETSLOT', '100', 'MIGRATING', world.id(7001));
    world.ok(7001, 'CLUSTER', 'SETSLOT', '100', 'IMPORTING', world.id(7000));
    const before = world.text(7000, 'CLUSTER', 'NODES').split('\n');
    const mine = before.find((line) => line.includes('myself'));
    expect(mine).toContain(`[100->-${world.id(7001)}]`);
    const { currentEpoch } = world.cluster(7000);
    world.restart(7000);
    world.restart(7001);
    world.run(50);
    expect(world.cluster(7000).currentEpoch).toBe(currentEpoch);
    expect(world.cluster(7000).migratingTo.get(100)?.port).toBe(7001);
    expect(world.cluster(7001).importingFrom.get(100)?.port).toBe(7000);
    world.must(() => world.settled(), 10_000, 'all is well');
    const stable = (text: string | undefined): string | undefined =>
      text?.replace(/ \d+ \d+ (\d+) connected/, ' $1');
    const after = world.text(7000, 'CLUSTER', 'NODES').split('\n');
    expect(stable(after.find((line) => line.includes('myself')))).toBe(stable(mine));
  });

  test('that cannot be understood stops the server', () => {
    const world = new ClusterWorld({ servers: 1, config: CONFIG });
    world.kill(7000);
    world.world.machine('7000')?.disk.write('nodes.conf', 'this is not a table of nodes\n');
    world.restart(7000);
    world.run(100);
    expect(world.isUp(7000)).toBe(false);
  });

  test('that is lost makes a stranger of the server', () => {
    const world = formed(4, 3);
    const old = world.id(7003);
    world.fault({ kind: 'wipe', server: '7003' });
    world.run(200);
    expect(world.id(7003)).not.toBe(old);
    expect(known(world, 7003)).toEqual([7003]);
  });
});

describe('host names and announcements', () => {
  test('travel with every heartbeat and show in NODES, SLOTS and MOVED', () => {
    const world = formed(3, 3);
    world.ok(7000, 'CONFIG', 'SET', 'cluster-announce-hostname', 'red.example.org');
    expect(world.text(7000, 'CLUSTER', 'NODES')).toContain(',red.example.org myself');
    world.must(() => world.nodeOf(7001, 7000)?.hostname === 'red.example.org', 3000, 'the name arrives');
    expect(world.text(7001, 'CLUSTER', 'NODES')).toContain('127.0.0.1:7000@17000,red.example.org master');
    world.ok(7001, 'CONFIG', 'SET', 'cluster-preferred-endpoint-type', 'hostname');
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 red.example.org:7000');
    expect(world.error(7001, 'GET', 'foo')).toBe('MOVED 12182 ?:7002');
    world.ok(7001, 'CONFIG', 'SET', 'cluster-preferred-endpoint-type', 'unknown-endpoint');
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 :7000');
    expect(JSON.stringify(world.ok(7001, 'CLUSTER', 'SHARDS'))).toContain('"endpoint",""');
    expect(JSON.stringify(world.ok(7001, 'CLUSTER', 'SLOTS'))).toContain('[0,5460,[null,7000,');
    world.ok(7000, 'CONFIG', 'SET', 'cluster-announce-hostname', '');
    world.must(() => world.nodeOf(7001, 7000)?.hostname === '', 3000, 'the name goes again');
  });

  test('an announced port is what the others tell clients', () => {
    const world = formed(3, 3);
    world.ok(7000, 'CONFIG', 'SET', 'cluster-announce-port', '7999');
    world.must(() => world.nodeOf(7001, 7999) !== undefined, 3000, 'the port arrives');
    expect(world.error(7001, 'GET', 'hello')).toBe('MOVED 866 127.0.0.1:7999');
  });
});

describe('epochs', () => {
  test('equal ones are told apart by id: the smaller moves on', () => {
    const world = new ClusterWorld({ servers: 3, config: CONFIG });
    world.ports.forEach((port, index) => {
      world.ok(port, 'CLUSTER', 'ADDSLOTS', String(index));
      if (index > 0) world.ok(port, 'CLUSTER', 'MEET', '127.0.0.1', '7000');
    });
    const distinct = (): boolean =>
      new Set(world.ports.map((port) => world.cluster(port).myself.configEpoch)).size === 3 &&
      world.ports.every((port) => known(world, port).length === 3);
    world.must(distinct, 10_000, 'all epochs differ');
    const ids = world.ports.map((port) => [world.id(port), world.cluster(port).myself.configEpoch] as const);
    ids.sort(([a], [b]) => (a < b ? 1 : -1));
    // Nobody has a greater id than the first, so nothing made it move.
    expect(ids[0]?.[1]).toBe(0);
  });

  test('BUMPEPOCH takes the next one, once, and works on a replica too', () => {
    const world = formed(4, 3);
    expect(world.ok(7000, 'CLUSTER', 'BUMPEPOCH')).toMatchObject({ text: 'BUMPED 5' });
    expect(world.ok(7000, 'CLUSTER', 'BUMPEPOCH')).toMatchObject({ text: 'STILL 5' });
    world.run(3000);
    expect(world.ok(7003, 'CLUSTER', 'BUMPEPOCH')).toMatchObject({ text: 'BUMPED 6' });
  });
});

describe('DEBUG CLUSTERLINK KILL', () => {
  test('closes the connections it names: what is published meanwhile is lost, cron connects again', () => {
    const world = formed(3, 1, { 'enable-debug-command': 'yes' });
    const links = (): number => (world.ok(7000, 'CLUSTER', 'LINKS') as unknown[]).length;
    expect(links()).toBe(4);
    world.ok(7001, 'SSUBSCRIBE', 'ch');
    world.ok(7002, 'SSUBSCRIBE', 'ch');
    world.ok(7000, 'MULTI');
    world.ok(7000, 'DEBUG', 'CLUSTERLINK', 'KILL', 'TO', world.id(7001));
    world.ok(7000, 'SPUBLISH', 'ch', 'hello');
    world.ok(7000, 'EXEC');
    world.must(() => links() === 4, 10_000, 'the link is there again');
    world.driver.replies.clear();
    world.ok(7000, 'SPUBLISH', 'ch', 'world');
    world.run(50);
    expect(world.driver.replies.get(7001)?.length).toBe(1);
    expect(world.ok(7000, 'DEBUG', 'CLUSTERLINK', 'KILL', 'ALL', world.id(7001))).toBe(OK);
    expect(world.cluster(7000).nodes.find(world.id(7001))?.inboundLink).toBe(null);
  });

  test('takes nothing else', () => {
    const world = new ClusterWorld({ servers: 1, config: { ...CONFIG, 'enable-debug-command': 'yes' } });
    const wrong = "ERR unknown subcommand or wrong number of arguments for 'CLUSTERLINK'. Try DEBUG HELP.";
    const error = (...argv: string[]): string => world.error(7000, 'DEBUG', 'CLUSTERLINK', ...argv);
    expect(error('KILL', 'TO')).toBe(wrong);
    expect(error('CUT', 'TO', 'x')).toBe(wrong);
    expect(error('KILL', 'TO', '\xff')).toBe('ERR Unknown node \xff');
    expect(error('KILL', 'up', world.id(7000))).toBe('ERR Unknown direction up');
    const alone = new ClusterWorld({
      servers: 1,
      config: { 'cluster-enabled': 'no', 'enable-debug-command': 'yes' },
    });
    expect(alone.error(7000, 'DEBUG', 'CLUSTERLINK', 'KILL', 'TO', 'x')).toBe(
      'ERR Debug option only available for cluster mode enabled setup!',
    );
  });
});
