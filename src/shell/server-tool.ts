/* redis-server: starts a server of the world. Its configuration is the file and the options behind it, as
 * redis-server joins them: `--name value ...` is a line of the file. In the foreground its log is shown
 * until Ctrl-C, which ends it; with `&` or `daemonize yes` the shell goes on. */

import { utf8Encode } from '#base/bytes.ts';
import { lastSetting, readCommandLine } from '#redis/command-line.ts';
import { fail, ok, type Execute, type Surroundings } from './command.ts';
import type { ShellWorld } from './world.ts';

const MOST_SERVERS = 200;
const DEFAULT_PORT = 6379;
const LOOK_EVERY_MS = 500;

export const redisServer =
  (world: ShellWorld): Execute =>
  async (given, stdin, around) => {
    const background = given.at(-1) === '&';
    const args = background ? given.slice(0, -1) : given;
    if (args[0] === '-v' || args[0] === '--version') return ok('Redis server v=7.0.15\n');
    const text = await configText(args, stdin, around);
    if (text === null)
      return fail(`Fatal error, can't open config file '${args[0]}': No such file or directory`);
    const port = Number(lastSetting(text, 'port') ?? DEFAULT_PORT);
    if (!Number.isInteger(port) || port < 1 || port > 55_535)
      return fail(
        `*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nport ${lastSetting(text, 'port')}: a port is a number from 1 to 55535`,
      );
    const servers = await world.servers();
    const known = servers.find((server) => server.port === port);
    if (known !== undefined && known.state !== 'down')
      return fail(`Could not create server TCP listening socket *:${port}: bind: Address already in use`);
    if (known === undefined && servers.length >= MOST_SERVERS)
      return fail('redis-server: Cannot allocate memory');
    const logged = known ? (await world.files(known.name)).log.length : 0;
    await world.launch(port, text);
    const daemon = background || lastSetting(text, 'daemonize') === 'yes';
    return daemon ? started(world, String(port), logged) : follow(world, String(port), logged);
  };

/** The text of the configuration, or null when there is no such file. */
async function configText(
  args: readonly string[],
  stdin: string,
  around: Surroundings,
): Promise<string | null> {
  const line = readCommandLine(args.map(utf8Encode));
  const parts: string[] = [];
  if (line.file !== null) {
    try {
      parts.push(await around.fs.readFile(around.fs.resolvePath(around.cwd, args[0] as string)));
    } catch {
      return null;
    }
  }
  if (line.stdin) parts.push(stdin);
  return [...parts, line.lines].join('\n') + '\n';
}

/** A server that fails at once says why. */
async function started(world: ShellWorld, name: string, logged: number): ReturnType<Execute> {
  const server = (await world.servers()).find((one) => one.name === name);
  if (server !== undefined && server.state !== 'down') return ok('');
  const { log } = await world.files(name);
  return fail(log.slice(logged).join('\n'));
}

async function follow(world: ShellWorld, name: string, logged: number): ReturnType<Execute> {
  let shown = logged;
  for (;;) {
    const { log } = await world.files(name);
    await world.print(
      log
        .slice(shown)
        .map((line) => line + '\n')
        .join(''),
    );
    shown = log.length;
    const server = (await world.servers()).find((one) => one.name === name);
    if (server === undefined || server.state === 'down') return { stdout: '', stderr: '', exitCode: 1 };
    if (await world.pass(LOOK_EVERY_MS)) continue;
    // Ctrl-C reaches the server as well.
    await world.stop(server);
    return { stdout: '', stderr: '', exitCode: 130 };
  }
}
