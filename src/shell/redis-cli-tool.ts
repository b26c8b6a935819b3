/* redis-cli in a shell: a program of the world, whose files are those of the shell. What it shall read is laid
 * on the disk of its console first, what it wrote there is fetched when it has ended. */

import { utf8Encode } from '#base/bytes.ts';
import type { Execute, Surroundings } from './command.ts';
import { program } from './commands.ts';
import type { ShellWorld } from './world.ts';

export const redisCli =
  (world: ShellWorld): Execute =>
  async (args, stdin, around) => {
    const result = await program(world, ['redis-cli', ...args], stdin, await filesToRead(args, around));
    if (WRITES.test(args.join(' '))) await fetchFiles(world, around);
    return result;
  };

/** Command lines that write files. */
const WRITES = /(^| )(--rdb|--functions-rdb|--cluster backup)( |$)/;

async function filesToRead(args: readonly string[], around: Surroundings): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const path = args[args.indexOf('--eval') + 1];
  if (args.includes('--eval') && path !== undefined) {
    try {
      files[path] = utf8Encode(await around.fs.readFile(around.fs.resolvePath(around.cwd, path)));
    } catch {
      // redis-cli says itself that it cannot be opened.
    }
  }
  return files;
}

async function fetchFiles(world: ShellWorld, around: Surroundings): Promise<void> {
  for (const [path, data] of Object.entries(await world.written())) {
    const full = around.fs.resolvePath(around.cwd, path);
    await around.fs.mkdir(full.slice(0, full.lastIndexOf('/')) || '/', { recursive: true });
    await around.fs.writeFile(
      full,
      Uint8Array.from(data, (char) => char.charCodeAt(0)),
    );
  }
}
