/* Messages of a classroom from people who mean no good: nothing throws, nothing is believed that does not
 * hold, and whatever a teacher does, a follower that hears of it with losses ends in step. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Input } from '#session/api.ts';
import { readMessage, type LogMessage } from '#session/follow-messages.ts';
import { Follower, Leader } from '#session/follow.ts';
import { Room } from '#session/room.ts';
import { toySession, TOY_WORLD } from '#test/unit/session/toys.ts';

const sides = ['fromTeacher', 'fromFollower', 'toFollower', 'toTeacher'] as const;

const almost = fc.record(
  {
    kind: fc.constantFrom(
      'whole',
      'change',
      'tick',
      'look',
      'question',
      'reveal',
      'close',
      'ask',
      'report',
      'answer',
    ),
    room: fc.oneof(fc.constant('a'), fc.string()),
    version: fc.oneof(fc.nat(5), fc.double(), fc.constant('1')),
    at: fc.oneof(fc.nat(), fc.double(), fc.constant(-1)),
    hash: fc.oneof(fc.constant('00ff'), fc.string()),
    keep: fc.oneof(fc.nat(9), fc.integer()),
    inputs: fc.oneof(
      fc.array(fc.record({ at: fc.nat(), input: fc.dictionary(fc.string(), fc.jsonValue()) })),
      fc.jsonValue(),
    ),
    config: fc.oneof(fc.constant({}), fc.jsonValue()),
    question: fc.oneof(fc.constant('q'), fc.jsonValue()),
    id: fc.constantFrom('q', 'r', '__proto__'),
    choice: fc.integer({ min: -2, max: 9 }),
    text: fc.string(),
    choices: fc.array(fc.string()),
    same: fc.oneof(fc.boolean(), fc.jsonValue()),
    lens: fc.oneof(fc.constant(null), fc.string()),
    selection: fc.oneof(fc.constant(null), fc.jsonValue()),
    lesson: fc.oneof(fc.constant(null), fc.jsonValue()),
  },
  { requiredKeys: ['kind'] },
);

test('garbage is no message of any side, and never throws', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        almost.map((one) => JSON.stringify(one)),
      ),
      (text) => {
        for (const side of sides) {
          const read = readMessage(side, text);
          if (read) expect(typeof read.kind).toBe('string');
        }
      },
    ),
    { numRuns: 2000 },
  );
  for (const side of sides) {
    expect(readMessage(side, '['.repeat(100_000))).toBe(null);
    expect(readMessage(side, '{"kind":"__proto__"}')).toBe(null);
  }
});

test('a room stays whole whatever is said in it, and followers never change its log', () => {
  const said = fc.tuple(fc.boolean(), fc.constantFrom('1', '2', '3'), almost);
  fc.assert(
    fc.property(fc.array(said, { maxLength: 60 }), (messages) => {
      const room = new Room();
      room.join('1');
      for (const [asTeacher, id, message] of messages) {
        const before = room.copy.log;
        const text = JSON.stringify(message);
        const teachers = asTeacher ? readMessage('fromTeacher', text) : null;
        const followers = readMessage('fromFollower', text);
        const out = teachers ? room.fromTeacher(teachers) : followers ? room.fromFollower(id, followers) : [];
        if (!teachers) expect(room.copy.log).toBe(before);
        for (const one of out) {
          const side = one.to === 'teacher' ? 'toTeacher' : 'toFollower';
          expect(readMessage(side, JSON.stringify(one.message))).not.toBe(null);
        }
      }
      const { followers, inStep, differing } = room.state();
      expect(inStep + differing).toBeLessThanOrEqual(followers);
    }),
    { numRuns: 500 },
  );
});

type Deed = { do: 'line' | 'seek' | 'undo' | 'advance' | 'kill' | 'lose'; by: number };

const deed: fc.Arbitrary<Deed> = fc.record({
  do: fc.constantFrom('line', 'line', 'seek', 'undo', 'advance', 'kill', 'lose'),
  by: fc.nat(100),
});

test('whatever the teacher does and whatever gets lost, the follower ends with the same hash', async () => {
  const story = fc.asyncProperty(fc.array(deed, { maxLength: 30 }), async (deeds) => {
    const teacher = toySession();
    const session = toySession();
    const leader = new Leader('a');
    let asks = 0;
    const follower = new Follower(session, ({ kind }) => {
      if (kind === 'ask') asks++;
    });
    await teacher.open(TOY_WORLD);
    await teacher.input({ kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] });
    const tell = async (lost: boolean): Promise<void> => {
      const news = leader.publish(await teacher.save());
      if (news && !lost) follower.hear(JSON.parse(JSON.stringify(news)) as LogMessage);
      const whole = asks > 0 ? leader.whole() : null;
      asks = 0;
      if (whole) follower.hear(whole);
    };
    await tell(false);
    for (const { do: what, by } of deeds) {
      const { now } = await teacher.frame();
      const input: Input | null =
        what === 'line'
          ? { kind: 'line', console: 'console:1', line: `w${by}` }
          : what === 'kill'
            ? { kind: 'fault', fault: { kind: by % 2 ? 'kill' : 'restart', server: `700${by % 3}` } }
            : null;
      // The console may not be there yet in the past, a dead server may not be killed again.
      if (input) await teacher.input(input).catch(() => undefined);
      else if (what === 'seek') await teacher.seek(Math.max(0, now - by * 5000));
      else if (what === 'undo') await teacher.undo();
      await teacher.advance(by * 1000);
      await tell(what === 'lose');
    }
    await teacher.advance(1000);
    await tell(false);
    await tell(false);
    await follower.settled();
    if (asks > 0) await tell(false);
    await follower.settled();
    expect([follower.step, follower.failure]).toEqual(['same', null]);
    expect(await session.hash()).toBe(await teacher.hash());
  });
  await fc.assert(story, { numRuns: 60 });
});
