/* What somebody types at a shell who is used to one: other machines, aliases, history, questions, and the
 * programs that articles and operators put around their commands. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Desk } from './at-desk.ts';

// Minutes of a world pass in some of these, on a computer that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let desk: Desk;
const type = (line: string): Promise<string> => desk.type(line);

beforeEach(async () => {
  desk = await Desk.open({ masters: 3, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 });
});

describe('ssh', () => {
  test('opens a shell on another machine, from which exit leads back', async () => {
    await type('x=5');
    expect(await type('ssh root@7001')).toBe('');
    expect(desk.shell.prompt).toBe('root@7001:/var/lib/redis/7001# ');
    expect(await type('hostname; echo "x=$x"')).toBe('7001\nx=\n');
    await type('ssh 7002');
    expect(await type('exit')).toBe('logout\nConnection to 7002 closed.\n');
    expect(desk.shell.prompt).toBe('root@7001:/var/lib/redis/7001# ');
    await type('exit');
    expect(desk.shell.prompt).toBe('root@redis:~# ');
    expect(await type('echo "x=$x"')).toBe('x=5\n');
    expect(desk.shell.ended).toBe(false);
  });

  test('runs a command there, given or piped in, and knows who is not there', async () => {
    expect(await type("ssh -o StrictHostKeyChecking=no 7001 'hostname; pwd'")).toBe(
      '7001\n/var/lib/redis/7001\n',
    );
    expect(await type('echo hostname | ssh 7002')).toBe('7002\n');
    const nobody = 'ssh: Could not resolve hostname nowhere: Name or service not known\n';
    expect(await type('ssh nowhere')).toBe(nobody);
    expect(await type('ssh nowhere ls')).toBe(nobody);
  });
});

test('an alias stands for its words, also for redis-cli at the terminal', async () => {
  await type("alias rc='redis-cli -p 7000' ll='ls -l'");
  expect(await type('rc incr n')).toBe('(integer) 1\n');
  expect(await type('alias')).toBe("alias rc='redis-cli -p 7000'\nalias ll='ls -l'\n");
  await type('unalias rc');
  expect(await type('rc incr n')).toMatch(/rc: command not found/);
});

test('history lists lines, and ! repeats them', async () => {
  await type('echo one two');
  expect(await type('!!')).toBe('echo one two\none two\n');
  expect(await type('echo !$ "wow!" \'!!\'')).toBe('echo two "wow!" \'!!\'\ntwo wow! !!\n');
  expect(await type('!1')).toBe('echo one two\none two\n');
  expect(await type('!ech')).toBe('echo one two\none two\n');
  expect(await type('!nothing')).toBe('bash: !nothing: event not found\n');
  expect(await type('[ ! -f /none ] && echo "$!ok"')).toBe('ok\n');
  expect(await type('history 2')).toBe('    6  [ ! -f /none ] && echo "$!ok"\n    7  history 2\n');
  expect(await type('history x')).toMatch(/numeric argument required/);
});

describe('a script that asks', () => {
  test('read -p shows its question and takes the line that is typed', async () => {
    const line = await desk.begin('read -r -p "Remove 7001? [y/N] " yes; echo "[$yes]"', 200);
    expect((await desk.door.frame()).consoles[0]?.prompt).toBe('Remove 7001? [y/N] ');
    expect(desk.shell.busy).toBe('program');
    await desk.answer('y  es');
    await desk.door.during(() => line.ended);
    expect(desk.door.shown).toMatch(/Remove 7001\? \[y\/N\] y {2}es\n\[y {2}es\]\n$/);
  });

  test('and one that reads from a pipe or a file does not ask', async () => {
    expect(await type('echo a | while read -r x; do echo "<$x>"; done')).toBe('<a>\n');
    expect(await type('f() { while read -r x; do echo "($x)"; done; }; printf "1\\n2\\n" | f')).toBe(
      '(1)\n(2)\n',
    );
    expect(await type('read -p "no? " x <<< word; echo $x')).toBe('word\n');
  });

  test('select shows its list and asks again', async () => {
    const text =
      'select port in 7000 7001 quit; do [ "$port" = quit ] && break; redis-cli -p $port ping; done';
    const line = await desk.begin(text, 200);
    expect(desk.door.shown).toMatch(/1\) 7000\n2\) 7001\n3\) quit\n$/);
    expect((await desk.door.frame()).consoles[0]?.prompt).toBe('#? ');
    await desk.answer('2');
    expect(desk.door.shown).toMatch(/#\? 2\nPONG\n$/);
    await desk.answer('3');
    await desk.door.during(() => line.ended);
    expect(await type('echo $REPLY $port')).toBe('3 quit\n');
  });

  test('Ctrl-C leaves it', async () => {
    const line = await desk.begin('read -p "well? " x; echo after', 200);
    await desk.press('interrupt', line);
    expect(desk.door.shown).toMatch(/well\? \^C\n$/);
    expect(desk.shell.busy).toBe('no');
  });
});

test('time measures in the time of the world', async () => {
  expect(await type('time sleep 75')).toMatch(/\nreal\t1m15\.0\d\ds\nuser\t0m0\.000s\nsys\t0m0\.000s\n$/);
});

test('files are as old as the world says', async () => {
  await type('echo x > a');
  await type('sleep 100; touch b; ln -s a c');
  expect((await type('ls -l')).replace(/ c -> .*/, ' c')).toMatch(
    /^total \d+\n-rw-r--r-- 1 root root {5}2 Jan {2}1 00:00 a\n-rw-r--r-- 1 root root {5}0 Jan {2}1 00:01 b\n/,
  );
});

test('nc sends what is piped in and prints the answers', async () => {
  expect(await type("printf 'PING\\r\\nSET a 1\\r\\nGET a\\r\\n' | nc -N 127.0.0.1 7000")).toBe(
    '+PONG\n+OK\n$1\n1\n',
  );
  expect(await type('echo PING | nc -q 1 127.0.0.1 7000 | tr -d "\\r"')).toBe('+PONG\n');
  expect(await type('nc -w x 127.0.0.1 7000')).toMatch(/^usage: nc/);
  const line = await desk.begin('nc 127.0.0.1 7000', 1000);
  await desk.press('interrupt', line);
  expect(desk.shell.busy).toBe('no');
});

test('programs that only run another one run it', async () => {
  expect(
    await type('nohup echo a; nice -n 5 echo b; sudo -u redis echo c; stdbuf -oL echo d; setsid echo e'),
  ).toBe('a\nb\nc\nd\ne\n');
  expect(await type('seq 3 | xargs -P 2 -I{} redis-cli -p 7000 incr n{} | tr "\\n" " "')).toBe('1 1 1 ');
  expect(await type('seq 4 | xargs -n2 echo')).toBe('1 2\n3 4\n');
  expect(await type('sudo')).toMatch(/missing operand/);
});

test('processes are found by name, and ended so', async () => {
  expect(await type('pgrep -c redis-server; pidof redis-server | wc -w')).toBe('3\n3\n');
  expect(await type('pgrep -af :7001')).toMatch(/^\d+ redis-server 127\.0\.0\.1:7001\n$/);
  await type('sleep 500 &');
  expect(await type('pkill -f "sleep 500"; pkill -9 -f :7002; sleep 1')).toMatch(
    /Terminated {14}sleep 500\n/,
  );
  expect(await type('pgrep -c redis-server; pgrep -f nothing || echo none; pgrep "("')).toBe('2\nnone\n');
});

test('date tells any time in any form', async () => {
  const lines = [
    ['date -d @1767225600', 'Thu Jan  1 00:00:00 UTC 2026'],
    [
      'date -u -d "2026-03-01 17:05" "+%F %T %j %u %p %I %R %A %B %y"',
      '2026-03-01 17:05:00 060 7 PM 05 17:05 Sunday March 26',
    ],
    ['date --date="1 hour ago" +%H', '23'],
    ['date -d "-2 days" +%d; date -d tomorrow +%d; date -d "+90 min" +%R', '30\n02\n01:30'],
    [
      'date -Iseconds | cut -c1-16; date -I; date -R | cut -c1-16',
      '2026-01-01T00:00\n2026-01-01\nThu, 01 Jan 2026',
    ],
    ['date -d "no day"', "date: invalid date 'no day'"],
    ['date -d "2026-01-31 + 1 month" +%F; date -d "2026-01-01 2 days ago" +%F', '2026-03-03\n2025-12-30'],
    ['date -d "2026-01-01 10:00 +2 days" "+%F %T"', '2026-01-02 08:00:00'],
    ['date -d "Mon, 05 Jan 2026 10:00:00 +0000" +%F; date -d "Jan 5 2026 10:00 PM" +%R', '2026-01-05\n22:00'],
    ['date -d "2026-01-01 1 day 2 hours ago" "+%F %R"; date -d 20260101 +%-d', '2026-01-01 22:00\n1'],
    [
      'date -d monday +%F; date -d "next thursday" +%F; date -d thursday +%R',
      '2026-01-05\n2026-01-08\n00:00',
    ],
    ['date -d "last friday 10:00" "+%F %R"; date -d "next month" +%F', '2025-12-26 10:00\n2026-02-01'],
    ['date -d 2026-02-30', "date: invalid date '2026-02-30'"],
    ['date -d @1.25 +%s%3N', '1250'],
  ] as const;
  for (const [line, expected] of lines) expect(await type(line)).toBe(`${expected}\n`);
});
