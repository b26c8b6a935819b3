/* What is in an RDB file, part by part, for those who only look (redis-check-rdb). */

import type { Bytes } from '#base/bytes.ts';
// The modules of a server know each other; this is where they are entered.
import './server.ts';
import { Config } from './config.ts';
import { crc64 } from './crc64.ts';
import * as io from './rdb-io.ts';
import { RdbError, RdbReader } from './rdb-io.ts';
import { RDB_VERSION, loadObject } from './rdb-object.ts';

export { RdbError } from './rdb-io.ts';

/** A part, and where in the file it ends. */
export type RdbPart =
  | { kind: 'aux'; at: number; name: Bytes; value: Bytes }
  | { kind: 'db'; at: number; id: number }
  | { kind: 'key'; at: number; key: Bytes; expires: boolean }
  | { kind: 'end'; at: number };

const DEFAULTS: Readonly<Config> = new Config();

/** Reads a file to its end. Throws RdbError where it is damaged. */
export function* scanRdb(data: Bytes): Generator<RdbPart, void, void> {
  const input = new RdbReader(data);
  const version = Number(/^REDIS([0-9]{4})/.exec(data)?.[1] ?? NaN);
  if (!(version >= 1 && version <= RDB_VERSION))
    throw new RdbError('Wrong signature trying to load DB from file');
  input.raw(9);
  let expires = false;
  for (;;) {
    const opcode = input.byte();
    if (opcode === io.OPCODE_EOF) break;
    const part = readPart(input, opcode, expires);
    if (part === 'expires') expires = true;
    else if (part !== null) {
      if (part.kind === 'key') expires = false;
      yield part;
    }
  }
  const end = input.at;
  const checksum = version >= 5 ? input.raw(8) : '';
  if (version >= 5 && checksum !== '\0'.repeat(8) && checksum !== crc64(data, 0, end)) {
    throw new RdbError('RDB CRC error');
  }
  yield { kind: 'end', at: input.at };
}

/** One part; 'expires' for a time that belongs to the next key, null for what is told to nobody. */
function readPart(input: RdbReader, opcode: number, expires: boolean): RdbPart | 'expires' | null {
  switch (opcode) {
    case io.OPCODE_EXPIRETIME:
      input.raw(4);
      return 'expires';
    case io.OPCODE_EXPIRETIME_MS:
      input.int64();
      return 'expires';
    case io.OPCODE_FREQ:
      input.byte();
      return null;
    case io.OPCODE_IDLE:
      input.number64();
      return null;
    case io.OPCODE_RESIZEDB:
      input.number64();
      input.number64();
      return null;
    case io.OPCODE_SELECTDB: {
      const id = Number(input.number64());
      return { kind: 'db', at: input.at, id };
    }
    case io.OPCODE_AUX: {
      const name = input.string();
      const value = input.string();
      return { kind: 'aux', at: input.at, name, value };
    }
    case io.OPCODE_FUNCTION2:
      input.string();
      return null;
    case io.OPCODE_MODULE_AUX:
      throw new RdbError('the file holds data of a module');
    default: {
      const key = input.string();
      loadObject(input, opcode, DEFAULTS as Config);
      return { kind: 'key', at: input.at, key, expires };
    }
  }
}
