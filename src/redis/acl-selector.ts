/* What a selector of a user allows: commands, keys, channels (after the selector part of acl.c). */

import type { Bytes } from '#base/bytes.ts';
import { ACL_CATEGORIES, type Command, COMMAND_COUNT } from './command-table.ts';
import { commandTable } from './commands.ts';
import type { KeyPattern } from './acl-user.ts';

const UNKNOWN = 'Unknown command or category name in ACL';
const SYNTAX = 'Syntax error';

export class Selector {
  allCommands = false;
  /** Commands that a later version may bring are allowed too: the base is +@all. */
  futureCommands = false;
  allKeys = false;
  allChannels: boolean;
  /** One byte per command id. */
  allowed = new Uint8Array(COMMAND_COUNT);
  /** First arguments that a command without subcommands may have although it is not allowed. */
  firstArgs: Map<number, string[]> = new Map();
  patterns: KeyPattern[] = [];
  channels: Bytes[] = [];

  constructor(allChannels: boolean) {
    this.allChannels = allChannels;
  }

  duplicate(): Selector {
    const copy = new Selector(this.allChannels);
    copy.allCommands = this.allCommands;
    copy.futureCommands = this.futureCommands;
    copy.allKeys = this.allKeys;
    copy.allowed = this.allowed.slice();
    copy.firstArgs = new Map([...this.firstArgs].map(([id, args]) => [id, [...args]]));
    copy.patterns = this.patterns.map((pattern) => ({ ...pattern }));
    copy.channels = [...this.channels];
    return copy;
  }

  allows(command: Command): boolean {
    return this.allowed[command.id] === 1;
  }

  setAll(allow: boolean): void {
    this.allCommands = allow;
    this.futureCommands = allow;
    this.allowed.fill(allow ? 1 : 0);
    this.firstArgs.clear();
  }

  /** Allows or forbids a command with all its subcommands. */
  setCommand(command: Command, allow: boolean): void {
    if (!allow) this.allCommands = false;
    this.allowed[command.id] = allow ? 1 : 0;
    this.firstArgs.delete(command.id);
    for (const sub of command.subcommands?.values() ?? []) this.setCommand(sub, allow);
  }

  setCategory(category: string, allow: boolean): void {
    for (const command of allCommands()) {
      if (command.aclCategories.includes(category)) this.setCommand(command, allow);
    }
  }
}

/** Commands and subcommands. */
function* allCommands(): Generator<Command> {
  for (const command of commandTable().values()) {
    yield command;
    yield* command.subcommands?.values() ?? [];
  }
}

/** Applies one rule to a selector; returns why not, or null. */
export function setSelector(selector: Selector, rule: Bytes): string | null {
  const word = rule.toLowerCase();
  if (word === 'allkeys' || rule === '~*') {
    selector.allKeys = true;
    selector.patterns = [];
  } else if (word === 'resetkeys') {
    selector.allKeys = false;
    selector.patterns = [];
  } else if (word === 'allchannels' || rule === '&*') {
    selector.allChannels = true;
    selector.channels = [];
  } else if (word === 'resetchannels') {
    selector.allChannels = false;
    selector.channels = [];
  } else if (word === 'allcommands' || word === '+@all') selector.setAll(true);
  else if (word === 'nocommands' || word === '-@all') selector.setAll(false);
  else if (rule[0] === '~' || rule[0] === '%') return addKeyPattern(selector, rule);
  else if (rule[0] === '&') return addChannel(selector, rule.slice(1));
  else if (rule[0] === '+' || rule[0] === '-') return setCommandRule(selector, word);
  else return SYNTAX;
  return null;
}

function addKeyPattern(selector: Selector, rule: Bytes): string | null {
  if (selector.allKeys) {
    return "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns";
  }
  let read = true;
  let write = true;
  let pattern = rule.slice(1);
  if (rule[0] === '%') {
    const match = /^%([rRwW]+)(?:~([^]*))?$/.exec(rule);
    if (match === null) return SYNTAX;
    read = /r/i.test(match[1] as string);
    write = /w/i.test(match[1] as string);
    pattern = match[2] ?? '';
  }
  if (/[ \0]/.test(pattern)) return SYNTAX;
  // %RW~* is allkeys in other words.
  if (pattern === '*' && read && write) {
    selector.allKeys = true;
    selector.patterns = [];
    return null;
  }
  const same = selector.patterns.find((other) => other.pattern === pattern);
  if (same === undefined) selector.patterns.push({ read, write, pattern });
  else {
    same.read ||= read;
    same.write ||= write;
  }
  return null;
}

function addChannel(selector: Selector, pattern: Bytes): string | null {
  if (selector.allChannels) {
    return "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels";
  }
  if (/[ \0]/.test(pattern)) return SYNTAX;
  if (!selector.channels.includes(pattern)) selector.channels.push(pattern);
  return null;
}

/** `+get`, `-config|set`, `+select|0`, `+@read` in lower case. */
function setCommandRule(selector: Selector, rule: string): string | null {
  const allow = rule[0] === '+';
  if (rule[1] === '@') {
    const category = rule.slice(2);
    if (!ACL_CATEGORIES.includes(category)) return UNKNOWN;
    selector.setCategory(category, allow);
    return null;
  }
  const [name, sub, more] = rule.slice(1).split('|') as [string, string | undefined, string | undefined];
  const command = commandTable().get(name);
  if (command === undefined) return UNKNOWN;
  if (sub === undefined) {
    selector.setCommand(command, allow);
    return null;
  }
  // Only one argument may be named, and none of a subcommand.
  if (more !== undefined && command.subcommands?.has(sub) !== true) return UNKNOWN;
  if (more !== undefined) return 'Allowing first-arg of a subcommand is not supported';
  const subcommand = command.subcommands?.get(sub);
  if (subcommand !== undefined) {
    selector.setCommand(subcommand, allow);
    return null;
  }
  // A first argument may be allowed only, and only where there are no subcommands.
  if (command.subcommands !== null || !allow) return UNKNOWN;
  if (sub === '') return SYNTAX;
  const args = selector.firstArgs.get(command.id) ?? [];
  if (selector.allows(command)) return null;
  if (!args.includes(sub)) args.push(sub);
  selector.firstArgs.set(command.id, args);
  return null;
}

/** Keys, channels and commands of a selector as rules. */
export function describeSelector(selector: Selector): Bytes {
  const parts: string[] = [];
  if (selector.allKeys) parts.push('~*');
  else parts.push(...selector.patterns.map(describePattern));
  if (selector.allChannels) parts.push('&*');
  else parts.push('resetchannels', ...selector.channels.map((channel) => `&${channel}`));
  parts.push(describeCommands(selector));
  return parts.join(' ');
}

export function describePattern({ read, write, pattern }: KeyPattern): Bytes {
  return read && write ? `~${pattern}` : `%${read ? 'R' : 'W'}~${pattern}`;
}

/** The commands as rules: from everything or nothing, first the categories that fit best, then the
 *  single commands that are left. What was typed is not kept; this says the same in other words. */
export function describeCommands(selector: Selector): string {
  const additive = !selector.futureCommands;
  const described = new Selector(false);
  described.setAll(!additive);
  const rest = selector.duplicate();
  const parts = [additive ? '-@all' : '+@all'];
  const applied = new Set<string>();
  for (;;) {
    const best = bestCategory(rest, additive, applied);
    if (best === null) break;
    applied.add(best);
    described.setCategory(best, additive);
    rest.setCategory(best, !additive);
    parts.push(`${additive ? '+' : '-'}@${best}`);
  }
  for (const command of allCommands()) {
    const allow = selector.allows(command);
    if (allow !== described.allows(command)) {
      parts.push(`${allow ? '+' : '-'}${command.fullName}`);
      described.setCommand(command, allow);
    }
    if (!allow) {
      for (const arg of selector.firstArgs.get(command.id) ?? []) parts.push(`+${command.fullName}|${arg}`);
    }
  }
  return parts.join(' ');
}

/** The category with the fewest commands to be corrected afterwards; null when none has more commands
 *  that fit than commands that do not. */
function bestCategory(rest: Selector, additive: boolean, applied: ReadonlySet<string>): string | null {
  let best: string | null = null;
  let fewestWrong = Infinity;
  let mostRight = 0;
  for (const category of ACL_CATEGORIES) {
    if (applied.has(category)) continue;
    let on = 0;
    let off = 0;
    for (const command of allCommands()) {
      if (!command.aclCategories.includes(category)) continue;
      if (rest.allows(command)) on++;
      else off++;
    }
    const wrong = additive ? off : on;
    const right = additive ? on : off;
    if (right > wrong && (wrong < fewestWrong || (wrong === fewestWrong && right > mostRight))) {
      best = category;
      fewestWrong = wrong;
      mostRight = right;
    }
  }
  return best;
}
