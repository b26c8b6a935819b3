/* Stories of shard channels: who hears SPUBLISH, and what subscribers are told while the slot of
 * their channel is moved by hand or changes hands in a failover. What they expect was seen with Redis
 * 7.0.15. Channel "hello" has slot 866, of 7000 and its replicas 7003 and 7006. */

import { describe, expect, test } from 'vitest';
import { OK, type Reply } from '#redis/reply.ts';
import { ClusterWorld, messages } from './cluster-world.ts';

const CONFIG = { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' };
const SLOT = '866';

function formed(servers = 6): ClusterWorld {
  const world = new ClusterWorld({ servers, config: CONFIG });
  world.form(3);
  world.run(3000);
  return world;
}

/** What came from a server since it was last asked for. */
function heard(world: ClusterWorld, port: number): Reply[] {
  const came = messages(world, port);
  world.driver.replies.delete(port);
  return came;
}

/** Sends a command on the connection that may also be subscribed: what comes with the answer. */
function tell(world: ClusterWorld, port: number, ...argv: string[]): Reply[] {
  world.send(port, ...argv);
  world.run(30);
  return heard(world, port);
}

/** Subscribes at a server, in RESP3: the connection can still be used for commands. */
function subscribe(world: ClusterWorld, port: number, ...channels: string[]): void {
  tell(world, port, 'HELLO', '3');
  expect(tell(world, port, 'SSUBSCRIBE', ...channels)).toEqual(
    channels.map((channel, at) => ['ssubscribe', channel, at + 1]),
  );
}

const moved = (port: number): object => ({ text: `MOVED ${SLOT} 127.0.0.1:${port}` });

function open(world: ClusterWorld): void {
  tell(world, 7001, 'CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', world.id(7000));
  tell(world, 7000, 'CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', world.id(7001));
}

describe('a message', () => {
  test('of SPUBLISH stays in the shard of the slot', () => {
    const world = formed();
    expect(world.error(7001, 'SSUBSCRIBE', 'hello')).toBe('MOVED 866 127.0.0.1:7000');
    for (const port of [7000, 7003]) world.call(port, 'SSUBSCRIBE', 'hello');
    world.driver.disconnect(7000);
    world.run(20);
    world.call(7000, 'SPUBLISH', 'hello', 'x');
    world.run(20);
    expect(messages(world, 7003)).toEqual([['smessage', 'hello', 'x']]);
    expect(world.cluster(7000).busMessagesSent[10]).toBe(1);
    expect(world.cluster(7001).busMessagesReceived[10]).toBe(0);
  });
});

describe('a slot that is being moved', () => {
  test('keeps its channels at the source, which asks nobody to go; the target takes those that ASK', () => {
    const world = formed();
    open(world);
    // There is no key {hello}x, but a channel is not missing for that.
    subscribe(world, 7000, '{hello}x', '{hello}y');
    expect(tell(world, 7001, 'SSUBSCRIBE', 'hello')).toMatchObject([moved(7000)]);
    tell(world, 7001, 'HELLO', '3');
    tell(world, 7001, 'ASKING');
    expect(tell(world, 7001, 'SSUBSCRIBE', 'hello')).toEqual([['ssubscribe', 'hello', 1]]);
    expect(tell(world, 7001, 'SPUBLISH', 'hello', 'm2')).toMatchObject([moved(7000)]);
    tell(world, 7001, 'ASKING');
    expect(tell(world, 7001, 'SPUBLISH', 'hello', 'm3')).toEqual(
      expect.arrayContaining([1, ['smessage', 'hello', 'm3']]) as Reply,
    );
    // Until the slot has moved these are two rooms: what is said in one is not heard in the other.
    expect(tell(world, 7000, 'SPUBLISH', '{hello}x', 'm1')).toEqual(
      expect.arrayContaining([1, ['smessage', '{hello}x', 'm1']]) as Reply,
    );
    expect(heard(world, 7001)).toEqual([]);
  });

  test('sends all its subscribers away when it has gone, at the source and at its replica, and they find the new owner', () => {
    const world = formed();
    open(world);
    subscribe(world, 7000, '{hello}x', '{hello}y');
    expect(tell(world, 7000, 'SSUBSCRIBE', 'other{b}')).toEqual([['ssubscribe', 'other{b}', 3]]);
    subscribe(world, 7003, 'hello');
    tell(world, 7001, 'CLUSTER', 'SETSLOT', SLOT, 'NODE', world.id(7001));
    world.run(300);
    // The channel of another slot stays, and is counted.
    expect(heard(world, 7000)).toEqual([
      ['sunsubscribe', '{hello}x', 2],
      ['sunsubscribe', '{hello}y', 1],
    ]);
    expect(heard(world, 7003)).toEqual([['sunsubscribe', 'hello', 0]]);
    // The source still says that it is migrating, as 7.0 does until somebody tells it too.
    expect(world.cluster(7000).migratingTo.size).toBe(1);
    tell(world, 7000, 'CLUSTER', 'SETSLOT', SLOT, 'NODE', world.id(7001));
    expect(world.cluster(7000).migratingTo.size).toBe(0);
    for (const port of [7000, 7003])
      expect(tell(world, port, 'SSUBSCRIBE', 'hello')).toMatchObject([moved(7001)]);
    expect(tell(world, 7000, 'PUBSUB', 'SHARDCHANNELS')).toEqual([['other{b}']]);
    subscribe(world, 7001, 'hello');
    subscribe(world, 7004, 'hello');
    expect(tell(world, 7001, 'SPUBLISH', 'hello', 'm4')).toEqual(
      expect.arrayContaining([1, ['smessage', 'hello', 'm4']]) as Reply,
    );
    expect(heard(world, 7004)).toEqual([['smessage', 'hello', 'm4']]);
    expect([7000, 7003].flatMap((port) => heard(world, port))).toEqual([]);
  });

  test('keeps those at the target that had asked before it came', () => {
    const world = formed();
    open(world);
    tell(world, 7001, 'HELLO', '3');
    tell(world, 7001, 'ASKING');
    expect(tell(world, 7001, 'SSUBSCRIBE', 'hello')).toEqual([['ssubscribe', 'hello', 1]]);
    for (const port of [7001, 7000])
      expect(tell(world, port, 'CLUSTER', 'SETSLOT', SLOT, 'NODE', world.id(7001))).toMatchObject([OK]);
    expect(tell(world, 7001, 'SPUBLISH', 'hello', 'm4')).toEqual(
      expect.arrayContaining([1, ['smessage', 'hello', 'm4']]) as Reply,
    );
  });
});

describe('a failover', () => {
  test('keeps the subscribers of the replica that is promoted, and sends away those of the others', () => {
    const world = formed(9);
    for (const port of [7000, 7003, 7006]) subscribe(world, port, 'hello');
    tell(world, 7003, 'CLUSTER', 'FAILOVER');
    world.must(() => world.cluster(7006).myself.slaveof?.port === 7003, 10_000, '7006 follows 7003');
    world.must(() => world.cluster(7000).myself.isSlave, 10_000, '7000 is a replica');
    world.run(300);
    expect(heard(world, 7000)).toEqual([['sunsubscribe', 'hello', 0]]);
    expect(heard(world, 7006)).toEqual([['sunsubscribe', 'hello', 0]]);
    expect(tell(world, 7003, 'SPUBLISH', 'hello', 'z')).toEqual(
      expect.arrayContaining([1, ['smessage', 'hello', 'z']]) as Reply,
    );
    expect([7000, 7006].flatMap((port) => heard(world, port))).toEqual([]);
    // As replicas of the new owner they take subscribers again; it sends to those it knows of.
    const knows = (): boolean => world.nodeOf(7003, 7000)?.slaveof?.port === 7003;
    world.must(knows, 20_000, 'the new master knows that the old one is its replica');
    subscribe(world, 7000, 'hello');
    tell(world, 7003, 'SPUBLISH', 'hello', 'again');
    expect(heard(world, 7000)).toEqual([['smessage', 'hello', 'again']]);
  });
});
