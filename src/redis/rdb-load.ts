/* Reading an RDB file (after rdbLoadRio in rdb.c), all at once or slice by slice: a server that loads a
 * large one looks after its connections in between. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { crc64 } from './crc64.ts';
import { dbDelete, type Db } from './db.ts';
import { lfuMinutes, lruClock } from './evict.ts';
import type { Obj } from './object.ts';
import {
  EmptyKeyError,
  OPCODE_AUX,
  OPCODE_EOF,
  OPCODE_EXPIRETIME,
  OPCODE_EXPIRETIME_MS,
  OPCODE_FREQ,
  OPCODE_FUNCTION2,
  OPCODE_IDLE,
  OPCODE_MODULE_AUX,
  OPCODE_RESIZEDB,
  OPCODE_SELECTDB,
  RdbError,
  RdbReader,
} from './rdb-io.ts';
import { RDB_VERSION, loadObject } from './rdb-object.ts';
import { loadLibraryFromRdb } from './scripting/libraries.ts';
import { consume, type Server } from './server.ts';

/** The auxiliary fields of a file, by name (repl-id, repl-offset, ctime ...). */
export type RdbAux = ReadonlyMap<Bytes, Bytes>;

/** What becomes of what a server holds already: nothing is there that counts; the file may not name any of
 *  it again; the file replaces what it names. */
export type RdbLoadMode = 'replace' | 'add' | 'merge';

/** Reading and building, bytes per microsecond. */
const LOAD_BYTES_PER_MICRO = 200;

/** The log names only the first of many. */
const EMPTY_KEYS_NAMED = 10;

/** What was said of a key before the key itself. */
interface KeyNotes {
  expiresAtMs: number;
  idleSeconds: number;
  frequency: number;
}

const noNotes = (): KeyNotes => ({ expiresAtMs: -1, idleSeconds: -1, frequency: -1 });

/** A file that is being read into databases, which are those of the server or will take their place. */
export class RdbLoader {
  readonly aux: Map<Bytes, Bytes> = new Map();
  /** Keys read so far, and those of them that had expired. */
  keys = 0;
  readonly expired: { readonly dbId: number; readonly key: Bytes }[] = [];
  /** Keys without a value. */
  private empty = 0;
  readonly input: RdbReader;
  private readonly server: Server;
  private readonly dbs: readonly Db[];
  private readonly mode: RdbLoadMode;
  private readonly version: number;
  private db: Db;
  private notes = noNotes();
  private libraries: Bytes[] = [];

  /** Throws RdbError when the data is no RDB file. */
  constructor(server: Server, data: Bytes, dbs: readonly Db[] = server.dbs, mode: RdbLoadMode = 'replace') {
    this.server = server;
    this.dbs = dbs;
    this.mode = mode;
    this.db = dbs[0] as Db;
    this.input = new RdbReader(data);
    this.version = Number(/^REDIS([0-9]{4})/.exec(data)?.[1] ?? NaN);
    if (!(this.version >= 1 && this.version <= RDB_VERSION)) throw new RdbError('wrong signature or version');
    this.input.raw(9);
  }

  /** Bytes read so far. */
  get at(): number {
    return this.input.at;
  }

  /** Reads about `bytes` more; true when that was the end of the file. Throws RdbError when it is
   *  damaged; what was read until then stays, and is the caller's to remove. */
  step(bytes: number): boolean {
    const from = this.input.at;
    try {
      while (this.input.at < from + bytes) {
        const opcode = this.input.byte();
        if (opcode === OPCODE_EOF) {
          this.end();
          return true;
        }
        this.read(opcode);
      }
      return false;
    } finally {
      consume(this.server, (this.input.at - from) / LOAD_BYTES_PER_MICRO);
    }
  }

  private read(opcode: number): void {
    const { input, notes } = this;
    if (opcode === OPCODE_EXPIRETIME) notes.expiresAtMs = int32(input.raw(4)) * 1000;
    else if (opcode === OPCODE_EXPIRETIME_MS) notes.expiresAtMs = Number(input.int64());
    else if (opcode === OPCODE_FREQ) notes.frequency = input.byte();
    else if (opcode === OPCODE_IDLE) notes.idleSeconds = Number(input.number64());
    else if (opcode === OPCODE_SELECTDB) {
      const selected = this.dbs[Number(input.number64())];
      if (!selected) throw new RdbError('the file has more databases than this server');
      this.db = selected;
    } else if (opcode === OPCODE_RESIZEDB) {
      input.number64();
      input.number64();
    } else if (opcode === OPCODE_AUX) this.readAux();
    else if (opcode === OPCODE_FUNCTION2) this.libraries.push(input.string());
    else if (opcode === OPCODE_MODULE_AUX) throw new RdbError('the file holds data of a module');
    else {
      this.readKey(opcode);
      this.notes = noNotes();
    }
  }

  private readAux(): void {
    const name = this.input.string();
    const value = this.input.string();
    this.aux.set(name, value);
    const { io } = this.server;
    if (name === 'redis-ver') io.log('notice', `Loading RDB produced by version ${value}`);
    if (name !== 'ctime') return;
    const age = Math.max(0, Math.floor(this.server.mstime() / 1000) - Number(value));
    io.log('notice', `RDB age ${age} seconds`);
  }

  /** Null for an empty key, which some old version left behind: it is passed over. */
  private readObject(key: Bytes, type: number): Obj | null {
    try {
      return loadObject(this.input, type, this.server.config);
    } catch (error) {
      if (!(error instanceof EmptyKeyError)) throw error;
      this.empty++;
      if (this.empty <= EMPTY_KEYS_NAMED) {
        this.server.io.log('notice', `rdbLoadObject skipping empty key: ${key}`);
      }
      return null;
    }
  }

  private readKey(type: number): void {
    const { server, input, notes, db } = this;
    const key = input.string();
    const obj = this.readObject(key, type);
    if (obj === null) return;
    this.keys++;
    // A master forgets what has expired meanwhile; a replica waits for its master's word, and the base of
    // an AOF is followed by commands that may still need the key.
    const expired = notes.expiresAtMs !== -1 && notes.expiresAtMs < server.mstime();
    if (expired && server.iAmMaster() && this.aux.get('aof-base') !== '1') {
      this.expired.push({ dbId: db.id, key });
      return;
    }
    const slot = keyHashSlot(key);
    if (db.keys.get(slot, key) !== undefined) {
      if (this.mode !== 'merge') throw new RdbError('duplicate key');
      dbDelete(db, key);
    }
    obj.owner = db.keys.owner;
    obj.headerOwner = db.keys.owner;
    setAccessClock(server, obj, notes);
    db.keys.set(slot, key, obj);
    if (notes.expiresAtMs === -1) return;
    db.expires.set(slot, key, notes.expiresAtMs);
    server.mayExpire = true;
  }

  private end(): void {
    this.verifyChecksum();
    // The libraries of the file take the place of all there were.
    if (this.mode === 'replace') this.server.scripting.libraries.clear();
    for (const code of this.libraries) loadLibraryFromRdb(this.server, code, this.mode === 'merge');
    const { length: expired } = this.expired;
    this.server.persistence.loadedKeys = this.keys - expired;
    this.server.persistence.loadedExpired = expired;
    const skipped = this.empty === 0 ? '' : `, empty keys skipped: ${this.empty}`;
    this.server.io.log(
      'notice',
      `Done loading RDB, keys loaded: ${this.keys - expired}, keys expired: ${expired}${skipped}.`,
    );
  }

  private verifyChecksum(): void {
    if (this.version < 5) return;
    const end = this.input.at;
    const checksum = this.input.raw(8);
    // Eight zeros: the file was written without one.
    if (checksum === '\0'.repeat(8) || !this.server.config.rdbchecksum) return;
    if (checksum !== crc64(this.input.data, 0, end)) throw new RdbError('RDB CRC error');
  }
}

/** Adds all that an RDB file holds to the databases of a server. Throws RdbError when the file is
 *  damaged; what was read until then stays, and is the caller's to remove. */
export function rdbLoad(server: Server, data: Bytes, mode: RdbLoadMode = 'replace'): RdbAux {
  const loader = new RdbLoader(server, data, server.dbs, mode);
  loader.step(Infinity);
  return loader.aux;
}

function int32(raw: Bytes): number {
  let value = 0;
  for (let at = 3; at >= 0; at--) value = (value << 8) | raw.charCodeAt(at);
  return value;
}

function setAccessClock(server: Server, obj: Obj, { idleSeconds, frequency }: KeyNotes): void {
  if (server.isLfuPolicy) {
    obj.lru = (lfuMinutes(server) << 8) | (frequency >= 0 ? frequency : 5);
  } else {
    obj.lru = (lruClock(server) - Math.max(0, Math.min(idleSeconds, 0xffffff))) & 0xffffff;
  }
}
