/* The host shell over a simulated world: what operators' scripts do, and what must not get out of hand. */

import { beforeEach, describe, expect, test } from 'vitest';
import { applyFault } from '#sim/faults.ts';
import { Shell } from '#shell/shell.ts';
import type { ShellWorld } from '#shell/world.ts';
import { CliWorld } from '#test/conformance/cli/cli-world.ts';

/** A world of lone servers on which a shell may act. */
class TestWorld implements ShellWorld {
  readonly cli = new CliWorld({ ports: [7000, 7001, 7002] });
  private readonly console = this.cli.open(['sh']);
  private runs = 0;
  private interrupted = false;

  constructor() {
    this.console.step(20);
  }

  run(
    argv: readonly string[],
    stdin: string | null,
  ): Promise<{ stdout: string; stderr: string; exitCode: number }> {
    const id = ++this.runs;
    this.console.input({ kind: 'run', id, argv, stdin, tty: false });
    for (let at = 0; at < 100_000 && this.console.process.lastRun?.id !== id; at++) {
      if (this.interrupted) this.console.input({ kind: 'interrupt' });
      this.console.step();
    }
    const { stdout = '', stderr = '', exitCode = 1 } = this.console.process.lastRun ?? {};
    return Promise.resolve({ stdout, stderr: stderr.replaceAll(/[\x02\x03]/g, ''), exitCode });
  }
  interrupt(): Promise<void> {
    this.interrupted = true;
    return Promise.resolve();
  }
  wallMs(): Promise<number> {
    return Promise.resolve(this.cli.world.startWallMs + this.cli.world.now / 1000);
  }
  servers(): ReturnType<ShellWorld['servers']> {
    return Promise.resolve(
      [7000, 7001, 7002].map((port) => {
        const machine = this.cli.world.machine(String(port));
        if (machine === null) throw new Error('no machine');
        return {
          name: String(port),
          ip: '127.0.0.1',
          port,
          state: machine.state,
          pid: machine.pid,
          clusterEnabled: false,
        };
      }),
    );
  }
  fault(fault: Parameters<ShellWorld['fault']>[0]): Promise<void> {
    applyFault(this.cli.world, fault);
    this.cli.runMs(500);
    return Promise.resolve();
  }
}

describe('the host shell', () => {
  let world: TestWorld;
  let shell: Shell;
  const out = async (line: string): Promise<string> => {
    const { stdout, stderr } = await shell.run(line);
    return stdout + stderr;
  };

  beforeEach(async () => {
    world = new TestWorld();
    shell = await Shell.open(world);
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
    expect((await shell.run('while true; do :; done')).stderr).toMatch(/too many|limit/i);
    expect((await shell.run('f() { f; }; f')).stderr).toMatch(/recursion/);
    expect((await shell.run('echo "unbalanced')).exitCode).not.toBe(0);
    expect((await shell.run('no-such-command')).exitCode).toBe(127);
    expect(await out('echo still here')).toBe('still here\n');
  }, 60_000);
});
