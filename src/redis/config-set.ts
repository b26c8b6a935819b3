/* Reading, checking and setting parameters by name (after config.c). The commands are in
 * config-commands.ts, parameters with a syntax of their own in config-special.ts. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Config } from './config.ts';
import { getSpecial, setSpecial } from './config-special.ts';
import { configTable, type ConfigParameter } from './config-table.ts';
import type { Server } from './server.ts';

type Fields = Record<string, unknown>;
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};

/** A size such as "100mb" in bytes, without digits 0; null when it is none. */
export function memtoull(text: Bytes): number | null {
  const match = /^([0-9]*)([a-z]*)$/i.exec(text);
  const unit = match ? UNITS[(match[2] as string).toLowerCase()] : undefined;
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** The value of a parameter as CONFIG GET prints it. */
export function getConfigText(config: Config, parameter: ConfigParameter): string {
  const value = (config as unknown as Fields)[parameter.field];
  switch (parameter.type) {
    case 'bool':
      return value === true ? 'yes' : 'no';
    case 'octal':
      return (value as number).toString(8);
    case 'percent':
      return (value as number) < 0 ? `${-(value as number)}%` : String(value);
    case 'special':
      return getSpecial(config, parameter.name);
    default:
      return String(value);
  }
}

/** Sets a parameter's field from text; returns why that is impossible, or null. Nothing else happens
 *  yet: see applyConfig. */
export function setConfigText(config: Config, parameter: ConfigParameter, text: Bytes): string | null {
  if (parameter.type === 'special') return setSpecial(config, parameter.name, text);
  const value = parseConfigValue(parameter, text);
  if (typeof value === 'object') return value.error;
  const why = typeof value === 'string' ? checkString(parameter.name, value) : null;
  if (why !== null) return why;
  (config as unknown as Fields)[parameter.field] = value;
  return null;
}

type Parsed = boolean | number | string | { error: string };

function parseConfigValue(parameter: ConfigParameter, text: Bytes): Parsed {
  switch (parameter.type) {
    case 'bool': {
      const word = text.toLowerCase();
      return word === 'yes' ? true : word === 'no' ? false : { error: "argument must be 'yes' or 'no'" };
    }
    case 'enum': {
      const word = parameter.words.find((candidate) => candidate === text.toLowerCase());
      return word ?? { error: `argument(s) must be one of the following: ${parameter.words.join(', ')}` };
    }
    case 'flags':
      return parseFlags(parameter, text);
    case 'int': {
      const value = string2ll(text);
      if (value === null) return { error: "argument couldn't be parsed into an integer" };
      return inRange(parameter, value);
    }
    case 'memory': {
      const value = memtoull(text);
      if (value === null) return { error: 'argument must be a memory value' };
      return inRange(parameter, value);
    }
    case 'percent':
      return parsePercent(text);
    case 'octal':
      return /^[0-7]+$/.test(text)
        ? Number.parseInt(text, 8)
        : { error: "argument couldn't be parsed as an octal number" };
    default:
      return text;
  }
}

function inRange(parameter: ConfigParameter, value: number | bigint): Parsed {
  if (value >= parameter.min && value <= parameter.max) return clampQuietly(parameter.name, Number(value));
  return { error: `argument must be between ${parameter.min} and ${parameter.max} inclusive` };
}

/** Values that Redis takes and then moves into a range of its own. */
function clampQuietly(name: string, value: number): number {
  if (name === 'hz') return Math.min(Math.max(value, 1), 500);
  if (name === 'repl-backlog-size') return Math.max(value, 16384);
  return value;
}

function parseFlags(parameter: ConfigParameter, text: Bytes): Parsed {
  const words = text.trim().toLowerCase().split(/\s+/);
  if (words.some((word) => !parameter.words.includes(word))) {
    return { error: `argument(s) must be one of the following: ${parameter.words.join(', ')}` };
  }
  const set = parameter.words.filter((word) => word !== 'default' && words.includes(word));
  return set.length === 0 ? 'default' : set.join(' ');
}

/** A percentage is kept as a negative number. */
function parsePercent(text: Bytes): Parsed {
  const percent = /^([0-9]+)%$/.exec(text);
  if (percent) {
    const value = Number(percent[1]);
    return value > 100 ? { error: 'percentage argument must be less or equal to 100' } : -value;
  }
  return memtoull(text) ?? { error: 'argument must be a memory or percent value' };
}

const TEMPLATE_VARIABLES = new Set([
  'title',
  'listen-addr',
  'server-mode',
  'port',
  'tls-port',
  'unixsocket',
  'config-file',
]);

function checkString(name: string, value: string): string | null {
  if (name === 'cluster-announce-hostname') {
    if (value.length >= 256) return 'Hostnames must be less than 256 characters';
    if (!/^[a-zA-Z0-9.-]*$/.test(value))
      return 'Hostnames may only contain alphanumeric characters, hyphens or dots';
  }
  if (name === 'proc-title-template') {
    const rest = value.replace(/\{([a-z-]+)\}/g, (all, word: string) =>
      TEMPLATE_VARIABLES.has(word) ? '' : all,
    );
    if (value === '' || /[{}]/.test(rest)) return 'template format is invalid or contains unknown variables';
  }
  if (
    (name === 'dbfilename' || name === 'appendfilename' || name === 'appenddirname') &&
    value.includes('/')
  ) {
    return name === 'dbfilename'
      ? "dbfilename can't be a path, just a filename"
      : `${name} can't be a path, just a ${name === 'appenddirname' ? 'dirname' : 'filename'}`;
  }
  return null;
}

/** Applies the parameters a server is started with. Mistakes are kept in `server.configErrors`: a
 *  server with any of them does not start. */
export function applyStartupConfig(server: Server, settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const parameter = configTable.get(name.toLowerCase());
    const why =
      parameter === undefined
        ? 'Bad directive or wrong number of arguments'
        : setConfigText(server.config, parameter, value);
    if (why !== null) server.configErrors.push(`>>> '${name} "${value}"'\n${why}`);
  }
  server.isLfuPolicy = server.config.maxmemoryPolicy.includes('lfu');
}

/** What differs from the defaults, as [name, value]. */
export function configDiff(config: Config, defaults: Config): [string, string][] {
  const out: [string, string][] = [];
  for (const [name, parameter] of configTable) {
    if (name !== parameter.name) continue;
    const text = getConfigText(config, parameter);
    if (text !== getConfigText(defaults, parameter)) out.push([name, text]);
  }
  return out;
}
