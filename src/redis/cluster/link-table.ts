/* The connections of the bus by their sockets. Every message asks for one.
 *
 * Simulated kernels use the low bits of socket ids again and again, as real ones do with file descriptors, so
 * that they are places in a list, which is faster than a Map. Where two open sockets have the same low bits
 * (nothing forbids it), the later one stands in a Map. */

import type { SocketId } from '#redis/io.ts';
import type { ClusterLink } from './state.ts';

const LOW_BITS = 0xffff;

export class LinkTable {
  private readonly places: (ClusterLink | null)[] = [];
  private readonly others = new Map<SocketId, ClusterLink>();
  private count = 0;

  /** Open connections, our own and those of others to us. */
  get size(): number {
    return this.count;
  }

  /** The connection on this socket, or null. */
  get(socket: SocketId): ClusterLink | null {
    const link = this.places[socket & LOW_BITS];
    if (link && link.socket === socket) return link;
    return this.others.size === 0 ? null : (this.others.get(socket) ?? null);
  }

  add(link: ClusterLink): void {
    const at = link.socket & LOW_BITS;
    while (this.places.length <= at) this.places.push(null);
    this.count++;
    if (this.places[at]) this.others.set(link.socket, link);
    else this.places[at] = link;
  }

  delete(link: ClusterLink): void {
    if (this.get(link.socket) !== link) return;
    const at = link.socket & LOW_BITS;
    if (this.places[at] === link) this.places[at] = null;
    else this.others.delete(link.socket);
    this.count--;
  }

  /** All of them. */
  all(): ClusterLink[] {
    return [...this.places.filter((link) => link !== null), ...this.others.values()];
  }
}
