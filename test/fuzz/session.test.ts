/* Whatever comes through the door of a session: a clear error or nothing, and the world goes on. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Input } from '#session/api.ts';
import { inChinese } from '#app/i18n/session-problems.ts';
import { ConfigError, completeConfig } from '#session/config.ts';
import { checkSessionFile, SessionFileError } from '#session/session-file.ts';
import { TOY_WORLD, toySession } from '#test/unit/session/toys.ts';

/** Whoever reads Chinese is told in Chinese. */
const HAN = /[\u4e00-\u9fff]/;
const names = fc.constantFrom('7000', '7001', '7002', 'console:1', 'nobody', '', '__proto__', 'client:a');
const odd = fc.oneof(
  fc.double(),
  fc.string(),
  fc.constant(null),
  fc.constant(undefined),
  fc.constant([]),
  fc.object(),
);
const fault = fc.oneof(
  fc.record({
    kind: fc.constantFrom('kill', 'pause', 'resume', 'restart', 'wipe', 'isolate', 'rejoin'),
    server: names,
  }),
  fc.record({ kind: fc.constantFrom('cut', 'heal'), from: names, to: names, oneWay: fc.boolean() }),
  fc.record({
    kind: fc.constant('link'),
    from: names,
    to: names,
    latencyUs: fc.oneof(fc.nat(50_000), odd),
    loss: odd,
  }),
  fc.record({ kind: fc.constant('partition'), groups: fc.oneof(fc.array(fc.array(names)), odd) }),
  fc.record({ kind: fc.constantFrom('drop', 'duplicate', 'delay'), packet: odd, byUs: odd }),
  fc.record({ kind: odd }),
  odd,
);
const input = fc.oneof(
  fc.record({ kind: fc.constant('fault'), fault }),
  fc.record({ kind: fc.constant('line'), console: names, line: fc.oneof(fc.string(), odd) }),
  fc.record({
    kind: fc.constantFrom('interrupt', 'eof', 'closeConsole', 'openConsole', 'client', 'nothing'),
    console: names,
    id: odd,
    line: odd,
  }),
  odd,
);

test(
  'a session takes any input, refuses in words what makes no sense, and can be replayed',
  { timeout: 60_000 },
  async () => {
    const world = fc.asyncProperty(fc.array(input, { maxLength: 25 }), async (inputs) => {
      const session = toySession();
      await session.open({ ...TOY_WORLD, jitterUs: 100 });
      await session.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
      for (const each of inputs) {
        await session.input(each as Input).catch((error: Error) => {
          expect(error.message).toMatch(/^[A-Z].*\.$/s);
          expect(inChinese(error.message)).toMatch(HAN);
        });
        const frame = await session.advance(20_000);
        expect(frame.halted).toBeNull();
      }
      const { hash } = await session.frame();
      const file = JSON.parse(JSON.stringify(await session.save())) as unknown;
      expect((await toySession().load(file)).hash).toBe(hash);
    });
    await fc.assert(world, { numRuns: 60 });
  },
);

test('a damaged session file is refused in words, whatever is wrong with it', () => {
  const base = {
    format: 'redis-cluster-playground',
    version: 1,
    config: {},
    inputs: [],
    playhead: 0,
    hash: '',
  };
  const change = fc.dictionary(
    fc.constantFrom('format', 'version', 'config', 'inputs', 'playhead', 'hash'),
    odd,
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        change.map((part) => ({ ...base, ...part })),
      ),
      (file) => {
        try {
          expect(checkSessionFile(file).format).toBe(base.format);
        } catch (error) {
          expect(error instanceof SessionFileError || error instanceof ConfigError).toBe(true);
          expect(inChinese((error as Error).message)).toMatch(HAN);
        }
      },
    ),
  );
});

test('what a damaged file says of itself stays short, and nothing in it is taken for what it is not', () => {
  const config = { ...TOY_WORLD };
  const long = 'x'.repeat(1_000_000);
  const inputs = [
    { kind: long },
    { kind: { toString: 1 } },
    { kind: 'line', console: long, line: '' },
    { kind: 'openConsole', console: 'c', argv: [long, long] },
    { kind: 'fault', fault: { kind: long } },
    { kind: 'fault', fault: { kind: 'kill', server: long } },
    { kind: 'fault', fault: { kind: 'partition', groups: [[long]] } },
    { kind: 'client', id: 'nobody', action: 'stop' },
  ];
  const file = { format: 'redis-cluster-playground', version: 1, config, playhead: 0 };
  for (const one of inputs) {
    const load = (): unknown => checkSessionFile({ ...file, hash: 'a', inputs: [{ at: 0, input: one }] });
    if (one.kind === 'openConsole') load();
    else expect(load).toThrow(/^.{1,200}$/);
  }
  for (const hash of [{ toString: 1, valueOf: 1 }, [long], 7, null, undefined])
    expect(checkSessionFile({ ...file, hash, inputs: [] }).hash).toBe('');
});

test('a world is made of nothing but what was checked', () => {
  const keys = fc.constantFrom(
    'masters',
    'seed',
    'latencyUs',
    'loss',
    'preset',
    'wire',
    'config',
    'basePort',
    'evil',
  );
  fc.assert(
    fc.property(fc.dictionary(keys, odd), (given) => {
      try {
        const config = completeConfig(given);
        expect(Object.keys(config)).not.toContain('evil');
        expect(Number.isInteger(config.masters)).toBe(true);
        expect(config.basePort).toBeLessThan(65_536);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        expect(inChinese((error as Error).message)).toMatch(HAN);
      }
    }),
  );
});
