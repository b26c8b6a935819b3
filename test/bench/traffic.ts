/* How much the servers of an idle cluster say to each other, beside what real ones were measured to say, and
 * what a pair of them costs in memory. */

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
    const heapBefore = process.memoryUsage().heapUsed;
    await session.open({
      masters: plan.masters,
      replicasPerMaster: plan.replicas,
      nodeTimeoutMs: plan.nodeTimeoutMs,
      seed: 7,
    });
    const before = await packets();
    await session.advance(seconds * 1e6);
    const servers = plan.masters * (1 + plan.replicas);
    globalThis.gc?.();
    const bytes = (process.memoryUsage().heapUsed - heapBefore) / (servers * (servers - 1));
    rows.push({
      what: `${servers} servers`,
      'packets/s': figure(((await packets()) - before) / seconds),
      'real cluster': measured[servers] ?? '',
      'bytes a pair': globalThis.gc ? figure(bytes) : 'needs --expose-gc',
    });
  }
  printTable('Packets per simulated second, idle, node timeout 15 s', rows);
}
