/* Starts and stops what the bridge tests talk to: the bridge itself, real redis-servers, and programs that
 * run to their end. Everything started here is stopped by `stopAll`, whatever the test did. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formCluster } from '#node/form-cluster.ts';
import { findTool } from '#test/tools.mjs';

const root = join(import.meta.dirname, '..', '..');
const children = new Set<ChildProcess>();
const folders = new Set<string>();

export interface Running {
  child: ChildProcess;
  /** Port of the (first) server. */
  port: number;
  /** Everything printed so far. */
  output(): string;
  /** Sends a signal and waits for the end; resolves to the exit code (null when the signal ended it). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Ends everything that still runs. For afterEach or afterAll. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map((child) => endChild(child, 'SIGKILL')));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** Starts the bridge and waits for its `ready` line. A `--port` of its own is chosen. */
export async function startBridge(...options: string[]): Promise<Running> {
  const nodes = options.includes('--nodes') ? Number(options[options.indexOf('--nodes') + 1]) : 6;
  const port = await freePorts(nodes);
  const running = start(process.execPath, [...bridgeArguments, '--port', String(port), ...options], port);
  await waitForOutput(running, /^ready/m);
  return running;
}

/** Runs the bridge to its end: for options it refuses. */
export async function runBridge(...options: string[]): Promise<Finished> {
  return await run(process.execPath, [...bridgeArguments, ...options]);
}

/** Starts one simulated server as the real program is started, and waits until it accepts connections. */
export async function startServer(port: number, ...argv: string[]): Promise<Running> {
  const running = start(process.execPath, [...serverArguments, ...argv], port);
  await waitUntilOpen(running);
  return running;
}

/** Runs one simulated server to its end: for what it refuses. */
export async function runServer(...argv: string[]): Promise<Finished> {
  return await run(process.execPath, [...serverArguments, ...argv]);
}

const serverArguments = ['--import', 'tsx', join(root, 'src', 'node', 'redis-server.ts')];
const bridgeArguments = ['--import', 'tsx', join(root, 'src', 'node', 'bridge.ts')];

/** Starts one of our servers as a real redis-server would be started, and waits until it accepts
 *  connections. */
export async function startOurServer(options: Record<string, string> = {}): Promise<Running> {
  const running = await spawnOurServer(options);
  await waitForOutput(running, /Ready to accept connections/);
  return running;
}

/** The same without waiting: for servers that refuse to start. */
export async function spawnOurServer(options: Record<string, string> = {}): Promise<Running> {
  const port = options.port === undefined ? await freePorts(1) : Number(options.port);
  const config = { port: String(port), dir: scratchFolder(), save: '', ...options };
  const argv = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
  const program = join(root, 'src', 'node', 'redis-server.ts');
  return start(process.execPath, ['--import', 'tsx', program, ...argv], port);
}

/** A folder that `stopAll` removes. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  folders.add(folder);
  return folder;
}

/** Starts a real redis-server in a folder of its own and waits until it accepts connections. */
export async function startRealServer(options: Record<string, string> = {}): Promise<Running> {
  const port = options.port === undefined ? await freePorts(1) : Number(options.port);
  const config = { port: String(port), bind: '127.0.0.1', dir: scratchFolder(), save: '', ...options };
  const argv = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
  const running = start(tool('redis-server'), argv, port);
  await waitForOutput(running, /Ready to accept connections/);
  return running;
}

/** Starts `nodes` real servers on neighbouring ports and makes them one cluster; resolves to the first
 *  port. */
export async function startRealCluster(nodes: number, masters: number): Promise<number> {
  const port = await freePorts(nodes);
  const ports = Array.from({ length: nodes }, (_, at) => port + at);
  for (const one of ports) {
    await startRealServer({ port: String(one), 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' });
  }
  await formCluster(ports, masters, 60_000);
  return port;
}

/** redis-cli to its end, with `input` on its standard input. */
export async function redisCli(
  argv: (string | number)[],
  input = '',
  where: Surroundings = {},
): Promise<Finished> {
  return await run(tool('redis-cli'), argv.map(String), input, where);
}

/** Where a program runs, if not in the project's folder, and its variables. */
interface Surroundings {
  cwd?: string;
  vars?: Readonly<Record<string, string>>;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  argv: string[],
  input = '',
  { cwd = root, vars = {} }: Surroundings = {},
): Promise<Finished> {
  // redis-cli colours what it prints unless the terminal is a dumb one.
  const child = spawn(program, argv, { cwd, env: { ...process.env, TERM: 'dumb', ...vars } });
  children.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  children.delete(child);
  return { code, stdout, stderr };
}

/** Sends raw bytes to a port, waits until the other side closes, and returns what came back. */
export async function exchange(port: number, data: string | Buffer): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.on('error', () => {});
  socket.write(data);
  await once(socket, 'close');
  return answer;
}

/** Ports for servers. With the bus 10000 above they stay below 32768, where systems begin to give ports to
 *  outgoing connections, any of which may be in use for a moment. */
const [firstPort, lastPort] = [10_100, 22_700];

/** The first of `count` neighbouring ports that are free, as are the bus ports above them. */
export async function freePorts(count: number): Promise<number> {
  const range = lastPort - firstPort - count;
  // Test runs side by side begin at different places.
  const start = (process.pid * 97) % range;
  for (let tried = 0; tried < range; tried += count) {
    const base = firstPort + ((start + tried) % range);
    const all = Array.from({ length: count }, (_, at) => [base + at, base + at + 10_000]).flat();
    const free = await Promise.all(all.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`No ${count} free ports were found.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

function tool(name: string): string {
  const path = findTool(name);
  if (path === null) throw new Error(`${name} was not found. npm test installs it where it can.`);
  return path;
}

function start(program: string, argv: string[], port: number): Running {
  const child = spawn(program, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  child.stdout?.on('data', (data) => (output += String(data)));
  child.stderr?.on('data', (data) => (output += String(data)));
  return { child, port, output: () => output, stop: (signal = 'SIGTERM') => endChild(child, signal) };
}

async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

/** Resolves once the port answers PING; throws when the program ends first or takes too long. */
async function waitUntilOpen(running: Running): Promise<void> {
  const endAt = Date.now() + 60_000;
  while ((await redisCli(['-p', running.port, 'PING'])).stdout !== 'PONG\n') {
    const ended = running.child.exitCode !== null || running.child.signalCode !== null;
    if (ended || Date.now() > endAt)
      throw new Error(`${ended ? 'It ended' : 'It did not become ready'}:\n${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Resolves once the output matches; throws when the program ends first or takes too long. */
async function waitForOutput(running: Running, wanted: RegExp): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const { child, output } = running;
    const fail = (why: string): void => reject(new Error(`${why}:\n${output()}`));
    const limit = setTimeout(() => fail('It did not become ready'), 60_000);
    const look = (): void => {
      if (!wanted.test(output())) return;
      clearTimeout(limit);
      resolve();
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('close', () => fail('It ended'));
    look();
  });
}
