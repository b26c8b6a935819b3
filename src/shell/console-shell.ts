/* A shell at a console: what happens to each line that is typed there. Lines that go on (an open loop, an
 * open quote, a here-document) are gathered behind the prompt `> `. redis-cli alone on its line runs at
 * the terminal, where it may ask and colour; everything else is bash's. */

import type { Input } from '#session/api.ts';
import { SessionWorld, type ShellDoor } from './session-world.ts';
import { Shell } from './shell.ts';

const CONTINUED = '> ';
/** The programs that may have the terminal. */
const AT_TERMINAL = /^\s*redis-cli(?:\s|$)/;
/** Whatever means something to a shell beyond words and quotes. */
const SHELL_SYNTAX = /[|&;<>()$`*?[\]{}~#!\n]|^\s*\w+=/;

export class ConsoleShell {
  private readonly door: ShellDoor;
  private readonly console: string;
  private readonly world: SessionWorld;
  private readonly shell: Shell;
  private pending = '';
  /** Who has the terminal: the prompt, a script, or a program of the world. */
  busy: 'no' | 'script' | 'program' = 'no';
  ended = false;

  private constructor(door: ShellDoor, console: string, world: SessionWorld, shell: Shell) {
    this.door = door;
    this.console = console;
    this.world = world;
    this.shell = shell;
  }

  static async open(door: ShellDoor, console: string): Promise<ConsoleShell> {
    const world = new SessionWorld(door, console);
    return new ConsoleShell(door, console, world, await Shell.open(world));
  }

  get prompt(): string {
    return this.pending === '' ? this.shell.prompt : CONTINUED;
  }

  /** Runs a line that was typed, and resolves when the prompt is back. */
  async type(line: string): Promise<void> {
    await this.echo(`${this.prompt}${line}\n`);
    const whole = this.pending === '' ? line : `${this.pending}\n${line}`;
    if (this.shell.isIncomplete(whole)) {
      this.pending = whole;
      return;
    }
    this.pending = '';
    if (whole.trim() === '') return;
    const words = AT_TERMINAL.test(whole) && !SHELL_SYNTAX.test(whole) ? splitWords(whole) : null;
    this.busy = words === null ? 'script' : 'program';
    try {
      if (words === null) await this.script(whole);
      else await this.program(words);
    } finally {
      this.busy = 'no';
    }
  }

  private async program(words: readonly string[]): Promise<void> {
    this.world.begin();
    this.shell.status = (await this.world.runAtTerminal(words)).exitCode;
  }

  private async script(text: string): Promise<void> {
    const { stdout, stderr, exited } = await this.shell.run(text);
    await this.world.print(stdout + stderr);
    this.ended = exited;
  }

  /** What Tab offers for a line: whole lines. */
  complete(line: string): Promise<string[]> {
    return this.shell.complete(line);
  }

  /** Ctrl-C. */
  async interrupt(): Promise<void> {
    if (this.busy === 'no') {
      await this.echo(`${this.prompt}^C\n`);
      this.pending = '';
    } else if (this.busy === 'program') {
      await this.door.input({ kind: 'interrupt', console: this.console });
    } else {
      await this.shell.interrupt();
    }
  }

  private echo(text: string): Promise<void> {
    const input: Input = { kind: 'print', console: this.console, text, echo: true };
    return this.door.input(input);
  }
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
