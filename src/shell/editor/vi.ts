/* The keys of vi, as far as one needs them to change a configuration file: moving, inserting, taking away
 * and putting back, undo, search, and the commands behind the colon. Marks, macros, registers and the rest
 * of vi are not here; what is not known says so. */

import type { Editor, Manner, RawKey } from './editor.ts';

/** A command of one or more keys, with a count in front. */
const COMMAND = /^([1-9]\d*)?(dd|d[w$0]|yy|cc|c[w$]|gg|ZZ|ZQ|[hjklwb0$^GxXDCsSpPuiIaAoOJnN:/?])$/;
/** The beginning of one. */
const BEGUN = /^(?:[1-9]\d*)?[dycgZ]?$/;
const MOST = 100_000;

/** Keys that are not letters, as the letters that do the same. */
const ALIKE: Readonly<Record<string, string>> = {
  '\x1b[D': 'h', '\x1b[C': 'l', '\x1b[A': 'k', '\x1b[B': 'j', '\x1bOD': 'h', '\x1bOC': 'l', '\x1bOA': 'k', '\x1bOB': 'j',
  '\x1b[H': '0', '\x1bOH': '0', '\x1b[1~': '0', '\x1b[F': '$', '\x1bOF': '$', '\x1b[4~': '$', '\x7f': 'h', '\b': 'h', '\r': 'j',
}; // prettier-ignore

export class Vi implements Manner {
  readonly title = null;
  readonly help: Manner['help'] = [];
  readonly beyond = '~';
  private readonly editor: Editor;
  private isInserting = false;
  private pending = '';

  constructor(editor: Editor) {
    this.editor = editor;
    const { path, words } = editor;
    editor.message = `"${path ?? words.newBuffer}" ${editor.message}; ${words.viHint}`;
  }

  get idle(): string {
    return this.isInserting ? this.editor.words.insertMode : this.pending;
  }

  press(key: RawKey): void {
    // Escape and a letter typed quickly look like Alt and that letter, which vi does not have.
    if (key.kind === 'key' && /^\x1b[^[]/.test(key.name) && ALIKE[key.name] === undefined) {
      this.press({ kind: 'key', name: '\x1b' });
      for (const letter of key.name.slice(1)) this.pressLetter(letter);
      return;
    }
    if (this.isInserting) return this.pressInserting(key);
    if (key.kind === 'text') {
      for (const char of key.text) this.pressLetter(char);
      return;
    }
    if (key.kind === 'paste') return;
    const alike = ALIKE[key.name];
    if (alike !== undefined) this.pressLetter(alike);
    else {
      this.pending = '';
      this.pressControl(key.name);
    }
  }

  private pressControl(name: string): void {
    const { editor } = this;
    const { buffer, page } = editor;
    if (name === '\x12') {
      if (!buffer.redo()) editor.message = editor.words.nothingToRedo;
    } else if (name === '\x06' || name === '\x1b[6~') buffer.moveRows(Math.max(1, page - 2));
    else if (name === '\x02' || name === '\x1b[5~') buffer.moveRows(-Math.max(1, page - 2));
    else if (name === '\x04') buffer.moveRows(Math.ceil(page / 2));
    else if (name === '\x15') buffer.moveRows(-Math.ceil(page / 2));
    else if (name === '\x1b[3~') this.pressLetter('x');
    else if (name === '\x03') editor.message = editor.words.viHint;
  }

  private pressInserting(key: RawKey): void {
    const { buffer } = this.editor;
    if (key.kind === 'paste') return this.editor.paste(key.text);
    if (key.kind === 'text') return buffer.insert(key.text, true);
    switch (key.name) {
      case '\x1b':
      case '\x03':
        this.isInserting = false;
        if (buffer.cursor.index > 0) buffer.goTo(buffer.charBefore());
        return;
      case '\r':
      case '\n':
        return buffer.insert('\n');
      case '\t':
        return buffer.insert('\t', true);
      case '\x7f':
      case '\b':
        return buffer.backspace();
      case '\x1b[3~':
        return buffer.delete();
      case '\x17':
        return void buffer.remove(buffer.wordBefore(), buffer.cursor);
      default: {
        const alike = ALIKE[key.name];
        if (alike !== undefined) this.move(alike, 1);
      }
    }
  }

  private pressLetter(letter: string): void {
    // Keys that were typed quickly come at once: the first may have opened a question or begun to insert.
    if (this.editor.question) {
      if (this.editor.question.text !== null) this.editor.question.text += letter;
      return;
    }
    if (this.isInserting) return this.editor.buffer.insert(letter, true);
    this.pending += letter;
    const found = COMMAND.exec(this.pending);
    if (!found) {
      if (BEGUN.test(this.pending)) return;
      this.editor.message = this.editor.words.unknownKey(this.pending);
    }
    this.pending = '';
    if (!found) return;
    const [, count, command = ''] = found;
    const times = Math.min(Number(count ?? 1), MOST);
    if (command === 'G' || command === 'gg') {
      const row = count === undefined && command === 'G' ? Infinity : times - 1;
      return this.editor.buffer.goTo({ row, index: 0 });
    }
    if (!this.move(command, times) && !this.change(command, times) && !this.insert(command))
      this.other(command);
  }

  /** Commands that only move; false when this is none. */
  private move(command: string, times: number): boolean {
    const { buffer } = this.editor;
    const { row } = buffer.cursor;
    switch (command) {
      case 'h':
        this.repeat(times, () => buffer.cursor.index > 0 && buffer.goTo(buffer.charBefore()));
        break;
      case 'l':
        this.repeat(times, () => buffer.cursor.index < buffer.line.length && buffer.goTo(buffer.charAfter()));
        break;
      case 'j':
        buffer.moveRows(times);
        break;
      case 'k':
        buffer.moveRows(-times);
        break;
      case 'w':
        this.repeat(times, () => buffer.goTo(buffer.wordAfter()));
        break;
      case 'b':
        this.repeat(times, () => buffer.goTo(buffer.wordBefore()));
        break;
      case '0':
        buffer.goTo({ row, index: 0 });
        break;
      case '^':
        buffer.goTo({ row, index: /^\s*/.exec(buffer.line)?.[0].length ?? 0 });
        break;
      case '$':
        buffer.goTo({ row, index: Infinity });
        break;
      case 'n':
      case 'N':
        this.editor.find('', command === 'N');
        break;
      default:
        return false;
    }
    return true;
  }

  private repeat(times: number, act: () => unknown): void {
    for (let time = 0; time < times; time++) if (act() === false) return;
  }

  /** Commands that take away or put back; false when this is none. */
  private change(command: string, times: number): boolean {
    const { editor } = this;
    const { buffer } = editor;
    const { row, index } = buffer.cursor;
    const end = { row, index: buffer.line.length };
    switch (command) {
      case 'dd':
        editor.clipboard = buffer.cutLines(times);
        return true;
      case 'yy':
        editor.clipboard = buffer.lines.slice(row, row + times);
        return true;
      case 'p':
        buffer.pasteLines(editor.clipboard, row + 1);
        return true;
      case 'P':
        buffer.pasteLines(editor.clipboard, row);
        return true;
      case 'x':
        this.repeat(times, () => buffer.cursor.index < buffer.line.length && buffer.delete());
        return true;
      case 'X':
        this.repeat(times, () => buffer.cursor.index > 0 && buffer.backspace());
        return true;
      case 'D':
      case 'd$':
        buffer.remove({ row, index }, end);
        return true;
      case 'd0':
        buffer.remove({ row, index: 0 }, { row, index });
        return true;
      case 'dw':
        this.repeat(times, () => {
          const to = buffer.wordAfter();
          buffer.remove(buffer.cursor, to.row > row ? { row, index: buffer.line.length } : to);
        });
        return true;
      case 'J':
        this.repeat(times, () => buffer.join());
        return true;
      case 'u':
        if (!buffer.undo()) editor.message = editor.words.nothingToUndo;
        return true;
      default:
        return false;
    }
  }

  /** Commands after which one types; false when this is none. */
  private insert(command: string): boolean {
    const { buffer } = this.editor;
    const { row, index } = buffer.cursor;
    const lineEnd = { row, index: buffer.line.length };
    if (command === 'I') buffer.goTo({ row, index: /^\s*/.exec(buffer.line)?.[0].length ?? 0 });
    else if (command === 'a')
      buffer.goTo({ row, index: index < lineEnd.index ? buffer.charAfter().index : index });
    else if (command === 'A' || command === 'o') buffer.goTo(lineEnd);
    else if (command === 'O') buffer.pasteLines([''], row);
    else if (command === 's') this.change('x', 1);
    else if (command === 'cc' || command === 'S') buffer.remove({ row, index: 0 }, lineEnd);
    else if (command === 'C' || command === 'c$') buffer.remove({ row, index }, lineEnd);
    else if (command === 'cw') {
      const word = /^(?:\S+|\s+)/.exec(buffer.line.slice(index))?.[0].length ?? 0;
      buffer.remove({ row, index }, { row, index: index + word });
    } else if (command !== 'i') return false;
    if (command === 'o') buffer.insert('\n');
    this.isInserting = true;
    return true;
  }

  private other(command: string): void {
    const { editor } = this;
    if (command === 'ZZ') return this.colon('x');
    if (command === 'ZQ') return this.colon('q!');
    editor.ask(command, '', (given) => {
      if (given === null) return;
      if (command === ':') this.colon(given.trim());
      else editor.find(given, command === '?');
    });
  }

  /** What stands behind the colon. */
  private colon(text: string): void {
    const { editor } = this;
    const { buffer, words } = editor;
    if (/^\d+$/.test(text)) return buffer.goTo({ row: Number(text) - 1, index: 0 });
    if (text === '$') return buffer.goTo({ row: Infinity, index: 0 });
    const [, command, name] = /^(wq?|x|qa?|wqa?)!?(?:\s+(\S.*))?$/.exec(text) ?? [];
    if (command === undefined) {
      if (text !== '') editor.message = words.unknownCommand(text);
      return;
    }
    if (command.startsWith('q')) {
      if (buffer.isModified && !text.includes('!')) editor.message = words.unsaved;
      else editor.end();
      return;
    }
    const leaves = command !== 'w';
    if (command === 'x' && !buffer.isModified) return editor.end();
    const path = name ?? editor.path;
    if (path === null) {
      editor.message = words.noName;
      return;
    }
    void editor.save(path, () => {
      if (leaves) editor.end();
    });
  }
}
