/* How members and scores of sorted sets are said in replies. */

import { formatDouble } from '#base/float.ts';
import type { Client } from '#redis/client.ts';
import { Double, type Reply } from '#redis/reply.ts';
import type { ZEntry } from './zset-obj.ts';

/** A score in a reply. */
export const scoreReply = (score: number): Double => new Double(score, formatDouble(score));

/** Members, with scores if asked: pairs in RESP3, one flat list in RESP2. */
export function entriesReply(client: Client, entries: Iterable<ZEntry>, withScores: boolean): Reply {
  const out: Reply[] = [];
  for (const { member, score } of entries) {
    if (!withScores) out.push(member);
    else if (client.resp === 3) out.push([member, scoreReply(score)]);
    else out.push(member, scoreReply(score));
  }
  return out;
}
