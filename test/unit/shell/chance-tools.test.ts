/* tput, shuf, and devices without an end. What does not depend on chance is what the real tools of Debian print. */

import { beforeAll, expect, test } from 'vitest';
import { openShell, output } from './session-door.ts';

let out: (line: string) => Promise<string>;

beforeAll(async () => {
  const { door, shell } = await openShell({ masters: 1, replicasPerMaster: 0, seed: 5 });
  out = (line) => output(door, shell, line);
});

test('tput tells the size of the terminal, and nothing that would steer it', async () => {
  expect(await out('tput cols; tput lines; COLUMNS=120 tput cols; tput bold')).toBe('80\n24\n120\n');
});

test('shuf draws each line once, a range, words, or one of them again and again', async () => {
  expect(
    await out("printf '%s\\n' 3 1 2 > f; shuf f | sort | tr '\\n' ' '; shuf < f | wc -l | tr -d ' '"),
  ).toBe('1 2 3 3\n');
  expect(await out('shuf -i 1-100 | sort -n | md5sum')).toBe(await out('seq 100 | md5sum'));
  expect(await out('shuf -n 3 -r -e x; shuf -n 0 f')).toBe('x\nx\nx\n');
  expect(await out('shuf nofile; echo $?')).toBe('shuf: nofile: No such file or directory\n1\n');
});

test('head takes as much as it is told of devices without an end', async () => {
  expect(await out('head -c 3 /dev/zero | od -An -c')).toMatch(/^\s+\\0\s+\\0\s+\\0\n$/);
  expect((await out('head -c 1M /dev/zero | wc -c')).trim()).toBe('1048576');
  expect(
    (await out('head -c 2000 /dev/urandom | redis-cli -p 7000 -x set z; redis-cli -p 7000 strlen z')).trim(),
  ).toBe('OK\n(integer) 2000');
  const secret = "tr -dc 'a-z0-9' < /dev/urandom | head -c 16";
  const [one, other] = [await out(secret), await out(secret)];
  expect(one).toMatch(/^[a-z0-9]{16}$/);
  expect(other).not.toBe(one);
  expect(await out('head -n 1 f; head -c 1 f')).toBe('3\n3');
});
