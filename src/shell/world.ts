/* What the host shell may do to the world. The shell itself stands outside, like the person who types:
 * each of these acts is an input of the session, so that a session replays without running bash. */

import type { Bytes } from '#base/bytes.ts';
import type { Editor } from './editor/editor.ts';
import type { Fault, ServerFiles } from '#session/api.ts';

export type Signal = 'TERM' | 'KILL' | 'STOP';

export interface ShellServer {
  name: string;
  ip: string;
  port: number;
  state: 'running' | 'paused' | 'down' | 'loading';
  pid: number;
  clusterEnabled: boolean;
  usedMemory: number;
  opsPerSecond: number;
}

/** The settings `dir` and `logfile` of a server. */
export interface Place {
  server: string;
  dir: string | null;
  log: string | null;
}

export interface ProgramResult {
  stdout: Bytes;
  stderr: Bytes;
  exitCode: number;
}

export interface ShellWorld {
  /** Runs a program of the console (src/cli/programs.ts) to its end; virtual time passes meanwhile. */
  run(
    argv: readonly string[],
    stdin: Bytes | null,
    files?: Readonly<Record<string, Bytes>>,
  ): Promise<ProgramResult>;
  /** The same at the terminal: it prints there, and asks there. */
  runAtTerminal(argv: readonly string[], files?: Readonly<Record<string, Bytes>>): Promise<ProgramResult>;
  /** A world for another job of the same console. */
  fork(background: boolean): ShellWorld;
  /** A program of this job has the terminal now. */
  readonly isAtTerminal: boolean;
  /** Files that programs have written since this was asked last, by the path they were given. */
  written(): Promise<Record<string, Bytes>>;
  /** Ctrl-C for the program that runs, and for all that would follow it before `begin`. */
  interrupt(): Promise<void>;
  /** A signal for the job. STOP holds its program, and every act that would follow. */
  signal(signal: Signal): Promise<void>;
  /** What was stopped goes on: at the terminal, or behind it. */
  goOn(background: boolean): Promise<void>;
  /** Ends all programs of the console; nobody waits for them any more. */
  hangUp(): Promise<void>;
  /** Whether the world was turned back since the line began: nothing more may come of it. */
  readonly isElsewhere: boolean;
  /** A new line begins; true when the world has gone to another time since the last one. */
  begin(): boolean;
  /** Programs that `work` runs are stopped when so much virtual time has passed. */
  withDeadline<T>(ms: number, work: () => Promise<T>): Promise<{ result: T; late: boolean }>;
  /** Lets time pass; false when it was interrupted. */
  pass(ms: number): Promise<boolean>;
  /** Shows text on the terminal at once. */
  print(text: string): Promise<void>;
  /** Wall clock of the world, Unix milliseconds. */
  wallMs(): Promise<number>;
  /** The same when it was last looked at: no later than now, and at hand. */
  readonly seenMs: number;
  uptimeMs(): Promise<number>;
  servers(): Promise<ShellServer[]>;
  fault(fault: Fault): Promise<void>;
  /** Asks a server to end, as the signal TERM does. */
  stop(server: ShellServer): Promise<void>;
  /** Directions in which nothing goes through. */
  cuts(): Promise<{ from: string; to: string }[]>;
  /** What a link is like on which nobody has done anything. */
  usualLink(): { latencyUs: number; jitterUs: number; loss: number };
  /** Starts redis-server with the text of a configuration file. */
  launch(port: number, config: string): Promise<void>;
  /** The language in which a tool of our own speaks. */
  language(): 'en' | 'zh';
  /** Gives an editor the terminal, until it is left or `signal` aborts; false when there is none. */
  edit(editor: Editor, signal: AbortSignal | undefined): Promise<boolean>;
  /** The shell's files, by absolute path, as the world has them. */
  kept(): Promise<Record<string, Bytes>>;
  /** Lays files of the shell into the world; null takes one away. */
  keep(files: Readonly<Record<string, Bytes | null>>): Promise<void>;
  /** What redis-cli would complete a line to. */
  redisCommands(line: string): Promise<readonly string[]>;
  /** Where servers that were launched from here have their files, if not in the usual place. */
  places(): readonly Place[];
  /** The disk and the log of a server. */
  files(server: string): Promise<ServerFiles>;
}
