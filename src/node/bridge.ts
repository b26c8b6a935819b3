/* `npm run bridge`: simulated servers behind real TCP ports.
 *
 * Each server of src/redis gets a machine with real sockets (host.ts) and two ports on 127.0.0.1, its
 * client port and its bus port, so that any client of Redis and any real redis-server may talk to
 * it. The servers talk to each other over the same ports; nothing passes between them otherwise. */

import { createServer, type Server as Listener } from 'node:net';
import { InvariantError } from '#base/assert.ts';
import { Prng } from '#base/prng.ts';
import { Server } from '#redis/server.ts';
import { SimDisk } from '#sim/disk.ts';
import { formCluster } from './form-cluster.ts';
import { Host } from './host.ts';
import { loadPieces } from './pieces.ts';
import { parseOptions, type OptionSpec } from './options.ts';

const busPortOffset = 10_000;
const formLimitMs = 60_000;

const usage =
  'Usage: npm run bridge -- [options]\n\nRuns simulated Redis servers behind real ports on 127.0.0.1.';

const specs = {
  port: { kind: 'number', value: 'N', default: 7000, min: 1, max: 65535, help: 'port of the first server' },
  nodes: { kind: 'number', value: 'N', min: 1, max: 200, help: 'servers (6, or 1 with --standalone)' },
  replicas: { kind: 'number', value: 'N', default: 1, min: 0, max: 100, help: 'replicas of each master' },
  empty: { kind: 'flag', help: 'cluster mode, but no cluster is made of the servers' },
  standalone: { kind: 'flag', help: 'no cluster mode' },
  seed: { kind: 'number', value: 'N', default: 1, min: 0, help: 'seed of ids and chance' },
  'node-timeout': { kind: 'number', value: 'MS', default: 15000, min: 1, help: 'cluster-node-timeout' },
  config: {
    kind: 'pairs',
    value: 'NAME=VALUE',
    help: 'a line of redis.conf for every server; may be repeated',
  },
  log: { kind: 'flag', help: 'print the log of the servers' },
} as const satisfies Record<string, OptionSpec>;

interface BridgeOptions {
  port: number;
  nodes: number;
  replicas: number;
  mode: 'formed' | 'empty' | 'standalone';
  seed: number;
  nodeTimeoutMs: number;
  config: [string, string][];
  log: boolean;
}

/** Prints why and ends: what went wrong is the user's to mend. */
function fail(message: string, code = 1): never {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}

function readOptions(argv: readonly string[]): BridgeOptions {
  const parsed = parseOptions(argv, specs, usage);
  if ('message' in parsed) fail(parsed.message, parsed.code);
  const { options } = parsed;
  if (options.empty && options.standalone) fail('--empty and --standalone exclude each other.');
  const mode = options.standalone ? 'standalone' : options.empty ? 'empty' : 'formed';
  const port = options.port as number;
  const nodes = (options.nodes as number | undefined) ?? (mode === 'standalone' ? 1 : 6);
  const replicas = options.replicas as number;
  if (mode === 'formed' && nodes % (replicas + 1) !== 0) {
    fail(`${nodes} servers cannot be shared out to masters with ${replicas} replicas each.`);
  }
  const last = port + nodes - 1 + (mode === 'standalone' ? 0 : busPortOffset);
  if (last > 65535) fail(`Port ${last} would be needed, which does not exist: choose a lower --port.`);
  return {
    port,
    nodes,
    replicas,
    mode,
    seed: options.seed as number,
    nodeTimeoutMs: options['node-timeout'] as number,
    config: options.config as [string, string][],
    log: options.log === true,
  };
}

/** A listening socket on 127.0.0.1; a port in use ends the program. */
function openPort(port: number): Promise<Listener> {
  return new Promise((resolve) => {
    const listener = createServer();
    listener.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') fail(`Port ${port} is in use. Choose other ports with --port.`);
      if (error.code === 'EACCES') fail(`This user may not listen on port ${port}: use one above 1023.`);
      fail(`Cannot listen on port ${port}: ${error.message}`);
    });
    listener.listen({ host: '127.0.0.1', port, backlog: 511 }, () => {
      listener.removeAllListeners('error');
      // Too many open files: that connection fails, the server lives on.
      listener.on('error', (error) => console.error(`port ${port}: ${error.message}`));
      resolve(listener);
    });
  });
}

async function startServer(number: number, options: BridgeOptions, onExit: () => void): Promise<Host> {
  const port = options.port + number;
  const cluster = options.mode !== 'standalone';
  const ports = cluster ? [port, port + busPortOffset] : [port];
  const listeners = new Map<number, Listener>();
  for (const one of ports) listeners.set(one, await openPort(one));
  const host = new Host({
    name: String(port),
    random: Prng.stream(options.seed, `server/${port}`),
    disk: new SimDisk(),
    listeners,
    ...(options.log && {
      onLog: (_level, text) => process.stdout.write(Buffer.from(`${port} ${text}\n`, 'latin1')),
    }),
    onExit: (code) => {
      console.log(`server ${port} ended with code ${code}`);
      onExit();
    },
  });
  const config: Record<string, string> = {
    port: String(port),
    ...(cluster && { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(options.nodeTimeoutMs) }),
    ...Object.fromEntries(options.config),
  };
  host.run(new Server({ name: String(port), ip: '127.0.0.1', port, config }));
  return host;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const hosts: Host[] = [];
  let running = options.nodes;
  const onExit = (): void => {
    running--;
    if (running === 0) process.exit(0);
  };
  const stop = (): void => {
    for (const host of hosts) host.stop();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await loadPieces();
  for (let number = 0; number < options.nodes; number++)
    hosts.push(await startServer(number, options, onExit));
  const ports = hosts.map((_, number) => options.port + number);
  const masters = options.nodes / (options.replicas + 1);
  if (options.mode === 'formed') await formCluster(ports, masters, formLimitMs + 2 * options.nodeTimeoutMs);
  const shape = {
    formed: `a cluster of ${masters} masters with ${options.replicas} replicas each`,
    empty: 'empty servers in cluster mode',
    standalone: 'standalone',
  }[options.mode];
  console.log(`ready on 127.0.0.1, ports ${ports.join(' ')}: ${shape}. Ctrl-C stops.`);
}

process.on('uncaughtException', (error) => {
  // A broken rule of the simulation is never caught to carry on.
  const what = error instanceof InvariantError ? 'A rule of the servers was broken' : 'The bridge failed';
  console.error(`${what}: ${error.stack ?? error.message}\nStarted with: ${process.argv.slice(2).join(' ')}`);
  process.exit(70);
});
await main();
