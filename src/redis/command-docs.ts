/* The reply of COMMAND DOCS about one command (after addReplyCommandDocs in server.c). */

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

/** All that is known of a command and its subcommands, in the order of the original. */
export function docsReply(command: Command): Reply {
  const row = rows.get(command.fullName);
  if (row === undefined) throw new InvariantError(`no documents of the command ${command.fullName}`);
  const [name, since, complexity, standing, history, args] = row as string[] as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [summary = ''] = commandWords(name.toUpperCase().replace('|', ' '));
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
  if (args !== '-') pairs.push(['arguments', argumentList(new Reader(args))]);
  if (command.subcommands !== null) {
    const all = [...command.subcommands.values()];
    pairs.push(['subcommands', new MapReply(all.map((sub) => [sub.fullName, docsReply(sub)] as const))]);
  }
  return new MapReply(pairs);
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

/** The arguments up to a closing bracket or the end. */
function argumentList(reader: Reader): Reply[] {
  const list: Reply[] = [];
  do list.push(argumentReply(reader));
  while (reader.take(/ /y));
  return list;
}

function argumentReply(reader: Reader): Reply {
  const [, name, type, keySpec, token, since, deprecated, optional, multiple, multipleToken] = reader.take(
    ARGUMENT,
  ) as RegExpExecArray;
  const pairs: [Reply, Reply][] = [
    ['name', name || (token as string).toLowerCase()],
    ['type', type ?? (name ? 'string' : 'pure-token')],
  ];
  if (keySpec !== undefined) pairs.push(['key_spec_index', Number(keySpec)]);
  if (token !== undefined) pairs.push(['token', token]);
  if (since !== undefined) pairs.push(['since', since]);
  if (deprecated !== undefined) pairs.push(['deprecated_since', deprecated]);
  const marks = [
    ...(optional ? ['optional'] : []),
    ...(multiple ? ['multiple'] : []),
    ...(multipleToken ? ['multiple_token'] : []),
  ];
  if (marks.length > 0) pairs.push(['flags', flags(...marks)]);
  if (reader.take(/\(/y)) {
    pairs.push(['arguments', argumentList(reader)]);
    reader.take(/\)/y);
  }
  return new MapReply(pairs);
}
