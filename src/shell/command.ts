/* What a command of the shell is made of. */

import type { ExecResult } from 'just-bash/browser';

/** As much as the world's commands need of what just-bash gives a command. */
export interface Surroundings {
  stdin: unknown;
  env?: ReadonlyMap<string, string>;
  cwd: string;
  fs: {
    readFile(path: string): Promise<string>;
    readFileBuffer(path: string): Promise<Uint8Array>;
    writeFile(path: string, content: string | Uint8Array): Promise<void>;
    mkdir(path: string, options: { recursive: boolean }): Promise<void>;
    exists(path: string): Promise<boolean>;
    readdir(path: string): Promise<string[]>;
    rm(path: string, options: { force: boolean }): Promise<void>;
    stat(path: string): Promise<{ isDirectory: boolean; size: number; mtime: Date }>;
    resolvePath(base: string, path: string): string;
  };
  /** Runs a line of shell. */
  exec?: (line: string, options: { cwd: string }) => Promise<ExecResult>;
  /** The command of bash that has this name too. */
  origCommand?: (args: string[]) => Promise<ExecResult>;
  signal?: AbortSignal;
}

export type Execute = (args: string[], stdin: string, around: Surroundings) => Promise<ExecResult>;

export function ok(stdout: string): ExecResult {
  return { stdout, stderr: '', exitCode: 0 };
}

export function fail(stderr: string, exitCode = 1): ExecResult {
  return { stdout: '', stderr: stderr + '\n', exitCode };
}

/** Words as a line of shell that means just them. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
