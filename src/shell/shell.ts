/* The host shell: bash (just-bash, loaded when first used) with the world's own commands.
 *
 * The shell stands outside the world, like the person who types: bash is asynchronous and has no place in
 * a world that can be turned back. All it does to the world goes through ShellWorld and is logged there.
 *
 * just-bash runs each line in a fresh interpreter. So that variables, functions and the directory last
 * from line to line, each line is wrapped: what was declared before is declared again, and what is
 * declared at its end is written to a file that is read afterwards.
 *
 * A job (jobs.ts) is a shell as well: a fork with the variables and functions of the one that began it, the
 * same files, and a world of its own. */

import type { Bash, IFileSystem } from 'just-bash/browser';
import type * as JustBash from 'just-bash/browser';
import { functionsOf, literal, onlyCommand, type Language, type Script } from './background.ts';
import { worldCommands } from './commands.ts';
import { quoted, type Surroundings } from './command.ts';
import { breathing } from './breath.ts';
import { asksForErrors, noticing } from './error-trap.ts';
import { completions } from './completion.ts';
import type { Host } from './ssh-tool.ts';
import { TypedLines } from './typed-lines.ts';
import { withoutAdvice, worldFiles } from './files.ts';
import { KeptFiles } from './kept-files.ts';
import { AT_PROMPT, type Request } from './job-tool.ts';
import { Jobs, type Job, type JobWork } from './jobs.ts';
import { misread } from './misread.ts';
import { prelude, readable, repaired, type Reading } from './repairs.ts';
import type { Prepared } from './script-tool.ts';
import { declaresReadOnly, looking, ReadOnly } from './read-only.ts';
import { streamed } from './stream.ts';
import type { ProgramResult, ShellWorld, Signal } from './world.ts';

/** Variables that belong to bash itself, and what `set --` was given. */
const NOT_KEPT =
  /^declare (?:-\S+ )?(?:\W|\d+|_|PIPESTATUS|BASHOPTS|SHELLOPTS|OPTIND|PWD|OLDPWD|IFS|__status|__shell)=/;

/** Commands that bash has in itself, of those one types. */
const BUILTINS = 'alias cd declare echo eval exit export read source trap type unset wait'.split(' ');

/** Bounds on what a script may do before it is stopped. A loop that waits lives long, one that does not
 *  is stopped within a moment. */
const LIMITS = {
  maxCommandCount: 300_000,
  maxLoopIterations: 50_000,
  maxCallDepth: 100,
  maxLiveBytes: 64 << 20,
  maxOutputSize: 32 << 20,
};

export interface ShellResult extends ProgramResult {
  /** The line ended the shell (`exit`). */
  exited: boolean;
}

/** How deep jobs may begin jobs: a bomb of forks goes no further. */
const DEEPEST_JOB = 6;

/** What a shell and its jobs share. */
interface Machine {
  just: typeof JustBash;
  memory: IFileSystem;
  kept: KeptFiles;
  jobs: Jobs;
  /** Shells and scripts that there have been. */
  count: number;
  typed: TypedLines;
}

/** How a text is to be run: whether it prints at once, whether `trap` has asked for its failures already, and the
 *  text that stands where it assigns to what is read-only. */
interface Preparation extends Omit<Reading, 'errexit'> {
  stream: boolean;
  traps?: boolean;
  refused?: string;
}

/** What just-bash says of it. */
const ABORTED = /^bash: execution aborted\n/m;

/** What is said last of a line that assigned to what is read-only. */
const REFUSED = /(?:^|\n)bash: [\w: ]+: readonly variable\n$/;

/** How a shell ends that is sent a signal. */
const ENDS: Readonly<Record<string, number>> = { INT: 130, TERM: 143, KILL: 137 };

/** What would steer a terminal. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/g;
const visible = (char: string): string => `^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`;

export class Shell {
  private readonly machine: Machine;
  private readonly world: ShellWorld;
  private readonly bash: Bash;
  private readonly readOnly: ReadOnly;
  /** Commands that are always there. */
  private readonly names: readonly string[];
  /** By what name its jobs know it, and where it keeps what bash forgets. */
  private readonly owner: string;
  private readonly folder: string;
  /** Name of the machine. */
  private readonly host: string;
  private depth = 0;
  private declared = '';
  private readonly functions = new Map<string, string>();
  private cwd = '/root';
  /** As `alias` shows them. */
  private aliases = '';
  private running: AbortController | null = null;
  /** The signal that ends the line that runs. */
  private endedBy: 'INT' | Signal | null = null;
  /** What `$?` says: how the last line ended. */
  status = 0;

  private constructor(machine: Machine, world: ShellWorld, owner: string, host: string) {
    this.machine = machine;
    this.host = host;
    this.world = world;
    this.owner = owner;
    this.folder = `/.shell/${++machine.count}`;
    const { Bash, defineCommand, getCommandNames } = machine.just;
    const readOnly = (this.readOnly = new ReadOnly(() => this.bash));
    const own = worldCommands(world, defineCommand as never, {
      prepare: (text, atTerminal) => this.scriptText(text, atTerminal),
      readOnly,
      jobs: machine.jobs,
      typed: machine.typed,
      spawn: (request, around) => this.spawn(request, around),
    });
    this.bash = new Bash({
      cwd: '/root',
      env: { HOME: '/root', USER: 'root', SHELL: '/bin/bash', HOSTNAME: this.host, TERM: 'xterm-256color' },
      fs: worldFiles(machine.memory, world),
      executionLimits: LIMITS,
      sleep: async (ms) => void (await world.run(['sleep', String(ms / 1000)], '')),
      customCommands: own,
    });
    this.names = [...getCommandNames(), ...own.map(({ name }) => name), ...BUILTINS].filter(
      (name) => name !== 'seconds-passed' && !name.startsWith('__'),
    );
  }

  /** Loads bash and starts a shell. */
  static async open(world: ShellWorld): Promise<Shell> {
    const just = await import('just-bash/browser');
    const folders = ['/root', '/tmp', '/etc/redis', '/var/log/redis', '/var/lib/redis'];
    const files = Object.fromEntries(folders.map((folder) => [`${folder}/.keep`, '']));
    const memory = new just.InMemoryFs({ ...files, '/.shell/nothing': '' });
    const kept = new KeptFiles(memory);
    const shell = new Shell(
      { just, memory, kept, jobs: new Jobs(), count: 0, typed: new TypedLines() },
      world,
      AT_PROMPT,
      'redis',
    );
    await kept.restore(world);
    return shell;
  }

  /** Another shell on the same machine, with the variables and functions of this one. */
  fork(world: ShellWorld, owner: string): Shell {
    const copy = new Shell(this.machine, world, owner, this.host);
    copy.aliases = this.aliases;
    copy.declared = this.declared;
    copy.readOnly.lasting = this.readOnly.lasting;
    copy.cwd = this.cwd;
    for (const [name, text] of this.functions) copy.functions.set(name, text);
    return copy;
  }

  /** A shell on another machine: it has the files, and nothing of what was declared here. */
  at(host: Host): Shell {
    const other = new Shell(this.machine, this.world, AT_PROMPT, host.name);
    other.cwd = host.folder ?? other.cwd;
    return other;
  }

  get typed(): TypedLines {
    return this.machine.typed;
  }

  /** The line with the alias that it begins with in full. */
  unaliased(line: string): string {
    const [, blank = '', name = ''] = /^(\s*)([\w.-]+)(?=\s|$)/.exec(line) ?? [];
    const found = this.aliases.split('\n').find((alias) => alias.startsWith(`alias ${name}='`));
    if (name === '' || found === undefined) return line;
    const text = found.slice(`alias ${name}='`.length, -1).replaceAll(`'\\''`, "'");
    return blank + text + line.slice(blank.length + name.length);
  }

  get jobs(): Jobs {
    return this.machine.jobs;
  }

  get prompt(): string {
    const shown = this.cwd.replace(/^\/root(?=\/|$)/, '~').replace(CONTROLS, visible);
    return `root@${this.host}:${shown}# `;
  }

  /** Runs a line (or several). Never throws for what a user may type. */
  async run(line: string): Promise<ShellResult> {
    const { machine, bash, world, folder } = this;
    const controller = new AbortController();
    this.running = controller;
    this.endedBy = null;
    if (world.begin()) await this.onOtherTime();
    const wrong = this.misread(line);
    if (wrong !== null) {
      this.status = 2;
      return { stdout: '', stderr: `bash: ${wrong}\n`, exitCode: 2, exited: false };
    }
    const isScript = this.keepFunctions(line);
    const stateFile = `${folder}/state`;
    await machine.memory.mkdir(`${folder}/traps`, { recursive: true });
    await machine.memory.writeFile(stateFile, '');
    const before = `${this.prelude}${this.aliases}${this.everDeclared}\n${[...this.functions.values()].join('\n')}\n(command exit ${this.status})\n`;
    const epilogue = `\n__status=$?\ndeclare -p > ${stateFile}\nalias > ${folder}/aliases\necho "declare __cwd=$PWD" >> ${stateFile}\ncommand exit $__status\n`;
    const traps = await machine.memory.exists(`${folder}/traps/ERR.${this.owner}`);
    const reading = {
      stream: true,
      hasJobs: true,
      isApart: false,
      traps,
      refused: `command false${epilogue}`,
    };
    const text = before + this.prepared(line, reading) + epilogue;
    try {
      const ended = await this.readOnly.anew(() =>
        bash.exec(text, { cwd: this.cwd, signal: controller.signal }),
      );
      const { stdout, exitCode } = ended;
      const stderr = withoutAdvice(ended.stderr);
      if (controller.signal.aborted) return await this.cutShort({ stdout, stderr });
      const exited = !(await this.readState()) && exitCode !== 126 && isScript && !REFUSED.test(stderr);
      this.status = exitCode;
      return { stdout, stderr, exitCode, exited };
    } catch (error) {
      // An aborted script, or one whose limits were reached in a way just-bash reports by throwing.
      if (controller.signal.aborted) return await this.cutShort({ stdout: '', stderr: '' });
      const why = error instanceof Error ? error.message : String(error);
      return { stdout: '', stderr: `bash: ${why}\n`, exitCode: 2, exited: false };
    } finally {
      this.running = null;
      if (!world.isElsewhere) await machine.kept.save(world);
    }
  }

  /** What becomes of a line that a signal has ended. */
  private async cutShort(printed: { stdout: string; stderr: string }): Promise<ShellResult> {
    const signal = this.endedBy ?? 'INT';
    if (signal !== 'KILL' && !this.world.isElsewhere) await this.onSignal(signal);
    this.status = ENDS[signal] ?? 130;
    const stderr = printed.stderr.replace(ABORTED, '');
    return { stdout: printed.stdout, stderr, exitCode: this.status, exited: false };
  }

  /** The world is another one: its files are there now, and its jobs are not. */
  private async onOtherTime(): Promise<void> {
    const { kept, jobs } = this.machine;
    await jobs.abandon();
    await this.world.hangUp();
    await kept.restore(this.world);
  }

  /** What lines before have declared, as text. */
  private get everDeclared(): string {
    return this.declared + this.readOnly.declaration;
  }

  private get prelude(): string {
    return prelude(`${this.folder}/traps`, this.owner);
  }

  // ------------------------------------------------------------------ jobs

  /** Begins a statement that ends in `&`. */
  private async spawn(request: Request, around: Surroundings): Promise<Job | null> {
    const { jobs } = this.machine;
    if (this.depth >= DEEPEST_JOB) return null;
    const { typed, text, functions, owner, declared, positional } = request;
    const world = this.world.fork(true);
    const shell = this.fork(world, `job${this.machine.count}`);
    shell.depth = this.depth + 1;
    shell.declared = keptOf(declared).declared;
    if (owner !== AT_PROMPT) shell.readOnly.lasting = [];
    shell.cwd = around.cwd;
    const args = positional.length > 0 ? `set -- ${quoted(positional)}` : '';
    const script = [functions, args, text].join('\n');
    const job = jobs.behind(shell.asWork(script, { text: typed, owner, isProgram: false }));
    if (job !== null && owner === AT_PROMPT) await this.world.print(`[${job.number}] ${job.pid}\n`);
    return job;
  }

  /** This shell, running a text, as a job. */
  asWork(script: string, about: Pick<JobWork, 'text' | 'owner' | 'isProgram'>): JobWork {
    const { world } = this;
    return {
      ...about,
      run: async () => {
        const { stdout, stderr, exitCode } = await this.run(script);
        await world.print(stdout + stderr);
        return exitCode;
      },
      interrupt: () => this.interrupt(),
      signal: (signal) => this.signal(signal),
      goOn: (background) => world.goOn(background),
      isAtTerminal: () => world.isAtTerminal,
    };
  }

  /** Ctrl-C: the script stops, and so does the program it waits for. */
  async interrupt(): Promise<void> {
    this.endedBy = 'INT';
    this.running?.abort();
    await this.world.interrupt();
  }

  async signal(signal: Signal): Promise<void> {
    if (signal !== 'STOP') {
      this.endedBy = signal;
      this.running?.abort();
    }
    await this.world.signal(signal);
  }

  // ------------------------------------------------------------------ lines and scripts

  /** What Tab offers for a line: whole lines. */
  complete(line: string): Promise<string[]> {
    const { bash, world } = this;
    return completions(line, {
      cwd: this.cwd,
      commands: () => [...this.names, ...this.functions.keys()],
      variables: () =>
        [...this.declared.matchAll(/^declare (?:-\S+ )?(\w+)/gm)].map(([, name]) => name ?? ''),
      list: async (folder) => {
        if (!(await bash.fs.exists(folder))) return [];
        const names = (await bash.fs.readdir(folder)).filter((name) => name.search(CONTROLS) < 0);
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
      const last = this.language.parse(readable(line) + '\n:').statements.at(-1);
      const command = last ? onlyCommand(last) : null;
      return command?.type !== 'SimpleCommand' || literal(command.name) !== ':';
    } catch (error) {
      const open = /got EOF|unexpected EOF|unterminated here-document|^[^}]*\$\{[^}]*\n/;
      return error instanceof Error && open.test(error.message);
    }
  }

  /** A script as just-bash shall run it: mended, and printing at once where its output goes to the terminal. */
  private prepared(text: string, { stream, traps = false, refused, ...reading }: Preparation): string {
    const { language } = this;
    const errexit = /\bset\b.*-\w*e|errexit/.test(text + this.declared);
    try {
      return this.rewritten(readable(text), (ast) => {
        const noticed = traps || asksForErrors(text) ? noticing(ast, text, language) : ast;
        const guarded = declaresReadOnly(text, this.readOnly)
          ? looking(noticed, language, refused ?? null)
          : noticed;
        const mended = repaired(guarded, language, { ...reading, errexit });
        return breathing(stream ? streamed(mended) : mended, this.language);
      });
    } catch {
      return readable(text);
    }
  }

  private rewritten(text: string, change: (script: Script) => Script): string {
    const bash = new this.machine.just.Bash();
    bash.registerTransformPlugin({ name: 'change', transform: ({ ast }) => ({ ast: change(ast) }) });
    return bash.transform(text).script;
  }

  private get language(): Language {
    return {
      parse: (text) => new this.machine.just.Bash().transform(text).ast,
      print: (statements) => this.rewritten(':', (script) => ({ ...script, statements: [...statements] })),
    };
  }

  /** What `bash file` runs: a shell of its own, with its own traps. */
  scriptText(text: string, atTerminal: boolean): Prepared {
    const owner = `script${++this.machine.count}`;
    const begin = prelude(`${this.folder}/traps`, owner);
    const reading = { stream: atTerminal, hasJobs: atTerminal, isApart: true };
    const script = this.prepared(text, reading);
    const definitions = (): string => functionsOf(this.language.parse(readable(text)), this.language);
    return {
      text: `${begin}${script}\n__status=$?\n__leave\ncommand exit $__status\n`,
      atExit: `${this.folder}/traps/EXIT.${owner}`,
      functions: () => begin + this.prepared(definitions(), reading),
    };
  }

  /** What `trap` asked for when that signal comes; the variables of the script that was stopped are gone. */
  private async onSignal(signal: string): Promise<void> {
    const { bash, folder, machine } = this;
    const names = this.owner === AT_PROMPT ? [signal] : [signal, `EXIT.${this.owner}`];
    for (const name of names) {
      const file = `${folder}/traps/${name}`;
      if (!(await machine.memory.exists(file))) continue;
      const action = await machine.memory.readFile(file);
      this.world.begin();
      const { stdout, stderr } = await this.readOnly.apart(() =>
        bash.exec(`${this.everDeclared}\n${action}`, { cwd: this.cwd }),
      );
      await this.world.print(stdout + stderr);
    }
  }

  /** What is wrong with a line that just-bash would run. */
  private misread(line: string): string | null {
    try {
      return misread(this.language.parse(readable(line)), line);
    } catch {
      return null;
    }
  }

  /** Remembers the functions that a line defines. False when the line is not a script. */
  private keepFunctions(line: string): boolean {
    try {
      const { statements } = this.language.parse(readable(line));
      for (const statement of statements) {
        const command = statement.pipelines[0]?.commands[0];
        if (command?.type !== 'FunctionDef') continue;
        const text = this.language.print([statement]);
        this.functions.set(
          command.name,
          this.prepared(text, { stream: false, hasJobs: true, isApart: false }),
        );
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Takes over what the line left declared; false when it never came to its end. */
  private async readState(): Promise<boolean> {
    const { memory } = this.machine;
    const state = await memory.readFile(`${this.folder}/state`);
    if (state === '') return false;
    const { declared, cwd } = keptOf(state);
    this.declared = declared;
    this.cwd = cwd ?? this.cwd;
    this.aliases = await memory.readFile(`${this.folder}/aliases`);
    this.readOnly.keep();
    return true;
  }
}

/** What lasts of the variables that bash has declared, and the folder where it stood. */
function keptOf(state: string): { declared: string; cwd: string | null } {
  const kept: string[] = [];
  let cwd: string | null = null;
  for (const declaration of state.split(/^(?=declare )/m)) {
    const folder = /^declare __cwd=(.*)\n$/.exec(declaration);
    if (folder !== null) cwd = folder[1] as string;
    else if (!NOT_KEPT.test(declaration)) kept.push(elementwise(declaration));
  }
  return { declared: kept.join(''), cwd };
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
