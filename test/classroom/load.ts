/* A class in full: a relay, a teacher with a busy session, and many followers in a few processes, each
 * computing its own world. For the test (a short lesson) and for `npm run bench -- classroom`. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { readMessage } from '#session/follow-messages.ts';
import { Leader } from '#session/follow.ts';
import type { Session } from '#session/session.ts';
import { startRelay, type Relay } from '#node/relay.ts';
import type { FollowersReport } from './followers.ts';
import { HeadlessFollower, leanSession } from './headless-follower.ts';

const tickMs = 100;

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
  readonly session: Session = leanSession();
  readonly leader = new Leader('teacher-1');
  /** When each time of the world was told, Unix ms. */
  readonly told = new Map<number, number>();
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
    this.send(news);
    if (!this.told.has(now)) this.told.set(now, Date.now());
  }

  private send(message: unknown): void {
    if (message) this.ws.send(JSON.stringify(message));
  }

  /** A busy lesson in real time: a command every few ticks, a server that dies and comes back, a step
   *  back in time with another past. */
  async teach(seconds: number, each?: (tick: number) => Promise<void>): Promise<void> {
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
      await each?.(tick);
      const waitMs = began + (tick + 1) * tickMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

export interface ClassFigures {
  followers: number;
  seconds: number;
  /** Followers whose hash is the teacher's at the end, the late one with them. */
  equal: number;
  medianDelayMs: number;
  /** Of a hundred ticks, 95 came within this. */
  slowDelayMs: number;
  /** How long the late one needed to be in step. */
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
  /** May do its worst with the relay's address meanwhile. */
  disturb?: (url: string) => Promise<void>;
  /** The built followers.ts; without it the source is run. */
  program?: string;
}

/** Holds a lesson and tells how it went. */
export async function holdClass(options: ClassOptions): Promise<ClassFigures> {
  const { followers, seconds, processes, disturb, program } = options;
  const { relay, url, close } = await startRoom();
  const children: ChildProcess[] = [];
  try {
    const teacher = new HeadlessTeacher(url, relay.secret);
    await teacher.open();
    for (let at = 0; at < processes; at++) {
      const share = Math.floor(((at + 1) * followers) / processes) - Math.floor((at * followers) / processes);
      children.push(startFollowers(url, share, 1000 * (at + 1), program));
    }
    await Promise.all(children.map((child) => once(child, 'message')));
    const late = new HeadlessFollower(url, 'f'.repeat(16));
    let lateMs = Infinity;
    const cpuBefore = process.cpuUsage();
    const disturbed = disturb?.(url);
    const halfway = Math.round((seconds * 1000) / tickMs / 2);
    await teacher.teach(seconds, async (tick) => {
      if (tick !== halfway) return;
      const began = performance.now();
      void late.connect().then(async () => {
        while (late.follower.step !== 'same') await new Promise((resolve) => setTimeout(resolve, 10));
        lateMs = performance.now() - began;
      });
    });
    await disturbed;
    const { user, system } = process.cpuUsage(cpuBefore);
    const { playhead, hash } = await teacher.session.save();
    const reports = await Promise.all(children.map((child) => finish(child, playhead)));
    await late.follower.settled();
    const hashes = [...reports.flatMap((report) => report.hashes), await late.session.hash()];
    const delays = reports.flatMap(({ arrivals }) => delaysOf(arrivals, teacher.told)).sort((a, b) => a - b);
    late.drop();
    teacher.ws.terminate();
    return {
      followers,
      seconds,
      equal: hashes.filter((one) => one === hash).length,
      medianDelayMs: delays[Math.floor(delays.length / 2)] ?? Infinity,
      slowDelayMs: delays[Math.floor(delays.length * 0.95)] ?? Infinity,
      lateMs,
      relayMb: process.memoryUsage().rss / 1e6,
      followerMb: reports.reduce((sum, { rssMb }) => sum + rssMb, 0) / followers,
      relayCpuSeconds: (user + system) / 1e6,
      followerCpuSeconds: reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    };
  } finally {
    for (const child of children) child.kill();
    await close();
  }
}

function startFollowers(url: string, count: number, first: number, built?: string): ChildProcess {
  const program = built ?? join(import.meta.dirname, 'followers.ts');
  const execArgv = built === undefined ? ['--import', 'tsx'] : [];
  return fork(program, [url, String(count), String(first)], { execArgv });
}

async function finish(child: ChildProcess, at: number): Promise<FollowersReport> {
  child.send({ finish: at });
  const [report] = (await once(child, 'message')) as [FollowersReport];
  return report;
}

/** A time that was shown twice (the teacher went back) is not counted: it would not say which. */
function delaysOf(arrivals: readonly [number, number][], told: ReadonlyMap<number, number>): number[] {
  return arrivals.flatMap(([at, when]) => {
    const since = told.get(at);
    return since === undefined || when - since > 60_000 ? [] : [Math.max(0, when - since)];
  });
}
