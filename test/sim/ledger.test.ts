/* What becomes of acknowledged writes when a cluster breaks and mends. */

import { beforeEach, expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

let session: Session;

beforeEach(async () => {
  session = makeSession();
  await session.open({ seed: 3, nodeTimeoutMs: 2000 });
  await session.input({ kind: 'openConsole', console: 'console:1', argv: ['redis-cli', '-p', '7000'] });
});

test('a write that reached its replica is held by both', async () => {
  expect(await session.exec('console:1', 'SET {a}1 one')).toContain('MOVED');
  expect(await session.exec('console:1', 'SET hello one')).toBe('OK\n');
  const { ledger } = await session.advance(15e6);
  expect(ledger).toMatchObject({ acked: 1, lost: 0, dualOwnerMs: 0, outageMs: 0 });
  expect(ledger.recent).toMatchObject([
    {
      key: 'hello',
      value: 'one',
      client: 'console:1',
      ackedBy: '7000',
      copies: ['7000', '7003'],
      state: 'held',
    },
  ]);
});

test('acknowledged writes are notches of the tape, the same after going back and again', async () => {
  const start = (await session.advance(1)).now;
  const notches = async () =>
    (await session.history()).marks
      .filter(({ kind }) => kind === 'write')
      .map(({ at, label }) => [at, label]);
  await session.exec('console:1', 'MSET {hello}1 a {hello}2 b');
  await session.exec('console:1', 'GET {hello}1');
  const { now } = await session.advance(2e6);
  const painted = await notches();
  expect(painted).toEqual([[expect.any(Number), '2']]);
  expect(painted[0]?.[0]).toBeGreaterThan(start);
  await session.seek(start);
  await session.seek(now);
  expect(await notches()).toEqual(painted);
  await session.exec('console:1', 'SET {hello}3 c');
  await session.advance(1e6);
  expect(await notches()).toEqual([...painted, [expect.any(Number), '1']]);
});

test('a write that a cut-off master acknowledged is lost when it comes back as a replica', async () => {
  await session.exec('console:1', 'SET hello before');
  await session.advance(3e6);
  await session.input({ kind: 'fault', fault: { kind: 'isolate', server: '7000' } });
  await session.exec('console:1', 'SET hello after');
  const during = await session.advance(12e6);
  expect(during.ledger.lost).toBe(0);
  expect(during.servers.find(({ name }) => name === '7003')?.role).toBe('master');
  expect(during.ledger.recent).toMatchObject([{ value: 'after', copies: ['7000'], state: 'pending' }]);
  await session.input({ kind: 'fault', fault: { kind: 'rejoin', server: '7000' } });
  const healed = await session.advance(40e6);
  expect(healed.servers.find(({ name }) => name === '7000')?.role).toBe('replica');
  expect(healed.ledger.lost).toBe(1);
  expect(healed.ledger.recent).toMatchObject([{ key: 'hello', value: 'after', state: 'lost', copies: [] }]);
  expect((await session.history()).marks.filter(({ kind }) => kind === 'lost')).toMatchObject([
    { label: 'hello' },
  ]);
});

test('going back in time takes the ledger back, and forward again gives the same one', async () => {
  await session.exec('console:1', 'SET hello before');
  const { now } = await session.advance(1e6);
  await session.input({ kind: 'fault', fault: { kind: 'isolate', server: '7000' } });
  await session.exec('console:1', 'SET hello after');
  await session.advance(12e6);
  await session.input({ kind: 'fault', fault: { kind: 'rejoin', server: '7000' } });
  const end = await session.advance(40e6);
  const back = await session.seek(now - 1);
  expect(back.ledger.recent).toMatchObject([{ value: 'before' }]);
  expect(back.ledger.lost).toBe(0);
  const again = await session.seek(end.now);
  expect(again.ledger).toEqual(end.ledger);
  expect((await session.history()).marks.filter(({ kind }) => kind === 'lost')).toHaveLength(1);
});

test('deleted and overwritten keys are not missed', async () => {
  await session.exec('console:1', 'SET hello one');
  await session.exec('console:1', 'DEL hello');
  await session.exec('console:1', 'SET hello two EX 1');
  const { ledger } = await session.advance(30e6);
  expect(ledger.lost).toBe(0);
  expect(ledger.recent).toEqual([]);
});

test('a key that another command emptied, replaced or let expire is not missed', async () => {
  const after = [
    'EXPIREAT {hello}0 1',
    'GETEX {hello}1 PX 10',
    'SINTERSTORE {hello}2 {hello}none',
    'SORT {hello}none STORE {hello}3',
    'BITOP AND {hello}4 {hello}none',
    'ZUNIONSTORE {hello}5 1 {hello}none',
    'UNLINK {hello}6',
    'SETEX {hello}7 1 x',
  ];
  for (const [at, command] of after.entries()) {
    expect(await session.exec('console:1', `SET {hello}${at} one`)).toBe('OK\n');
    expect(await session.exec('console:1', command)).not.toContain('ERR');
  }
  await session.exec('console:1', 'SET {hello}kept one');
  const { ledger } = await session.advance(30e6);
  expect(ledger.lost).toBe(0);
  expect(ledger.recent).toMatchObject([{ key: '{hello}kept', state: 'held' }]);
});

/** What a cut-off master acknowledges, and what the ledger says of it. */
const KINDS: [command: string, part: string | null, value: string][] = [
  ['INCRBY {hello}number 5', null, '12'],
  ['RPUSH {hello}list a b', 'b', 'b'],
  ['SADD {hello}set m', 'm', 'm'],
  ['HSET {hello}hash f 1', 'f', '1'],
  ['HINCRBY {hello}hash n 3', 'n', '3'],
  ['ZADD {hello}zset 1.50 m', 'm', '1.5'],
  ['ZINCRBY {hello}zset 2 n', 'n', '2'],
  ['XADD {hello}stream 5-1 f v', '5-1', '5-1'],
];

test('of lists, sets, hashes, sorted sets, streams and counters, what was acknowledged and lost is told', async () => {
  await session.exec('console:1', 'SET {hello}number 7');
  await session.exec('console:1', 'RPUSH {hello}list 1');
  await session.advance(3e6);
  await session.input({ kind: 'fault', fault: { kind: 'isolate', server: '7000' } });
  for (const [command] of KINDS) expect(await session.exec('console:1', command)).not.toContain('ERR');
  const during = await session.advance(12e6);
  expect(during.ledger.lost).toBe(0);
  await session.input({ kind: 'fault', fault: { kind: 'rejoin', server: '7000' } });
  const { ledger } = await session.advance(40e6);
  const lost = ledger.recent.filter(({ state }) => state === 'lost');
  expect(lost.map(({ part, value }) => [part, value])).toEqual([
    [null, '12'],
    ['a', 'a'],
    ...KINDS.slice(1).map(([, part, value]) => [part, value]),
  ]);
  expect(ledger.lost).toBe(KINDS.length + 1);
  expect(ledger.recent.filter(({ state }) => state === 'held')).toMatchObject([
    { key: '{hello}list', part: '1', copies: ['7000', '7003'] },
  ]);
  const marks = (await session.history()).marks.filter(({ kind }) => kind === 'lost');
  expect(marks.map(({ label }) => label)).toContain('{hello}hash f');
});

test('what was taken out of a collection, moved, trimmed or may expire is not missed', async () => {
  for (const command of [
    'RPUSH {hello}q a b c d e f',
    'LPOP {hello}q',
    'RPOP {hello}q 2',
    'LREM {hello}q 0 b',
    'BLPOP {hello}q 0',
    'LMOVE {hello}q {hello}r LEFT RIGHT',
    'SADD {hello}s a b c',
    'SREM {hello}s a',
    'SMOVE {hello}s {hello}t b',
    'SPOP {hello}s',
    'HSET {hello}h f 1 g 2 k 3',
    'HDEL {hello}h f g',
    'ZADD {hello}z 1 a 2 b 3 c 4 d',
    'ZREM {hello}z a',
    'ZPOPMIN {hello}z',
    'ZADD {hello}z XX 5 d',
    'XADD {hello}x 1-1 f v',
    'XADD {hello}x 2-1 f v',
    'XADD {hello}x MAXLEN 1 3-1 f v',
    'XADD {hello}y 1-1 f v',
    'XADD {hello}y 2-0 f v',
    'XDEL {hello}y 2',
    'INCR {hello}i',
    'EXPIRE {hello}i 1',
    'INCR {hello}i',
    'SETEX {hello}j 1 x',
    'APPEND {hello}j y',
    "EVAL \"redis.call('HSET', KEYS[1], 'f', 1) redis.call('EXPIRE', KEYS[1], 1)\" 1 {hello}l",
    'HSET {hello}l g 1',
    'SET {hello}m 1 GET NX',
    'SET {hello}m 2 GET NX',
    'SELECT 0',
  ]) {
    expect(await session.exec('console:1', command), command).not.toContain('ERR');
  }
  const { ledger } = await session.advance(30e6);
  expect(ledger.lost).toBe(0);
  expect(ledger.recent.map(({ key, part, state }) => [key.slice(7), part, state])).toEqual(
    [
      ['r', 'd'],
      ['t', 'b'],
      ['h', 'k'],
      ['x', '3-1'],
      ['y', '1-1'],
      ['m', null],
    ].map(([key, part]) => [key, part, 'held']),
  );
});
