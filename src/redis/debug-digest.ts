/* DEBUG DIGEST: a fingerprint of the dataset that does not depend on the order of keys (the idea of
 * xorDigest in debug.c; the digests themselves are our own). Equal datasets have equal digests, here and
 * on every simulated server. */

import type { Bytes } from '#base/bytes.ts';
import { sha256Hex } from '#base/sha256.ts';
import { type Db, getExpire, LOOKUP_NOTOUCH, lookupKeyReadWithFlags } from './db.ts';
import type { Obj } from './object.ts';
import { createDumpPayload } from './rdb.ts';
import type { Server } from './server.ts';

const ZEROS = '0'.repeat(40);

function xorHex(a: string, b: string): string {
  let out = '';
  for (let at = 0; at < a.length; at++) {
    out += (Number.parseInt(a[at] as string, 16) ^ Number.parseInt(b[at] as string, 16)).toString(16);
  }
  return out;
}

function digestObject(obj: Obj): string {
  return sha256Hex(obj.type + createDumpPayload(obj)).slice(0, 40);
}

/** The digest of one value; zeros when there is none. */
export function digestValue(db: Db, key: Bytes): string {
  const obj = lookupKeyReadWithFlags(db, key, LOOKUP_NOTOUCH);
  return obj === null ? ZEROS : digestObject(obj);
}

/** The digest of all databases; zeros when they are empty. */
export function digestDataset(server: Server): string {
  let digest = ZEROS;
  for (const db of server.dbs) {
    db.keys.forEach((key, obj) => {
      const volatile = getExpire(db, key) === -1 ? '' : '!!expire!!';
      digest = xorHex(digest, sha256Hex(`${db.id}\0${key}\0${volatile}${digestObject(obj)}`).slice(0, 40));
    });
  }
  return digest;
}
