/* A lesson at the relay: everybody in step, whoever comes late or drops too; and those who mean no good are
 * thrown out without anybody noticing. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freshId, refusal } from './bad-followers.ts';
import { HeadlessFollower } from './headless-follower.ts';
import { HeadlessTeacher, holdClass, startRoom } from './load.ts';

let room: Awaited<ReturnType<typeof startRoom>>;
beforeEach(async () => {
  room = await startRoom();
});
afterEach(() => room.close());

test('a class of 24 with a late one ends with one hash, while others flood, steer and send garbage', async () => {
  const figures = await holdClass({ followers: 24, live: 16, seconds: 8, processes: 1, late: [0.4] });
  expect(figures.worlds).toBe(25);
  expect(figures.equal).toBe(25);
  expect(figures.heard.median).toBeLessThan(Infinity);
  expect(figures.inStep.median).toBeLessThan(Infinity);
  expect(figures.lateMs).toBeLessThan(Infinity);
  expect(figures.returns).toBeGreaterThan(0);
  expect(figures.thrown.tried).toBeGreaterThanOrEqual(10);
  expect(figures.thrown.out).toBe(figures.thrown.tried);
});

test('only the secret makes a teacher, and pages of other sites get no line', async () => {
  const { url, relay } = room;
  const address = `${url}classroom/teach`;
  expect(await refusal(address)).toBe(401);
  expect(await refusal(address, 'f'.repeat(32))).toBe(401);
  expect(await refusal(address, relay.secret, { origin: 'https://elsewhere.example' })).toBe(403);
  expect(await refusal(`${url}classroom/follow?id=${freshId()}`, undefined, { origin: 'null' })).toBe(403);
  expect(await refusal(`${url}classroom/follow?id=../../x`)).toBe(400);
  expect(await refusal(`${url}anything`)).toBe(404);
  const ws = new WebSocket(address, relay.secret, { origin: url.replace('ws:', 'http:').slice(0, -1) });
  await once(ws, 'open');
  ws.terminate();
});

test('guessing the secret is slowed down', async () => {
  const statuses = new Set<number | undefined>();
  for (let guess = 0; guess < 25; guess++) {
    statuses.add(await refusal(`${room.url}classroom/teach`, randomBytes(16).toString('hex')));
  }
  expect([...statuses].sort()).toEqual([401, 429]);
});

test('who drops and returns has missed nothing, also when the teacher went back meanwhile', async () => {
  const teacher = new HeadlessTeacher(room.url, room.relay.secret);
  await teacher.open();
  const one = new HeadlessFollower(room.url, freshId());
  await one.connect();
  await teacher.teach(0.5);
  one.drop();
  const { now } = await teacher.session.frame();
  await teacher.session.seek(now - 200_000);
  await teacher.session.input({ kind: 'line', console: 'console:7000', line: 'SET other past' });
  await teacher.session.advance(300_000);
  await teacher.tell();
  await one.connect();
  const hash = await teacher.session.hash();
  await expect.poll(() => one.session.hash(), { timeout: 20_000 }).toBe(hash);
  await expect.poll(() => room.relay.room.state().inStep).toBe(1);
  one.drop();
  await expect.poll(() => room.relay.room.state().followers).toBe(0);
  teacher.ws.terminate();
});

test('a teacher whose page is loaded again goes on with another log', async () => {
  const first = new HeadlessTeacher(room.url, room.relay.secret);
  await first.open();
  const one = new HeadlessFollower(room.url, freshId());
  await one.connect();
  await first.teach(0.3);
  const second = new HeadlessTeacher(room.url, room.relay.secret);
  // Another page has another name for its log.
  Object.assign(second.leader, { room: 'teacher-2' });
  await second.open();
  await second.session.advance(123_000);
  await second.tell();
  const hash = await second.session.hash();
  await expect.poll(() => one.session.hash(), { timeout: 20_000 }).toBe(hash);
  expect(first.ws.readyState).toBeGreaterThanOrEqual(WebSocket.CLOSING);
  one.drop();
  second.ws.terminate();
});

test('a line that is too slow for the clock hears where it stands when it is free again', async () => {
  const desk = new WebSocket(`${room.url}classroom/teach`, room.relay.secret);
  await once(desk, 'open');
  const ws = new WebSocket(`${room.url}classroom/follow?id=${freshId()}`);
  const heard: { kind: string; at: number }[] = [];
  ws.on('message', (data) => heard.push(JSON.parse(String(data))));
  await once(ws, 'open');
  const place = { room: 'teacher-1', hash: 'ab' };
  const say = (message: object): void => desk.send(JSON.stringify({ ...place, ...message }));
  say({ kind: 'whole', version: 1, at: 1, config: {}, inputs: [] });
  await expect.poll(() => heard.some(({ kind }) => kind === 'whole'), { timeout: 30_000 }).toBe(true);
  ws.pause();
  // More than the buffers of the system between the two take, and less than what cuts the line.
  const inputs = [{ at: 1, input: { kind: 'print', text: 'x'.repeat(14e6) } }];
  say({ kind: 'change', version: 2, at: 2, keep: 0, inputs });
  say({ kind: 'change', version: 3, at: 3, keep: 0, inputs });
  for (let at = 4; at <= 40; at++) say({ kind: 'tick', version: 3, at });
  await expect.poll(() => room.relay.room.copy.log?.at, { timeout: 30_000 }).toBe(40);
  ws.resume();
  const ticks = (): number[] => heard.filter(({ kind }) => kind === 'tick').map(({ at }) => at);
  await expect.poll(ticks, { timeout: 30_000 }).toEqual([40]);
  expect(heard.filter(({ kind }) => kind === 'change')).toHaveLength(2);
  for (const line of [ws, desk]) line.terminate();
});

test('who asks for the log again and again and reads nothing is sent it once', async () => {
  const desk = new WebSocket(`${room.url}classroom/teach`, room.relay.secret);
  await once(desk, 'open');
  const ws = new WebSocket(`${room.url}classroom/follow?id=${freshId()}`);
  const heard: string[] = [];
  ws.on('message', (data) => heard.push((JSON.parse(String(data)) as { kind: string }).kind));
  await once(ws, 'open');
  const say = (message: object): void =>
    desk.send(JSON.stringify({ room: 'teacher-1', hash: 'ab', at: 1, ...message }));
  say({ kind: 'whole', version: 1, config: {}, inputs: [] });
  await expect.poll(() => heard, { timeout: 30_000 }).toContain('whole');
  ws.pause();
  const inputs = [{ at: 1, input: { kind: 'print', text: 'x'.repeat(14e6) } }];
  say({ kind: 'change', version: 2, keep: 0, inputs });
  say({ kind: 'change', version: 3, keep: 0, inputs });
  await expect.poll(() => room.relay.room.copy.log?.version, { timeout: 30_000 }).toBe(3);
  for (let asked = 0; asked < 20; asked++) ws.send('{"kind":"ask"}');
  // The relay has read them when it has read what comes after them.
  ws.send('{"kind":"report","at":1,"same":true}');
  await expect.poll(() => room.relay.room.state().inStep, { timeout: 30_000 }).toBe(1);
  ws.resume();
  const wholes = (): number => heard.filter((kind) => kind === 'whole').length;
  await expect.poll(wholes, { timeout: 30_000 }).toBe(2);
  ws.send('{"kind":"report","at":1,"same":false}');
  await expect.poll(() => room.relay.room.state().differing, { timeout: 30_000 }).toBe(1);
  expect(wholes()).toBe(2);
  for (const line of [ws, desk]) line.terminate();
});

test('a full room says so, survives what those outside send, and takes back its own', async () => {
  const small = await startRoom(2);
  const enter = async (id: string): Promise<WebSocket> => {
    const ws = new WebSocket(`${small.url}classroom/follow?id=${id}`);
    ws.on('error', () => undefined);
    await once(ws, 'open');
    return ws;
  };
  const ids = [freshId(), freshId()];
  const inside = await Promise.all(ids.map(enter));
  const outside = await enter(freshId());
  outside.send('x'.repeat(100_000));
  const [code] = (await once(outside, 'close')) as [number];
  expect(code).toBe(1013);
  inside.push(await enter(ids[0] as string));
  await expect.poll(() => small.relay.room.state().followers, { timeout: 30_000 }).toBe(2);
  expect(inside.at(-1)?.readyState).toBe(WebSocket.OPEN);
  for (const ws of inside) ws.terminate();
  await small.close();
});

test('predictions are counted once each, and a slow class is told the result', async () => {
  const teacher = new HeadlessTeacher(room.url, room.relay.secret);
  const heard: unknown[] = [];
  teacher.ws.on('message', (data) => heard.push(JSON.parse(String(data))));
  await teacher.open();
  const lines = await Promise.all(
    [0, 1, 1].map(async (choice) => {
      const ws = new WebSocket(`${room.url}classroom/follow?id=${freshId()}`);
      ws.on('message', (data) => {
        if (JSON.parse(String(data)).kind !== 'question') return;
        for (const each of [choice, 0])
          ws.send(JSON.stringify({ kind: 'answer', question: 'q', choice: each }));
      });
      await once(ws, 'open');
      return ws;
    }),
  );
  teacher.ws.send(
    JSON.stringify({ kind: 'question', id: 'q', text: 'Who wins?', choices: ['7001', '7002'] }),
  );
  await expect.poll(() => room.relay.room.state().answered).toBe(3);
  const results = lines.map((ws) => nextTally(ws));
  teacher.ws.send(JSON.stringify({ kind: 'reveal', question: 'q' }));
  const tally = { kind: 'tally', question: 'q', counts: [1, 2] };
  expect(await Promise.all(results)).toEqual([tally, tally, tally]);
  await expect.poll(() => heard).toContainEqual(tally);
  for (const ws of [...lines, teacher.ws]) ws.terminate();
});

async function nextTally(ws: WebSocket): Promise<unknown> {
  for (;;) {
    const [data] = (await once(ws, 'message')) as [unknown];
    const message = JSON.parse(String(data)) as { kind: string };
    if (message.kind === 'tally') return message;
  }
}
