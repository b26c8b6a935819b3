/* A class of 200 on this one computer, for five minutes of a busy lesson: how far behind the teacher they
 * are, and what it costs. Each follower computes a world of three servers. */

import { join } from 'node:path';
import { holdClass } from '../classroom/load.ts';
import { buildForNode } from './built.ts';
import { figure, printTable } from './yardstick.ts';

export async function benchClassroom(followers = 200, seconds = 300): Promise<void> {
  const program = await buildForNode(join(import.meta.dirname, '..', 'classroom', 'followers.ts'));
  const figures = await holdClass({ followers, seconds, processes: 2, program });
  const { equal, medianDelayMs, slowDelayMs, lateMs } = figures;
  printTable(`A class of ${followers} followers and a late one, ${seconds} s at the teacher's pace`, [
    { what: 'hashes equal to the teacher’s at the end', figure: `${equal} of ${followers + 1}` },
    { what: 'median delay of a tick, ms', figure: figure(medianDelayMs) },
    { what: '95 of 100 ticks within, ms', figure: figure(slowDelayMs) },
    { what: 'the late one in step after, ms', figure: figure(lateMs) },
    { what: 'memory of relay and teacher, MB', figure: figure(figures.relayMb) },
    { what: 'memory of a follower, MB', figure: figure(figures.followerMb) },
    { what: 'processor time of relay and teacher, s', figure: figure(figures.relayCpuSeconds) },
    { what: 'processor time of all followers, s', figure: figure(figures.followerCpuSeconds) },
  ]);
  if (equal !== followers + 1) throw new Error('Not everybody ended in step.');
}
