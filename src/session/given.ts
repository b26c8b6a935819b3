/* Worlds whose servers begin as members of one cluster that has long been there (see config.ts for when). */

import { clusterBeginGiven, givenCluster, type GivenMember } from '#redis/cluster/given.ts';
import { Server } from '#redis/server.ts';
import { joinMesh, meshSockets } from '#sim/mesh.ts';
import type { World } from '#sim/world.ts';

/** A member, and the name of its machine. */
export interface GivenServer extends GivenMember {
  readonly name: string;
}

/** Lets those servers that this part of the world hosts take their places in the cluster: the members `from`
 *  to before `to`. */
export function giveCluster(
  world: World,
  members: readonly GivenServer[],
): (from: number, to: number) => void {
  const cluster = givenCluster(members);
  const places = members.map(({ name, cport }) => ({ machine: world.directory.indexOf(name), port: cport }));
  return (from, to) => {
    for (let self = from; self < to; self++) {
      const machine = world.machines[places[self]?.machine ?? -1];
      if (!machine || !(machine.process instanceof Server)) continue;
      joinMesh(world, machine, places, self);
      machine.trace.mixString('given');
      clusterBeginGiven(machine.process, cluster, self, (peer) => meshSockets(self, peer));
    }
  };
}
