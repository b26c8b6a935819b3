/* OBJECT: what lies behind a key (after object.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { LOOKUP_NONOTIFY, LOOKUP_NOTOUCH, lookupKeyReadWithFlags } from './db.ts';
import { estimateObjectIdleTime, lfuDecrAndReturn } from './evict.ts';
import { help } from './help.ts';
import { ENCODING_INT, type Obj, StringObj } from './object.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** Small integers are one object for all keys; its count of references says "shared". */
const OBJ_SHARED_INTEGERS = 10000;
const OBJ_SHARED_REFCOUNT = 2147483647;

const SWITCHING =
  'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';

function lookup(client: Client, key: Bytes): Obj | null {
  return lookupKeyReadWithFlags(client.db, key, LOOKUP_NOTOUCH | LOOKUP_NONOTIFY);
}

function refcount(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookup(client, argv[2] as Bytes);
  if (obj === null) return null;
  if (!(obj instanceof StringObj) || obj.stringEncoding !== ENCODING_INT) return 1;
  const value = Number(obj.value);
  // With an eviction policy that looks at each value's own clock nothing is shared.
  const { maxmemory, maxmemoryPolicy } = client.server.config;
  const ownClock = maxmemory > 0 && /l[rf]u$/.test(maxmemoryPolicy);
  return value >= 0 && value < OBJ_SHARED_INTEGERS && !ownClock ? OBJ_SHARED_REFCOUNT : 1;
}

function encoding(client: Client, argv: readonly Bytes[]): Reply {
  return lookup(client, argv[2] as Bytes)?.encoding(client.server.config) ?? null;
}

function idletime(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookup(client, argv[2] as Bytes);
  if (obj === null) return null;
  if (client.server.isLfuPolicy) {
    return new ErrorReply(`ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHING}`);
  }
  return Math.floor(estimateObjectIdleTime(client.server, obj) / 1000);
}

function freq(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookup(client, argv[2] as Bytes);
  if (obj === null) return null;
  if (!client.server.isLfuPolicy) {
    return new ErrorReply(
      `ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHING}`,
    );
  }
  return lfuDecrAndReturn(client.server, obj);
}

export const objectCommands: CommandProcs = {
  'object|refcount': refcount,
  'object|encoding': encoding,
  'object|idletime': idletime,
  'object|freq': freq,
  'object|help': help,
};
