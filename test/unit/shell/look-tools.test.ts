/* Tools with which one looks around: logs, ports, sizes, differences; and what bash has that is not here. */

import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Shell } from '#shell/shell.ts';
import { Desk } from './at-desk.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const LONE = { masters: 2, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 } as const;

describe('a line and what it prints', () => {
  let door: SessionDoor;
  let shell: Shell;
  const out = (line: string): Promise<string> => output(door, shell, line);
  beforeAll(async () => {
    ({ door, shell } = await openShell(LONE));
  });

  // As GNU diff 3.8 and bash 5.2 print it; errors in words of our own.
  test.each([
    ["diff <(printf 'a\\nb\\n') <(printf 'a\\nc\\nd\\n'); echo $?", '2c2,3\n< b\n---\n> c\n> d\n1\n'],
    ["diff <(printf 'a\\nb\\nc\\n') <(printf 'b\\n'); echo $?", '1d0\n< a\n3d1\n< c\n1\n'],
    ["diff <(printf 'b\\n') <(printf 'a\\nb\\n')", '0a1\n> a\n'],
    ['diff <(echo a) <(echo a); echo $?', '0\n'],
    [
      "diff -u <(printf '1\\n2\\n3\\n4\\n5\\n') <(printf '1\\n2\\n3\\n4\\n6\\n') | tail -n +3",
      '@@ -2,4 +2,4 @@\n 2\n 3\n 4\n-5\n+6\n',
    ],
    ['echo a > x; echo A > y; diff -q x y; diff -i x y; echo $?', 'Files x and y differ\n0\n'],
    ["echo 'a  b' > x; echo 'a b' | diff -w x -; diff -s x x", 'Files x and x are identical\n'],
    [
      'diff x; diff x nothing; diff --odd x y; echo $?',
      "diff: two files are needed\ndiff: nothing: No such file or directory\ndiff: unrecognized option '--odd'\n2\n",
    ],
    ['echo "a:b@c" | awk \'{ n = split($1, p, "[:@]"); print n, p[3] }\'', '3 c\n'],
    ['echo "a||b.c" | awk \'{ print split($0, p, "||"), split($0, q, "\\\\.") }\'', '2 2\n'],
    ["printf 'x y\\n' | awk '{ print v, $2 }' v=1 -", '1 y\n'],
    ['set -- a; shift 2; echo "$? $1"', '1 a\n'],
    ['select x in a b; do echo "got $x"; break; done <<< 2 2> /dev/null', 'got b\n'],
    ['coproc cat; echo $?', 'bash: coproc: there is none here; a job (&) or a pipe does it\n1\n'],
    [
      'python3 -c 1; strace -p 1; echo $?',
      'bash: python3: command not found\nbash: strace: command not found\n127\n',
    ],
    ['redis-cli -p 7000 info server | less | head -1 | tr -d "\\r"', '# Server\n'],
    [
      'journalctl -u redis-server@7000 -o cat -n 1 --no-pager | cut -d" " -f7-',
      'Ready to accept connections\n',
    ],
    [
      'journalctl -u nothing; journalctl --odd; echo $?',
      "-- No entries --\njournalctl: unrecognized option '--odd'\n1\n",
    ],
    ["lsof -i :7001 | awk 'NR > 1 { print $1, $7, $8 }'", 'redis-ser 127.0.0.1:7001 (LISTEN)\n'],
    ['[ "$(lsof -ti :7000)" = "$(pgrep -f :7000)" ] && echo same; lsof -i :9; echo $?', 'same\n1\n'],
    [
      'mkdir d; printf %05000d 0 > d/f; du -h d; du -sb d/f; du -s nothing; echo $?',
      "12K\td\n5000\td/f\ndu: cannot access 'nothing': No such file or directory\n1\n",
    ],
    [
      'touch d/g; ls d/f d/g; ls nothing; echo $?',
      "d/f\nd/g\nls: cannot access 'nothing': No such file or directory\n2\n",
    ],
    [
      'md5sum x > s; md5sum -c s; md5sum -c --quiet s; echo z > x; md5sum -c --status s; echo $?',
      'x: OK\n1\n',
    ],
    [
      'telnet 127.0.0.1 1; telnet; echo $?',
      'Trying 127.0.0.1...\ntelnet: Unable to connect to remote host: Connection refused\nusage: telnet host port\n1\n',
    ],
  ])('%s', async (line, expected) => {
    // What goes to the two outputs comes apart.
    const sorted = (text: string): string[] => text.split('\n').sort();
    expect(sorted(await out(line))).toEqual(sorted(expected));
  });

  test('texts that are large and have nothing in common are told to differ', async () => {
    await out('seq 1 3000 > big; seq 5001 8000 > other');
    expect(await out('diff big other; echo $?')).toBe('Files big and other differ\n1\n');
  });

  test('journalctl -f goes on with what is logged', async () => {
    const text = await out('timeout 3 journalctl -u redis-server@7001 -f -n 1; echo $?');
    expect(text).toMatch(/124\n$/);
  });
});

test('nc and telnet at a terminal send what is typed, line by line, until Ctrl-D', async () => {
  const desk = await Desk.open(LONE);
  const raw = await desk.begin('nc 127.0.0.1 7000', 500);
  await desk.answer('*1\r');
  await desk.answer('$4\r');
  await desk.answer('PING\r');
  await desk.wait(2000);
  expect(desk.door.shown).toContain('+PONG\n');
  await desk.door.input({ kind: 'eof', console: 'console:host' });
  await desk.door.during(() => raw.ended);
  const told = await desk.begin('telnet 127.0.0.1 7001', 500);
  expect(desk.door.shown).toContain(
    "Trying 127.0.0.1...\nConnected to 127.0.0.1.\nEscape character is '^]'.\n",
  );
  await desk.answer('SET a 1');
  await desk.wait(2000);
  expect(desk.door.shown).toContain('SET a 1\n+OK\n');
  await desk.answer('QUIT');
  await desk.wait(2000);
  await desk.door.during(() => told.ended);
  expect(desk.door.shown).toContain('+OK\nConnection closed by foreign host.\n');
});
