/* The wire format of the cluster bus: BusMessage <-> bytes (after cluster.h and the reception checks
 * at the head of clusterProcessPacket in cluster.c).
 *
 * Inside the world messages travel as records; bytes are made when a packet is inspected, saved or
 * sent to a peer outside. All integers are big-endian except the id of a MODULE message, which the
 * sender writes in its own byte order (little-endian on every machine Redis commonly runs on).
 * Epochs and offsets have 64 bits on the wire and 53 here: a peer that claims more has left the
 * range any real cluster reaches. An id is forty bytes, whatever they are. Unknown ping extensions are skipped and so not re-encoded. */

import { fromUint8, type Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOT_BYTES } from './bitmap.ts';
import { gossipEntries, gossipSection, type GossipEntry } from './gossip-section.ts';
import {
  CLUSTERMSG_FLAG0_EXT_DATA,
  CLUSTERMSG_LABELS,
  CLUSTERMSG_TYPE_COUNT,
  CLUSTERMSG_TYPE_FAIL,
  CLUSTERMSG_TYPE_MEET,
  CLUSTERMSG_TYPE_MODULE,
  CLUSTERMSG_TYPE_PUBLISH,
  CLUSTERMSG_TYPE_PUBLISHSHARD,
  CLUSTERMSG_TYPE_UPDATE,
  type BusData,
  type BusMessage,
} from './message.ts';

export const CLUSTERMSG_HEADER_LENGTH = 2256;
/** The least `totlen` a reader accepts. */
export const CLUSTERMSG_MIN_LENGTH = CLUSTERMSG_HEADER_LENGTH;
export const CLUSTER_NAMELEN = 40;
export const GOSSIP_ENTRY_LENGTH = 104;
const NET_IP_STR_LEN = 46;
const PROTOCOL_VERSION = 1;
const UPDATE_LENGTH = 8 + CLUSTER_NAMELEN + CLUSTER_SLOT_BYTES;
const EXTENSION_HEADER_LENGTH = 8;
const EXTENSION_TYPE_HOSTNAME = 0;

/** Offsets in the fixed header. */
export const OFFSET = {
  sig: 0,
  totlen: 4,
  ver: 8,
  port: 10,
  type: 12,
  count: 14,
  currentEpoch: 16,
  configEpoch: 24,
  offset: 32,
  sender: 40,
  myslots: 80,
  slaveof: 2128,
  myip: 2168,
  extensions: 2214,
  notused1: 2216,
  pport: 2246,
  cport: 2248,
  flags: 2250,
  state: 2252,
  mflags: 2253,
  data: 2256,
} as const;

/** Length of a HOSTNAME extension: its header, the name and its NUL, padded to eight bytes. */
export function hostnameExtensionLength(hostname: string): number {
  return EXTENSION_HEADER_LENGTH + Math.ceil((hostname.length + 1) / 8) * 8;
}

/** Bytes the message takes on the wire, without encoding it. */
export function messageLength(message: BusMessage): number {
  return CLUSTERMSG_HEADER_LENGTH + dataLength(message.data);
}

function dataLength(data: BusData): number {
  switch (data.kind) {
    case 'gossip':
      return (
        data.section.about.length * GOSSIP_ENTRY_LENGTH +
        (data.hostname === undefined ? 0 : hostnameExtensionLength(data.hostname))
      );
    case 'fail':
      return CLUSTER_NAMELEN;
    case 'publish':
      return 8 + data.channel.length + data.message.length;
    case 'update':
      return UPDATE_LENGTH;
    case 'module':
      return 13 + data.payload.length;
    case 'none':
      return 0;
  }
}

/** Encodes a message. */
export function encodeMessage(message: BusMessage): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(messageLength(message));
  const view = new DataView(out.buffer);
  const { data } = message;
  const hostname = data.kind === 'gossip' ? data.hostname : undefined;
  putText(out, OFFSET.sig, 'RCmb', 4);
  view.setUint32(OFFSET.totlen, out.length);
  view.setUint16(OFFSET.ver, PROTOCOL_VERSION);
  view.setUint16(OFFSET.port, message.port);
  view.setUint16(OFFSET.type, message.type);
  view.setUint16(OFFSET.count, data.kind === 'gossip' ? data.section.about.length : 0);
  putUint64(view, OFFSET.currentEpoch, message.currentEpoch);
  putUint64(view, OFFSET.configEpoch, message.configEpoch);
  putUint64(view, OFFSET.offset, message.offset);
  putText(out, OFFSET.sender, message.sender, CLUSTER_NAMELEN);
  out.set(message.myslots, OFFSET.myslots);
  putText(out, OFFSET.slaveof, message.slaveof, CLUSTER_NAMELEN);
  putText(out, OFFSET.myip, message.myip, NET_IP_STR_LEN);
  view.setUint16(OFFSET.extensions, hostname === undefined ? 0 : 1);
  view.setUint16(OFFSET.pport, message.pport);
  view.setUint16(OFFSET.cport, message.cport);
  view.setUint16(OFFSET.flags, message.flags);
  out[OFFSET.state] = message.state;
  out[OFFSET.mflags] = message.mflags;
  putData(out, view, data);
  return out;
}

/** Encodes a message as a byte string, ready for a `bytes` payload. */
export function encodeMessageBytes(message: BusMessage): Bytes {
  return fromUint8(encodeMessage(message));
}

function putData(out: Uint8Array, view: DataView, data: BusData): void {
  let at: number = OFFSET.data;
  switch (data.kind) {
    case 'gossip':
      for (const entry of gossipEntries(data.section)) {
        putGossipEntry(out, view, at, entry);
        at += GOSSIP_ENTRY_LENGTH;
      }
      if (data.hostname !== undefined) {
        view.setUint32(at, hostnameExtensionLength(data.hostname));
        view.setUint16(at + 4, EXTENSION_TYPE_HOSTNAME);
        putText(out, at + EXTENSION_HEADER_LENGTH, data.hostname, data.hostname.length);
      }
      return;
    case 'fail':
      putText(out, at, data.nodename, CLUSTER_NAMELEN);
      return;
    case 'publish':
      view.setUint32(at, data.channel.length);
      view.setUint32(at + 4, data.message.length);
      putText(out, at + 8, data.channel, data.channel.length);
      putText(out, at + 8 + data.channel.length, data.message, data.message.length);
      return;
    case 'update':
      putUint64(view, at, data.configEpoch);
      putText(out, at + 8, data.nodename, CLUSTER_NAMELEN);
      out.set(data.slots, at + 48);
      return;
    case 'module':
      view.setBigUint64(at, data.id, true);
      view.setUint32(at + 8, data.payload.length);
      out[at + 12] = data.type;
      putText(out, at + 13, data.payload, data.payload.length);
      return;
    case 'none':
  }
}

function putGossipEntry(out: Uint8Array, view: DataView, at: number, entry: GossipEntry): void {
  putText(out, at, entry.nodename, CLUSTER_NAMELEN);
  view.setUint32(at + 40, entry.pingSent);
  view.setUint32(at + 44, entry.pongReceived);
  putText(out, at + 48, entry.ip, NET_IP_STR_LEN);
  view.setUint16(at + 94, entry.port);
  view.setUint16(at + 96, entry.cport);
  view.setUint16(at + 98, entry.flags);
  view.setUint16(at + 100, entry.pport);
}

/** A packet that the receiver drops: `log` is the line it writes, if any. The link stays open. */
export interface DroppedPacket {
  readonly dropped: true;
  /** Type for the receive counter, which counts before validation. */
  readonly type: number;
  readonly log: string | null;
}

/** Whether eight bytes can begin a packet: right signature and a length a header fits in. When not,
 *  the reader closes the link. */
export function checkFrameStart(data: Bytes): boolean {
  return data.startsWith('RCmb') && frameLength(data) >= CLUSTERMSG_MIN_LENGTH;
}

/** `totlen` of the packet that starts `data` (which holds at least eight bytes). */
export function frameLength(data: Bytes): number {
  return (
    ((data.charCodeAt(4) << 24) |
      (data.charCodeAt(5) << 16) |
      (data.charCodeAt(6) << 8) |
      data.charCodeAt(7)) >>>
    0
  );
}

/** Decodes one whole packet (`data.length` equals its totlen), with the reception checks in Redis's
 *  order. */
export function decodeMessage(data: Uint8Array): BusMessage | DroppedPacket {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const type = view.getUint16(OFFSET.type);
  const drop = (log: string | null): DroppedPacket => ({ dropped: true, type, log });
  if (view.getUint16(OFFSET.ver) !== PROTOCOL_VERSION) return drop(null);
  const extended = ((data[OFFSET.mflags] as number) & CLUSTERMSG_FLAG0_EXT_DATA) !== 0;
  const extensions = view.getUint16(OFFSET.extensions);
  let payload: BusData = { kind: 'none' };
  if (type <= CLUSTERMSG_TYPE_MEET) {
    const gossip = getGossip(data, view, extended ? extensions : 0, typeLabel(type));
    if (typeof gossip === 'string') return drop(gossip);
    payload = gossip;
  } else if (type < CLUSTERMSG_TYPE_COUNT) {
    const expected = expectedLength(view, type);
    if (data.length !== expected) return drop(lengthError(type, data.length, expected));
    payload = getData(data, view, type);
    // Lengths beyond 32 bits add up to anything: nothing of that kind is read.
    if (dataLength(payload) !== data.length - CLUSTERMSG_HEADER_LENGTH) return drop(null);
  }
  return {
    type,
    port: view.getUint16(OFFSET.port),
    currentEpoch: getUint64(view, OFFSET.currentEpoch),
    configEpoch: getUint64(view, OFFSET.configEpoch),
    offset: getInt64(view, OFFSET.offset),
    sender: getId(data, OFFSET.sender),
    myslots: data.slice(OFFSET.myslots, OFFSET.myslots + CLUSTER_SLOT_BYTES),
    slaveof: getId(data, OFFSET.slaveof),
    // Its last byte is for the end of the text.
    myip: getText(data, OFFSET.myip, NET_IP_STR_LEN - 1),
    pport: view.getUint16(OFFSET.pport),
    cport: view.getUint16(OFFSET.cport),
    flags: view.getUint16(OFFSET.flags),
    state: data[OFFSET.state] as number,
    mflags: data[OFFSET.mflags] as number,
    data: payload,
  };
}

/** The name of a type as CLUSTER INFO and the log print it. */
export function typeLabel(type: number): string {
  return CLUSTERMSG_LABELS[type] ?? 'unknown';
}

function lengthError(type: number, length: number, expected: number): string {
  return `Received invalid ${typeLabel(type)} packet of length ${length} but expected length ${expected}`;
}

function expectedLength(view: DataView, type: number): number {
  const room = view.byteLength - CLUSTERMSG_HEADER_LENGTH;
  switch (type) {
    case CLUSTERMSG_TYPE_FAIL:
      return CLUSTERMSG_HEADER_LENGTH + CLUSTER_NAMELEN;
    case CLUSTERMSG_TYPE_PUBLISH:
    case CLUSTERMSG_TYPE_PUBLISHSHARD:
      if (room < 8) return CLUSTERMSG_HEADER_LENGTH + 8;
      // In 32 bits, as 7.0 adds them up.
      return (
        (CLUSTERMSG_HEADER_LENGTH + 8 + view.getUint32(OFFSET.data) + view.getUint32(OFFSET.data + 4)) >>> 0
      );
    case CLUSTERMSG_TYPE_UPDATE:
      return CLUSTERMSG_HEADER_LENGTH + UPDATE_LENGTH;
    case CLUSTERMSG_TYPE_MODULE:
      if (room < 13) return CLUSTERMSG_HEADER_LENGTH + 13;
      return CLUSTERMSG_HEADER_LENGTH + 13 + view.getUint32(OFFSET.data + 8);
    default:
      return CLUSTERMSG_HEADER_LENGTH;
  }
}

/** Gossip entries and extensions, or the log line of the check that failed. */
function getGossip(data: Uint8Array, view: DataView, extensions: number, label: string): BusData | string {
  const count = view.getUint16(OFFSET.count);
  const gossipEnd = CLUSTERMSG_HEADER_LENGTH + count * GOSSIP_ENTRY_LENGTH;
  if (gossipEnd > data.length) {
    return `Received invalid ${label} packet with gossip count ${count} that exceeds total packet length (${data.length})`;
  }
  let at = gossipEnd;
  let hostname: string | undefined;
  const unknown: number[] = [];
  for (let left = extensions; left > 0; left--) {
    if (data.length - at < EXTENSION_HEADER_LENGTH) {
      return `Received invalid ${label} packet with extension data that exceeds total packet length (${data.length})`;
    }
    // Of this length 7.0 reads the lower half.
    const length = view.getUint16(at + 2);
    if (length % 8 !== 0 || length < EXTENSION_HEADER_LENGTH) {
      return `Received a ${label} packet without proper padding (${length} bytes)`;
    }
    if (data.length - at < length) {
      return `Received invalid ${label} packet with extension data that exceeds total packet length (${data.length})`;
    }
    const type = view.getUint16(at + 4);
    if (type !== EXTENSION_TYPE_HOSTNAME) unknown.push(type);
    else if (length === EXTENSION_HEADER_LENGTH || data[at + length - 1] !== 0) {
      return `Received ${label} packet with missing null terminator in extension type ${type}`;
    } else hostname = getText(data, at + EXTENSION_HEADER_LENGTH, length - EXTENSION_HEADER_LENGTH);
    at += length;
  }
  if (at !== data.length) {
    return `Received invalid ${label} packet of length ${data.length} but expected length ${at}`;
  }
  const entries: GossipEntry[] = [];
  for (let entry = CLUSTERMSG_HEADER_LENGTH; entry < gossipEnd; entry += GOSSIP_ENTRY_LENGTH) {
    entries.push(getGossipEntry(data, view, entry));
  }
  return {
    kind: 'gossip',
    section: gossipSection(entries),
    ...(hostname === undefined ? {} : { hostname }),
    ...(unknown.length === 0 ? {} : { unknownExtensions: unknown }),
  };
}

function getGossipEntry(data: Uint8Array, view: DataView, at: number): GossipEntry {
  return {
    nodename: getId(data, at),
    pingSent: view.getUint32(at + 40),
    pongReceived: view.getUint32(at + 44),
    ip: getText(data, at + 48, NET_IP_STR_LEN),
    port: view.getUint16(at + 94),
    cport: view.getUint16(at + 96),
    flags: view.getUint16(at + 98),
    pport: view.getUint16(at + 100),
  };
}

function getData(data: Uint8Array, view: DataView, type: number): BusData {
  const at = OFFSET.data;
  switch (type) {
    case CLUSTERMSG_TYPE_FAIL:
      return { kind: 'fail', nodename: getId(data, at) };
    case CLUSTERMSG_TYPE_PUBLISH:
    case CLUSTERMSG_TYPE_PUBLISHSHARD: {
      const middle = at + 8 + view.getUint32(at);
      return {
        kind: 'publish',
        channel: fromUint8(data.subarray(at + 8, middle)),
        message: fromUint8(data.subarray(middle, middle + view.getUint32(at + 4))),
      };
    }
    case CLUSTERMSG_TYPE_UPDATE:
      return {
        kind: 'update',
        configEpoch: getUint64(view, at),
        nodename: getId(data, at + 8),
        slots: data.slice(at + 48, at + 48 + CLUSTER_SLOT_BYTES),
      };
    case CLUSTERMSG_TYPE_MODULE:
      return {
        kind: 'module',
        id: view.getBigUint64(at, true),
        type: data[at + 12] as number,
        payload: fromUint8(data.subarray(at + 13)),
      };
    default:
      return { kind: 'none' };
  }
}

function putText(out: Uint8Array, at: number, text: Bytes, limit: number): void {
  const length = Math.min(text.length, limit);
  for (let index = 0; index < length; index++) out[at + index] = text.charCodeAt(index);
}

/** The id of a node; '' for the forty zero bytes that stand for none. */
function getId(data: Uint8Array, at: number): string {
  const id = data.subarray(at, at + CLUSTER_NAMELEN);
  return id.some((byte) => byte !== 0) ? fromUint8(id) : '';
}

/** The bytes up to the first NUL. */
function getText(data: Uint8Array, at: number, limit: number): string {
  let end = at;
  while (end < at + limit && data[end] !== 0) end++;
  return fromUint8(data.subarray(at, end));
}

function putUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / 0x1_0000_0000));
  view.setUint32(at + 4, value >>> 0);
}

function getInt64(view: DataView, at: number): number {
  const value = view.getInt32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

function getUint64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}
