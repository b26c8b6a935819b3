/* A class in full: a relay, a teacher with a busy session, many followers in a few processes, each computing
 * its own world, a few that only listen, and some who mean no good. For the test (a short lesson) and for
 * `npm run bench -- classroom`.
 *
 * Two delays are told apart. The way of a message (told by the teacher, carried by the relay, heard by a
 * listener) belongs to the relay. Being in step (a world has come to that time with that hash) has the
 * simulating in it. In a real class each computer does that for itself; here hundreds of worlds share
 * one, and would measure its cores. So only some followers are live, computing at every word as a page
 * does: their delay is the one that counts. The others hear every word as well, compute the same
 * world in strides with what time is left, and must end with the same hash. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { readMessage } from '#session/follow-messages.ts';
import { Leader } from '#session/follow.ts';
import { makeSession } from '#session/in-place.ts';
import type { Session } from '#session/session.ts';
import { startRelay, type Relay } from '#node/relay.ts';
import { megabytesUsed } from '#test/memory.ts';
import { clockMs, delays, quantile, type Moment } from './delays.ts';
import { misbehave, type Thrown } from './bad-followers.ts';
import type { FollowersReady, FollowersReport } from './followers.ts';

const tickMs = 100;
const listeners = 8;
/** Processes that share those who are not live. */
const strideProcesses = 2;
/** The bad ones come again after so long. */
const badEveryMs = 10_000;

/** Something listens on a free port with a page that says nothing. */
export async function startRoom(
  mostFollowers?: number,
): Promise<{ relay: Relay; url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'classroom-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>class</title>');
  const relay = await startRelay(folder, {
    port: 0,
    host: '127.0.0.1',
    ...(mostFollowers === undefined ? {} : { mostFollowers }),
  });
  return {
    relay,
    url: `ws://127.0.0.1:${relay.port}/`,
    close: async () => {
      await relay.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A teacher without a page, at the relay. */
export class HeadlessTeacher {
  readonly session: Session = makeSession();
  readonly leader = new Leader('teacher-1');
  /** When each time of the world was told. */
  readonly told: Moment[] = [];
  readonly ws: WebSocket;
  private logTold = '';
  constructor(url: string, secret: string) {
    this.ws = new WebSocket(`${url}classroom/teach`, secret);
    this.ws.on('message', (data) => {
      if (readMessage('toTeacher', String(data))?.kind === 'ask') this.send(this.leader.whole());
    });
  }

  async open(): Promise<void> {
    if (this.ws.readyState !== WebSocket.OPEN) await once(this.ws, 'open');
    // Small, so that hundreds of worlds fit on one machine.
    await this.session.open({ masters: 3, replicasPerMaster: 0, nodeTimeoutMs: 2000, seed: 11 });
    const input = { kind: 'openConsole', console: 'console:7000', argv: ['redis-cli', '-c', '-p', '7000'] };
    await this.session.input(input as Parameters<Session['input']>[0]);
    await this.tell();
  }

  /** As the page does: the whole log is looked at only when somebody has acted. */
  async tell(): Promise<void> {
    const { now, hash, branch, inputs } = await this.session.frame();
    const log = `${branch} ${inputs}`;
    const news =
      log === this.logTold ? this.leader.tick(now, hash) : this.leader.publish(await this.session.save());
    this.logTold = log;
    if (!news) return;
    this.told.push([now, clockMs()]);
    this.send(news);
  }

  private send(message: unknown): void {
    if (message) this.ws.send(JSON.stringify(message));
  }

  /** A busy lesson in real time: a command every few ticks, a server that dies and comes back, a step
   *  back in time with another past. */
  async teach(seconds: number, each?: (tick: number) => void): Promise<void> {
    const { session } = this;
    const ticks = Math.round((seconds * 1000) / tickMs);
    const began = performance.now();
    for (let tick = 0; tick < ticks; tick++) {
      const input =
        tick % 3 === 0
          ? `SET key:${tick % 40} value-${tick}`
          : tick % 10 === 4
            ? `GET key:${tick % 40}`
            : null;
      if (input !== null) await session.input({ kind: 'line', console: 'console:7000', line: input });
      if (tick % 60 === 20) await session.input({ kind: 'fault', fault: { kind: 'kill', server: '7002' } });
      if (tick % 60 === 45)
        await session.input({ kind: 'fault', fault: { kind: 'restart', server: '7002' } });
      if (tick % 100 === 70) await session.seek((await session.frame()).now - 1.5e6);
      await session.advance(tickMs * 1000);
      await this.tell();
      each?.(tick);
      const waitMs = began + (tick + 1) * tickMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Delays in ms. */
export interface Delay {
  median: number;
  /** 95 of 100 are within this. */
  slow: number;
}

export interface ClassFigures {
  followers: number;
  /** Of all that computed a world, the late ones with them, and those whose hash is the teacher's. */
  worlds: number;
  equal: number;
  /** From the teacher's telling to a listener's hearing. */
  heard: Delay;
  /** From the teacher's telling to a live world's being there. */
  inStep: Delay;
  live: number;
  /** How long the slowest of the late ones needed to be in step. */
  lateMs: number;
  /** What relay and teacher hold at the end, beside what their process had before. */
  relayMb: number;
  followerMb: number;
  /** Of the main thread and all others, while the lesson went on. */
  relayCpuSeconds: number;
  /** Of one live follower, in the whole lesson. */
  followerCpuSeconds: number;
  /** How often somebody lost the line and came back. */
  returns: number;
  thrown: Thrown;
}

export interface ClassOptions {
  followers: number;
  /** So many of them compute at every word. */
  live: number;
  seconds: number;
  /** Processes that share the live ones. */
  processes: number;
  /** When somebody comes late, as shares of the lesson. */
  late: readonly number[];
  /** The built followers.ts; without it the source is run. */
  program?: string;
}

/** Holds a lesson and tells how it went. */
export async function holdClass(options: ClassOptions): Promise<ClassFigures> {
  const { followers, live, seconds, processes, program } = options;
  const heldBefore = megabytesUsed();
  const { relay, url, close } = await startRoom();
  const groups: Group[] = [];
  const group = (count: number, kind: Kind): Group => {
    const made = new Group(url, count, 1000 * (groups.length + 1), { kind, program });
    groups.push(made);
    return made;
  };
  /** So many in so many processes. */
  const spread = async (count: number, over: number, kind: Kind): Promise<Group[]> => {
    const share = (at: number): number => Math.floor((at * count) / over);
    const made = Array.from({ length: over }, (_, at) => group(share(at + 1) - share(at), kind));
    await Promise.all(made.map(({ ready }) => ready));
    return made;
  };
  try {
    const teacher = new HeadlessTeacher(url, relay.secret);
    await teacher.open();
    const striding = await spread(followers - live, followers > live ? strideProcesses : 0, 'stride');
    const pupils = await spread(live, processes, 'follow');
    // They come last, so that the relay turns to them last.
    const [ears] = (await spread(listeners, 1, 'listen')) as [Group];
    const late: Group[] = [];
    const comesAt = new Set(options.late.map((part) => Math.round((part * seconds * 1000) / tickMs)));
    const cpuBefore = process.cpuUsage();
    const bad: Promise<Thrown>[] = [];
    await teacher.teach(seconds, (tick) => {
      if (comesAt.has(tick)) late.push(group(1, 'follow'));
      if (tick % (badEveryMs / tickMs) === 0) bad.push(misbehave(url));
    });
    const thrown = await Promise.all(bad);
    const { user, system } = process.cpuUsage(cpuBefore);
    const { playhead, hash } = await teacher.session.save();
    const lateMs = await Promise.all(late.map(async ({ ready }) => (await ready).inStepMs));
    const heard = await ears.finish(playhead);
    const finish = (some: readonly Group[]): Promise<FollowersReport[]> =>
      Promise.all(some.map((each) => each.finish(playhead)));
    const reports = await finish(pupils);
    const strideReports = await finish(striding);
    const lateReports = await finish(late);
    teacher.ws.terminate();
    const hashes = [...reports, ...strideReports, ...lateReports].flatMap((report) => report.hashes);
    return {
      followers,
      live,
      worlds: hashes.length,
      equal: hashes.filter((one) => one === hash).length,
      heard: delayOf([heard], teacher.told),
      inStep: delayOf(reports, teacher.told),
      lateMs: Math.max(...lateMs),
      relayMb: megabytesUsed() - heldBefore,
      followerMb: sum([...reports, ...strideReports].map(({ rssMb }) => rssMb)) / followers,
      relayCpuSeconds: (user + system) / 1e6,
      followerCpuSeconds: sum(reports.map(({ cpuSeconds }) => cpuSeconds)) / live,
      returns: sum(strideReports.map(({ returns }) => returns)),
      thrown: { tried: sum(thrown.map(({ tried }) => tried)), out: sum(thrown.map(({ out }) => out)) },
    };
  } finally {
    for (const { child } of groups) child.kill();
    await close();
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** How the followers of a process follow; followers.ts says what each means. */
type Kind = 'follow' | 'stride' | 'listen';

/** A process of followers. */
class Group {
  readonly child: ChildProcess;
  readonly ready: Promise<FollowersReady>;

  constructor(
    url: string,
    count: number,
    first: number,
    { kind, program }: { kind: Kind; program?: string | undefined },
  ) {
    const source = join(import.meta.dirname, 'followers.ts');
    const execArgv = program === undefined ? ['--import', 'tsx'] : [];
    this.child = fork(program ?? source, [url, String(count), String(first), kind], { execArgv });
    this.ready = once(this.child, 'message').then(([message]) => message as FollowersReady);
  }

  async finish(at: number): Promise<FollowersReport> {
    this.child.send({ finish: at });
    const [report] = (await once(this.child, 'message')) as [FollowersReport];
    return report;
  }
}

function delayOf(reports: readonly FollowersReport[], told: readonly Moment[]): Delay {
  const all = reports.flatMap(({ arrivals }) => arrivals.flatMap((each) => delays(told, each)));
  return { median: quantile(all, 0.5), slow: quantile(all, 0.95) };
}
