/* What connections hear beside replies, as bytes: invalidations that go elsewhere, and the silence that CLIENT REPLY SKIP
 * asks for. The bytes are those of a real 7.0.15. */

import { describe, expect, test } from 'vitest';
import { LoneServer } from '#test/conformance/lone-server.ts';

const bytesOf = (lone: LoneServer, client: number, line: string): string => {
  lone.feed(client, `${line}\r\n`);
  return lone.takeBytes(client).replaceAll('\r\n', ' ').trim();
};

/** A client at a socket that has said these lines. */
function peer(lone: LoneServer, ...lines: string[]): number {
  const client = lone.connect();
  for (const line of lines) bytesOf(lone, client, line);
  return client;
}

describe('an invalidation that goes to another connection', () => {
  const redirected = (proto: string): [LoneServer, number, number] => {
    const lone = new LoneServer();
    const listener = peer(lone, 'SUBSCRIBE __redis__:invalidate');
    const client = peer(lone, `HELLO ${proto}`, 'CLIENT TRACKING ON REDIRECT 1');
    return [lone, listener, client];
  };
  const take = (lone: LoneServer, client: number): string =>
    lone.takeBytes(client).replaceAll('\r\n', ' ').trim();

  test('goes there also when tracking ended within the transaction', () => {
    const [lone, listener, client] = redirected('2');
    for (const line of ['GET a', 'MULTI', 'SET a 1', 'CLIENT TRACKING OFF', 'EXEC'])
      bytesOf(lone, client, line);
    expect(take(lone, listener)).toBe('*3 $7 message $20 __redis__:invalidate *1 $1 a');
  });

  test('goes where tracking sends it when the transaction ends', () => {
    const [lone, listener, client] = redirected('2');
    for (const line of ['MULTI', 'FLUSHALL', 'CLIENT TRACKING ON NOLOOP', 'EXEC'])
      bytesOf(lone, client, line);
    expect(take(lone, listener)).toBe('');
  });

  test('is told as lost each time when that connection is gone', () => {
    const [lone, listener, client] = redirected('3');
    bytesOf(lone, listener, 'QUIT');
    const other = peer(lone);
    for (const key of ['a', 'b']) {
      bytesOf(lone, client, `GET ${key}`);
      bytesOf(lone, other, `SET ${key} 1`);
      expect(take(lone, client)).toBe('>2 $21 tracking-redir-broken :1');
    }
  });
});

test('CLIENT REPLY SKIP holds as long as the command behind it waits, and no longer', () => {
  const lone = new LoneServer();
  const [waiting, other] = [peer(lone, 'CLIENT REPLY SKIP', 'BLPOP l 0'), peer(lone)];
  bytesOf(lone, other, 'RPUSH l 1 2');
  expect(bytesOf(lone, waiting, 'LLEN l')).toBe(':1');
  for (const line of ['CLIENT REPLY SKIP', 'BLPOP none 0']) bytesOf(lone, waiting, line);
  expect(bytesOf(lone, other, 'CLIENT UNBLOCK 1')).toBe(':1');
  expect(bytesOf(lone, waiting, 'PING')).toBe('+PONG');
  bytesOf(lone, waiting, 'CLIENT REPLY SKIP');
  expect(bytesOf(lone, waiting, 'RESET')).toBe('');
  expect(bytesOf(lone, waiting, 'PING')).toBe('+PONG');
});
