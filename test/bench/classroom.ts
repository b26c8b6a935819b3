/* A class of 200 on this one computer, for five minutes of a busy lesson: how far behind the teacher they
 * are, and what it costs. Each follower computes a world of three servers, as fast as this computer can
 * compute all of them together; what the relay alone adds is measured beside it. */

import { join } from 'node:path';
import { holdClass } from '../classroom/load.ts';
import { buildForNode } from './built.ts';
import { figure, printTable } from './yardstick.ts';

export async function benchClassroom(followers = 200, seconds = 300): Promise<void> {
  const program = await buildForNode(join(import.meta.dirname, '..', 'classroom', 'followers.ts'));
  const figures = await holdClass({
    followers,
    seconds,
    processes: 2,
    late: [0.2, 0.45, 0.7, 0.95],
    program,
  });
  const { worlds, equal, heard, inStep, lateMs } = figures;
  printTable(
    `A class of ${followers} followers and ${worlds - followers} late ones, ${seconds} s of a busy lesson`,
    [
      { what: 'hashes equal to the teacher’s at the end', figure: `${equal} of ${worlds}` },
      { what: 'the relay: told to heard, median ms', figure: figure(heard.median) },
      { what: '... 95 of 100 within, ms', figure: figure(heard.slow) },
      {
        what: `told to in step, ${followers} worlds on this computer, median ms`,
        figure: figure(inStep.median),
      },
      { what: '... 95 of 100 within, ms', figure: figure(inStep.slow) },
      { what: 'the slowest of the late ones in step after, ms', figure: figure(lateMs) },
      { what: 'memory of relay and teacher, MB', figure: figure(figures.relayMb) },
      { what: 'memory of a follower, MB', figure: figure(figures.followerMb) },
      { what: 'processor time of relay and teacher, s', figure: figure(figures.relayCpuSeconds) },
      { what: 'processor time of a follower, s', figure: figure(figures.followerCpuSeconds / followers) },
    ],
  );
  if (equal !== worlds) throw new Error('Not everybody ended in step.');
}
