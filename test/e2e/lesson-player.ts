/* Plays a lesson in the page from its first step to its last, as a learner does: types the recorded solution
 * into consoles, breaks servers and links by mouse, answers questions by click, turns the pages. Only
 * waiting is made short: time that must pass is let pass at once.
 *
 *   const player = new LessonPlayer(page, readLesson(root, id, lang), lang, phone);
 *   await player.play();
 */

import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { enStage } from '#app/i18n/en-stage.ts';
import { enPage } from '#app/i18n/en.ts';
import { zh } from '#app/i18n/zh-words.ts';
import type { Action, Chaos, Lang, Lesson, Quiz, Step, Task } from '#lesson/types.ts';
import { parseFault } from '#session/fault-text.ts';
import type { Fault } from '#session/api.ts';
import { fillPlaces } from '#session/play.ts';
import { terminalText, typeLine } from './page-helpers.ts';

/** Generous: the machine may have better things to do. */
const LIMIT = { timeout: 90_000, interval: 100 };

/** The clock's pace: as on the wall; after a fault, since what it has begun must not be over before the
 *  next line is typed; and while a tool works that takes minutes. */
const USUAL = 1;
const SLOW = 0.2;
const FAST = 20;

type Words = Record<string, string>;

export class LessonPlayer {
  readonly page: Page;
  readonly lesson: Lesson;
  readonly onPhone: boolean;
  private readonly lang: Lang;
  private readonly words: Words;

  constructor(page: Page, lesson: Lesson, lang: Lang, onPhone = false) {
    this.page = page;
    this.lesson = lesson;
    this.onPhone = onPhone;
    this.lang = lang;
    this.words = lang === 'zh' ? zh : { ...enPage, ...enStage };
  }

  /** Plays every step; `after` is called when a step is solved and still in sight. */
  async play(after: (step: number) => Promise<void> = async () => undefined): Promise<void> {
    // Who has seen a request fly needs no second of it for each line.
    await this.button('time.adaptive').click();
    for (const [at, step] of this.lesson.steps.entries()) {
      await this.see('lesson');
      await this.footerSays(this.word('lesson.step', { step: at + 1, count: this.lesson.steps.length }));
      await this.playStep(step);
      await this.see('lesson');
      await after(at);
      if (at + 1 < this.lesson.steps.length) await this.button('lesson.next').click();
    }
  }

  private async playStep(step: Step): Promise<void> {
    const tasks = step.blocks.flatMap((block) => (block.kind === 'task' ? [block.task] : []));
    let solved = 0;
    for (const block of step.blocks) {
      if (block.kind === 'quiz' || block.kind === 'predict') await this.answer(block.quiz);
      if (block.kind !== 'task') continue;
      await this.solve(block.task);
      solved++;
      await this.see('lesson');
      await this.footerSays(this.word('lesson.goal', { solved, count: tasks.length }));
    }
  }

  private async answer({ choices }: Quiz): Promise<void> {
    await this.see('lesson');
    const right = choices.find((choice) => choice.right);
    await this.page
      .locator('fieldset button')
      .filter({ hasText: right?.text ?? '' })
      .first()
      .click();
    if (right?.why) await this.page.getByText(right.why, { exact: true }).first().waitFor();
  }

  private async solve(task: Task): Promise<void> {
    await this.pace(USUAL);
    await this.page.evaluate(() => window.playground.clock.play());
    const route = task.solutions[0] ?? [];
    for (const [at, action] of route.entries()) {
      await this.act(action);
      // Who holds a lock holds it for a moment only: he is frozen before time goes on.
      const next = route[at + 1];
      const atOnce = next?.do === 'fault' && next.fault.includes(' client:');
      if (action.do === 'until' && !atOnce) await this.page.evaluate(() => window.playground.clock.play());
    }
  }

  private async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'line':
        for (const name of await this.consolesOf(action.console))
          await this.type(name, await this.fill(action.line));
        return;
      case 'fault':
        return this.break(parseFault(await this.fill(action.fault)));
      case 'wait':
        await this.page.evaluate((ms) => window.playground.clock.advance(ms), action.ms);
        return;
      case 'until':
        await this.page.evaluate(
          ([expression, limit]) => window.playground.clock.runUntil({ expression }, limit),
          [action.expression, action.limitMs] as const,
        );
        return;
      case 'act':
        if (action.act === 'pasted') return this.pasteExample();
        if (action.act.startsWith('stopped:')) return this.stopAt(action.act.slice('stopped:'.length));
        if (action.act.startsWith('swept:')) return this.sweep(action.act.slice('swept:'.length));
        return this.openPacket(action.act.slice('opened:'.length));
      case 'client':
        return this.steer(action);
      case 'chaos':
        return this.playTape(action.chaos);
      default:
        throw new Error(`no way to do "${action.do}" by hand`);
    }
  }

  /** Lets the clock stop at the next event of a type. */
  private async stopAt(type: string): Promise<void> {
    await this.page.getByRole('button', { name: this.word('time.breakpoints') }).click();
    await this.page.locator(`label:has(code:text-is("${type}")) input`).check();
    await this.page.keyboard.press('Escape');
    await this.page
      .getByText(this.word('time.stoppedBy', { why: '' }).trim())
      .first()
      .waitFor();
  }

  /** Begins a tape; the wait that follows in the solution lets it pass. */
  private async playTape({ id }: Chaos): Promise<void> {
    await this.see('lesson');
    const title = this.lesson.steps
      .flatMap(({ blocks }) => blocks)
      .flatMap((block) => (block.kind === 'chaos' && block.chaos.id === id ? [block.chaos.title] : []))[0];
    const card = this.page.getByRole('region', { name: title ?? '', exact: true });
    await card.getByRole('button').click();
    await card.getByText(/^\d+ of|^第 \d/).waitFor();
  }

  // ---- Programs ----

  /** Clicks a button of a program, and waits for the one that comes in its place. */
  private async program(client: string, [word, then]: readonly [string, string]): Promise<void> {
    await this.see('lesson');
    await this.page.getByRole('button', { name: `${word} ${client}`, exact: true }).click();
    await this.page.getByRole('button', { name: `${then} ${client}`, exact: true }).waitFor();
  }

  /** Starts, stops or changes a client. One that an earlier task had started runs already. */
  private async steer({ id, action, spec }: Extract<Action, { do: 'client' }>): Promise<void> {
    const words = this.lang === 'zh' ? (['启动', '停止'] as const) : (['Start', 'Stop'] as const);
    await this.see('lesson');
    if (action === 'stop') return this.program(id, [words[1], words[0]]);
    await this.write(id, spec);
    if (action === 'set') {
      const use = this.lang === 'zh' ? '从现在起照此执行' : 'Use these from now on';
      return this.card(id).getByRole('button', { name: use, exact: true }).click();
    }
    const runs = this.page.getByRole('button', { name: `${words[1]} ${id}`, exact: true });
    if ((await runs.count()) === 0) await this.program(id, words);
  }

  private card(client: string): Locator {
    const button = this.page.getByRole('button', { name: new RegExp(` ${client}$`) });
    return this.page.getByRole('region').filter({ has: button });
  }

  /** Rules or settings that are not those of the lesson are typed in their place. */
  private async write(client: string, spec: unknown): Promise<void> {
    const program = this.lesson.steps
      .flatMap(({ blocks }) => blocks)
      .flatMap((block) => (block.kind === 'program' ? [block.program] : []))
      .find(({ clients }) => clients.some(({ id }) => id === client));
    const given = Object(spec) as Record<string, unknown>;
    const names = program?.edit === 'rules' ? ['rules'] : (program?.edit ?? []);
    const said = names.filter((name) => given[name] !== undefined);
    if (said.length === 0) return;
    const text =
      program?.edit === 'rules'
        ? String(given['rules'])
        : said.map((name) => `${name}: ${String(given[name])}`).join('\n');
    await this.card(client).getByRole('textbox').fill(text);
  }

  private async pasteExample(): Promise<void> {
    await this.button('world.menu').click();
    await this.page.getByRole('menuitem', { name: this.word('paste.open'), exact: true }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('button', { name: this.lang === 'zh' ? '看一个例子' : 'Show an example' }).click();
    await dialog.locator('figure svg').waitFor();
    await this.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }

  private async freeze({ kind, server }: { kind: string; server: string }): Promise<void> {
    const [freeze, thaw] = this.lang === 'zh' ? ['冻住', '解冻'] : ['Freeze', 'Thaw'];
    const words = kind === 'pause' ? ([freeze, thaw] as const) : ([thaw, freeze] as const);
    await this.program(server.slice('client:'.length), words as [string, string]);
    await this.page.evaluate(() => window.playground.clock.play());
  }

  // ---- Consoles ----

  private async consolesOf(name: string): Promise<string[]> {
    if (name !== 'every') return [name];
    return await this.page.evaluate(() => window.playground.state().servers.map((server) => server.name));
  }

  private async type(console: string, line: string): Promise<void> {
    const follows = console.endsWith('c');
    const server = follows ? console.slice(0, -1) : console;
    await this.openConsole(server, follows);
    await this.prompt();
    if (server === 'host') await this.pace(FAST);
    await this.enter(line);
    await this.pace(USUAL);
    // redis-cli notices a server's restart only with the next line; a person types it again.
    if (/not connected>/.test(await this.prompt())) await this.enter(line);
  }

  private async enter(line: string): Promise<void> {
    if (this.onPhone) {
      await this.field().fill(line);
      await this.page.keyboard.press('Enter');
    } else await typeLine(this.page, line);
    await this.prompt();
  }

  private async openConsole(server: string, follows: boolean): Promise<void> {
    await this.see('console');
    if (server === 'host') return this.openShell();
    const label = follows ? new RegExp(`^${server} -c`) : new RegExp(`^${server}(?! -c)`);
    const list = this.page.getByRole('tablist', { name: this.word('console.tabs'), exact: true });
    const tab = list.getByRole('tab', { name: label });
    if ((await tab.count()) > 0) return tab.first().click();
    // Up to so many servers each has a tab, and -c makes one that follows redirects from it, and back.
    const plain = list.getByRole('tab', { name: new RegExp(`^${server}`) });
    if ((await plain.count()) === 0) await this.addConsole(`redis-cli ${follows ? '-c ' : ''}-p ${server}`);
    else {
      await plain.first().click();
      await this.page.getByRole('button', { name: '-c', exact: true }).click();
    }
    await tab.first().waitFor();
  }

  private async addConsole(name: string): Promise<void> {
    await this.page.getByRole('button', { name: this.word('console.add') }).click();
    await this.page.getByRole('menuitem', { name, exact: true }).click();
  }

  private async openShell(): Promise<void> {
    const tab = this.page.getByRole('tab', { name: this.word('console.shell') });
    if ((await tab.count()) > 0) return tab.first().click();
    await this.addConsole(this.word('console.shell'));
    await tab.first().waitFor();
  }

  private field(): Locator {
    return this.page.locator('form input[enterkeyhint="send"]');
  }

  /** Holds when the console in front waits for a line; what it says before the cursor. */
  private async prompt(): Promise<string> {
    const last = async (): Promise<string> => {
      if (this.onPhone) return (await this.page.locator('form label.prompt').textContent()) ?? '';
      return (await terminalText(this.page)).trimEnd().split('\n').at(-1) ?? '';
    };
    await expect.poll(last, LIMIT).toMatch(/([>$]|[^#]#)\s*$/);
    return await last();
  }

  private async fill(text: string): Promise<string> {
    if (!text.includes('{')) return text;
    return fillPlaces(text, await this.page.evaluate(() => window.playground.state().servers));
  }

  // ---- What breaks ----

  private async break(fault: Fault): Promise<void> {
    await this.pace(SLOW);
    if (fault.kind === 'healAll') {
      const menu = this.page.getByRole('button', { name: this.word('stage.more') });
      await menu.click();
      return this.page.getByRole('menuitem', { name: this.word('stage.healAll') }).click();
    }
    // A wall around one server is the same as cutting all its links.
    if (fault.kind === 'partition') return this.inMenu(fault.groups[0]?.[0] ?? '', 'fault.isolate');
    if (fault.kind === 'cut' || fault.kind === 'heal')
      return this.inMenu(fault.from, `fault.${fault.kind}To`, { server: fault.to });
    if ('server' in fault && fault.server.startsWith('client:')) return this.freeze(fault);
    if ('server' in fault) {
      await this.inMenu(fault.server, `fault.${fault.kind}`);
      return this.hasBecome(fault);
    }
    throw new Error(`no way to do "${fault.kind}" by hand`);
  }

  /** Holds until the page shows what a fault has made of its server: the next may be chosen by it. */
  private async hasBecome({ kind, server }: { kind: string; server: string }): Promise<void> {
    const state = (): Promise<string | undefined> =>
      this.page.evaluate(
        (name) => window.playground.state().servers.find((one) => one.name === name)?.state,
        server,
      );
    if (kind === 'kill') await expect.poll(state, LIMIT).toBe('down');
    if (kind === 'pause') await expect.poll(state, LIMIT).toBe('paused');
    if (kind === 'restart' || kind === 'resume') await expect.poll(state, LIMIT).not.toMatch(/down|paused/);
  }

  /** Chooses from the menu of a server on the stage; a message that flies over it may be hit instead. */
  private async inMenu(server: string, word: string, params: Record<string, string> = {}): Promise<void> {
    const mark = this.page.locator(`.stage g.node[data-server="${server}"]`).first();
    const item = this.page.getByRole('menuitem', { name: this.word(word, params) }).first();
    await expect
      .poll(async () => {
        if (await item.isVisible()) return true;
        await mark.click({ button: 'right', force: true });
        return item.waitFor({ timeout: 3000 }).then(
          () => true,
          () => false,
        );
      }, LIMIT)
      .toBe(true);
    await item.click();
  }

  private async pace(speed: number): Promise<void> {
    await this.page.evaluate((speed) => void window.playground.clock.speed(speed), speed);
  }

  /** Opens a message of that kind in the diagram: those of note by the keys, a heartbeat by a click somewhere. */
  private async openPacket(label: string): Promise<void> {
    await this.page.evaluate(() => window.playground.clock.pause());
    await this.see('time');
    const diagram = this.page.locator('.space-time');
    await diagram.waitFor();
    await diagram.focus();
    const { width = 0, height = 0 } = (await diagram.boundingBox()) ?? {};
    let tries = 0;
    // Steps of these two ratios come near every place before long.
    const place = (ratio: number, length: number): number => length * (0.1 + 0.8 * ((tries * ratio) % 1));
    const open = async (): Promise<string> => {
      tries++;
      if (label === 'ping') {
        await diagram.click({ position: { x: place(0.7549, width), y: place(0.5698, height) } });
        // On a phone the diagram stands upright, and its messages lie side by side.
      } else await this.page.keyboard.press(this.onPhone ? 'ArrowLeft' : 'ArrowUp');
      return (await diagram.getAttribute('aria-label')) ?? '';
    };
    await expect.poll(open, LIMIT).toContain(` · ${label} · `);
    await this.page.evaluate(() => window.playground.clock.play());
  }

  /** Measures a failover under that timeout, and waits for the line that tells of it. */
  private async sweep(timeoutMs: string): Promise<void> {
    await this.see('lesson');
    const figure = this.page.locator('figure').filter({ hasText: 'cluster-node-timeout' });
    await figure.getByRole('spinbutton').fill(timeoutMs);
    await figure.getByRole('button').click();
    await expect
      .poll(() => figure.locator('dt').allTextContents(), LIMIT)
      .toContain(`${timeoutMs} ${this.lang === 'zh' ? '毫秒' : 'ms'}`);
  }

  // ---- The page ----

  /** On a phone one panel is in sight at a time. */
  private async see(tab: 'lesson' | 'console' | 'time'): Promise<void> {
    if (this.onPhone) await this.page.locator(`#tab-${tab}`).click();
  }

  private word(word: string, params: Record<string, string | number> = {}): string {
    const text = this.words[word];
    if (text === undefined) throw new Error(`there is no word ${word}`);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  }

  private button(word: string): Locator {
    return this.page.getByRole('button', { name: this.word(word), exact: true });
  }

  async footerSays(text: string): Promise<void> {
    await expect.poll(() => this.page.locator('article footer').textContent(), LIMIT).toContain(text);
  }
}
