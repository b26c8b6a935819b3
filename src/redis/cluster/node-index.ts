/* Finds the row of a node by its name: a hash table of row numbers beside the addresses they stand for.
 *
 * A Map from names would do the same with a hundred bytes for each node and three more waits for memory. Two
 * entries of equal hash stand one behind the other; at most half of the places are taken. */

import { nodeAddress, type NodeAddress } from './gossip-section.ts';

export class NodeIndex {
  private readonly table: { readonly addresses: readonly NodeAddress[] };
  /** Row + 1, or 0 for a free place. */
  private places = new Uint16Array(32);
  private used = 0;

  /** The addresses of `table` are by row; the index reads them and never changes them. */
  constructor(table: { readonly addresses: readonly NodeAddress[] }) {
    this.table = table;
  }

  /** The same index over a table's copy. */
  copy(table: { readonly addresses: readonly NodeAddress[] }): NodeIndex {
    const copy = new NodeIndex(table);
    copy.places = this.places.slice();
    copy.used = this.used;
    return copy;
  }

  /** Row of the node that has this address's name, or -1. */
  rowOf(address: NodeAddress): number {
    const { places } = this;
    const { addresses } = this.table;
    const mask = places.length - 1;
    for (let at = address.hash & mask; ; at = (at + 1) & mask) {
      const row = (places[at] as number) - 1;
      if (row < 0) return -1;
      const known = addresses[row] as NodeAddress;
      // Nearly always all servers share one record of an address.
      if (known === address || (known.hash === address.hash && known.name === address.name)) return row;
    }
  }

  rowOfName(name: string): number {
    return this.rowOf(nodeAddress(name, '', 0, 0, 0));
  }

  add(row: number): void {
    this.used++;
    if (this.used * 2 > this.places.length) this.lay(this.rows(), this.places.length * 2);
    this.place(row);
  }

  /** Seldom done, so all the others are laid out anew. */
  remove(row: number): void {
    const rest = this.rows().filter((other) => other !== row);
    this.used = rest.length;
    this.lay(rest, this.places.length);
  }

  private rows(): number[] {
    return [...this.places].filter((place) => place > 0).map((place) => place - 1);
  }

  private lay(rows: readonly number[], places: number): void {
    this.places = new Uint16Array(places);
    for (const row of rows) this.place(row);
  }

  private place(row: number): void {
    const mask = this.places.length - 1;
    let at = (this.table.addresses[row] as NodeAddress).hash & mask;
    while (this.places[at] !== 0) at = (at + 1) & mask;
    this.places[at] = row + 1;
  }
}
