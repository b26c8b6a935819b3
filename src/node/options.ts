/* Command lines of the programs in this folder: long options, each with a kind, a default and one line of
 * help. A mistake ends the program with a sentence and the usage, never with a stack trace. */

export interface OptionSpec {
  /** `texts` and `pairs` (name=value) may be repeated; a duration is in milliseconds. */
  kind: 'flag' | 'number' | 'text' | 'texts' | 'duration' | 'pairs';
  /** What stands behind the option in the usage, e.g. "N". */
  value?: string;
  default?: number | string | boolean;
  min?: number;
  max?: number;
  help: string;
}

export type Options = Record<string, number | string | boolean | string[] | [string, string][] | undefined>;

/** The options in `argv`, or a text to print: `usage` for --help (code 0), or what is wrong (code 1). */
export function parseOptions(
  argv: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
  usage: string,
): { options: Options } | { message: string; code: number } {
  const options: Options = {};
  for (const [name, spec] of Object.entries(specs)) options[name] = isList(spec) ? [] : spec.default;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--help' || word === '-h') return { message: usageText(specs, usage), code: 0 };
    const [, name, inline] = /^--([a-z][a-z-]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const spec = name !== undefined && Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec || name === undefined) return wrong(`Unknown option "${word}".`, specs, usage);
    if (spec.kind === 'flag') {
      if (inline !== undefined) return wrong(`--${name} takes no value.`, specs, usage);
      options[name] = true;
      continue;
    }
    const text = inline ?? argv[++at];
    if (text === undefined) return wrong(`--${name} needs a value.`, specs, usage);
    const value = readValue(name, spec, text);
    if (typeof value === 'object' && 'error' in value) return wrong(value.error, specs, usage);
    if (isList(spec)) (options[name] as unknown[]).push(value);
    else options[name] = value as number | string;
  }
  return { options };
}

function isList(spec: OptionSpec): boolean {
  return spec.kind === 'texts' || spec.kind === 'pairs';
}

function readValue(
  name: string,
  spec: OptionSpec,
  text: string,
): number | string | [string, string] | { error: string } {
  if (spec.kind === 'text' || spec.kind === 'texts') return text;
  if (spec.kind === 'pairs') {
    const [, key, value] = /^([a-z][a-z0-9-]*)[= ]([\s\S]*)$/i.exec(text) ?? [];
    return key === undefined
      ? { error: `--${name} needs name=value, not "${text}".` }
      : [key, value as string];
  }
  const number = spec.kind === 'duration' ? readDuration(text) : /^\d+$/.test(text) ? Number(text) : NaN;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = spec;
  const like =
    spec.kind === 'duration' ? 'a time such as 500ms, 60s or 2m' : `a whole number from ${min} to ${max}`;
  if (!(number >= min && number <= max)) return { error: `--${name} must be ${like}, not "${text}".` };
  return number;
}

/** Milliseconds of "500ms", "60s", "2m", "1h"; a bare number means seconds. NaN when it is none. */
function readDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const scale: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return number === undefined ? NaN : Number(number) * (scale[unit] as number);
}

function wrong(
  message: string,
  specs: Readonly<Record<string, OptionSpec>>,
  usage: string,
): { message: string; code: number } {
  return { message: `${message}\n\n${usageText(specs, usage)}`, code: 1 };
}

function usageText(specs: Readonly<Record<string, OptionSpec>>, usage: string): string {
  const rows = Object.entries(specs).map(([name, spec]) => {
    const left = `  --${name}${spec.value ? ` ${spec.value}` : ''}`;
    const suffix =
      spec.default === undefined || spec.default === false ? '' : ` (${spec.default} unless given)`;
    return `${left.padEnd(24)}${spec.help}${suffix}`;
  });
  return [usage, '', ...rows].join('\n');
}
