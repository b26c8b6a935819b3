/* The COMMAND command: what the server knows of its commands (after server.c). */

import type { Bytes } from '#base/bytes.ts';
import { stringmatchlen } from '#base/glob.ts';
import { isWord, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import type { Command, CommandKeySpec } from './command-table.ts';
import { commandTable, lookupCommand } from './commands.ts';
import type { CommandProcs } from './command.ts';
import { help } from './help.ts';
import { doesCommandHaveKeys, getKeysFromCommand } from './keys.ts';
import { ErrorReply, MapReply, SetReply, Status, type Reply } from './reply.ts';
import { commandDocs } from './words.ts';

const statuses = (words: readonly string[]): SetReply => new SetReply(words.map((word) => new Status(word)));

/** Remarks that COMMAND INFO carries for single key specifications: part of the reply, word for word. */
const KEY_SPEC_NOTES: Readonly<Record<string, string>> = {
  'sort/1':
    "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
  'sort_ro/1':
    "For the optional BY/GET keyword. It is marked 'unknown' because the key names derive from the content of the key we sort",
  'sort/2':
    "For the optional STORE keyword. It is marked 'unknown' because the keyword can appear anywhere in the argument array",
  'pfcount/0': 'RW because it may change the internal representation of the key, and propagate to replicas',
  'fcall/0': 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
  'eval/0': 'We cannot tell how the keys will be used so we assume the worst, RW and UPDATE',
  'fcall_ro/0': 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
  'eval_ro/0': 'We cannot tell how the keys will be used so we assume the worst, RO and ACCESS',
  'set/0': 'RW and ACCESS due to the optional `GET` argument',
  'xadd/0': 'UPDATE instead of INSERT because of the optional trimming feature',
  'bitfield/0': 'This command allows both access and modification of the key',
  'getex/0': 'RW and UPDATE because it changes the TTL',
};

function keySpecReply(spec: CommandKeySpec, notes: string | undefined): Reply {
  const begin = spec.begin;
  const find = spec.find;
  const beginSpec: [Reply, Reply][] =
    begin.type === 'index'
      ? [['index', begin.index]]
      : begin.type === 'keyword'
        ? [
            ['keyword', begin.keyword],
            ['startfrom', begin.startFrom],
          ]
        : [];
  const findSpec: [Reply, Reply][] =
    find.type === 'range'
      ? [
          ['lastkey', find.lastKey],
          ['keystep', find.keyStep],
          ['limit', find.limit],
        ]
      : find.type === 'keynum'
        ? [
            ['keynumidx', find.keyNumIdx],
            ['firstkey', find.firstKey],
            ['keystep', find.keyStep],
          ]
        : [];
  return new MapReply([
    ...(notes === undefined ? [] : [['notes', notes] as const]),
    ['flags', statuses(spec.flags)],
    [
      'begin_search',
      new MapReply([
        ['type', begin.type],
        ['spec', new MapReply(beginSpec)],
      ]),
    ],
    [
      'find_keys',
      new MapReply([
        ['type', find.type],
        ['spec', new MapReply(findSpec)],
      ]),
    ],
  ]);
}

function commandReply(command: Command): Reply {
  return [
    command.fullName,
    command.arity,
    statuses(command.flagNames),
    command.firstKey,
    command.lastKey,
    command.keyStep,
    statuses(command.aclCategories.map((category) => `@${category}`)),
    new SetReply(command.tips),
    new SetReply(
      command.keySpecs.map((spec, at) => keySpecReply(spec, KEY_SPEC_NOTES[`${command.fullName}/${at}`])),
    ),
    new SetReply([...(command.subcommands?.values() ?? [])].map(commandReply)),
  ];
}

/** "config|get" or "config get"-like names; null when there is no such command. */
function findByName(name: Bytes): Command | null {
  const words = name.toLowerCase().split('|');
  if (words.length > 2) return null;
  const top = commandTable().get(words[0] as string);
  if (top === undefined || words.length === 1) return top ?? null;
  return top.subcommands?.get(words[1] as string) ?? null;
}

function info(_client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length === 2) return [...commandTable().values()].map(commandReply);
  return argv.slice(2).map((name) => {
    const command = findByName(name);
    return command === null ? null : commandReply(command);
  });
}

function docs(_client: Client, argv: readonly Bytes[]): Reply {
  const commands =
    argv.length === 2
      ? [...commandTable().values()]
      : argv
          .slice(2)
          .map(findByName)
          .filter((command) => command !== null);
  return new MapReply(commands.map((command) => [command.fullName, commandDocs(command)] as const));
}

function list(_client: Client, argv: readonly Bytes[]): Reply {
  const all: Command[] = [];
  for (const command of commandTable().values()) all.push(command, ...(command.subcommands?.values() ?? []));
  if (argv.length === 2) return new SetReply(all.map((command) => command.fullName));
  if (argv.length !== 5 || !isWord(argv[2], 'filterby')) return SYNTAX_ERROR;
  const value = argv[4] as Bytes;
  const names = (keep: (command: Command) => boolean): Reply =>
    new SetReply(all.filter(keep).map((command) => command.fullName));
  if (isWord(argv[3], 'module')) return new SetReply([]);
  if (isWord(argv[3], 'aclcat'))
    return names((command) => command.aclCategories.includes(value.toLowerCase()));
  if (isWord(argv[3], 'pattern')) return names((command) => stringmatchlen(value, command.fullName, true));
  return SYNTAX_ERROR;
}

function keysOf(argv: readonly Bytes[], withFlags: boolean): Reply {
  const rest = argv.slice(2);
  const command = lookupCommand(rest);
  if (command === null) return new ErrorReply('ERR Invalid command specified');
  if (!doesCommandHaveKeys(command)) return new ErrorReply('ERR The command has no key arguments');
  if (!command.fitsArity(rest.length))
    return new ErrorReply('ERR Invalid number of arguments specified for command');
  const keys = getKeysFromCommand(command, rest);
  if (keys.length === 0) {
    return command.flagNames.includes('no_mandatory_keys')
      ? []
      : new ErrorReply('ERR Invalid arguments specified for command');
  }
  return keys.map(({ position, flags }) => {
    const key = rest[position] as Bytes;
    return withFlags ? [key, statuses(flags)] : key;
  });
}

export const commandCommands: CommandProcs = {
  command: (client, argv) => info(client, [...argv, 'info'].slice(0, 2)),
  'command|info': info,
  'command|docs': docs,
  'command|list': list,
  'command|count': () => commandTable().size,
  'command|getkeys': (_client, argv) => keysOf(argv, false),
  'command|getkeysandflags': (_client, argv) => keysOf(argv, true),
  'command|help': help,
};
