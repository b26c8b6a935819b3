/* The door of a tab's shell to the world of the page. Loaded when a shell is first used. Time passes by
 * the clock of the page; when the world is turned back, what ran is over. */

import { labelLanguage } from '#app/i18n/i18n.svelte.ts';
import type { ConsoleTab, TabShell } from '#app/state/consoles.svelte.ts';
import { TurnedBack } from '#app/state/frame-watchers.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { DEFAULT_WORLD } from '#session/api.ts';
import { ConsoleShell } from '#shell/console-shell.ts';
import type { Editor } from '#shell/editor/editor.ts';
import type { ShellDoor } from '#shell/session-world.ts';
import type { Frame } from '#sim/frame.ts';

/** Opens the shell of a tab. */
export async function openTabShell(playground: Playground, tab: ConsoleTab): Promise<TabShell> {
  return new PageShell(await ConsoleShell.open(doorOf(playground, tab), tab.id));
}

function doorOf(playground: Playground, tab: ConsoleTab): ShellDoor {
  return {
    input: (input) => playground.input(input),
    outcome: (console, id) => playground.ask((session) => session.outcome(console, id)),
    files: (server) => playground.ask((session) => session.files(server)),
    redisCommands: async (line) => {
      return (await playground.ask((session) => session.complete(tab.id, line))).candidates;
    },
    // What was done is seen in the next frame, also while the clock stands.
    frame: (): Promise<Frame> => playground.refresh(),
    era: () => tab.restarts,
    until: (met) => playground.whenFrame(met),
    screen: { language: labelLanguage, show: (editor) => showEditor(tab, editor) },
    usualLink: () => ({ ...DEFAULT_WORLD, ...playground.config }),
  };
}

function showEditor(tab: ConsoleTab, editor: Editor): void {
  tab.editor = editor;
  void editor.left.then(() => (tab.editor = null));
}

class PageShell implements TabShell {
  readonly #shell: ConsoleShell;

  constructor(shell: ConsoleShell) {
    this.#shell = shell;
  }

  get prompt(): string {
    return this.#shell.prompt;
  }
  get busy(): 'no' | 'script' | 'program' {
    return this.#shell.busy;
  }
  get ended(): boolean {
    return this.#shell.ended;
  }

  async type(line: string): Promise<void> {
    try {
      await this.#shell.type(line);
    } catch (error) {
      if (!(error instanceof TurnedBack)) throw error;
    }
  }

  complete(line: string): Promise<string[]> {
    return this.#shell.complete(line);
  }

  interrupt(typed: string): Promise<void> {
    return this.#shell.interrupt(typed);
  }

  suspend(): Promise<void> {
    return this.#shell.suspend();
  }
}
