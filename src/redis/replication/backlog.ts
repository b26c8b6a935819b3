/* The replication backlog: the last stretch of the stream, kept so that a replica that was away for a
 * moment can go on where it stopped (after the backlog of replication.c).
 *
 * A ring of chunks. As in Redis 7, whole chunks are dropped from its beginning, and only while what
 * remains is at least the configured size, so it may hold a little more than that. */

import type { Bytes } from '#base/bytes.ts';

/** A chunk is asked for with 16 kB and a head of 40 bytes, gets 20 kB from the allocator, and uses them. */
const CHUNK_LENGTH = 20 * 1024 - 40;

export class Backlog {
  /** Offset of the first byte held. */
  first: number;
  length = 0;
  chunks: Bytes[] = [];

  constructor(firstOffset: number) {
    this.first = firstOffset;
  }

  /** Adds to the end, filling the last chunk first, and forgets what exceeds `size` at the beginning. */
  append(data: Bytes, size: number): void {
    const last = this.chunks.length - 1;
    const room = last < 0 ? 0 : Math.max(0, CHUNK_LENGTH - (this.chunks[last] as Bytes).length);
    if (room > 0) (this.chunks[last] as Bytes) += data.slice(0, room);
    if (data.length > room) this.chunks.push(data.slice(room));
    this.length += data.length;
    this.trim(size);
  }

  /** Forgets the oldest chunks that are not needed to hold `size` bytes. */
  trim(size: number): void {
    let drop = 0;
    while (drop < this.chunks.length - 1) {
      const length = (this.chunks[drop] as Bytes).length;
      if (this.length - length < size) break;
      this.length -= length;
      this.first += length;
      drop++;
    }
    if (drop > 0) this.chunks.splice(0, drop);
  }

  /** Whether the stream can be continued at `offset`, which may be one past the end. */
  covers(offset: number): boolean {
    return offset >= this.first && offset <= this.first + this.length;
  }

  /** The stream from `offset` to the end. */
  since(offset: number): Bytes {
    let skip = offset - this.first;
    let out = '';
    for (const chunk of this.chunks) {
      if (skip >= chunk.length) {
        skip -= chunk.length;
        continue;
      }
      out += skip > 0 ? chunk.slice(skip) : chunk;
      skip = 0;
    }
    return out;
  }
}
