/* A class in full: a relay, a teacher with a busy session, many followers in a few processes, each computing
 * its own world, and a few that only listen. For the test (a short lesson) and for
 * `npm run bench -- classroom`.
 *
 * Two delays are told apart. The way of a message (told by the teacher, carried by the relay, heard by a
 * listener) belongs to the relay. Being in step (a world has come to that time with that hash) has the
 * simulating in it, which in a real class each computer does for itself and which here shares this one. */

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
import { clockMs, delays, quantile, type Moment } from './delays.ts';
import type { FollowersReady, FollowersReport } from './followers.ts';

const tickMs = 100;
const listeners = 8;

/** Something listens on a free port with a page that says nothing. */
export async function startRoom(): Promise<{ relay: Relay; url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'classroom-'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>class</title>');
  const relay = await startRelay(folder, { port: 0, host: '127.0.0.1' });
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
  /** From the teacher's telling to a world's being there. */
  inStep: Delay;
  /** How long the slowest of the late ones needed to be in step. */
  lateMs: number;
  relayMb: number;
  followerMb: number;
  relayCpuSeconds: number;
  followerCpuSeconds: number;
}

export interface ClassOptions {
  followers: number;
  seconds: number;
  processes: number;
  /** When somebody comes late, as shares of the lesson. */
  late: readonly number[];
  /** May do its worst with the relay's address meanwhile. */
  disturb?: (url: string) => Promise<void>;
  /** The built followers.ts; without it the source is run. */
  program?: string;
}

/** Holds a lesson and tells how it went. */
export async function holdClass(options: ClassOptions): Promise<ClassFigures> {
  const { followers, seconds, processes, disturb, program } = options;
  const { relay, url, close } = await startRoom();
  const groups: Group[] = [];
  const group = (count: number, kind?: 'listen'): Group => {
    const made = new Group(url, count, 1000 * (groups.length + 1), { kind, program });
    groups.push(made);
    return made;
  };
  try {
    const teacher = new HeadlessTeacher(url, relay.secret);
    await teacher.open();
    const share = (at: number): number => Math.floor((at * followers) / processes);
    const pupils = Array.from({ length: processes }, (_, at) => group(share(at + 1) - share(at)));
    await Promise.all(pupils.map(({ ready }) => ready));
    // They come last, so that the relay turns to them last.
    const ears = group(listeners, 'listen');
    await ears.ready;
    const late: Group[] = [];
    const comesAt = new Set(options.late.map((part) => Math.round((part * seconds * 1000) / tickMs)));
    const cpuBefore = process.cpuUsage();
    const disturbed = disturb?.(url);
    await teacher.teach(seconds, (tick) => {
      if (comesAt.has(tick)) late.push(group(1));
    });
    await disturbed;
    const { user, system } = process.cpuUsage(cpuBefore);
    const { playhead, hash } = await teacher.session.save();
    const lateMs = await Promise.all(late.map(async ({ ready }) => (await ready).inStepMs));
    const heard = await ears.finish(playhead);
    const reports = await Promise.all(pupils.map((each) => each.finish(playhead)));
    const lateReports = await Promise.all(late.map((each) => each.finish(playhead)));
    teacher.ws.terminate();
    const hashes = [...reports, ...lateReports].flatMap((report) => report.hashes);
    return {
      followers,
      worlds: hashes.length,
      equal: hashes.filter((one) => one === hash).length,
      heard: delayOf([heard], teacher.told),
      inStep: delayOf(reports, teacher.told),
      lateMs: Math.max(...lateMs),
      relayMb: process.memoryUsage().rss / 1e6,
      followerMb: reports.reduce((sum, { rssMb }) => sum + rssMb, 0) / followers,
      relayCpuSeconds: (user + system) / 1e6,
      followerCpuSeconds: reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    };
  } finally {
    for (const { child } of groups) child.kill();
    await close();
  }
}

/** A process of followers. */
class Group {
  readonly child: ChildProcess;
  readonly ready: Promise<FollowersReady>;

  constructor(
    url: string,
    count: number,
    first: number,
    { kind = 'follow', program }: { kind?: 'follow' | 'listen' | undefined; program?: string | undefined },
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
