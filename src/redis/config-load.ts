/* Reading a configuration file (after loadServerConfigFromString in config.c). Most lines set a
 * parameter; `user`, `rename-command` and `include` do other things. */

import type { Bytes } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import { setConfigText } from './config-set.ts';
import { configTable, takesSeveralWords } from './config-table.ts';
import type { Config } from './config.ts';
import type { Disk } from './io.ts';

/** What a configuration file tells a server. */
export interface ConfigTarget {
  config: Config;
  /** Mistakes; a server with any of them does not start. */
  configErrors: string[];
  /** Words of the `user` lines. */
  configUsers: Bytes[][];
  /** Commands by the name they are given; '' takes the name away. */
  renamedCommands: Map<Bytes, Bytes>;
}

/** Includes within includes beyond this are a circle. */
const DEEPEST_INCLUDE = 16;

/** Applies the lines of a configuration file. `disk` has the files that it includes. */
export function loadConfigText(target: ConfigTarget, text: Bytes, disk: Disk | null, depth = 0): void {
  const saves: Bytes[] = [];
  text.split('\n').forEach((line, at) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const words = splitArgs(trimmed);
    const why =
      words === null
        ? 'Unbalanced quotes in configuration line'
        : words.length === 0
          ? null
          : applyLine(target, words, saves, { disk, depth });
    if (why === null) return;
    target.configErrors.push(`Reading the configuration file, at line ${at + 1}\n>>> '${trimmed}'\n${why}`);
  });
}

function applyLine(
  target: ConfigTarget,
  words: readonly Bytes[],
  saves: Bytes[],
  from: { disk: Disk | null; depth: number },
): string | null {
  const name = (words[0] as Bytes).toLowerCase();
  const values = words.slice(1);
  const parameter = configTable.get(name);
  if (parameter !== undefined) {
    if (values.length !== 1 && !takesSeveralWords(parameter)) return 'wrong number of arguments';
    if (parameter.name !== 'save') return setConfigText(target.config, parameter, values.join(' '));
    // Several `save` lines add up, an empty one forgets those before it.
    const line = values.join(' ').trim();
    if (line === '') saves.length = 0;
    else saves.push(line);
    return setConfigText(target.config, parameter, saves.join(' '));
  }
  if (name === 'user' && values.length > 0) {
    if (target.configUsers.some(([known]) => known === values[0])) {
      return `Duplicate user '${values[0]}' found`;
    }
    target.configUsers.push(values);
    return null;
  }
  if (name === 'rename-command' && values.length === 2) {
    target.renamedCommands.set((values[0] as Bytes).toLowerCase(), values[1] as Bytes);
    return null;
  }
  if (name === 'include' && values.length === 1) return include(target, values[0] as Bytes, from);
  return 'Bad directive or wrong number of arguments';
}

function include(
  target: ConfigTarget,
  path: Bytes,
  from: { disk: Disk | null; depth: number },
): string | null {
  if (from.depth >= DEEPEST_INCLUDE) return 'The files include each other without end';
  const text = from.disk?.read(path);
  if (text === undefined) return `Can't open config file '${path}': No such file or directory`;
  loadConfigText(target, text, from.disk, from.depth + 1);
  return null;
}
