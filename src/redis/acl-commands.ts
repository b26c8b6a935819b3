/* The ACL command (after aclCommand in acl.c). */

import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { string2ll } from '#base/integer.ts';
import { NOT_INTEGER, parseLong, isWord } from './args.ts';
import {
  aclCheckUserCommand,
  aclDeniedText,
  disconnectUser,
  killSubscribersWithoutPermission,
} from './acl.ts';
import { loadAclFile, saveAclFile } from './acl-file.ts';
import { ACL_CATEGORIES } from './command-table.ts';
import { describeCommands, describePattern, type Selector } from './acl-selector.ts';
import { copyUser, setUser, User } from './acl-user.ts';
import { type Client, redactClientCommandArgument } from './client.ts';
import { commandTable, lookupCommand } from './commands.ts';
import type { CommandProcs } from './command.ts';
import { help } from './help.ts';
import { Double, ErrorReply, MapReply, OK, SetReply, type Reply } from './reply.ts';

/** Joins words from one that opens a parenthesis to the one that closes it; an error names a
 *  parenthesis that stays open. */
export function mergeSelectorWords(words: readonly Bytes[]): Bytes[] | { open: Bytes } {
  const merged: Bytes[] = [];
  for (let at = 0; at < words.length; at++) {
    let word = words[at] as Bytes;
    if (word.startsWith('(') && !word.endsWith(')')) {
      const first = word;
      do {
        at++;
        if (at >= words.length) return { open: first };
        word += ` ${words[at]}`;
      } while (!word.endsWith(')'));
    }
    merged.push(word);
  }
  return merged;
}

function setuser(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  // Nothing about a user is for logs.
  for (let at = 2; at < argv.length; at++) redactClientCommandArgument(client, at);
  const name = argv[2] as Bytes;
  if (/[ \0]/.test(name)) return new ErrorReply("ERR Usernames can't contain spaces or null characters");
  const rules = mergeSelectorWords(argv.slice(3));
  if (!Array.isArray(rules)) {
    return new ErrorReply(`ERR Unmatched parenthesis in acl selector starting at '${rules.open}'.`);
  }
  const allChannels = server.config.aclPubsubDefault === 'allchannels';
  const existing = server.users.get(name);
  const changed = existing === undefined ? new User(name, allChannels) : copyUser(existing);
  for (const rule of rules) {
    const why = setUser(changed, rule, allChannels);
    if (why !== null) return new ErrorReply(`ERR Error in ACL SETUSER modifier '${rule}': ${why}`);
  }
  if (existing === undefined) server.users.set(name, changed);
  else {
    // Clients hold on to the user, so it changes in place.
    Object.assign(existing, changed);
    killSubscribersWithoutPermission(server, existing);
  }
  return OK;
}

function deluser(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  let deleted = 0;
  for (const name of argv.slice(2)) {
    if (name === 'default') return new ErrorReply("ERR The 'default' user cannot be removed");
  }
  for (const name of argv.slice(2)) {
    const user = server.users.get(name);
    if (user === undefined) continue;
    server.users.delete(name);
    disconnectUser(server, user);
    deleted++;
  }
  return deleted;
}

/** Keys, channels and commands as GETUSER shows them. */
function selectorPairs(selector: Selector): [Reply, Reply][] {
  const keys = selector.allKeys ? '~*' : selector.patterns.map(describePattern).join(' ');
  const channels = selector.allChannels ? '&*' : selector.channels.map((channel) => `&${channel}`).join(' ');
  return [
    ['commands', describeCommands(selector)],
    ['keys', keys],
    ['channels', channels],
  ];
}

function getuser(client: Client, argv: readonly Bytes[]): Reply {
  const user = client.server.users.get(argv[2] as Bytes);
  if (user === undefined) return null;
  return new MapReply([
    ['flags', new SetReply(user.flagWords())],
    ['passwords', [...user.passwords]],
    ...selectorPairs(user.root),
    ['selectors', user.selectors.slice(1).map((selector) => new MapReply(selectorPairs(selector)))],
  ]);
}

/** Users in the order of their names. */
function sortedUsers(client: Client): User[] {
  return [...client.server.users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function wrongSubcommand(argv: readonly Bytes[]): ErrorReply {
  return new ErrorReply(
    `ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try ACL HELP.`,
  );
}

function cat(_client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length === 2) return [...ACL_CATEGORIES];
  if (argv.length !== 3) return wrongSubcommand(argv);
  const category = (argv[2] as Bytes).toLowerCase();
  if (!ACL_CATEGORIES.includes(category)) {
    return new ErrorReply(`ERR Unknown category '${argv[2]}'`);
  }
  const names: string[] = [];
  for (const command of commandTable().values()) {
    for (const one of [command, ...(command.subcommands?.values() ?? [])]) {
      if (one.aclCategories.includes(category)) names.push(one.fullName);
    }
  }
  return names;
}

function log(client: Client, argv: readonly Bytes[]): Reply {
  const server = client.server;
  let count = 10;
  if (argv.length === 3) {
    if (isWord(argv[2], 'reset')) {
      server.aclLog = [];
      return OK;
    }
    const asked = parseLong(argv[2] as Bytes);
    if (asked instanceof ErrorReply) return asked;
    count = Math.max(0, asked);
  } else if (argv.length > 3) return wrongSubcommand(argv);
  const now = server.mstime();
  return server.aclLog.slice(0, count).map((entry) => {
    const age = (now - entry.createdMs) / 1000;
    return new MapReply([
      ['count', entry.count],
      ['reason', entry.reason],
      ['context', entry.context],
      ['object', entry.object],
      ['username', entry.username],
      ['age-seconds', new Double(age, formatG(age, 17))],
      ['client-info', entry.clientInfo],
    ]);
  });
}

function dryrun(client: Client, argv: readonly Bytes[]): Reply {
  const user = client.server.users.get(argv[2] as Bytes);
  if (user === undefined) return new ErrorReply(`ERR User '${argv[2]}' not found`);
  const rest = argv.slice(3);
  const command = lookupCommand(rest);
  if (command === null) return new ErrorReply(`ERR Command '${rest[0]}' not found`);
  if (!command.fitsArity(rest.length))
    return new ErrorReply(`ERR wrong number of arguments for '${command.fullName}' command`);
  const denied = aclCheckUserCommand(user, command, rest);
  return denied === null ? OK : aclDeniedText(denied, true);
}

function genpass(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 3) return wrongSubcommand(argv);
  let bits = 256;
  if (argv.length === 3) {
    const asked = string2ll(argv[2] as Bytes);
    if (asked === null) return NOT_INTEGER;
    if (asked <= 0 || asked > 4096) {
      return new ErrorReply(
        'ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096',
      );
    }
    bits = Number(asked);
  }
  return client.server.io.random.hex(Math.floor((bits + 3) / 4));
}

const NO_FILE = new ErrorReply(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
);

function load(client: Client): Reply {
  if (client.server.config.aclfile === '') return NO_FILE;
  const why = loadAclFile(client.server);
  return why === null ? OK : new ErrorReply(`ERR ${why}`);
}

function save(client: Client): Reply {
  if (client.server.config.aclfile === '') return NO_FILE;
  saveAclFile(client.server);
  return OK;
}

export const aclCommands: CommandProcs = {
  'acl|setuser': setuser,
  'acl|deluser': deluser,
  'acl|getuser': getuser,
  'acl|list': (client) => sortedUsers(client).map((user) => user.describe()),
  'acl|users': (client) => sortedUsers(client).map((user) => user.name),
  'acl|whoami': (client) => client.user?.name ?? null,
  'acl|cat': cat,
  'acl|log': log,
  'acl|dryrun': dryrun,
  'acl|genpass': genpass,
  'acl|load': load,
  'acl|save': save,
  'acl|help': help,
};
