/* Runs the steps of a transcript with the redis-cli of this computer, in a pipe or on a terminal. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { movePorts, outputLines, portsOf, type Transcript, type TranscriptStep } from './transcript.ts';

/** A terminal that waits this long for the next prompt gives up. */
const promptLimitMs = 10_000;

/** redis-cli then neither colours nor redraws what it prints. */
const dumbTerminal = { ...process.env, TERM: 'dumb' };

/** What each step prints now, masked; ports of the transcript are reached at `offset` above them. */
export async function runSteps(transcript: Transcript, offset: number): Promise<string[][]> {
  const ports = portsOf(transcript);
  const outputs: string[][] = [];
  for (const step of transcript.steps) {
    const moved = { ...step, command: movePorts(step.command, ports, offset) };
    const output = step.kind === '$' ? await runInPipe(moved) : await runOnTerminal(moved);
    const back = movePorts(output, ports.map((port) => port + offset), -offset); // prettier-ignore
    outputs.push(outputLines(back, transcript.masks));
  }
  return outputs;
}

async function runInPipe(step: TranscriptStep): Promise<string> {
  const child = spawn('bash', ['-c', step.command], { env: dumbTerminal });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  child.stdin.on('error', () => {});
  child.stdin.end(step.input.map((line) => `${line}\n`).join(''));
  await once(child, 'close');
  return output;
}

/** script(1) gives the command a terminal. What is seen is the prompt, the echo of what was typed, and the answer. */
async function runOnTerminal(step: TranscriptStep): Promise<string> {
  const child = spawn('script', ['-q', '-e', '-c', step.command, '/dev/null'], {
    env: dumbTerminal,
  });
  let output = '';
  let wake = (): void => {};
  child.stdout.on('data', (data) => {
    output += String(data);
    wake();
  });
  const ended = once(child, 'close');
  const nextPrompt = (): Promise<void> =>
    promptAfter(
      () => output,
      (call) => (wake = call),
    );
  await nextPrompt();
  for (const line of step.input) {
    child.stdin.write(`${line}\n`);
    await nextPrompt();
  }
  child.stdin.end();
  await ended;
  return output.replace(/\r/g, '').replace(/\n[^\n]*> $/, '');
}

/** Resolves when the output ends in a prompt that was not there when the last line was typed. */
async function promptAfter(output: () => string, onData: (call: () => void) => void): Promise<void> {
  const seen = output().length;
  await new Promise<void>((resolve) => {
    const limit = setTimeout(resolve, promptLimitMs);
    const look = (): void => {
      if (output().length > seen && /(^|\n)[^\n]*> $/.test(output())) {
        clearTimeout(limit);
        onData(() => {});
        resolve();
      }
    };
    onData(look);
    look();
  });
}
