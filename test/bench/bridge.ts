/* Commands per second through real sockets: the bridge beside a real redis-server, both asked by Debian's
 * redis-benchmark. */

import { run, startBridge, startRealServer, stopAll } from '../bridge/processes.ts';
import { findTool } from '../tools.mjs';
import { figure, printTable, type Row } from './yardstick.ts';

const settings = [
  { what: 'one client', options: ['-c', '1', '-n', '20000'] },
  { what: '50 clients', options: ['-c', '50', '-n', '50000'] },
  { what: '50 clients, pipelines of 16', options: ['-c', '50', '-P', '16', '-n', '200000'] },
];

async function benchmark(port: number, options: string[]): Promise<Map<string, number>> {
  const argv = ['-p', String(port), '-t', 'get,set,incr,lpush', '--csv', ...options];
  const { stdout } = await run(findTool('redis-benchmark') ?? 'redis-benchmark', argv);
  const rates = new Map<string, number>();
  for (const [, name, rate] of stdout.matchAll(/^"([A-Z]+)","([\d.]+)"/gm))
    rates.set(name as string, Number(rate));
  return rates;
}

/** Prints the table. */
export async function benchBridge(): Promise<void> {
  const rows: Row[] = [];
  try {
    const ours = (await startBridge('--standalone', '--config', 'save=')).port;
    const real = (await startRealServer()).port;
    for (const { what, options } of settings) {
      const [bridge, server] = [await benchmark(ours, options), await benchmark(real, options)];
      for (const [name, rate] of bridge) {
        const realRate = server.get(name) ?? 0;
        rows.push({
          what: `${name}, ${what}`,
          'bridge /s': figure(rate),
          'redis-server /s': figure(realRate),
          ratio: figure(rate / realRate),
        });
      }
    }
  } finally {
    await stopAll();
  }
  printTable('Commands per second through sockets (redis-benchmark)', rows);
}
