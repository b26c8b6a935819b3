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
