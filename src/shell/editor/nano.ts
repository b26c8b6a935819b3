/* The keys of nano: what one types goes into the text, everything else is Ctrl or Alt and a letter. A lone
 * Escape stands for Alt with the next key, since not every keyboard sends Alt.
 *
 * Browsers keep some keys for themselves, Ctrl-W above all, which closes the page: so searching is shown as
 * Ctrl-F, as newer nanos have it. Ctrl-Z undoes here, because there is no background to go to. */

import { shownAs } from './cells.ts';
import type { Editor, Manner, RawKey } from './editor.ts';

type Deed = (editor: Editor) => void;

export class Nano implements Manner {
  readonly beyond = '';
  readonly idle = '';
  readonly help: Manner['help'];
  private readonly editor: Editor;
  /** The last key was Escape. */
  private isMeta = false;
  /** The last key cut a line: the next one adds to it. */
  private isCutting = false;

  constructor(editor: Editor) {
    this.editor = editor;
    const { words } = editor;
    this.help = [
      ['^X', words.exit], ['^O', words.writeOut], ['^F', words.whereIs], ['M-W', words.next], ['^K', words.cut],
      ['^U', words.pasteIt], ['M-U', words.undo], ['M-E', words.redo], ['^C', words.location], ['M-G', words.line],
    ]; // prettier-ignore
  }

  get title(): Manner['title'] {
    const { path, buffer, words } = this.editor;
    return { left: 'nano', middle: path ?? words.newBuffer, right: buffer.isModified ? words.modified : '' };
  }

  press(key: RawKey): void {
    const { editor } = this;
    const cutting = this.isCutting;
    const meta = this.isMeta;
    this.isCutting = this.isMeta = false;
    if (key.kind === 'paste') return editor.paste(key.text);
    if (key.kind === 'text') {
      const first = meta ? ALT[key.text.charAt(0).toLowerCase()] : undefined;
      if (first) first(editor);
      else editor.buffer.insert(key.text, true);
      return;
    }
    if (key.name === '\x1b') this.isMeta = true;
    else if (key.name === '\x0b') this.cut(cutting);
    else this.deed(key.name)(editor);
  }

  private deed(sequence: string): Deed {
    const alt = /^\x1b([^[O])$/.exec(sequence)?.[1];
    const known = alt === undefined ? KEYS[sequence] : (KEYS[sequence] ?? ALT[alt.toLowerCase()]);
    return known ?? ((editor) => (editor.message = editor.words.unknownKey(nameOf(sequence))));
  }

  private cut(goesOn: boolean): void {
    const { editor } = this;
    const taken = editor.buffer.cutLines(1);
    editor.clipboard = goesOn ? [...editor.clipboard, ...taken] : taken;
    this.isCutting = true;
  }
}

/** ^A for the first control character, M-A for Alt with a letter. */
function nameOf(sequence: string): string {
  if (/^\x1b.$/.test(sequence)) return `M-${sequence.slice(1).toUpperCase()}`;
  return [...sequence].map((char) => shownAs(char, 0)).join('');
}

const goTo = (place: (editor: Editor) => { row: number; index: number }): Deed => {
  return (editor) => editor.buffer.goTo(place(editor));
};
const home = goTo(({ buffer }) => ({ row: buffer.cursor.row, index: 0 }));
const end = goTo(({ buffer }) => ({ row: buffer.cursor.row, index: buffer.line.length }));
const left = goTo(({ buffer }) => buffer.charBefore());
const right = goTo(({ buffer }) => buffer.charAfter());
const wordLeft = goTo(({ buffer }) => buffer.wordBefore());
const wordRight = goTo(({ buffer }) => buffer.wordAfter());
const first = goTo(() => ({ row: 0, index: 0 }));
const last = goTo(() => ({ row: Infinity, index: Infinity }));
const up: Deed = ({ buffer }) => buffer.moveRows(-1);
const down: Deed = ({ buffer }) => buffer.moveRows(1);
const pageUp: Deed = ({ buffer, page }) => buffer.moveRows(-Math.max(1, page - 2));
const pageDown: Deed = ({ buffer, page }) => buffer.moveRows(Math.max(1, page - 2));
const enter: Deed = ({ buffer }) => buffer.insert('\n');
const backspace: Deed = ({ buffer }) => buffer.backspace();
const remove: Deed = ({ buffer }) => buffer.delete();
const undo: Deed = (editor) => {
  if (!editor.buffer.undo()) editor.message = editor.words.nothingToUndo;
};
const redo: Deed = (editor) => {
  if (!editor.buffer.redo()) editor.message = editor.words.nothingToRedo;
};
const paste: Deed = ({ buffer, clipboard }) => buffer.pasteLines(clipboard, buffer.cursor.row, true);
const copy: Deed = (editor) => {
  editor.clipboard = [editor.buffer.line];
  editor.buffer.moveRows(1);
};
const next: Deed = (editor) => editor.find('');
const search: Deed = (editor) => {
  editor.ask(editor.words.search(editor.sought), '', (given) => {
    if (given !== null) editor.find(given);
  });
};
const place: Deed = (editor) => {
  const { cursor, lines, column } = editor.buffer;
  editor.message = editor.words.place(cursor.row + 1, lines.length, column + 1);
};
const line: Deed = (editor) => {
  editor.ask(editor.words.goToLine, '', (given) => {
    const row = Number(given);
    if (given !== null && Number.isInteger(row) && row > 0) editor.buffer.goTo({ row: row - 1, index: 0 });
  });
};

function saveAs(editor: Editor, then: () => void): void {
  editor.ask(editor.words.fileName, editor.path ?? '', (given) => {
    if (given === null || given.trim() === '') return;
    void editor.save(given.trim(), then);
  });
}

const writeOut: Deed = (editor) => saveAs(editor, () => undefined);
/** Saves under the name there is. */
const save: Deed = (editor) => {
  if (editor.path === null) saveAs(editor, () => undefined);
  else void editor.save(editor.path);
};

const exit: Deed = (editor) => {
  if (!editor.buffer.isModified) return editor.end();
  const ask = (): void => {
    editor.ask(editor.words.saveBefore + editor.words.yesOrNo, null, (given) => {
      if (given === null) return;
      if (/n/i.test(given)) editor.end();
      else if (/y/i.test(given)) saveAs(editor, () => editor.end());
      else ask();
    });
  };
  ask();
};

const KEYS: Readonly<Record<string, Deed>> = {
  '\r': enter, '\n': enter, '\x7f': backspace, '\b': backspace, '\x1b[3~': remove, '\x04': remove,
  '\t': ({ buffer }) => buffer.insert('\t', true),
  '\x1b[D': left, '\x1bOD': left, '\x02': left, '\x1b[C': right, '\x1bOC': right,
  '\x1b[A': up, '\x1bOA': up, '\x10': up, '\x1b[B': down, '\x1bOB': down, '\x0e': down,
  '\x1b[H': home, '\x1bOH': home, '\x1b[1~': home, '\x01': home, '\x1b[F': end, '\x1bOF': end, '\x1b[4~': end, '\x05': end,
  '\x1b[1;5D': wordLeft, '\x1b[1;3D': wordLeft, '\x1bb': wordLeft, '\x1b[1;5C': wordRight, '\x1b[1;3C': wordRight, '\x1bf': wordRight,
  '\x1b[5~': pageUp, '\x19': pageUp, '\x1b[6~': pageDown, '\x16': pageDown,
  '\x1b[1;5H': first, '\x1b[1;5F': last,
  '\x18': exit, '\x0f': writeOut, '\x13': save, '\x06': search, '\x17': search, '\x1bOQ': writeOut,
  '\x15': paste, '\x1a': undo, '\x03': place, '\x1f': line, '\x0c': () => undefined,
}; // prettier-ignore

/** Alt (or Escape) and a letter. */
const ALT: Readonly<Record<string, Deed>> = {
  u: undo, e: redo, w: next, g: line, '6': copy, '^': copy, '\\': first, '/': last, '|': first, '?': last,
}; // prettier-ignore
