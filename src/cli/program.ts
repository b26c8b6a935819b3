/* Programs: step-by-step code inside a world of snapshots.
 *
 * redis-cli is written as one would write it: connect, call, print, ask, sleep. But a generator that
 * is half-way through cannot be cloned, and the world must be able to clone every process at any
 * moment. So a running program is kept as (name, arguments, answers so far). A program acts only by
 * yielding an Op and sees the world only through the answer to it; given the same answers it yields
 * the same ops. A clone starts the generator afresh and feeds it the recorded answers.
 *
 * A program that runs for long (a prompt, a statistics loop) yields `checkpoint` at the top of its
 * loop with everything that it must remember, as plain data. The record is then thrown away; a clone
 * starts the program with that state, and the program must come to the same `checkpoint` first. */

import type { Bytes } from '#base/bytes.ts';
import type { Reply } from '#redis/reply.ts';

/** A connection as a program knows it: a number given by `connect`. */
export type Handle = number;

/** A program that reads keys itself, as redis-cli does at its prompt: with advice behind the line, or without. */
export type Linenoise = 'hints' | 'plain';

export type Op =
  /** answer: { handle } or { error } with the text of strerror ("Connection refused") */
  | { op: 'connect'; ip: string; port: number; timeoutMs?: number }
  /** Sends without waiting. answer: null, or { error } when the connection is known to be closed */
  | { op: 'send'; handle: Handle; argv: readonly Bytes[] }
  /** Sends raw bytes (--pipe). answer: as for send */
  | { op: 'sendBytes'; handle: Handle; data: Bytes }
  /** Next reply on the connection. answer: ReplyAnswer */
  | { op: 'receive'; handle: Handle; timeoutMs?: number }
  /** Next piece of raw bytes (RDB transfer); what exceeds `atMost` stays to be read. answer: BytesAnswer */
  | { op: 'receiveBytes'; handle: Handle; timeoutMs?: number | undefined; atMost?: number }
  | { op: 'disconnect'; handle: Handle }
  /** Bytes for stdout or stderr. On a terminal control bytes are made visible, unless `control` says
   *  that the program itself wrote them (colours, cursor movement). answer: null */
  | { op: 'print'; text: Bytes; to?: 'stdout' | 'stderr'; control?: boolean }
  /** Prompts and waits for a line; as redis-cli does at its prompt, or as a terminal does for anybody.
   *  answer: LineAnswer */
  | { op: 'ask'; prompt: string; hidden?: boolean; linenoise?: Linenoise | null }
  /** answer: null | { interrupted: true } */
  | { op: 'sleep'; micros: number }
  /** answer: { micros, wallMs } */
  | { op: 'clock' }
  /** answer: a number in 0..bound-1 */
  | { op: 'random'; bound: number }
  /** Files of the console's machine. answer: { data } | { error } */
  | { op: 'readFile'; path: string }
  | { op: 'writeFile'; path: string; data: Bytes }
  /** All that must be remembered from here on, as plain data. answer: null */
  | { op: 'checkpoint'; state: unknown };

export type ReplyAnswer =
  { reply: Reply; resp: 2 | 3 } | { error: string } | { interrupted: true } | { timeout: true };
export type BytesAnswer = { data: Bytes } | { error: string } | { interrupted: true } | { timeout: true };
export type LineAnswer = { line: Bytes } | { eof: true } | { interrupted: true };

/* eslint-disable-next-line typescript/no-explicit-any -- answers differ by op; ops.ts gives each its type */
export type Answer = any;

/** A program: yields ops, receives answers, ends with an exit code. */
export type Program = Generator<Op, number, Answer>;

/** A piece of a program that gives a value. */
export type Step<T> = Generator<Op, T, Answer>;

/** Where a program runs: its terminal or files, and its environment. Plain data. */
export interface ProgramEnv {
  /** Is standard output a terminal? */
  readonly stdoutTty: boolean;
  /** What was piped in; null when standard input is the terminal. */
  readonly stdin: Bytes | null;
  /** Environment variables; TERM tells whether colours are understood. */
  readonly vars: Readonly<Record<string, string>>;
}

/** Starts a program. `state` is what its last checkpoint said, or undefined at the true start. */
export type ProgramMain = (argv: readonly Bytes[], env: ProgramEnv, state: unknown) => Program;

/** Programs by the name one types. */
export type Programs = Readonly<Record<string, ProgramMain>>;
