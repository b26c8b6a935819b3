/* Following along without any network: a teacher's session, what is told of it, and sessions that follow. */

import { expect, test } from 'vitest';
import type { Input } from '#session/api.ts';
import { readMessage, type FollowerMessage, type LogMessage } from '#session/follow-messages.ts';
import { Follower, Leader, type Heard } from '#session/follow.ts';
import { makeSession } from '#session/in-place.ts';
import { Room } from '#session/room.ts';
import type { Session } from '#session/session.ts';
import { toySession, TOY_WORLD } from './toys.ts';

const open: Input = { kind: 'openConsole', console: 'console:1', argv: ['toy', '7000'] };
const line = (text: string): Input => ({ kind: 'line', console: 'console:1', line: text });

/** A teacher whose news go to a follower as text, as on a wire. */
class Class {
  readonly leader = new Leader('a');
  readonly asked: FollowerMessage[] = [];
  readonly follower: Follower;
  readonly teacher: Session;
  constructor(teacher: Session, session: Session) {
    this.teacher = teacher;
    this.follower = new Follower(session, (message) => this.asked.push(message));
  }
  async news(): Promise<LogMessage | null> {
    return this.leader.publish(await this.teacher.save());
  }
  hear(message: LogMessage | null): void {
    const read = message && readMessage('toFollower', JSON.stringify(message));
    if (message && !read) throw new Error(`not a message: ${JSON.stringify(message).slice(0, 300)}`);
    if (message) this.follower.hear(read as LogMessage);
  }
  /** Tells the follower, and lets it come into step. */
  async tell(): Promise<void> {
    this.hear(await this.news());
    await this.follower.settled();
  }
}

async function toyClass(): Promise<Class> {
  const both = new Class(toySession(), toySession());
  await both.teacher.open(TOY_WORLD);
  await both.tell();
  return both;
}

async function inStep({ teacher, follower }: Class, session: Session): Promise<void> {
  expect(follower.failure).toBe(null);
  expect(follower.step).toBe('same');
  expect(await session.hash()).toBe(await teacher.hash());
  const { now } = await teacher.frame();
  expect((await session.frame()).now).toBe(now);
}

test('a follower of a real cluster has the same hash after commands, a crash, a step back and another past', async () => {
  const session = makeSession();
  const both = new Class(makeSession(), session);
  const { teacher } = both;
  await teacher.open({ masters: 3, replicasPerMaster: 1, nodeTimeoutMs: 1000, seed: 5 });
  await both.tell();
  await inStep(both, session);
  await teacher.input({
    kind: 'openConsole',
    console: 'console:7000',
    argv: ['redis-cli', '-c', '-p', '7000'],
  });
  await teacher.exec('console:7000', 'SET user:1 Ada');
  await both.tell();
  await inStep(both, session);
  const { now } = await teacher.frame();
  await teacher.input({ kind: 'fault', fault: { kind: 'kill', server: '7001' } });
  await teacher.advance(4e6);
  await both.tell();
  await inStep(both, session);
  await teacher.seek(now - 1000);
  await both.tell();
  await inStep(both, session);
  await teacher.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
  await teacher.advance(3e6);
  await both.tell();
  await inStep(both, session);
  const servers = (await session.frame()).servers;
  expect(servers.find(({ name }) => name === '7002')?.state).not.toBe('running');
  expect(servers.find(({ name }) => name === '7001')?.state).toBe('running');
  await teacher.undo();
  await both.tell();
  await inStep(both, session);
  expect(both.asked.filter(({ kind }) => kind === 'ask')).toEqual([]);
});

test('a follower that missed a change asks once, and is in step after the whole log', async () => {
  const session = toySession();
  const both = new Class(toySession(), session);
  await both.teacher.open(TOY_WORLD);
  await both.tell();
  await both.teacher.input(open);
  await both.news();
  for (const text of ['one', 'two']) {
    await both.teacher.advance(50_000);
    await both.teacher.input(line(text));
    if (text === 'one') await both.news();
    else both.hear(await both.news());
  }
  await both.teacher.advance(1000);
  both.hear(await both.news());
  expect(both.asked.filter(({ kind }) => kind === 'ask')).toHaveLength(1);
  both.hear(both.leader.whole());
  await both.follower.settled();
  await inStep(both, session);
});

test('who comes late gets the log from the room and is in step', async () => {
  const { teacher, leader } = await toyClass();
  const room = new Room();
  await teacher.input(open);
  for (let step = 0; step < 20; step++) {
    await teacher.advance(30_000);
    await teacher.input(line(`word ${step}`));
    const news = leader.publish(await teacher.save());
    if (step === 0) for (const { to } of room.fromTeacher(news as LogMessage)) expect(to).toBe('teacher');
    if (step === 0) room.fromTeacher(leader.whole() as LogMessage);
    else expect(room.fromTeacher(news as LogMessage).map(({ to }) => to)).toEqual(['followers']);
  }
  const session = toySession();
  const late = new Follower(session, () => undefined);
  for (const { message } of room.join('late')) if (message.kind === 'whole') late.hear(message);
  await late.settled();
  expect(late.step).toBe('same');
  expect(await session.hash()).toBe(await teacher.hash());
});

test('a follower may go its own way and come back', async () => {
  const session = toySession();
  const both = new Class(toySession(), session);
  await both.teacher.open(TOY_WORLD);
  await both.teacher.input(open);
  await both.tell();
  await both.follower.leave();
  await session.input(line('my own word'));
  await session.advance(500_000);
  await both.teacher.advance(100_000);
  await both.teacher.input(line('the word'));
  await both.tell();
  expect(await session.hash()).not.toBe(await both.teacher.hash());
  both.follower.comeBack();
  await both.follower.settled();
  await inStep(both, session);
  const { branches } = await session.history();
  expect(branches.length).toBeGreaterThan(1);
});

test('a world that was tampered with is told as differing, and made anew', async () => {
  const session = toySession();
  const both = new Class(toySession(), session);
  await both.teacher.open(TOY_WORLD);
  await both.teacher.input(open);
  await both.tell();
  // Behind the follower's back.
  await session.input(line('not in the log'));
  await both.teacher.advance(200_000);
  await both.tell();
  await inStep(both, session);
});

test('a log that no world can do is refused in words', async () => {
  const both = await toyClass();
  const whole = both.leader.whole();
  if (!whole) throw new Error('there is a log');
  const bad = {
    ...whole,
    version: whole.version + 1,
    inputs: [{ at: 5, input: { kind: 'line', console: 'no' } }],
  };
  both.follower.hear(bad);
  await both.follower.settled();
  expect(both.follower.step).toBe('failed');
  expect(both.follower.failure).toMatch(/input 1 cannot be done/);
});

test('the room counts one prediction of each, and none after the result', () => {
  const room = new Room();
  for (const id of ['a', 'b', 'c']) room.join(id);
  const choices = ['it fails over', 'it does not'];
  room.fromTeacher({ kind: 'question', id: 'q1', text: 'What happens?', choices });
  for (const [id, choice] of [
    ['a', 0],
    ['a', 1],
    ['b', 1],
    ['c', 2],
    ['nobody', 1],
  ] as const) {
    room.fromFollower(id, { kind: 'answer', question: 'q1', choice });
  }
  // Dropped and returned: still counted once.
  room.part('b');
  room.join('b');
  room.fromFollower('b', { kind: 'answer', question: 'q1', choice: 0 });
  const tally = { kind: 'tally', question: 'q1', counts: [1, 1] };
  expect(room.fromTeacher({ kind: 'reveal', question: 'q1' }).map(({ message }) => message)).toEqual([
    tally,
    tally,
  ]);
  room.fromFollower('c', { kind: 'answer', question: 'q1', choice: 0 });
  expect(room.fromTeacher({ kind: 'reveal', question: 'q1' })[0]?.message).toEqual(tally);
  // The question before is no longer anybody's; this one leaves, for those too who come later.
  expect(room.fromTeacher({ kind: 'close', question: 'q0' })).toEqual([]);
  expect(room.fromTeacher({ kind: 'close', question: 'q1' })).toHaveLength(1);
  expect(room.state().answered).toBe(0);
  expect(room.join('late').map(({ message }) => message.kind)).toEqual(['teacher']);
});

test('what a follower may say does not steer', () => {
  const steering = [
    { kind: 'tick', room: 'a', version: 1, at: 5, hash: 'ab' },
    { kind: 'whole', room: 'a', version: 9, at: 5, hash: '', config: {}, inputs: [] },
    { kind: 'look', lens: null, selection: null, lesson: null },
    { kind: 'reveal', question: 'q' },
    { kind: 'close', question: 'q' },
    { kind: 'ask', more: 1 },
  ];
  for (const message of steering) expect(readMessage('fromFollower', JSON.stringify(message))).toBe(null);
  expect(readMessage('fromFollower', '{"kind":"ask"}')).toEqual({ kind: 'ask' });
});

test('where the teacher looks is told in every shape, and nothing else passes for it', () => {
  const looks = [
    { selection: null, lesson: null },
    {
      selection: { kind: 'server', name: '7001' },
      lesson: { id: '10-pfail-and-fail', step: 2, solved: ['crash'] },
    },
    { selection: { kind: 'key', key: 'a b 用户', slot: 3 }, lesson: null },
    { selection: { kind: 'link', from: '7000', to: '7001' }, lesson: null },
    { selection: { kind: 'reply', server: '7000', error: 'MOVED 1 127.0.0.1:7001' }, lesson: null },
  ].map((look) => ({ kind: 'look', lens: null, ...look }));
  for (const look of looks) expect(readMessage('toFollower', JSON.stringify(look))).toEqual(look);
  const wrong = [
    { selection: { kind: 'server', name: '<b>' } },
    { selection: { kind: 'slot', slot: 16_384 } },
    { selection: { kind: 'server', name: '7001', more: 1 } },
    { selection: { kind: 'anything' } },
    { lesson: { id: '../x/y', step: 0, solved: [] } },
    { lesson: { id: '10', step: -1, solved: [] } },
    { lesson: { id: '10', step: 0, solved: Array.from({ length: 201 }, () => 'a') } },
  ].map((look) => ({ kind: 'look', lens: null, selection: null, lesson: null, ...look }));
  for (const look of wrong) expect(readMessage('toFollower', JSON.stringify(look))).toBe(null);
});

test('while nobody acts the clock is told from the frame, and the log stays as it is', async () => {
  const both = await toyClass();
  const before = await both.teacher.frame();
  await both.teacher.advance(1000);
  const { now, hash, branch, inputs } = await both.teacher.frame();
  expect([branch, inputs]).toEqual([before.branch, before.inputs]);
  both.hear(both.leader.tick(now, hash));
  await both.follower.settled();
  expect(both.follower.step).toBe('same');
  expect(both.leader.tick(now, hash)).toBe(null);
  await both.teacher.input(open);
  expect((await both.teacher.frame()).inputs).toBe(inputs + 1);
});

test('an unchanged session is not told twice, and an old message changes nothing', async () => {
  const both = await toyClass();
  expect(await both.news()).toBe(null);
  await both.teacher.advance(1000);
  const tick = await both.news();
  expect(tick?.kind).toBe('tick');
  await both.teacher.input(open);
  both.hear(await both.news());
  const heard: Heard = both.follower.copy.hear(tick as LogMessage);
  expect(heard).toBe('old');
});
