/* A player with a whole shell: what redis-cli alone can do, the machine's own console does; every other line
 * goes to a bash over the session, as in the page. */

import type { SessionApi } from '#session/api.ts';
import { Player } from '#session/play.ts';
import { ConsoleShell } from '#shell/console-shell.ts';
import type { ShellDoor } from '#shell/session-world.ts';
import type { Frame } from '#sim/frame.ts';

const CONSOLE = 'console:host';
const STEP_US = 20_000;
const MOST_STEPS = 200_000;

export class Desk extends Player {
  private shell: ConsoleShell | null = null;

  override async type(name: string, line: string): Promise<void> {
    if (name !== 'host' || /^redis-cli\b|^(\d+|yes|no|done|[0-9a-f]{40})$/.test(line))
      return super.type(name, line);
    await this.open(name);
    this.shell ??= await ConsoleShell.open(doorOf(this.session), CONSOLE);
    await this.shell.type(line);
  }
}

/** Time passes while the shell waits. */
function doorOf(session: SessionApi): ShellDoor {
  return {
    input: (input) => session.input(input),
    outcome: (console, id) => session.outcome(console, id),
    files: (server) => session.files(server),
    redisCommands: async (line) => (await session.complete(CONSOLE, line)).candidates,
    frame: () => session.frame(),
    usualLink: () => ({ latencyUs: 0, jitterUs: 0, loss: 0 }),
    era: () => 0,
    async until(met: (frame: Frame) => boolean): Promise<void> {
      let frame = await session.frame();
      for (let step = 0; !met(frame); step++) {
        if (step > MOST_STEPS) throw new Error('The shell waits for what does not come.');
        frame = await session.advance(STEP_US);
      }
    },
  };
}
