/* DUMP, RESTORE and RESTORE-ASKING (after the second part of cluster.c in 7.0). */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import { COPIED_ALLOCATION, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { dbAdd, dbDelete, lookupKeyRead, lookupKeyWrite, setExpire } from '#redis/db.ts';
import { lfuMinutes, lruClock } from '#redis/evict.ts';
import type { Obj } from '#redis/object.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { RdbError, createDumpPayload, loadDumpObject, verifyDumpPayload } from '#redis/rdb.ts';
import { ErrorReply, OK, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, SYNTAX_ERROR, error, isWord } from '#redis/args.ts';
import { keyChanged } from './common.ts';

/** DUMP key */
function dumpCommand(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookupKeyRead(client, argv[1] as Bytes);
  if (obj === null) return null;
  visit(client.server, obj.freeEffort(), COPIED_ALLOCATION);
  return createDumpPayload(obj, client.server.config);
}

interface RestoreOptions {
  replace: boolean;
  absTtl: boolean;
  idleSeconds: number | null;
  frequency: number | null;
}

function parseOptions(argv: readonly Bytes[]): RestoreOptions | ErrorReply {
  const out: RestoreOptions = { replace: false, absTtl: false, idleSeconds: null, frequency: null };
  for (let at = 4; at < argv.length; at++) {
    const value = argv[at + 1];
    if (isWord(argv[at], 'replace')) {
      out.replace = true;
    } else if (isWord(argv[at], 'absttl')) {
      out.absTtl = true;
    } else if (isWord(argv[at], 'idletime') && value !== undefined && out.frequency === null) {
      const idle = string2ll(value);
      if (idle === null) return NOT_INTEGER;
      if (idle < 0) return error('ERR Invalid IDLETIME value, must be >= 0');
      out.idleSeconds = Number(idle);
      at++;
    } else if (isWord(argv[at], 'freq') && value !== undefined && out.idleSeconds === null) {
      const frequency = string2ll(value);
      if (frequency === null) return NOT_INTEGER;
      if (frequency < 0 || frequency > 255) return error('ERR Invalid FREQ value, must be >= 0 and <= 255');
      out.frequency = Number(frequency);
      at++;
    } else {
      return SYNTAX_ERROR;
    }
  }
  return out;
}

/** The value in a payload, or the error to reply with. */
function readPayload(client: Client, payload: Bytes): Obj | ErrorReply {
  const { server } = client;
  if (!verifyDumpPayload(payload, server.skipChecksumValidation)) {
    return error('ERR DUMP payload version or checksum are wrong');
  }
  try {
    return loadDumpObject(payload, server.config);
  } catch (problem) {
    if (!(problem instanceof RdbError)) throw problem;
    server.io.log('warning', `Internal error in RDB reading -> ${problem.message}`);
    return error('ERR Bad data format');
  }
}

/** RESTORE key ttl payload [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency] */
function restoreCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, ttlText, payload] = argv as [Bytes, Bytes, Bytes, Bytes];
  const { server, db } = client;
  const options = parseOptions(argv);
  if (options instanceof ErrorReply) return options;
  if (!options.replace && lookupKeyWrite(client, key) !== null) {
    return error('BUSYKEY Target key name already exists.');
  }
  const ttl = string2ll(ttlText);
  if (ttl === null) return NOT_INTEGER;
  if (ttl < 0) return error('ERR Invalid TTL value, must be >= 0');
  const obj = readPayload(client, payload);
  if (obj instanceof ErrorReply) return obj;
  visit(server, obj.freeEffort(), COPIED_ALLOCATION);
  const deleted = options.replace && dbDelete(db, key);
  const expiresAtMs = ttl === 0 ? 0 : Number(ttl) + (options.absTtl ? 0 : server.mstime());
  if (expiresAtMs !== 0 && expiresAtMs <= server.mstime() && !server.loading && !server.isReplica()) {
    if (deleted) {
      rewriteClientCommandVector(client, [server.config.lazyfreeLazyServerDel ? 'UNLINK' : 'DEL', key]);
      keyChanged(client, key, 'g', 'del');
    }
    return OK;
  }
  dbAdd(db, key, obj);
  if (expiresAtMs !== 0) {
    setExpire(client, db, key, expiresAtMs);
    if (!options.absTtl) {
      rewriteClientCommandVector(client, [
        ...argv.slice(0, 2),
        String(expiresAtMs),
        ...argv.slice(3),
        'ABSTTL',
      ]);
    }
  }
  if (options.frequency !== null && server.isLfuPolicy) {
    obj.lru = (lfuMinutes(server) << 8) | options.frequency;
  } else if (options.idleSeconds !== null && !server.isLfuPolicy) {
    obj.lru = (lruClock(server) - Math.min(options.idleSeconds, 0xffffff)) & 0xffffff;
  }
  keyChanged(client, key, 'g', 'restore');
  return OK;
}

export const dumpCommands: CommandProcs = {
  dump: dumpCommand,
  restore: restoreCommand,
  'restore-asking': restoreCommand,
};
