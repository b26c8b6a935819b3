/* bash and sh: scripts in files, each a shell of its own; and mktemp, which scripts begin with. */

import type { ExecResult } from 'just-bash/browser';
import { fail, ok, quoted, type Execute, type Surroundings } from './command.ts';
import type { ReadOnly } from './read-only.ts';
import type { ShellWorld } from './world.ts';

/** A script as just-bash shall run it. */
export interface Prepared {
  text: string;
  /** The file with what `trap` has asked for at the end, unless that was done already. */
  atExit: string;
  /** The functions of the script, as text. */
  functions(): string;
}

/** Makes one of a text; `atTerminal` if what it prints is to be seen at once. */
export type Prepare = (text: string, atTerminal: boolean) => Prepared;

/** The mark of a script whose output goes to the terminal, set by stream.ts. */
export const AT_TERMINAL = '--at-terminal';

/** Where output goes that shall be seen at once. */
export const CONSOLE = '/dev/console';

/** bash [-eux...] FILE ARG... | bash -c TEXT NAME ARG... | bash */
export const runScript =
  (prepare: Prepare, readOnly: ReadOnly): Execute =>
  async (given, _stdin, around) => {
    const { origCommand } = around;
    if (!origCommand) return fail('bash: not here');
    const atTerminal = given[0] === AT_TERMINAL;
    const args = atTerminal ? given.slice(1) : [...given];
    // What it has kept to the end comes before what the next command prints.
    const atOnce = async (result: ExecResult): Promise<ExecResult> => {
      if (!atTerminal || result.stdout + result.stderr === '') return result;
      await around.fs.writeFile(CONSOLE, result.stdout + result.stderr);
      return { stdout: '', stderr: '', exitCode: result.exitCode };
    };
    const settings: string[] = [];
    while (/^[-+](?!c$|-|s$)\w+$/.test(args[0] ?? '')) settings.push(`set ${args.shift()}\n`);
    const run = async (text: string, names: readonly string[]): Promise<ExecResult> => {
      const script = prepare(settings.join('') + text, atTerminal);
      return atOnce(await readOnly.apart(() => runPrepared(script, names, around)));
    };
    const [first, ...rest] = args;
    if (first === undefined || first === '-s' || first.startsWith('--')) return origCommand(args);
    if (first === '-c') {
      const [text = '', ...names] = rest;
      return run(text, names);
    }
    let text: string;
    try {
      text = await around.fs.readFile(around.fs.resolvePath(around.cwd, first));
    } catch {
      return fail(`bash: ${first}: No such file or directory`, 127);
    }
    return run(text, [first, ...rest]);
  };

/** Variables that are bash's own. */
const OWN = /^(?:\W|\d+|_|BASH\w*|SHELLOPTS|IFS|PWD|OLDPWD|OPTIND|PPID|E?UID|__\w*)$|\W/;

/** Runs a script. One that `set -e` ends does not come to its end, where it would do what `trap` asked for: then that
 *  is done behind it, with the variables that it has left. */
async function runPrepared(
  { text, atExit, functions }: Prepared,
  names: readonly string[],
  { origCommand, fs }: Surroundings,
): Promise<ExecResult> {
  if (!origCommand) return fail('bash: not here');
  const result = await origCommand(['-c', text, ...names]);
  if (!(await fs.exists(atExit))) return result;
  const action = await fs.readFile(atExit);
  await fs.rm(atExit, { force: true });
  const { env = {} } = result as { env?: Readonly<Record<string, string>> };
  const variables = Object.entries(env)
    .filter(([name]) => !OWN.test(name))
    .map(([name, value]) => `${name}=${quoted([value])}\n`);
  const end = `${functions()}\n${variables.join('')}(command exit ${result.exitCode})\n${action}\n`;
  const { stdout, stderr } = await origCommand(['-c', end, ...names]);
  const { exitCode } = result;
  return { stdout: result.stdout + stdout, stderr: result.stderr + stderr, exitCode };
}

/** mktemp [-d] [-t] [TEMPLATE] */
export const makeTemporary =
  (world: ShellWorld): Execute =>
  async (args, _stdin, around) => {
    const template = args.find((word) => !word.startsWith('-')) ?? '/tmp/tmp.XXXXXXXXXX';
    const stamp = Math.floor((await world.uptimeMs()) * 1000);
    for (let tried = 0; tried < 1000; tried++) {
      const mark = (stamp * 1000 + tried).toString(36).padStart(10, '0');
      const path = template.replace(/X{3,}$/, (marks) => mark.slice(-marks.length));
      const full = around.fs.resolvePath(around.cwd, path);
      if (await around.fs.exists(full)) continue;
      if (args.includes('-d')) await around.fs.mkdir(full, { recursive: true });
      else await around.fs.writeFile(full, '');
      return ok(`${path}\n`);
    }
    return fail(`mktemp: failed to create file via template '${template}': File exists`);
  };
