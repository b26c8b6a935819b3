/* `npm run screenshot`: takes the picture of the README from the built page, at the moment when a replica asks
 * for votes. */

import { join } from 'node:path';
import { answerHelp } from '#node/setup.mjs';
import { laptop, startApp } from './harness.ts';

answerHelp(`Usage: npm run screenshot

Takes docs/screenshot.png, the picture of the README, anew from the last build.`);
const app = await startApp();
const page = await app.open({ viewport: laptop });
await page.evaluate(async () => {
  const { clock, exec, fault, idle } = window.playground;
  clock.pause();
  await exec('SET foo bar');
  await exec('SET foo bar', { console: '7000c' });
  await fault.kill('7002');
  await clock.runUntil('AUTH_REQUEST');
  await clock.advance(25);
  await idle();
});
await page.screenshot({ path: join(import.meta.dirname, '..', '..', 'docs', 'screenshot.png') });
await app.closePage(page);
await app.stop();
