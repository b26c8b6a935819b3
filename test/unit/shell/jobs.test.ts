/* Jobs of the host shell: what `&`, Ctrl-Z, jobs, fg, bg, wait and kill do, in the time of the world. What is
 * expected is what bash 5.2 prints at a terminal, but for the numbers of processes. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConsoleShell } from '#shell/console-shell.ts';
import { Desk } from './at-desk.ts';
import { CONSOLE, SessionDoor } from './session-door.ts';

// Minutes of a world pass in some of these, on a computer that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let desk: Desk;
let door: SessionDoor;
let shell: ConsoleShell;
const type = (line: string): Promise<string> => desk.type(line);
const during = (ms: number): Promise<string> => desk.wait(ms);
const begin = (line: string, ms: number): Promise<{ ended: Promise<void> }> => desk.begin(line, ms);

const pids = (text: string): string => text.replace(/\b1000\d\d\b/g, 'PID');

beforeEach(async () => {
  desk = await Desk.open({ masters: 1, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 });
  ({ door, shell } = desk);
});

describe('a statement that ends in &', () => {
  test('leaves the prompt free, prints when its time has come, and is told of before the next prompt', async () => {
    expect(pids(await type('sleep 5 && redis-cli -p 7000 set k v &'))).toBe('[1] PID\n');
    expect(await type('redis-cli -p 7000 get k')).toBe('(nil)\n');
    expect(await type('jobs')).toBe('[1]+  Running                 sleep 5 && redis-cli -p 7000 set k v &\n');
    expect(await during(4000)).toBe('');
    expect(await during(2000)).toBe('OK\n');
    expect(await type('')).toBe('[1]+  Done                    sleep 5 && redis-cli -p 7000 set k v\n');
    expect(await type('jobs')).toBe('');
    expect(await type('redis-cli -p 7000 get k')).toBe('"v"\n');
  });

  test('is a loop that goes on printing, with the variables of where it began', async () => {
    await type('name=Anna; greet() { echo "hello $name $1"; }');
    expect(pids(await type('for i in 1 2 3; do sleep 1; greet $i; done &'))).toBe('[1] PID\n');
    await type('name=Bert');
    expect(await during(5000)).toBe('hello Anna 1\nhello Anna 2\nhello Anna 3\n');
  });

  test('gives its number to $!, by which it is waited for and killed', async () => {
    expect(await type('(sleep 2; exit 3) & wait $!; echo "ended with $?"')).toMatch(
      /ended with 3\n\[1\]\+ {2}Exit 3 {18}\(sleep 2; exit 3\)\n$/,
    );
    await type('sleep 1000 &');
    expect(await type('kill $!; wait $!; echo $?')).toContain('143\n');
    expect(await type('kill %1')).toMatch(/bash: kill: %1: no such job\n/);
  });

  test('is told as Exit, Terminated and Killed when it ended so', async () => {
    await type('false & sleep 1000 & sleep 1000 &');
    await type('kill %2; kill -9 %3; sleep 1');
    const told = (await type('')) + door.shown;
    expect(told).toMatch(/\[1\] {3}Exit 1 {18}false\n/);
    expect(told).toMatch(/\[2\]- {2}Terminated {14}sleep 1000\n/);
    expect(told).toMatch(/\[3\]\+ {2}Killed {18}sleep 1000\n/);
  });

  test('runs redis-cli behind the prompt, at the terminal', async () => {
    await type('redis-cli -p 7000 subscribe news &');
    await during(500);
    const shown = await type('redis-cli -p 7000 publish news "hello there"');
    expect(shown + (await during(500))).toMatch(/\(integer\) 1\n[^]*3\) "hello there"\n/);
    expect(await type('kill %1; sleep 1')).toContain(
      'Terminated              redis-cli -p 7000 subscribe news\n',
    );
  });

  test('in a script belongs to the script, and is not told of', async () => {
    await type(`cat > watch.sh <<'END'
#!/bin/bash
check() { echo "check $1"; }
while true; do check "$1"; sleep 1; done &
PID=$!
sleep 2.5
kill $PID
wait $PID
echo "watcher ended with $?"
jobs
END`);
    await type('chmod +x watch.sh');
    await type('sleep 60 &');
    expect(await type('./watch.sh a')).toBe('check a\ncheck a\ncheck a\nwatcher ended with 143\n');
    expect(await type('jobs')).toBe('[1]+  Running                 sleep 60 &\n');
  });

  test('many at once take the time of one', async () => {
    const lines = await type(
      'start=$(date +%s); for i in 1 2 3 4 5; do sleep 10 & done; wait; echo "took $(( $(date +%s) - start )) s"',
    );
    expect(lines).toMatch(/took 1[01] s\n/);
    expect(lines.match(/Done {20}sleep 10\n/g)).toHaveLength(5);
  });

  test('where somebody takes its output, stays where it is', async () => {
    expect(await type('x=$(echo a & echo b; wait); echo $x')).toBe('a b\n');
    expect(await type('{ echo a & wait; } | tr a z')).toBe('z\n');
    expect(await type('{ echo a & wait; } > f; cat f')).toBe('a\n');
  });
});

describe('Ctrl-Z', () => {
  test('stops a script, which goes on with fg where it was', async () => {
    const { ended } = await begin('for i in 1 2 3; do echo n$i; sleep 2; done', 3000);
    await door.during(() => shell.suspend());
    await door.during(() => ended);
    expect(door.shown).toMatch(
      /n1\nn2\n\^Z\n\[1\]\+ {2}Stopped {17}for i in 1 2 3; do echo n\$i; sleep 2; done\n$/,
    );
    expect(await type('echo $?')).toBe('148\n');
    expect(await during(10_000)).toBe('');
    expect(await type('fg')).toBe('for i in 1 2 3; do echo n$i; sleep 2; done\nn3\n');
    expect(await type('fg')).toBe('bash: fg: current: no such job\n');
  });

  test('stops redis-cli, and bg lets it go on behind the prompt', async () => {
    const { ended } = await begin('redis-cli -p 7000 -r 5 -i 1 incr n', 1500);
    await door.during(() => shell.suspend());
    await door.during(() => ended);
    expect(await during(5000)).toBe('');
    expect(await type('bg')).toBe('[1]+ redis-cli -p 7000 -r 5 -i 1 incr n &\n');
    expect(await during(6000)).toMatch(/\(integer\) 3\n\(integer\) 4\n\(integer\) 5\n$/);
    expect(await type('redis-cli -p 7000 get n')).toMatch(/^"5"\n\[1\]\+ {2}Done/);
  });

  test('leaves a prompt of redis-cli alone', async () => {
    const typed = await begin('redis-cli -p 7000', 100);
    await door.during(() => shell.suspend());
    expect(shell.busy).toBe('program');
    await door.input({ kind: 'line', console: CONSOLE, line: 'exit' });
    await door.during(() => typed.ended);
    expect(shell.busy).toBe('no');
  });

  test('makes exit ask twice', async () => {
    const { ended } = await begin('sleep 100', 100);
    await door.during(() => shell.suspend());
    await door.during(() => ended);
    expect(await type('exit')).toContain('There are stopped jobs.\n');
    expect(shell.ended).toBe(false);
    await type('exit');
    expect(shell.ended).toBe(true);
  });
});

describe('Ctrl-C', () => {
  test('ends what fg brought to the terminal, and nothing else', async () => {
    await type('sleep 1000 & sleep 2000 &');
    const { ended } = await begin('fg %1', 100);
    await door.during(() => shell.interrupt());
    await door.during(() => ended);
    expect(await type('jobs')).toBe('[2]+  Running                 sleep 2000 &\n');
  });

  test('ends a wait, but not what is waited for', async () => {
    await type('sleep 1000 &');
    const { ended } = await begin('wait', 100);
    await door.during(() => shell.interrupt());
    await door.during(() => ended);
    expect(await type('jobs')).toContain('Running');
  });
});

describe('jobs in a world that is turned back', () => {
  test('are over, and so is what they had run', async () => {
    await type('redis-cli -p 7000 -r -1 -i 1 incr n &');
    await during(5000);
    const { now } = await door.frame();
    await door.seek(now - 3000e3);
    expect(await type('jobs')).not.toContain('Running');
    const [before, after] = [
      await type('redis-cli -p 7000 get n'),
      await type('sleep 5; redis-cli -p 7000 get n'),
    ];
    expect(after).toBe(before);
  });

  test('and a saved session replays to the same hash without a shell', async () => {
    await type(
      'for i in 1 2 3; do redis-cli -p 7000 incr n; sleep 1; done & sleep 2; kill -STOP %1; sleep 2',
    );
    await type('kill -CONT %1; wait');
    const file = await door.session.save();
    const again = new SessionDoor(door.config);
    await again.session.load(file);
    expect(await again.session.hash()).toBe(file.hash);
  });
});

describe('jobs without an end', () => {
  test('a bomb of forks goes off and is told', async () => {
    await type(':(){ :|:& };:');
    await during(1000);
    expect(door.shown).toMatch(/fork: retry: Resource temporarily unavailable/);
    expect(await type('echo still here')).toMatch(/still here\n/);
  });

  test('there are at most 32 at a time', async () => {
    expect(await type('for i in $(seq 40); do sleep 100 & done')).toMatch(/fork: retry/);
    expect((await type('jobs -p')).trim().split('\n')).toHaveLength(32);
    await type('kill $(jobs -p)');
    expect(await type('wait; jobs')).not.toMatch(/Running/);
  });
});
