/* Random bus packets: what a peer might say with the few names, epochs and slots that a test has, and what
 * becomes of a packet on a bad road. */

import type { Prng } from '#base/prng.ts';
import { bitmapSetBit } from '#redis/cluster/bitmap.ts';
import { gossipSection, type GossipEntry } from '#redis/cluster/gossip-section.ts';
import type { BusData, BusMessage } from '#redis/cluster/message.ts';

/** Who there is, and who speaks. */
export interface Cast {
  readonly names: readonly string[];
  readonly myself: string;
  readonly sender: string;
  /** Whether it speaks on the connection that the server opened. */
  readonly back: boolean;
}

const STRANGER = 'e'.repeat(40);
const FLAGS = [1, 1, 2, 5, 9, 6, 10, 65, 0, 257, 513, 33];

function slots(random: Prng): Uint8Array {
  const bitmap = new Uint8Array(2048);
  const ranges = random.below(4);
  for (let left = 0; left < ranges; left++) {
    const first = random.below(6) * 10;
    const last = first + random.pick([0, 4, 9, 9, 19]);
    for (let slot = first; slot <= last; slot++) bitmapSetBit(bitmap, slot);
  }
  return bitmap;
}

function name(random: Prng, { names, myself }: Cast): string {
  return random.pick([...names, ...names, myself, myself, STRANGER]);
}

function gossipEntry(random: Prng, cast: Cast): GossipEntry {
  const nodename = name(random, cast);
  return {
    nodename,
    pingSent: 0,
    pongReceived: random.pick([0, 0, 1000]),
    ip: '127.0.0.1',
    port: 7000 + cast.names.indexOf(nodename),
    cport: 1,
    flags: random.pick(FLAGS),
    pport: 0,
  };
}

function data(random: Prng, type: number, cast: Cast): BusData {
  switch (type) {
    case 0:
    case 1:
    case 2: {
      const section = gossipSection(Array.from({ length: random.below(4) }, () => gossipEntry(random, cast)));
      const hostname = random.pick([undefined, undefined, undefined, 'a.example', 'b']);
      return hostname === undefined ? { kind: 'gossip', section } : { kind: 'gossip', section, hostname };
    }
    case 3:
      return { kind: 'fail', nodename: name(random, cast) };
    case 4:
    case 10:
      return { kind: 'publish', channel: random.pick(['c', '']), message: random.pick(['m', '']) };
    case 7:
      return {
        kind: 'update',
        configEpoch: random.below(16),
        nodename: name(random, cast),
        slots: slots(random),
      };
    case 9:
      return { kind: 'module', id: 1n, type: 1, payload: 'x' };
    default:
      return { kind: 'none' };
  }
}

/** What the sender says next. */
export function randomPacket(random: Prng, cast: Cast): BusMessage {
  const type = cast.back
    ? random.pick([1, 1, 1, 1, 3, 6, 7])
    : random.pick([0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 4, 5, 5, 5, 6, 7, 7, 8, 9, 10]);
  const payload = data(random, type, cast);
  const other = name(random, cast);
  const slaveof = random.pick(['', '', '', '', other === cast.sender ? '' : other]);
  const named = payload.kind === 'gossip' && payload.hostname !== undefined;
  return {
    type,
    port: 0,
    currentEpoch: random.below(16),
    configEpoch: random.below(16),
    offset: random.below(3) * 100,
    sender: !cast.back && random.below(12) === 0 ? random.pick([...cast.names, STRANGER]) : cast.sender,
    myslots: slots(random),
    slaveof,
    myip: '',
    pport: 0,
    cport: 0,
    flags: random.pick(FLAGS) | 16,
    state: random.below(2),
    mflags: random.pick([0, 0, 1, 2]) | (named ? 4 : 0),
    data: payload,
  };
}

const FIELDS = [8, 12, 14, 22, 30, 38, 40, 80, 2128, 2168, 2216, 2246, 2250, 2252, 2253, 2256, 2258, 2264];

/** The packet with some of its bytes changed, or cut, or longer, while its length is still what it says. */
export function mutatedPacket(random: Prng, packet: Uint8Array): Uint8Array {
  const how = random.below(4);
  const type = packet[13] as number;
  if (how === 0 && type !== 4 && type < 9)
    return resized(packet, Math.max(2256, packet.length + random.pick([-40, -8, -1, 1, 8, 104])));
  const copy = packet.slice();
  const changes = 1 + random.below(3);
  for (let left = 0; left < changes; left++) {
    const at = how === 1 ? 8 + random.below(packet.length - 8) : random.pick(FIELDS) + random.below(2);
    // Epochs beyond 2^53 nobody reaches by counting; extensions without their flag end a real server.
    if ((at >= 16 && at < 22) || (at >= 24 && at < 30) || at === 2214 || at === 2215) continue;
    if (type === 7 && at >= 2256 && at < 2262) continue;
    if (at < packet.length) copy[at] = how === 3 ? random.below(256) : random.pick([0, 1, 2, 4, 8, 16, 255]);
  }
  return copy;
}

function resized(packet: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(packet.subarray(0, length));
  new DataView(copy.buffer).setUint32(4, length);
  return copy;
}
