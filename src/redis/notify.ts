/* Keyspace events: what happens to keys, as Pub/Sub messages (after notify.c). */

import type { Bytes } from '#base/bytes.ts';
import { pubsubPublishMessage } from './pubsub.ts';
import type { Server } from './server.ts';

/** Class letters in the order in which CONFIG GET prints them, and their bits. `A` stands for all
 *  but `m` (a key that was not found) and `n` (a new key). */
const CLASSES = 'KEg$lshzxetdmn';
const bitOf = (letter: string): number => 1 << CLASSES.indexOf(letter);
const NOTIFY_KEYSPACE = bitOf('K');
const NOTIFY_KEYEVENT = bitOf('E');
const NOTIFY_ALL = [...'g$lshzxetd'].reduce((bits, letter) => bits | bitOf(letter), 0);

/** The bits of a notify-keyspace-events setting, or null when it holds an unknown letter. */
export function keyspaceEventsStringToFlags(text: Bytes): number | null {
  let flags = 0;
  for (const letter of text) {
    if (letter === 'A') flags |= NOTIFY_ALL;
    else if (CLASSES.includes(letter)) flags |= bitOf(letter);
    else return null;
  }
  return flags;
}

/** The setting that gives these bits, in Redis's order of letters. */
export function keyspaceEventsFlagsToString(flags: number): Bytes {
  let out = '';
  if ((flags & NOTIFY_ALL) === NOTIFY_ALL) out += 'A';
  else for (const letter of 'g$lshzxetdn') if (flags & bitOf(letter)) out += letter;
  for (const letter of 'KEm') if (flags & bitOf(letter)) out += letter;
  return out;
}

/** Publishes one event about a key. `classChar` is the letter of its class: g generic, $ string,
 *  l list, s set, h hash, z zset, t stream, x expired, e evicted, m missed, n new. */
export function notifyKeyspaceEvent(
  server: Server,
  classChar: string,
  event: string,
  key: Bytes,
  dbId: number,
): void {
  const flags = server.config.notifyKeyspaceEvents;
  if (flags === 0 || (flags & bitOf(classChar)) === 0) return;
  if (flags & NOTIFY_KEYSPACE) pubsubPublishMessage(server, `__keyspace@${dbId}__:${key}`, event, false);
  if (flags & NOTIFY_KEYEVENT) pubsubPublishMessage(server, `__keyevent@${dbId}__:${event}`, key, false);
}
