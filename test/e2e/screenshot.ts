/* `npm run screenshot`: takes the picture of the README from the built page, at the moment when a replica asks
 * for votes. */

import { join } from 'node:path';
import { laptop, startApp } from './harness.ts';

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
