/* ping -p PORT [-c COUNT] HOST: a connection a second to a port of a host, and how long each took to be made.
 * There are no other packets in this world than those of TCP. The shell finds the port (src/shell). */

import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Program, ProgramMain, Step } from './program.ts';

const SECOND = 1_000_000;

export const ping: ProgramMain = function* (argv): Program {
  const option = (name: string): number => Number(argv[argv.indexOf(name) + 1]);
  const host = argv.at(-1) ?? '';
  const port = option('-p');
  const count = argv.includes('-c') ? option('-c') : 4;
  if (!Number.isInteger(port) || !(count >= 1 && count <= 1000)) {
    yield* ops.printError('usage: ping [-c count] host\n');
    return 2;
  }
  const times: number[] = [];
  yield* ops.print(`PING ${host} by TCP connections to port ${port}\n`);
  let tried = 0;
  try {
    while (tried < count) {
      if (tried > 0) yield* ops.sleep(SECOND);
      tried++;
      const took = yield* connectionTime(host, port);
      if (took === null) continue;
      times.push(took);
      yield* ops.print(`connected to ${host}: seq=${tried} time=${milliseconds(took)} ms\n`);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
  yield* ops.print(summary(host, tried, times));
  return times.length > 0 ? 0 : 1;
};

/** Microseconds until the port accepted a connection, or null. */
function* connectionTime(host: string, port: number): Step<number | null> {
  const before = yield* ops.clock();
  const made = yield* ops.connect(host, port, 1000);
  const took = (yield* ops.clock()).micros - before.micros;
  if ('error' in made) return null;
  yield* ops.disconnect(made.handle);
  return took;
}

const milliseconds = (micros: number): string => (micros / 1000).toFixed(3);

function summary(host: string, tried: number, times: readonly number[]): string {
  const lost = Math.round(((tried - times.length) / tried) * 100);
  const head = `\n--- ${host} ping statistics ---\n${tried} connections tried, ${times.length} made, ${lost}% lost\n`;
  if (times.length === 0) return head;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const spread = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
  const figures = [Math.min(...times), mean, Math.max(...times), spread].map(milliseconds);
  return `${head}rtt min/avg/max/mdev = ${figures.join('/')} ms\n`;
}
