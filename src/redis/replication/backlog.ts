/* The replication backlog: the last stretch of the stream, kept so that a replica that was away for a
 * moment can go on where it stopped (after the backlog of replication.c).
 *
 * A ring of chunks. As in Redis 7, whole chunks are dropped from its beginning, and only while what
 * remains is more than the configured size, so it may hold a little more than that; and much more while a
 * replica is slow, since what that one still has to get serves others too. */

import type { Bytes } from '#base/bytes.ts';
import { allocationSize } from '#redis/object.ts';

const LEAST_CHUNK = 16 * 1024;
const CHUNK_HEAD = 40;

export class Backlog {
  /** Offset of the first byte held. */
  first: number;
  length = 0;
  chunks: Bytes[] = [];
  /** Bytes that the last chunk can still take. */
  private room = 0;

  constructor(firstOffset: number) {
    this.first = firstOffset;
  }

  /** Adds to the end, filling the last chunk first; no chunk is larger than a sixteenth of `size` needs it to be. */
  append(data: Bytes, size: number): void {
    const most = Math.max(size / 16, LEAST_CHUNK);
    this.length += data.length;
    for (let rest = data; rest !== '';) {
      if (this.room === 0) {
        const wanted = Math.min(Math.max(rest.length, LEAST_CHUNK), most);
        // What the allocator hands out beyond that is used.
        this.room = allocationSize(wanted + CHUNK_HEAD) - CHUNK_HEAD;
        this.chunks.push('');
      }
      const part = rest.slice(0, this.room);
      this.chunks[this.chunks.length - 1] += part;
      this.room -= part.length;
      rest = rest.slice(part.length);
    }
  }

  /** Forgets the oldest chunks that are not needed to hold `size` bytes, nor what begins at the offset `needed`. */
  trim(size: number, needed: number): void {
    let drop = 0;
    while (drop < this.chunks.length - 1) {
      const length = (this.chunks[drop] as Bytes).length;
      if (this.length - length <= size || this.first + length > needed) break;
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
