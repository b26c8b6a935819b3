/* Waiting for keys, as the blocking commands of lists, sorted sets and streams do it (after
 * blocked.c and timeout.c). The waiting itself is the server's: a command that finds no data asks to be
 * run again when one of its keys gets some. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { parseLongDouble } from '#base/long-double.ts';
import { blockForKeys } from '#redis/blocked.ts';
import { CLIENT_DENY_BLOCKING, CLIENT_REEXECUTING, type Client } from '#redis/client.ts';
import { lookupKeyWrite } from '#redis/db.ts';
import type { Obj } from '#redis/object.ts';
import { NULL_ARRAY, type ErrorReply, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { WRONGTYPE, error } from '#redis/args.ts';
import { type ObjClass } from './common.ts';

/** Reads a timeout in seconds, maybe with a fraction: the Unix ms at which it ends, 0 for never. */
export function parseTimeout(client: Client, text: Bytes): number | ErrorReply {
  const seconds = parseLongDouble(text);
  if (seconds === null) return error('ERR timeout is not a float or out of range');
  const ms = seconds.infinite ? Infinity : Math.ceil(Number(seconds.mantissa) * 2 ** seconds.exponent * 1000);
  // What no 64-bit number can hold becomes the smallest one.
  return deadlineIn(client.server, ms > 2 ** 63 ? -Infinity : ms);
}

/** Reads a timeout in whole milliseconds, as parseTimeout does. */
export function parseTimeoutMs(server: Server, text: Bytes): number | ErrorReply {
  const ms = string2ll(text);
  return ms === null
    ? error('ERR timeout is not an integer or out of range')
    : deadlineIn(server, Number(ms));
}

function deadlineIn(server: Server, ms: number): number | ErrorReply {
  if (ms < 0) return error('ERR timeout is negative');
  const deadlineMs = ms + server.mstime();
  return ms === 0 || deadlineMs >= 2 ** 63 ? 0 : deadlineMs;
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
