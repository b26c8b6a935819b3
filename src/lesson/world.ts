/* From the words of a lesson's `world:` to the settings of a world. */

import type { WorldConfig } from '#session/api.ts';
import type { WorldWords } from './schema.ts';

/** Settings that are not named stay out, so that the world's defaults apply. */
export function worldOf(words: WorldWords): Partial<WorldConfig> {
  const {
    replicas,
    latency,
    jitter,
    config,
    'node-timeout': nodeTimeoutMs,
    'warm-up': warmUpMs,
    ...rest
  } = words;
  const settings: Record<string, unknown> = {
    ...rest,
    replicasPerMaster: replicas,
    nodeTimeoutMs,
    warmUpMs,
    latencyUs: latency === undefined ? undefined : latency * 1000,
    jitterUs: jitter === undefined ? undefined : jitter * 1000,
    config,
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<WorldConfig>;
}
