/* Looking at logs, ports and sizes as on a machine with systemd: less and more, journalctl, lsof, du, nproc,
 * checksums. All of it is what the world has; nothing here changes anything. */

import { fail, ok, quoted, type Execute, type Surroundings } from './command.ts';
import type { ShellServer, ShellWorld } from './world.ts';

export function lookTools(world: ShellWorld): Record<string, Execute> {
  return {
    less: page,
    more: page,
    journalctl: (args, _stdin, around) => journalctl(world, args, around),
    lsof: (args) => lsof(world, args),
    du: (args, _stdin, around) => du(args, around),
    nproc: () => Promise.resolve(ok('1\n')),
    md5sum: checksum,
    sha1sum: checksum,
    sha256sum: checksum,
  };
}

/** As bash has it, which does not know how to be quiet. */
const checksum: Execute = async (args, _stdin, { origCommand }) => {
  if (!origCommand) return fail('checksums: not here');
  const isQuiet = (word: string): boolean => word === '--quiet' || word === '--status';
  const result = await origCommand(args.filter((word) => !isQuiet(word)));
  if (!args.some(isQuiet)) return result;
  const stdout = args.includes('--status') ? '' : result.stdout.replace(/^.*: OK\n/gm, '');
  return { ...result, stdout };
};

/** The terminal scrolls by itself: everything is shown. */
const page: Execute = async (args, stdin, around) => {
  const names = args.filter((word) => !/^[-+]/.test(word));
  if (names.length === 0) return ok(stdin);
  return around.exec ? around.exec(quoted(['cat', ...names]), { cwd: around.cwd }) : fail('less: not here');
};

/** journalctl -u redis-server@PORT [-n COUNT] [-f] [-r] [-o cat] [--no-pager]: the log of that server. */
async function journalctl(
  world: ShellWorld,
  args: readonly string[],
  around: Surroundings,
): ReturnType<Execute> {
  let unit = '';
  let count: number | null = null;
  const flags = new Set<string>();
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    const [, letter, given] = /^-([uno])(.*)$/.exec(word) ?? [];
    const value = letter === undefined ? '' : given === '' ? (args[++at] ?? '') : (given ?? '');
    if (letter === 'u') unit = value;
    else if (letter === 'n') count = Number(value);
    else if (letter === 'o') flags.add(value);
    else if (/^--unit=/.test(word)) unit = word.slice(7);
    else if (/^--lines=/.test(word)) count = Number(word.slice(8));
    else if (/^-[frxeq]+$/.test(word)) for (const flag of word.slice(1)) flags.add(flag);
    else if (word === '--follow') flags.add('f');
    else if (word !== '--no-pager') return fail(`journalctl: unrecognized option '${word}'`);
  }
  const port = /^redis-server@(\d+)(?:\.service)?$/.exec(unit)?.[1];
  const server = (await world.servers()).find((one) => String(one.port) === port);
  if (server === undefined) return ok('-- No entries --\n');
  if (count !== null && !(count >= 0)) return fail('journalctl: -n needs a number of lines');
  const path = `/var/log/redis/${server.name}.log`;
  if (flags.has('f') && around.exec)
    return around.exec(quoted(['tail', '-n', String(count ?? 10), '-f', path]), { cwd: around.cwd });
  const lines = (await around.fs.readFile(path)).split('\n').slice(0, -1);
  const shown = (count === null ? lines : lines.slice(Math.max(0, lines.length - count))).map((line) =>
    flags.has('cat') ? `${line}\n` : `${entry(line, server.pid)}\n`,
  );
  return ok((flags.has('r') ? shown.reverse() : shown).join(''));
}

/** A line of Redis' log as the journal has it: when, on which machine, which process. */
function entry(line: string, pid: number): string {
  const [, writer, day, month, time] = /^(\d+):\w (\d\d) (\w{3}) \d{4} (\d\d:\d\d:\d\d)/.exec(line) ?? [];
  if (time === undefined) return line;
  return `${month} ${day} ${time} redis redis-server[${writer ?? pid}]: ${line}`;
}

/** lsof -i [:PORT] [-t] [-n] [-P] [-sTCP:LISTEN]: who listens. */
async function lsof(world: ShellWorld, args: readonly string[]): ReturnType<Execute> {
  const where = args.map((word) => /^-\w*i(?:TCP)?(?::(\d+))?$/i.exec(word)).find((found) => found !== null);
  const port = where?.[1] ?? /^(?:TCP)?:(\d+)$/i.exec(args.at(-1) ?? '')?.[1];
  if (!where) return fail('lsof: files are not listed here; -i lists ports');
  const rows: string[] = [];
  const pids = new Set<number>();
  for (const server of (await world.servers()).filter(({ state }) => state !== 'down'))
    for (const [at, open] of portsOf(server).entries()) {
      if (port !== undefined && port !== String(open)) continue;
      pids.add(server.pid);
      rows.push(
        `redis-ser ${String(server.pid).padStart(6)} root ${String(6 + at).padStart(4)}u  IPv4  TCP ${server.ip}:${open} (LISTEN)\n`,
      );
    }
  const only = args.some((word) => /^-\w*t/.test(word) && !word.startsWith('-s'));
  const head = 'COMMAND      PID USER   FD   TYPE  NODE NAME\n';
  const stdout = only ? [...pids].map((pid) => `${pid}\n`).join('') : head + rows.join('');
  return rows.length === 0 ? { stdout: '', stderr: '', exitCode: 1 } : ok(stdout);
}

function portsOf({ port, clusterEnabled }: ShellServer): number[] {
  return clusterEnabled ? [port, port + 10_000] : [port];
}

/** du [-s] [-h | -b | -m] [-c] [PATH ...]: folders and what lies in them, in blocks of 4 KiB unless bytes are asked
 *  for. */
async function du(args: readonly string[], around: Surroundings): ReturnType<Execute> {
  const options = args.filter((word) => word.startsWith('-')).join('');
  const names = args.filter((word) => !word.startsWith('-'));
  const bytes = options.includes('b');
  const show = (size: number): string => {
    if (bytes) return String(size);
    if (options.includes('h')) return human(size);
    return String(Math.ceil(size / (options.includes('m') ? 1 << 20 : 1024)));
  };
  const lines: string[] = [];
  let whole = 0;
  let stderr = '';
  for (const name of names.length > 0 ? names : ['.']) {
    const sizes = await sizesAt(name, around, bytes);
    const [, own] = sizes.at(-1) ?? [];
    if (own === undefined) {
      stderr += `du: cannot access '${name}': No such file or directory\n`;
      continue;
    }
    whole += own;
    const told = options.includes('s') ? sizes.slice(-1) : sizes;
    lines.push(...told.map(([path, size]) => `${show(size)}\t${path}\n`));
  }
  if (options.includes('c')) lines.push(`${show(whole)}\ttotal\n`);
  return { stdout: lines.join(''), stderr, exitCode: stderr === '' ? 0 : 1 };
}

const BLOCK = 4096;

/** The folders at and below a path with what lies in each, the path itself last; nothing if it is not there. */
async function sizesAt(path: string, around: Surroundings, bytes: boolean): Promise<[string, number][]> {
  const { fs, cwd } = around;
  const full = fs.resolvePath(cwd, path);
  if (!(await fs.exists(full))) return [];
  const stat = await fs.stat(full);
  const taken = (size: number): number => (bytes ? size : Math.ceil(size / BLOCK) * BLOCK);
  if (!stat.isDirectory) return [[path, taken(stat.size)]];
  let own = BLOCK;
  const below: [string, number][] = [];
  for (const name of (await fs.readdir(full)).sort()) {
    if (name === '.keep') continue;
    const found = await sizesAt(`${path.replace(/\/$/, '')}/${name}`, around, bytes);
    own += found.at(-1)?.[1] ?? 0;
    if ((await fs.stat(`${full}/${name}`)).isDirectory) below.push(...found);
  }
  return [...below, [path, own]];
}

function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G'];
  let value = bytes;
  let at = 0;
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024;
  const shown = value < 10 && at > 0 ? (Math.ceil(value * 10) / 10).toFixed(1) : String(Math.ceil(value));
  return shown + units[at];
}
