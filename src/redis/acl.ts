/* Access control: may this user run this command on these keys? (after acl.c). */

import type { Client } from './client.ts';

/** Why a command was refused. */
export interface AclDenial {
  reason: 'command' | 'key' | 'channel' | 'auth';
  object: string;
}

/** Null when the client's user may run its current command. */
export function aclCheckAllPerm(_client: Client): AclDenial | null {
  return null;
}

export function aclDeniedText(denial: AclDenial, _client: Client): string {
  return denial.object;
}

export function addAclLogEntry(_client: Client, _denial: AclDenial, _context: string): void {}

/** CONFIG SET requirepass: the default user's only password, or none. */
export function setDefaultUserPassword(_server: unknown, _password: string): void {}
