/* The corpus: commands in cases, and how exactly each reply must be the same.
 *
 * `@case group/NNN` starts a case; then one command per line, quoted as in redis-cli. Prefixes, each
 * with a space behind it: `2>` on another connection, `2!` send without reading, `2?` read one more
 * reply; `=name` keeps the reply for `${name}` later; `[mode]` says how replies are compared (see
 * compare.ts). `@raw "..."` sends bytes, `@sleep ms` waits. */

import { readFileSync } from 'node:fs';
import { splitArgs } from '#base/split-args.ts';

export interface Step {
  kind: 'command' | 'send' | 'read' | 'raw' | 'raw-send' | 'sleep';
  line: number;
  text: string;
  connection: string;
  mode: string;
  tolerance: number;
  capture: string | null;
  argv: string[];
  data: string;
  milliseconds: number;
}

export interface Case {
  name: string;
  steps: Step[];
}

/** The cases of a corpus file; throws where a line cannot be read. */
export function readCorpus(path: string): Case[] {
  const cases: Case[] = [];
  readFileSync(path, 'latin1')
    .split('\n')
    .forEach((raw, at) => {
      const line = raw.replace(/\r$/, '');
      if (line.trim() === '' || line.startsWith('#')) return;
      if (line.startsWith('@case ')) cases.push({ name: line.slice(6).trim(), steps: [] });
      else cases.at(-1)?.steps.push(readStep(line, at + 1));
    });
  return cases;
}

function readStep(line: string, number: number): Step {
  const step: Step = {
    kind: 'command',
    line: number,
    text: line,
    connection: '1',
    mode: 'exact',
    tolerance: 0,
    capture: null,
    argv: [],
    data: '',
    milliseconds: 0,
  };
  const rest = readPrefixes(step, line);
  if (rest.startsWith('@sleep ')) {
    step.kind = 'sleep';
    step.milliseconds = Number(rest.slice(7));
  } else if (rest.startsWith('@raw ')) {
    step.kind = step.kind === 'send' ? 'raw-send' : 'raw';
    step.data = words(rest.slice(5), number)[0] as string;
  } else if (step.kind !== 'read') step.argv = words(rest, number);
  return step;
}

/** Takes the prefixes off the line and into the step; returns what is left. */
function readPrefixes(step: Step, line: string): string {
  let rest = line;
  for (;;) {
    const match = /^(?:\[([a-z]+)(?::([0-9.]+))?\]|=(\w+)|(\d+)([>!?]))(?: |$)/.exec(rest);
    if (match === null) return rest;
    const [all, mode, tolerance, capture, connection, sign] = match;
    if (mode !== undefined) {
      step.mode = mode;
      step.tolerance = Number(tolerance ?? 0);
    } else if (capture !== undefined) step.capture = capture;
    else {
      step.connection = connection as string;
      if (sign === '!') step.kind = 'send';
      else if (sign === '?') step.kind = 'read';
    }
    rest = rest.slice(all.length);
  }
}

function words(text: string, number: number): string[] {
  const argv = splitArgs(text);
  if (argv === null) throw new Error(`line ${number}: unbalanced quotes: ${text}`);
  return argv;
}
