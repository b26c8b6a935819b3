/* Somebody at the shell of a console, in a world whose time passes only while they wait. */

import type { WorldConfig } from '#session/api.ts';
import { ConsoleShell } from '#shell/console-shell.ts';
import { CONSOLE, SessionDoor } from './session-door.ts';

export class Desk {
  readonly door: SessionDoor;
  readonly shell: ConsoleShell;

  private constructor(door: SessionDoor, shell: ConsoleShell) {
    this.door = door;
    this.shell = shell;
  }

  static async open(config: Partial<WorldConfig>): Promise<Desk> {
    const door = new SessionDoor(config);
    await door.open();
    return new Desk(door, await ConsoleShell.open(door, CONSOLE));
  }

  /** What appears on the screen below a line, from its typing until the prompt is back. */
  async type(line: string): Promise<string> {
    const from = await this.shownSoFar();
    await this.door.during(() => this.shell.type(line));
    await this.door.frame();
    return this.door.shown.slice(from).replace(/^.*# .*\n/, '');
  }

  /** What appears while so much time passes. */
  async wait(ms: number): Promise<string> {
    const from = await this.shownSoFar();
    await this.door.pass(ms);
    return this.door.shown.slice(from);
  }

  /** Types a line that does not end, and leaves it running for a while. */
  async begin(line: string, ms: number): Promise<{ ended: Promise<void> }> {
    const ended = this.shell.type(line);
    await this.door.pass(ms);
    return { ended };
  }

  /** Ctrl-Z or Ctrl-C, until the prompt is back. */
  async press(key: 'suspend' | 'interrupt', { ended }: { ended: Promise<void> }): Promise<void> {
    await this.door.during(() => this.shell[key]());
    await this.door.during(() => ended);
  }

  /** Gives a line to a program that asks for one. */
  async answer(line: string): Promise<void> {
    await this.door.input({ kind: 'line', console: CONSOLE, line });
    await this.door.pass(200);
  }

  private async shownSoFar(): Promise<number> {
    await this.door.frame();
    return this.door.shown.length;
  }
}
