/* Looking at the machine and waiting: free, top, watch, timeout, tail -f, ssh, yes. */

import { fail, ok, quoted, type Execute, type Surroundings } from './command.ts';
import { ssh } from './ssh-tool.ts';
import type { ShellWorld } from './world.ts';

/** Memory of the machine, as INFO says (total_system_memory). */
const MACHINE_BYTES = 8 * 1024 ** 3;
/** What `yes` writes before it is cut off: it would write for ever. */
const YES_BYTES = 1 << 20;
const LOOK_EVERY_MS = 500;

export function watchTools(world: ShellWorld): Record<string, Execute> {
  return {
    free: (args) => free(world, args),
    top: () => top(world),
    watch: (args, _stdin, around) => watch(world, args, around),
    timeout: (args, _stdin, around) => timeout(world, args, around),
    tail: (args, _stdin, around) => tail(world, args, around),
    ssh: (args, stdin, around) => ssh(world, args, stdin, around),
    yes: (args) => Promise.resolve(yes(args)),
  };
}

/** What servers use; everything else on the machine is free. */
async function free(world: ShellWorld, args: string[]): ReturnType<Execute> {
  const unit = args.includes('-b') ? 1 : args.includes('-m') ? 1 << 20 : args.includes('-g') ? 1 << 30 : 1024;
  const usedBytes = (await world.servers()).reduce((sum, { usedMemory }) => sum + usedMemory, 0);
  const show = (bytes: number): string =>
    args.includes('-h') ? human(bytes).padStart(12) : String(Math.floor(bytes / unit)).padStart(12);
  const left = MACHINE_BYTES - usedBytes;
  const head = '               total        used        free      shared  buff/cache   available\n';
  const row = [MACHINE_BYTES, usedBytes, left, 0, 0, left].map(show).join('');
  return ok(`${head}Mem:    ${row}\nSwap:   ${[0, 0, 0].map(show).join('')}\n`);
}

function human(bytes: number): string {
  const units = ['B', 'Ki', 'Mi', 'Gi', 'Ti'];
  let at = 0;
  let value = bytes;
  for (; value >= 1024 && at < units.length - 1; at++) value /= 1024;
  return `${value >= 10 || at === 0 ? Math.round(value) : value.toFixed(1)}${units[at]}`;
}

/** One picture, as of `top -b -n 1`. */
async function top(world: ShellWorld): ReturnType<Execute> {
  const seconds = Math.floor((await world.uptimeMs()) / 1000);
  const servers = (await world.servers()).filter(({ state }) => state !== 'down');
  const stopped = servers.filter(({ state }) => state === 'paused').length;
  const rows = [...servers]
    .sort((a, b) => b.usedMemory - a.usedMemory)
    .map(({ pid, state, usedMemory, opsPerSecond, port }) => {
      const kib = String(Math.floor(usedMemory / 1024)).padStart(8);
      const ops = String(Math.round(opsPerSecond)).padStart(7);
      return `${String(pid).padStart(7)} root ${kib} ${state === 'paused' ? 'T' : 'S'} ${ops} redis-server *:${port}\n`;
    });
  return ok(
    `top - up ${seconds} s\nTasks: ${servers.length} total, ${servers.length - stopped} sleeping, ${stopped} stopped\n\n` +
      `    PID USER      RES S   OPS/S COMMAND\n${rows.join('')}`,
  );
}

/** watch [-n SECONDS] COMMAND...: until Ctrl-C. */
async function watch(world: ShellWorld, args: string[], around: Surroundings): ReturnType<Execute> {
  const words = [...args];
  let seconds = 2;
  while (words[0]?.startsWith('-')) {
    const option = words.shift() as string;
    if (option === '-n') seconds = Number(words.shift());
    else if (/^-n\d/.test(option)) seconds = Number(option.slice(2));
    else if (option !== '-d' && option !== '-t') return fail(`watch: unknown option ${option}`);
  }
  if (words.length === 0 || !(seconds >= 0.1) || !around.exec)
    return fail('usage: watch [-n seconds] command');
  for (;;) {
    const { stdout, stderr } = await around.exec(words.join(' '), { cwd: around.cwd });
    await world.print(`Every ${seconds.toFixed(1)}s: ${words.join(' ')}\n\n${stdout}${stderr}`);
    if (around.signal?.aborted || !(await world.pass(seconds * 1000)))
      return { stdout: '', stderr: '', exitCode: 130 };
  }
}

/** timeout SECONDS COMMAND...: in the time of the world. */
async function timeout(world: ShellWorld, args: string[], around: Surroundings): ReturnType<Execute> {
  const words = [...args];
  while (/^-(?:[sk]|-signal|-kill-after)$/.test(words[0] ?? '')) words.splice(0, 2);
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(words.shift() ?? '');
  if (found === null || words.length === 0 || !around.exec)
    return fail('usage: timeout DURATION COMMAND [ARG]...', 125);
  const units: Readonly<Record<string, number>> = {
    '': 1000,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  };
  const ms = Number(found[1]) * (units[found[2] ?? ''] ?? 1000);
  const { exec } = around;
  const { result, late } = await world.withDeadline(ms, () => exec(quoted(words), { cwd: around.cwd }));
  return late ? { ...result, exitCode: 124 } : result;
}

/** tail as bash has it, and -f, which goes on until Ctrl-C. */
async function tail(world: ShellWorld, args: string[], around: Surroundings): ReturnType<Execute> {
  const rest = args.filter((word) => !/^-[fF]$|^--follow$/.test(word));
  if (!around.origCommand) return fail('tail: not here');
  const file = rest.at(-1);
  const begun = await around.origCommand(rest);
  if (rest.length === args.length || begun.exitCode !== 0 || file === undefined) return begun;
  await world.print(begun.stdout);
  const path = around.fs.resolvePath(around.cwd, file);
  let seen = (await around.fs.readFile(path)).length;
  while (!around.signal?.aborted && (await world.pass(LOOK_EVERY_MS))) {
    const text = await around.fs.readFile(path);
    await world.print(text.slice(Math.min(seen, text.length)));
    seen = text.length;
  }
  return { stdout: '', stderr: '', exitCode: 130 };
}

function yes(args: string[]): ReturnType<typeof ok> {
  const line = (args.length > 0 ? args.join(' ') : 'y') + '\n';
  return ok(line.repeat(Math.max(1, Math.min(50_000, Math.floor(YES_BYTES / line.length)))));
}
