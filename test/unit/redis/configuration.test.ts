/* How a server is told what it is: configuration file, users; and what logs may not show. */

import { describe, expect, it, test } from 'vitest';
import { ErrorReply } from '#redis/reply.ts';
import { LoneServer, MemoryDisk } from '#test/conformance/lone-server.ts';

const FILE = '/etc/redis.conf';

function startWith(text: string, files: Record<string, string> = {}): LoneServer {
  const disk = new MemoryDisk();
  disk.write(FILE, text);
  for (const [path, data] of Object.entries(files)) disk.write(path, data);
  return new LoneServer({}, { disk, configFile: FILE });
}

describe('a configuration file', () => {
  it('includes others, renames commands and declares users', () => {
    const lone = startWith(
      'include /more\nrename-command FLUSHALL wipe\nrename-command KEYS ""\nuser ann on nopass ~a* +@all\n',
      { '/more': 'maxmemory 3mb\n' },
    );
    const client = lone.connect();
    expect(lone.server.config.maxmemory).toBe(3 << 20);
    expect(lone.ask(client, 'WIPE')).toMatchObject({ text: 'OK' });
    for (const gone of ['FLUSHALL', 'KEYS']) {
      expect(lone.ask(client, gone, '*')).toMatchObject({
        text: expect.stringMatching(/^ERR unknown command/),
      });
    }
    lone.run(client, 'AUTH', 'ann', 'x');
    expect(lone.ask(client, 'SET', 'b', '1')).toMatchObject({ text: expect.stringMatching(/^NOPERM/) });
  });

  test.each([
    ['resetchannels', 'resetchannels'],
    ['allchannels', '&*'],
  ])('starts its default user with acl-pubsub-default %s', (setting, channels) => {
    const lone = startWith(`acl-pubsub-default ${setting}\nuser default on nopass ~* +@all\n`);
    expect(lone.ask(lone.connect(), 'ACL', 'LIST')).toEqual([
      `user default on nopass sanitize-payload ~* ${channels} +@all`,
    ]);
  });

  it('keeps the users when it is written anew', () => {
    const lone = startWith('user ann on nopass ~a* +get\n');
    const client = lone.connect();
    lone.run(client, 'ACL', 'SETUSER', 'bob', 'on', '>pw', '~*', '+@all');
    lone.run(client, 'CONFIG', 'REWRITE');
    const again = new LoneServer({}, { disk: lone.disk, configFile: FILE });
    const users = (server: LoneServer): unknown =>
      (server.ask(server.connect(), 'ACL', 'LIST') as string[]).filter((user) => !user.includes('default'));
    expect(users(again)).toHaveLength(2);
    expect(users(again)).toEqual(users(lone));
  });

  test.each([
    ['hz', /'hz'\nwrong number of arguments/],
    ['hz 10 20', /wrong number of arguments/],
    ['no-such-thing yes', /Bad directive/],
    ['logfile "open', /Unbalanced quotes/],
    ['user ann on\nuser ann off', /Duplicate user 'ann'/],
    ['user ann nonsense', /Error in user declaration 'ann'/],
    ['include /nowhere', /Can't open config file '\/nowhere'/],
    [`include ${FILE}`, /without end/],
    ['aclfile users.acl\nuser ann on', /not both/],
    ['aclfile users.acl', /No such file/],
    ['\x01\xff yes', /Bad directive/],
  ])('with a mistake stops the server: %j', (text, why) => {
    const lone = startWith(text);
    expect(lone.exitCode).toBe(1);
    expect(lone.logLines.join('\n')).toMatch(why);
  });

  it('sets parameters that CONFIG GET shows by their name only', () => {
    const lone = startWith('key-load-delay 5');
    const client = lone.connect();
    expect(lone.ask(client, 'CONFIG', 'GET', 'key-load-delay')).toMatchObject({
      pairs: [['key-load-delay', '5']],
    });
    expect(lone.ask(client, 'CONFIG', 'GET', 'key-*')).toMatchObject({ pairs: [] });
  });
});

test('CONFIG REWRITE keeps whom a replica follows, and forgets it with the role', () => {
  const lone = new LoneServer({ replicaof: '127.0.0.1 7001' }, { configFile: FILE });
  const client = lone.connect();
  lone.run(client, 'CONFIG', 'REWRITE');
  expect(lone.disk.read(FILE)).toContain('\nreplicaof 127.0.0.1 7001\n');
  lone.run(client, 'REPLICAOF', 'NO', 'ONE');
  lone.run(client, 'CONFIG', 'REWRITE');
  expect(lone.disk.read(FILE)).not.toContain('replicaof');
});

describe('secrets', () => {
  test.each([
    [
      ['ACL', 'SETUSER', 'ann', '>pw'],
      ['ACL', 'SETUSER', '(redacted)', '(redacted)'],
    ],
    [
      ['CONFIG', 'SET', 'masterauth', 'pw'],
      ['CONFIG', 'SET', 'masterauth', '(redacted)'],
    ],
    [
      ['CONFIG', 'SET', 'hz', 'bad', 'masteruser', 'x'],
      ['CONFIG', 'SET', 'hz', 'bad', 'masteruser', '(redacted)'],
    ],
    [
      ['HELLO', '2', 'AUTH', 'default', 'pw'],
      ['HELLO', '2', 'AUTH', '(redacted)', '(redacted)'],
    ],
    [
      ['MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH2', 'u', 'pw'],
      ['MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH2', '(redacted)', '(redacted)'],
    ],
  ])('of %j are not in the slow log', (argv, shown) => {
    const lone = new LoneServer({ 'slowlog-log-slower-than': '0' });
    const client = lone.connect();
    lone.run(client, ...argv);
    const [entry] = lone.ask(client, 'SLOWLOG', 'GET') as [number, number, number, string[]][];
    expect(entry?.[3]).toEqual(shown);
    expect(JSON.stringify(lone.server.slowlog)).not.toContain('"pw"');
  });
});

describe('users that go', () => {
  it('are told the result before their connection ends', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    lone.run(client, 'ACL', 'SETUSER', 'ann', 'on', 'nopass', '+@all', '~*');
    lone.run(client, 'AUTH', 'ann', 'x');
    expect(lone.ask(client, 'ACL', 'DELUSER', 'ann')).toBe(1);
    expect(lone.closed.has(client)).toBe(true);
  });

  it('go with ACL LOAD, whether or not the file still has them; the default user stays', () => {
    const lone = startWith('aclfile users.acl\n', { 'users.acl': 'user ann on nopass +@all ~*\n' });
    const [boss, ann] = [lone.connect(), lone.connect()];
    lone.run(ann, 'AUTH', 'ann', 'x');
    expect(lone.ask(boss, 'ACL', 'LOAD')).toMatchObject({ text: 'OK' });
    expect(lone.closed.has(ann)).toBe(true);
    expect(lone.ask(boss, 'ACL', 'USERS')).toEqual(['ann', 'default']);
  });
});

it('SORT BY needs a selector that may read every key', () => {
  const lone = new LoneServer();
  const [boss, client] = [lone.connect(), lone.connect()];
  lone.run(boss, 'RPUSH', 'list', '1');
  for (const [rules, allowed] of [
    ['(+sort ~list)', false],
    ['(+sort ~list %W~*)', false],
    ['(+sort ~list %R~*)', true],
  ] as const) {
    lone.run(boss, 'ACL', 'SETUSER', 'ann', 'reset', 'on', 'nopass', rules);
    lone.run(client, 'AUTH', 'ann', 'x');
    const reply = lone.ask(client, 'SORT', 'list', 'BY', 'w*');
    expect(reply instanceof ErrorReply).toBe(!allowed);
  }
});

it('a stale key that SWAPDB brings for another stale key, or for none, changes nothing for who watches', () => {
  const lone = new LoneServer({ 'enable-debug-command': 'yes' });
  const client = lone.connect();
  const outcome = (stale: string, watched: boolean): unknown => {
    lone.run(client, 'FLUSHALL');
    lone.run(client, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0');
    lone.run(client, 'SELECT', '1');
    lone.run(client, 'SET', stale, 'x', 'PX', '1');
    lone.run(client, 'SELECT', '0');
    if (watched) lone.run(client, 'SET', 'k', 'y', 'PX', '1');
    lone.advance(10);
    lone.run(client, 'WATCH', 'k');
    lone.run(client, 'SWAPDB', '0', '1');
    lone.run(client, 'MULTI');
    lone.run(client, 'PING');
    return lone.ask(client, 'EXEC');
  };
  expect(outcome('k', false)).toMatchObject([{ text: 'PONG' }]);
  expect(outcome('k', true)).toMatchObject([{ text: 'PONG' }]);
});
