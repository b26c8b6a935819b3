/* The file system of the shell: files of its own in memory, and in it what is elsewhere.
 *
 *   /dev/console               shows text on the terminal at once
 *   /dev/breath                is looked for by loops (breath.ts)
 *   /dev/urandom               gives as much by chance as anybody wants
 *   /dev/tcp/HOST/PORT         bash's own: writing succeeds when somebody accepts the connection
 *   /var/lib/redis/PORT/...    the disk of the server on that port, as it is now; read only
 *   /var/log/redis/PORT.log    its log
 *   /etc/redis/PORT.conf       its configuration file, if it was started with one */

import type { IFileSystem } from 'just-bash/browser';
import { Breath, BREATH } from './breath.ts';
import { Lots } from './chance-tools.ts';
import { CONSOLE } from './script-tool.ts';
import type { ShellWorld } from './world.ts';

/** Members of a file system that look at a path. */
const LOOKS: readonly string[] = [
  'readFile',
  'readFileBytes',
  'readFileBuffer',
  'exists',
  'stat',
  'lstat',
  'readdir',
  'readdirWithFileTypes',
  'realpath',
];

/** What is read from a connection: nothing came. */
const NOTHING = '/.shell/nothing';
/** What /dev/urandom gives to who reads all of it, which would have no end. */
const RANDOM = '/.shell/random';
const RANDOM_BYTES = 1 << 14;
const TCP = /^\/dev\/tcp\/([^/]+)\/(\d+)$/;
const DATA = '/var/lib/redis';
const LOGS = '/var/log/redis';

/** `files` with the world's in it. */
export function worldFiles(files: IFileSystem, world: ShellWorld): IFileSystem {
  const mirror = new Mirror(files, world);
  const breath = new Breath();
  const lots = new Lots(world);
  return new Proxy(files, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]): unknown =>
        (member as (...args: unknown[]) => unknown).apply(target, args);
      if (name === 'writeFile' || name === 'appendFile') {
        return async (path: string, content: unknown, ...rest: unknown[]): Promise<unknown> => {
          if (path === CONSOLE) return world.print(withoutAdvice(textOf(content)));
          if (isServers(path)) throw new Error(`EACCES: permission denied, open '${path}'`);
          if (await connects(world, path)) return undefined;
          const done = await call(path, content, ...rest);
          await stamp(target, path, world);
          return done;
        };
      }
      // Files are as old as the world says; touch would have them as old as this computer does.
      if (name === 'utimes') return (path: string): Promise<void> => stamp(target, path, world);
      if (!LOOKS.includes(name as string)) return call;
      return async (path: unknown, ...rest: unknown[]) => {
        if (path === BREATH) return breath.take();
        if (path === '/dev/urandom' || path === '/dev/random') {
          await target.writeFile(
            RANDOM,
            Uint8Array.from(lots.bytes(RANDOM_BYTES), (char) => char.charCodeAt(0)),
          );
          return call(RANDOM, ...rest);
        }
        // What gives zeros without an end is not here.
        if (path === '/dev/zero') return call('/dev/nothing', ...rest);
        // Reading begins with a look whether the file is there: that is the connection.
        if (typeof path === 'string' && TCP.test(path)) {
          if (name !== 'exists' && name !== 'stat') await connects(world, path);
          return call(NOTHING, ...rest);
        }
        if (typeof path === 'string') await mirror.look(path);
        return call(path, ...rest);
      };
    },
  });
}

function isServers(path: string): boolean {
  return [DATA, LOGS].some((folder) => path === folder || path.startsWith(folder + '/'));
}

/** Copies of the servers' files, made when somebody looks. */
class Mirror {
  private readonly files: IFileSystem;
  private readonly world: ShellWorld;
  private copied: string[] = [];

  constructor(files: IFileSystem, world: ShellWorld) {
    this.files = files;
    this.world = world;
  }

  /** Brings up to date what servers have at a path. */
  async look(path: string): Promise<void> {
    const within = (folder: string | null): boolean =>
      folder !== null && (path === folder || path.startsWith(folder + '/'));
    for (const { server, dir, log } of this.world.places()) {
      if (within(dir) || path === log) await this.copy(server, dir ?? `${DATA}/${server}`, log);
    }
    if (!isServers(path)) return;
    const servers = await this.world.servers();
    const port = /\/(\d+)(?=\/|\.log$|$)/.exec(path)?.[1];
    for (const { name } of servers) {
      if (port === undefined || port === name)
        await this.copy(name, `${DATA}/${name}`, `${LOGS}/${name}.log`);
    }
  }

  private async copy(name: string, folder: string, logPath: string | null): Promise<void> {
    const { files, log } = await this.world.files(name);
    const gone = this.copied.filter((path) => path.startsWith(`${folder}/`));
    for (const path of gone) await this.files.rm(path, { force: true });
    this.copied = this.copied.filter((path) => !gone.includes(path));
    await this.files.mkdir(folder, { recursive: true });
    for (const [path, data] of Object.entries(files)) {
      if (path.startsWith('/')) continue;
      const place = `${folder}/${path}`;
      const bytes = Uint8Array.from(data, (char) => char.charCodeAt(0));
      await this.put(place, bytes);
      this.copied.push(place);
    }
    if (logPath !== null) await this.put(logPath, log.map((line) => line + '\n').join(''));
  }

  private async put(path: string, content: string | Uint8Array): Promise<void> {
    await this.files.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
    await this.files.writeFile(path, content);
    await stamp(this.files, path, this.world);
  }
}

/** The file was written at the time that the world has. */
async function stamp(files: IFileSystem, path: string, { seenMs }: ShellWorld): Promise<void> {
  const now = new Date(seenMs);
  await files.utimes(path, now, now);
}

/** What just-bash tells of a limit, without what nobody here can do about it. */
export function withoutAdvice(text: string): string {
  return text.replace(/, increase executionLimits\.\w+/g, '');
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content as Uint8Array);
}

async function connects(world: ShellWorld, path: string): Promise<boolean> {
  const found = TCP.exec(path);
  if (found === null) return false;
  const { exitCode } = await world.run(['nc', '-z', '-w', '1', found[1] as string, found[2] as string], '');
  if (exitCode !== 0) throw new Error(`connect: Connection refused: ${path}`);
  return true;
}
