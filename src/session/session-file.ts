/* Session files: seed, configuration and inputs. Whoever opens one may have got it from a stranger, so
 * everything in it is checked, and what is wrong is said in words for people. */

import { checkFault, quoted } from '#sim/faults.ts';
import type { Input, LoggedInput, SessionFile, WorldConfig } from './api.ts';
import { completeConfig, planServers } from './config.ts';

export const FILE_FORMAT = 'redis-cluster-playground';
export const FILE_VERSION = 1;
const MOST_INPUTS = 100_000;
const LONGEST_LINE = 1_100_000;
const LONGEST_STDIN = 8 << 20;
const LONGEST_CONFIG = 1 << 20;
const MOST_WORDS = 100_000;
/** A month of virtual time. */
const LONGEST_US = 31 * 86_400e6;

/** The message is for people. */
export class SessionFileError extends Error {
  override name = 'SessionFileError';
}

/** The file as it is, or a SessionFileError. */
export function checkSessionFile(file: unknown): SessionFile {
  const given = record(file, 'This is not a session file.');
  if (given['format'] !== FILE_FORMAT)
    throw new SessionFileError('This is not a session file of the playground.');
  const version = given['version'];
  if (typeof version === 'number' && version > FILE_VERSION) {
    throw new SessionFileError(
      `This session file was made by a newer version of the playground (format ${version}).`,
    );
  }
  if (version !== FILE_VERSION) throw new SessionFileError('This session file has no known version.');
  const config = completeConfig(record(given['config'], 'The session file has no configuration.'));
  const playhead = time(given['playhead'], 'the playhead');
  const inputs = checkInputs(given['inputs'], config);
  return {
    format: FILE_FORMAT,
    version: FILE_VERSION,
    config,
    inputs,
    playhead,
    hash: typeof given['hash'] === 'string' ? given['hash'].slice(0, 64) : '',
  };
}

/** A list of inputs, each of which can be done in that world after those before it. `known` come before them
 *  and have been checked already: a class of hundreds must not check a long log with every line that is
 *  typed. Throws SessionFileError. */
export function checkInputs(
  value: unknown,
  config: WorldConfig,
  known: readonly LoggedInput[] = [],
): LoggedInput[] {
  if (!Array.isArray(value)) throw new SessionFileError('The session file has no list of inputs.');
  if (known.length + value.length > MOST_INPUTS)
    throw new SessionFileError(`A session has at most ${MOST_INPUTS} inputs.`);
  const names = new Set(planServers(config).map(({ name }) => name));
  for (const { input } of known) addName(input, names);
  let last = known.at(-1)?.at ?? 0;
  return value.map((item: unknown, index) => {
    const where = `input ${known.length + index + 1}`;
    const entry = record(item, `The session file's ${where} is damaged.`);
    const at = time(entry['at'], `the time of ${where}`);
    if (at < last) throw new SessionFileError(`The session file's ${where} comes before the one above it.`);
    last = at;
    const input = entry['input'] as Input;
    const problem = checkInput(input, (name) => names.has(name));
    if (problem) throw new SessionFileError(`The session file's ${where} cannot be done: ${problem}.`);
    addName(input, names);
    return { at, input };
  });
}

/** What an input adds to the world has a name from then on. */
function addName(input: Input, names: Set<string>): void {
  if (input.kind === 'openConsole') names.add(input.console);
  if (input.kind === 'launch') names.add(String(input.port));
  if (input.kind === 'client') names.add(clientName(input.id));
}

/** What is wrong with an input, or null. `has` knows the processes of the world. */
export function checkInput(input: unknown, has: (name: string) => boolean): string | null {
  if (typeof input !== 'object' || input === null) return 'it is not an input';
  const { kind } = input as { kind?: unknown };
  const given = input as Record<string, unknown>;
  switch (kind) {
    case 'fault': {
      const fault = given['fault'];
      if (typeof fault !== 'object' || fault === null) return 'it is not a fault';
      return checkFault(fault as Parameters<typeof checkFault>[0], has);
    }
    case 'openConsole': {
      const { console: id, argv } = given;
      if (typeof id !== 'string' || !/^[\w:.-]{1,64}$/.test(id)) return 'a console needs a short name';
      if (has(id)) return `there is a process called "${id}" already`;
      return areWords(argv) ? null : 'a console runs a program with arguments';
    }
    case 'line': {
      return checkLine(given['line']) ?? knownConsole(given['console'], has);
    }
    case 'run':
      return checkRun(given) ?? knownConsole(given['console'], has);
    case 'signal':
      return checkSignal(given) ?? knownConsole(given['console'], has);
    case 'print': {
      const { text, echo } = given;
      if (typeof text !== 'string' || text.length > LONGEST_LINE) return 'what a shell prints is a text';
      if (echo !== undefined && typeof echo !== 'boolean') return 'what a shell prints is typed or not';
      return knownConsole(given['console'], has);
    }
    case 'files': {
      const { files } = given;
      if (typeof files !== 'object' || files === null) return 'files of a shell are bytes, by name';
      const right = Object.values(files).every((data) => data === null || isBytes(data));
      return right ? knownConsole(given['console'], has) : 'files of a shell are bytes, by name';
    }
    case 'launch': {
      const { port, config } = given;
      if (!Number.isInteger(port) || !((port as number) >= 1 && (port as number) <= 55_535))
        return 'a server has a port from 1 to 55535';
      return typeof config === 'string' && config.length <= LONGEST_CONFIG
        ? null
        : 'a configuration file is a text';
    }
    case 'interrupt':
      return checkLine(given['line'] ?? '') ?? knownConsole(given['console'], has);
    case 'eof':
    case 'hangup':
    case 'closeConsole':
      return knownConsole(given['console'], has);
    case 'client': {
      const { id, action } = given;
      if (typeof id !== 'string' || !/^[\w:.-]{1,58}$/.test(id)) return 'a client needs a short name';
      if (action === 'start') return null;
      if (action !== 'stop' && action !== 'set') return 'a client is started, stopped or set';
      return has(clientName(id)) ? null : `there is no client called "${id}"`;
    }
    default:
      return `there is no input of kind ${quoted(kind)}`;
  }
}

/** What is wrong with a program to be run, but for its console. */
function checkRun({ id, argv, stdin, tty, background, files }: Record<string, unknown>): string | null {
  if (!isRunNumber(id)) return 'a program that is run has a number';
  if (!areWords(argv)) return 'a program is run with arguments';
  if (typeof tty !== 'boolean') return 'a program runs at the terminal or not';
  if (!isFlag(background)) return 'a program runs in the background or not';
  if (files !== undefined && !areFiles(files)) return 'files of a program are bytes, by name';
  return stdin === null || isBytes(stdin) ? null : 'what is piped into a program is bytes';
}

const SIGNALS: readonly unknown[] = ['INT', 'TERM', 'KILL', 'STOP', 'CONT'];

/** What is wrong with a signal for a program, but for its console. */
function checkSignal({ id, signal, background }: Record<string, unknown>): string | null {
  if (!isRunNumber(id)) return 'a program that is sent a signal has a number';
  if (!SIGNALS.includes(signal)) return `there is no signal called ${quoted(signal)}`;
  return isFlag(background) ? null : 'a program goes on in the background or not';
}

/** 0 is the number of the console's own program. */
function isRunNumber(id: unknown): boolean {
  return Number.isSafeInteger(id) && (id as number) > 0;
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

function checkLine(line: unknown): string | null {
  if (typeof line !== 'string') return 'a typed line is text';
  return line.length > LONGEST_LINE ? `a line has at most ${LONGEST_LINE} characters` : null;
}

function areWords(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_WORDS) return false;
  return value.every((word) => typeof word === 'string' && word.length <= LONGEST_LINE);
}

function areFiles(files: unknown): boolean {
  return typeof files === 'object' && files !== null && Object.values(files).every(isBytes);
}

function isBytes(value: unknown): boolean {
  // eslint-disable-next-line no-control-regex
  return typeof value === 'string' && value.length <= LONGEST_STDIN && !/[^\x00-\xff]/.test(value);
}

/** The process of a client: "client:a" for "a". */
export function clientName(id: string): string {
  return id.startsWith('client:') ? id : `client:${id}`;
}

function knownConsole(id: unknown, has: (name: string) => boolean): string | null {
  return typeof id === 'string' && has(id) ? null : `there is no console called ${quoted(id)}`;
}

function record(value: unknown, problem: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SessionFileError(problem);
  return value as Record<string, unknown>;
}

function time(value: unknown, what: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= LONGEST_US)) {
    throw new SessionFileError(`In the session file ${what} is not a time.`);
  }
  return value;
}
