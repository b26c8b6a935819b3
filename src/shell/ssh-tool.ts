/* ssh: all servers stand on this machine, under their names or addresses as hosts. With a command it runs
 * there; alone on its line it is a shell there, which the console opens (console-shell.ts). */

import { fail, type Execute, type Surroundings } from './command.ts';
import type { ShellWorld } from './world.ts';

/** Names of the machine itself. */
const HERE: readonly string[] = ['localhost', '127.0.0.1', 'redis'];

/** A machine that one can go to. */
export interface Host {
  name: string;
  /** Where one stands there; null for where one stood. */
  folder: string | null;
}

/** The words of a command line without ssh's own options: where to go, and what to do there. */
export function sshWords(args: readonly string[]): { host: string; command: string[] } {
  const words = [...args];
  while (words[0]?.startsWith('-')) words.splice(0, /^-[opiFlJ]$/.test(words[0]) ? 2 : 1);
  const host = (words.shift() ?? '').replace(/^[^@]*@/, '');
  return { host, command: words };
}

/** The machine of that name or address; null when there is none. */
export async function findHost(world: ShellWorld, name: string): Promise<Host | null> {
  const servers = await world.servers();
  const server =
    servers.find((one) => one.name === name) ??
    (HERE.includes(name) ? undefined : servers.find(({ ip }) => ip === name));
  if (server) return { name: server.name, folder: `/var/lib/redis/${server.name}` };
  return HERE.includes(name) ? { name: 'redis', folder: null } : null;
}

/** What ssh says when there is no such machine. */
export function noSuchHost(name: string): string {
  return `ssh: Could not resolve hostname ${name}: Name or service not known`;
}

/** ssh [options] [user@]HOST [COMMAND ...]; without a command, what is piped in. */
export async function ssh(
  world: ShellWorld,
  args: readonly string[],
  stdin: string,
  around: Surroundings,
): ReturnType<Execute> {
  const { host, command } = sshWords(args);
  const found = await findHost(world, host);
  if (found === null) return fail(noSuchHost(host), 255);
  const text = command.length > 0 ? command.join(' ') : stdin;
  if (text === '' || !around.exec)
    return fail('Pseudo-terminal will not be allocated because stdin is not a terminal.', 255);
  return around.exec(`HOSTNAME=${found.name}\n${text}`, { cwd: found.folder ?? around.cwd });
}
