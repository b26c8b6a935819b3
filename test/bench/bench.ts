/* `npm run bench`: how fast everything is on this computer.
 *
 * Figures of different runs compare by their ratio to the yardstick, which is measured in each. */

import { answerHelp } from '#node/setup.mjs';
import { benchBridge } from './bridge.ts';
import { Bundle } from '../size/bundle.ts';
import { loadBuilt } from './built.ts';
import { benchClassroom } from './classroom.ts';
import { measureFrames } from './frames.ts';
import { megabytesUsed } from '../memory.ts';
import { withBenchPage } from './page.ts';
import { benchTraffic } from './traffic.ts';
import { largePlans, plans, type SeekFigures, type WorldPlan } from './world.ts';
import { figure, measureYardstick, printTable, type Row } from './yardstick.ts';

const sections = [
  'world',
  'traffic',
  'seek',
  'frames',
  'commands',
  'bridge',
  'size',
  'memory',
  'large',
  'classroom',
] as const;
/** Take long, or much memory. */
const onlyNamed: readonly string[] = ['large', 'memory', 'classroom'];
answerHelp(`Usage: npm run bench [-- SECTION ...]

Measures how fast everything is on this computer. Sections, of which all but the last three are measured
when none is named:

  world      simulated seconds per second, in Node and in Chromium
  traffic    packets of idle clusters, beside those of real ones
  seek       jumps through an hour
  frames     work of the page per frame (of the last build)
  commands   commands per second
  bridge     the same through real ports
  size       the built JavaScript
  memory     what servers, keys and snapshots take
  large      worlds of 300 and 1,000 servers: speed, packets, bytes for each pair
  classroom  200 followers, five minutes`);
const named = process.argv.slice(2);
const unknown = named.find((name) => !(sections as readonly string[]).includes(name));
if (unknown !== undefined) {
  console.error(`There is no section "${unknown}". There are: ${sections.join(' ')}`);
  process.exit(1);
}
const wants = (name: (typeof sections)[number]): boolean =>
  named.length === 0 ? !onlyNamed.includes(name) : named.includes(name);

async function benchWorlds(chosen: readonly WorldPlan[], yardstick: number): Promise<void> {
  const rows: Row[] = [];
  await withBenchPage(async (page) => {
    for (const plan of chosen) {
      const node = await measureWorld(makeSession(), plan);
      const chromium = await page.evaluate((one) => window.measureWorld(one), plan);
      if (node.hash !== chromium.hash)
        throw new Error(`Node and Chromium differ at ${node.servers} servers.`);
      for (const [where, figures] of [
        ['Node', node],
        ['Chromium worker', chromium],
      ] as const) {
        rows.push({
          what: `${figures.servers} servers, ${where}`,
          'idle s/s': figure(figures.idle),
          'failover s/s': figure(figures.failover),
          'idle/yardstick': figure(figures.idle / yardstick),
          'opens in s': figure(figures.openSeconds),
          hash: figures.hash,
        });
      }
    }
  });
  printTable('Simulated seconds per second (node timeout 15 s; the same hash in Node and in Chromium)', rows);
}

async function benchSeek(): Promise<void> {
  const seconds = 3600;
  const row = (what: string, figures: SeekFigures): Row => ({
    what,
    commands: figure(figures.commands),
    'median ms': figure(figures.medianMs),
    'worst ms': figure(figures.worstMs),
    'hash kept': figures.sameHash ? 'yes' : 'NO',
  });
  const before = megabytesUsed();
  const session = makeSession();
  const rows = [row('Node', await measureSeek(session, seconds))];
  const memory = megabytesUsed() - before;
  const { servers } = await session.frame();
  await withBenchPage(async (page) => {
    rows.push(row('Chromium worker', await page.evaluate((one) => window.measureSeek(one), seconds)));
  });
  printTable(
    `100 jumps in an hour of ${servers.length} servers under load (in Node it takes ${figure(memory)} MB)`,
    rows,
  );
}

/** Of the last build; `masters` each with a replica. */
async function benchFrames(masters: readonly number[]): Promise<void> {
  const rows = (await measureFrames(masters)).map((figures) => ({
    what: `${figures.servers} servers at 1x`,
    'frames/s': figure(figures.framesPerSecond),
    'median ms': figure(figures.medianMs),
    '95 % ms': figure(figures.p95Ms),
    scripting: figure(figures.scripting),
    layout: figure(figures.layout),
    paint: figure(figures.paint),
    'opens in s': figure(figures.openSeconds),
  }));
  printTable('Work of the main thread per frame of the built page, CPU ms (1440x900, everything open)', rows);
}

/** Sizes of the last build, gzip. */
function benchSize(): void {
  const bundle = new Bundle();
  const files = [...bundle.files.keys()];
  const lessons = files.filter((path) => /\/lesson-\d\d-/.test(path));
  const heaviest = Math.max(0, ...lessons.map((path) => bundle.size([path])));
  const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KB`;
  printTable('Size of the built JavaScript, gzip', [
    { what: 'before the page can be used', size: kilobytes(bundle.size(bundle.closure(bundle.entries()))) },
    { what: 'heaviest lesson in one language', size: kilobytes(heaviest) },
    { what: 'everything there is', size: kilobytes(bundle.size(files)) },
  ]);
}

const { benchCommands, benchMemory, makeSession, measureSeek, measureWorld } = await loadBuilt();
const yardstick = measureYardstick();
console.log(
  `Yardstick: ${figure(yardstick)} million mixed steps per second (Node ${process.versions.node}).`,
);
if (wants('world')) await benchWorlds(plans, yardstick);
if (wants('large')) {
  await benchWorlds(largePlans, yardstick);
  await benchTraffic(largePlans);
}
if (wants('traffic')) await benchTraffic(plans);
if (wants('seek')) await benchSeek();
if (wants('frames')) await benchFrames([3, 50, 150, 500]);
if (wants('commands')) await benchCommands();
if (wants('bridge')) await benchBridge();
if (wants('size')) benchSize();
if (wants('memory')) benchMemory();
if (wants('classroom')) await benchClassroom();
process.exit(0);
