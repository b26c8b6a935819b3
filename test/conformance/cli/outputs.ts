/* Standard output and standard error of a program in a console, apart: the console has one transcript,
 * so what goes to standard error is marked while the program runs. */

import { loadShellPrograms } from '#cli/fetched.ts';
import type { ConsoleProcess } from '#cli/process.ts';
import type { Op, Program, ProgramMain, Programs } from '#cli/program.ts';
import { cliPrograms } from '#cli/programs.ts';

export interface RunOptions {
  /** At a terminal (the default), or in a pipe. */
  tty?: boolean;
  stdin?: string;
  /** Lines typed one after the other, each when a prompt waits for it. */
  type?: readonly string[];
  vars?: Readonly<Record<string, string>>;
  /** Files on the disk of the console, by path. */
  files?: Readonly<Record<string, string>>;
  limitMs?: number;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** What the terminal showed: output, prompts and typed lines. */
  screen: string;
  exitCode: number | null;
}

await loadShellPrograms();

const STDERR_BEGIN = '\x02';
const STDERR_END = '\x03';

/** Marks what goes to stderr, so that the one transcript can be taken apart again. */
function marked(main: ProgramMain): ProgramMain {
  return function* (argv, env, state): Program {
    const run = main(argv, env, state);
    let step = run.next(null);
    while (!step.done) {
      const op: Op = step.value;
      const stderr = op.op === 'print' && op.to === 'stderr';
      if (stderr) yield { op: 'print', text: STDERR_BEGIN, control: true };
      const answer = yield op;
      if (stderr) yield { op: 'print', text: STDERR_END, control: true };
      step = run.next(answer);
    }
    return step.value;
  };
}

export const markedPrograms: Programs = Object.fromEntries(
  Object.entries(cliPrograms).map(([name, main]) => [name, marked(main)]),
);

/** The two outputs of a program apart, and the screen as it looked. */
export function apart(process: ConsoleProcess): RunResult {
  const { printed, shown } = process.transcript;
  let stdout = '';
  let stderr = '';
  for (const [at, piece] of printed.split(STDERR_BEGIN).entries()) {
    const [error, rest] = at === 0 ? ['', piece] : piece.split(STDERR_END);
    stderr += error ?? '';
    stdout += rest ?? '';
  }
  const screen = shown.replaceAll(STDERR_BEGIN, '').replaceAll(STDERR_END, '');
  return { stdout, stderr, screen, exitCode: process.exitCode };
}
