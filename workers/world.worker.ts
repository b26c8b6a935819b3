/* A worker that hosts one part of a world. The session's worker makes it, and drives the part window by
 * window through comlink; a new world gets a new part in the same worker. */

import { expose, proxy } from 'comlink';
import type { WorldConfig } from '#session/api.ts';
import { partOptions } from '#session/processes.ts';
import { Part } from '#sim/part.ts';

function makePart(config: WorldConfig, part: number): Part {
  return proxy(new Part(partOptions(config, part)));
}

export type MakePart = typeof makePart;

expose(makePart);
