/* What arrives on a bus port from strangers: dropped as Redis drops it, counted, and nothing breaks. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromUint8 } from '#base/bytes.ts';
import { cloneGraph } from '#base/clone.ts';
import { decodeMessage, encodeMessage, encodeMessageBytes, OFFSET } from '#redis/cluster/codec.ts';
import { clusterBuildMessage } from '#redis/cluster/gossip.ts';
import { gossipSection } from '#redis/cluster/gossip-section.ts';
import type { BusData, BusMessage } from '#redis/cluster/message.ts';
import { combineHashes } from '#sim/trace.ts';
import { wireCodec } from '#sim/wire.ts';
import { ClusterWorld } from './cluster-world.ts';

const BUS = 17000;
const STRANGER = 'f'.repeat(40);

function world(): ClusterWorld {
  const made = new ClusterWorld({ servers: 3, config: { 'cluster-node-timeout': '2000' } });
  made.form(3);
  made.run(1000);
  return made;
}

/** A packet that 7000 would accept, as if a stranger had sent it. */
function packet(from: ClusterWorld, type: number, data: BusData): BusMessage {
  return {
    ...clusterBuildMessage(from.server(7001), type, data),
    sender: STRANGER,
    port: 7099,
    cport: 17099,
  };
}

const PING: BusData = { kind: 'gossip', section: gossipSection([]) };

/** Sends bytes and tells whether the connection lives on. */
function survives(target: ClusterWorld, data: string): boolean {
  target.driver.replies.delete(BUS);
  target.driver.sendBytes(BUS, data);
  target.run(50);
  const closed = target.driver.replies.get(BUS)?.includes('closed') ?? false;
  return !closed;
}

function change(bytes: Uint8Array, at: number, ...values: number[]): string {
  const copy = bytes.slice();
  copy.set(values, at);
  return fromUint8(copy);
}

describe('a packet from a stranger', () => {
  test('a PING is answered and teaches nothing; a MEET begins a handshake; the rest is ignored', () => {
    const target = world();
    const known = (): number => target.cluster(7000).nodes.size;
    target.driver.sendBytes(BUS, encodeMessageBytes(packet(target, 0, PING)));
    target.run(20);
    expect(target.driver.heard.map(({ type }) => type)).toEqual([1]);
    expect(known()).toBe(3);
    for (const [type, data] of [
      [1, PING],
      [3, { kind: 'fail', nodename: target.id(7001) }],
      [4, { kind: 'publish', channel: 'c', message: 'm' }],
      [5, { kind: 'none' }],
      [6, { kind: 'none' }],
      [
        7,
        { kind: 'update', configEpoch: 99, nodename: target.id(7001), slots: new Uint8Array(2048).fill(255) },
      ],
      [8, { kind: 'none' }],
      [9, { kind: 'module', id: 1n, type: 1, payload: 'x' }],
      [11, { kind: 'none' }],
      [999, { kind: 'none' }],
    ] as [number, BusData][]) {
      expect(survives(target, encodeMessageBytes({ ...packet(target, type, data), currentEpoch: 99 }))).toBe(
        true,
      );
    }
    expect(known()).toBe(3);
    expect(target.nodeOf(7000, 7001)?.failed).toBe(false);
    expect(target.cluster(7000).currentEpoch).toBeLessThan(99);
    target.driver.sendBytes(BUS, encodeMessageBytes(packet(target, 2, PING)));
    target.run(20);
    expect(known()).toBe(4);
    expect(target.driver.heard.at(-1)?.type).toBe(1);
    // Nobody answers at the address it named, so the acquaintance ends.
    target.run(3000);
    expect(known()).toBe(3);
  });
});

describe('a packet with our own epoch', () => {
  /** The epoch of a server of the smallest id and of epoch 60 after another has seemed to say these. */
  function epochAfter(...epochs: number[]): number {
    const target = world();
    const { nodes, myself } = target.cluster(7000);
    nodes.rename(myself, '0'.repeat(40));
    myself.configEpoch = 60;
    for (const configEpoch of epochs) {
      const message = clusterBuildMessage(target.server(7001), 0, PING);
      target.driver.sendBytes(BUS, encodeMessageBytes({ ...message, configEpoch }));
      target.run(20);
    }
    return myself.configEpoch;
  }

  test('makes the one with the smaller id take another, unless a greater one was heard before', () => {
    expect(epochAfter(59)).toBe(60);
    expect(epochAfter(60)).not.toBe(60);
    expect(epochAfter(61, 60)).toBe(60);
  });
});

describe('a broken packet', () => {
  test('with a wrong signature or an impossible length ends the connection', () => {
    const target = world();
    const good = encodeMessage(packet(target, 0, PING));
    expect(survives(target, change(good, 0, 88))).toBe(false);
    expect(survives(target, change(good, OFFSET.totlen, 0, 0, 0, 15))).toBe(false);
    expect(survives(target, change(good, OFFSET.totlen, 0, 0, 8, 0xcf))).toBe(false);
    expect(survives(target, 'GET / HTTP/1.1\r\n\r\n')).toBe(false);
    expect(target.server(7000)).toBeDefined();
  });

  test('of another version, length, count or padding is ignored, and counted', () => {
    const target = world();
    const good = encodeMessage(packet(target, 0, PING));
    const before = target.cluster(7000).busMessagesReceived[0] as number;
    expect(survives(target, change(good, OFFSET.ver, 0, 2))).toBe(true);
    expect(survives(target, change(good, OFFSET.count, 0, 1))).toBe(true);
    expect(survives(target, change(good, OFFSET.count, 255, 255))).toBe(true);
    const log = (): string => target.world.machine('7000')?.log.join('\n') ?? '';
    expect(log()).toContain('Received invalid ping packet with gossip count 65535');
    const named = encodeMessage(
      packet(target, 0, { kind: 'gossip', section: gossipSection([]), hostname: 'abc' }),
    );
    const flagged = change(named, OFFSET.mflags, 4);
    expect(survives(target, flagged)).toBe(true);
    expect(target.driver.heard.length).toBe(1);
    expect(survives(target, change(Uint8Array.from(Buffer.from(flagged, 'latin1')), 2259, 15))).toBe(true);
    expect(log()).toContain('without proper padding (15 bytes)');
    expect((target.cluster(7000).busMessagesReceived[0] as number) - before).toBeGreaterThanOrEqual(5);
    const fail = encodeMessage(packet(target, 3, { kind: 'fail', nodename: STRANGER }));
    const short = change(fail.slice(0, 2290), OFFSET.totlen, 0, 0, 8, 0xf2);
    expect(survives(target, short)).toBe(true);
    expect(log()).toContain('Received invalid fail packet of length 2290 but expected length 2296');
  });

  test('in pieces is put together again', () => {
    const target = world();
    const bytes = encodeMessageBytes(packet(target, 0, PING));
    for (let at = 0; at < bytes.length; at += 700) {
      target.driver.sendBytes(BUS, bytes.slice(at, at + 700));
      target.run(5);
    }
    target.driver.sendBytes(BUS, bytes + bytes);
    target.run(20);
    expect(target.driver.heard.length).toBe(3);
  });
});

describe('random bytes', () => {
  test('never make the decoder throw, and what it accepts it encodes again', () => {
    const target = world();
    const good = encodeMessage(
      packet(target, 0, { kind: 'gossip', section: gossipSection([]), hostname: 'abc' }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 8, max: good.length - 1 }), fc.integer({ min: 0, max: 255 })), {
          maxLength: 20,
        }),
        fc.integer({ min: 2256, max: good.length }),
        (changes, length) => {
          const bytes = good.slice(0, length);
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          const message = decodeMessage(bytes);
          if ('dropped' in message) return;
          expect(encodeMessage(message).length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('from known nodes leave the server standing', () => {
    const target = world();
    const base = encodeMessage(clusterBuildMessage(target.server(7001), 0, PING));
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 12 }),
        fc.uint8Array({ minLength: 200, maxLength: 200 }),
        (type, noise) => {
          const bytes = base.slice();
          bytes[13] = type;
          for (let at = 0; at < noise.length; at += 2) {
            const place = 16 + (((noise[at] as number) * 9) % 2200);
            if (place < 40 || place >= 80) bytes[place] = noise[at + 1] as number;
          }
          survives(target, fromUint8(bytes));
          expect(target.isUp(7000)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    target.run(1000);
    expect(target.world.halted).toBe(null);
  });
});

describe('the same world', () => {
  function story(options: { bytes: boolean }): string {
    const made = new ClusterWorld({
      servers: 6,
      seed: 5,
      config: { 'cluster-node-timeout': '2000', 'repl-diskless-sync-delay': '0' },
      ...(options.bytes ? { codec: wireCodec } : {}),
    });
    made.form(3);
    made.ok(7000, 'SET', 'hello', 'x');
    made.kill(7000);
    made.run(6000);
    made.restart(7000);
    made.run(6000);
    return combineHashes(made.world.hashes());
  }

  test('with records and with bytes at every hop has one history', () => {
    expect(story({ bytes: true })).toBe(story({ bytes: false }));
  });

  test('cloned in the middle of an election goes on as the original does', () => {
    const made = new ClusterWorld({ servers: 6, seed: 6, config: { 'cluster-node-timeout': '2000' } });
    made.form(3);
    made.kill(7000);
    made.must(() => made.seen('ELECTION_SCHEDULED').length > 0, 10_000, 'an election is scheduled');
    const copy = cloneGraph(made.world);
    made.world.run(made.world.now + 10e6);
    copy.run(copy.now + 10e6);
    expect(combineHashes(copy.hashes())).toBe(combineHashes(made.world.hashes()));
    expect(made.world.events.some(({ event }) => event.type === 'PROMOTED')).toBe(true);
  });
});
