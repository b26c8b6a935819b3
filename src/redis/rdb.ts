/* Placeholder until the types' owner writes this file: RDB version 10 for strings only, with real
 * length encodings, expiry and AUX fields, without checksum (0 = not computed). */

import type { Bytes } from '#base/bytes.ts';
import { dbAdd, setExpire } from './db.ts';
import { createStringObject, StringObj, type Obj } from './object.ts';
import type { Server } from './server.ts';
import { keyHashSlot } from '#base/crc16.ts';

export class RdbError extends Error {}
export type RdbAux = Map<string, Bytes>;

function length(n: number): Bytes {
  if (n < 64) return String.fromCharCode(n);
  if (n < 16384) return String.fromCharCode(0x40 | (n >> 8), n & 255);
  return String.fromCharCode(0x80, (n >>> 24) & 255, (n >> 16) & 255, (n >> 8) & 255, n & 255);
}
const text = (value: Bytes): Bytes => length(value.length) + value;

function stringOf(obj: Obj): Bytes {
  if (!(obj instanceof StringObj)) throw new RdbError('strings only');
  return String((obj as unknown as { value: Bytes }).value);
}

export function rdbSave(server: Server, info?: { replid: string; offset: number; streamDb: number }): Bytes {
  let out = 'REDIS0010' + '\xfa' + text('redis-ver') + text('7.0.15');
  if (info) {
    out += `\xfa${text('repl-stream-db')}${text(String(info.streamDb))}`;
    out += `\xfa${text('repl-id')}${text(info.replid)}\xfa${text('repl-offset')}${text(String(info.offset))}`;
  }
  for (const db of server.dbs) {
    if (db.size === 0) continue;
    out += '\xfe' + length(db.id);
    db.keys.forEach((key, obj) => {
      const when = db.expires.get(keyHashSlot(key), key);
      if (when !== undefined) {
        out += '\xfc';
        let left = BigInt(when);
        for (let at = 0; at < 8; at++, left >>= 8n) out += String.fromCharCode(Number(left & 255n));
      }
      out += `\x00${text(key)}${text(stringOf(obj))}`;
    });
  }
  return `${out}\xff${'\0'.repeat(8)}`;
}

export function rdbLoad(server: Server, data: Bytes): RdbAux {
  if (!data.startsWith('REDIS00')) throw new RdbError('wrong signature');
  let at = 9;
  const byte = (): number => {
    if (at >= data.length) throw new RdbError('short read');
    return data.charCodeAt(at++);
  };
  const len = (): number => {
    const first = byte();
    if (first < 64) return first;
    if (first < 128) return ((first & 63) << 8) | byte();
    if (first === 128) return ((byte() << 24) | (byte() << 16) | (byte() << 8) | byte()) >>> 0;
    throw new RdbError('encoding');
  };
  const str = (): Bytes => {
    const n = len();
    if (at + n > data.length) throw new RdbError('short read');
    at += n;
    return data.slice(at - n, at);
  };
  const aux: RdbAux = new Map();
  let db = server.dbs[0]!;
  let when = -1;
  for (;;) {
    const op = byte();
    if (op === 0xff) return aux;
    if (op === 0xfa) aux.set(str(), str());
    else if (op === 0xfe) db = server.dbs[len()] ?? db;
    else if (op === 0xfc) {
      when = 0;
      for (let i = 0; i < 8; i++) when += byte() * 256 ** i;
    } else if (op === 0) {
      const key = str();
      dbAdd(db, key, createStringObject(str()));
      if (when >= 0) setExpire(null, db, key, when);
      when = -1;
    } else throw new RdbError('type');
  }
}

export function createDumpPayload(obj: Obj): Bytes {
  return `\x00${text(stringOf(obj))}\x0a\x00${'\0'.repeat(8)}`;
}
