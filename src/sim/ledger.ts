/* The ledger: every acknowledged write that can be followed, where its copies are, and what became of
 * it. Losing acknowledged writes in a failover breaks no promise of Redis, so nothing here halts the
 * world; it is counted and shown.
 *
 * Beside the writes it measures how long some slot had two masters that both took writes, and how long
 * some slot had none. */

import type { Bytes } from '#base/bytes.ts';
import { utf8Decode } from '#base/bytes.ts';
import { CLUSTER_SLOTS, keyHashSlot } from '#base/crc16.ts';
import { CLONE } from '#base/clone.ts';
import type { Micros } from '#redis/io.ts';
import { EVERY_KEY, type Ack } from './ack-tap.ts';
import type { LedgerFrame, LedgerRow } from './frame.ts';
import { claims, type Vital } from './vital.ts';
import type { PlacedEvent } from './world.ts';

/** Keys followed; the write that is oldest is given up for a new one. */
const KEYS_FOLLOWED = 1000;
const ROWS_SHOWN = 50;
const TEXT_SHOWN = 80;
/** Earlier values remembered per key, to tell a lost write from one that was overwritten. */
const OLDER_KEPT = 20;

/** What each server holds for the keys asked about; null where it has no such string. */
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

  become(state: LedgerRow['state'], copies: readonly string[]): Row {
    return new Row(this.seq, this.ack, this.value, this.older, state, copies);
  }
}

export class Ledger {
  private acked = 0;
  private lost = 0;
  private dualOwnerUs = 0;
  private outageUs = 0;
  private lockOverlapUs = 0;
  /** The last acknowledged write of each key, in order of their times. */
  private rows = new Map<Bytes, Row>();
  /** Rows that are settled and shown for a while: lost ones above all. */
  private settled: Row[] = [];
  private measuredAt: Micros = 0;
  /** Who believes to hold which lock, and since when that has been so. */
  private locks = new Map<string, { names: Set<string>; since: Micros }>();

  /** Enters acknowledged writes in their order. */
  enter(acks: readonly Ack[]): void {
    for (const ack of acks) {
      if (ack.key === EVERY_KEY) {
        this.forgetAll(ack.by);
        continue;
      }
      const before = this.rows.get(ack.key);
      if (before) this.rows.delete(ack.key);
      if (ack.value === null) continue;
      this.acked++;
      const older = before ? [...before.older, before.value].slice(-OLDER_KEPT) : [];
      this.rows.set(ack.key, new Row(this.acked, ack, ack.value, older, 'pending', [ack.by]));
      if (this.rows.size > KEYS_FOLLOWED) this.rows.delete(this.rows.keys().next().value as Bytes);
    }
  }

  /** A server has deleted all its keys, as it was told to. */
  private forgetAll(server: string): void {
    for (const [key, row] of this.rows) if (row.copies.includes(server)) this.rows.delete(key);
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

  /** Keys whose writes are being followed. */
  keys(): Bytes[] {
    return [...this.rows.keys()];
  }

  /** Looks where the writes are. Returns the keys of writes that are now known to be lost. */
  settle(keys: readonly Bytes[], holdings: Holdings, vitals: readonly Vital[]): string[] {
    const lost: string[] = [];
    keys.forEach((key, at) => {
      const row = this.rows.get(key);
      if (!row) return;
      const copies = Object.keys(holdings).filter((name) => holdings[name]?.[at] === row.value);
      const owner = ownerOf(key, vitals);
      if (!owner) this.rows.set(key, row.become('pending', copies));
      else if (copies.includes(owner.name)) this.rows.set(key, row.become('held', copies));
      else if (copies.length > 0) this.rows.set(key, row.become('pending', copies));
      else if (isLater(holdings[owner.name]?.[at], row)) this.rows.delete(key);
      else {
        this.lost++;
        lost.push(utf8Decode(key).slice(0, TEXT_SHOWN));
        this.rows.delete(key);
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
    const claimed = new Uint8Array(CLUSTER_SLOTS / 8);
    let dual = false;
    for (const { slots } of owners) {
      for (let at = 0; at < claimed.length; at++) {
        const mine = (slots as Uint8Array)[at] as number;
        if ((claimed[at] as number) & mine) dual = true;
        (claimed[at] as number) |= mine;
      }
    }
    if (dual) this.dualOwnerUs += passed;
    const isCluster = vitals.some(({ slots }) => slots !== null);
    if (isCluster && claimed.some((byte) => byte !== 0xff)) this.outageUs += passed;
  }

  /** `staleReads` are counted by the clients that make them. */
  frame(staleReads = 0): LedgerFrame {
    const recent = [...this.rows.values()].slice(-ROWS_SHOWN);
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

function show({ seq, ack, value, state, copies }: Row): LedgerRow {
  const text = (bytes: Bytes): string => utf8Decode(bytes).slice(0, TEXT_SHOWN);
  const { at, key, client, by } = ack;
  return { seq, at, key: text(key), value: text(value), client, ackedBy: by, copies: [...copies], state };
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
