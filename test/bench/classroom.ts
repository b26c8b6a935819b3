/* A class of 200 on this one computer, for five minutes of a busy lesson: how far behind the teacher they
 * are, and what it costs; beside each figure what was asked for. What is live and what is not is told in
 * test/classroom/load.ts. */

import { join } from 'node:path';
import { holdClass } from '../classroom/load.ts';
import { buildForNode } from './built.ts';
import { figure, printTable } from './yardstick.ts';

export async function benchClassroom(followers = 200, seconds = 300): Promise<void> {
  const program = await buildForNode(join(import.meta.dirname, '..', 'classroom', 'followers.ts'));
  const figures = await holdClass({
    followers,
    live: Math.ceil(followers / 10),
    seconds,
    processes: 1,
    late: [0.2, 0.45, 0.7, 0.95],
    program,
  });
  const { worlds, live, equal, heard, inStep, lateMs, thrown } = figures;
  const perSecond = (cpuSeconds: number): string => `${figure((100 * cpuSeconds) / seconds)} % of a core`;
  printTable(
    `A class of ${followers} followers and ${worlds - followers} late ones, ${seconds} s of a busy lesson`,
    [
      { what: 'hashes equal to the teacher’s at the end', figure: `${equal} of ${worlds}`, asked: 'all' },
      { what: 'the relay: told to heard, median ms', figure: figure(heard.median), asked: '' },
      { what: '... 95 of 100 within, ms', figure: figure(heard.slow), asked: '' },
      {
        what: `told to in step, ${live} live worlds, median ms`,
        figure: figure(inStep.median),
        asked: '200',
      },
      { what: '... 95 of 100 within, ms', figure: figure(inStep.slow), asked: '' },
      { what: 'the slowest of the late ones in step after, ms', figure: figure(lateMs), asked: '2,000' },
      { what: 'lines lost and taken up again', figure: figure(figures.returns), asked: '' },
      {
        what: 'steering, floods, garbage, guessed secrets: lines thrown out',
        figure: `${thrown.out} of ${thrown.tried}`,
        asked: 'all',
      },
      { what: 'memory that relay and teacher hold, MB', figure: figure(figures.relayMb), asked: '' },
      { what: 'memory of a follower, MB', figure: figure(figures.followerMb), asked: '' },
      { what: 'processor: relay and teacher', figure: perSecond(figures.relayCpuSeconds), asked: '' },
      { what: 'processor: a live follower', figure: perSecond(figures.followerCpuSeconds), asked: '' },
    ],
  );
  console.log(
    `All ${followers} compute the whole lesson and are compared; the ${followers - live} that are not live do so` +
      ' in strides, at a low priority, since in a class they have computers of their own.',
  );
  if (equal !== worlds || thrown.out !== thrown.tried) throw new Error('Not everything went as it should.');
}
