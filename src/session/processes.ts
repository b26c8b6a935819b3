/* The processes that a world of this playground runs, by the kind in their spec, and how frames look
 * into them. The simulation itself knows none of these classes. */

import { InvariantError } from '#base/assert.ts';
import { utf8Decode } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { ConsoleProcess } from '#cli/process.ts';
import { ClientProcess } from '#client/process.ts';
import type { Db } from '#redis/db.ts';
import type { Process } from '#redis/io.ts';
import { StringObj } from '#redis/object.ts';
import { Server } from '#redis/server.ts';
import type { ClientFrame } from '#sim/frame.ts';
import type { MachineInfo, ProcessSpec } from '#sim/machine.ts';
import type { ConsoleState, PartOptions, Viewer } from '#sim/part.ts';
import { wireCodec } from '#sim/wire.ts';
import type { WorldConfig } from './api.ts';
import { giveCluster, type GivenServer } from './given.ts';
import { holdingsOf } from './holdings.ts';
import { Operator, type OperatorServer } from './operator.ts';
import { surveyServer } from './survey.ts';
import { serverFrame, serverVital } from './server-view.ts';

/** Keys of one server that a watcher is shown. */
const CONTENTS_SHOWN = 5000;

export function makeProcess(spec: ProcessSpec, info: MachineInfo): Process {
  switch (spec.kind) {
    case 'server':
      return new Server({
        name: info.name,
        ip: info.ip,
        port: spec['port'] as number,
        config: spec['config'] as Record<string, string>,
        configFile: (spec['configFile'] as string | undefined) ?? '',
      });
    case 'console':
      return new ConsoleProcess({ name: info.name, argv: spec['argv'] as string[] });
    case 'operator':
      return new Operator(spec['servers'] as OperatorServer[]);
    case 'client':
      return new ClientProcess({
        name: info.name,
        settings: spec['settings'],
        servers: spec['servers'] as { ip: string; port: number }[],
      });
    default:
      throw new InvariantError(`there is no process of kind ${spec.kind}`);
  }
}

export const viewer: Viewer = {
  server(world, machine, views, full) {
    return machine.info.spec.kind === 'server' ? serverFrame(world, machine, views, full) : null;
  },

  console(process, name): ConsoleState | null {
    if (!(process instanceof ConsoleProcess)) return null;
    const { transcript, prompt, hidden, linenoise, outcomes, runs } = process;
    return {
      id: name,
      shown: transcript.shown,
      shownEnd: transcript.shownEnd,
      printed: transcript.printed,
      printedEnd: transcript.printedEnd,
      prompt,
      hidden,
      linenoise,
      lines: transcript.lines,
      exited: process.own === null,
      outcomes,
      running: [...runs.keys()],
    };
  },

  client(process, { name, state }, world): ClientFrame | null {
    if (!(process instanceof ClientProcess)) return null;
    const { client, latencies, ops, errors, staleReads, app, lastError } = process;
    const nameOf = (address: string): string => {
      const colon = address.lastIndexOf(':');
      const index = world.directory.ownerOf(address.slice(0, colon), Number(address.slice(colon + 1)));
      return index < 0 ? address : world.nameOf(index);
    };
    return {
      id: name.replace(/^client:/, ''),
      kind: process.settings.kind,
      running: process.running,
      settings: { ...process.settings },
      paused: state === 'paused',
      ops,
      errors,
      redirects: client.redirects,
      staleReads,
      latencyUs: { p50: latencies.percentile(0.5), p99: latencies.percentile(0.99), max: latencies.max },
      map: client.map().map(([first, last, address]) => [first, last, nameOf(address)]),
      figures: { ...app.figures },
      note: app.note || lastError,
    };
  },

  vital(world, machine) {
    return machine.info.spec.kind === 'server' ? serverVital(world, machine) : null;
  },

  holdings(process, followed) {
    return process instanceof Server ? holdingsOf(process.dbs[0] as Db, followed) : null;
  },

  survey: surveyServer,

  contents(process) {
    if (!(process instanceof Server)) return [];
    const out: [string, string | null, number | null][] = [];
    for (const db of process.dbs) {
      db.keys.forEach((key, value) => {
        if (out.length >= CONTENTS_SHOWN) return;
        const text = value instanceof StringObj ? utf8Decode(value.value) : null;
        out.push([utf8Decode(key), text, db.expires.get(keyHashSlot(key), key) ?? null]);
      });
    }
    return out;
  },
};

/** What a part of such a world is made from. */
export function partOptions(config: WorldConfig, part: number): PartOptions {
  return {
    seed: config.seed,
    startWallMs: config.startWallMs,
    link: { latencyUs: config.latencyUs, jitterUs: config.jitterUs, loss: config.loss },
    factory: makeProcess,
    codec: config.wire === 'bytes' ? wireCodec : undefined,
    viewer,
    give: (world, members) => giveCluster(world, members as readonly GivenServer[]),
    part,
  };
}
