/* What the reader types: opens consoles and shells in tabs and sends them lines. A line that comes while a
 * program still runs waits for the next prompt, as at a terminal. */

import { HOST, type ConsoleTab, type TabShell } from './consoles.svelte.ts';
import type { Playground } from './playground.svelte.ts';

export class Typist {
  readonly #playground: Playground;

  constructor(playground: Playground) {
    this.#playground = playground;
  }

  /** Opens a console (redis-cli on that server) in a new tab, or shows the tab that is there. */
  async open(server: string, redirects: boolean): Promise<ConsoleTab> {
    const { consoles } = this.#playground;
    const port = String(this.#playground.server(server)?.port ?? server);
    // A server that has come to be reached at another port needs another redis-cli.
    const known = consoles.tabs.find(
      (tab) => tab.server === server && tab.redirects === redirects && tab.argv.includes(port),
    );
    if (known) return this.#show(known);
    return this.#begin(consoles.create(server, ['redis-cli', ...(redirects ? ['-c'] : []), '-p', port]));
  }

  /** Opens a shell on the machine that all servers stand on, or shows the one that is there. */
  async openShell(): Promise<ConsoleTab> {
    const { consoles } = this.#playground;
    const known = consoles.tabs.find((tab) => tab.isShell);
    return known ? this.#show(known) : this.#begin(consoles.create(HOST, ['sh']));
  }

  async #show(tab: ConsoleTab): Promise<ConsoleTab> {
    this.#playground.consoles.activeId = tab.id;
    return tab.alive ? tab : this.#begin(tab);
  }

  /** Starts the program of a tab: of a new one, or again, in a past that did not have it yet. */
  async #begin(tab: ConsoleTab): Promise<ConsoleTab> {
    tab.alive = true;
    await this.#playground.input({ kind: 'openConsole', console: tab.id, argv: [...tab.argv] });
    return tab;
  }

  /** The shell of a tab; its code is loaded when first used. */
  async shellOf(tab: ConsoleTab): Promise<TabShell> {
    if (tab.shell) return tab.shell;
    const { openTabShell } = await import('#app/console/shell-door.ts');
    tab.shell ??= await openTabShell(this.#playground, tab);
    return tab.shell;
  }

  /** Types a line into a console; while its program runs, lines wait for the next prompt. */
  async type(tab: ConsoleTab, line: string): Promise<void> {
    tab.remember(line);
    tab.waitingLines.push(line);
    if (!tab.alive) await this.#begin(tab);
    await this.#send(tab);
  }

  /** Sends what waits, where a prompt has come back: the world has moved on. */
  goOn(): void {
    for (const tab of this.#playground.consoles.tabs) {
      if (tab.waitingLines.length > 0) void this.#send(tab).catch((error) => this.#playground.warn(error));
    }
  }

  async #send(tab: ConsoleTab): Promise<void> {
    if (tab.prompt === null || tab.sending || tab.waitingLines.length === 0) return;
    const line = tab.waitingLines.shift() ?? '';
    if (tab.isAtShell) {
      // A script may run for long, and nobody who types waits for it.
      void this.#typeToShell(tab, line).catch((error) => this.#playground.warn(error));
      return;
    }
    tab.sending = true;
    tab.prompt = null;
    try {
      await this.#playground.input({ kind: 'line', console: tab.id, line });
    } finally {
      tab.sending = false;
    }
  }

  /** A line for the shell itself; a program that has the terminal gets its lines as everywhere. */
  async #typeToShell(tab: ConsoleTab, line: string): Promise<void> {
    tab.prompt = null;
    tab.sending = true;
    const shell = await this.shellOf(tab);
    try {
      const done = shell.type(line);
      tab.sending = false;
      await done;
    } finally {
      tab.sending = false;
      tab.showPrompt();
    }
    if (shell.ended) await this.close(tab.id);
    else await this.#send(tab);
  }

  /** Ctrl-C: stops what runs, and forgets the lines that wait; `typed` is what stood at the prompt. */
  async interrupt(tab: ConsoleTab, typed: string): Promise<void> {
    tab.waitingLines.length = 0;
    if (tab.isShell) return (await this.shellOf(tab)).interrupt(typed);
    await this.#playground.input({ kind: 'interrupt', console: tab.id, ...(typed && { line: typed }) });
  }

  /** Ctrl-D where nothing was typed: a shell is left, a program hears that there are no more lines. */
  async eof(tab: ConsoleTab): Promise<void> {
    if (tab.prompt === null) return;
    if (tab.isAtShell) return this.type(tab, 'exit');
    tab.prompt = null;
    await this.#playground.input({ kind: 'eof', console: tab.id });
  }

  /** Ctrl-Z: a shell stops what runs; redis-cli by itself has nobody to go back to. */
  async suspend(tab: ConsoleTab): Promise<void> {
    if (tab.isShell) await (await this.shellOf(tab)).suspend();
  }

  async close(id: string): Promise<void> {
    this.#playground.consoles.remove(id);
    await this.#playground.input({ kind: 'closeConsole', console: id });
  }
}
