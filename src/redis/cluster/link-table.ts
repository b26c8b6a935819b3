/* The connections of the bus by their sockets. Every message asks for one, so they lie in a list by the low
 * bits of their ids, which is faster than a Map. */

import { SOCKET_PLACES, type SocketId } from '#redis/io.ts';
import type { ClusterLink } from './state.ts';

export class LinkTable {
  private readonly places: (ClusterLink | null)[] = [];
  private count = 0;

  /** Open connections, our own and those of others to us. */
  get size(): number {
    return this.count;
  }

  /** The connection on this socket, or null. */
  get(socket: SocketId): ClusterLink | null {
    const link = this.places[socket & (SOCKET_PLACES - 1)];
    return link && link.socket === socket ? link : null;
  }

  add(link: ClusterLink): void {
    const at = link.socket & (SOCKET_PLACES - 1);
    while (this.places.length <= at) this.places.push(null);
    this.places[at] = link;
    this.count++;
  }

  delete(link: ClusterLink): void {
    if (this.get(link.socket) !== link) return;
    this.places[link.socket & (SOCKET_PLACES - 1)] = null;
    this.count--;
  }

  /** All of them. */
  all(): ClusterLink[] {
    return this.places.filter((link) => link !== null);
  }
}
