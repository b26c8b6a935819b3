/* How wide a text will be, near enough to give it a plate and a place without measuring. */

/** Width of a text in a monospaced Latin face with full-width CJK, in multiples of the font size. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += character.charCodeAt(0) >= 0x2e80 ? 1 : 0.602;
  return width;
}
