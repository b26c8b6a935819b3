/* `npm run redis-server`: one simulated server started as the real redis-server is, by a configuration file
 * and options, with its files in its `dir`, its log where `logfile` says, and the signals of its system. So
 * whatever starts redis-servers, a script or somebody's test suite, may start this one instead. */

import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, type Server as Listener } from 'node:net';
import { resolve } from 'node:path';
import { Prng } from '#base/prng.ts';
import { lastSetting, optionLines } from '#redis/command-line.ts';
import type { LogLevel } from '#redis/io.ts';
import { Server } from '#redis/server.ts';
import { logDate } from '#sim/log-date.ts';
import { FileDisk } from './file-disk.ts';
import { Host } from './host.ts';
import { loadLua } from './lua.ts';

const usage = `Usage: npm run redis-server -- [FILE | -] [--NAME VALUE ...]

Runs one simulated server on 127.0.0.1 as redis-server does: FILE is a redis.conf, and every other parameter of
Redis 7.0 is an option. It stays in the foreground.`;

const busPortOffset = 10_000;
const marks: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' };
const loudness: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];

interface Start {
  /** Absolute path, or '' without one. */
  file: string;
  lines: string[];
  port: number;
  busPort: number | null;
  folder: string;
  logFile: string | null;
}

/** Prints why and ends: what went wrong is the user's to mend. */
function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** What must be known before the server reads its configuration. */
function readStart(argv: readonly string[]): Start {
  const words = [...argv];
  const first = words[0]?.startsWith('--') ? undefined : words.shift();
  const lines: string[] = [];
  let text = '';
  if (first === '-') lines.push(...readFileSync(0, 'latin1').split('\n'));
  else if (first !== undefined) text = readFile(first);
  lines.push(...optionLines(words));
  text = [text, ...lines].join('\n');
  const port = portIn(text, 'port', 6379);
  if (port === 0 || port > 65535) fail(`Port ${port} cannot be listened on.`);
  const clusterPort = portIn(text, 'cluster-port', 0) || port + busPortOffset;
  const folder = resolve(lastSetting(text, 'dir') ?? '.');
  // The process does not change its folder, so the server is told where its own is.
  lines.push(`dir "${folder}"`);
  const logFile = lastSetting(text, 'logfile') ?? '';
  return {
    file: first === undefined || first === '-' ? '' : resolve(first),
    lines,
    port,
    busPort: lastSetting(text, 'cluster-enabled')?.toLowerCase() === 'yes' ? clusterPort : null,
    folder,
    logFile: logFile === '' ? null : resolve(folder, logFile),
  };
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    return fail(`Fatal error, can't open config file '${resolve(path)}': ${(error as Error).message}`);
  }
}

function portIn(text: string, name: string, otherwise: number): number {
  const value = lastSetting(text, name);
  if (value === undefined) return otherwise;
  return /^\d{1,5}$/.test(value) ? Number(value) : fail(`${name} "${value}" is not a port.`);
}

/** A listening socket on 127.0.0.1, or null when the port is taken: the server says so itself. */
function openPort(port: number): Promise<Listener | null> {
  return new Promise((done) => {
    const listener = createServer();
    listener.once('error', () => done(null));
    listener.listen({ host: '127.0.0.1', port, backlog: 511 }, () => {
      listener.removeAllListeners('error');
      // Too many open files: that connection fails, the server lives on.
      listener.on('error', (error) => console.error(`port ${port}: ${error.message}`));
      done(listener);
    });
  });
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv.includes('--help') || argv.includes('-h')) {
    console.log(usage);
    return;
  }
  if (argv.includes('--version') || argv.includes('-v')) {
    console.log('Redis server v=7.0.15 (simulated)');
    return;
  }
  const start = readStart(argv);
  await loadLua();
  const listeners = new Map<number, Listener>();
  for (const port of [start.port, start.busPort]) {
    const listener = port === null ? null : await openPort(port);
    if (port !== null && listener !== null) listeners.set(port, listener);
  }
  const server = new Server({
    name: String(start.port),
    ip: '127.0.0.1',
    port: start.port,
    config: {},
    configFile: start.file,
    configLines: start.lines,
  });
  const log = (level: LogLevel, text: string): void => {
    if (loudness.indexOf(level) < loudness.indexOf(server.config.loglevel as LogLevel)) return;
    const line = `${process.pid}:${server.logRole()} ${logDate(Date.now())} ${marks[level]} ${text}\n`;
    if (start.logFile === null) process.stdout.write(line);
    else appendFileSync(start.logFile, line);
  };
  const host = new Host({
    name: String(start.port),
    random: Prng.stream(crypto.getRandomValues(new Uint32Array(1))[0] as number, 'server'),
    disk: new FileDisk(start.folder),
    listeners,
    onLog: log,
    onExit: (code) => process.exit(code),
  });
  process.on('SIGTERM', () => host.signal('TERM'));
  process.on('SIGINT', () => host.signal('INT'));
  host.run(server);
}

await main();
