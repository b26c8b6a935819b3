/* RDB files and DUMP payloads (after rdb.c, and createDumpPayload in cluster.c): the format of 7.0,
 * version 10. Values are in rdb-object.ts. When files are written and read is the affair of
 * persistence.ts and replication. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { Config } from './config.ts';
import { crc64 } from './crc64.ts';
import { dbDelete, type Db } from './db.ts';
import { lfuDecrAndReturn, estimateObjectIdleTime, lfuMinutes, lruClock } from './evict.ts';
import type { Obj } from './object.ts';
import { RdbError, RdbReader, RdbWriter } from './rdb-io.ts';
import { RDB_VERSION, loadObject, rdbType, saveObject } from './rdb-object.ts';
import { libraryCodes, loadLibraryFromRdb } from './scripting/libraries.ts';
import type { Server } from './server.ts';
import { littleEndian } from './types/listpack.ts';

export { RdbError } from './rdb-io.ts';

const OPCODE_FUNCTION2 = 245;
const OPCODE_MODULE_AUX = 247;
const OPCODE_IDLE = 248;
const OPCODE_FREQ = 249;
const OPCODE_AUX = 250;
const OPCODE_RESIZEDB = 251;
const OPCODE_EXPIRETIME_MS = 252;
const OPCODE_EXPIRETIME = 253;
const OPCODE_SELECTDB = 254;
const OPCODE_EOF = 255;

/** The redis-ver a file names: the version whose behaviour this is. */
const REDIS_VERSION = '7.0.15';

/** Where in the history of replication a file stands. */
export interface RdbSaveInfo {
  readonly replid: string;
  readonly offset: number;
  readonly streamDb: number;
  /** The file is the first part of an AOF. */
  readonly aofBase?: boolean;
}

/** The auxiliary fields of a file, by name (repl-id, repl-offset, ctime ...). */
export type RdbAux = ReadonlyMap<Bytes, Bytes>;

/** The whole dataset as an RDB file. */
export function rdbSave(server: Server, info?: Partial<RdbSaveInfo>): Bytes {
  const { config } = server;
  const out = new RdbWriter(config.rdbcompression);
  out.raw(`REDIS${String(RDB_VERSION).padStart(4, '0')}`);
  const aux: [Bytes, Bytes | number][] = [
    ['redis-ver', REDIS_VERSION],
    ['redis-bits', 64],
    ['ctime', Math.floor(server.mstime() / 1000)],
    ['used-mem', 0],
  ];
  if (info?.replid !== undefined) {
    aux.push(
      ['repl-stream-db', info.streamDb ?? 0],
      ['repl-id', info.replid],
      ['repl-offset', info.offset ?? 0],
    );
  }
  aux.push(['aof-base', info?.aofBase ? 1 : 0]);
  for (const [name, value] of aux) {
    out.byte(OPCODE_AUX);
    out.string(name);
    out.string(String(value));
  }
  for (const code of libraryCodes(server)) {
    out.byte(OPCODE_FUNCTION2);
    out.string(code);
  }
  for (const db of server.dbs) saveDb(out, server, db);
  out.byte(OPCODE_EOF);
  const data = out.result();
  return data + (config.rdbchecksum ? crc64(data) : '\0'.repeat(8));
}

function saveDb(out: RdbWriter, server: Server, db: Db): void {
  if (db.keys.size === 0) return;
  const { config } = server;
  out.byte(OPCODE_SELECTDB);
  out.length(db.id);
  out.byte(OPCODE_RESIZEDB);
  out.length(db.keys.size);
  out.length(db.expires.size);
  const savesIdle = config.maxmemoryPolicy.endsWith('lru');
  const savesFreq = config.maxmemoryPolicy.endsWith('lfu');
  db.keys.forEach((key, obj) => {
    const expiresAtMs = db.expires.size > 0 ? db.expires.get(keyHashSlot(key), key) : undefined;
    if (expiresAtMs !== undefined) {
      out.byte(OPCODE_EXPIRETIME_MS);
      out.int64(expiresAtMs);
    }
    if (savesIdle) {
      out.byte(OPCODE_IDLE);
      out.length(Math.floor(estimateObjectIdleTime(server, obj) / 1000));
    } else if (savesFreq) {
      out.byte(OPCODE_FREQ);
      out.byte(lfuDecrAndReturn(server, obj));
    }
    out.byte(rdbType(obj));
    out.string(key);
    saveObject(out, obj, config);
  });
}

/** What was said of a key before the key itself. */
interface KeyNotes {
  expiresAtMs: number;
  idleSeconds: number;
  frequency: number;
}

const noNotes = (): KeyNotes => ({ expiresAtMs: -1, idleSeconds: -1, frequency: -1 });

/** What becomes of what a server holds already: nothing is there that counts; the file may not name any of
 *  it again; the file replaces what it names. */
export type RdbLoadMode = 'replace' | 'add' | 'merge';

/** Adds all that an RDB file holds to the databases of a server. Throws RdbError when the file is
 *  damaged; what was read until then stays, and is the caller's to remove. */
export function rdbLoad(server: Server, data: Bytes, mode: RdbLoadMode = 'replace'): RdbAux {
  const input = new RdbReader(data);
  const version = Number(/^REDIS([0-9]{4})/.exec(data)?.[1] ?? NaN);
  if (!(version >= 1 && version <= RDB_VERSION)) throw new RdbError('wrong signature or version');
  input.raw(9);
  if (mode === 'replace') server.scripting.libraries.clear();
  const aux = new Map<Bytes, Bytes>();
  let db = server.dbs[0] as Db;
  let notes = noNotes();
  let [loaded, expired] = [0, 0];
  for (;;) {
    const opcode = input.byte();
    if (opcode === OPCODE_EOF) break;
    if (opcode === OPCODE_EXPIRETIME) notes.expiresAtMs = int32(input.raw(4)) * 1000;
    else if (opcode === OPCODE_EXPIRETIME_MS) notes.expiresAtMs = Number(input.int64());
    else if (opcode === OPCODE_FREQ) notes.frequency = input.byte();
    else if (opcode === OPCODE_IDLE) notes.idleSeconds = Number(input.number64());
    else if (opcode === OPCODE_SELECTDB) {
      const selected = server.dbs[Number(input.number64())];
      if (!selected) throw new RdbError('the file has more databases than this server');
      db = selected;
    } else if (opcode === OPCODE_RESIZEDB) {
      input.number64();
      input.number64();
    } else if (opcode === OPCODE_AUX) {
      const name = input.string();
      aux.set(name, input.string());
      logAux(server, name, aux.get(name) as Bytes);
    } else if (opcode === OPCODE_FUNCTION2) loadLibraryFromRdb(server, input.string(), mode === 'merge');
    else if (opcode === OPCODE_MODULE_AUX) throw new RdbError('the file holds data of a module');
    else {
      if (loadKey(server, db, input, opcode, notes, mode === 'merge')) loaded++;
      else expired++;
      notes = noNotes();
    }
  }
  verifyChecksum(server, input, version);
  server.io.log('notice', `Done loading RDB, keys loaded: ${loaded}, keys expired: ${expired}.`);
  return aux;
}

/** What a server says of the file that it is reading. */
function logAux(server: Server, name: Bytes, value: Bytes): void {
  if (name === 'redis-ver') server.io.log('notice', `Loading RDB produced by version ${value}`);
  if (name !== 'ctime') return;
  const age = Math.max(0, Math.floor(server.mstime() / 1000) - Number(value));
  server.io.log('notice', `RDB age ${age} seconds`);
}

function int32(raw: Bytes): number {
  let value = 0;
  for (let at = 3; at >= 0; at--) value = (value << 8) | raw.charCodeAt(at);
  return value;
}

function verifyChecksum(server: Server, input: RdbReader, version: number): void {
  if (version < 5) return;
  const end = input.at;
  const checksum = input.raw(8);
  // Eight zeros: the file was written without one.
  if (checksum === '\0'.repeat(8) || !server.config.rdbchecksum) return;
  if (checksum !== crc64(input.data, 0, end)) throw new RdbError('wrong checksum');
}

/** Reads a key and its value; false when it has expired meanwhile. */
function loadKey(
  server: Server,
  db: Db,
  input: RdbReader,
  type: number,
  notes: KeyNotes,
  replace: boolean,
): boolean {
  const key = input.string();
  const obj = loadObject(input, type, server.config);
  // A master forgets what has expired meanwhile; a replica waits for its master's word.
  const expired = notes.expiresAtMs !== -1 && notes.expiresAtMs < server.mstime();
  if (expired && !server.isReplica()) return false;
  const slot = keyHashSlot(key);
  if (db.keys.get(slot, key) !== undefined) {
    if (!replace) throw new RdbError('duplicate key');
    dbDelete(db, key);
  }
  obj.owner = db.keys.owner;
  obj.headerOwner = db.keys.owner;
  setAccessClock(server, obj, notes);
  db.keys.set(slot, key, obj);
  if (notes.expiresAtMs !== -1) db.expires.set(slot, key, notes.expiresAtMs);
  return true;
}

function setAccessClock(server: Server, obj: Obj, { idleSeconds, frequency }: KeyNotes): void {
  if (server.isLfuPolicy) {
    obj.lru = (lfuMinutes(server) << 8) | (frequency >= 0 ? frequency : 5);
  } else {
    obj.lru = (lruClock(server) - Math.max(0, Math.min(idleSeconds, 0xffffff))) & 0xffffff;
  }
}

/** Parameters for those who have no server at hand. */
const DEFAULTS: Readonly<Config> = new Config();

/** A value as DUMP gives it: type, value, RDB version, checksum. */
export function createDumpPayload(obj: Obj, config: Config = DEFAULTS): Bytes {
  const out = new RdbWriter(config.rdbcompression);
  out.byte(rdbType(obj));
  saveObject(out, obj, config);
  const data = out.result() + littleEndian(RDB_VERSION, 2);
  return data + crc64(data);
}

/** Whether the end of a payload fits its contents and is not of a newer version. */
export function verifyDumpPayload(payload: Bytes): boolean {
  const end = payload.length - 10;
  if (end < 0) return false;
  if ((payload.charCodeAt(end) | (payload.charCodeAt(end + 1) << 8)) > RDB_VERSION) return false;
  return payload.slice(end + 2) === crc64(payload, 0, end + 2);
}

/** The value of a verified payload; throws RdbError when it is damaged. */
export function loadDumpObject(payload: Bytes, config: Config = DEFAULTS): Obj {
  const input = new RdbReader(payload, 0, payload.length - 10);
  return loadObject(input, input.byte(), config);
}

/** Libraries as FUNCTION DUMP gives them. */
export function dumpFunctions(codes: readonly Bytes[]): Bytes {
  const out = new RdbWriter(true);
  for (const code of codes) {
    out.byte(OPCODE_FUNCTION2);
    out.string(code);
  }
  const data = out.result() + littleEndian(RDB_VERSION, 2);
  return data + crc64(data);
}

/** The code of each library in a verified payload; throws RdbError when it is damaged. */
export function restoreFunctions(payload: Bytes): Bytes[] {
  const input = new RdbReader(payload, 0, payload.length - 10);
  const codes: Bytes[] = [];
  while (input.at < input.end) {
    if (input.byte() !== OPCODE_FUNCTION2) throw new RdbError('given type is not a function');
    codes.push(input.string());
  }
  return codes;
}
