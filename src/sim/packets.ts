/* The packets of a frame: what is under way, what waits behind a cut, and what has just arrived. */

import type { Micros } from '#redis/io.ts';
import type { PacketFrame } from './frame.ts';
import { segmentLabel } from './payload.ts';
import { inStream, type Segment } from './segment.ts';
import type { World } from './world.ts';

/** A frame shows no more marks than this; counters stay exact. */
const MOST = 600;

/** Packets to machines hosted in this part. `arrivedSince` is the time of the previous frame. */
export function packetFrames(world: World, arrivedSince: Micros): PacketFrame[] {
  const out: PacketFrame[] = [];
  for (const segment of world.inFlight()) {
    if (out.length >= MOST) return out;
    if (segment.sentAt <= world.now) out.push(packetFrame(world, segment, willBeLost(world, segment)));
  }
  for (const machine of world.machines) {
    if (!machine) continue;
    for (const { held } of machine.sockets.extras.values()) {
      for (const segment of held) {
        if (out.length >= MOST) return out;
        out.push(packetFrame(world, segment, true));
      }
    }
  }
  for (let at = world.arrived.length - 1; at >= 0 && out.length < MOST; at--) {
    const segment = world.arrived[at] as Segment;
    if (segment.deliverAt <= arrivedSince) break;
    if (segment.deliverAt <= world.now) out.push(packetFrame(world, segment, segment.lost));
  }
  return out;
}

function packetFrame(world: World, segment: Segment, lost: boolean): PacketFrame {
  const { content, id, sentAt, deliverAt } = segment;
  return {
    id,
    from: world.nameOf(content.from),
    to: world.nameOf(content.to),
    ...segmentLabel(segment),
    bytes: content.bytes,
    sentAt,
    deliverAt,
    lost,
  };
}

/** As things stand: chance has taken it, its link is cut, or nobody lives at its end. */
function willBeLost(world: World, { content, lost }: Segment): boolean {
  if (lost) return true;
  if (world.network.isCut(world.nameOf(content.from), world.nameOf(content.to))) return true;
  return inStream(content.flag) && world.machines[content.to]?.state === 'down';
}
