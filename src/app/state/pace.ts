/* Adaptive slow motion: how fast virtual time runs now.
 *
 * A Redis timeout is hundreds of packet flights long, so no single speed shows both. While nothing
 * but heartbeats is under way, time runs at the chosen speed; while a packet worth seeing flies, it
 * runs so slowly that a flight takes about half a second. Under steady traffic that would be slow for
 * ever, so patience runs out: after some seconds of slow motion the clock speeds up again, until
 * there has been a quiet moment. Everything here is a pure function of what it is given. */

import { HEARTBEATS } from '#sim/heartbeats.ts';
import type { PacketFrame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import type { Selection } from './selection.ts';

export const MIN_SPEED = 0.001;
export const MAX_SPEED = 1000;

/** Real time that a flight of interest should take on the screen. */
const FLIGHT_MS = 550;
/** Real time of unbroken slow motion after which the clock begins to hurry. */
export const PATIENCE_MS = 4000;
/** Every so many milliseconds of lost patience double the speed. */
const HURRY_MS = 700;

/** True when the packet is worth slowing down for: a request or its reply, or a message of the bus that
 *  is no heartbeat. Connecting, and the replication stream, go on by themselves. */
export function isOfInterest(packet: PacketFrame, now: Micros, selection: Selection | null): boolean {
  if (packet.lost || packet.deliverAt <= now || packet.sentAt > now) return false;
  if (selection?.kind === 'packet') return packet.id === selection.id;
  if (packet.kind === 'connect' || packet.kind === 'stream') return false;
  return packet.kind === 'bus' ? !HEARTBEATS.has(packet.label) : isOfReader(packet);
}

/** Requests between servers (PING of a replica, REPLCONF) are heartbeats; those of consoles and clients
 *  are what the reader came for. */
function isOfReader({ from, to }: PacketFrame): boolean {
  return /^(console|client):/.test(from) || /^(console|client):/.test(to);
}

/** The speed (virtual seconds per second) at which to run the next frame. `slowMs` says how long the
 *  clock has been in slow motion without a break. */
export function adaptiveSpeed(
  chosen: number,
  packets: readonly PacketFrame[],
  now: Micros,
  selection: Selection | null,
  slowMs: number,
): number {
  let slowest = chosen;
  for (const packet of packets) {
    if (!isOfInterest(packet, now, selection)) continue;
    const flightSpeed = (packet.deliverAt - packet.sentAt) / 1000 / FLIGHT_MS;
    if (flightSpeed < slowest) slowest = flightSpeed;
  }
  if (slowest === chosen) return chosen;
  const impatience = Math.max(0, slowMs - PATIENCE_MS) / HURRY_MS;
  return Math.min(chosen, clampSpeed(slowest * 2 ** impatience));
}

/** Keeps a speed within what the control offers. */
export function clampSpeed(speed: number): number {
  return Math.min(MAX_SPEED, Math.max(MIN_SPEED, speed));
}
