/* The two buffers that every client has: for what it has sent and nobody has read yet, and for the first part
 * of what it is told (after the parts of networking.c and clientsCron in server.c that make them larger and
 * smaller). Bytes of a client lie elsewhere here; these are the sizes that memory reports speak of. */

import type { Client } from './client.ts';
import { allocationSize } from './object.ts';

/** As much as is read at once. */
const READ_CHUNK = 16 * 1024;
/** From here on a buffer that was large once is cut to what is needed now. */
const RESIZE_THRESHOLD = 32 * 1024;
/** Less than this is not worth a resize. */
const WORTH_FREEING = 4 * 1024;
const IDLE_MS = 3000;
const REPLY_MAX = 16 * 1024;
const REPLY_MIN = 1024;

/** How often the largest need of the reply buffer is forgotten. */
export const REPLY_PEAK_RESET_MS = 5000;

/** Header and end of a string of that length. */
const stringOverhead = (length: number): number => (length < 256 ? 3 : length < 65536 ? 5 : 9) + 1;

/** What an allocation for `bytes` can hold, as the allocator rounds up. */
function usableSize(bytes: number): number {
  const overhead = stringOverhead(bytes);
  return allocationSize(bytes + overhead) - overhead;
}

/** Bytes are there to be read. */
export function growQueryBuffer(client: Client, waiting: number): void {
  if (waiting > client.queryBufferPeak) client.queryBufferPeak = waiting;
  const needed = waiting > READ_CHUNK ? waiting : READ_CHUNK;
  if (client.queryBuffer < needed) client.queryBuffer = usableSize(needed);
}

/** Bytes that the query buffer takes. */
export function queryBufferMemory({ queryBuffer }: Client): number {
  return queryBuffer === 0 ? 8 : allocationSize(queryBuffer + stringOverhead(queryBuffer));
}

/** The cron's visit: both buffers follow what the client needed of late. */
export function resizeBuffers(client: Client, now: number): void {
  resizeQueryBuffer(client, now);
  if (client.server.resizesReplyBuffers) resizeReplyBuffer(client, now);
}

function resizeQueryBuffer(client: Client, now: number): void {
  const waiting = client.parser?.pendingBytes ?? 0;
  const { queryBuffer, queryBufferPeak: peak } = client;
  if (queryBuffer - waiting > WORTH_FREEING) {
    if (now - client.lastInteractionMs >= IDLE_MS) client.queryBuffer = waiting;
    else if (queryBuffer > RESIZE_THRESHOLD && queryBuffer / 2 > peak) client.queryBuffer = usableSize(peak);
  }
  client.queryBufferPeak = waiting;
}

function resizeReplyBuffer(client: Client, now: number): void {
  const { replyBuffer, replyBufferPeak: peak, server } = client;
  let size = replyBuffer;
  if (peak === replyBuffer) size = Math.min(REPLY_MAX, replyBuffer * 2);
  else if (peak < replyBuffer / 2) size = Math.max(REPLY_MIN, peak + 1);
  const { replyPeakResetMs } = server;
  if (replyPeakResetMs >= 0 && now - client.replyPeakSinceMs > replyPeakResetMs) {
    client.replyBufferPeak = Math.min(client.output.length, replyBuffer);
    client.replyPeakSinceMs = now;
  }
  if (size !== replyBuffer) client.replyBuffer = allocationSize(size);
}

/** The client was told something of that length. */
export function noteReply(client: Client, length: number): void {
  if (length > client.replyBufferPeak) client.replyBufferPeak = Math.min(length, client.replyBuffer);
}
