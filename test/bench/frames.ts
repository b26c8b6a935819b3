/* What a frame of the page costs the browser's main thread: scripting, style, layout and paint together, as
 * CPU time from Chromium's own trace, so that a busy computer does not make the page look slower.
 *
 * The page is the built one at 1440x900, as it opens: stage, inspector, tape, space-time, console, feed and
 * lessons are all in sight, and time runs. */

import type { CDPSession, Page } from 'playwright-core';
import { desktop, startApp } from '../e2e/harness.ts';

/** Chromium reports every task of the main thread under one of these. */
const TASK = /^(?:ThreadControllerImpl::)?RunTask$/;
const FRAME = 'FireAnimationFrame';
const WARM_UP_MS = 3000;
const MEASURED_MS = 8000;

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args: { name?: string };
}

export interface FrameFigures {
  servers: number;
  openSeconds: number;
  framesPerSecond: number;
  medianMs: number;
  p95Ms: number;
  /** Parts of the mean, in ms; small tasks of the browser itself are in none of them. */
  scripting: number;
  layout: number;
  paint: number;
}

/** Measures worlds of so many masters, each with one replica. */
export async function measureFrames(masters: readonly number[]): Promise<FrameFigures[]> {
  const app = await startApp();
  try {
    const figures: FrameFigures[] = [];
    for (const count of masters) {
      const page = await app.open({ viewport: desktop });
      figures.push(await measureWorld(page, count));
      await app.closePage(page);
    }
    return figures;
  } finally {
    await app.stop();
  }
}

async function measureWorld(page: Page, masters: number): Promise<FrameFigures> {
  const startedAt = performance.now();
  await page.evaluate(async (count) => {
    const { playground } = window;
    // As `open` would choose for a new world of this size.
    const formation = count > 30 ? 'given' : 'met';
    const config = { masters: count, replicasPerMaster: 1, nodeTimeoutMs: 15_000, formation };
    const argv = ['redis-cli', '-p', '7000'];
    const inputs = [{ at: 0, input: { kind: 'openConsole', console: 'console:7000', argv } }];
    const format = 'redis-cluster-playground';
    await playground.load({ format, version: 1, config, inputs, playhead: 0, hash: '' });
    playground.clock.play();
  }, masters);
  const openSeconds = (performance.now() - startedAt) / 1000;
  await page.waitForTimeout(WARM_UP_MS);
  const session = await page.context().newCDPSession(page);
  const events = await trace(session, () => page.waitForTimeout(MEASURED_MS));
  return { servers: masters * 2, openSeconds, ...figuresOf(events) };
}

/** The trace of what happens while `work` runs. */
async function trace(session: CDPSession, work: () => Promise<void>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  });
  await work();
  await session.send('Tracing.end');
  await complete;
  return events;
}

/** CPU time in ms; where the system does not count it by thread, time as it passed. */
const cost = (event: TraceEvent): number => (event.tdur ?? event.dur ?? 0) / 1000;

function figuresOf(events: readonly TraceEvent[]) {
  const main = events.find(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const own = events
    .filter(({ ph, pid, tid }) => ph === 'X' && pid === main?.pid && tid === main.tid)
    .sort((a, b) => a.ts - b.ts);
  const frames = own.filter(({ name }) => name === FRAME).map(({ ts }) => ts);
  const tasks = own.filter(({ name }) => TASK.test(name));
  if (frames.length < 20 || tasks.length === 0) throw new Error('The trace holds too few frames.');
  const costs: number[] = [];
  let at = tasks.findIndex(({ ts }) => ts >= (frames[0] ?? 0));
  for (const next of frames.slice(1)) {
    let sum = 0;
    for (let task = tasks[at]; task && task.ts < next; task = tasks[++at]) sum += cost(task);
    costs.push(sum);
  }
  costs.sort((a, b) => a - b);
  const mean = (...names: string[]): number =>
    own.reduce((sum, event) => sum + (names.includes(event.name) ? cost(event) : 0), 0) / frames.length;
  const first = frames[0] ?? 0;
  return {
    framesPerSecond: (frames.length - 1) / (((frames.at(-1) ?? 0) - first) / 1e6),
    medianMs: costs[Math.floor(costs.length / 2)] ?? NaN,
    p95Ms: costs[Math.floor(costs.length * 0.95)] ?? NaN,
    scripting: mean('HandlePostMessage', 'FireAnimationFrame', 'TimerFire', 'EventDispatch'),
    layout: mean('UpdateLayoutTree', 'Layout'),
    paint: mean('PrePaint', 'Paint', 'Layerize', 'Commit'),
  };
}
