/* The sockets of one machine, as its kernel keeps them.
 *
 * A thousand servers that all know each other hold two million socket ends, so the common fields of a
 * socket lie side by side in one typed array: 64 bytes, which a segment waits for once, and a snapshot
 * copies all of them at once.
 * What only few sockets have (segments held back, data before the connection stands) is in `extras`.
 * An id is row + generation * 2^16: rows are used again, ids never. */

import { CLONE, sameShape, type Cloner } from '#base/clone.ts';
import { SOCKET_PLACES, type Payload, type SocketId } from '#redis/io.ts';
import type { Segment } from './segment.ts';

export const FREE = 0;
/** SYN sent, no answer yet. */
export const CONNECTING = 1;
/** SYN received and answered; the process does not know of it yet. */
export const EMBRYO = 2;
export const OPEN = 3;
/** The peer has ended it; the process will hear of that when its turn comes. */
export const ENDED = 4;

/** What few sockets have. */
export interface SocketExtra {
  /** Segments that may not be delivered yet: out of turn, or stalled by a cut; ordered by n. */
  held: Segment[];
  /** Retransmissions so far in the present stall, and when it began; -1 = no stall. */
  tries: number;
  stalledSince: number;
  /** When the first segment arrived whose acknowledgement cannot go back; -1 = none did. */
  ackLostSince: number;
  /** Payloads sent before the connection stood. */
  early: Payload[];
  /** Bytes the peer had consumed when it said that its window is closed; -1 = open. */
  windowClosedAt: number;
  /** Receiving side has told its peer that the window is closed. */
  windowTold: boolean;
  /** Bytes sent since the link was cut. */
  sentIntoCut: number;
  /** Bytes that wait for the process. */
  buffered: number;
}

/* Fields of a row: eight doubles, one line of the processor's cache. */
const ID = 0;
const PEER_ID = 1;
/** Eight times the index of the peer's machine (-1: nobody lives there), plus the state. */
const PEER_STATE = 2;
/** 2^16 times the local port, plus the peer's. */
const PORTS = 3;
const SEND_N = 4;
const RECEIVE_N = 5;
const SENT = 6;
const CONSUMED = 7;
const FIELDS = 8;
/* While a connection is being made nothing of its stream is sent or read: two fields count SYNs. */
const SYN_DUE = SENT;
const SYN_TRIES = CONSUMED;

const STATES = 8;

/** The id of the first socket that ever has a row. */
export function firstSocketId(row: number): SocketId {
  return row + SOCKET_PLACES;
}

/* What is a whole number is made one with bit operations: engines keep it in a register then, not in a box. */
const PORT_RANGE = 0x10000;

export class SocketTable {
  private capacity = 16;
  private used = 0;
  private freeRows: number[] = [];
  private fields = new Float64Array(16 * FIELDS);
  extras = new Map<number, SocketExtra>();

  /** Copies all rows at once, which is far faster than walking fields. */
  [CLONE](clone: Cloner): SocketTable {
    const copy = sameShape(this as SocketTable);
    copy.freeRows = this.freeRows.slice();
    copy.fields = this.fields.slice();
    copy.extras = this.extras.size === 0 ? new Map() : clone(this.extras);
    return copy;
  }

  /** The row of a socket, or -1 when there is no such socket (any more). */
  row(id: SocketId): number {
    const row = id & (SOCKET_PLACES - 1);
    return this.fields[row * FIELDS + ID] === id && this.state(row) !== FREE ? row : -1;
  }

  /** Makes a socket and returns its row. */
  open(state: number, peer: number, localPort: number, peerPort: number): number {
    let row = this.freeRows.pop();
    if (row === undefined) {
      row = this.used++;
      if (this.used > this.capacity) this.grow();
      // Row 0 begins with generation 1, so that 0 is never an id.
      this.set(row, ID, row);
    }
    const id = this.id(row) + SOCKET_PLACES;
    this.fields.fill(0, row * FIELDS, (row + 1) * FIELDS);
    this.set(row, ID, id);
    this.set(row, PEER_STATE, peer * STATES + state);
    this.set(row, PORTS, localPort * PORT_RANGE + peerPort);
    return row;
  }

  private get(row: number, field: number): number {
    return this.fields[row * FIELDS + field] as number;
  }
  private set(row: number, field: number, value: number): void {
    this.fields[row * FIELDS + field] = value;
  }

  id(row: number): SocketId {
    return this.get(row, ID);
  }
  state(row: number): number {
    return this.get(row, PEER_STATE) & (STATES - 1);
  }
  setState(row: number, state: number): void {
    this.set(row, PEER_STATE, this.peer(row) * STATES + state);
  }
  /** Index of the machine at the other end; -1: nobody lives at that address. */
  peer(row: number): number {
    return this.get(row, PEER_STATE) >> 3;
  }
  /** Id of the socket at the other end, 0 until it is known. */
  peerId(row: number): SocketId {
    return this.get(row, PEER_ID);
  }
  setPeerId(row: number, id: SocketId): void {
    this.set(row, PEER_ID, id);
  }
  localPort(row: number): number {
    return this.get(row, PORTS) >>> 16;
  }
  peerPort(row: number): number {
    return this.get(row, PORTS) & (PORT_RANGE - 1);
  }
  /** Place in the stream of the next segment that is sent. */
  nextSendN(row: number): number {
    const n = this.get(row, SEND_N) >>> 0;
    this.set(row, SEND_N, n + 1);
    return n;
  }
  /** Place in the stream of the next segment that may be delivered. */
  receiveN(row: number): number {
    return this.get(row, RECEIVE_N) >>> 0;
  }
  setReceiveN(row: number, n: number): void {
    this.set(row, RECEIVE_N, n);
  }
  /** Bytes ever sent. */
  sent(row: number): number {
    return this.get(row, SENT);
  }
  addSent(row: number, bytes: number): void {
    this.set(row, SENT, this.sent(row) + bytes);
  }
  /** Bytes the process has ever read. */
  consumed(row: number): number {
    return this.get(row, CONSUMED);
  }
  addConsumed(row: number, bytes: number): void {
    this.set(row, CONSUMED, this.consumed(row) + bytes);
  }

  free(row: number): void {
    this.setState(row, FREE);
    this.dropExtra(row);
    this.freeRows.push(row);
  }

  extra(row: number): SocketExtra {
    let extra = this.extras.get(row);
    if (!extra) {
      extra = {
        held: [],
        tries: 0,
        stalledSince: -1,
        ackLostSince: -1,
        early: [],
        windowClosedAt: -1,
        windowTold: false,
        sentIntoCut: 0,
        buffered: 0,
      };
      this.extras.set(row, extra);
    }
    return extra;
  }

  /** Forgets what only few sockets have, if this one has it. */
  dropExtra(row: number): void {
    if (this.extras.size > 0) this.extras.delete(row);
  }

  /** Drops what the row has of these if there is nothing to be remembered in it. */
  dropIdleExtra(row: number): void {
    const extra = this.extras.get(row);
    if (!extra || extra.held.length > 0 || extra.early.length > 0) return;
    if (extra.stalledSince >= 0 || extra.ackLostSince >= 0) return;
    if (extra.windowClosedAt >= 0 || extra.windowTold || extra.sentIntoCut > 0 || extra.buffered > 0) return;
    this.extras.delete(row);
  }

  /** A SYN was sent at `now`; the next one is due after `retryUs`, after twice that, and so on: when. */
  noteSyn(row: number, now: number, retryUs: number): number {
    const dueAt = now + retryUs * 2 ** this.synTries(row);
    this.set(row, SYN_DUE, dueAt);
    this.set(row, SYN_TRIES, this.synTries(row) + 1);
    return dueAt;
  }
  /** When the SYN of a connection in the making is to be sent again. */
  synDueAt(row: number): number {
    return this.get(row, SYN_DUE);
  }
  synTries(row: number): number {
    return this.get(row, SYN_TRIES);
  }
  /** The connection is made: its stream begins. */
  forgetSyn(row: number): void {
    this.set(row, SYN_DUE, 0);
    this.set(row, SYN_TRIES, 0);
  }

  /** Rows in use, in order. */
  rows(): number[] {
    const out: number[] = [];
    for (let row = 0; row < this.used; row++) if (this.state(row) !== FREE) out.push(row);
    return out;
  }

  private grow(): void {
    this.capacity = Math.min(SOCKET_PLACES, this.capacity * 2);
    const wide = new Float64Array(this.capacity * FIELDS);
    wide.set(this.fields);
    this.fields = wide;
  }
}
