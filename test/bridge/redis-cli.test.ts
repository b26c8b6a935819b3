/* Debian's redis-cli against the bridge, and people's mistakes against it. */

import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exchange, freePorts, redisCli, runBridge, startBridge, stopAll, type Running } from './processes.ts';

afterAll(stopAll);

describe('a formed cluster of six', () => {
  let bridge: Running;
  beforeAll(async () => {
    bridge = await startBridge('--nodes', '6', '--replicas', '1', '--node-timeout', '5000');
  });

  test('keeps what redis-cli -c writes, and every server leads to it', async () => {
    expect(await redisCli(['-c', '-p', bridge.port, 'set', 'foo', 'bar'])).toMatchObject({
      stdout: 'OK\n',
      code: 0,
    });
    for (let at = 0; at < 6; at++) {
      expect((await redisCli(['-c', '-p', bridge.port + at, 'get', 'foo'])).stdout).toBe('bar\n');
    }
  });

  test('says MOVED to a redis-cli that does not follow', async () => {
    const { stdout } = await redisCli(['-p', bridge.port, 'set', 'foo', 'bar']);
    expect(stdout).toBe(`MOVED 12182 127.0.0.1:${bridge.port + 2}\n\n`);
  });

  test('passes redis-cli --cluster check', async () => {
    const { stdout, code } = await redisCli(['--cluster', 'check', `127.0.0.1:${bridge.port}`]);
    expect(stdout).toContain('[OK] All nodes agree about slots configuration.');
    expect(stdout).toContain('[OK] All 16384 slots covered.');
    expect(stdout.match(/^M: /gm)).toHaveLength(3);
    expect(stdout.match(/^S: /gm)).toHaveLength(3);
    expect(code).toBe(0);
  });

  test('answers garbage with a protocol error, closes, and lives', async () => {
    expect(await exchange(bridge.port, '*1\r\n$abc\r\n')).toBe(
      '-ERR Protocol error: invalid bulk length\r\n',
    );
    expect(await exchange(bridge.port, '*3\r\n:1\r\n')).toBe(
      "-ERR Protocol error: expected '$', got ':'\r\n",
    );
    expect(await exchange(bridge.port, `GET ${'x'.repeat(100_000)}`)).toBe(
      '-ERR Protocol error: too big inline request\r\n',
    );
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + 131) % 256));
    await exchange(bridge.port, Buffer.concat([noise, Buffer.from('\r\n*-99999\r\n*9999999999\r\n')]));
    expect((await redisCli(['-p', bridge.port, 'ping'])).stdout).toBe('PONG\n');
  });

  test('drops garbage on the bus port, closes, and lives', async () => {
    expect(await exchange(bridge.port + 10_000, 'GET / HTTP/1.1\r\nHost: nobody\r\n\r\n')).toBe('');
    expect(
      await exchange(bridge.port + 10_000, Buffer.concat([Buffer.from('RCmb'), Buffer.alloc(4096)])),
    ).toBe('');
    expect((await redisCli(['-p', bridge.port, 'cluster', 'info'])).stdout).toContain('cluster_state:ok');
  });

  test('carries a value of a megabyte and bytes of every kind', async () => {
    const big = 'x'.repeat(1 << 20);
    expect((await redisCli(['-c', '-p', bridge.port, '-x', 'set', 'big'], big)).stdout).toBe('OK\n');
    expect((await redisCli(['-c', '-p', bridge.port, 'strlen', 'big'])).stdout).toBe(`${1 << 20}\n`);
    expect((await redisCli(['-c', '-p', bridge.port, 'set', '键', '值 <b>&\u001b[31m'])).stdout).toBe('OK\n');
    expect((await redisCli(['-c', '-p', bridge.port, 'get', '键'])).stdout).toBe('值 <b>&\u001b[31m\n');
  });

  test('survives a hundred clients that connect and drop in the middle of a command', async () => {
    const { connect } = await import('node:net');
    await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const socket = connect({ host: '127.0.0.1', port: bridge.port + (at % 6) });
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write('*3\r\n$3\r\nSET\r\n$3\r\nf');
        if (at % 2 === 0) socket.destroy();
        else socket.resetAndDestroy();
        await once(socket, 'close');
      }),
    );
    // Nothing of them is left: the one client is the one who asks.
    for (let at = 0; at < 6; at++) {
      await vi.waitFor(async () => {
        const { stdout } = await redisCli(['-p', bridge.port + at, 'client', 'list', 'type', 'normal']);
        expect(stdout.trim().split('\n')).toHaveLength(1);
      });
    }
  });

  test.each(['SIGTERM'] as const)('stops cleanly on %s', async (signal) => {
    expect(await bridge.stop(signal)).toBe(0);
  });
});

describe('empty servers', () => {
  test('become a cluster by redis-cli --cluster create, and SIGINT stops them', async () => {
    const bridge = await startBridge('--nodes', '6', '--empty');
    const addresses = Array.from({ length: 6 }, (_, at) => `127.0.0.1:${bridge.port + at}`);
    const { stdout, code } = await redisCli([
      '--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes',
    ]); // prettier-ignore
    expect(stdout).toContain('>>> Performing hash slots allocation on 6 nodes...');
    expect(stdout.trimEnd().endsWith('[OK] All 16384 slots covered.')).toBe(true);
    expect(code).toBe(0);
    expect(await bridge.stop('SIGINT')).toBe(0);
  });

  test('run alone with --standalone', async () => {
    const bridge = await startBridge('--standalone', '--config', 'databases=4');
    expect((await redisCli(['-p', bridge.port, 'cluster', 'info'])).stdout).toContain(
      'cluster support disabled',
    );
    expect((await redisCli(['-p', bridge.port, '-n', '3', 'set', 'k', 'v'])).stdout).toBe('OK\n');
    expect((await redisCli(['-p', bridge.port, 'select', '4'])).stdout).toContain('out of range');
    expect(await bridge.stop()).toBe(0);
  });

  test('shut down one by one, and the last ends the bridge', async () => {
    const bridge = await startBridge('--standalone', '--nodes', '2');
    await redisCli(['-p', bridge.port, 'shutdown', 'nosave']);
    expect((await redisCli(['-p', bridge.port, 'ping'])).stderr).toContain('Connection refused');
    expect((await redisCli(['-p', bridge.port + 1, 'ping'])).stdout).toBe('PONG\n');
    const ended = once(bridge.child, 'close');
    await redisCli(['-p', bridge.port + 1, 'shutdown', 'nosave']);
    expect((await ended)[0]).toBe(0);
  });
});

describe('mistakes', () => {
  test.each([
    [['--nope'], 'Unknown option "--nope".'],
    [['--port'], '--port needs a value.'],
    [['--port', '70000'], '--port must be a whole number from 1 to 65535, not "70000".'],
    [['--port', '60000'], 'Port 70005 would be needed, which does not exist: choose a lower --port.'],
    [['--nodes', 'six'], '--nodes must be a whole number from 1 to 200, not "six".'],
    [['--nodes', '5'], '5 servers cannot be shared out to masters with 1 replicas each.'],
    [['--empty', '--standalone'], '--empty and --standalone exclude each other.'],
  ])('%j is told in a sentence', async (options, message) => {
    const { code, stderr } = await runBridge(...options);
    expect([code, stderr.split('\n')[0]]).toEqual([1, message]);
  });

  test('a port in use is named', async () => {
    const port = await freePorts(2);
    const taken = createServer().listen(port + 1, '127.0.0.1');
    await once(taken, 'listening');
    const { code, stderr } = await runBridge('--port', String(port), '--nodes', '2', '--empty');
    taken.close();
    expect([code, stderr.trim()]).toEqual([1, `Port ${port + 1} is in use. Choose other ports with --port.`]);
  });
});
