/* The line editor of the console, as pure functions: linenoise where redis-cli reads a line, readline where a
 * shell does. They differ in a few keys; each has here what the other has besides, where it does no harm.
 *
 * `parseKeys` turns what a terminal sends into keys; `edit` takes a state and a key and gives the next
 * state and what is to be done; line-drawing.ts shows a state. The state is plain data. Completion,
 * hints and history belong to others: history is an argument, completion an answer to an act. */

import { charWidth } from './text-width.ts';

export interface LineState {
  readonly text: string;
  /** Index into `text`, never inside a character. */
  readonly cursor: number;
  /** What Ctrl-K, Ctrl-U and Ctrl-W took away last; Ctrl-Y gives it back. */
  readonly killed: string;
  /** Steps back in history; 0 is the line being typed. */
  readonly back: number;
  /** What became of the lines that were left for others meanwhile, by their steps back. */
  readonly drafts: Readonly<Record<number, string>>;
  /** Reverse search: what was typed, and how far back the match stands. */
  readonly search: { readonly query: string; readonly back: number } | null;
}

export const EMPTY_LINE: LineState = { text: '', cursor: 0, killed: '', back: 0, drafts: {}, search: null };

/** Whose keys they are. */
export type Style = 'linenoise' | 'readline';

export type Key<Name = KeyName> =
  | { kind: 'text'; text: string }
  /** Pasted text, line ends and all. */
  | { kind: 'paste'; text: string }
  /** `escape`: the terminal sends it as a sequence that begins with Escape. */
  | { kind: 'key'; name: Name; escape?: boolean };

export type KeyName =
  | 'enter' | 'tab' | 'escape' | 'backspace' | 'delete' | 'left' | 'right' | 'up' | 'down' | 'home' | 'end'
  | 'word-left' | 'word-right' | 'kill-word-right' | 'kill-right' | 'kill-left' | 'kill-word-left' | 'yank'
  | 'swap' | 'clear' | 'interrupt' | 'suspend' | 'eof' | 'search' | 'unknown'; // prettier-ignore

/** What the console must do after a key. */
export type Act =
  /** `drafts` are lines of the history that were changed and left, by their steps back. */
  | { do: 'submit'; lines: string[]; drafts: Readonly<Record<number, string>> }
  | { do: 'complete' }
  /** With the text that was given up. */
  | { do: 'interrupt'; text: string }
  | { do: 'suspend' }
  | { do: 'eof' }
  | { do: 'clear' }
  | { do: 'leave' }
  | { do: 'bell' };

export interface Edited {
  state: LineState;
  act: Act | null;
}

/** What a terminal sends for each key; ^D is told from Delete by `edit`. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  '\r': 'enter', '\n': 'enter', '\t': 'tab', '\x1b': 'escape', '\x7f': 'backspace', '\b': 'backspace',
  '\x1b[3~': 'delete', '\x1b[D': 'left', '\x1b[C': 'right', '\x1b[A': 'up', '\x1b[B': 'down',
  '\x1bOD': 'left', '\x1bOC': 'right', '\x1bOA': 'up', '\x1bOB': 'down',
  '\x1b[H': 'home', '\x1b[F': 'end', '\x1bOH': 'home', '\x1bOF': 'end', '\x1b[1~': 'home', '\x1b[4~': 'end',
  '\x1b[1;5D': 'word-left', '\x1b[1;5C': 'word-right', '\x1b[1;3D': 'word-left', '\x1b[1;3C': 'word-right',
  '\x1bb': 'word-left', '\x1bf': 'word-right', '\x1bd': 'kill-word-right', '\x1b\x7f': 'kill-word-left',
  '\x01': 'home', '\x05': 'end', '\x02': 'left', '\x06': 'right', '\x10': 'up', '\x0e': 'down',
  '\x0b': 'kill-right', '\x15': 'kill-left', '\x17': 'kill-word-left', '\x19': 'yank', '\x14': 'swap',
  '\x0c': 'clear', '\x03': 'interrupt', '\x1a': 'suspend', '\x04': 'eof', '\x12': 'search',
}; // prettier-ignore

const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';
const ESCAPE_SEQUENCE = /^\x1b(?:\[[0-9;?<=>]*[ -/]*[@-~]|O.|[^[O])?/su;

/** The keys in what a terminal sent. Unknown sequences become one key that does nothing. Whoever names keys
 *  otherwise than this editor brings the names. */
export function parseKeys(data: string): Key[];
export function parseKeys<Name>(data: string, nameOf: (sequence: string) => Name): Key<Name>[];
export function parseKeys<Name>(
  data: string,
  nameOf: (sequence: string) => Name | KeyName = (sequence) => SEQUENCES[sequence] ?? 'unknown',
): Key<Name | KeyName>[] {
  const keys: Key<Name | KeyName>[] = [];
  let at = 0;
  while (at < data.length) {
    if (data.startsWith(PASTE_BEGIN, at)) {
      const from = at + PASTE_BEGIN.length;
      const end = data.indexOf(PASTE_END, from);
      keys.push({ kind: 'paste', text: data.slice(from, end < 0 ? data.length : end) });
      at = end < 0 ? data.length : end + PASTE_END.length;
      continue;
    }
    const char = data[at] as string;
    if (char >= ' ' && char !== '\x7f') {
      const text = /^[^\x00-\x1f\x7f]+/.exec(data.slice(at))?.[0] ?? char;
      keys.push({ kind: 'text', text });
      at += text.length;
      continue;
    }
    const sequence = char === '\x1b' ? (ESCAPE_SEQUENCE.exec(data.slice(at))?.[0] ?? char) : char;
    keys.push({ kind: 'key', name: nameOf(sequence), ...(char === '\x1b' && { escape: true }) });
    at += sequence.length;
  }
  return keys;
}

/** The state after a key, and what to do. `history` is oldest first. */
export function edit(
  state: LineState,
  key: Key,
  history: readonly string[],
  style: Style = 'readline',
): Edited {
  if (key.kind === 'paste') return paste(leaveSearch(state, history), key.text);
  if (state.search) return editSearch(state, key, history, style);
  if (key.kind === 'text') return just(insert(state, key.text));
  if (style === 'linenoise' && key.name === 'kill-left') return just(kill(state, 0, state.text.length));
  if (style === 'linenoise' && key.name === 'swap') return just(swapAround(state));
  return press(state, key.name, history);
}

/** A fresh line with this text and the cursor at its end; what was killed is kept. */
export function withText(state: LineState, text: string): LineState {
  return { ...state, text, cursor: text.length, search: null };
}

const just = (state: LineState): Edited => ({ state, act: null });
const bell = (state: LineState): Edited => ({ state, act: { do: 'bell' } });

function press(state: LineState, name: KeyName, history: readonly string[]): Edited {
  const { text, cursor } = state;
  switch (name) {
    case 'enter':
      return {
        state: { ...EMPTY_LINE, killed: state.killed },
        act: { do: 'submit', lines: [text], drafts: state.drafts },
      };
    case 'tab':
      return { state, act: { do: 'complete' } };
    case 'escape':
      return { state, act: { do: 'leave' } };
    case 'interrupt':
      return { state: { ...EMPTY_LINE, killed: state.killed }, act: { do: 'interrupt', text } };
    case 'suspend':
      return { state, act: { do: 'suspend' } };
    case 'clear':
      return { state, act: { do: 'clear' } };
    case 'eof':
      return text === '' ? { state, act: { do: 'eof' } } : just(cut(state, cursor, charAfter(text, cursor)));
    case 'search':
      return just({ ...state, search: { query: '', back: 0 } });
    case 'up':
      return recall(state, 1, history);
    case 'down':
      return recall(state, -1, history);
    case 'unknown':
      return just(state);
    default:
      return just(change(state, name));
  }
}

/** Keys that only move the cursor or change the text around it. */
function change(state: LineState, name: KeyName): LineState {
  const { text, cursor } = state;
  switch (name) {
    case 'backspace':
      return cut(state, charBefore(text, cursor), cursor);
    case 'delete':
      return cut(state, cursor, charAfter(text, cursor));
    case 'left':
      return { ...state, cursor: charBefore(text, cursor) };
    case 'right':
      return { ...state, cursor: charAfter(text, cursor) };
    case 'home':
      return { ...state, cursor: 0 };
    case 'end':
      return { ...state, cursor: text.length };
    case 'word-left':
      return { ...state, cursor: wordBefore(text, cursor) };
    case 'word-right':
      return { ...state, cursor: wordAfter(text, cursor) };
    case 'kill-word-right':
      return kill(state, cursor, wordAfter(text, cursor));
    case 'kill-right':
      return kill(state, cursor, text.length);
    case 'kill-left':
      return kill(state, 0, cursor);
    case 'kill-word-left':
      return kill(state, wordBefore(text, cursor), cursor);
    case 'yank':
      return insert(state, state.killed);
    case 'swap':
      return swap(state);
    default:
      return state;
  }
}

function insert(state: LineState, text: string): LineState {
  const { cursor } = state;
  return {
    ...state,
    text: state.text.slice(0, cursor) + text + state.text.slice(cursor),
    cursor: cursor + text.length,
  };
}

function cut(state: LineState, from: number, to: number): LineState {
  return { ...state, text: state.text.slice(0, from) + state.text.slice(to), cursor: from };
}

function kill(state: LineState, from: number, to: number): LineState {
  const killed = state.text.slice(from, to);
  return killed === '' ? state : { ...cut(state, from, to), killed };
}

/** As linenoise does it: only between two characters, and behind both of them unless they are the last. */
function swapAround(state: LineState): LineState {
  const { text, cursor } = state;
  if (cursor === 0 || cursor === text.length) return state;
  const swapped = swap(state);
  return swapped.cursor === text.length ? { ...swapped, cursor } : swapped;
}

/** Exchanges the two characters around the cursor, or the last two at the end. */
function swap(state: LineState): LineState {
  const { text } = state;
  const middle = state.cursor === text.length ? charBefore(text, state.cursor) : state.cursor;
  const from = charBefore(text, middle);
  const to = charAfter(text, middle);
  if (from === middle) return state;
  const swapped = text.slice(0, from) + text.slice(middle, to) + text.slice(from, middle) + text.slice(to);
  return { ...state, text: swapped, cursor: to };
}

/** Pasted lines are submitted one by one; what follows the last line end stays to be edited. */
function paste(state: LineState, text: string): Edited {
  const clean = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '').replace(/\t/g, ' ');
  const whole = insert(state, clean);
  if (!/[\r\n]/.test(clean)) return just(whole);
  const lines = whole.text.split(/\r\n|\r|\n/);
  const rest = lines.pop() ?? '';
  return {
    state: withText({ ...EMPTY_LINE, killed: state.killed }, rest),
    act: { do: 'submit', lines, drafts: {} },
  };
}

function recall(state: LineState, by: number, history: readonly string[]): Edited {
  const back = state.back + by;
  if (back < 0 || back > history.length) return bell(state);
  const drafts = { ...state.drafts, [state.back]: state.text };
  const text = drafts[back] ?? history.at(-back) ?? '';
  return just({ ...withText(state, text), back, drafts });
}

// --- Reverse search -----------------------------------------------------------------------------

/** The newest line at least `from` steps back that contains `query`; 0 when there is none. */
function findBack(history: readonly string[], query: string, from: number): number {
  if (query === '') return 0;
  for (let back = Math.max(1, from); back <= history.length; back++) {
    if (history.at(-back)?.includes(query)) return back;
  }
  return 0;
}

/** The line that a search shows, or null when nothing matches. */
export function searchMatch(state: LineState, history: readonly string[]): string | null {
  if (!state.search || state.search.back === 0) return null;
  return history.at(-state.search.back) ?? null;
}

function leaveSearch(state: LineState, history: readonly string[]): LineState {
  if (!state.search) return state;
  const match = searchMatch(state, history);
  return match === null ? { ...state, search: null } : withText(state, match);
}

function editSearch(state: LineState, key: Key, history: readonly string[], style: Style): Edited {
  const { query, back } = state.search ?? { query: '', back: 0 };
  const look = (next: string, from: number): Edited => {
    const found = findBack(history, next, from);
    const search = { query: next, back: found };
    return { state: { ...state, search }, act: found === 0 && next !== '' ? { do: 'bell' } : null };
  };
  if (key.kind === 'text') return look(query + key.text, back);
  if (key.kind === 'key' && key.name === 'search') {
    const older = findBack(history, query, back + 1);
    return older === 0 ? bell(state) : just({ ...state, search: { query, back: older } });
  }
  if (key.kind === 'key' && key.name === 'backspace')
    return look(query.slice(0, charBefore(query, query.length)), 1);
  if (key.kind === 'key' && (key.name === 'escape' || key.name === 'interrupt')) {
    return just({ ...state, search: null });
  }
  // Any other key takes the match and does its own work on it.
  return edit(leaveSearch(state, history), key, history, style);
}

// --- Places in a text ---------------------------------------------------------------------------

/** The start of the character before `at`, its combining marks included. */
export function charBefore(text: string, at: number): number {
  let index = at;
  while (index > 0) {
    index -= /[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, index - 2), index)) ? 2 : 1;
    if (charWidth(String.fromCodePoint(text.codePointAt(index) ?? 0)) > 0) break;
  }
  return index;
}

/** The end of the character at `at`. */
export function charAfter(text: string, at: number): number {
  let index = at;
  while (index < text.length) {
    const code = text.codePointAt(index) ?? 0;
    if (index > at && charWidth(String.fromCodePoint(code)) > 0) break;
    index += code > 0xffff ? 2 : 1;
  }
  return index;
}

export function wordBefore(text: string, at: number): number {
  return /\S*\s*$/.exec(text.slice(0, at))?.index ?? 0;
}

export function wordAfter(text: string, at: number): number {
  return at + (/^\s*\S*/.exec(text.slice(at))?.[0].length ?? 0);
}
