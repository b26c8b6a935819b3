/* What the host shell may do to the world. The shell itself stands outside, like the person who types:
 * each of these acts is an input of the session, so that a session replays without running bash. */

import type { Bytes } from '#base/bytes.ts';
import type { Fault } from '#session/api.ts';

export interface ShellServer {
  name: string;
  ip: string;
  port: number;
  state: 'running' | 'paused' | 'down' | 'loading';
  pid: number;
  clusterEnabled: boolean;
}

export interface ProgramResult {
  stdout: Bytes;
  stderr: Bytes;
  exitCode: number;
}

export interface ShellWorld {
  /** Runs a program of the console (src/cli/programs.ts) to its end; virtual time passes meanwhile. */
  run(argv: readonly string[], stdin: Bytes | null): Promise<ProgramResult>;
  /** Ctrl-C for the program that runs. */
  interrupt(): Promise<void>;
  /** Wall clock of the world, Unix milliseconds. */
  wallMs(): Promise<number>;
  servers(): Promise<ShellServer[]>;
  fault(fault: Fault): Promise<void>;
}
