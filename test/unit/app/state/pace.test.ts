/* Adaptive slow motion: what slows the clock, how far, and that it does not stay slow for ever. */

import { describe, expect, test } from 'vitest';
import type { PacketFrame } from '#sim/frame.ts';
import { adaptiveSpeed, clampSpeed, isOfInterest } from '#app/state/pace.ts';

const packet = (changes: Partial<PacketFrame>): PacketFrame => ({
  id: 1,
  from: 'console:1',
  to: '7000',
  kind: 'command',
  label: 'get',
  bytes: 20,
  sentAt: 1000,
  deliverAt: 41_000,
  lost: false,
  ...changes,
});

describe('what is of interest', () => {
  test.each([
    ['a command of a console', {}, true],
    ['a reply to a client', { from: '7000', to: 'client:a', kind: 'reply', label: 'moved' }, true],
    ['a vote', { from: '7005', to: '7000', kind: 'bus', label: 'auth-req' }, true],
    ['a ping of the bus', { from: '7005', to: '7000', kind: 'bus', label: 'ping' }, false],
    ['the PING of a replica to its master', { from: '7003', label: 'ping' }, false],
    ['a connection being made', { kind: 'connect', label: 'syn' }, false],
    ['the replication stream', { from: '7000', to: '7003', kind: 'stream', label: 'repl' }, false],
    ['a message that will be lost', { lost: true }, false],
    ['a message that has arrived', { deliverAt: 5000 }, false],
    ['a message that has not left', { sentAt: 9000 }, false],
  ] as const)('%s', (_, changes, expected) => {
    expect(isOfInterest(packet(changes), 6000, null)).toBe(expected);
  });

  test('a selected packet is the only one of interest, whatever it is', () => {
    const ping = packet({ id: 7, kind: 'bus', label: 'ping' });
    expect(isOfInterest(ping, 6000, { kind: 'packet', id: 7 })).toBe(true);
    expect(isOfInterest(packet({}), 6000, { kind: 'packet', id: 7 })).toBe(false);
  });
});

describe('speed', () => {
  test('a flight of 40 ms takes about half a second', () => {
    expect(adaptiveSpeed(1, [packet({})], 6000, null, 0)).toBeCloseTo(40 / 550);
  });

  test('without anything of interest the chosen speed holds', () => {
    expect(adaptiveSpeed(20, [], 6000, null, 0)).toBe(20);
  });

  test('it never runs faster than chosen', () => {
    expect(adaptiveSpeed(0.01, [packet({})], 6000, null, 0)).toBe(0.01);
  });

  test('after seconds of slow motion it hurries, up to the chosen speed', () => {
    const slow = adaptiveSpeed(1, [packet({})], 6000, null, 3000);
    const later = adaptiveSpeed(1, [packet({})], 6000, null, 6000);
    expect(later).toBeGreaterThan(slow);
    expect(adaptiveSpeed(1, [packet({})], 6000, null, 60_000)).toBe(1);
  });

  test('speeds stay between a thousandth and a thousand', () => {
    expect([clampSpeed(0), clampSpeed(5), clampSpeed(1e9)]).toEqual([0.001, 5, 1000]);
  });
});
