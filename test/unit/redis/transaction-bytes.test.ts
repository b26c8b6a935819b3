/* EXEC as a peer at a socket reads it: each reply leaves when it is made, so what the commands of a transaction
 * do to the connection itself shows within the array. The bytes are those of a real 7.0.15. */

import { describe, expect, it } from 'vitest';
import { Status } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

/** What EXEC sends back after these lines were queued. */
function execOf(lines: readonly string[], before: readonly string[] = []): string {
  const lone = new LoneServer({ 'enable-debug-command': 'yes' });
  const client = lone.connect();
  for (const line of [...before, 'MULTI', ...lines]) lone.feed(client, `${line}\r\n`);
  lone.takeBytes(client);
  lone.feed(client, 'EXEC\r\n');
  return lone.takeBytes(client).replaceAll('\r\n', ' ').trim();
}

const helloMap = (sign: string, proto: number): string =>
  `${sign} $6 server $5 redis $7 version $6 7.0.15 $5 proto :${proto} $2 id :1 $4 mode $10 standalone $4 role $6 master $7 modules *0`;

describe('EXEC to a peer that speaks bytes', () => {
  it('answers each command in the protocol that held when it ran', () => {
    const up = execOf(['HSET h a 1', 'HGETALL h', 'HELLO 3', 'HGETALL h', 'GET none']);
    expect(up).toBe(`*5 :1 *2 $1 a $1 1 ${helloMap('%7', 3)} %1 $1 a $1 1 _`);
    const down = execOf(['HSET h a 1', 'HGETALL h', 'HELLO 2', 'HGETALL h', 'GET none'], ['HELLO 3']);
    expect(down).toBe(`*5 :1 %1 $1 a $1 1 ${helloMap('*14', 2)} *2 $1 a $1 1 $-1`);
  });

  it('announces a reply for every command and sends none for those that CLIENT REPLY silences', () => {
    expect(execOf(['SET a 1', 'CLIENT REPLY OFF', 'SET b 1', 'CLIENT REPLY ON', 'GET b'])).toBe(
      '*5 +OK +OK $1 1',
    );
    expect(execOf(['SET a 1', 'CLIENT REPLY SKIP', 'GET a'])).toBe('*3 +OK $1 1');
    expect(execOf(['CLIENT REPLY ON', 'GET none'], ['CLIENT REPLY OFF'])).toBe('+OK $-1');
  });

  it('has what was published to the client itself where it happened', () => {
    expect(execOf(['PUBLISH ch hi', 'PING'], ['HELLO 3', 'SUBSCRIBE ch'])).toBe(
      '*2 >3 $7 message $2 ch $2 hi :1 +PONG',
    );
    expect(execOf(['SUBSCRIBE c d', 'PUBLISH c hi'])).toBe(
      '*2 *3 $9 subscribe $1 c :1 *3 $9 subscribe $1 d :2 *3 $7 message $1 c $2 hi :1',
    );
  });

  it('is silent after the client has closed itself, and all of it happens all the same', () => {
    const lone = new LoneServer();
    const [client, other] = [lone.connect(), lone.connect()];
    for (const line of ['MULTI', 'CLIENT KILL ID 1 SKIPME no', 'SET a 1']) lone.feed(client, `${line}\r\n`);
    lone.takeBytes(client);
    lone.feed(client, 'EXEC\r\n');
    expect(lone.takeBytes(client)).toBe('*2\r\n:1\r\n');
    expect(lone.closed.has(client)).toBe(true);
    expect(lone.ask(other, 'GET', 'a')).toBe('1');
  });
});

describe('RESET', () => {
  it('forgets what the client watches, and that it has changed, outside a transaction too', () => {
    const lone = new LoneServer();
    const [client, other] = [lone.connect(), lone.connect()];
    const afterReset = (...before: (() => void)[]): unknown => {
      lone.run(client, 'WATCH', 'a');
      for (const step of before) step();
      lone.run(client, 'RESET');
      for (const line of ['MULTI', 'PING']) lone.run(client, line);
      lone.run(other, 'INCR', 'a');
      return lone.ask(client, 'EXEC');
    };
    expect(afterReset()).toEqual([new Status('PONG')]);
    expect(afterReset(() => void lone.run(other, 'INCR', 'a'))).toEqual([new Status('PONG')]);
    expect(lone.ask(other, 'GET', 'a')).toBe('3');
  });
});
