/* Tells xterm how wide characters are, from the same table by which the console draws the line being
 * edited, so that the cursor stands where the next letter will appear. */

import type { IUnicodeVersionProvider, Terminal } from '@xterm/xterm';
import { codeWidth } from '#cli/text-width.ts';

// xterm packs what it knows of a character into a number: whether it joins the one before (bit 0) and
// how many columns both take (bits 1 and 2).
const widthIn = (properties: number): number => (properties >> 1) & 3;

/** Widths as xterm asks for them. */
export const WIDTHS: IUnicodeVersionProvider = {
  version: 'console',
  wcwidth: codeWidth,
  charProperties(code, preceding) {
    const width = codeWidth(code);
    const joins = width === 0 && widthIn(preceding) > 0;
    return joins ? (widthIn(preceding) << 1) | 1 : width << 1;
  },
};

/** From now on this terminal measures with our table. */
export function useOwnWidths(terminal: Terminal): void {
  terminal.unicode.register(WIDTHS);
  terminal.unicode.activeVersion = WIDTHS.version;
}
