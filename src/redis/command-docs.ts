/* What COMMAND DOCS and redis-cli's help say of a command (after addReplyCommandDocs in server.c). */

import { InvariantError } from '#base/assert.ts';
import { DOCS_ROWS } from './command-docs-rows.ts';
import type { Command } from './command-table.ts';
import { MapReply, type Reply, SetReply, Status } from './reply.ts';
import { commandWords } from './words.ts';

const rows = new Map(
  DOCS_ROWS.trim()
    .split('\n')
    .map((row) => row.split(' / '))
    .map((row) => [row[0] as string, row]),
);

/** The columns of a command's row. */
function rowOf(command: Command): [string, string, string, string, string, string] {
  const row = rows.get(command.fullName);
  if (row === undefined) throw new InvariantError(`no documents of the command ${command.fullName}`);
  return row as [string, string, string, string, string, string];
}

const wordsOf = (command: Command): readonly string[] =>
  commandWords(command.fullName.toUpperCase().replace('|', ' '));

/** All that is known of a command and its subcommands, in the order of the original. */
export function docsReply(command: Command): Reply {
  const [, since, complexity, standing, history, args] = rowOf(command);
  const [summary = ''] = wordsOf(command);
  const pairs: [Reply, Reply][] = [
    ['summary', summary],
    ['since', since],
    ['group', command.group],
  ];
  if (complexity !== '-') pairs.push(['complexity', complexity]);
  if (standing === 'syscmd') pairs.push(['doc_flags', flags('syscmd')]);
  else if (standing !== '-') {
    const [deprecated, replacement] = cutAtSpace(standing);
    pairs.push(
      ['doc_flags', flags('deprecated')],
      ['deprecated_since', deprecated],
      ['replaced_by', replacement],
    );
  }
  if (history !== '-') pairs.push(['history', new SetReply(history.split(' & ').map(cutAtSpace))]);
  if (args !== '-') pairs.push(['arguments', readArguments(new Reader(args)).map(argumentReply)]);
  if (command.subcommands !== null) {
    const all = [...command.subcommands.values()];
    pairs.push(['subcommands', new MapReply(all.map((sub) => [sub.fullName, docsReply(sub)] as const))]);
  }
  return new MapReply(pairs);
}

/** The version that brought a command. */
export function sinceOf(command: Command): string {
  return rowOf(command)[1];
}

/** The arguments of a command as redis-cli shows them. */
export function synopsisOf(command: Command): string {
  const args = rowOf(command)[5];
  return args === '-' ? '' : readArguments(new Reader(args)).map(synopsis).join(' ');
}

function synopsis(arg: Argument): string {
  const parts = arg.arguments.map(synopsis);
  const value = arg.type === 'oneof' ? parts.join('|') : arg.type === 'block' ? parts.join(' ') : arg.name;
  const token = arg.token === '' ? '""' : (arg.token ?? '');
  const isToken = arg.type === 'pure-token';
  const own = isToken ? token : token === '' ? value : `${token} ${value}`;
  const again = arg.multipleToken || isToken || token === '' ? own : value;
  const all = arg.multiple ? `${own} [${again} ...]` : own;
  return arg.optional ? `[${all}]` : all;
}

const flags = (...names: string[]): SetReply => new SetReply(names.map((name) => new Status(name)));

function cutAtSpace(text: string): [string, string] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
}

/** Reads the notation of arguments (command-docs-rows.ts) from left to right. */
class Reader {
  readonly text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }

  /** What `pattern` (sticky) finds here. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }
}

const ARGUMENT =
  /([^\s<#"@!?*+()]*)(?:<([a-z-]+)>)?(?:#(\d+))?(?:"([^"]*)")?(?:@([\d.]+))?(?:!([\d.]+))?(\??)(\*?)(\+?)/y;

interface Argument {
  name: string;
  type: string;
  keySpec: string | undefined;
  token: string | undefined;
  since: string | undefined;
  deprecatedSince: string | undefined;
  optional: boolean;
  multiple: boolean;
  multipleToken: boolean;
  arguments: Argument[];
}

/** The arguments up to a closing bracket or the end. */
function readArguments(reader: Reader): Argument[] {
  const list: Argument[] = [];
  do list.push(readArgument(reader));
  while (reader.take(/ /y));
  return list;
}

function readArgument(reader: Reader): Argument {
  const [, name, type, keySpec, token, since, deprecatedSince, optional, multiple, multipleToken] =
    reader.take(ARGUMENT) as RegExpExecArray;
  const parts = reader.take(/\(/y) ? readArguments(reader) : [];
  if (parts.length > 0) reader.take(/\)/y);
  return {
    name: name || (token as string).toLowerCase(),
    type: type ?? (name ? 'string' : 'pure-token'),
    keySpec,
    token,
    since,
    deprecatedSince,
    optional: optional !== '',
    multiple: multiple !== '',
    multipleToken: multipleToken !== '',
    arguments: parts,
  };
}

function argumentReply(arg: Argument): Reply {
  const pairs: [Reply, Reply][] = [
    ['name', arg.name],
    ['type', arg.type],
  ];
  if (arg.keySpec !== undefined) pairs.push(['key_spec_index', Number(arg.keySpec)]);
  if (arg.token !== undefined) pairs.push(['token', arg.token]);
  if (arg.since !== undefined) pairs.push(['since', arg.since]);
  if (arg.deprecatedSince !== undefined) pairs.push(['deprecated_since', arg.deprecatedSince]);
  const marks = [
    ...(arg.optional ? ['optional'] : []),
    ...(arg.multiple ? ['multiple'] : []),
    ...(arg.multipleToken ? ['multiple_token'] : []),
  ];
  if (marks.length > 0) pairs.push(['flags', flags(...marks)]);
  if (arg.arguments.length > 0) pairs.push(['arguments', arg.arguments.map(argumentReply)]);
  return new MapReply(pairs);
}
