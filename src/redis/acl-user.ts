/* A user and the rules that make it (after the user part of acl.c). */

import { InvariantError } from '#base/assert.ts';
import type { Bytes } from '#base/bytes.ts';
import { sha256Hex } from '#base/sha256.ts';
import { describeSelector, Selector, setSelector } from './acl-selector.ts';

export interface KeyPattern {
  read: boolean;
  write: boolean;
  pattern: Bytes;
}

/** A user. What it may do is the union of its selectors; the first is its own, the others stand in
 *  parentheses. */
export class User {
  readonly name: Bytes;
  enabled = false;
  nopass = false;
  /** null: nothing was said about it. */
  sanitizePayload: boolean | null = null;
  /** SHA-256 of each password, in hex, in the order in which they were given. */
  passwords: string[] = [];
  selectors: Selector[];

  constructor(name: Bytes, allChannels: boolean) {
    this.name = name;
    this.selectors = [new Selector(allChannels)];
  }

  get root(): Selector {
    return this.selectors[0] as Selector;
  }

  /** The words of GETUSER's flags. */
  flagWords(): string[] {
    const words = [this.enabled ? 'on' : 'off'];
    if (this.nopass) words.push('nopass');
    if (this.sanitizePayload !== null)
      words.push(this.sanitizePayload ? 'sanitize-payload' : 'skip-sanitize-payload');
    return words;
  }

  /** The rules that would make this user, as ACL LIST prints them. */
  describe(): Bytes {
    const parts = ['user', this.name, ...this.flagWords(), ...this.passwords.map((digest) => `#${digest}`)];
    this.selectors.forEach((selector, at) => {
      const text = describeSelector(selector);
      parts.push(at === 0 ? text : `(${text})`);
    });
    return parts.join(' ');
  }
}

/** The user that everybody is at first: everything is allowed. */
export function createDefaultUser(): User {
  const user = new User('default', true);
  for (const rule of ['+@all', '~*', '&*', 'on', 'nopass']) {
    const why = setUser(user, rule, true);
    if (why !== null) throw new InvariantError(`the default user refuses ${rule}: ${why}`);
  }
  return user;
}

/** A user that can do the same. */
export function copyUser(user: User): User {
  const copy = new User(user.name, false);
  copy.enabled = user.enabled;
  copy.nopass = user.nopass;
  copy.sanitizePayload = user.sanitizePayload;
  copy.passwords = [...user.passwords];
  copy.selectors = user.selectors.map((selector) => selector.duplicate());
  return copy;
}

const BAD_DIGEST =
  'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';

/** Applies one rule (a whole selector in parentheses counts as one); returns why not, or null.
 *  `allChannels` is what a user or selector starts with (acl-pubsub-default). */
export function setUser(user: User, rule: Bytes, allChannels: boolean): string | null {
  if (rule === '') return null;
  switch (rule.toLowerCase()) {
    case 'on':
      user.enabled = true;
      return null;
    case 'off':
      user.enabled = false;
      return null;
    case 'nopass':
      user.nopass = true;
      user.passwords = [];
      return null;
    case 'skip-sanitize-payload':
      user.sanitizePayload = false;
      return null;
    case 'sanitize-payload':
      user.sanitizePayload = true;
      return null;
    case 'resetpass':
      user.nopass = false;
      user.passwords = [];
      return null;
    case 'reset':
      resetUser(user, allChannels);
      return null;
    case 'clearselectors':
      user.selectors.length = 1;
      return null;
    default:
      return setPasswordOrSelector(user, rule, allChannels);
  }
}

function resetUser(user: User, allChannels: boolean): void {
  user.enabled = false;
  user.nopass = false;
  user.sanitizePayload = true;
  user.passwords = [];
  user.selectors = [new Selector(allChannels)];
}

function setPasswordOrSelector(user: User, rule: Bytes, allChannels: boolean): string | null {
  const sign = rule[0];
  if (sign === '>' || sign === '#') {
    const digest = sign === '>' ? sha256Hex(rule.slice(1)) : rule.slice(1);
    if (sign === '#' && !/^[0-9a-f]{64}$/.test(digest)) return BAD_DIGEST;
    if (!user.passwords.includes(digest)) user.passwords.push(digest);
    user.nopass = false;
    return null;
  }
  if (sign === '<' || sign === '!') {
    const digest = sign === '<' ? sha256Hex(rule.slice(1)) : rule.slice(1);
    if (sign === '!' && !/^[0-9a-f]{64}$/.test(digest)) return BAD_DIGEST;
    const at = user.passwords.indexOf(digest);
    if (at < 0) return 'The password you are trying to remove from the user does not exist';
    user.passwords.splice(at, 1);
    return null;
  }
  if (sign !== '(' || !rule.endsWith(')')) return setSelector(user.root, rule);
  const selector = new Selector(allChannels);
  for (const word of rule
    .slice(1, -1)
    .split(' ')
    .filter((part) => part !== '')) {
    const why = setSelector(selector, word);
    if (why !== null) return why;
  }
  user.selectors.push(selector);
  return null;
}
