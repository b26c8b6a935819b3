/* The keys of the page. One table: the handler reads it, and the help dialog shows it. Keys work where
 * no text is being typed; keys within the stage belong to the stage. */

import type { Word } from '#app/i18n/i18n.svelte.ts';
import { clampSpeed } from './pace.ts';
import type { Playground } from './playground.svelte.ts';

export interface Shortcut {
  /** KeyboardEvent.key, as pressed. */
  keys: readonly string[];
  /** How the help writes them. */
  shown: string;
  word: Word;
  run(playground: Playground, key: string): void;
}

/** What the page itself does on a key, beyond the playground's state. */
export interface PageActions {
  help(): void;
  focusConsole(): void;
  fork(): void;
  showBreakpoints(): void;
  why(playground: Playground): void;
}

/** Errors of a step or a jump are shown by the playground; the key need not wait. */
const start = (done: Promise<unknown>): void => void done.catch(() => undefined);

export function shortcuts(page: PageActions): Shortcut[] {
  return [
    { keys: [' '], shown: 'Space', word: 'keys.play', run: (p) => p.toggle() },
    { keys: [','], shown: ',', word: 'keys.stepEvent', run: (p) => start(p.step('event')) },
    { keys: ['.', 'PageDown'], shown: '.', word: 'keys.stepMessage', run: (p) => start(p.step('message')) },
    { keys: ['/'], shown: '/', word: 'keys.stepCron', run: (p) => start(p.step('cron')) },
    { keys: ['['], shown: '[', word: 'keys.slower', run: (p) => scaleSpeed(p, 0.5) },
    { keys: [']'], shown: ']', word: 'keys.faster', run: (p) => scaleSpeed(p, 2) },
    {
      keys: ['a', 'A'],
      shown: 'A',
      word: 'keys.adaptive',
      run: (p) => (p.clock.adaptive = !p.clock.adaptive),
    },
    { keys: ['l', 'L'], shown: 'L', word: 'keys.live', run: (p) => start(p.live()) },
    { keys: ['b', 'B'], shown: 'B', word: 'keys.breakpoints', run: () => page.showBreakpoints() },
    { keys: ['f', 'F'], shown: 'F', word: 'keys.fork', run: () => page.fork() },
    { keys: ['w', 'W'], shown: 'W', word: 'keys.why', run: (p) => page.why(p) },
    { keys: ['u', 'U'], shown: 'U', word: 'keys.undo', run: (p) => start(p.undo()) },
    { keys: [...'123456789'], shown: '1 – 9', word: 'keys.lens', run: lensByNumber },
    { keys: ['0'], shown: '0', word: 'keys.truth', run: (p) => p.setLens(null) },
    { keys: ['Escape'], shown: 'Esc', word: 'keys.escape', run: (p) => p.select(null) },
    { keys: ['c', 'C', '`'], shown: 'C', word: 'keys.console', run: () => page.focusConsole() },
    { keys: ['?'], shown: '?', word: 'keys.help', run: () => page.help() },
  ];
}

function scaleSpeed(playground: Playground, factor: number): void {
  playground.clock.speed = clampSpeed(playground.clock.speed * factor);
}

function lensByNumber(playground: Playground, key: string): void {
  const server = playground.servers[Number(key) - 1];
  if (server) playground.setLens(server.name);
}

/** Runs the shortcut for a key press; false when the press is none of ours. */
export function onShortcut(list: readonly Shortcut[], playground: Playground, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented)
    return false;
  if (!playground.preferences.shortcuts && event.key !== 'Escape') return false;
  if (takesText(event.target) || pressesControl(event) || isCovered(event)) return false;
  const shortcut = list.find(({ keys }) => keys.includes(event.key));
  if (!shortcut || playground.phase !== 'ready') return false;
  event.preventDefault();
  shortcut.run(playground, event.key);
  return true;
}

/** True where keys write: there they mean nothing else. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, [contenteditable], .xterm, dialog') !== null;
}

/** A dialog has all keys, also while nothing in it has the focus; Escape closes what has popped up, before it
 *  means anything else. */
function isCovered({ key }: KeyboardEvent): boolean {
  return document.querySelector(key === 'Escape' ? ':popover-open, dialog[open]' : 'dialog[open]') !== null;
}

/** Space and Enter on a focused button press that button. */
function pressesControl(event: KeyboardEvent): boolean {
  if (event.key !== ' ' && event.key !== 'Enter') return false;
  return (
    event.target instanceof Element &&
    event.target.closest('button, a, summary, [role=tab], [role=option]') !== null
  );
}
