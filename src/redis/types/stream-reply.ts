/* How stream entries are said in replies, and how changes of groups are said to replicas. */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import { alsoPropagate } from '#redis/propagate.ts';
import type { Reply } from '#redis/reply.ts';
import { keyEvent } from './common.ts';
import { StreamConsumer, type Nack, type StreamGroup } from './stream-group.ts';
import { formatId } from './stream-id.ts';
import type { StreamEntry } from './stream-obj.ts';

/** An entry in a reply: its id, and its fields in a flat list. */
export const entryReply = ({ id, fields }: StreamEntry): Reply => [formatId(id), fields];

/** A delivery, as replicas and the AOF get it: an XCLAIM that leaves nothing to chance or clock. */
export function propagateClaim(
  client: Client,
  key: Bytes,
  groupName: Bytes,
  group: StreamGroup,
  nack: Nack,
): void {
  alsoPropagate(client.server, client.db.id, [
    'XCLAIM',
    key,
    groupName,
    nack.consumer,
    '0',
    formatId(nack.id),
    'TIME',
    String(nack.deliveredAtMs),
    'RETRYCOUNT',
    String(nack.deliveries),
    'FORCE',
    'JUSTID',
    'LASTID',
    formatId(group.lastId),
  ]);
}

/** The position of a group, as replicas and the AOF get it. */
export function propagateGroupId(client: Client, key: Bytes, groupName: Bytes, group: StreamGroup): void {
  const read = String(group.entriesRead ?? -1);
  alsoPropagate(client.server, client.db.id, [
    'XGROUP',
    'SETID',
    key,
    groupName,
    formatId(group.lastId),
    'ENTRIESREAD',
    read,
  ]);
}

/** The consumer of that name, created when it is new; the visit is noted either way. */
export function lookupOrCreateConsumer(
  client: Client,
  key: Bytes,
  group: StreamGroup,
  name: Bytes,
): StreamConsumer {
  const known = group.consumers.get(name);
  if (known) {
    known.seenAtMs = client.server.commandTimeMs();
    return known;
  }
  const consumer = new StreamConsumer(name, client.server.commandTimeMs());
  group.consumers.set(name, consumer);
  keyEvent(client, key, 't', 'xgroup-createconsumer');
  client.server.dirty++;
  return consumer;
}
