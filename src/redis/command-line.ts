/* The command line of redis-server: a file, and options behind it that are lines of the same file (after
 * the option handling in server.c). Used by whatever starts a server: a shell of the world, a real one. */

/** `--name value ...` as the lines of a configuration file. */
export function optionLines(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    if (word.startsWith('--')) lines.push(word.slice(2));
    else lines.push(`${lines.pop() ?? ''} ${quotedValue(word)}`);
  }
  return lines;
}

function quotedValue(word: string): string {
  return /^[^\s"'#]+$/.test(word) ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** The last value that a configuration gives a parameter, for what must be known before a server reads it. */
export function lastSetting(text: string, name: string): string | undefined {
  const values = [...text.matchAll(/^[ \t]*([\w-]+)[ \t]+(.*?)[ \t\r]*$/gm)].filter(
    ([, found]) => found?.toLowerCase() === name,
  );
  return values.at(-1)?.[2]?.replaceAll(/^["']|["']$/g, '');
}
