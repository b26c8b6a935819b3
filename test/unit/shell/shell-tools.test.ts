/* What just-bash lacks or misreads, and the tools of the machine around Redis. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Shell } from '#shell/shell.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let door: SessionDoor;
let shell: Shell;
const out = (line: string): Promise<string> => output(door, shell, line);

beforeEach(async () => {
  const lone = { masters: 2, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 } as const;
  ({ door, shell } = await openShell(lone));
});

describe('bash', () => {
  test.each([
    ['declare -A c; for k in a b a; do c[$k]=$(( ${c[$k]:-0} + 1 )); done; echo ${c[a]} ${c[b]}', '2 1\n'],
    ['x=4; echo $(( $(echo $x) * 2 )); (( y = $(echo $x) + 1 )); echo $y', '8\n5\n'],
    ['set -e; f() { false; echo on; }; f || echo caught; echo after', 'on\nafter\n'],
    ['f() { "$@"; }; f echo "a b" c', 'a b c\n'],
    ['start=$SECONDS; sleep 3; echo $(( SECONDS - start ))', '3\n'],
    ['echo \'trap "echo bye" EXIT; echo hi; exit 3\' > s.sh; bash s.sh; echo $?', 'hi\nbye\n3\n'],
    ["echo 'x=$(exit 4) || echo $?; echo end' > s.sh; chmod +x s.sh; ./s.sh", '4\nend\n'],
    ['t=$(mktemp); echo x > $t; cat $t; [[ $(mktemp) != $t ]] && echo other', 'x\nother\n'],
    ['bash nothing.sh; echo $?', 'bash: nothing.sh: No such file or directory\n127\n'],
    ['/usr/bin/redis-cli -p 7000 ping', 'PONG\n'],
    ['cli=(redis-cli -p 7000); "${cli[@]}" set k "a b"; "${cli[@]}" --raw get k', 'OK\na b\n'],
    ["echo 'readonly p=1; echo $p' > s.sh; bash s.sh; bash s.sh; p=2; echo $p", '1\n1\n2\n'],
    ['readonly -a list=(1 2); declare -r x=3; echo ${list[1]} $x', '2 3\n'],
    ['echo {1..20000} | wc -w; for i in {1..20000..2}; do :; done; echo $i', '20000\n19999\n'],
    ["printf '1\\n2\\n' | paste -sd+ | bc; printf '1\\n2\\n' | paste -d, - -", '3\n1,2\n'],
    [
      'trap bye DEBUG; realpath /data/../etc; false; trap - DEBUG; trap',
      'bash: trap: DEBUG: never runs in this shell\n/etc\n',
    ],
    ["trap 'echo bye' EXIT; trap; trap - EXIT; trap", "trap -- 'echo bye' EXIT\n"],
    [
      'echo \'set -eu; n=5; bye() { echo "bye $? $n"; }; trap bye EXIT; false; echo never\' > s.sh; bash s.sh; echo $?',
      'bye 1 5\n1\n',
    ],
    [
      "echo 'echo no trap of others' > s.sh; trap 'echo mine' EXIT; bash s.sh; trap - EXIT",
      'no trap of others\n',
    ],
  ])('%s', async (line, expected) => {
    const text = await out(line);
    expect([...text.split('\n')].sort()).toEqual([...expected.split('\n')].sort());
  });

  test.each([
    [`BEGIN { RS = ""; FS = "\\n" } { print NR ": " $1 "|" $2, NF }`, '1: a 1|b 2 2\n2: c 3| 1\n'],
    [`BEGIN { RS = "" } { gsub(/\\n/, "+"); print $2, $0 }`, '1+b a 1+b 2\n3 c 3\n'],
    [
      `{ v[$1] = $2 } END { n = asorti(v, k); for (i = n; i > 0; i--) print k[i], n, length(v) }`,
      'c 3 3\nb 3 3\na 3 3\n',
    ],
    [`{ v[NR] = $2 } END { n = asort(v); print n, v[1], v[3] }`, '3 1 3\n'],
  ])('awk %j', async (program, expected) => {
    await out("printf 'a 1\\nb 2\\n\\n\\nc 3\\n' > recs");
    const text = program.includes('asort') ? 'grep . recs | awk' : 'awk';
    expect(await out(`${text} '${program}'${program.includes('asort') ? '' : ' recs'}`)).toBe(expected);
  });

  test('awk sets RS by -v, reads a pipe, and splits fields of a paragraph at newlines too', async () => {
    expect(await out("printf 'a:1;b:2;' | awk -v 'RS=;' -F: '{ print $2 }'")).toBe('1\n2\n');
    expect(await out("printf 'a:1\\nb:2\\n' | awk -F: -v RS= '{ print NF, $3 }'")).toBe('4 b\n');
    expect(await out("awk -v RS= '{ print FILENAME }' nothing")).toMatch(/^awk: FILENAME is not known/);
  });

  test('Ctrl-C runs what trap asked for', async () => {
    door.meanwhile = () => void (door.shown.includes('round 2') && shell.interrupt());
    const line = "trap 'echo stopped' INT; n=0; while :; do n=$((n + 1)); echo round $n; sleep 1; done";
    await shell.run(line);
    door.meanwhile = () => undefined;
    await door.frame();
    expect(door.shown).toContain('stopped\n');
  });
});

test('files that redis-cli writes and reads are files of the shell', async () => {
  await out(
    'redis-cli -p 7000 set foo 1; printf \'return redis.call("get", KEYS[1]) .. ARGV[1]\' > /tmp/g.lua',
  );
  expect(await out('redis-cli -p 7000 --rdb /tmp/d.rdb 2>&1 | tail -1')).toMatch(
    /^Transfer finished with success/,
  );
  expect(await out('redis-check-rdb /tmp/d.rdb')).toMatch(/RDB looks OK! \\o\/\n\[info\] 1 keys read\n/);
  expect(await out('head -c 60 /tmp/d.rdb > /tmp/cut.rdb; redis-check-rdb /tmp/cut.rdb; echo $?')).toMatch(
    /RDB ERROR DETECTED[\s\S]*\n1\n$/,
  );
  expect(
    await out('echo garbage > /tmp/x; redis-check-rdb /tmp/x; redis-check-rdb /tmp/none; echo $?'),
  ).toMatch(/Wrong signature[\s\S]*\n1\n$/);
});

test('an append-only file is checked, and cut where it is broken', async () => {
  await out('redis-cli -p 7001 config set appendonly yes; sleep 1; redis-cli -p 7001 set k v');
  const folder = '/var/lib/redis/7001/appendonlydir';
  expect(await out(`redis-check-aof ${folder}/appendonly.aof.manifest`)).toMatch(
    /INCR AOF appendonly\.aof\.1\.incr\.aof is valid\nAll AOF files and manifest are valid\n$/,
  );
  await out("printf '*1\\r\\n$4\\r\\nPING\\r\\n*2\\r\\n$3\\r\\nGE' > /tmp/x.aof");
  expect(await out('redis-check-aof /tmp/x.aof')).toBe(
    'Start checking Old-Style AOF\n' +
      '0x              16: Expected to read 5 bytes, got 2 bytes\n' +
      'AOF analyzed: filename=x.aof, size=24, ok_up_to=14, ok_up_to_line=4, diff=10\n' +
      'AOF /tmp/x.aof is not valid. Use the --fix option to try fixing it.\n',
  );
  expect(await out('redis-check-aof --fix /tmp/x.aof')).toContain('Successfully truncated AOF /tmp/x.aof\n');
  expect(await out('redis-check-aof /tmp/x.aof')).toContain('AOF /tmp/x.aof is valid\n');
});

test('ping measures in the time of the world, and the addresses of articles are this host', async () => {
  expect(await out('ping -c 2 -W 1 192.168.1.100 | tail -1')).toMatch(
    /^rtt min\/avg\/max\/mdev = \d\.\d{3}\/\d\.\d{3}\/\d\.\d{3}\/\d\.\d{3} ms\n$/,
  );
  expect(await out('ping -c 1 nobody')).toMatch(/Name or service not known/);
  expect(await out('redis-cli -h 192.168.1.100 -p 7001 ping')).toBe('PONG\n');
  expect(await out("netstat -tlnp | awk '/LISTEN/ {print $4}'")).toBe('127.0.0.1:7000\n127.0.0.1:7001\n');
});
