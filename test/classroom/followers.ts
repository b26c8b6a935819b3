/* A process full of followers, started by load.ts:  followers.ts URL COUNT FIRST. It says 'ready' when all
 * are connected, and on { finish: at } waits until each has come to that time and tells how it went. */

import { HeadlessFollower } from './headless-follower.ts';

const [url = '', count = '0', first = '0'] = process.argv.slice(2);

export interface FollowersReport {
  hashes: string[];
  steps: string[];
  /** [time of the teacher's world, Unix ms at which a follower came there]. */
  arrivals: [number, number][];
  rssMb: number;
  cpuSeconds: number;
}

const followers = Array.from({ length: Number(count) }, (_, at) => {
  return new HeadlessFollower(url, (Number(first) + at).toString(16).padStart(16, '0'));
});

async function finish(at: number): Promise<FollowersReport> {
  for (const { follower } of followers) {
    while (follower.copy.log?.at !== at) await new Promise((resolve) => setTimeout(resolve, 20));
    await follower.settled();
  }
  const { user, system } = process.cpuUsage();
  return {
    hashes: await Promise.all(followers.map(({ session }) => session.hash())),
    steps: followers.map(({ follower }) => follower.step),
    arrivals: followers.flatMap(({ arrivals }) => [...arrivals]),
    rssMb: process.memoryUsage().rss / 1e6,
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (message: { finish: number }) => {
  void finish(message.finish).then((report) => process.send?.(report, () => process.exit(0)));
});
process.on('disconnect', () => process.exit(0));
for (const follower of followers) await follower.connect();
process.send?.('ready');
