/* The line editor: keys in, line and cursor out. A bar in expected texts marks the cursor. */

import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { drawLine, eraseLine } from '#cli/line-drawing.ts';
import { edit, EMPTY_LINE, parseKeys, withText, type Act, type LineState } from '#cli/line-editor.ts';
import { textWidth } from '#cli/text-width.ts';

function type(data: string, history: readonly string[] = [], from: LineState = EMPTY_LINE) {
  let state = from;
  const acts: Act[] = [];
  for (const key of parseKeys(data)) {
    const edited = edit(state, key, history);
    state = edited.state;
    if (edited.act) acts.push(edited.act);
  }
  return { state, acts, line: `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}` };
}

describe('typing', () => {
  test('text is inserted at the cursor', () => {
    expect(type('GET fo\x1b[D\x1b[Dx').line).toBe('GET x|fo');
  });

  test('Enter submits the line and empties it', () => {
    const { acts, line } = type('SET foo 你好\r');
    expect(acts).toEqual([{ do: 'submit', lines: ['SET foo 你好'], drafts: {} }]);
    expect(line).toBe('|');
  });

  test.each([
    ['Ctrl-A goes to the start', 'abc\x01', '|abc'],
    ['Ctrl-E goes to the end', 'abc\x01\x05', 'abc|'],
    ['Home and End too', 'abc\x1b[H\x1b[F\x1b[Hx', 'x|abc'],
    ['Backspace takes a whole Chinese character', '你好\x7f', '你|'],
    ['Backspace takes a whole emoji', 'a😀\x7f', 'a|'],
    ['Backspace takes a letter with its accent', 'e\u0301\x7f', '|'],
    ['the left arrow does not stop inside an emoji', 'a😀\x1b[D', 'a|😀'],
    ['Delete takes what follows', 'abc\x01\x1b[3~', '|bc'],
    ['Ctrl-D deletes when there is text', 'abc\x01\x04', '|bc'],
    ['Ctrl-W takes the word before', 'GET foo bar\x17', 'GET foo |'],
    ['Ctrl-U takes all before, Ctrl-Y gives it back', 'GET foo\x15\x19\x19', 'GET fooGET foo|'],
    ['Ctrl-K takes all behind', 'GET foo\x01\x06\x0b', 'G|'],
    ['Ctrl-T swaps the last two', 'ab\x14', 'ba|'],
    ['Ctrl-left goes back a word', 'GET foo bar\x1b[1;5D', 'GET foo |bar'],
    ['Alt-D takes the word behind', 'GET foo\x01\x1bd', '| foo'],
    ['an unknown sequence changes nothing', 'ab\x1b[99;99z\x1b[<0;1;2M', 'ab|'],
  ])('%s', (_, keys, line) => {
    expect(type(keys).line).toBe(line);
  });

  test('Ctrl-D on an empty line means the end', () => {
    expect(type('\x04').acts).toEqual([{ do: 'eof' }]);
  });

  test('Ctrl-C forgets the line and interrupts', () => {
    const { acts, line } = type('GET foo\x03');
    expect([acts, line]).toEqual([[{ do: 'interrupt', text: 'GET foo' }], '|']);
  });
});

describe('pasting', () => {
  const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

  test('several lines are submitted one by one and the rest stays', () => {
    const { acts, line } = type(paste('SET a 1\r\nSET b 2\nGET a'));
    expect(acts).toEqual([{ do: 'submit', lines: ['SET a 1', 'SET b 2'], drafts: {} }]);
    expect(line).toBe('GET a|');
  });

  test('escape sequences in pasted text lose their escape', () => {
    expect(type(paste('a\x1b[31mb\x07')).line).toBe('a[31mb|');
  });
});

describe('history', () => {
  const history = ['SET a 1', 'GET a', 'DEL a'];

  test('the arrows walk back and forth and keep the draft', () => {
    expect(type('dra\x1b[A', history).line).toBe('DEL a|');
    expect(type('dra\x1b[A\x1b[A\x1b[A', history).line).toBe('SET a 1|');
    expect(type('dra\x1b[A\x1b[A\x1b[B\x1b[B', history).line).toBe('dra|');
  });

  test('going beyond an end only rings', () => {
    expect(type('\x1b[B', history).acts).toEqual([{ do: 'bell' }]);
    expect(type('\x10\x10\x10\x10', history).line).toBe('SET a 1|');
  });

  test('Ctrl-R finds the newest line, again the next older, and Enter runs it', () => {
    expect(type('\x12 a\r', history).acts).toEqual([{ do: 'submit', lines: ['DEL a'], drafts: {} }]);
    expect(type('\x12 a\x12\r', history).acts).toEqual([{ do: 'submit', lines: ['GET a'], drafts: {} }]);
  });

  test('an arrow takes the match to edit it, Escape leaves the search', () => {
    expect(type('\x12SET\x1b[D', history).line).toBe('SET a |1');
    expect(type('x\x12SET\x1b', history).line).toBe('x|');
  });
});

describe('drawing', () => {
  const options = { prompt: '> ', columns: 10, history: [] };
  const plain = (text: string) => text.replace(/\x1b\[\d*m/g, '');

  test('the cursor is put behind the text', () => {
    expect(plain(drawLine(withText(EMPTY_LINE, 'ab'), options).output)).toBe('> ab\r\x1b[4C');
  });

  test('a hint stands behind the line and the cursor before it', () => {
    const { output } = drawLine(withText(EMPTY_LINE, 'GET'), { ...options, columns: 40, hint: ' key' });
    expect(plain(output)).toBe('> GET key\r\x1b[5C');
  });

  test('a wide character does not straddle two rows', () => {
    const { output, cursorRow } = drawLine(withText(EMPTY_LINE, '1234567中'), options);
    expect(plain(output)).toBe('> 1234567\r\n中\r\x1b[2C');
    expect(cursorRow).toBe(1);
  });

  test('a full row puts the cursor on the next', () => {
    const { output, cursorRow } = drawLine(withText(EMPTY_LINE, '12345678'), options);
    expect(plain(output)).toBe('> 12345678\r\n\r');
    expect(cursorRow).toBe(1);
    expect(eraseLine({ output, cursorRow })).toBe('\x1b[1A\r\x1b[J');
  });

  test('a secret is not drawn', () => {
    expect(drawLine(withText(EMPTY_LINE, 'secret'), { ...options, hidden: 'all' }).output).not.toContain('s');
  });
});

test('Chinese takes two columns, accents none', () => {
  expect([textWidth('abc'), textWidth('中文'), textWidth('e\u0301'), textWidth('😀')]).toEqual([3, 4, 1, 2]);
});

test('half a character, or one behind an escape, does not lead the cursor into another', () => {
  expect(type('\u{10000}\x1b😀\x1b[D').state).toMatchObject({ text: '\u{10000}', cursor: 0 });
  expect(type('\u{10000}\ude00\x1b[D').state).toMatchObject({ text: '\u{10000}\ude00', cursor: 2 });
});

test('whatever a terminal sends, the cursor stays on a character and inside the line', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\x1b[D',
      '\x1b[C',
      '\x7f',
      '\x12',
      '\x17',
      '\x14',
      '\x1b[A',
      '\x1b',
      '\x1b[200~',
      '😀',
      '中',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { state } = type(pieces.join(''), ['SET a 1', '你好 😀']);
      expect(state.cursor).toBeGreaterThanOrEqual(0);
      expect(state.cursor).toBeLessThanOrEqual(state.text.length);
      const split =
        /[\ud800-\udbff]/.test(state.text[state.cursor - 1] ?? '') &&
        /[\udc00-\udfff]/.test(state.text[state.cursor] ?? '');
      expect(split).toBe(false);
      expect(drawLine(state, { prompt: '> ', columns: 20, history: [] }).cursorRow).toBeGreaterThanOrEqual(0);
    }),
  );
});
