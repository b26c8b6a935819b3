/* `npm run redis-server`: one simulated server with the outside of a redis-server.
 *
 * It takes redis-server's command line and configuration file, keeps its files in a folder of this
 * computer, listens on real ports and a Unix socket, writes Redis's log and obeys SIGTERM and SIGINT. What
 * starts and watches redis-servers can so start and watch ours. It listens on 127.0.0.1 only. */

import { once } from 'node:events';
import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type Server as Listener, type Socket } from 'node:net';
import { resolve } from 'node:path';
import { fromUint8, utf8Decode, utf8Encode } from '#base/bytes.ts';
import { Prng } from '#base/prng.ts';
import { readCommandLine } from '#redis/command-line.ts';
import { loadConfigText, type ConfigTarget } from '#redis/config-load.ts';
import { Config } from '#redis/config.ts';
import type { LogLevel } from '#redis/io.ts';
import { Server } from '#redis/server.ts';
import { logDate } from '#sim/log-date.ts';
import { goToBackground, tellParent } from './background.ts';
import { FileDisk, pathOf, strerror } from './file-disk.ts';
import { Host } from './host.ts';
import { loadPieces } from './pieces.ts';
import { isPortTaken } from './ports.ts';

const address = '127.0.0.1';
const busPortOffset = 10_000;
const defaultPidFile = '/var/run/redis.pid';
const levels: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];
const levelMarks: Record<LogLevel, string> = { debug: '.', verbose: '-', notice: '*', warning: '#' };

const usage = `Usage: npm run redis-server -- [/path/to/redis.conf] [--parameter value ...] [-]

Runs one simulated Redis server as redis-server runs a real one: its configuration file, its files in
the folder \`dir\`, its log, its signals. \`-\` reads more configuration from standard input.`;

/** Where the log goes: standard output, or the file that the configuration names. It is opened for each line, so
 *  that who rotates logs may move it away at any time; a line that cannot be written is lost, the server lives on. */
class Log {
  private readonly server: () => Server;

  constructor(server: () => Server) {
    this.server = server;
  }

  write(level: LogLevel, text: string): void {
    const { config, pid } = this.server();
    if (levels.indexOf(level) < levels.indexOf(config.loglevel)) return;
    const line = `${pid}:${this.server().logRole()} ${logDate(Date.now())} ${levelMarks[level]} ${text}\n`;
    // What a script logs are bytes, one in each character.
    const bytes = Buffer.from(line, 'latin1');
    try {
      if (config.logfile === '') writeSync(1, bytes);
      else appendFileSync(pathOf(config.dir, config.logfile), bytes);
    } catch {
      // The pipe is closed, the disk full, the folder gone.
    }
  }
}

/** What must be known before the server reads its configuration itself. */
function readAhead(text: string): { config: Config; errors: string[] } {
  const target: ConfigTarget = {
    config: new Config(),
    configErrors: [],
    configUsers: [],
    renamedCommands: new Map(),
  };
  target.config.dir = utf8Encode(process.cwd());
  loadConfigText(target, text, new FileDisk(process.cwd()));
  const { config, configErrors: errors } = target;
  if (errors.length === 0 && config.logfile !== '') errors.push(...whyNotLogged(config));
  return { config, errors };
}

/** What redis-server says when it cannot write to the log file that it is to write to; nothing when it can. */
function whyNotLogged({ dir, logfile }: Config): string[] {
  try {
    appendFileSync(pathOf(dir, logfile), '');
    return [];
  } catch (error) {
    return [`Can't open the log file: ${strerror(error)}`];
  }
}

/** The ports of the server. Who connects before the server runs waits as in the kernel's backlog. */
class Ports {
  readonly listeners = new Map<number, Listener>();
  private readonly waiting: [Listener, Socket][] = [];

  /** A listener that opens; undefined when the port is taken. */
  open(port: number): Listener | undefined {
    if (isPortTaken(port)) return undefined;
    const listener = createServer();
    listener.on('error', (error) => console.error(`port ${port}: ${error.message}`));
    listener.listen({ host: address, port, backlog: 511 });
    return listener;
  }

  async openBeforeStart(config: Config): Promise<void> {
    const busPort = config.clusterPort || config.port + busPortOffset;
    const wanted = config.clusterEnabled ? [config.port, busPort] : [config.port];
    for (const port of wanted.filter((one) => one !== 0)) {
      const listener = this.open(port);
      if (listener === undefined) continue;
      listener.on('connection', (socket) => this.waiting.push([listener, socket]));
      if (await listens(listener)) this.listeners.set(port, listener);
    }
  }

  letWaitingIn(): void {
    for (const [listener, socket] of this.waiting.splice(0)) listener.emit('connection', socket);
  }
}

/** The Unix socket of the configuration; what an earlier server left at its place makes way. */
async function openUnixSocket(config: Config): Promise<Listener | null> {
  if (config.unixsocket === '') return null;
  const path = pathOf(config.dir, config.unixsocket);
  rmSync(path, { force: true });
  const listener = createServer();
  listener.listen(path);
  await once(listener, 'listening');
  if (config.unixsocketperm !== 0) chmodSync(path, config.unixsocketperm);
  return listener;
}

/** What lists of processes show, and what those who end servers by name look for. */
function titleOf({ clusterEnabled, port, procTitleTemplate, unixsocket }: Config): string {
  const listensAt = port === 0 && unixsocket !== '' ? unixsocket : `*:${port}`;
  const values: Record<string, string | number> = {
    title: 'redis-server',
    'listen-addr': listensAt,
    'server-mode': clusterEnabled ? '[cluster]' : '',
    port,
    'tls-port': 0,
    unixsocket,
  };
  return procTitleTemplate.replace(/\{([a-z-]+)\}/g, (_, name: string) => String(values[name] ?? '')).trim();
}

/** As far as it can be written: without it the server runs all the same. */
function writePidFile({ dir, pidfile }: Config): void {
  try {
    writeFileSync(pathOf(dir, pidfile), `${process.pid}\n`);
  } catch {
    // No such folder, or not ours.
  }
}

/** A server that ends well takes with it what showed that it was there. */
function removeTraces({ dir, pidfile, unixsocket }: Config): void {
  for (const name of [pidfile, unixsocket]) {
    if (name === '') continue;
    try {
      rmSync(pathOf(dir, name), { force: true });
    } catch {
      // Somebody has taken the right to do so.
    }
  }
}

/** Resolves when the listener listens; false when it cannot. */
function listens(listener: Listener): Promise<boolean> {
  return new Promise((done) => {
    listener.once('listening', () => done(true));
    listener.once('error', () => done(false));
  });
}

function readFile(path: string | number): string {
  return fromUint8(readFileSync(path));
}

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === '-h' || words[0] === '--help') return console.log(usage);
  if (words[0] === '-v' || words[0] === '--version') return console.log('Redis server v=7.0.15 (simulated)');
  const commandLine = readCommandLine(words.map(utf8Encode));
  const configFile = commandLine.file === null ? '' : utf8Encode(resolve(utf8Decode(commandLine.file)));
  const stdin = commandLine.stdin ? readFile(0) : '';
  const lines = `${stdin}\n${commandLine.lines}`;
  let fileText = '';
  try {
    if (configFile !== '') fileText = readFile(utf8Decode(configFile));
  } catch (error) {
    console.error(
      `Fatal error, can't open config file '${utf8Decode(configFile)}': ${(error as Error).message}`,
    );
    process.exit(1);
  }
  const { config, errors } = readAhead(`${fileText}\n${lines}`);
  if (errors.length > 0) {
    console.error(`\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n${errors.join('\n')}`);
    process.exit(1);
  }
  if (config.daemonize) await goToBackground(stdin);
  await loadPieces();
  const ports = new Ports();
  await ports.openBeforeStart(config);
  const server: Server = new Server({
    name: String(config.port),
    ip: address,
    port: config.port,
    config: { dir: utf8Encode(process.cwd()) },
    configFile,
    configLines: lines,
    pid: process.pid,
  });
  const log = new Log(() => server);
  const host = new Host({
    name: String(config.port),
    random: Prng.stream(Date.now(), `server/${process.pid}`),
    disk: new FileDisk(process.cwd()),
    listeners: ports.listeners,
    openPort: (port) => ports.open(port),
    onLog: (level, text) => log.write(level, text),
    onExit: (code) => {
      if (code === 0) removeTraces(server.config);
      process.exit(code);
    },
  });
  try {
    const listener = await openUnixSocket(config);
    if (listener !== null) host.acceptFrom(listener, config.unixsocket, config.port);
  } catch (error) {
    log.write('warning', `Failed opening Unix socket: bind: ${strerror(error)}`);
    process.exit(1);
  }
  // A terminal that goes away takes no server with it.
  process.on('SIGHUP', () => {});
  process.on('SIGTERM', () => host.signal('TERM'));
  process.on('SIGINT', () => host.signal('INT'));
  host.run(server);
  // The real one's first cron comes a millisecond after the start: no replica is there yet to be pinged.
  if (!server.loading) host.setTimer('cron', host.now + 1000);
  if (config.setProcTitle) process.title = titleOf(config);
  if (config.daemonize) server.config.pidfile ||= defaultPidFile;
  if (server.config.pidfile !== '') writePidFile(server.config);
  if (config.unixsocket !== '')
    log.write('notice', `The server is now ready to accept connections at ${config.unixsocket}`);
  ports.letWaitingIn();
  tellParent();
}

process.on('uncaughtException', (error) => {
  // A broken rule of the simulation is never caught to carry on.
  console.error(error.stack ?? error.message);
  process.exit(70);
});
await main(process.argv.slice(2));
