/* The ledger: every acknowledged write that can be followed, where its copies are, and what became of
 * it. Losing acknowledged writes in a failover breaks no promise of Redis, so nothing here halts the
 * world; it is counted and shown.
 *
 * Beside the writes it measures how long some slot had two masters that both took writes, and how long
 * some slot had none. */

import { InvariantError } from '#base/assert.ts';
import type { Bytes } from '#base/bytes.ts';
import { utf8Decode } from '#base/bytes.ts';
import { CLUSTER_SLOTS, keyHashSlot } from '#base/crc16.ts';
import { CLONE } from '#base/clone.ts';
import { bitmapWords } from '#redis/cluster/bitmap.ts';
import type { Micros } from '#redis/io.ts';
import type { Ack } from './ack-tap.ts';
import { EVERY_KEY } from './ack-writes.ts';
import type { LedgerFrame, LedgerRow } from './frame.ts';
import { claims, type Vital } from './vital.ts';
import type { PlacedEvent } from './world.ts';

/** Writes followed; of the key that was written longest ago one is given up for a new one. */
const WRITES_FOLLOWED = 1000;
/** Keys remembered that may expire. */
const EXPIRING_KEPT = 10_000;
const ROWS_SHOWN = 50;
const TEXT_SHOWN = 80;
/** Earlier values remembered per key, to tell a lost write from one that was overwritten. */
const OLDER_KEPT = 20;

/** A string, or a part of a collection, that servers are asked for. */
export interface Followed {
  readonly key: Bytes;
  readonly part: Bytes | null;
}

/** What each server holds of what it was asked for; null where it has no such thing. */
export type Holdings = Readonly<Record<string, readonly (Bytes | null)[]>>;

class Row {
  readonly seq: number;
  readonly ack: Ack;
  readonly value: Bytes;
  /** Values acknowledged for this key before, newest last. */
  readonly older: readonly Bytes[];
  readonly state: LedgerRow['state'];
  readonly copies: readonly string[];

  constructor(
    seq: number,
    ack: Ack,
    value: Bytes,
    older: readonly Bytes[],
    state: LedgerRow['state'],
    copies: readonly string[],
  ) {
    this.seq = seq;
    this.ack = ack;
    this.value = value;
    this.older = older;
    this.state = state;
    this.copies = copies;
  }

  /** Never changed once made. */
  [CLONE](): this {
    return this;
  }

  /** This very row where nothing has changed: snapshots share it. */
  become(state: LedgerRow['state'], copies: readonly string[]): Row {
    const same = state === this.state && copies.length === this.copies.length;
    if (same && copies.every((name, at) => name === this.copies[at])) return this;
    return new Row(this.seq, this.ack, this.value, this.older, state, copies);
  }
}

export class Ledger {
  acked = 0;
  private lost = 0;
  private dualOwnerUs = 0;
  private outageUs = 0;
  private lockOverlapUs = 0;
  /** The last acknowledged write of each part of each key (null: of the whole), keys in order of their last. */
  private rows = new Map<Bytes, Map<Bytes | null, Row>>();
  private followed = 0;
  /** Keys that may expire: nothing that is put into them is expected to stay. */
  private expiring = new Set<Bytes>();
  /** Rows that are settled and shown for a while: lost ones above all. */
  private settled: Row[] = [];
  private measuredAt: Micros = 0;
  /** Who believes to hold which lock, and since when that has been so. */
  private locks = new Map<string, { names: Set<string>; since: Micros }>();

  /** Enters acknowledged writes in their order. */
  enter(acks: readonly Ack[]): void {
    for (const ack of acks) {
      const { key, part, value } = ack;
      if (key === EVERY_KEY) {
        this.forgetAll(ack.by);
        continue;
      }
      const before = this.rows.get(key)?.get(part);
      // What is said of the whole of a key ends all that was known of its parts, and the other way round.
      if (part === null) this.forgetKey(key);
      else this.forget(key, null);
      this.noteExpiry(ack);
      if (value === null) {
        this.forget(key, part);
        continue;
      }
      this.acked++;
      if (this.expiring.has(key)) continue;
      const older = before ? [...before.older, before.value].slice(-OLDER_KEPT) : [];
      this.follow(new Row(this.acked, ack, value, older, 'pending', [ack.by]));
    }
  }

  private noteExpiry({ key, expiry }: Ack): void {
    if (expiry === undefined) return;
    this.expiring.delete(key);
    if (expiry === 'none') return;
    this.expiring.add(key);
    if (this.expiring.size > EXPIRING_KEPT) this.expiring.delete(first(this.expiring));
  }

  private follow(row: Row): void {
    const { key, part } = row.ack;
    const parts = this.rows.get(key) ?? new Map<Bytes | null, Row>();
    this.forget(key, part);
    parts.set(part, row);
    this.rows.delete(key);
    this.rows.set(key, parts);
    this.followed++;
    if (this.followed <= WRITES_FOLLOWED) return;
    const oldest = first(this.rows.keys());
    this.forget(oldest, first((this.rows.get(oldest) as Map<Bytes | null, Row>).keys()));
  }

  private forget(key: Bytes, part: Bytes | null): void {
    const parts = this.rows.get(key);
    if (!parts?.delete(part)) return;
    this.followed--;
    if (parts.size === 0) this.rows.delete(key);
  }

  private forgetKey(key: Bytes): void {
    this.followed -= this.rows.get(key)?.size ?? 0;
    this.rows.delete(key);
  }

  /** A server has deleted all its keys, as it was told to. */
  private forgetAll(server: string): void {
    for (const { ack, copies } of this.all()) if (copies.includes(server)) this.forget(ack.key, ack.part);
  }

  private all(): Row[] {
    return [...this.rows.values()].flatMap((parts) => [...parts.values()]);
  }

  /** A client says that it holds a lock from now on, or no longer. Two that hold one lock at a time
   *  overlap, whatever the lock says. */
  enterLock({ at, who, event }: PlacedEvent): void {
    const lock = String(event['lock']);
    const holders = this.locks.get(lock) ?? { names: new Set<string>(), since: at };
    this.locks.set(lock, holders);
    if (holders.names.size > 1) this.lockOverlapUs += at - holders.since;
    holders.since = at;
    if (event.type === 'LOCK_ACQUIRED') holders.names.add(who);
    else holders.names.delete(who);
  }

  /** What is being followed. */
  follows(): Followed[] {
    return this.all().map(({ ack: { key, part } }) => ({ key, part }));
  }

  /** Looks where the writes are. Returns the keys of writes that are now known to be lost. */
  settle(followed: readonly Followed[], holdings: Holdings, vitals: readonly Vital[]): string[] {
    const lost: string[] = [];
    followed.forEach(({ key, part }, at) => {
      const parts = this.rows.get(key);
      const row = parts?.get(part);
      if (!parts || !row) return;
      const copies = Object.keys(holdings).filter((name) => holdings[name]?.[at] === row.value);
      const owner = ownerOf(key, vitals);
      if (!owner) parts.set(part, row.become('pending', copies));
      else if (copies.includes(owner.name)) parts.set(part, row.become('held', copies));
      else if (copies.length > 0) parts.set(part, row.become('pending', copies));
      else {
        this.forget(key, part);
        if (isLater(holdings[owner.name]?.[at], row)) return;
        this.lost++;
        lost.push(nameOf(row));
        this.settled.push(row.become('lost', []));
        if (this.settled.length > ROWS_SHOWN) this.settled.shift();
      }
    });
    return lost;
  }

  /** From now on it measures: a world that is being made has no owners yet. */
  begin(now: Micros): void {
    this.measuredAt = now;
  }

  /** Measures ownership of slots since the last look. */
  measure(now: Micros, vitals: readonly Vital[]): void {
    const passed = now - this.measuredAt;
    this.measuredAt = now;
    const owners = vitals.filter(
      (vital) => vital.running && vital.isMaster && vital.slots && vital.clusterOk,
    );
    const claimed = new Uint32Array(CLUSTER_SLOTS / 32);
    let dual = 0;
    for (const { slots } of owners) {
      const words = bitmapWords(slots as Uint8Array);
      for (let at = 0; at < claimed.length; at++) {
        const mine = words[at] as number;
        dual |= (claimed[at] as number) & mine;
        (claimed[at] as number) |= mine;
      }
    }
    if (dual !== 0) this.dualOwnerUs += passed;
    const isCluster = vitals.some(({ slots }) => slots !== null);
    if (isCluster && claimed.some((word) => word !== 0xffff_ffff)) this.outageUs += passed;
  }

  /** `staleReads` are counted by the clients that make them. */
  frame(staleReads = 0): LedgerFrame {
    const recent = this.all().slice(-ROWS_SHOWN);
    const rows = [...this.settled, ...recent].map(show).sort((a, b) => a.seq - b.seq);
    return {
      acked: this.acked,
      lost: this.lost,
      staleReads,
      dualOwnerMs: this.dualOwnerUs / 1000,
      lockOverlapMs: this.lockOverlapUs / 1000,
      outageMs: this.outageUs / 1000,
      recent: rows,
    };
  }
}

/** Whether a value can only come from a write after this one: one whose answer never arrived. */
function isLater(found: Bytes | null | undefined, row: Row): boolean {
  return typeof found === 'string' && !row.older.includes(found);
}

function shown(bytes: Bytes): string {
  return utf8Decode(bytes).slice(0, TEXT_SHOWN);
}

function nameOf({ ack: { key, part } }: Row): string {
  return part === null ? shown(key) : `${shown(key)} ${shown(part)}`;
}

function show({ seq, ack, value, state, copies }: Row): LedgerRow {
  const { at, key, part, client, by } = ack;
  return {
    seq,
    at,
    key: shown(key),
    part: part === null ? null : shown(part),
    value: shown(value),
    client,
    ackedBy: by,
    copies: [...copies],
    state,
  };
}

/** The first of some, of which there is at least one. */
function first<T>(some: Iterable<T>): T {
  for (const one of some) return one;
  throw new InvariantError('there is none');
}

/** The master whose claim on the key's slot the others accept: the one with the greatest configEpoch.
 *  Outside cluster mode every server owns its own keys. */
function ownerOf(key: Bytes, vitals: readonly Vital[]): Vital | null {
  const slot = keyHashSlot(key);
  let owner: Vital | null = null;
  for (const vital of vitals) {
    if (!vital.running || !vital.isMaster || !claims(vital, slot)) continue;
    if (!owner || vital.configEpoch > owner.configEpoch) owner = vital;
  }
  return owner;
}
