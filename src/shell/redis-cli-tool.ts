/* redis-cli in a shell: a program of the world, whose files are those of the shell. What it shall read is laid
 * on the disk of its console first, what it wrote there is fetched when it has ended. */

import { utf8Encode } from '#base/bytes.ts';
import type { Execute, Surroundings } from './command.ts';
import { program } from './commands.ts';
import { AT_TERMINAL } from './script-tool.ts';
import type { ShellWorld } from './world.ts';

export const redisCli =
  (world: ShellWorld): Execute =>
  async (given, stdin, around) => {
    const args = given[0] === AT_TERMINAL ? given.slice(1) : given;
    const atTerminal = args !== given && !args.some((word) => READS_INPUT.has(word));
    const writes = WRITES.test(args.join(' '));
    const files = writes ? await foldersToWrite(args, around) : await filesToRead(args, around);
    const argv = ['redis-cli', ...args];
    const result = atTerminal
      ? await world.runAtTerminal(argv, files)
      : await program(world, argv, stdin, files);
    if (writes) await fetchFiles(world, around);
    return result;
  };

/** Options with which it reads what is piped in. */
const READS_INPUT: ReadonlySet<string> = new Set(['-x', '-X', '--pipe']);

/** Whether a command line reads or writes files: then it is the shell's business, be it alone on its line. */
export function usesFiles(line: string): boolean {
  return WRITES.test(line) || line.includes('--eval');
}

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

/** The folders among the words, and those of the files among them: redis-cli makes none. */
async function foldersToWrite(
  args: readonly string[],
  { fs, cwd }: Surroundings,
): Promise<Record<string, string>> {
  const folders: Record<string, string> = {};
  for (const folder of args.flatMap((word) => [word.replace(/\/?$/, '/'), word.replace(/[^/]*$/, '')])) {
    const path = fs.resolvePath(cwd, folder);
    if (folder !== '' && (await fs.exists(path)) && (await fs.stat(path)).isDirectory) folders[folder] = '';
  }
  return folders;
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
