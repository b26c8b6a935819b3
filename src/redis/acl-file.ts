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
    const now = users.get(name);
    if (now === undefined) disconnectUser(server, user);
    else {
      Object.assign(user, now);
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
  const name = words[1] as Bytes;
  if (users.has(name)) return `WARNING: user '${name}' declared multiple times`;
  const rules = mergeSelectorWords(words.slice(2));
  if (!Array.isArray(rules)) return `Unmatched parenthesis in acl selector starting at '${rules.open}'`;
  const allChannels = server.config.aclPubsubDefault === 'allchannels';
  const user = new User(name, allChannels);
  for (const rule of rules) {
    const why = setUser(user, rule, allChannels);
    if (why !== null) return why;
  }
  users.set(name, user);
  return null;
}

/** Writes all users to the file. */
export function saveAclFile(server: Server): void {
  const lines = [...server.users.values()].map((user) => `${user.describe()}\n`);
  server.io.disk.write(server.config.aclfile, lines.join(''));
  server.io.disk.fsync(server.config.aclfile);
}

/** At start: the default user, and its password from requirepass. */
export function loadAclFromConfig(server: Server): void {
  if (server.config.requirepass !== '') setDefaultUserPassword(server, server.config.requirepass);
}
