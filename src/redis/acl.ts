/* Access control: may this user run this command on these keys and channels? (after acl.c). The rules
 * of users are in acl-user.ts and acl-selector.ts, the commands in acl-commands.ts. */

import type { Bytes } from '#base/bytes.ts';
import { stringmatchlen } from '#base/glob.ts';
import { sha256Hex } from '#base/sha256.ts';
import { setUser, type KeyPattern, type User } from './acl-user.ts';
import type { Selector } from './acl-selector.ts';
import { type Client, CLIENT_CLOSE_AFTER_REPLY, CLIENT_MULTI } from './client.ts';
import { CMD_NO_AUTH, type Command } from './command-table.ts';
import { freeClientAsync } from './networking.ts';
import { doesCommandHaveKeys, getKeysFromCommand } from './keys.ts';
import type { Server } from './server.ts';

/** Why a command was refused. `object` is the command, key or channel. */
export interface AclDenial {
  readonly reason: 'command' | 'key' | 'channel' | 'auth';
  readonly object: Bytes;
}

/** One line of ACL LOG. */
export interface AclLogEntry {
  count: number;
  reason: AclDenial['reason'];
  context: string;
  object: Bytes;
  username: Bytes;
  createdMs: number;
  clientInfo: Bytes;
}

/** True for the default user as it is at first: who may do anything need not be asked what. */
export function aclMayDoAnything(user: User | null): boolean {
  if (user === null) return true;
  const { allCommands, allKeys, allChannels } = user.root;
  return allCommands && allKeys && allChannels;
}

/** Null when the client's user may run its current command. */
export function aclCheckAllPerm(client: Client): AclDenial | null {
  if (client.user === null) return null;
  return aclCheckUserCommand(client.user, client.cmd as Command, client.argv);
}

/** Null when the user may run the command. Of several selectors that refuse, the one that came
 *  furthest gives the reason. */
export function aclCheckUserCommand(user: User, command: Command, argv: readonly Bytes[]): AclDenial | null {
  let worst: { rank: number; at: number; denial: AclDenial } | null = null;
  for (const selector of user.selectors) {
    if (selector.allCommands && selector.allKeys && selector.allChannels) return null;
    const refusal = checkSelector(selector, command, argv);
    if (refusal === null) return null;
    if (
      worst === null ||
      refusal.rank > worst.rank ||
      (refusal.rank === worst.rank && refusal.at > worst.at)
    ) {
      worst = refusal;
    }
  }
  return worst === null ? { reason: 'command', object: command.fullName } : worst.denial;
}

interface Refusal {
  rank: number;
  at: number;
  denial: AclDenial;
}

function checkSelector(selector: Selector, command: Command, argv: readonly Bytes[]): Refusal | null {
  if (!commandAllowed(selector, command, argv)) {
    return { rank: 1, at: 0, denial: { reason: 'command', object: command.fullName } };
  }
  if (!selector.allKeys && doesCommandHaveKeys(command)) {
    for (const { position, flags } of getKeysFromCommand(command, argv)) {
      const key = argv[position] as Bytes;
      if (!keyAllowed(selector, key, flags))
        return { rank: 2, at: position, denial: { reason: 'key', object: key } };
    }
  }
  if (!selector.allChannels) {
    const { channels, isPattern } = channelsOf(command, argv);
    for (const [at, channel] of channels.entries()) {
      if (!channelAllowed(selector, channel, isPattern)) {
        return { rank: 4, at: at + 1, denial: { reason: 'channel', object: channel } };
      }
    }
  }
  return null;
}

function commandAllowed(selector: Selector, command: Command, argv: readonly Bytes[]): boolean {
  if (selector.allCommands || command.flags & CMD_NO_AUTH || selector.allows(command)) return true;
  const first = argv[command.parent === null ? 1 : 2];
  return first !== undefined && (selector.firstArgs.get(command.id) ?? []).includes(first.toLowerCase());
}

function keyAllowed(selector: Selector, key: Bytes, flags: readonly string[]): boolean {
  const reads = flags.includes('access');
  const writes = flags.includes('insert') || flags.includes('delete') || flags.includes('update');
  return selector.patterns.some(
    (pattern: KeyPattern) =>
      (!reads || pattern.read) && (!writes || pattern.write) && stringmatchlen(pattern.pattern, key),
  );
}

/** True when one selector allows the command and the reading of whatever key. */
export function mayReadAllKeys(client: Client): boolean {
  const { user, cmd, argv } = client;
  if (user === null) return true;
  return user.selectors.some(
    (selector) =>
      commandAllowed(selector, cmd as Command, argv) &&
      (selector.allKeys || selector.patterns.some(({ read, pattern }) => read && pattern === '*')),
  );
}

/** A pattern to subscribe to must be allowed literally. */
function channelAllowed(selector: Selector, channel: Bytes, isPattern: boolean): boolean {
  return selector.channels.some((pattern) =>
    isPattern ? pattern === channel : stringmatchlen(pattern, channel),
  );
}

function channelsOf(
  command: Command,
  argv: readonly Bytes[],
): { channels: readonly Bytes[]; isPattern: boolean } {
  switch (command.fullName) {
    case 'publish':
    case 'spublish':
      return { channels: argv.slice(1, 2), isPattern: false };
    case 'subscribe':
    case 'ssubscribe':
      return { channels: argv.slice(1), isPattern: false };
    case 'psubscribe':
      return { channels: argv.slice(1), isPattern: true };
    default:
      return { channels: [], isPattern: false };
  }
}

/** The words behind NOPERM. `verbose`: ACL DRYRUN names user and object. */
export function aclDeniedText({ reason, object }: AclDenial, verbose = false): string {
  const start = `${verbose ? 'This' : 'this'} user has no permissions to `;
  if (reason === 'command') return `${start}run the '${object}' command`;
  const what = reason === 'key' ? 'key' : 'channel';
  return `${start}access ${verbose ? `the '${object}' ${what}` : `one of the ${what}s used as arguments`}`;
}

const SAME_ENTRY_MS = 60_000;
const RECENT_ENTRIES = 10;

/** Writes a refusal to the ACL log; the same refusal again within a minute is only counted. */
export function addAclLogEntry(client: Client, denial: AclDenial, context: string, username?: Bytes): void {
  const server = client.server;
  const log = server.aclLog;
  const entry: AclLogEntry = {
    count: 1,
    reason: denial.reason,
    context: server.scriptCaller !== null ? 'lua' : client.flags & CLIENT_MULTI ? 'multi' : context,
    object: denial.object,
    username: username ?? client.user?.name ?? '',
    createdMs: server.mstime(),
    clientInfo: server.clientInfo(server.scriptCaller ?? client),
  };
  const same = log
    .slice(0, RECENT_ENTRIES)
    .find(
      (other) =>
        other.reason === entry.reason &&
        other.context === entry.context &&
        entry.createdMs - other.createdMs <= SAME_ENTRY_MS &&
        other.object === entry.object &&
        other.username === entry.username,
    );
  if (same !== undefined) {
    same.count++;
    same.createdMs = entry.createdMs;
    same.clientInfo = entry.clientInfo;
    log.splice(log.indexOf(same), 1);
    log.unshift(same);
  } else log.unshift(entry);
  if (log.length > server.config.acllogMaxLen) log.length = server.config.acllogMaxLen;
}

/** True when name and password fit an enabled user; the client is that user from then on. */
export function aclAuthenticateUser(client: Client, name: Bytes, password: Bytes): boolean {
  const user = client.server.users.get(name);
  const digest = sha256Hex(password);
  if (user !== undefined && user.enabled && (user.nopass || user.passwords.includes(digest))) {
    client.user = user;
    client.authenticated = true;
    return true;
  }
  addAclLogEntry(
    client,
    { reason: 'auth', object: (client.argv[0] as Bytes).toLowerCase() === 'hello' ? 'HELLO' : 'AUTH' },
    'toplevel',
    name,
  );
  return false;
}

/** CONFIG SET requirepass: the default user's only password, or none. */
export function setDefaultUserPassword(server: Server, password: Bytes): void {
  const user = server.defaultUser;
  setUser(user, 'resetpass', false);
  setUser(user, password === '' ? 'nopass' : `>${password}`, false);
}

/** Ends the connections of a user that is no more. */
export function disconnectUser(server: Server, user: User): void {
  for (const client of server.clients.values()) {
    if (client.user !== user) continue;
    client.user = server.defaultUser;
    client.authenticated = false;
    closeAfterCommand(client);
  }
}

/** Who asks for what ends his own connection still gets the answer. */
function closeAfterCommand(client: Client): void {
  if (client === client.server.currentClient) client.flags |= CLIENT_CLOSE_AFTER_REPLY;
  else {
    // What has not left yet does not leave any more.
    client.output = '';
    freeClientAsync(client);
  }
}

/** A user whose channels shrank loses the subscriptions it may not have any more, and the connection
 *  with them. */
export function killSubscribersWithoutPermission(server: Server, user: User): void {
  for (const client of server.clients.values()) {
    if (client.user === user && hasForbiddenSubscription(client, user)) closeAfterCommand(client);
  }
}

function hasForbiddenSubscription(client: Client, user: User): boolean {
  const allowed = (channel: Bytes, isPattern: boolean): boolean =>
    user.selectors.some((selector) => selector.allChannels || channelAllowed(selector, channel, isPattern));
  return (
    [...client.patterns].some((pattern) => !allowed(pattern, true)) ||
    [...client.channels, ...client.shardChannels].some((channel) => !allowed(channel, false))
  );
}
