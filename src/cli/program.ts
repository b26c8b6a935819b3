/* Programs: step-by-step code inside a world of snapshots.
 *
 * redis-cli is written as one would write it: connect, call, print, ask, sleep. But a generator that
 * is half-way through cannot be cloned, and the world must be able to clone every process at any
 * moment. So a running program is kept as (name, arguments, answers so far). A program acts only by
 * yielding an Op and sees the world only through the answer to it; given the same answers it yields
 * the same ops. A clone starts the generator afresh and feeds it the recorded answers. The process
 * that runs programs (process.ts) starts a new program for each typed line, so the record stays short. */

import type { Bytes } from '#base/bytes.ts';
import type { Reply } from '#redis/reply.ts';

/** A connection as a program knows it: a number given by `connect`. */
export type Handle = number;

export type Op =
  /** answer: { handle } or { error } with the text of strerror ("Connection refused") */
  | { op: 'connect'; ip: string; port: number; timeoutMs?: number }
  /** Sends without waiting. answer: null */
  | { op: 'send'; handle: Handle; argv: Bytes[] }
  /** Sends raw bytes (--pipe). answer: null */
  | { op: 'sendBytes'; handle: Handle; data: Bytes }
  /** Next reply on the connection. answer: { reply } | { error } | { interrupted: true } */
  | { op: 'receive'; handle: Handle; timeoutMs?: number }
  | { op: 'disconnect'; handle: Handle }
  /** Text for the terminal (stdout) or stderr. answer: null */
  | { op: 'print'; text: string; to?: 'stdout' | 'stderr' }
  /** Prompts and waits for a line. answer: { line } | { eof: true } | { interrupted: true } */
  | { op: 'ask'; prompt: string; hidden?: boolean }
  /** answer: null | { interrupted: true } */
  | { op: 'sleep'; micros: number }
  /** answer: { micros, wallMs } */
  | { op: 'clock' }
  /** answer: a number in 0..bound-1 */
  | { op: 'random'; bound: number }
  /** Files of the console's machine. answer: { data } | { error } */
  | { op: 'readFile'; path: string }
  | { op: 'writeFile'; path: string; data: Bytes };

/* eslint-disable-next-line typescript/no-explicit-any -- answers differ by op; helpers.ts gives each its type */
export type Answer = any;

/** A program: yields ops, receives answers, ends with an exit code. */
export type Program = Generator<Op, number, Answer>;

export type ReplyAnswer = { reply: Reply } | { error: string } | { interrupted: true };
