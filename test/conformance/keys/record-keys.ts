/* Records keys anew: the real redis-cli at a terminal of script(1), given one step's keys at a time. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts, startRealServer } from '../../bridge/processes.ts';
import { BlindTerminal } from './blind-terminal.ts';
import { bytesOfKeys, type KeyRecording, type KeyStep } from './recording.ts';

/** A program that prints nothing for so long has drawn what it had to draw. */
const QUIET_MS = 300;

/** The recording as the real programs make it now. */
export async function recordKeys(recording: KeyRecording): Promise<KeyRecording> {
  const port = await freePorts(1);
  await startRealServer({ ...recording.options, port: String(port) });
  const moved = (text: string): string => text.replaceAll(String(recording.port), String(port));
  const back = (line: string): string => line.replaceAll(String(port), String(recording.port));
  const { columns, rows } = recording;
  const command = `stty cols ${columns} rows ${rows}; exec ${moved(recording.command)}`;
  const env = { ...process.env, TERM: 'xterm', REDISCLI_HISTFILE: '/dev/null', REDISCLI_RCFILE: '/dev/null' };
  const child = spawn('script', ['-q', '-c', command, '/dev/null'], { env });
  const ended = once(child, 'close');
  const terminal = new BlindTerminal(columns, rows, false);
  let last = Date.now();
  child.stdout.setEncoding('utf8').on('data', (data: string) => {
    last = Date.now();
    terminal.write(data);
  });
  const settle = async (): Promise<void> => {
    for (last = Date.now(); Date.now() - last < QUIET_MS;) await wait(10);
  };
  await wait(500);
  await settle();
  const steps: KeyStep[] = [];
  for (const step of recording.steps) {
    if (child.exitCode === null) child.stdin.write(Buffer.from(bytesOfKeys(moved(step.keys)), 'utf8'));
    await settle();
    steps.push({ ...step, screen: (await terminal.screen()).map(back) });
  }
  child.stdin.end();
  child.kill();
  await ended;
  return { ...recording, steps };
}
