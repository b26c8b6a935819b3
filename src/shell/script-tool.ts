/* bash and sh: scripts in files, each a shell of its own; and mktemp, which scripts begin with. */

import { fail, ok, type Execute } from './command.ts';
import type { ShellWorld } from './world.ts';

/** Makes of a script what just-bash shall run; `atTerminal` if what it prints is to be seen at once. */
export type Prepare = (text: string, atTerminal: boolean) => string;

/** The mark of a script whose output goes to the terminal, set by stream.ts. */
export const AT_TERMINAL = '--at-terminal';

/** bash [-eux...] FILE ARG... | bash -c TEXT NAME ARG... | bash */
export const runScript =
  (prepare: Prepare): Execute =>
  async (given, _stdin, around) => {
    const { origCommand } = around;
    if (!origCommand) return fail('bash: not here');
    const atTerminal = given[0] === AT_TERMINAL;
    const args = atTerminal ? given.slice(1) : [...given];
    const settings: string[] = [];
    while (/^[-+](?!c$|-|s$)\w+$/.test(args[0] ?? '')) settings.push(`set ${args.shift()}\n`);
    const [first, ...rest] = args;
    if (first === undefined || first === '-s' || first.startsWith('--')) return origCommand(args);
    if (first === '-c') {
      const [text = '', ...names] = rest;
      return origCommand(['-c', prepare(settings.join('') + text, atTerminal), ...names]);
    }
    let text: string;
    try {
      text = await around.fs.readFile(around.fs.resolvePath(around.cwd, first));
    } catch {
      return fail(`bash: ${first}: No such file or directory`, 127);
    }
    return origCommand(['-c', prepare(settings.join('') + text, atTerminal), first, ...rest]);
  };

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
