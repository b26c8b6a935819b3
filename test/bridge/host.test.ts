/* The machine with real sockets under a process that only records what it is told. */

import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { Prng } from '#base/prng.ts';
import { Host } from '#node/host.ts';
import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import { SimDisk } from '#sim/disk.ts';

type Told = [what: string, ...details: unknown[]];

class Recorder implements Process {
  declare io: Io;
  told: Told[] = [];
  onEach: (told: Told) => void = () => {};
  start(): void {}
  onAccept(socket: SocketId, port: number): void {
    this.tell('accept', socket, port);
  }
  onConnect(socket: SocketId): void {
    this.tell('connect', socket);
  }
  onMessage(socket: SocketId, payload: Payload): void {
    this.tell('message', socket, payload.kind === 'bytes' ? payload.data : payload);
  }
  onClose(socket: SocketId, reason: CloseReason): void {
    this.tell('close', socket, reason);
  }
  onTimer(timer: string): void {
    this.tell('timer', timer);
  }
  onSignal(): void {}
  private tell(...told: Told): void {
    this.told.push(told);
    this.onEach(told);
  }
  words(): string {
    return this.told.map((told) => told.join(' ')).join(', ');
  }
}

const hosts: Host[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const host of hosts.splice(0)) host.stop();
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A machine whose process listens on port 1000, which in truth is a free port of this computer. */
async function startHost(process: Recorder): Promise<{ host: Host; port: number }> {
  const listener: Listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const host = new Host({
    name: 'test',
    random: Prng.stream(1, 'test'),
    disk: new SimDisk(),
    listeners: new Map([[1000, listener]]),
  });
  hosts.push(host);
  host.run(process);
  expect(host.listen(1000)).toBe(true);
  return { host, port: (listener.address() as { port: number }).port };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('bytes arrive as they were sent, and answers leave together at the end of the call', async () => {
  const recorder = new Recorder();
  recorder.onEach = ([what, socket, data]) => {
    if (what !== 'message') return;
    recorder.io.send(socket as number, { kind: 'bytes', data: `<${String(data)}` });
    recorder.io.send(socket as number, { kind: 'reply', reply: ['a', 1, null], resp: 2 });
  };
  const { port } = await startHost(recorder);
  const socket = await dial(port);
  socket.write(Buffer.from([0, 255, 128, 13, 10]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toBe('<\x00\xff\x80\r\n*3\r\n$1\r\na\r\n:1\r\n$-1\r\n');
});

test('a client that drops is told once, and what it sent before is handled', async () => {
  const recorder = new Recorder();
  const { host, port } = await startHost(recorder);
  const socket = await dial(port);
  socket.end('last words');
  await vi.waitFor(() =>
    expect(recorder.words()).toBe('accept 1 1000, message 1 last words, close 1 closed'),
  );
  expect(host.outputPending(1)).toBe(0);
  host.send(1, { kind: 'bytes', data: 'nobody hears this' });
});

test('a process that closes a connection hears no more of it', async () => {
  const recorder = new Recorder();
  recorder.onEach = ([what, socket]) => {
    if (what !== 'message') return;
    recorder.io.send(socket as number, { kind: 'bytes', data: 'bye' });
    recorder.io.close(socket as number);
  };
  const { port } = await startHost(recorder);
  const socket = await dial(port);
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  await once(socket, 'close');
  expect(answer.toString()).toBe('bye');
  expect(recorder.words()).toBe('accept 1 1000, message 1 hello');
});

test('a connection to a closed port is refused, one to no address too', async () => {
  const recorder = new Recorder();
  const { host } = await startHost(recorder);
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as { port: number };
  free.close();
  host.connect('127.0.0.1', port);
  host.connect('not an address', 1);
  host.connect('127.0.0.1', 70000);
  await vi.waitFor(() => expect(recorder.told).toHaveLength(3));
  expect(recorder.told.map(([what, , reason]) => `${what} ${String(reason)}`)).toEqual(
    Array(3).fill('close refused'),
  );
});

test('a blocking call lets nothing through but its own socket, then the rest in order', async () => {
  const recorder = new Recorder();
  const { host, port } = await startHost(recorder);
  const [one, two] = [await dial(port), await dial(port)];
  await vi.waitFor(() => expect(recorder.told).toHaveLength(2));
  host.blockOn(2, host.now + 60_000_000);
  host.setTimer('cron', 0);
  one.write('waits');
  // The kernel delivers the first before the second: both come from this process, in order.
  await vi.waitFor(() => expect(one.bytesWritten).toBe(5));
  two.write('ends it');
  await vi.waitFor(() => expect(recorder.told).toHaveLength(5));
  expect(recorder.told[2]).toEqual(['message', 2, 'ends it']);
  expect(recorder.words()).toContain('timer cron');
  expect(recorder.words()).toContain('message 1 waits');
});

test('a socket that is waited for again is heard again, though other things wait meanwhile', async () => {
  const recorder = new Recorder();
  const { host, port } = await startHost(recorder);
  const socket = await dial(port);
  await vi.waitFor(() => expect(recorder.told).toHaveLength(1), 30_000);
  const waitAgain = (): void => host.blockOn(1, host.now + 60_000_000);
  recorder.onEach = waitAgain;
  waitAgain();
  host.setTimer('cron', 0);
  await new Promise((done) => setImmediate(done));
  for (const word of ['one', 'two', 'three']) {
    socket.write(word);
    await vi.waitFor(() => expect(recorder.told.at(-1)).toEqual(['message', 1, word]), 30_000);
  }
  expect(recorder.words()).not.toContain('cron');
});

test('a blocking call that waits in vain ends with its timer', async () => {
  const recorder = new Recorder();
  const { host, port } = await startHost(recorder);
  await dial(port);
  await vi.waitFor(() => expect(recorder.told).toHaveLength(1));
  host.blockOn(1, host.now + 20_000);
  await vi.waitFor(() => expect(recorder.told.at(-1)).toEqual(['timer', 'block']));
});

test('a timer that is cleared or set anew does not fire for its old setting', async () => {
  const recorder = new Recorder();
  const { host } = await startHost(recorder);
  host.setTimer('a', 0);
  host.setTimer('b', 0);
  host.clearTimer('a');
  host.setTimer('b', 0);
  host.setTimer('end', host.now + 30_000);
  await vi.waitFor(() => expect(recorder.words()).toContain('end'));
  expect(recorder.words()).toBe('timer b, timer end');
});
