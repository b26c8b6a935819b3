/* Settings of a program's clients as a learner writes them: `name: value`, one a line. Names that the lesson does
 * not offer are passed over, and values that make no sense are left to the client, which has its limits. */

type Settings = Readonly<Record<string, unknown>>;

/** The settings that are offered, as text to be edited. */
export function writeLines(names: readonly string[], settings: Settings): string {
  return names.map((name) => `${name}: ${String(settings[name])}`).join('\n');
}

/** What a text says of the settings that are offered. */
export function readLines(names: readonly string[], text: string): Record<string, unknown> {
  const said = [...text.matchAll(/^\s*(\w+)\s*[:：]\s*(\S+)\s*$/gm)].map(([, name = '', value = '']) => [
    name,
    valueOf(value),
  ]);
  return Object.fromEntries(said.filter(([name]) => names.includes(name as string)));
}

function valueOf(word: string): string | number | boolean {
  if (/^(true|yes|on)$/i.test(word)) return true;
  if (/^(false|no|off)$/i.test(word)) return false;
  return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word;
}
