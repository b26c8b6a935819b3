/* What an operator's script says around its commands: programs that only run another (nohup, nice, sudo ...),
 * that find processes by name (pgrep, pkill, pidof, killall), and that tell what machine this is. */

import { fail, ok, quoted, type Execute, type Surroundings } from './command.ts';
import type { Jobs } from './jobs.ts';
import type { ShellServer, ShellWorld } from './world.ts';

/** Programs that run another one, and their options that take a word. Whatever else they would do to it
 *  (priorities, buffers, rights) makes no difference here. */
const RUNNERS: Readonly<Record<string, RegExp>> = {
  nohup: /^$/,
  setsid: /^$/,
  nice: /^-n$/,
  ionice: /^-[cn]$/,
  stdbuf: /^-[ioe]$/,
  taskset: /^-c$/,
  chrt: /^$/,
  sudo: /^-[ug]$/,
};

export function machineTools(world: ShellWorld, jobs: Jobs): Record<string, Execute> {
  const runners = Object.entries(RUNNERS).map(([name, takesWord]): [string, Execute] => [
    name,
    (args, _stdin, around) => runOther(name, takesWord, args, around),
  ]);
  return {
    ...Object.fromEntries(runners),
    xargs: (args, _stdin, around) => xargs(args, around),
    pgrep: (args) => pgrep(world, jobs, args),
    pidof: (args) => pidof(world, args),
    pkill: (args, _stdin, around) => pkill(world, jobs, args, around),
    killall: (args, _stdin, around) => pkill(world, jobs, args, around),
    hostname: (_args, _stdin, { env }) => Promise.resolve(ok(`${env?.get('HOSTNAME') ?? 'redis'}\n`)),
    whoami: () => Promise.resolve(ok('root\n')),
    id: (args) => Promise.resolve(ok(args[0] === '-u' ? '0\n' : 'uid=0(root) gid=0(root) groups=0(root)\n')),
    realpath: (args, _stdin, around) => runOther('realpath', /^$/, ['readlink', '-f', ...args], around),
    tput: (args, _stdin, { env }) => Promise.resolve(tput(args, env)),
    umask: () => Promise.resolve(ok('0022\n')),
    ulimit: (args) => Promise.resolve(ulimit(args)),
    uname: (args) => Promise.resolve(uname(args)),
    uptime: () => uptime(world),
    ls: (args, _stdin, around) => ls(args, around),
  };
}

/** NAME [options] COMMAND ...: the command is what counts. */
async function runOther(
  name: string,
  takesWord: RegExp,
  args: readonly string[],
  around: Surroundings,
): ReturnType<Execute> {
  const words = [...args];
  while (words[0]?.startsWith('-')) words.splice(0, takesWord.test(words[0]) ? 2 : 1);
  if (name === 'taskset' && args[0] !== '-c') words.shift();
  if (words.length === 0 || !around.exec) return fail(`${name}: missing operand`, 125);
  return around.exec(quoted(words), { cwd: around.cwd });
}

/** xargs as bash has it, which wants its options apart from their words. -P would run several at a time, and
 *  here they run one after the other. */
async function xargs(args: readonly string[], around: Surroundings): ReturnType<Execute> {
  const options: string[] = [];
  let at = 0;
  for (; args[at]?.startsWith('-'); at++) {
    const [, letter = '', given = ''] = /^-([IndLsEP])(.*)$/.exec(args[at] as string) ?? [];
    if (letter === '') options.push(args[at] as string);
    else {
      const word = given === '' ? (args[++at] ?? '') : given;
      if (letter !== 'P') options.push(`-${letter}`, word);
    }
  }
  if (!around.origCommand) return fail('xargs: not here');
  return around.origCommand([...options, ...args.slice(at)]);
}

interface Found {
  pid: number;
  command: string;
}

/** Processes whose command line, or name, matches. */
async function matching(world: ShellWorld, jobs: Jobs, pattern: string): Promise<Found[]> {
  const servers = (await world.servers()).filter(({ state }) => state !== 'down').map(asFound);
  const found = [...servers, ...jobs.alive().map(({ pid, work }) => ({ pid, command: work.text }))];
  let expression: RegExp;
  try {
    expression = new RegExp(pattern);
  } catch {
    return [];
  }
  return found.filter(({ command }) => expression.test(command));
}

function asFound({ pid, ip, port, clusterEnabled }: ShellServer): Found {
  return { pid, command: `redis-server ${ip}:${port}${clusterEnabled ? ' [cluster]' : ''}` };
}

/** pgrep [-f] [-a | -l] [-c] PATTERN */
async function pgrep(world: ShellWorld, jobs: Jobs, args: readonly string[]): ReturnType<Execute> {
  const options = args.filter((word) => word.startsWith('-')).join('');
  const pattern = args.find((word) => !word.startsWith('-'));
  if (pattern === undefined) return fail('pgrep: no matching criteria specified', 2);
  const found = await matching(world, jobs, pattern);
  const line = ({ pid, command }: Found): string =>
    options.includes('a')
      ? `${pid} ${command}\n`
      : options.includes('l')
        ? `${pid} ${nameOf(command)}\n`
        : `${pid}\n`;
  const stdout = options.includes('c') ? `${found.length}\n` : found.map(line).join('');
  return { stdout, stderr: '', exitCode: found.length > 0 ? 0 : 1 };
}

function nameOf(command: string): string {
  return command.split(' ')[0] ?? '';
}

async function pidof(world: ShellWorld, [name = '']: readonly string[]): ReturnType<Execute> {
  const running = (await world.servers()).filter(({ state }) => state !== 'down');
  const pids = name.endsWith('redis-server') ? running.map(({ pid }) => pid).reverse() : [];
  return {
    stdout: pids.length > 0 ? `${pids.join(' ')}\n` : '',
    stderr: '',
    exitCode: pids.length > 0 ? 0 : 1,
  };
}

/** pkill [-SIGNAL] [-f] PATTERN: `kill` for all that match. */
async function pkill(
  world: ShellWorld,
  jobs: Jobs,
  args: readonly string[],
  around: Surroundings,
): ReturnType<Execute> {
  const signal = args.find((word) => /^-(?:\d+|[A-Z]+)$/.test(word));
  const pattern = args.find((word) => !word.startsWith('-'));
  if (pattern === undefined || !around.exec) return fail('pkill: no matching criteria specified', 2);
  const found = await matching(world, jobs, pattern);
  if (found.length === 0) return { stdout: '', stderr: '', exitCode: 1 };
  const words = ['kill', ...(signal === undefined ? [] : [signal]), ...found.map(({ pid }) => String(pid))];
  return around.exec(quoted(words), { cwd: around.cwd });
}

/** The console shows what would steer a terminal as text, so that nothing is told but its size. */
function tput(args: readonly string[], env: Surroundings['env']): ReturnType<typeof ok> {
  const [name = ''] = args.filter((word) => !word.startsWith('-'));
  const sizes: Readonly<Record<string, string>> = {
    cols: env?.get('COLUMNS') ?? '80',
    lines: env?.get('LINES') ?? '24',
  };
  return ok(name in sizes ? `${sizes[name]}\n` : '');
}

/** Nothing is limited here; setting a limit changes nothing. */
function ulimit(args: readonly string[]): ReturnType<typeof ok> {
  const sets = args.some((word) => /^\d+$|^unlimited$/.test(word));
  return ok(sets ? '' : 'unlimited\n');
}

function uname(args: readonly string[]): ReturnType<typeof ok> {
  const parts: Readonly<Record<string, string>> = { s: 'Linux', n: 'redis', r: 'simulated', m: 'x86_64' };
  const asked = args.join('').replaceAll('-', '') || 's';
  const letters = asked.includes('a') ? 'snrm' : asked;
  return ok([...letters].map((letter) => parts[letter] ?? 'unknown').join(' ') + '\n');
}

/** Since the world began. */
async function uptime(world: ShellWorld): ReturnType<Execute> {
  const minutes = Math.floor((await world.uptimeMs()) / 60_000);
  const clock = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  return ok(` up ${minutes < 60 ? `${minutes} min` : clock},  1 user\n`);
}

const LONG = /^([-dlrwx]{10} +\d+) \S+ \S+( +\S+) (\w{3} [ \d]\d [ \d:]{5}) (.*)$/;

/** ls as bash has it, for whom all files belong to somebody called user, and are as old as they look from the
 *  computer's today and not from the world's. */
async function ls(args: string[], around: Surroundings): ReturnType<Execute> {
  if (!around.origCommand) return fail('ls: not here');
  const plain = await around.origCommand(args);
  // Only what begins another folder stands behind an empty line.
  const stdout = plain.stdout.replace(/\n\n(?![^\n]*:\n)/g, '\n');
  const stderr = plain.stderr.replace(/^ls: (.*): No such/gm, "ls: cannot access '$1': No such");
  const result = { ...plain, stdout, stderr, exitCode: plain.exitCode === 0 ? 0 : 2 };
  if (!args.some((word) => /^-\w*l/.test(word))) return result;
  const paths = args.filter((word) => !word.startsWith('-'));
  let folder = paths.length === 1 ? (paths[0] as string) : '.';
  const lines: string[] = [];
  for (const line of result.stdout.split('\n')) {
    if (line.endsWith(':')) folder = line.slice(0, -1);
    const [, rights, size, , name = ''] = LONG.exec(line) ?? [];
    const at = name === '' ? null : await dateOf(around, folder, name.replace(/ -> .*|[/*@]$/, ''));
    lines.push(at === null ? line : `${rights} root root${size} ${at} ${name}`);
  }
  return { ...result, stdout: lines.join('\n') };
}

/** When a file was written, as ls shows it; null when there is none. */
async function dateOf({ fs, cwd }: Surroundings, folder: string, name: string): Promise<string | null> {
  for (const path of [fs.resolvePath(fs.resolvePath(cwd, folder), name), fs.resolvePath(cwd, name)]) {
    if (!(await fs.exists(path))) continue;
    const { mtime } = await fs.stat(path);
    const [, day = '', month, time] = /, (\d\d) (\w{3}) \d+ (\d\d:\d\d)/.exec(mtime.toUTCString()) ?? [];
    return `${month} ${String(Number(day)).padStart(2)} ${time}`;
  }
  return null;
}
