/* Faults: what the user, a lesson or a nemesis does to machines and links.
 *
 * Every part of a split world applies every fault: links are known to all, machines and packets only
 * to the part that hosts them. A fault that names something unknown does nothing; `checkFault` says so
 * beforehand, in words for people. */

import type { Fault } from '#session/api.ts';
import { BUS_PORT } from './addresses.ts';
import type { Machine } from './machine.ts';
import { Segment, inStream } from './segment.ts';
import type { World } from './world.ts';

/** A dropped stream segment is sent again after the kernel's least retransmission time-out. */
const RTO_US = 200_000;
const MAX_DELAY_US = 3600e6;

/** Why a fault cannot be applied, or null. Takes anything: faults come from files and strangers. */
export function checkFault(fault: Fault, has: (name: string) => boolean): string | null {
  const unknown = (name: unknown): string | null =>
    typeof name === 'string' && has(name) ? null : `there is no process called ${quoted(name)}`;
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'resume':
    case 'restart':
    case 'wipe':
    case 'terminate':
    case 'powerLoss':
    case 'isolate':
    case 'rejoin':
      return unknown(fault.server);
    case 'move':
      if (!isAddress(fault.ip)) return 'a server moves to an address such as 10.0.0.9';
      return unknown(fault.server);
    case 'nat':
      if (fault.port !== null && !isPublishable(fault.port))
        return 'a container is published at a port from 1 to 55535';
      return unknown(fault.server);
    case 'cut':
    case 'heal':
      return unknown(fault.from) ?? unknown(fault.to);
    case 'link': {
      const numbers = [fault.latencyUs, fault.jitterUs, fault.loss];
      if (numbers.some((value) => value !== undefined && !(Number.isFinite(value) && value >= 0))) {
        return 'latency, jitter and loss of a link are numbers from 0';
      }
      return unknown(fault.from) ?? unknown(fault.to);
    }
    case 'partition':
      if (!Array.isArray(fault.groups) || !fault.groups.every(Array.isArray))
        return 'a partition needs groups of names';
      return (
        fault.groups
          .flat()
          .map(unknown)
          .find((problem) => problem !== null) ?? null
      );
    case 'healAll':
      return null;
    case 'drop':
    case 'duplicate':
    case 'delay':
      if (fault.kind === 'delay' && !(Number.isFinite(fault.byUs) && fault.byUs >= 0))
        return 'a delay is a number from 0';
      return Number.isSafeInteger(fault.packet) ? null : 'a packet has a number';
    default:
      return `there is no fault called ${quoted((fault as { kind: unknown }).kind)}`;
  }
}

/** What somebody gave for a name, short enough for a message; anything but a text is told by its type. */
export function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(typeof value);
}

/** A unicast IPv4 address other than the one that means the machine itself. */
function isAddress(ip: unknown): boolean {
  if (typeof ip !== 'string' || !/^\d{1,3}(\.\d{1,3}){3}$/.test(ip)) return false;
  const bytes = ip.split('.').map(Number) as [number, number, number, number];
  return bytes.every((byte) => byte < 256) && bytes[0] > 0 && bytes[0] < 224 && bytes[0] !== 127;
}

/** A port that has another, that of the bus, 10000 above it. */
function isPublishable(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port + BUS_PORT < 65_536;
}

/** Applies a fault now. */
export function applyFault(world: World, fault: Fault): void {
  const { network, now } = world;
  const bothWays = (
    from: string,
    to: string,
    oneWay: boolean | undefined,
    act: (a: string, b: string) => void,
  ): void => {
    act(from, to);
    if (!oneWay) act(to, from);
  };
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'resume':
    case 'restart':
    case 'wipe':
    case 'terminate':
    case 'powerLoss': {
      const machine = world.machine(fault.server);
      if (machine) machineFault(world, machine, fault.kind);
      break;
    }
    case 'move':
      world.move(fault.server, fault.ip);
      break;
    case 'nat':
      world.translate(fault.server, fault.port);
      break;
    case 'cut':
      bothWays(fault.from, fault.to, fault.oneWay, (a, b) => network.cut(a, b, now));
      break;
    case 'heal':
      bothWays(fault.from, fault.to, fault.oneWay, (a, b) => network.heal(a, b));
      break;
    case 'isolate':
      network.isolate(fault.server, now);
      break;
    case 'rejoin':
      network.rejoin(fault.server);
      break;
    case 'partition':
      network.partition(fault.groups, now);
      break;
    case 'healAll':
      network.healAll();
      break;
    case 'link': {
      const { latencyUs, jitterUs, loss } = fault;
      const change = {
        ...(latencyUs === undefined ? {} : { latencyUs }),
        ...(jitterUs === undefined ? {} : { jitterUs }),
        ...(loss === undefined ? {} : { loss }),
      };
      bothWays(fault.from, fault.to, fault.oneWay, (a, b) => network.setQuality(a, b, change));
      break;
    }
    case 'drop':
      world.rearrange(fault.packet, (segment) => [dropped(segment)]);
      break;
    case 'duplicate':
      world.rearrange(fault.packet, (segment) => [segment, copied(segment)]);
      break;
    case 'delay':
      world.rearrange(fault.packet, (segment) => [later(segment, Math.min(fault.byUs, MAX_DELAY_US))]);
      break;
  }
}

function machineFault(
  world: World,
  machine: Machine,
  kind: 'kill' | 'pause' | 'resume' | 'restart' | 'wipe' | 'terminate' | 'powerLoss',
): void {
  switch (kind) {
    case 'kill':
      world.kill(machine);
      break;
    case 'pause':
      world.pause(machine);
      break;
    case 'resume':
      world.resume(machine);
      break;
    case 'restart':
      world.kill(machine);
      world.start(machine);
      break;
    case 'wipe':
      world.kill(machine);
      machine.disk.wipe();
      world.start(machine);
      break;
    case 'terminate':
      world.terminate(machine);
      break;
    case 'powerLoss':
      world.losePower(machine);
      break;
  }
}

/** The network loses it: the stream's kernel sends it again, a segment outside the stream is gone. */
function dropped(segment: Segment): Segment {
  if (inStream(segment.content.flag)) return later(segment, RTO_US);
  return new Segment(segment.id, segment.content, segment.sentAt, segment.deliverAt, true, false);
}

function later(segment: Segment, byUs: number): Segment {
  const { id, content, sentAt, deliverAt, lost, copy } = segment;
  return new Segment(id, content, sentAt, Math.ceil(deliverAt + byUs), lost, copy);
}

/** The copy arrives a little later; TCP throws it away. */
function copied(segment: Segment): Segment {
  const { id, content, sentAt, deliverAt, lost } = segment;
  return new Segment(id, content, sentAt, deliverAt + 1, lost, true);
}
