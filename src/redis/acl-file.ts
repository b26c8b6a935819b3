/* The ACL file: users, one per line (after ACLLoadFromFile and ACLSaveToFile). A file with any mistake
 * changes nothing. */

import type { Bytes } from '#base/bytes.ts';
import { disconnectUser, setDefaultUserPassword } from './acl.ts';
import { mergeSelectorWords } from './acl-commands.ts';
import { createDefaultUser, setUser, User } from './acl-user.ts';
import type { Server } from './server.ts';

/** Replaces all users by those of the file; returns why not, or null. */
export function loadAclFile(server: Server): string | null {
  const path = server.config.aclfile;
  const text = server.io.disk.read(path);
  if (text === undefined) return `Error loading ACLs, opening file '${path}': No such file or directory`;
  const users = new Map<Bytes, User>();
  const errors: string[] = [];
  text.split('\n').forEach((line, at) => {
    if (line.trim() === '') return;
    const why = readUserLine(server, users, line.trim());
    if (why !== null) errors.push(`${path}:${at + 1}: ${why}.`);
  });
  if (errors.length > 0)
    return `${errors.join(' ')} WARNING: ACL errors detected, no change to the previously active ACL rules was performed`;
  if (!users.has('default')) users.set('default', createDefaultUser());
  for (const [name, user] of server.users) {
    // The default user stays the same one, with the rules of the file; whoever was somebody else has to
    // authenticate anew.
    if (user !== server.defaultUser) disconnectUser(server, user);
    else {
      Object.assign(user, users.get(name));
      users.set(name, user);
    }
  }
  server.users = users;
  return null;
}

function readUserLine(server: Server, users: Map<Bytes, User>, line: Bytes): string | null {
  const words = line.split(/\s+/);
  if (words[0] !== 'user' || words.length < 2)
    return 'line should start with user keyword followed by the username';
  if (users.has(words[1] as Bytes)) return `WARNING: Duplicate user '${words[1]}' found`;
  return applyUserRules(server, users, words.slice(1));
}

/** A user's name and rules; a user that is there already is changed. */
function applyUserRules(server: Server, users: Map<Bytes, User>, words: readonly Bytes[]): string | null {
  const name = words[0] as Bytes;
  const rules = mergeSelectorWords(words.slice(1));
  if (!Array.isArray(rules)) return `Unmatched parenthesis in acl selector starting at '${rules.open}'`;
  const allChannels = server.config.aclPubsubDefault === 'allchannels';
  const user = users.get(name) ?? new User(name, allChannels);
  for (const rule of rules) {
    const why = setUser(user, rule, allChannels);
    if (why !== null) return why;
  }
  users.set(name, user);
  return null;
}

/** Writes all users to the file. */
export function saveAclFile(server: Server): void {
  server.io.disk.write(server.config.aclfile, describeUsers(server).join(''));
  server.io.disk.fsync(server.config.aclfile);
}

/** One line for each user. */
export function describeUsers(server: Server): Bytes[] {
  return [...server.users.values()].map((user) => `${user.describe()}\n`);
}

/** At start: the users of the configuration, or those of the ACL file, and the default user's password
 *  from requirepass. Returns what is wrong with them, or null. */
export function loadAclFromConfig(server: Server): string | null {
  const { config } = server;
  if (config.aclfile !== '' && server.configUsers.length > 0) {
    return 'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.';
  }
  if (config.requirepass !== '') setDefaultUserPassword(server, config.requirepass);
  for (const words of server.configUsers) {
    if (words[0] === 'default') {
      setUser(server.defaultUser, 'reset', config.aclPubsubDefault === 'allchannels');
    }
    const why = applyUserRules(server, server.users, words);
    if (why !== null) return `Error in user declaration '${words[0]}': ${why}`;
  }
  if (config.aclfile === '') return null;
  return loadAclFile(server);
}
