/* Waiting for keys, as the blocking commands of lists, sorted sets and streams do it (after
 * blocked.c and timeout.c). The waiting itself is the server's: a command that finds no data asks to be
 * run again when one of its keys gets some. */

import type { Bytes } from '#base/bytes.ts';
import { parseLongDouble } from '#base/long-double.ts';
import { blockForKeys } from '#redis/blocked.ts';
import { CLIENT_DENY_BLOCKING, CLIENT_REEXECUTING, type Client } from '#redis/client.ts';
import { lookupKeyWrite } from '#redis/db.ts';
import type { Obj } from '#redis/object.ts';
import { NULL_ARRAY, type ErrorReply, type Reply } from '#redis/reply.ts';
import { WRONGTYPE, error, type ObjClass } from './common.ts';

/** Reads a timeout in seconds, maybe with a fraction: the Unix ms at which it ends, 0 for never. */
export function parseTimeout(client: Client, text: Bytes): number | ErrorReply {
  const seconds = parseLongDouble(text);
  if (seconds === null || seconds.infinite) return error('ERR timeout is not a float or out of range');
  const ms = Number(seconds.mantissa) * 2 ** seconds.exponent * 1000;
  if (ms > 2 ** 63) return error('ERR timeout is out of range');
  if (ms < 0) return error('ERR timeout is negative');
  if (ms === 0) return 0;
  const deadlineMs = Math.ceil(ms) + client.server.mstime();
  return deadlineMs > 2 ** 63 - 1 ? error('ERR timeout is out of range') : deadlineMs;
}

/** Waits for `keys`. Where waiting is not allowed (in MULTI, in a script) replies at once with what
 *  a timeout would say, or with `denied` when that differs. */
export function waitForKeys(
  client: Client,
  keys: readonly Bytes[],
  deadlineMs: number,
  denied: Reply = NULL_ARRAY,
): Reply | undefined {
  if (client.has(CLIENT_DENY_BLOCKING)) return denied;
  blockForKeys(client, keys, deadlineMs, NULL_ARRAY);
  return undefined;
}

/** Whether a command that waited may look at this key now. Redis serves a waiting client from the key that
 *  got data, not from the first of its keys that has any. */
export function mayServe(client: Client, key: Bytes): boolean {
  return !client.has(CLIENT_REEXECUTING) || client.blocked?.readyKey === key;
}

/** The value at a key a blocking command looks at. A client that waited is not woken by a value of
 *  another type: to it the key is still missing. */
export function writeTypedOrWait<T extends Obj>(
  client: Client,
  key: Bytes,
  kind: ObjClass<T>,
): T | null | ErrorReply {
  if (!mayServe(client, key)) return null;
  const obj = lookupKeyWrite(client, key);
  if (obj === null || obj instanceof kind) return obj;
  return client.has(CLIENT_REEXECUTING) ? null : WRONGTYPE;
}
