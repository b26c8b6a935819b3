/* A process full of followers, started by load.ts:  followers.ts URL COUNT FIRST follow|stride|listen. It
 * says how long they took to be in step when all of them are, and on { finish: at } waits until each has
 * come to that time and tells how it went. */

import { setPriority } from 'node:os';
import { HeadlessFollower, Listener } from './headless-follower.ts';
import { clockMs, type Moment } from './delays.ts';

/** Those who stride are in step once in so long, each at its own moment. */
const strideMs = 5000;

const [url = '', count = '0', first = '0', kind = 'follow'] = process.argv.slice(2);

/** What a process of followers says first: how long the slowest took from connecting to being in step. */
export interface FollowersReady {
  inStepMs: number;
}

export interface FollowersReport {
  /** Of those that compute the world. */
  hashes: string[];
  arrivals: Moment[][];
  /** How often somebody lost the line and came back. */
  returns: number;
  rssMb: number;
  cpuSeconds: number;
}

const pupils = Array.from({ length: Number(count) }, (_, at) => {
  const id = (Number(first) + at).toString(16).padStart(16, '0');
  return kind === 'listen' ? new Listener(url, id) : new HeadlessFollower(url, id);
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function finish(at: number): Promise<FollowersReport> {
  for (const pupil of pupils) if (pupil instanceof HeadlessFollower) pupil.keepUp();
  await until(() => pupils.every((pupil) => pupil.at === at));
  const { user, system } = process.cpuUsage();
  const followers = pupils.filter((pupil) => pupil instanceof HeadlessFollower);
  return {
    hashes: await Promise.all(followers.map(({ session }) => session.hash())),
    arrivals: pupils.map(({ arrivals }) => arrivals),
    returns: followers.reduce((all, { returns }) => all + returns, 0),
    rssMb: process.memoryUsage().rss / 1e6,
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (message: { finish: number }) => {
  void finish(message.finish).then((report) => process.send?.(report, () => process.exit(0)));
});
process.on('disconnect', () => process.exit(0));
const began = clockMs();
for (const pupil of pupils) await pupil.connect();
await until(() => pupils.every((pupil) => pupil.at !== undefined));
process.send?.({ inStepMs: clockMs() - began } satisfies FollowersReady);
if (kind === 'stride') {
  // In a real class these are other computers: they must not take the time of those that are measured.
  setPriority(10);
  pupils.forEach((pupil, at) => {
    if (!(pupil instanceof HeadlessFollower)) return;
    pupil.takeStrides(strideMs, (strideMs * at) / pupils.length, at % 8 === 0);
  });
}
