/* The debugger of scripts as a server has it: sessions that end in every way, and what is sent to it. What it
 * answers is compared with a real server in test/conformance/transcripts/debugger.txt. */

import { beforeAll, describe, expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { loadLua } from '#node/lua.ts';
import { encodeCommand } from '#redis/resp.ts';
import { ErrorReply, Status, type Reply } from '#redis/reply.ts';
import { LoneServer } from '../../conformance/lone-server.ts';

beforeAll(() => loadLua());

const SCRIPT = "local a = redis.call('INCR', 'n')\nlocal b = 2\nredis.call('SET', 'k', '1')\nreturn a";

/** Replies as text: a line for each line of the debugger. */
const shown = (replies: readonly Reply[]): string[] =>
  replies.flatMap((reply) => {
    if (Array.isArray(reply)) return shown(reply as Reply[]);
    if (reply instanceof Status) return [reply.text];
    return [reply instanceof ErrorReply ? `-${reply.text}` : JSON.stringify(reply)];
  });

interface Debugged {
  lone: LoneServer;
  client: number;
  type(...argv: string[]): string[];
}

function debugged(mode: 'yes' | 'sync', script = SCRIPT, config: Record<string, string> = {}): Debugged {
  const lone = new LoneServer(config);
  const client = lone.connect();
  expect(lone.ask(client, 'SCRIPT', 'DEBUG', mode)).toMatchObject({ text: 'OK' });
  expect(shown(lone.run(client, 'EVAL', script, '0'))[0]).toMatch(
    /^\* Stopped at 1, stop reason = step over/,
  );
  return { lone, client, type: (...argv) => shown(lone.run(client, ...argv)) };
}

const asked = (lone: LoneServer, ...argv: string[]): Reply => lone.ask(lone.connect(), ...argv);

describe('a session', () => {
  test('on a copy changes nothing, and others are served meanwhile', () => {
    const { lone, client, type } = debugged('yes');
    expect(type('n')).toEqual([
      '<redis> INCR n',
      '<reply> 1',
      '* Stopped at 2, stop reason = step over',
      '-> 2   local b = 2',
    ]);
    expect(asked(lone, 'INCRBY', 'n', '100')).toBe(100);
    expect(type('r', 'GET', 'n')).toEqual(['<redis> GET n', '<reply> "1"']);
    expect(asked(lone, 'CLIENT', 'LIST')).not.toContain(`id=${client} `);
    expect(type('c')).toEqual(['<endsession>', '1']);
    expect(lone.closed.has(client)).toBe(true);
    expect(asked(lone, 'GET', 'n')).toBe('100');
    expect(asked(lone, 'GET', 'k')).toBeNull();
    expect(lone.server.scripting.debugged.size).toBe(0);
  });

  test('on the data changes them', () => {
    const { lone, client, type } = debugged('sync');
    type('n');
    expect(type('c')).toEqual(['<endsession>', '1']);
    expect(lone.closed.has(client)).toBe(true);
    expect(asked(lone, 'GET', 'k')).toBe('1');
    expect(lone.logLines.slice(-2)).toEqual([
      'Redis synchronous debugging eval session started',
      'Redis synchronous debugging eval session ended',
    ]);
  });

  test('that is aborted keeps what was written on the data', () => {
    const { lone, type } = debugged('sync');
    type('n');
    expect(type('a')[1]).toMatch(
      /^-ERR script aborted for user request script: [0-9a-f]{40}, on @user_script:2\.$/,
    );
    expect(asked(lone, 'MGET', 'n', 'k')).toEqual(['1', null]);
  });

  test.each(['yes', 'sync'] as const)('(%s) whose client leaves runs to its end', (mode) => {
    const { lone, client, type } = debugged(mode);
    type('b', '4');
    lone.drop(client);
    expect(asked(lone, 'MGET', 'n', 'k')).toEqual(mode === 'sync' ? ['1', '1'] : [null, null]);
    expect(lone.server.scripting.debugged.size).toBe(0);
    expect(lone.server.clients.size).toBe(1);
  });

  test.each(['yes', 'sync'] as const)('(%s) whose client leaves a loop comes to an end', (mode) => {
    const { lone, client } = debugged(mode, 'while true do end', { 'busy-reply-threshold': '10' });
    lone.drop(client);
    expect(lone.server.scripting.debugged.size).toBe(0);
    expect(asked(lone, 'PING')).toMatchObject({ text: 'PONG' });
  });

  test('in a loop without end is asked again when the time is over', () => {
    const { type } = debugged('yes', 'while true do redis.call("INCR", "n") end', {
      'busy-reply-threshold': '10',
    });
    expect(type('c')[0]).toBe('* Stopped at 1, stop reason = timeout reached, infinite loop?');
    expect(type('c')[0]).toBe('* Stopped at 1, stop reason = timeout reached, infinite loop?');
    expect(type('a')[1]).toMatch(/^-ERR script aborted for user request/);
  });

  test('ends a loop that was typed', () => {
    const { type } = debugged('yes');
    expect(type('e', 'while true do end')).toEqual(['<error> ldb_eval: this takes too long']);
    expect(type('e', 'while true do pcall(function() while true do end end) end')).toEqual([
      '<error> ldb_eval: this takes too long',
    ]);
    expect(type('e', '1 + 1')).toEqual(['<retval> 2']);
  });

  test('goes on in a snapshot of the server', () => {
    const { lone, client, type } = debugged('yes');
    type('n');
    const copy = cloneGraph(lone);
    expect(shown(copy.run(client, 'p'))).toEqual(['<value> a = 1']);
    expect(shown(copy.run(client, 'c'))).toEqual(['<endsession>', '1']);
    expect(type('p')).toEqual(['<value> a = 1']);
  });

  test('refuses MIGRATE, for which the whole server would have to wait', () => {
    const { type } = debugged('sync');
    expect(type('r', 'MIGRATE', '127.0.0.1', '7001', 'n', '0', '1000')).toEqual([
      '<redis> MIGRATE 127.0.0.1 7001 n 0 1000',
      '<error> MIGRATE cannot be debugged',
    ]);
  });
});

describe('what is sent to the debugger as bytes', () => {
  const END = /^-ERR protocol error script: [0-9a-f]{40}, on @user_script:1\.$/;

  test.each([
    ['an inline command', 's\r\n'],
    ['no number', '*x\r\n'],
    ['nothing', '*0\r\n'],
    ['fewer than nothing', '*-1\r\n'],
    ['too many words', '*1025\r\n'],
    ['a simple string', '*1\r\n+s\r\n'],
    ['a null', '*1\r\n$-1\r\n'],
    ['an empty word', '*1\r\n$0\r\n\r\n'],
    ['a word that is too long', `*1\r\n$1025\r\n${'x'.repeat(1025)}\r\n`],
  ])('%s ends the script', (_, data) => {
    const { lone, client } = debugged('yes');
    lone.feed(client, data);
    const [mark, error] = shown(lone.take(client));
    expect(mark).toBe('<endsession>');
    expect(error).toMatch(END);
    expect(lone.closed.has(client)).toBe(true);
  });

  test('in pieces waits for the rest; of several commands only the first counts', () => {
    const { lone, client } = debugged('yes');
    lone.feed(client, '*1\r\n$1');
    lone.feed(client, '\r\n');
    expect(lone.take(client)).toEqual([]);
    lone.feed(client, 's\r\n');
    expect(shown(lone.take(client)).at(-1)).toBe('-> 2   local b = 2');
    lone.feed(client, encodeCommand(['s']) + encodeCommand(['s']));
    expect(shown(lone.take(client)).at(-1)).toBe("-> 3   redis.call('SET', 'k', '1')");
    expect(lone.take(client)).toEqual([]);
  });

  test('without an end is refused when it is too much', () => {
    const { lone, client } = debugged('yes');
    lone.feed(client, `*1024\r\n${`$1024\r\n${'x'.repeat(1024)}\r\n`.repeat(1020)}`);
    expect(shown(lone.take(client))[1]).toMatch(/^-ERR max client buffer reached script: /);
  });
});

test('values are shown as far as they are of use', () => {
  const script = `local t = {1, nil, 3}
local deep = {}
deep.deep = deep
local f = function() end
local s = "a\\n\\"\\255"
local n, i, d = 0/0, -1/0, 1e100
local long = string.rep("x", 300)
return 1`;
  const { type } = debugged('yes', script);
  for (let line = 0; line < 7; line++) type('n');
  expect(type('p', 's')).toEqual(['<value> "a\\n\\"\\xff"']);
  expect(type('p', 'f')[0]).toMatch(/^<value> "function@0x[0-9a-f]+"$/);
  expect([type('p', 'n'), type('p', 'i'), type('p', 'd')].flat()).toEqual([
    '<value> -nan',
    '<value> -inf',
    '<value> 1e+100',
  ]);
  expect(type('p', 'long')).toEqual([
    `<value> "${'x'.repeat(247)} ...`,
    "<hint> The above reply was trimmed. Use 'maxlen 0' to disable trimming.",
  ]);
  expect(type('p', 'long')).toHaveLength(1);
  type('maxlen', '0');
  const levels = '{["deep"]='.repeat(9);
  expect(type('p', 'deep')[0]?.startsWith(`<value> ${levels}{[<max recursion level reached!`)).toBe(true);
});
