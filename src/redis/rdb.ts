/* RDB files and DUMP payloads (after rdb.c, and createDumpPayload in cluster.c): the format of 7.0,
 * version 10. Values are in rdb-object.ts, reading a file in rdb-load.ts. When files are written and read is the affair of
 * persistence.ts and replication. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { Config } from './config.ts';
import { crc64 } from './crc64.ts';
import type { Db } from './db.ts';
import { lfuDecrAndReturn, estimateObjectIdleTime } from './evict.ts';
import type { Obj } from './object.ts';
import {
  OPCODE_AUX,
  OPCODE_EOF,
  OPCODE_EXPIRETIME_MS,
  OPCODE_FREQ,
  OPCODE_FUNCTION2,
  OPCODE_IDLE,
  OPCODE_RESIZEDB,
  OPCODE_SELECTDB,
  RdbError,
  RdbReader,
  RdbWriter,
} from './rdb-io.ts';
import { RDB_VERSION, loadObject, rdbType, saveObject } from './rdb-object.ts';
import { libraryCodes } from './scripting/libraries.ts';
import type { Server } from './server.ts';
import { littleEndian } from './types/listpack.ts';

export { RdbError } from './rdb-io.ts';
export { rdbLoad, type RdbLoadMode } from './rdb-load.ts';

/** The redis-ver a file names: the version whose behaviour this is. */
const REDIS_VERSION = '7.0.15';

/** Where in the history of replication a file stands. */
export interface RdbSaveInfo {
  readonly replid: string;
  readonly offset: number;
  readonly streamDb: number;
  /** The file is the first part of an AOF. */
  readonly aofBase?: boolean;
  readonly filter?: RdbFilter;
}

/** Which parts a snapshot has. */
export type RdbFilter = 'all' | 'functions' | 'nothing';

/** The whole dataset as an RDB file, or the parts of it that are wanted. */
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
  const filter = info?.filter ?? 'all';
  for (const code of filter === 'nothing' ? [] : libraryCodes(server)) {
    out.byte(OPCODE_FUNCTION2);
    out.string(code);
  }
  if (filter === 'all') for (const db of server.dbs) saveDb(out, server, db);
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
    saveObject(out, obj);
  });
}

/** Parameters for those who have no server at hand. */
const DEFAULTS: Readonly<Config> = new Config();

/** A value as DUMP gives it: type, value, RDB version, checksum. */
export function createDumpPayload(obj: Obj, config: Config = DEFAULTS): Bytes {
  const out = new RdbWriter(config.rdbcompression);
  out.byte(rdbType(obj));
  saveObject(out, obj);
  const data = out.result() + littleEndian(RDB_VERSION, 2);
  return data + crc64(data);
}

/** Whether the end of a payload fits its contents, unless that does not matter, and is not of a newer
 *  version. */
export function verifyDumpPayload(payload: Bytes, skipChecksum = false): boolean {
  const end = payload.length - 10;
  if (end < 0) return false;
  if ((payload.charCodeAt(end) | (payload.charCodeAt(end + 1) << 8)) > RDB_VERSION) return false;
  return skipChecksum || payload.slice(end + 2) === crc64(payload, 0, end + 2);
}

/** The value of a verified payload; throws RdbError when it is damaged. */
export function loadDumpObject(payload: Bytes, config: Config = DEFAULTS): Obj {
  const input = new RdbReader(payload);
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
