/* The commands of scripts and functions, for the table of commands. What they do comes with Lua, which is there
 * before anybody can send one of them (see load-lua.ts). */

import type { CommandProcs } from '#redis/command.ts';
import { scriptEngine } from './interpreter.ts';

const NAMES = [
  ...['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'fcall', 'fcall_ro'],
  ...['load', 'exists', 'flush', 'debug', 'kill', 'help'].map((name) => `script|${name}`),
  ...['load', 'delete', 'flush', 'list', 'stats', 'dump', 'restore', 'kill', 'help'].map(
    (name) => `function|${name}`,
  ),
];

export const scriptingCommands: CommandProcs = Object.fromEntries(
  NAMES.map((name) => [name, (client, argv) => scriptEngine().commands[name]?.(client, argv)]),
);
