/* The world's own commands, as just-bash takes them: what runs in the world (redis-cli, nc, sleep), what
 * acts on processes (kill, ps, systemctl), what looks (ss, date), and bc.
 *
 * Only what has an effect or a state in the world is here; there is no make-believe output. */

import type { Command, ExecResult } from 'just-bash/browser';
import { utf8Decode, utf8Encode, type Bytes } from '#base/bytes.ts';
import { awk } from './awk-tool.ts';
import { bc, BcError } from './bc.ts';
import { chanceTools, Lots } from './chance-tools.ts';
import { date } from './date-tool.ts';
import { diff } from './diff-tool.ts';
import { editTools } from './edit-tool.ts';
import { fail, ok, type Execute, type Surroundings } from './command.ts';
import { lookTools } from './look-tools.ts';
import { machineTools } from './machine-tools.ts';
import { networkTools } from './network-tools.ts';
import { redisCli } from './redis-cli-tool.ts';
import { AT_PROMPT, jobTools, killJob, type Spawn } from './job-tool.ts';
import type { Jobs } from './jobs.ts';
import { AT_TERMINAL, makeTemporary, runScript, type Prepare } from './script-tool.ts';
import type { ReadOnly } from './read-only.ts';
import { redisServer } from './server-tool.ts';
import { watchTools } from './watch-tools.ts';
import type { TypedLines } from './typed-lines.ts';
import type { ShellServer, ShellWorld } from './world.ts';

type Define = (
  name: string,
  execute: (args: string[], context: Surroundings) => Promise<ExecResult>,
) => Command;

/** What the shell does for its commands. */
interface Machinery {
  prepare: Prepare;
  readOnly: ReadOnly;
  jobs: Jobs;
  spawn: Spawn;
  typed: TypedLines;
}

/** All commands that a shell in `world` has beyond those of bash. */
export function worldCommands(
  world: ShellWorld,
  define: Define,
  { prepare, readOnly, jobs, spawn, typed }: Machinery,
): Command[] {
  const commands: Record<string, Execute> = {
    'redis-cli': redisCli(world),
    'redis-benchmark': benchmark(world),
    'redis-server': redisServer(world),
    nc: (args, stdin) => program(world, ['nc', ...args], utf8Encode(stdin)),
    sleep: (args) => program(world, ['sleep', ...args], ''),
    kill: (args) => kill(world, jobs, [AT_PROMPT, ...args]),
    __kill: (args) => kill(world, jobs, args),
    ps: () => ps(world, jobs),
    systemctl: (args) => systemctl(world, args),
    ss: () => ss(world),
    netstat: () => netstat(world),
    date: (args) => date(world, args),
    awk,
    paste,
    diff,
    telnet: (args, stdin) => program(world, ['telnet', ...args], utf8Encode(stdin)),
    __coproc: () => Promise.resolve(fail('bash: coproc: there is none here; a job (&) or a pipe does it')),
    python3: () => Promise.resolve(fail('bash: python3: command not found', 127)),
    tar: () => Promise.resolve(fail('bash: tar: command not found', 127)),
    __ask: (args) => program(world, ['ask', ...args], ''),
    __choose: (args) => choose(world, args),
    __clock: async () => ok(`${Math.round((await world.uptimeMs()) * 1000)}\n`),
    __elapsed: ([since]) => elapsed(world, Number(since)),
    'seconds-passed': async () => ok(`${Math.floor((await world.uptimeMs()) / 1000)}\n`),
    bc: (args, stdin) => Promise.resolve(runBc(args, stdin)),
    bash: runScript(prepare, readOnly),
    sh: runScript(prepare, readOnly),
    mktemp: makeTemporary(world),
    'redis-check-rdb': checkTool('redis-check-rdb'),
    'redis-check-aof': checkTool('redis-check-aof'),
    history: typed.command,
    __frozen: readOnly.look,
    ...chanceTools(new Lots(world)),
    ...jobTools(jobs, spawn),
    ...lookTools(world),
    ...machineTools(world, jobs),
    ...networkTools(world),
    ...watchTools(world),
    ...editTools(world),
  };
  return Object.entries(commands).map(([name, execute]) =>
    define(name, (args, context) => {
      const strange = LENIENT.test(name) && args.find((word) => /^--./.test(word) && !KNOWN.test(word));
      return strange
        ? Promise.resolve(fail(`${name}: unrecognized option '${strange}'`))
        : execute(args, String(context.stdin), context);
    }),
  );
}

/** Tools whose many options make no difference here; long ones that none of them has are told. */
const LENIENT = /^(?:ps|ss|netstat|free|top|uptime|nproc|whoami|lsof)$/;
const KNOWN =
  /^--(?:all|batch|forest|human|listening|no-headers?|numeric|p?pid|processes|programs?|sort|tcp|total|wide)\b/;

/** The tools that read files need much of a server, so they are loaded when they are used. */
function checkTool(name: 'redis-check-rdb' | 'redis-check-aof'): Execute {
  return async (...given) => {
    const { checkTools } = await import('./check-tools.ts');
    return checkTools[name](...given);
  };
}

/** Runs a program in the world; its output is text for the commands behind it. */
export async function program(
  world: ShellWorld,
  argv: string[],
  stdin: string,
  files: Readonly<Record<string, Bytes>> = {},
): Promise<ExecResult> {
  const { stdout, stderr, exitCode } = await world.run(argv, stdin, files);
  return { stdout: utf8Decode(stdout), stderr: utf8Decode(stderr), exitCode, stdoutKind: 'text' };
}

function benchmark(world: ShellWorld): Execute {
  return (args) =>
    args[0] === AT_TERMINAL
      ? world.runAtTerminal(['redis-benchmark', ...args.slice(1)])
      : program(world, ['redis-benchmark', ...args], '');
}

// -------------------------------------------------------------------- processes

const SIGNALS: Readonly<Record<string, string>> = {
  '2': 'INT',
  '9': 'KILL',
  '15': 'TERM',
  '18': 'CONT',
  '19': 'STOP',
  '0': 'EXIT',
};

/** kill [-SIGNAL | -s SIGNAL] pid | %job ..., for the shell of that name. */
async function kill(world: ShellWorld, jobs: Jobs, [owner = '', ...args]: string[]): Promise<ExecResult> {
  const words = [...args];
  if (words[0] === '-l') return ok(Object.values(SIGNALS).slice(1).join(' ') + '\n');
  let signal = 'TERM';
  if (words[0] === '-s') signal = words.splice(0, 2)[1] ?? '';
  else if (words[0]?.startsWith('-')) signal = (words.shift() as string).slice(1);
  signal = (SIGNALS[signal] ?? signal).toUpperCase().replace(/^SIG/, '');
  if (words.length === 0) return fail('kill: usage: kill [-s sigspec | -signum | -sigspec] pid ...', 2);
  if (!['KILL', 'TERM', 'STOP', 'TSTP', 'INT', 'HUP', 'CONT', 'EXIT'].includes(signal)) {
    return fail(`bash: kill: ${signal}: invalid signal specification`);
  }
  const servers = await world.servers();
  for (const word of words) {
    if (await killJob(jobs, owner, word, signal)) continue;
    if (word.startsWith('%')) return fail(`bash: kill: ${word}: no such job`);
    const server = servers.find((one) => String(one.pid) === word && one.state !== 'down');
    if (server === undefined) return fail(`bash: kill: (${word}) - No such process`);
    await sendSignal(world, server, signal);
  }
  return ok('');
}

async function sendSignal(world: ShellWorld, server: ShellServer, signal: string): Promise<void> {
  if (signal === 'KILL') await world.fault({ kind: 'kill', server: server.name });
  else if (signal === 'STOP' || signal === 'TSTP') await world.fault({ kind: 'pause', server: server.name });
  else if (signal === 'CONT') await world.fault({ kind: 'resume', server: server.name });
  else if (signal === 'TERM' || signal === 'INT') await world.stop(server);
}

async function ps(world: ShellWorld, jobs: Jobs): Promise<ExecResult> {
  const rows = (await world.servers())
    .filter((server) => server.state !== 'down')
    .map(({ pid, state, ip, port, clusterEnabled }) => {
      const stat = state === 'paused' ? 'T' : 'S';
      return `${String(pid).padStart(7)} ${stat}    redis-server ${ip}:${port}${clusterEnabled ? ' [cluster]' : ''}\n`;
    });
  for (const { pid, state, work } of jobs.alive())
    rows.push(`${String(pid).padStart(7)} ${state === 'stopped' ? 'T' : 'S'}    ${work.text}\n`);
  return ok('    PID STAT COMMAND\n' + rows.join(''));
}

/** systemctl start|stop|restart|status|is-active redis-server@PORT */
async function systemctl(world: ShellWorld, args: string[]): Promise<ExecResult> {
  const [verb = '', unit = ''] = args;
  const port = Number(/^redis-server@(\d+)(?:\.service)?$/.exec(unit)?.[1]);
  const server = (await world.servers()).find((one) => one.port === port);
  if (server === undefined) return fail(`Unit ${unit || '(none)'} could not be found.`, 4);
  const active = server.state !== 'down';
  switch (verb) {
    case 'start':
      if (!active) await world.fault({ kind: 'restart', server: server.name });
      return ok('');
    case 'stop':
      if (active) await sendSignal(world, server, 'TERM');
      return ok('');
    case 'restart':
      if (active) await sendSignal(world, server, 'TERM');
      await world.fault({ kind: 'restart', server: server.name });
      return ok('');
    case 'is-active':
      return { stdout: active ? 'active\n' : 'inactive\n', stderr: '', exitCode: active ? 0 : 3 };
    case 'status':
      return {
        stdout:
          `${active ? '●' : '○'} redis-server@${port}.service\n` +
          `     Active: ${active ? 'active (running)' : 'inactive (dead)'}\n` +
          (active ? `   Main PID: ${server.pid} (redis-server)\n` : ''),
        stderr: '',
        exitCode: active ? 0 : 3,
      };
    default:
      return fail(`Unknown command verb '${verb}'.`);
  }
}

// -------------------------------------------------------------------- looking

/** Ports that accept connections. */
async function ss(world: ShellWorld): Promise<ExecResult> {
  const rows: string[] = [];
  for (const { ip, port, state, pid, clusterEnabled } of await world.servers()) {
    if (state === 'down') continue;
    for (const open of clusterEnabled ? [port, port + 10_000] : [port]) {
      rows.push(
        `LISTEN 0      511    ${`${ip}:${open}`.padEnd(22)} 0.0.0.0:*     users:(("redis-server",pid=${pid}))\n`,
      );
    }
  }
  return ok('State  Recv-Q Send-Q Local Address:Port     Peer Address:Port Process\n' + rows.join(''));
}

/** The same as netstat shows it. */
async function netstat(world: ShellWorld): Promise<ExecResult> {
  const rows: string[] = [];
  for (const { ip, port, state, pid, clusterEnabled } of await world.servers()) {
    if (state === 'down') continue;
    for (const open of clusterEnabled ? [port, port + 10_000] : [port]) {
      const local = `${ip}:${open}`.padEnd(23);
      rows.push(`tcp        0      0 ${local} 0.0.0.0:*               LISTEN      ${pid}/redis-server\n`);
    }
  }
  const head =
    'Active Internet connections (only servers)\n' +
    'Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\n';
  return ok(head + rows.join(''));
}

/** What `time` says of a command that began at those microseconds of the world; nothing here uses a processor. */
async function elapsed(world: ShellWorld, since: number): Promise<ExecResult> {
  const seconds = Math.max(0, (await world.uptimeMs()) * 1000 - since) / 1e6;
  const shown = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
  return { stdout: '', stderr: `\nreal\t${shown}\nuser\t0m0.000s\nsys\t0m0.000s\n`, exitCode: 0 };
}

/** What `select` shows and asks; the list again after an empty line. */
async function choose(world: ShellWorld, [before = '', ...words]: string[]): Promise<ExecResult> {
  if (before === '') await world.print(words.map((word, at) => `${at + 1}) ${word}\n`).join(''));
  return program(world, ['ask', '#? '], '');
}

/** paste as just-bash has it, with options in one word apart (-sd+), and with what it is given to read. */
const paste: Execute = (args, _stdin, { origCommand }) => {
  if (!origCommand) return Promise.resolve(fail('paste: not here'));
  const words: string[] = [];
  let isLast = false;
  let hasFile = false;
  for (const word of args) {
    const found: RegExpExecArray | null = isLast ? null : /^-(s?)d(.*)$/.exec(word);
    const serial: string | undefined = found?.[1];
    const separators: string = found?.[2] ?? '';
    hasFile ||= !isLast && (word === '-' || !word.startsWith('-'));
    isLast = serial !== undefined && separators === '';
    if (serial === undefined) words.push(word);
    else words.push(...(serial ? ['-s'] : []), '-d', ...(separators === '' ? [] : [separators]));
  }
  return origCommand(hasFile ? words : [...words, '-']);
};

function runBc(args: string[], stdin: string): ExecResult {
  const unknown = args.find((word) => word !== '-l' && word !== '-q');
  if (unknown !== undefined) return fail(`bc: ${unknown}: no such option or file`);
  try {
    return ok(bc(stdin, args.includes('-l') ? 20 : 0));
  } catch (error) {
    if (error instanceof BcError) return fail(error.message);
    throw error;
  }
}
