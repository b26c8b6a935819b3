/* How much the servers of an idle cluster say to each other, beside what real ones were measured to say, and
 * what a pair of them costs in memory. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WorldConfig } from '#session/api.ts';
import { sessionOver } from '#session/in-place.ts';
import { partOptions } from '#session/processes.ts';
import { WorldHost } from '#sim/host.ts';
import { Part } from '#sim/part.ts';
import type { WorldPlan } from './world.ts';
import { figure, printTable, type Row } from './yardstick.ts';

/** Bus packets per second of real 7.0 clusters at a node timeout of 15 s. */
const measured: Readonly<Record<number, string>> = { 6: '12', 30: '149-155', 100: '1,012-1,082' };
const seconds = 30;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, objects and typed arrays. */
function memory(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Prints packets per simulated second for these worlds. */
export async function benchTraffic(chosen: readonly WorldPlan[]): Promise<void> {
  const rows: Row[] = [];
  for (const plan of chosen) {
    let host: WorldHost | undefined;
    const session = sessionOver((config: WorldConfig) => {
      host = new WorldHost([new Part(partOptions(config, 0))]);
      return host;
    });
    const packets = async (): Promise<number> =>
      (await host?.report({ arrivedSince: Infinity, detailAll: false }))?.packetsDelivered ?? 0;
    const memoryBefore = memory();
    await session.open({
      masters: plan.masters,
      replicasPerMaster: plan.replicas,
      nodeTimeoutMs: plan.nodeTimeoutMs,
      seed: 7,
    });
    const before = await packets();
    await session.advance(seconds * 1e6);
    const servers = plan.masters * (1 + plan.replicas);
    const bytes = (memory() - memoryBefore) / (servers * (servers - 1));
    rows.push({
      what: `${servers} servers`,
      'packets/s': figure(((await packets()) - before) / seconds),
      'real cluster': measured[servers] ?? '',
      'bytes a pair': figure(bytes),
    });
  }
  printTable('Packets per simulated second, idle, node timeout 15 s', rows);
}
