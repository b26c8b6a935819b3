import { beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '#session/session.ts';
import { TOY_WORLD, toySession } from './toys.ts';

let session: Session;

beforeEach(async () => {
  session = toySession();
  await session.open(TOY_WORLD);
  await session.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
});

describe('a jump that takes long', () => {
  const MONTH_US = 31 * 86_400e6;

  /** A session that lets in one who looks at how far it is, and ends it at the tenth look. */
  function stoppable(): { session: Session; seen: { now: number; to: number | null }[] } {
    const seen: { now: number; to: number | null }[] = [];
    const session = toySession(1, async () => {
      const progress = await session.progress();
      if (progress?.to !== MONTH_US) return;
      seen.push(progress);
      if (seen.length === 10) await session.interrupt();
    });
    return { session, seen };
  }

  test('tells how far it is, ends where it is told to, and goes on to the same hash', async () => {
    const { session, seen } = stoppable();
    await session.open(TOY_WORLD);
    const stopped = await session.seek(MONTH_US);
    expect(seen).toHaveLength(10);
    expect(seen.map(({ now }) => now)).toEqual(seen.map(({ now }) => now).toSorted((p, q) => p - q));
    expect(stopped.now).toBe(seen[9]?.now);
    expect(stopped.now).toBeGreaterThan(1_000_000);
    expect(await session.progress()).toBeNull();

    const straight = toySession();
    await straight.open(TOY_WORLD);
    const there = await straight.seek(stopped.now + 5e6);
    expect((await session.advance(5e6)).now).toBe(there.now);
    expect(await session.hash()).toBe(await straight.hash());
  });

  test('a file that ends a month later is opened as far as one cares to wait', async () => {
    const file = { ...(await session.save()), playhead: MONTH_US };
    const patient = stoppable().session;
    const frame = await patient.load(file);
    expect(frame.now).toBeLessThan(MONTH_US);
    expect((await patient.save()).inputs).toEqual(file.inputs);
  });

  test('a world that is being made can be given up, and the one before it goes on', async () => {
    let giveUp = false;
    const session = toySession(1, async () => {
      if (giveUp && ((await session.progress())?.now ?? 0) > 10e6) await session.interrupt();
    });
    await session.open(TOY_WORLD);
    await session.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
    const before = await session.hash();
    giveUp = true;
    const large = { ...TOY_WORLD, masters: 9, warmUpMs: 60_000 };
    await expect(session.open(large)).rejects.toMatchObject({ name: 'Stopped' });
    await expect(session.load({ ...(await session.save()), config: large })).rejects.toThrow(/stopped/);
    giveUp = false;
    expect(await session.hash()).toBe(before);
    expect(await session.exec('console:1', 'HELLO')).toMatch(/\S/);
  });

  test('going back in a world of which nothing was kept can be given up as well', async () => {
    let giveUp = false;
    const session = toySession(1, async () => {
      if (giveUp) await session.interrupt();
    });
    await session.open({ ...TOY_WORLD, masters: 900, warmUpMs: 5000 });
    const { now } = await session.advance(3e6);
    const hash = await session.hash();
    giveUp = true;
    expect((await session.seek(6e6)).now).toBe(now);
    giveUp = false;
    expect(await session.hash()).toBe(hash);
    expect((await session.seek(6e6)).now).toBe(6e6);
    expect((await session.seek(now)).now).toBe(now);
    expect(await session.hash()).toBe(hash);
  });

  test('a stop that comes when nothing is under way stops nothing', async () => {
    await session.interrupt();
    expect((await session.advance(2e6)).now).toBe(3_000_000);
  });
});

describe('time', () => {
  test('begins after the warm-up and passes only when it is asked to', async () => {
    expect((await session.frame()).now).toBe(1_000_000);
    expect((await session.advance(250_000)).now).toBe(1_250_000);
    expect((await session.advance(0)).now).toBe(1_250_000);
    expect((await session.advance(-5)).now).toBe(1_250_000);
    expect((await session.advance(Number.NaN)).now).toBe(1_250_000);
  });

  test('steps to the next tick, event and message', async () => {
    expect((await session.step('cron')).now).toBe(1_100_000);
    await session.input({ kind: 'line', console: 'console:1', line: 'TICK now' });
    const message = await session.step('message');
    expect(message.stoppedBy).toBe('message');
    expect(message.packets.some(({ kind, label }) => kind === 'command' && label === 'tick')).toBe(true);
    const event = await session.step('event');
    expect(event.stoppedBy).toBe('TICK');
    expect(event.events.map(({ event: { type } }) => type)).toEqual(['TICK']);
  });

  test('stops at breakpoints and conditions', async () => {
    await session.exec('console:1', 'TICK now');
    await session.setBreakpoints(['TICK']);
    const first = await session.advance(1e6);
    const second = await session.advance(1e6);
    expect(first.stoppedBy).toBe('TICK');
    expect(second.now - first.now).toBe(1000);
    await session.setBreakpoints([]);
    const until = await session.runUntil({ event: 'TICK', match: { n: 40 } }, 1e6);
    expect(until.events.at(-1)?.event['n']).toBe(40);
    const never = await session.runUntil({ event: 'NOTHING' }, 50_000);
    expect(never.now - until.now).toBe(50_000);
  });
});

describe('a console', () => {
  test('runs a line until its prompt is back and gives what was printed', async () => {
    expect(await session.exec('console:1', 'SAY hello')).toBe('hello\n');
    expect(await session.exec('console:1', 'WORK 100000')).toBe('100000\n');
    const frame = await session.frame();
    expect(frame.consoles).toEqual([
      { id: 'console:1', output: '> SAY hello\nhello\n> WORK 100000\n100000\n', prompt: '> ', hidden: false },
    ]);
    expect((await session.frame()).consoles[0]?.output).toBe('');
  });

  test('shows its past, and only that, after going back', async () => {
    await session.exec('console:1', 'SAY one');
    const { now } = await session.advance(1000);
    await session.advance(1000);
    await session.exec('console:1', 'SAY two');
    const back = await session.seek(now);
    expect(back.eventsReset).toBe(true);
    expect(back.consoles[0]?.output).toBe('> SAY one\none\n');
  });

  test('that does not exist, or is opened twice, is refused in words', async () => {
    await expect(session.input({ kind: 'line', console: 'x', line: '' })).rejects.toThrow(
      'There is no console called "x".',
    );
    const again = { kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] } as const;
    await expect(session.input({ ...again, argv: [...again.argv] })).rejects.toThrow(
      'There is a process called "console:1" already.',
    );
    await expect(session.exec('console:9', 'x')).rejects.toThrow('There is no console "console:9".');
  });
});

/** Some minutes with lines, faults and chance. */
async function live(): Promise<void> {
  await session.exec('console:1', 'TICK now');
  await session.input({ kind: 'openConsole', console: 'console:2', argv: ['toy', '7001'] });
  await session.exec('console:2', 'TICK too');
  await session.advance(3e6);
  await session.input({ kind: 'fault', fault: { kind: 'link', from: 'console:1', to: '7000', loss: 0.3 } });
  for (let at = 0; at < 10; at++) await session.exec('console:1', `SAY ${at}`);
  await session.input({ kind: 'fault', fault: { kind: 'pause', server: '7000' } });
  await session.input({ kind: 'line', console: 'console:1', line: 'SAY later' });
  await session.advance(12e6);
  await session.input({ kind: 'fault', fault: { kind: 'resume', server: '7000' } });
  await session.advance(20e6);
}

describe('going back and forth', () => {
  test('gives the same hash and events at every time', async () => {
    await live();
    const end = await session.frame();
    const seen = new Map<number, string>();
    for (const to of [2e6, 11.3e6, 30e6, 7.77e6, 16.000001e6, 1e6, 33e6]) {
      const { hash } = await session.seek(to);
      const known = seen.get(to);
      if (known) expect(hash).toBe(known);
      seen.set(to, hash);
    }
    for (const [to, hash] of seen) expect((await session.seek(to)).hash).toBe(hash);
    expect(new Set(seen.values()).size).toBe(seen.size);
    const again = await session.seek(end.now);
    expect(again.hash).toBe(end.hash);
    const { branches } = await session.history();
    expect(branches).toHaveLength(1);
  });

  test('beyond the end simulates on', async () => {
    const frame = await session.seek(100e6);
    expect(frame.now).toBe(100e6);
    expect((await session.history()).end).toBe(100e6);
  });

  test('is the same when the world is split', async () => {
    await live();
    const { hash, now } = await session.frame();
    session = toySession(3);
    await session.open(TOY_WORLD);
    await session.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
    await live();
    expect((await session.frame()).hash).toBe(hash);
    await session.seek(5e6);
    expect((await session.seek(now)).hash).toBe(hash);
  });
});

describe('planned faults', () => {
  test('become inputs when their time has come, and replay like any others', async () => {
    const { now } = await session.frame();
    const kill = { at: now + 2.5e6, fault: { kind: 'kill', server: '7000' } } as const;
    const restart = { at: now + 4e6, fault: { kind: 'restart', server: '7000' } } as const;
    await session.schedule([restart, kill]);
    expect((await session.history()).planned).toBe(2);
    await session.advance(3e6);
    expect((await session.history()).planned).toBe(1);
    const done = await session.advance(3e6);
    const faults = async () =>
      (await session.save()).inputs.flatMap(({ at, input }) =>
        input.kind === 'fault' ? [[at, input.fault.kind]] : [],
      );
    expect(await faults()).toEqual([
      [kill.at, 'kill'],
      [restart.at, 'restart'],
    ]);
    await session.seek(now);
    expect((await session.seek(done.now)).hash).toBe(done.hash);
    expect(await faults()).toHaveLength(2);
    expect((await session.history()).branches).toHaveLength(1);
  });

  test('replace those before, are refused whole when one is wrong, and end with their world', async () => {
    const { now } = await session.frame();
    const kill = { kind: 'kill', server: '7000' } as const;
    await session.schedule([{ at: now + 1e6, fault: kill }]);
    for (const wrong of [
      { at: NaN, fault: kill },
      { at: now, fault: { kind: 'kill', server: 'nobody' } },
    ])
      await expect(session.schedule([wrong as { at: number; fault: typeof kill }])).rejects.toThrow();
    expect((await session.history()).planned).toBe(1);
    await session.schedule([]);
    expect((await session.history()).planned).toBe(0);
    await session.schedule([{ at: now + 1e6, fault: kill }]);
    await session.open(TOY_WORLD);
    expect((await session.history()).planned).toBe(0);
  });
});

describe('branches', () => {
  test('begin when somebody acts in the past, and the old future is kept', async () => {
    await live();
    const before = await session.frame();
    await session.seek(10e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
    const forked = await session.advance(before.now - 10e6);
    expect(forked.branch).not.toBe(before.branch);
    expect(forked.hash).not.toBe(before.hash);
    const back = await session.checkout(before.branch);
    expect(back.hash).toBe(before.hash);
    expect(back.now).toBe(before.now);
    const other = await session.checkout(forked.branch);
    expect(other.hash).toBe(forked.hash);
    const { branches } = await session.history();
    expect(branches.map(({ parent, forkedAt }) => [parent, forkedAt])).toEqual([
      [null, 0],
      [before.branch, 10e6],
    ]);
  });

  test('events of a branch are numbered one by one and hold the shared past', async () => {
    await live();
    await session.seek(10e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
    await session.advance(1e6);
    const { events } = await session.seek(10.5e6);
    expect(events.length).toBeGreaterThan(100);
    events.forEach(({ seq }, index) => expect(seq).toBe((events[0]?.seq ?? 0) + index));
    expect(events.every(({ at }) => at <= 10.5e6)).toBe(true);
  });

  test('undo takes back the last act and comes to the same time without it', async () => {
    await session.exec('console:1', 'SAY one');
    await session.advance(1e6);
    const straight = await session.advance(5e6);
    await session.seek(straight.now - 5e6);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
    const killed = await session.advance(5e6);
    expect(killed.hash).not.toBe(straight.hash);
    const undone = await session.undo();
    expect(undone.now).toBe(killed.now);
    expect(undone.hash).toBe(straight.hash);
  });

  test('undo with nothing to take back changes nothing', async () => {
    const { hash } = await session.frame();
    expect((await session.undo()).hash).toBe(hash);
  });
});

describe('a saved session', () => {
  test('gives the same hash when it is loaded', async () => {
    await live();
    const file = JSON.parse(JSON.stringify(await session.save())) as unknown;
    const other = toySession();
    const frame = await other.load(file);
    expect(frame.hash).toBe((await session.frame()).hash);
    expect((await other.save()).hash).toBe(frame.hash);
  });

  test('that is damaged is refused in words', async () => {
    const file = await session.save();
    const load = (change: object): Promise<unknown> => toySession().load({ ...file, ...change });
    await expect(toySession().load('hello')).rejects.toThrow('This is not a session file.');
    await expect(toySession().load(null)).rejects.toThrow('This is not a session file.');
    await expect(load({ format: 'png' })).rejects.toThrow('not a session file of the playground');
    await expect(load({ version: 7 })).rejects.toThrow('made by a newer version');
    await expect(load({ config: { ...file.config, masters: 1e9 } })).rejects.toThrow(
      '"masters" must be a number',
    );
    await expect(load({ config: { ...file.config, masters: 1.5 } })).rejects.toThrow('whole number');
    await expect(load({ config: { ...file.config, preset: 'toys' } })).rejects.toThrow(
      '"preset" must be one of',
    );
    await expect(load({ playhead: Infinity })).rejects.toThrow('the playhead is not a time');
    await expect(load({ inputs: 'x' })).rejects.toThrow('no list of inputs');
    await expect(load({ inputs: [{ at: 5 }] })).rejects.toThrow('input 1 cannot be done: it is not an input');
    const fault = { at: 5e6, input: { kind: 'fault', fault: { kind: 'kill', server: '9999' } } };
    await expect(load({ inputs: [fault] })).rejects.toThrow('there is no process called "9999"');
    await expect(load({ inputs: [{ ...fault, at: -1 }] })).rejects.toThrow('time of input 1 is not a time');
  });
});

test('an exception inside a process halts the world with its seed and time', async () => {
  await session.input({ kind: 'line', console: 'console:1', line: 'THROW x' });
  const frame = await session.advance(1e6);
  expect(frame.halted?.reason).toContain('on purpose');
  expect(frame.halted?.seed).toBe(1);
  expect(frame.now).toBe(frame.halted?.at);
  const before = await session.seek(1_000_000);
  expect(before.halted).toBeNull();
});

test('a world too large for snapshots is made anew when one goes back', async () => {
  const large = toySession();
  await large.open({ ...TOY_WORLD, masters: 400 });
  await large.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
  await large.exec('console:1', 'TICK now');
  await large.advance(1e6);
  const middle = await large.frame();
  await large.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
  const end = await large.advance(1e6);
  expect((await large.seek(middle.now - 5)).eventsReset).toBe(true);
  expect((await large.seek(end.now)).hash).toBe(end.hash);
  expect((await large.undo()).servers).toEqual(middle.servers);
  expect((await large.history()).branches).toHaveLength(2);
});
