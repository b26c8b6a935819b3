/* Connections that stand when a world begins: between each two of some servers, one opened by each.
 *
 * They are what a handshake leaves behind in the kernels of both ends, without the handshake. Which socket a
 * connection has follows from the places of the two servers alone, so that every part of a split world can
 * say it of servers that it does not host. */

import { assert } from '#base/assert.ts';
import type { SocketId } from '#redis/io.ts';
import { translatedPort } from './directory.ts';
import { ephemeralPortOf, type Machine } from './machine.ts';
import { firstSocketId, OPEN } from './sockets.ts';
import type { World } from './world.ts';

/** A server of the mesh: its machine, and the port by which the others reach it. */
export interface MeshPlace {
  readonly machine: number;
  readonly port: number;
}

/** The sockets of place `self` for its connections with place `peer`. */
export function meshSockets(self: number, peer: number): { own: SocketId; inbound: SocketId } {
  const own = firstSocketId(2 * turnOf(self, peer));
  const inbound = firstSocketId(2 * turnOf(self, peer) + 1);
  return { own, inbound };
}

/** How many others come before `peer` in the eyes of `self`. */
function turnOf(self: number, peer: number): number {
  return peer < self ? peer : peer - 1;
}

/** Makes the ends that one machine has of its connections. It must have had no socket before. */
export function joinMesh(world: World, machine: Machine, places: readonly MeshPlace[], self: number): void {
  places.forEach((place, peer) => {
    if (peer === self) return;
    const { own, inbound } = meshSockets(self, peer);
    const there = meshSockets(peer, self);
    const far = place.machine;
    openEnd(machine, own, far, machine.ephemeralPort(), place.port, there.inbound);
    const info = world.directory.infos[machine.index];
    const port = info ? translatedPort(info, false, (places[self] as MeshPlace).port) : 0;
    openEnd(machine, inbound, far, port, ephemeralPortOf(far, turnOf(peer, self)), there.own);
  });
}

function openEnd(
  { sockets }: Machine,
  id: SocketId,
  peer: number,
  localPort: number,
  peerPort: number,
  peerId: SocketId,
): void {
  const row = sockets.open(OPEN, peer, localPort, peerPort);
  assert(sockets.id(row) === id, 'a machine of the mesh has no other sockets');
  sockets.setPeerId(row, peerId);
}
