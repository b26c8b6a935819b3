/* The host shell over a simulated world: what operators' scripts do, and what must not get out of hand. */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Shell } from '#shell/shell.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

describe('the host shell', () => {
  let door: SessionDoor;
  let shell: Shell;
  const out = (line: string): Promise<string> => output(door, shell, line);

  beforeEach(async () => {
    const lone = { masters: 3, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 } as const;
    ({ door, shell } = await openShell(lone));
  });

  test('runs redis-cli in the world, alone, in pipes and in substitutions', async () => {
    expect(await out('redis-cli -p 7000 set foo bar')).toBe('OK\n');
    expect(await out('echo "[$(redis-cli -p 7000 get foo)]"')).toBe('[bar]\n');
    expect(await out('printf "set a 1\\nincr a\\n" | redis-cli -p 7000 | tail -1')).toBe('2\n');
    expect(await out('redis-cli -p 7000 info replication | grep role | cut -d: -f2')).toMatch(
      /^master\r?\n$/,
    );
    expect((await shell.run('redis-cli -p 7999 ping')).exitCode).toBe(1);
  });

  test('variables, arrays, functions and the directory last from line to line', async () => {
    await out('x=5; arr=(a "b c"); declare -A m; m[k]=v; f() { echo "f $1 $x"; }; cd /tmp');
    expect(await out('echo $x ${arr[1]} ${m[k]}; f 1; pwd')).toBe('5 b c v\nf 1 5\n/tmp\n');
    expect(shell.prompt).toBe('root@redis:/tmp# ');
    await out('f() { echo new; }');
    expect(await out('f')).toBe('new\n');
    expect(await out('false; echo $?')).toBe('1\n');
    expect((await shell.run('false')).exitCode).toBe(1);
    expect(await shell.run('exit 3')).toMatchObject({ exited: true, exitCode: 3 });
  });

  test('sleep takes virtual time, and date tells the world it is in', async () => {
    expect(await out('date +%F')).toBe('2026-01-01\n');
    const before = Number(await out('date +%s'));
    await out('sleep 90');
    const elapsed = Number(await out('date +%s')) - before;
    expect(elapsed).toBeGreaterThanOrEqual(90);
    expect(elapsed).toBeLessThanOrEqual(91);
    expect(await out('sleep x')).toMatch(/invalid time interval 'x'/);
  });

  test('a health check finds a dead server and starts it again', async () => {
    const script = `for port in 7000 7001 7002; do
  if [[ "$(redis-cli -p $port ping 2>/dev/null)" == PONG ]]; then echo "$port ok"
  else echo "$port down"; systemctl start redis-server@$port; fi
done`;
    expect(await out(script)).toBe('7000 ok\n7001 ok\n7002 ok\n');
    const pid = (await out("ps | awk '/7001/ {print $1}'")).trim();
    expect(await out(`kill -9 ${pid}`)).toBe('');
    expect(await out('systemctl is-active redis-server@7001')).toBe('inactive\n');
    expect(await out('nc -z 127.0.0.1 7001 || echo closed')).toBe('closed\n');
    expect(await out(script)).toBe('7000 ok\n7001 down\n7002 ok\n');
    expect(await out(script)).toBe('7000 ok\n7001 ok\n7002 ok\n');
    expect(await out('kill -9 999999')).toMatch(/No such process/);
  });

  test('a stopped server hangs its clients until it goes on; a terminated one is gone', async () => {
    const pid = (await out("ps | awk '/7002/ {print $1}'")).trim();
    await out(`kill -STOP ${pid}`);
    expect(await out("ps | awk '/7002/ {print $2}'")).toBe('T\n');
    await out(`kill -CONT ${pid}`);
    expect(await out('redis-cli -p 7002 ping')).toBe('PONG\n');
    await out(`kill ${pid}`);
    expect(await out('systemctl is-active redis-server@7002')).toBe('inactive\n');
    expect(await out('ss | grep -c 127.0.0.1:700')).toBe('2\n');
  });

  test('/dev/tcp tells which ports are open, as in a network matrix', async () => {
    const script = `for port in 7000 7002 7999; do
  if timeout 1 bash -c "echo > /dev/tcp/127.0.0.1/$port" 2>/dev/null; then echo "$port open"; else echo "$port closed"; fi
done`;
    expect(await out(script)).toBe('7000 open\n7002 open\n7999 closed\n');
    expect(await out('(echo > /dev/tcp/127.0.0.1/7001) 2>/dev/null && echo yes')).toBe('yes\n');
    expect(await out('(echo > /dev/tcp/127.0.0.1/7998) 2>/dev/null || echo no')).toBe('no\n');
  });

  test('reports compute with bc and write files', async () => {
    expect(await out('echo "scale=2; 7/2" | bc')).toBe('3.50\n');
    expect(
      await out(
        'cat > /tmp/t.conf <<EOF\nport PORT\nEOF\nfor p in 7003 7004; do sed "s/PORT/$p/" /tmp/t.conf; done',
      ),
    ).toBe('port 7003\nport 7004\n');
  });

  test('endless loops, recursion and nonsense are stopped and told', async () => {
    expect(await out('while true; do :; done')).toMatch(/too many|limit/i);
    expect(await out('yes | head -3')).toBe('y\ny\ny\n');
    expect(await out('x=xxxxxxxxxx; while true; do x=$x$x$x$x; done')).toMatch(/too|limit|exceed/i);
    expect(await out('f() { f; }; f')).toMatch(/recursion/);
    expect((await shell.run('echo "unbalanced')).exitCode).not.toBe(0);
    expect((await shell.run('no-such-command')).exitCode).toBe(127);
    expect(await out('echo still here')).toBe('still here\n');
  }, 60_000);
});
