/* Colours for a console's plain output: prompts green, errors and redirects in their status colour. Only
 * whole lines that begin so are coloured; nothing is added but colour, and text stays what it is. */

const PROMPT =
  /^((?:127\.0\.0\.1|[\w.-]+):\d+(?:\[\d+\])?(?:\(TX\))?(?:\(subscribed mode\))?> |not connected> )/gm;
const ERROR = /^(\(error\) [^\n\x1b]*)$/gm;
const REDIRECT = /^(-> Redirected to slot [^\n\x1b]*)$/gm;

const green = '\x1b[32m';
const red = '\x1b[31m';
const yellow = '\x1b[33m';
const reset = '\x1b[39m';

/** `text` with colours for prompts, errors and redirects. */
export function decorate(text: string): string {
  return text
    .replace(PROMPT, `${green}$1${reset}`)
    .replace(ERROR, (line) => `${/^\(error\) (MOVED|ASK) /.test(line) ? yellow : red}${line}${reset}`)
    .replace(REDIRECT, `${yellow}$1${reset}`);
}
