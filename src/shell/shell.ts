/* The host shell: bash (just-bash, loaded when first used) with the world's own commands.
 *
 * The shell stands outside the world, like the person who types: bash is asynchronous and has no place in
 * a world that can be turned back. All it does to the world goes through ShellWorld and is logged there.
 *
 * just-bash runs each line in a fresh interpreter. So that variables, functions and the directory last
 * from line to line, each line is wrapped: what was declared before is declared again, and what is
 * declared at its end is written to a file that is read afterwards. */

import type { Bash } from 'just-bash/browser';
import { worldCommands } from './commands.ts';
import type { Prepare } from './script-tool.ts';
import { completions } from './completion.ts';
import { worldFiles } from './files.ts';
import { KeptFiles } from './kept-files.ts';
import { PRELUDE, repaired, TRAPS } from './repairs.ts';
import { streamed } from './stream.ts';
import type { ProgramResult, ShellWorld } from './world.ts';

const STATE_FILE = '/.shell/state';

/** Variables that belong to bash itself. */
const NOT_KEPT = /^declare (?:-\S+ )?(?:\?|_|PIPESTATUS|BASHOPTS|SHELLOPTS|OPTIND|PWD|OLDPWD|IFS|__status)=/;

/** Commands that bash has in itself, of those one types. */
const BUILTINS = 'cd declare echo eval exit export read source trap type unset wait'.split(' ');

/** Bounds on what a script may do before it is stopped. A loop that waits lives long, one that does not
 *  is stopped within a moment. */
const LIMITS = {
  maxCommandCount: 300_000,
  maxLoopIterations: 50_000,
  maxCallDepth: 100,
  maxLiveBytes: 64 << 20,
};

export interface ShellResult extends ProgramResult {
  /** The line ended the shell (`exit`). */
  exited: boolean;
}

export class Shell {
  /** The class, known once it is loaded. */
  private readonly Bash: typeof Bash;
  private readonly bash: Bash;
  private readonly world: ShellWorld;
  private readonly kept: KeptFiles;
  /** Commands that are always there. */
  private readonly names: readonly string[];
  private declared = '';
  private readonly functions = new Map<string, string>();
  private cwd = '/root';
  private running: AbortController | null = null;
  /** What `$?` says: how the last line ended. */
  status = 0;

  private constructor(
    bash: Bash,
    world: ShellWorld,
    kept: KeptFiles,
    BashClass: typeof Bash,
    names: readonly string[],
  ) {
    this.names = names;
    this.kept = kept;
    this.Bash = BashClass;
    this.bash = bash;
    this.world = world;
  }

  /** Loads bash and starts a shell. */
  static async open(world: ShellWorld): Promise<Shell> {
    const { Bash, defineCommand, getCommandNames, InMemoryFs } = await import('just-bash/browser');
    const files = {
      '/root/.keep': '',
      '/tmp/.keep': '',
      '/etc/redis/.keep': '',
      '/var/log/redis/.keep': '',
      '/var/lib/redis/.keep': '',
      [`${TRAPS}/.keep`]: '',
      [STATE_FILE]: '',
      '/.shell/nothing': '',
    };
    const prepare: Prepare = (text, atTerminal) => shell.scriptText(text, atTerminal);
    const own = worldCommands(world, defineCommand as never, prepare);
    const memory = new InMemoryFs(files);
    const bash = new Bash({
      cwd: '/root',
      env: { HOME: '/root', USER: 'root', TERM: 'xterm-256color' },
      fs: worldFiles(memory, world),
      executionLimits: LIMITS,
      sleep: async (ms) => void (await world.run(['sleep', String(ms / 1000)], '')),
      customCommands: own,
    });
    const names = [...getCommandNames(), ...own.map(({ name }) => name), ...BUILTINS];
    const kept = new KeptFiles(memory, world);
    const shell = new Shell(bash, world, kept, Bash, names);
    await kept.restore();
    return shell;
  }

  get prompt(): string {
    const shown = this.cwd === '/root' ? '~' : this.cwd;
    return `root@redis:${shown}# `;
  }

  /** Runs a line (or several). Never throws for what a user may type. */
  async run(line: string): Promise<ShellResult> {
    const controller = new AbortController();
    this.running = controller;
    if (this.world.begin()) await this.kept.restore();
    const isScript = this.keepFunctions(line);
    await this.bash.writeFile(STATE_FILE, '');
    const prelude = `${PRELUDE}${this.declared}\n${[...this.functions.values()].join('\n')}\n(command exit ${this.status})\n`;
    const epilogue = `\n__status=$?\ndeclare -p > ${STATE_FILE}\necho "declare __cwd=$PWD" >> ${STATE_FILE}\ncommand exit $__status\n`;
    try {
      const { stdout, stderr, exitCode } = await this.bash.exec(
        prelude + this.prepared(line, true) + epilogue,
        {
          cwd: this.cwd,
          signal: controller.signal,
        },
      );
      if (controller.signal.aborted) await this.onInterrupt();
      const exited = !(await this.readState()) && !controller.signal.aborted && exitCode !== 126 && isScript;
      this.status = controller.signal.aborted ? 130 : exitCode;
      return { stdout, stderr, exitCode: this.status, exited };
    } catch (error) {
      // An aborted script, or one whose limits were reached in a way just-bash reports by throwing.
      const text = error instanceof Error ? error.message : String(error);
      if (controller.signal.aborted) await this.onInterrupt();
      return controller.signal.aborted
        ? { stdout: '', stderr: '', exitCode: 130, exited: false }
        : { stdout: '', stderr: `bash: ${text}\n`, exitCode: 2, exited: false };
    } finally {
      this.running = null;
      await this.kept.save();
    }
  }

  /** What Tab offers for a line: whole lines. */
  complete(line: string): Promise<string[]> {
    const { bash, world } = this;
    return completions(line, {
      cwd: this.cwd,
      commands: () => [...this.names.filter((name) => name !== 'seconds-passed'), ...this.functions.keys()],
      variables: () =>
        [...this.declared.matchAll(/^declare (?:-\S+ )?(\w+)/gm)].map(([, name]) => name ?? ''),
      list: async (folder) => {
        if (!(await bash.fs.exists(folder))) return [];
        const names = await bash.fs.readdir(folder);
        const kinds = await Promise.all(names.map((name) => bash.fs.stat(`${folder}/${name}`)));
        return names.map((name, at) => (kinds[at]?.isDirectory ? `${name}/` : name));
      },
      servers: () => world.servers(),
      redisCommands: (typed) => world.redisCommands(typed),
    });
  }

  /** Whether a line is the beginning of something that goes on. */
  isIncomplete(line: string): boolean {
    if (/(\|\||&&|\||(?<!\\)(?:\\\\)*\\)\s*$/.test(line) && !/\\\s+$/.test(line)) return true;
    try {
      this.bash.transform(line + '\n:');
      return false;
    } catch (error) {
      return (
        error instanceof Error && /got EOF|unexpected EOF|unterminated here-document/.test(error.message)
      );
    }
  }

  /** A script as just-bash shall run it; `atTerminal` if what it prints is to be seen at once. */
  private prepared(text: string, atTerminal: boolean): string {
    const errexit = /\bset\b.*-\w*e|errexit/.test(text + this.declared);
    try {
      const bash = new this.Bash();
      bash.registerTransformPlugin({
        name: 'mended, and output at once',
        transform: ({ ast }) => {
          const mended = repaired(ast, (part) => new this.Bash().transform(part).ast, errexit);
          return { ast: atTerminal ? streamed(mended) : mended };
        },
      });
      return bash.transform(text).script;
    } catch {
      return text;
    }
  }

  /** The text by which `bash file` runs a script: a shell of its own, with its own traps. */
  scriptText(text: string, atTerminal: boolean): string {
    return `${PRELUDE}${this.prepared(text, atTerminal)}\n__status=$?\n__leave\ncommand exit $__status\n`;
  }

  /** Ctrl-C: the script stops, and so does the program it waits for. */
  async interrupt(): Promise<void> {
    this.running?.abort();
    await this.world.interrupt();
  }

  /** What `trap ... INT` asked for; the variables of the script that was stopped are gone. */
  private async onInterrupt(): Promise<void> {
    const file = `${TRAPS}/INT`;
    if (!(await this.bash.fs.exists(file))) return;
    const action = await this.bash.readFile(file);
    this.world.begin();
    const { stdout, stderr } = await this.bash.exec(`${this.declared}\n${action}`, { cwd: this.cwd });
    await this.world.print(stdout + stderr);
  }

  /** Remembers the functions that a line defines. False when the line is not a script. */
  private keepFunctions(line: string): boolean {
    try {
      const { statements } = this.bash.transform(line).ast;
      for (const [at, statement] of statements.entries()) {
        const command = statement.pipelines[0]?.commands[0];
        if (command?.type !== 'FunctionDef') continue;
        const alone = new this.Bash();
        alone.registerTransformPlugin({
          name: 'one statement',
          transform: ({ ast }) => ({ ast: { ...ast, statements: ast.statements.slice(at, at + 1) } }),
        });
        this.functions.set(command.name, alone.transform(line).script);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Takes over what the line left declared; false when it never came to its end. */
  private async readState(): Promise<boolean> {
    const state = await this.bash.readFile(STATE_FILE);
    if (state === '') return false;
    const kept: string[] = [];
    for (const declaration of state.split(/^(?=declare )/m)) {
      const cwd = /^declare __cwd=(.*)\n$/.exec(declaration);
      if (cwd !== null) this.cwd = cwd[1] as string;
      else if (!NOT_KEPT.test(declaration) && !/^declare -\w*r/.test(declaration))
        kept.push(elementwise(declaration));
    }
    this.declared = kept.join('');
    return true;
  }
}

/** An array's declaration as one assignment per element: just-bash splits the elements of a literal at
 *  spaces when it reads back what it wrote. */
export function elementwise(declaration: string): string {
  const array = /^declare (-\w*[aA]\w*) (\w+)=\(([\s\S]*)\)\n?$/.exec(declaration);
  if (array === null) return declaration;
  const [, flags, name, body = ''] = array;
  let out = `declare ${flags} ${name}\n`;
  for (const [, index, value] of body.matchAll(
    /\[((?:'[^']*'|"[^"]*"|[^\]])+)\]=(\$?'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|\S*)/g,
  )) {
    out += `${name}[${index}]=${value}\n`;
  }
  return out;
}
