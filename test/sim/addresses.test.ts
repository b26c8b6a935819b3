/* Stories of servers that have addresses of their own: what they tell each other of themselves, address
 * translation that nobody knows of, what announcing is for, and a server that comes back elsewhere. */

import { describe, expect, test } from 'vitest';
import type { WorldConfig } from '#session/api.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';

const QUICK = { seed: 5, nodeTimeoutMs: 2000, config: { 'repl-diskless-sync-delay': '0' } };

async function open(config: Partial<WorldConfig>): Promise<Session> {
  const session = makeSession();
  await session.open({ ...QUICK, ...config });
  for (const { name } of (await session.frame()).servers) await console(session, `c${name}`, name);
  return session;
}

/** A redis-cli in front of the computer of the learner, called as one likes. */
async function console(session: Session, name: string, port: string, ...options: string[]): Promise<void> {
  await session.input({ kind: 'openConsole', console: name, argv: ['redis-cli', '-p', port, ...options] });
  await session.advance(10_000);
}

/** What redis-cli on that server prints. */
const ask = (session: Session, port: string, line: string): Promise<string> => session.exec(`c${port}`, line);

const wait = (session: Session, ms: number): Promise<unknown> => session.advance(ms * 1000);

/** What a server says of all it knows: "ip:port@cport flags", in the order of ports. */
async function nodes(session: Session, port: string): Promise<string[]> {
  const text = await ask(session, port, 'CLUSTER NODES');
  const lines = text.split('\n').filter((line) => /^[0-9a-f]{40} /.test(line));
  return lines.map((line) => line.split(' ').slice(1, 3).join(' ')).sort();
}

describe('servers with addresses of their own', () => {
  test('form a cluster under these addresses, and a client on another computer follows them', async () => {
    const session = await open({ addresses: 'own', masters: 3, replicasPerMaster: 1 });
    expect(await nodes(session, '7000')).toEqual([
      '10.0.0.1:7000@17000 myself,master',
      '10.0.0.2:7001@17001 master',
      '10.0.0.3:7002@17002 master',
      '10.0.0.4:7003@17003 slave',
      '10.0.0.5:7004@17004 slave',
      '10.0.0.6:7005@17005 slave',
    ]);
    expect(await ask(session, '7000', 'SET foo bar')).toBe('(error) MOVED 12182 10.0.0.3:7002\n');
    await console(session, 'smart', '7000', '-c');
    expect(await session.exec('smart', 'SET foo bar')).toContain(
      'Redirected to slot [12182] located at 10.0.0.3:7002',
    );
    expect(await ask(session, '7002', 'GET foo')).toBe('"bar"\n');
  });

  test('mean themselves by 127.0.0.1', async () => {
    const session = await open({ addresses: 'own', preset: 'empty', masters: 2, replicasPerMaster: 0 });
    await ask(session, '7000', 'CLUSTER MEET 127.0.0.1 7001');
    await wait(session, 4000);
    expect(await nodes(session, '7000')).toEqual([':7000@17000 myself,master']);
    await ask(session, '7000', 'CLUSTER MEET 10.0.0.2 7001');
    await wait(session, 2000);
    expect(await nodes(session, '7001')).toEqual([
      '10.0.0.1:7000@17000 master',
      '10.0.0.2:7001@17001 myself,master',
    ]);
  });

  test('take no command from elsewhere in protected mode', async () => {
    const session = await open({
      addresses: 'own',
      preset: 'standalone',
      masters: 1,
      replicasPerMaster: 1,
      config: { ...QUICK.config, 'protected-mode': 'yes' },
    });
    await wait(session, 3000);
    expect(await ask(session, '7001', 'INFO replication')).toContain('master_link_status:down');
    await ask(session, '7000', 'CONFIG SET protected-mode no');
    await wait(session, 3000);
    expect(await ask(session, '7001', 'INFO replication')).toContain('master_link_status:up');
  });

  test('that come back at another address are found again, and followed by their replicas', async () => {
    const session = await open({ addresses: 'own', masters: 3, replicasPerMaster: 1 });
    await session.input({ kind: 'fault', fault: { kind: 'move', server: '7000', ip: '10.0.0.99' } });
    await wait(session, 6000);
    for (const port of ['7001', '7002', '7003']) {
      expect(await nodes(session, port)).toContain('10.0.0.99:7000@17000 master');
    }
    expect(await ask(session, '7003', 'INFO replication')).toContain('master_host:10.0.0.99');
    await wait(session, 6000);
    expect(await ask(session, '7003', 'INFO replication')).toContain('master_link_status:up');
    expect(await ask(session, '7001', 'SET bar 1')).toBe('(error) MOVED 5061 10.0.0.99:7000\n');
  });

  test('move nowhere that is no address, and not to one that is taken', async () => {
    const session = await open({ addresses: 'own', masters: 3, replicasPerMaster: 0 });
    for (const ip of [
      '',
      'elsewhere',
      '10.0.0.256',
      '127.0.0.1',
      '224.0.0.1',
      '10.0.0',
      7 as unknown as string,
    ]) {
      const input = session.input({ kind: 'fault', fault: { kind: 'move', server: '7000', ip } });
      await expect(input).rejects.toThrow('moves to an address');
    }
    await session.input({ kind: 'fault', fault: { kind: 'move', server: '7000', ip: '10.0.0.2' } });
    await wait(session, 3000);
    expect(await nodes(session, '7001')).toContain('10.0.0.1:7000@17000 master');
  });
});

describe('servers behind address translation', () => {
  test('that announce nothing are met by nobody: the ports they tell are those of their containers', async () => {
    const session = await open({ addresses: 'nat', preset: 'empty', masters: 2, replicasPerMaster: 0 });
    await ask(session, '7000', 'CLUSTER MEET 10.0.0.2 7001');
    await wait(session, 1000);
    // The one that was met tries to answer at the host's address, but at the container's port.
    expect((await nodes(session, '7001'))[0]).toMatch(/^10\.0\.0\.1:6379@16379 handshake/);
    await wait(session, 5000);
    expect(await nodes(session, '7000')).toEqual(['10.0.0.2:7001@17001 master', ':6379@16379 myself,master']);
    // It believes to live at the address of every container.
    expect(await nodes(session, '7001')).toEqual(['172.17.0.2:6379@16379 myself,master']);
  });

  test('meet as soon as they announce where they can be reached', async () => {
    const session = await open({ addresses: 'nat', preset: 'empty', masters: 2, replicasPerMaster: 0 });
    for (const [at, port] of ['7000', '7001'].entries()) {
      await ask(session, port, `CONFIG SET cluster-announce-ip 10.0.0.${at + 1}`);
      await ask(session, port, `CONFIG SET cluster-announce-port ${port}`);
      await ask(session, port, `CONFIG SET cluster-announce-bus-port 1${port}`);
    }
    await ask(session, '7000', 'CLUSTER MEET 10.0.0.2 7001');
    await wait(session, 2000);
    for (const port of ['7000', '7001']) {
      const others = (await nodes(session, port)).map((line) => line.replace('myself,', ''));
      expect(others).toEqual(['10.0.0.1:7000@17000 master', '10.0.0.2:7001@17001 master']);
    }
  });

  test('form a cluster that announces, replicate and fail over', async () => {
    const session = await open({ addresses: 'nat', masters: 3, replicasPerMaster: 1 });
    expect(await ask(session, '7001', 'SET bar 1')).toBe('(error) MOVED 5061 10.0.0.1:7000\n');
    await ask(session, '7000', 'SET bar 1');
    await wait(session, 500);
    await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7000' } });
    await session.runUntil({ event: 'PROMOTED' }, 30e6);
    await wait(session, 3000);
    expect(await ask(session, '7001', 'GET bar')).toBe('(error) MOVED 5061 10.0.0.4:7003\n');
    expect(await ask(session, '7003', 'GET bar')).toBe('"1"\n');
  });

  test('that announce a wrong address lose their clients: the redirection leads nowhere', async () => {
    const session = await open({ addresses: 'nat', masters: 3, replicasPerMaster: 0 });
    await ask(session, '7000', 'CONFIG SET cluster-announce-ip 172.17.0.2');
    await wait(session, 5000);
    expect(await ask(session, '7001', 'GET bar')).toBe('(error) MOVED 5061 172.17.0.2:7000\n');
    await ask(session, '7000', 'CONFIG SET cluster-announce-ip 10.0.0.1');
    await wait(session, 5000);
    expect(await ask(session, '7001', 'GET bar')).toBe('(error) MOVED 5061 10.0.0.1:7000\n');
  });

  test('can be told to leave the host to the client, which stays with the one it talks to', async () => {
    const session = await open({
      addresses: 'own',
      masters: 3,
      replicasPerMaster: 0,
      config: { ...QUICK.config, 'cluster-preferred-endpoint-type': 'unknown-endpoint' },
    });
    expect(await ask(session, '7001', 'GET bar')).toBe('(error) MOVED 5061 :7000\n');
  });
});

describe('a server that is put behind address translation', () => {
  const put = (session: Session, server: string, port: number | null): Promise<void> =>
    session.input({ kind: 'fault', fault: { kind: 'nat', server, port } });

  test('reaches everybody and is reached by nobody: no failover, and clients are sent nowhere', async () => {
    const session = await open({ masters: 3, replicasPerMaster: 1 });
    await put(session, '7002', 27002);
    await wait(session, 10_000);
    expect((await session.frame()).servers[2]).toMatchObject({
      port: 27002,
      inside: { ip: '172.17.0.2', port: 7002 },
      role: 'master',
    });
    // Its own heartbeats arrive, so nobody takes it for dead; what the others know leads to a closed port.
    const line = await ask(session, '7000', 'CLUSTER NODES');
    expect(line).toMatch(/127\.0\.0\.1:7002@17002 master - .* disconnected 10923-16383/);
    expect(await ask(session, '7000', 'SET foo bar')).toBe('(error) MOVED 12182 127.0.0.1:7002\n');
    await console(session, 'lost', '7000', '-c');
    expect(await session.exec('lost', 'SET foo bar')).toContain(
      'Could not connect to Redis at 127.0.0.1:7002',
    );
    await console(session, 'published', '27002');
    expect(await session.exec('published', 'SET foo bar')).toBe('OK\n');
  });

  test('is found as soon as it announces its port, and at its old one when it is taken out again', async () => {
    const session = await open({ masters: 3, replicasPerMaster: 1 });
    await put(session, '7002', 27002);
    await put(session, '7005', 27005);
    await console(session, 'published', '27002');
    await session.exec('published', 'CONFIG SET cluster-announce-port 27002 cluster-announce-bus-port 37002');
    await console(session, 'other', '27005');
    await session.exec('other', 'CONFIG SET cluster-announce-port 27005 cluster-announce-bus-port 37005');
    await wait(session, 12_000);
    expect(await ask(session, '7000', 'CLUSTER NODES')).toMatch(/:27002@37002 master - .* connected 10923/);
    await session.exec('published', 'SET foo bar');
    await wait(session, 1000);
    // Two containers believe to have the same address, and talk to each other all the same.
    expect(await session.exec('other', 'INFO replication')).toContain('master_link_status:up');
    await put(session, '7002', null);
    await wait(session, 12_000);
    expect(await ask(session, '7000', 'CLUSTER NODES')).toMatch(/:7002@17002 master - .* connected 10923/);
    expect((await session.frame()).servers[2]?.inside).toBeUndefined();
    await console(session, 'back', '7002');
    // It was started again, and nothing had been saved.
    expect(await session.exec('back', 'GET foo')).toBe('(nil)\n');
  });

  test('is not published where another is, nor at what is no port', async () => {
    const session = await open({ masters: 3, replicasPerMaster: 0 });
    await put(session, '7002', 7001);
    await put(session, '7001', null);
    const { servers } = await session.frame();
    expect(servers.map(({ port, inside }) => [port, inside])).toEqual([
      [7000, undefined],
      [7001, undefined],
      [7002, undefined],
    ]);
    for (const port of [0, -1, 55_536, 1.5, NaN, '27002' as unknown as number, undefined as unknown as null])
      await expect(put(session, '7002', port)).rejects.toThrow('published at a port');
    await expect(put(session, 'nobody', 27002)).rejects.toThrow('no process called');
  });

  test('does so again in the same way when history is gone through again', async () => {
    const session = await open({ masters: 3, replicasPerMaster: 0 });
    const { now } = await session.frame();
    await session.advance(1000);
    await put(session, '7002', 27002);
    const { hash, now: end } = await session.advance(8e6);
    expect((await session.seek(now)).servers[2]?.port).toBe(7002);
    const again = await session.seek(end);
    expect(again.hash).toBe(hash);
    expect(again.servers[2]?.port).toBe(27002);
  });
});

describe('without cluster mode', () => {
  test('replicas follow their masters from the beginning', async () => {
    for (const addresses of ['one', 'own', 'nat'] as const) {
      const session = await open({ addresses, preset: 'standalone', masters: 1, replicasPerMaster: 2 });
      await ask(session, '7000', 'SET a 1');
      await wait(session, 1000);
      expect(await ask(session, '7002', 'GET a')).toBe('"1"\n');
      const { servers } = await session.frame();
      expect(servers.map(({ role, masterName }) => `${role} ${masterName}`)).toEqual([
        'master null',
        'replica 7000',
        'replica 7000',
      ]);
      expect(servers[0]?.replication.replicas.map(({ name }) => name)).toEqual(['7001', '7002']);
    }
  });
});
