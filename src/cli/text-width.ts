/* How many columns of a terminal a text takes: Chinese, Japanese and Korean letters and most emoji take
 * two, combining marks none. Agrees with Unicode 11 as terminals draw it. */

/** Inclusive ranges of code points that take two columns. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], [0x231a, 0x231b], [0x2329, 0x232a], [0x23e9, 0x23ec], [0x25fd, 0x25fe], [0x2614, 0x2615],
  [0x2648, 0x2653], [0x26aa, 0x26ab], [0x26bd, 0x26be], [0x2705, 0x2705], [0x270a, 0x270b], [0x2728, 0x2728],
  [0x274c, 0x274c], [0x2753, 0x2755], [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff],
  [0xa000, 0xa4cf], [0xa960, 0xa97c], [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe10, 0xfe19], [0xfe30, 0xfe6f],
  [0xff00, 0xff60], [0xffe0, 0xffe6], [0x1f300, 0x1f64f], [0x1f680, 0x1f6ff], [0x1f900, 0x1f9ff],
  [0x20000, 0x2fffd], [0x30000, 0x3fffd],
]; // prettier-ignore

/** Inclusive ranges of code points that take none: marks that combine, joiners, variation selectors. */
const NONE: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f], [0x0483, 0x0489], [0x0591, 0x05bd], [0x0610, 0x061a], [0x064b, 0x065f], [0x0e31, 0x0e31],
  [0x0e34, 0x0e3a], [0x1ab0, 0x1aff], [0x1dc0, 0x1dff], [0x200b, 0x200f], [0x202a, 0x202e], [0x20d0, 0x20ff],
  [0x302a, 0x302d], [0x3099, 0x309a], [0xfe00, 0xfe0f], [0xfe20, 0xfe2f], [0xfeff, 0xfeff], [0xe0100, 0xe01ef],
]; // prettier-ignore

const within = (ranges: typeof WIDE, code: number): boolean =>
  ranges.some(([from, to]) => code >= from && code <= to);

/** Columns of one code point. */
export function codeWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (within(NONE, code)) return 0;
  return within(WIDE, code) ? 2 : 1;
}

/** Columns of the first character. */
export function charWidth(char: string): 0 | 1 | 2 {
  return codeWidth(char.codePointAt(0) ?? 0);
}

/** Columns of a text without control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}
