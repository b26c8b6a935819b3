/* A shell at a console: what happens to each line that is typed there. Lines that go on (an open loop, an
 * open quote, a here-document) are gathered behind the prompt `> `. redis-cli alone on its line runs at
 * the terminal, where it may ask and colour; everything else is bash's.
 *
 * Each line is a job (jobs.ts) that has the terminal until it ends, or until Ctrl-Z. */

import type { Input } from '#session/api.ts';
import { AT_PROMPT } from './job-tool.ts';
import type { Job, JobWork } from './jobs.ts';
import { usesFiles } from './redis-cli-tool.ts';
import { SessionWorld, type ShellDoor } from './session-world.ts';
import { Shell } from './shell.ts';
import { findHost, noSuchHost, sshWords } from './ssh-tool.ts';

const CONTINUED = '> ';
/** What `$?` says after Ctrl-Z. */
const STATUS_STOPPED = 148;
/** The programs that may have the terminal. */
const AT_TERMINAL = /^\s*(?:redis-cli|nc|telnet)(?:\s|$)/;
/** Whatever means something to a shell beyond words and quotes. */
const SHELL_SYNTAX = /[|&;<>()$`*?[\]{}~#!\n]|^\s*\w+=/;

export class ConsoleShell {
  private readonly door: ShellDoor;
  private readonly console: string;
  private world: SessionWorld;
  private shell: Shell;
  private pending = '';
  /** What has the terminal, if it is not the prompt. */
  private front: Job | null = null;
  /** Shells from which one went on by ssh, and where to. */
  private readonly below: { shell: Shell; name: string }[] = [];
  /** Somebody wanted to leave while jobs were stopped, and was told. */
  private warned = false;
  ended = false;

  private constructor(door: ShellDoor, console: string, world: SessionWorld, shell: Shell) {
    this.door = door;
    this.console = console;
    this.world = world;
    this.shell = shell;
    shell.jobs.toFront = (job) => this.bringToFront(job);
  }

  static async open(door: ShellDoor, console: string): Promise<ConsoleShell> {
    const world = new SessionWorld(door, console);
    // What another page's shell had run here: nobody waits for it.
    await world.hangUp();
    return new ConsoleShell(door, console, world, await Shell.open(world));
  }

  get prompt(): string {
    return this.pending === '' ? this.shell.prompt : CONTINUED;
  }

  /** Who has the terminal: the prompt, a script, or a program of the world. */
  get busy(): 'no' | 'script' | 'program' {
    if (this.front === null) return 'no';
    return this.front.work.isProgram || this.front.work.isAtTerminal() ? 'program' : 'script';
  }

  /** Runs a line that was typed, and resolves when the prompt is back. */
  async type(line: string): Promise<void> {
    await this.echo(`${this.prompt}${line}\n`);
    const { typed } = this.shell;
    const expanded = typed.expand(line);
    if ('unknown' in expanded) return this.world.print(`bash: ${expanded.unknown}: event not found\n`);
    if (expanded.text !== line) await this.world.print(`${expanded.text}\n`);
    typed.add(expanded.text);
    await this.take(expanded.text);
  }

  /** Runs a line, unless it goes on. */
  private async take(line: string): Promise<void> {
    const whole = this.pending === '' ? line : `${this.pending}\n${line}`;
    if (this.shell.isIncomplete(whole)) {
      this.pending = whole;
      return;
    }
    this.pending = '';
    if (whole.trim() !== '') await this.runLine(whole);
    await this.world.print(this.shell.jobs.news(AT_PROMPT));
  }

  private async runLine(line: string): Promise<void> {
    const text = this.shell.unaliased(line);
    if (/^\s*ssh\s/.test(text) && !SHELL_SYNTAX.test(text)) {
      const { host, command } = sshWords(splitWords(text)?.slice(1) ?? []);
      if (host !== '' && command.length === 0) return this.goTo(host);
    }
    const isProgram = AT_TERMINAL.test(text) && !SHELL_SYNTAX.test(text) && !usesFiles(text);
    const words = isProgram ? splitWords(text) : null;
    const { jobs } = this.shell;
    const job = jobs.inFront(words === null ? this.script(text) : this.program(text, words));
    await this.waitFor(job);
    if (job.state !== 'stopped') return;
    // The line is a job of its own now, with its shell; the prompt goes on with another.
    this.world = this.world.fork(false);
    this.shell = this.shell.fork(this.world, AT_PROMPT);
    this.shell.status = STATUS_STOPPED;
  }

  /** redis-cli alone on its line. */
  private program(text: string, words: readonly string[]): JobWork {
    const { world, shell } = this;
    return {
      text,
      owner: AT_PROMPT,
      isProgram: true,
      run: async () => {
        world.begin();
        shell.status = (await world.runAtTerminal(words)).exitCode;
        return shell.status;
      },
      interrupt: () => world.interrupt(),
      signal: (signal) => world.signal(signal),
      goOn: (background) => world.goOn(background),
      isAtTerminal: () => world.isAtTerminal,
    };
  }

  private script(text: string): JobWork {
    const { world, shell } = this;
    const run = async (): Promise<number> => {
      const { stdout, stderr, exitCode, exited } = await shell.run(text);
      await world.print(stdout + stderr);
      if (exited) await this.leave();
      return exitCode;
    };
    return { ...shell.asWork(text, { text, owner: AT_PROMPT, isProgram: false }), run };
  }

  /** ssh: the prompt is that of another machine, until `exit`. */
  private async goTo(name: string): Promise<void> {
    this.world.begin();
    const host = await findHost(this.world, name);
    if (host === null) return this.world.print(`${noSuchHost(name)}\n`);
    this.below.push({ shell: this.shell, name });
    this.shell = this.shell.at(host);
  }

  private async leave(): Promise<void> {
    const below = this.below.pop();
    if (below) {
      below.shell.status = this.shell.status;
      this.shell = below.shell;
      return this.world.print(`logout\nConnection to ${below.name} closed.\n`);
    }
    const { jobs } = this.shell;
    const stopped = jobs.of(AT_PROMPT).some(({ state }) => state === 'stopped');
    this.ended = !stopped || this.warned;
    this.warned = stopped;
    if (!this.ended) await this.world.print('There are stopped jobs.\n');
  }

  /** Leaves the terminal to a job until it ends or is stopped. */
  private async waitFor(job: Job): Promise<void> {
    const before = this.front;
    this.front = job;
    await job.leaves();
    this.front = before;
    const { jobs } = this.shell;
    if (job.state === 'stopped') {
      jobs.enter(job);
      await this.door.input(printed(this.console, `\n${jobs.line(job)}`));
    }
    jobs.tell(job);
  }

  private async bringToFront(job: Job): Promise<void> {
    await this.door.input(printed(this.console, `${job.work.text}\n`));
    await job.goOn(false);
    await this.waitFor(job);
  }

  /** What Tab offers for a line: whole lines. */
  complete(line: string): Promise<string[]> {
    return this.shell.complete(line);
  }

  /** Ctrl-C, with what stood at the prompt. */
  async interrupt(line = ''): Promise<void> {
    const { front } = this;
    if (front === null) {
      await this.echo(`${this.prompt}${line}^C\n`);
      this.pending = '';
    } else if (front.work.isProgram) {
      await this.door.input({ kind: 'interrupt', console: this.console, line });
    } else {
      await front.work.interrupt();
    }
  }

  /** Ctrl-Z: what has the terminal is stopped, unless it reads the keys itself. */
  async suspend(): Promise<void> {
    const frame = await this.door.frame();
    const prompt = frame.consoles.find(({ id }) => id === this.console)?.prompt ?? null;
    if (this.front === null || (this.busy === 'program' && prompt !== null)) return;
    await this.echo('^Z');
    await this.front.stop();
  }

  private echo(text: string): Promise<void> {
    const input: Input = { kind: 'print', console: this.console, text, echo: true };
    return this.door.input(input);
  }
}

function printed(console: string, text: string): Input {
  return { kind: 'print', console, text };
}

/** Words with quotes taken off; null when a quote is open. */
function splitWords(line: string): string[] | null {
  const words: string[] = [];
  const piece = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/y;
  let at = 0;
  for (let found = piece.exec(line); found !== null; found = piece.exec(line)) {
    at = piece.lastIndex;
    words.push(
      (found[1] as string).replace(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
        (_, single?: string, double?: string, escaped?: string) => {
          return single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? '';
        },
      ),
    );
  }
  return line.slice(at).trim() === '' ? words : null;
}
