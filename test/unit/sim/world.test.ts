import { describe, expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { combineHashes } from '#sim/trace.ts';
import { applyFault } from '#sim/faults.ts';
import type { World } from '#sim/world.ts';
import { caller, echo, journal, toyWorld, type Echo } from './toy.ts';

const hash = (world: World): string => combineHashes(world.hashes());

describe('a connection', () => {
  test('costs a round trip, and data half of one', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'PING x']])]);
    world.run(10_000);
    expect(journal(world, 'a')).toEqual(['1000 connect', '3000 +x']);
    expect(journal(world, '7000')).toEqual(['1500 accept 7000', '2500 PING x']);
  });

  test('is refused by a port where nobody listens', () => {
    const world = toyWorld([echo(7000), caller('a', 7001, []), caller('b', 7000, [])]);
    const down = world.machine('7000');
    if (down) world.kill(down);
    world.run(10_000);
    expect(journal(world, 'a').map((line) => line.split(' ')[1])).toEqual(['refused']);
    expect(journal(world, 'b')).toEqual(['1000 refused']);
  });

  test('is tried again after 1, 2 and 4 seconds when the link is cut', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [])]);
    applyFault(world, { kind: 'cut', from: 'a', to: '7000' });
    world.run(6_500_000);
    expect(journal(world, 'a')).toEqual([]);
    applyFault(world, { kind: 'heal', from: 'a', to: '7000' });
    world.run(8_000_000);
    expect(journal(world, 'a')).toEqual(['7001000 connect']);
  });

  test('that nobody answers times out after 127 seconds', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [])]);
    applyFault(world, { kind: 'isolate', server: '7000' });
    world.run(200e6);
    expect(journal(world, 'a')).toEqual(['127000000 timeout']);
  });
});

describe('a wall', () => {
  test('lets through what is mended link by link, until it is built again', () => {
    const world = toyWorld([echo(7000), echo(7001), caller('a', 7000, [])]);
    const cut = (): boolean[] => [
      world.network.isCut('7000', '7001'),
      world.network.isCut('7001', '7000'),
      world.network.isCut('7000', 'a'),
    ];
    applyFault(world, { kind: 'partition', groups: [['7000'], ['7001', 'a']] });
    expect(cut()).toEqual([true, true, true]);
    applyFault(world, { kind: 'heal', from: '7000', to: '7001', oneWay: true });
    expect(cut()).toEqual([false, true, true]);
    applyFault(world, { kind: 'cut', from: '7000', to: '7001' });
    applyFault(world, { kind: 'heal', from: '7000', to: '7001' });
    expect(cut()).toEqual([false, false, true]);
    applyFault(world, { kind: 'partition', groups: [['7000'], ['7001', 'a']] });
    expect(cut()).toEqual([true, true, true]);
    applyFault(world, { kind: 'healAll' });
    applyFault(world, { kind: 'isolate', server: '7000' });
    applyFault(world, { kind: 'heal', from: '7000', to: '7001' });
    expect(cut()).toEqual([false, false, true]);
    applyFault(world, { kind: 'isolate', server: '7000' });
    expect(cut()).toEqual([true, true, true]);
  });
});

describe('a cut link', () => {
  test('keeps what is sent into it and delivers it in order after healing, at the retransmission', () => {
    const world = toyWorld([
      echo(7000),
      caller('a', 7000, [
        [10_000, 'A'],
        [20_000, 'B'],
        [900_000, 'C'],
      ]),
    ]);
    world.run(5000);
    applyFault(world, { kind: 'cut', from: 'a', to: '7000' });
    world.run(1_000_000);
    expect(journal(world, '7000')).toEqual(['1500 accept 7000']);
    applyFault(world, { kind: 'heal', from: 'a', to: '7000' });
    world.run(3_000_000);
    // First try at 10.5 ms, then after 200, 400 and 800 ms.
    expect(journal(world, '7000').slice(1)).toEqual(['1410500 A', '1410500 B', '1410500 C']);
  });

  test('that is cut one way lets a first flight through, and then stalls without acknowledgements', () => {
    const world = toyWorld([
      echo(7000),
      caller('a', 7000, [
        [10_000, 'A'],
        [100_000, 'B'],
        [500_000, 'C'],
      ]),
    ]);
    world.run(5000);
    applyFault(world, { kind: 'cut', from: '7000', to: 'a', oneWay: true });
    world.run(2_000_000);
    expect(journal(world, '7000').slice(1)).toEqual(['10500 A', '100500 B']);
    expect(journal(world, 'a')).toEqual(['1000 connect']);
  });

  test('ends the connection after a quarter of an hour of vain retransmissions', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [[10_000, 'A']])]);
    world.run(5000);
    applyFault(world, { kind: 'isolate', server: 'a' });
    world.run(1500e6);
    const [, last] = journal(world, 'a');
    expect(last).toMatch(/ timeout$/);
    expect(Number(last?.split(' ')[0])).toBeGreaterThan(924e6);
    expect(Number(last?.split(' ')[0])).toBeLessThan(1100e6);
  });

  test('reports what waits for it beyond the kernel buffers', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [])]);
    world.run(5000);
    applyFault(world, { kind: 'cut', from: 'a', to: '7000' });
    const process = world.machine('a')?.process as unknown as {
      socket: number;
      io: import('#redis/io.ts').Io;
    };
    process.io.send(process.socket, { kind: 'bytes', data: 'x'.repeat(5 * 1024 * 1024) });
    expect(process.io.outputPending(process.socket)).toBe(1024 * 1024);
    applyFault(world, { kind: 'healAll' });
    expect(process.io.outputPending(process.socket)).toBe(0);
  });
});

describe('a paused process', () => {
  test('gets connections and bytes from its kernel and handles them when it is resumed', () => {
    const world = toyWorld([
      echo(7000),
      caller('a', 7000, [
        [2000, 'A'],
        [3000, 'B'],
      ]),
    ]);
    applyFault(world, { kind: 'pause', server: '7000' });
    world.run(50_000);
    expect(journal(world, 'a')).toEqual(['1000 connect']);
    expect(journal(world, '7000')).toEqual([]);
    applyFault(world, { kind: 'resume', server: '7000' });
    world.run(60_000);
    expect(journal(world, '7000')).toEqual(['50000 accept 7000', '50000 A', '50000 B']);
    expect(journal(world, 'a')).toEqual(['1000 connect', '50500 +A', '50500 +B']);
  });

  test('closes its window for a peer that sends megabytes', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [])]);
    world.run(5000);
    applyFault(world, { kind: 'pause', server: '7000' });
    const process = world.machine('a')?.process as unknown as {
      socket: number;
      io: import('#redis/io.ts').Io;
    };
    for (let i = 0; i < 6; i++)
      process.io.send(process.socket, { kind: 'bytes', data: 'x'.repeat(1024 * 1024) });
    world.run(1_000_000);
    expect(process.io.outputPending(process.socket)).toBe(2 * 1024 * 1024);
    applyFault(world, { kind: 'resume', server: '7000' });
    world.run(2_000_000);
    expect(process.io.outputPending(process.socket)).toBe(0);
  });
});

describe('a killed process', () => {
  test('still has what it wrote delivered, then its peer sees the end', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'A']])]);
    world.run(2500);
    applyFault(world, { kind: 'kill', server: '7000' });
    world.run(10_000);
    expect(journal(world, 'a')).toEqual(['1000 connect', '3000 +A', '3000 closed']);
  });

  test('resets connections whose data it had not read', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'A']])]);
    world.run(1600);
    applyFault(world, { kind: 'pause', server: '7000' });
    world.run(5000);
    applyFault(world, { kind: 'kill', server: '7000' });
    world.run(10_000);
    expect(journal(world, 'a')).toEqual(['1000 connect', '5500 reset']);
  });

  test('takes the reply of unfinished work with it', () => {
    const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'WORK 100000']])]);
    world.run(50_000);
    applyFault(world, { kind: 'kill', server: '7000' });
    world.run(500_000);
    expect(journal(world, 'a')).toEqual(['1000 connect', '50500 reset']);
  });

  test('starts again on the same disk unless it is wiped', () => {
    const world = toyWorld([echo(7000)]);
    world.machine('7000')?.disk.write('nodes.conf', 'id');
    applyFault(world, { kind: 'restart', server: '7000' });
    expect(world.machine('7000')?.disk.read('nodes.conf')).toBe('id');
    applyFault(world, { kind: 'wipe', server: '7000' });
    expect(world.machine('7000')?.disk.list()).toEqual([]);
    expect(world.machine('7000')?.state).toBe('running');
  });
});

describe('a busy process', () => {
  test('answers when it is done, and what came meanwhile waits', () => {
    const world = toyWorld([
      echo(7000),
      caller('a', 7000, [
        [2000, 'WORK 10000'],
        [3000, 'B'],
      ]),
    ]);
    world.run(50_000);
    expect(journal(world, '7000').slice(1)).toEqual(['2500 WORK 10000', '12500 B']);
    expect(journal(world, 'a').slice(1)).toEqual(['13000 +10000', '13000 +B']);
  });

  test('that blocks on a socket hears only that socket until the time is up', () => {
    const machines = [
      echo(7000),
      caller('a', 7000, [
        [2000, 'BLOCK 100000'],
        [50_000, 'A'],
        [60_000, 'BLOCK 100000'],
      ]),
      caller('b', 7000, [
        [3000, 'B'],
        [70_000, 'C'],
      ]),
    ];
    const world = toyWorld(machines);
    world.run(500_000);
    expect(journal(world, '7000').slice(2)).toEqual([
      '2500 BLOCK 100000',
      '50500 A',
      '50500 B',
      '60500 BLOCK 100000',
      '160500 timer block',
      '160500 C',
    ]);
  });
});

describe('the trace hash', () => {
  const machines = () => [
    echo(7000),
    echo(7001),
    caller('a', 7000, [
      [2000, 'TICK'],
      [3000, 'X'],
      [90_000, 'Y'],
    ]),
    caller('b', 7001, [
      [2000, 'TICK'],
      [4000, 'Z'],
    ]),
  ];
  const link = { latencyUs: 500, jitterUs: 400, loss: 0.1 };

  test('is the same for the same seed and differs for another', () => {
    const run = (seed: number): string => {
      const world = toyWorld(machines(), { seed, link });
      world.run(1e6);
      return hash(world);
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });

  test('does not depend on the steps in which time is asked for', () => {
    const whole = toyWorld(machines(), { link });
    whole.run(1e6);
    const pieces = toyWorld(machines(), { link });
    for (let at = 0; at <= 1e6; at += 777) pieces.run(at);
    pieces.run(1e6);
    expect(hash(pieces)).toBe(hash(whole));
  });

  test('is the same after a clone has gone on in place of the original', () => {
    const world = toyWorld(machines(), { link });
    world.run(50_000);
    const snapshot = cloneGraph(world);
    world.run(1e6);
    const again = cloneGraph(snapshot);
    again.run(1e6);
    expect(hash(again)).toBe(hash(world));
    expect(snapshot.now).toBe(50_000);
    expect((snapshot.machine('7000')?.process as Echo).ticks).toBeLessThan(
      (again.machine('7000')?.process as Echo).ticks,
    );
  });
});

describe('faults on single packets', () => {
  const setUp = (): World => {
    const world = toyWorld([
      echo(7000),
      caller('a', 7000, [
        [2000, 'A'],
        [2100, 'B'],
      ]),
    ]);
    world.run(2200);
    return world;
  };
  const first = (world: World): number => Math.min(...world.inFlight().map(({ id }) => id));

  test('a dropped one is sent again, and the rest of its stream waits for it', () => {
    const world = setUp();
    applyFault(world, { kind: 'drop', packet: first(world) });
    world.run(1e6);
    expect(journal(world, '7000').slice(1)).toEqual(['202500 A', '202500 B']);
  });

  test('a delayed one comes later', () => {
    const world = setUp();
    applyFault(world, { kind: 'delay', packet: first(world), byUs: 50 });
    world.run(1e6);
    expect(journal(world, '7000').slice(1)).toEqual(['2550 A', '2600 B']);
  });

  test('a duplicate is thrown away by TCP', () => {
    const world = setUp();
    applyFault(world, { kind: 'duplicate', packet: first(world) });
    world.run(1e6);
    expect(journal(world, '7000').slice(1)).toEqual(['2500 A', '2600 B']);
  });
});

test('an exception in a handler halts the world and says where', () => {
  const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'THROW']])]);
  world.run(1e6);
  expect(world.halted?.reason).toContain('7000: TypeError: on purpose');
  expect(world.halted?.at).toBe(2500);
  expect(world.now).toBe(2500);
});

test('a probe ends the run at the end of its instant', () => {
  const world = toyWorld([echo(7000), caller('a', 7000, [[2000, 'TICK']])]);
  world.probe = { onEvent: ({ event }) => event.type, afterEvent: () => null, onSent: () => null };
  world.run(1e6);
  expect(world.stopped?.event?.event.type).toBe('TICK');
  expect(world.now).toBe(3500);
  world.run(1e6);
  expect(world.now).toBe(4500);
});
