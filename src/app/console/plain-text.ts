/* Terminal text as plain text: for the transcript that screen readers follow, for copying, and for the
 * screen that is shown until the terminal has loaded. */

// Control sequences (colours, cursor), operating system commands, and what is left of control bytes.
const CONTROL =
  /\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** `text` without anything that would move a cursor or change a colour. */
export function plainText(text: string): string {
  return text
    .replace(CONTROL, '')
    .split('\n')
    .map((line) => line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r+$/, ''))
    .join('\n');
}
