/* An editor that has the whole terminal: a file, its text, and what is on the screen. Like the shell it
 * stands outside the world and is worked by keys; only what it saves goes into the world. What keys mean
 * is the business of nano.ts and vi.ts.
 *
 * It draws by giving the text for a whole screen, so that a terminal of any size can be told at any time. */

import { parseKeys, type Key } from '#cli/line-editor.ts';
import { TextBuffer } from './buffer.ts';
import { drawScreen } from './drawing.ts';
import { wordsIn, type EditorWords, type WriteProblem } from './words.ts';

/** A key by what a terminal sends for it. */
export type RawKey = Key<string>;

/** A question on the line below the text. */
export interface Question {
  readonly label: string;
  /** What has been typed so far; null when one key answers. */
  text: string | null;
  answer(given: string | null): void;
}

/** What keys mean, and what stands around the text. */
export interface Manner {
  press(key: RawKey): void;
  /** The line above the text, if there is one. */
  readonly title: { left: string; middle: string; right: string } | null;
  /** Shown below the text in rows: keys, and what they do. */
  readonly help: readonly (readonly [key: string, what: string])[];
  /** What stands in rows below the end of the text. */
  readonly beyond: string;
  /** Shown while nothing else is to be said. */
  readonly idle: string;
}

export interface EditorFile {
  /** Null for a text that has no name yet. */
  path: string | null;
  text: string;
  isNew: boolean;
  /** Row to begin at. */
  row: number;
}

export interface EditorHost {
  readonly language: 'en' | 'zh';
  /** Saves; what went wrong, or null. */
  write(path: string, text: string): Promise<WriteProblem | null>;
}

export class Editor {
  readonly words: EditorWords;
  readonly buffer: TextBuffer;
  readonly manner: Manner;
  /** Resolves when it was left. */
  readonly left: Promise<void>;
  /** Called when there is something new to see. */
  onChange: () => void = () => undefined;
  path: string | null;
  /** Said once, until the next key. */
  message: string;
  question: Question | null = null;
  /** What was looked for last. */
  sought = '';
  /** Whole lines that were cut or copied. */
  clipboard: readonly string[] = [];
  /** Rows of text on the screen. */
  page = 20;
  /** First row of the text on the screen. */
  top = 0;
  hasEnded = false;
  private readonly host: EditorHost;
  private readonly keys: RawKey[] = [];
  private isSaving = false;
  private leave: () => void = () => undefined;

  constructor(file: EditorFile, host: EditorHost, manner: (editor: Editor) => Manner) {
    this.left = new Promise((resolve) => {
      this.leave = resolve;
    });
    this.host = host;
    this.words = wordsIn(host.language);
    this.path = file.path;
    this.buffer = new TextBuffer(file.text);
    this.buffer.goTo({ row: file.row, index: 0 });
    this.message = file.isNew ? this.words.newFile : this.words.read(this.buffer.lines.length);
    this.manner = manner(this);
  }

  /** What a terminal sent. */
  type(data: string): void {
    this.keys.push(...parseKeys(data, (sequence) => sequence));
    this.work();
  }

  /** Keys that come while a file is being saved wait until that is done. */
  private work(): void {
    for (let key = this.keys[0]; key && !this.isSaving && !this.hasEnded; key = this.keys[0]) {
      this.keys.shift();
      this.message = '';
      if (this.question) this.answer(this.question, key);
      else this.manner.press(key);
    }
    this.onChange();
  }

  /** The text for a terminal of that size: everything on it, and the cursor. */
  draw(columns: number, rows: number): string {
    return drawScreen(this, Math.max(columns, 10), Math.max(rows, 3));
  }

  /** Asks for a line of text, or for a key (`text` is null). Escape and Ctrl-C answer with null. */
  ask(label: string, text: string | null, answer: (given: string | null) => void): void {
    this.question = { label, text, answer };
  }

  private answer(question: Question, key: RawKey): void {
    const done = (given: string | null): void => {
      this.question = null;
      question.answer(given);
    };
    if (key.kind === 'key' && (key.name === '\x03' || key.name === '\x1b')) return done(null);
    if (question.text === null) {
      if (key.kind === 'text') done(key.text.charAt(0));
    } else if (key.kind !== 'key') question.text += key.text.replace(/[\r\n].*$/s, '');
    else if (key.name === '\r' || key.name === '\n') done(question.text);
    else if (key.name === '\x7f' || key.name === '\b')
      question.text = [...question.text].slice(0, -1).join('');
  }

  /** Saves under a name, and then does what was to follow. */
  async save(path: string, then: () => void = () => undefined): Promise<void> {
    const { buffer, words } = this;
    const { text } = buffer;
    this.isSaving = true;
    const problem = await this.host.write(path, text);
    this.isSaving = false;
    if (problem === null) {
      this.path = path;
      buffer.markSaved();
      this.message = words.wrote(text === '' ? 0 : buffer.lines.length);
      then();
    } else this.message = words.notWritten(path, words.problems[problem]);
    this.work();
  }

  /** Looks for a text and goes there. */
  find(wanted: string, back = false): void {
    if (wanted !== '') this.sought = wanted;
    if (this.sought === '') return;
    const found = this.buffer.find(this.sought, back);
    if (found === null) this.message = this.words.notFound(this.sought);
    else if (found === 'wrapped') this.message = this.words.wrapped;
  }

  /** Pasted text as lines of a file: line ends of any kind, and nothing that steers a terminal. */
  paste(text: string): void {
    this.buffer.insert(text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f]/g, ''));
  }

  /** Takes over the text from where it was edited otherwise. */
  setText(text: string): void {
    const { buffer } = this;
    if (buffer.text === text) return;
    const last = buffer.lines.length - 1;
    buffer.remove({ row: 0, index: 0 }, { row: last, index: (buffer.lines[last] ?? '').length });
    this.paste(text.replace(/\n$/, ''));
  }

  end(): void {
    this.hasEnded = true;
    this.leave();
    this.onChange();
  }
}
