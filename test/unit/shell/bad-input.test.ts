/* What a shell must survive. Every line of these tables ends by itself or by Ctrl-C, says what was wrong, prints
 * no more than a console keeps and nothing that steers a terminal, and leaves a shell that answers. */

import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { Desk } from './at-desk.ts';

// Some of these run into bounds of half a second's work, on a computer that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 });

/** Characters; a console keeps the last million or two. */
const MOST_SHOWN = 2_500_000;
// eslint-disable-next-line no-control-regex
const STEERS_TERMINAL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
const PIPES = 'cat | '.repeat(200);

let desk: Desk;
/** Where the screen stood when the test began. */
let from = 0;

beforeAll(async () => {
  desk = await Desk.open({ masters: 1, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 });
});

afterEach(async () => {
  await desk.type('kill -9 $(jobs -p) 2> /dev/null; cd; unset -f f g e');
  await desk.type('');
  const shown = desk.door.shown.slice(from);
  from = desk.door.shown.length;
  expect(shown.length).toBeLessThan(MOST_SHOWN);
  expect(shown).not.toMatch(STEERS_TERMINAL);
  expect(desk.shell.prompt).toBe('root@redis:~# ');
  expect(await desk.type('echo still here; redis-cli -p 7000 ping')).toBe('still here\nPONG\n');
});

test.each([
  'echo "open',
  "echo 'open",
  'redis-cli -p 7000 get "open',
  'echo $(date',
  'if true; then',
  'while read x',
  'f() {',
  'cat << END',
  'echo ${x',
  'echo $((1 + ',
])('%s: goes on behind another prompt until Ctrl-C', async (line) => {
  expect(await desk.type(line)).toBe('');
  expect(desk.shell.prompt).toBe('> ');
  await desk.type('and more');
  expect(desk.shell.prompt).toBe('> ');
  await desk.door.during(() => desk.shell.interrupt());
});

test.each([
  ['fi', /syntax error/],
  [')', /syntax error near unexpected token `\)'/],
  ['echo a }; }', /syntax error near unexpected token/],
  ['for in do done', /syntax error near unexpected token `done'/],
  ['echo $((1 +* 2))', /syntax error: operand expected/],
  ['echo {1..1000000000}', /brace expansion: too many words/],
  ['echo k{1..20000}', /brace expansion: too many words/],
  ['head -c 1000000000 /dev/zero', /this host gives at most 16777216 bytes/],
  ['cat /dev/zero', /No such file/],
  ['echo a ;; echo b', /syntax error/],
  ['| cat', /syntax error/],
  ['&& echo a', /syntax error/],
  ['echo $((1 / 0))', /division by 0/],
  ['echo ${x!y}', /event not found/],
  ['nothing-of-this-name', /command not found/],
  ['cat /nowhere/at/all', /No such file or directory/],
])('%s: is told', async (line, told) => {
  expect(await desk.type(line)).toMatch(told);
});

describe('without an end', () => {
  test.each([
    ['while :; do :; done', /too many iterations|limit/i],
    ['until false; do :; done', /too many iterations|limit/i],
    ['for ((;;)); do :; done', /too many iterations \(\d+\)\n$/],
    ['x=ab; while :; do x=$x$x; done', /limit exceeded/],
    ['f() { f; }; f', /maximum recursion depth \(100\) exceeded\n$/],
    ['f() { g; }; g() { f; }; f', /maximum recursion depth/],
    ['f() { echo $(f); }; f', /nesting limit exceeded/],
    ['f() { f | f; }; f', /maximum recursion depth/],
    ["echo '. ./me' > me; . ./me", /maximum nesting depth/],
    ["echo 'bash ./me' > me; bash me", /maximum nested execution depth/],
    ["awk 'BEGIN { while (1); }'", /maximum iterations/],
    ["awk 'function f() { f() } BEGIN { f() }'", /recursion depth/],
    ["echo x | sed ':a;ba'", /maximum iterations/],
    ["echo 'while (1) 1' | bc", /syntax error/],
  ])('%s: is stopped and told', async (line, told) => {
    expect((await desk.type(line)).slice(-2000)).toMatch(told);
  });

  test.each([
    'while :; do sleep 1; done',
    'a=(); while :; do a+=(x); done',
    'while :; do redis-cli -p 7000 incr n; done',
    'while :; do date; sleep 0.1; done | cat',
    'redis-cli -p 7000 -r -1 -i 1 incr n',
    'redis-cli -p 7000 monitor',
    'watch -n 1 redis-cli -p 7000 ping',
    'tail -f /var/log/redis/7000.log',
    'ping 127.0.0.1',
    'sleep 1000000000',
    'yes | xargs -n 1 redis-cli -p 7000 incr n',
    'bash -c "while :; do sleep 1; done"',
    'trap "" INT; while :; do sleep 1; done',
    'read x',
    'wait $(sleep 100000 & echo $!); sleep 100000',
  ])('%s: is stopped by Ctrl-C', async (line) => {
    const running = await desk.begin(line, 3000);
    expect(desk.shell.busy).not.toBe('no');
    await desk.press('interrupt', running);
    expect(desk.shell.busy).toBe('no');
    expect((await desk.type('trap - INT; echo $?')).trim()).toMatch(/^\d+$/);
  });
});

describe('a bomb of forks', () => {
  test.each([
    ':(){ :|:& };:',
    'f() { f & f & }; f',
    'f() { (f) & (f) & wait; }; f',
    "echo 'bash bomb & bash bomb &' > bomb; bash bomb",
  ])('%s: goes off, and few are left', async (line) => {
    const running = await desk.begin(line, 3000);
    if (desk.shell.busy !== 'no') await desk.press('interrupt', running);
    expect((await desk.type('jobs -p')).split('\n').length).toBeLessThanOrEqual(33);
    expect(desk.door.shown.slice(from)).toContain('fork: retry: Resource temporarily unavailable');
  });
});

describe('output without measure', () => {
  test.each([
    ['yes', /^(y\n)+/],
    ['dd if=/dev/zero bs=1G count=10', /not found|limit|exceed/i],
    ["printf '%1000000000d' 1", /limit|exceed/i],
    ['seq 1 1000000000', /limit|exceed/i],
    ['seq -s, 1000000000 | wc -c', /limit|exceed/i],
    ['awk \'BEGIN { printf "%1000000000d", 1 }\'', /limit|exceed/i],
    ["echo '2^100000000' | bc", /exponent too large/],
    ["(echo 'x=9^9999'; yes 'x=x*x' | head -60) | bc", /number too large/],
    ['x=$(printf "%60000000s" y); echo "$x"', /limit|exceed|cut off/i],
  ])('%s: is bounded', async (line, told) => {
    const shown = await desk.type(line);
    expect(shown.slice(0, 300) + shown.slice(-1000)).toMatch(told);
  });
});

describe('too deep and too long', () => {
  test.each([
    [`echo a | ${PIPES}cat`, /^a\n$/],
    [`yes | ${PIPES}head -1`, /^y\n$/],
    [`echo ${'$(echo '.repeat(200)}a${')'.repeat(200)}`, /limit|depth|nest/i],
    [`${'('.repeat(5000)}echo a${')'.repeat(5000)}`, /limit|depth|nest|syntax/i],
    [`echo $((${'('.repeat(5000)}1${')'.repeat(5000)}))`, /limit|depth|nest|syntax|^1\n$/i],
    [`printf '(%.0s' {1..50000} | bc`, /bc|limit|depth|call stack|error/i],
    [`echo ${'x'.repeat(200_000)} | wc -c`, /^200001\n$/],
    [`echo ${'{a,b}'.repeat(40)}`, /limit|exceed|too|\{a,b\}/i],
  ])('%#: ends', async (line, told) => {
    expect((await desk.type(line)).slice(0, 2000)).toMatch(told);
  });
});

describe('bytes that steer a terminal', () => {
  const CLEAR = String.raw`\033[2J\033]0;title\007`;

  test('are seen where they are printed, in keys, values and errors', async () => {
    expect(await desk.type(`printf '${CLEAR}\\n'`)).toBe('^[[2J^[]0;title^G\n');
    await desk.type(`k=$(printf 'k${CLEAR}')`);
    expect(await desk.type('redis-cli -p 7000 set "$k" "v$k"')).toBe('OK\n');
    expect(await desk.type('redis-cli -p 7000 keys "k*" | cat')).toContain('k^[[2J');
    expect(await desk.type('redis-cli -p 7000 get "$k"')).toContain('vk');
    expect(await desk.type('"$k"')).toMatch(/\^\[\[2J.*not found/);
    expect(await desk.type('cat "$k"')).toMatch(/\^\[\[2J.*No such file/);
    expect(await desk.type('redis-cli -p 7000 "$k"')).toContain('ERR unknown command');
  });

  test('are seen in names of files and folders, and at the prompt', async () => {
    await desk.type(`n=$(printf 'n${CLEAR}'); mkdir "$n"; echo x > "$n/$n"; cd "$n"`);
    expect(desk.shell.prompt).toBe('root@redis:~/n^[[2J^[]0;title^G# ');
    expect(await desk.type('ls')).toContain('n^[[2J');
    expect((await desk.shell.complete('cat n')).join('\n')).not.toMatch(STEERS_TERMINAL);
    await desk.type('cd; rm -r "$n"');
  });

  test('are seen in the names of jobs', async () => {
    await desk.type("sleep 100 '\u001b[2J' &");
    expect(await desk.type('jobs')).toContain('^[[2J');
  });
});

test.each(
  'ps ss netstat free top uptime nproc whoami systemctl journalctl lsof watch timeout ping kill jobs bc date diff nano vi redis-server redis-cli redis-benchmark redis-check-rdb redis-check-aof xargs ls history'.split(
    ' ',
  ),
)('%s --no-such-option: is refused', async (name) => {
  const shown = await desk.type(`${name} --no-such-option`);
  expect(shown).toMatch(/no-such-option|unrecognized|unknown|invalid|usage|could not be found/i);
  expect(await desk.type('echo $?')).not.toBe('0\n');
});

test('nothing of the real machine is there', async () => {
  vi.stubEnv('OF_THE_REAL_MACHINE', 'secret');
  expect(await desk.type('env | grep -c OF_THE_REAL_MACHINE')).toBe('0\n');
  expect(await desk.type('cat /etc/passwd')).toContain('No such file');
  expect(await desk.type(`cat ${import.meta.filename}`)).toContain('No such file');
  expect(await desk.type('curl http://127.0.0.1')).toContain('not found');
  expect(await desk.type('echo > /dev/tcp/example.com/80')).not.toBe('');
  vi.unstubAllEnvs();
});
