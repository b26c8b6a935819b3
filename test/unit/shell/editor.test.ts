/* The editors of the shell: what keys make of a text, and what stands on a terminal of a given size. */

import fc from 'fast-check';
import { describe, expect, test, vi as spy } from 'vitest';
import { textWidth } from '#cli/text-width.ts';
import { visiblePart } from '#shell/editor/cells.ts';
import { Editor, type EditorHost } from '#shell/editor/editor.ts';
import { Nano } from '#shell/editor/nano.ts';
import { Vi } from '#shell/editor/vi.ts';
import { screenOf } from './screen.ts';

const UP = '\x1b[A';
const DOWN = '\x1b[B';
const LEFT = '\x1b[D';
const HOME = '\x1b[H';
const END = '\x1b[F';

const CONF = 'port 7000\ncluster-enabled yes\n# 节点超时\ncluster-node-timeout 5000\n';

function open(
  kind: 'nano' | 'vi',
  text = CONF,
  host: Partial<EditorHost> = {},
): { editor: Editor; saved: string[] } {
  const saved: string[] = [];
  const file = { path: 'a.conf', text, isNew: text === '', row: 0 };
  const write: EditorHost['write'] = (_path, written) => {
    saved.push(written);
    return Promise.resolve(null);
  };
  const editor = new Editor(file, { language: 'en', write, ...host }, (made) =>
    kind === 'nano' ? new Nano(made) : new Vi(made),
  );
  return { editor, saved };
}

/** The text after keys. */
function typed(kind: 'nano' | 'vi', text: string, ...keys: string[]): string {
  const { editor } = open(kind, text);
  for (const key of keys) editor.type(key);
  return editor.buffer.text;
}

describe('nano', () => {
  test('types, breaks and joins lines, and takes characters away, wide ones whole', () => {
    expect(typed('nano', 'port 1\n', END, '\x7f', '7000', '\r', '绑定', LEFT, '\x7f', '捆')).toBe(
      'port 7000\n捆定\n',
    );
    expect(typed('nano', 'a\nb\n', END, '\x1b[3~')).toBe('ab\n');
    expect(typed('nano', 'a\nb\n', DOWN, HOME, '\x7f')).toBe('ab\n');
    expect(typed('nano', 'e\u0301x\n', '\x1b[C', '\x1b[3~')).toBe('e\u0301\n');
    expect(typed('nano', '', '\t', 'x')).toBe('\tx\n');
  });

  test('goes up and down in the columns of the screen, and by pages', () => {
    // Two Chinese characters stand as wide as four letters.
    expect(typed('nano', 'abcdef\n一二三\n', '\x1b[C'.repeat(4), DOWN, '!')).toBe('abcdef\n一二!三\n');
    expect(typed('nano', 'abcdef\na\nabcdef\n', END, DOWN, DOWN, '!')).toBe('abcdef\na\nabcdef!\n');
    const { editor } = open('nano', 'x\n'.repeat(100));
    editor.draw(80, 24);
    editor.type('\x1b[6~\x1b[6~');
    expect(editor.buffer.cursor.row).toBe(2 * (editor.page - 2));
    editor.type('\x1b[5~\x1b[5~\x1b[5~');
    expect(editor.buffer.cursor.row).toBe(0);
    editor.type('\x1b/');
    expect(editor.buffer.cursor).toEqual({ row: 99, index: 1 });
  });

  test('cuts lines, adds to what was cut, and puts them back', () => {
    expect(typed('nano', 'a\nb\nc\n', '\x0b\x0b', '\x15', '\x15')).toBe('a\nb\na\nb\nc\n');
    expect(typed('nano', 'a\nb\n', '\x0b', DOWN, '\x0b', '\x15')).toBe('b\n');
    expect(typed('nano', 'only\n', '\x0b')).toBe('');
    expect(typed('nano', 'only\n', '\x0b', '\x15')).toBe('only\n');
  });

  test('undoes and redoes, what was typed in one go at once', () => {
    const { editor } = open('nano', 'a\n');
    editor.type(END);
    for (const letter of 'bcd') editor.type(letter);
    editor.type('\r');
    editor.type('e');
    expect(editor.buffer.text).toBe('abcd\ne\n');
    editor.type('\x1bu');
    expect(editor.buffer.text).toBe('abcd\n\n');
    editor.type('\x1a');
    expect(editor.buffer.text).toBe('abcd\n');
    editor.type('\x1bu');
    expect(editor.buffer.text).toBe('a\n');
    expect(editor.buffer.isModified).toBe(false);
    editor.type('\x1bu');
    expect(editor.message).toBe('There is nothing to undo');
    editor.type('\x1be\x1be\x1be');
    expect(editor.buffer.text).toBe('abcd\ne\n');
  });

  test('pastes lines with ends of any kind, and nothing that steers a terminal', () => {
    expect(typed('nano', '', '\x1b[200~port 1\r\nbind *\rx\x1b[31m\x07y\x1b[201~')).toBe(
      'port 1\nbind *\nx[31my\n',
    );
  });

  test('finds on from the cursor, around the end, whatever the case', () => {
    const { editor } = open('nano', 'one\ntwo ONE\nthree\n');
    editor.type('\x06');
    expect(editor.question?.label).toBe('Search: ');
    editor.type('one\r');
    expect(editor.buffer.cursor).toEqual({ row: 1, index: 4 });
    editor.type('\x1bw');
    expect(editor.buffer.cursor).toEqual({ row: 0, index: 0 });
    expect(editor.message).toBe('Went on from the other end');
    editor.type('\x17nowhere\r');
    expect(editor.message).toBe('"nowhere" is not in this text');
    editor.type('\x06\x1b');
    expect(editor.question).toBeNull();
  });

  test('asks before changes are lost, and saves', async () => {
    const { editor, saved } = open('nano', 'port 1\n');
    editor.type('x\x18');
    expect(editor.question?.label).toContain('Save changes?');
    editor.type('\x03');
    expect(editor.hasEnded).toBe(false);
    editor.type('\x18z');
    expect(editor.question).not.toBeNull();
    editor.type('y');
    expect(editor.question?.text).toBe('a.conf');
    editor.type('\x7f\x7f\x7f\x7f\x7fB\r');
    await editor.left;
    expect(saved).toEqual(['xport 1\n']);
    expect(editor.path).toBe('aB');
    const other = open('nano', 'port 1\n');
    other.editor.type('x\x18n');
    await other.editor.left;
    expect(other.saved).toEqual([]);
    const unchanged = open('nano');
    unchanged.editor.type('\x18');
    await unchanged.editor.left;
  });

  test('says why a file cannot be written, and goes on', async () => {
    const { editor } = open('nano', 'a\n', { write: () => Promise.resolve('denied'), language: 'zh' });
    editor.type('x\x13');
    await spy.waitFor(() => expect(editor.message).toContain('只能看，不能改'));
    expect(editor.buffer.isModified).toBe(true);
    expect(editor.hasEnded).toBe(false);
  });
});

describe('vi', () => {
  test.each([
    ['i inserts and Escape ends that', 'b\n', ['ia', '\x1b', 'x'], 'b\n'],
    ['a and A append', 'ac\n', ['ab\x1bAd'], 'abcd\n'],
    ['o and O open lines', 'b\n', ['oc\x1bkOa\x1b'], 'a\nb\nc\n'],
    ['dd cuts lines, p and P put them back', 'a\nb\nc\n', ['2ddp'], 'c\na\nb\n'],
    ['yy copies', 'a\nb\n', ['yyjp'], 'a\nb\na\n'],
    ['x, X and D take away', 'abcdef\n', ['2xllXD'], 'c\n'],
    ['dw and cw take words', 'port 7000 x\n', ['wcw7001\x1bw', 'dw'], 'port 7001 \n'],
    ['G, gg and counts go to lines', 'a\nb\nc\n', ['GiX\x1bggiY\x1b2GiZ\x1b'], 'Ya\nZb\nXc\n'],
    ['J joins lines', 'a\n  b\n', ['J'], 'a b\n'],
    ['u and Ctrl-R undo and redo', 'ab\n', ['xxuu\x12'], 'b\n'],
    ['/ searches, n goes on', 'a\nkey\nb\nkey\n', ['/key\rn', 'x'], 'a\nkey\nb\ney\n'],
    ['colon and a number goes to a line', 'a\nb\n', [':2\r', 'x'], 'a\n\n'],
    ['arrows move while one inserts', 'ab\n', ['i', '\x1b[C', 'x'], 'axb\n'],
  ])('%s', (_, text, keys, expected) => {
    expect(typed('vi', text, ...keys)).toBe(expected);
  });

  test(':wq saves and leaves, :q refuses to lose changes, :q! does not', async () => {
    const { editor, saved } = open('vi', 'a\n');
    editor.type('x:q\r');
    expect(editor.message).toContain(':q! throws them away');
    editor.type(':wq\r');
    await editor.left;
    expect(saved).toEqual(['']);
    const other = open('vi', 'a\n');
    other.editor.type('x:q!\r');
    await other.editor.left;
    expect(other.saved).toEqual([]);
    const third = open('vi', 'a\n');
    third.editor.type(':nonsense\r');
    expect(third.editor.message).toBe('There is no command :nonsense');
  });
});

describe('the screen', () => {
  test('shows the text between a title and the keys', () => {
    const { editor } = open('nano');
    const { lines, cursor } = screenOf(editor.draw(60, 12), 60, 12);
    expect(lines[0]).toMatch(/^ nano +a\.conf *$/);
    expect(lines.slice(1, 6)).toEqual([...CONF.split('\n').slice(0, 4), '']);
    expect(lines[9]).toBe(' Read 4 lines');
    expect(lines[10]).toContain('^X Exit');
    expect(lines[11]).toContain('^O Save');
    expect(cursor).toEqual({ row: 1, column: 0 });
  });

  test('follows the cursor down, and to the right in a long line', () => {
    const { editor } = open('nano', `${'0123456789'.repeat(10)}\n${'x\n'.repeat(50)}`);
    editor.type(END);
    let { lines, cursor } = screenOf(editor.draw(40, 12), 40, 12);
    expect(lines[1]?.startsWith('<')).toBe(true);
    expect(lines[1]?.charAt(cursor.column - 1)).toBe('9');
    editor.type(`${HOME}\x1b/`);
    ({ lines, cursor } = screenOf(editor.draw(40, 12), 40, 12));
    expect(lines[cursor.row]).toBe('x');
    editor.type(UP.repeat(60));
    ({ lines } = screenOf(editor.draw(40, 12), 40, 12));
    expect(lines[1]).toBe(`${'0123456789'.repeat(4).slice(0, 39)}>`);
  });

  test('is drawn anew in any size', () => {
    const { editor } = open('nano', '一二三四五六七八九十\n');
    for (const [columns, rows] of [
      [10, 3],
      [13, 4],
      [40, 8],
      [80, 24],
      [200, 60],
    ] as const) {
      const { lines } = screenOf(editor.draw(columns, rows), columns, rows);
      expect(lines.length).toBe(rows);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('speaks Chinese', () => {
    const { editor } = open('nano', CONF, { language: 'zh' });
    const { lines } = screenOf(editor.draw(80, 24), 80, 24);
    expect(lines[21]).toBe(' 读入 4 行');
    expect(lines[22]).toContain('^X 退出');
  });

  test('control characters of a file are shown, not obeyed', () => {
    const { editor } = open('nano', 'a\x1b[31mred\x07\x7f\x9b\tb\n');
    expect(screenOf(editor.draw(60, 12), 60, 12).lines[1]).toBe('a^[[31mred^G^?· b');
  });
});

test('the visible part of a line is never wider than the screen, and whole when it fits', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '一', '\t', '\x01', 'e', '\u0301', '😀'), maxLength: 80 }),
      fc.nat(60),
      fc.integer({ min: 4, max: 40 }),
      (line, left, columns) => {
        const shown = visiblePart(line, left, columns);
        expect(textWidth(shown)).toBeLessThanOrEqual(columns);
        const whole = visiblePart(line, 0, 1000);
        if (left === 0 && textWidth(whole) <= columns) expect(shown).toBe(whole);
      },
    ),
  );
});

test('no keys make a text that the cursor is not in, and undoing everything brings the first one back', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('\x0b', '\x15', '\x7f', '\x1b[3~', '\r', UP, DOWN, LEFT, END, HOME, '\x1b[5~', '\x1b[6~', 'dd', 'p', 'O', 'u', '\x12', 'J', '3x', 'cw', '\x1b'), // prettier-ignore
  );
  fc.assert(
    fc.property(fc.constantFrom('nano', 'vi'), fc.array(key, { maxLength: 40 }), (kind, keys) => {
      const { editor } = open(kind as 'nano' | 'vi');
      for (const one of keys) {
        editor.type(one);
        const { cursor, lines } = editor.buffer;
        expect(lines.length).toBeGreaterThan(0);
        expect(cursor.index).toBeLessThanOrEqual((lines[cursor.row] as string).length);
        const { lines: shown } = screenOf(editor.draw(30, 8), 30, 8);
        for (const line of shown) expect(line).not.toMatch(/[\x00-\x1f\x7f]/);
      }
      while (editor.buffer.undo());
      expect(editor.buffer.text).toBe(CONF);
    }),
  );
});
