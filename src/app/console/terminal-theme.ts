/* The terminal in the colours of the page. */

import type { ITheme } from '@xterm/xterm';

/** Colours for xterm, read from the custom properties that hold at `element`. */
export function terminalTheme(element: Element): ITheme {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const [text, muted, ok, pfail, fail, focus] = ['text', 'muted', 'ok', 'pfail', 'fail', 'focus'].map(color);
  return {
    background: color('panel'),
    foreground: text,
    cursor: text,
    cursorAccent: color('panel'),
    selectionBackground: `${focus}55`,
    scrollbarSliderBackground: `${color('edge')}88`,
    scrollbarSliderHoverBackground: color('edge'),
    black: color('line'),
    red: fail,
    green: ok,
    yellow: pfail,
    blue: focus,
    magenta: color('shard-e'),
    cyan: color('shard-c'),
    white: text,
    brightBlack: muted,
    brightRed: fail,
    brightGreen: ok,
    brightYellow: pfail,
    brightBlue: focus,
    brightMagenta: color('shard-e'),
    brightCyan: color('shard-c'),
    brightWhite: text,
  } as ITheme;
}
