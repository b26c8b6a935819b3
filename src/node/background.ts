/* The way into the background, as `daemonize yes` has it. Node cannot fork: the program starts itself once more,
 * in a session of its own and without a terminal, with the same words. The real parent ends when it has forked;
 * this one stays until the other has opened its ports, since whoever started it means to connect next. */

import { spawn } from 'node:child_process';

/** Set for the one in the background, so that it does not start another. */
const marker = 'SERVER_IN_BACKGROUND';

const inBackground = process.env[marker] !== undefined;
delete process.env[marker];

/** Ends this process and goes on in another one; in that one, does nothing. `stdin`: what it is to read there. */
export async function goToBackground(stdin: string): Promise<void> {
  if (inBackground) return;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    env: { ...process.env, [marker]: '1' },
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(stdin, 'latin1');
  await new Promise((done) => {
    child.once('message', done);
    child.once('error', done);
    child.once('exit', done);
  });
  process.exit(0);
}

/** The ports are open: nobody has to wait any longer. */
export function tellParent(): void {
  if (!inBackground || process.send === undefined) return;
  process.send('open', () => process.disconnect());
}
