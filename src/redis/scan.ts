/* KEYS and SCAN (after db.c). */

import type { Bytes } from '#base/bytes.ts';
import { stringmatchlen } from '#base/glob.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { dbExists, keyIsExpired } from './db.ts';
import { ErrorReply, type Reply } from './reply.ts';
import { consume } from './server.ts';
import { parseLongCursor } from './types/scan.ts';

/** Looking at one key of a whole keyspace: what makes KEYS on a large one slow. */
const KEYS_MICROS_PER_KEY = 0.35;

function keys(client: Client, argv: readonly Bytes[]): Reply {
  const pattern = argv[1] as Bytes;
  const db = client.db;
  const found: Bytes[] = [];
  db.keys.forEach((key) => {
    if ((pattern === '*' || stringmatchlen(pattern, key)) && !keyIsExpired(db, key)) found.push(key);
  });
  consume(client.server, db.size * KEYS_MICROS_PER_KEY);
  return found;
}

interface ScanOptions {
  count: number;
  pattern: Bytes | null;
  type: string | null;
}

function parseScanOptions(argv: readonly Bytes[], from: number): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: 10, pattern: null, type: null };
  for (let at = from; at < argv.length; at += 2) {
    const value = argv[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (isWord(argv[at], 'count')) {
      const count = string2ll(value);
      if (count === null) return NOT_INTEGER;
      if (count < 1) return SYNTAX_ERROR;
      options.count = Number(count);
    } else if (isWord(argv[at], 'match')) options.pattern = value;
    else if (isWord(argv[at], 'type')) options.type = value.toLowerCase();
    else return SYNTAX_ERROR;
  }
  return options;
}

function scan(client: Client, argv: readonly Bytes[]): Reply {
  const given = parseLongCursor(argv[1] as Bytes);
  if (given instanceof ErrorReply) return given;
  // A cursor that we never gave out lies behind the last key: the scan ends.
  const cursor = given > 2n ** 46n ? 2 ** 46 : Number(given);
  const options = parseScanOptions(argv, 2);
  if (options instanceof ErrorReply) return options;
  const db = client.db;
  const pattern = options.pattern === '*' ? null : options.pattern;
  const found: Bytes[] = [];
  let visited = 0;
  const next = db.keys.scan(cursor, options.count, (key, obj) => {
    visited++;
    if (pattern !== null && !stringmatchlen(pattern, key)) return;
    if (options.type !== null && obj.type !== options.type) return;
    found.push(key);
  });
  consume(client.server, visited * KEYS_MICROS_PER_KEY);
  // Keys whose time has passed are deleted on the way.
  const alive = db.expires.size > 0 ? found.filter((key) => dbExists(db, key)) : found;
  return [String(next), alive];
}

export const scanCommands: CommandProcs = { keys, scan };
