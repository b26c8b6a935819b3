/* A user and its rules (after acl.c). */

import type { Bytes } from '#base/bytes.ts';

/** A user. */
export class User {
  readonly name: Bytes;
  enabled = false;
  nopass = false;
  /** SHA-256 of each password, in hex. */
  passwords: string[] = [];
  constructor(name: Bytes) {
    this.name = name;
  }
}
