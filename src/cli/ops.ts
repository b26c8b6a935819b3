/* The ops of program.ts as calls with typed answers, so that programs read like programs. */

import type { Bytes } from '#base/bytes.ts';
import type { BytesAnswer, Handle, Linenoise, LineAnswer, ReplyAnswer, Step } from './program.ts';

/** Thrown inside a program when Ctrl-C came while it waited; the one who can go on catches it. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** Ends a program from deep inside with an exit code, as exit(3) does. */
export class Exit extends Error {
  override name = 'Exit';
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

export function* connect(
  ip: string,
  port: number,
  timeoutMs?: number,
): Step<{ handle: Handle } | { error: string }> {
  const answer = yield timeoutMs === undefined
    ? { op: 'connect', ip, port }
    : { op: 'connect', ip, port, timeoutMs };
  if (answer.interrupted) throw new Interrupted();
  return answer as { handle: Handle } | { error: string };
}

/** Null when queued, else why not. */
export function* send(handle: Handle, argv: readonly Bytes[]): Step<{ error: string } | null> {
  return (yield { op: 'send', handle, argv }) as { error: string } | null;
}

export function* sendBytes(handle: Handle, data: Bytes): Step<{ error: string } | null> {
  return (yield { op: 'sendBytes', handle, data }) as { error: string } | null;
}

export type Received = Exclude<ReplyAnswer, { interrupted: true }>;

export function* receive(handle: Handle, timeoutMs?: number): Step<Received> {
  const answer = (yield timeoutMs === undefined
    ? { op: 'receive', handle }
    : { op: 'receive', handle, timeoutMs }) as ReplyAnswer;
  if ('interrupted' in answer) throw new Interrupted();
  return answer;
}

export function* receiveBytes(
  handle: Handle,
  limits: { timeoutMs?: number | undefined; atMost?: number } = {},
): Step<Exclude<BytesAnswer, { interrupted: true }>> {
  const answer = (yield { op: 'receiveBytes', handle, ...limits }) as BytesAnswer;
  if ('interrupted' in answer) throw new Interrupted();
  return answer;
}

export function* disconnect(handle: Handle): Step<void> {
  yield { op: 'disconnect', handle };
}

/** Writes to standard output. */
export function* print(text: Bytes): Step<void> {
  yield { op: 'print', text };
}

/** Writes to standard output what contains escape sequences of the program's own making. */
export function* printControl(text: Bytes): Step<void> {
  yield { op: 'print', text, control: true };
}

export function* printError(text: Bytes): Step<void> {
  yield { op: 'print', text, to: 'stderr' };
}

/** A typed line, or null at the end of input. */
export function* ask(
  prompt: string,
  how: { hidden?: boolean; linenoise?: Linenoise } = {},
): Step<Bytes | null> {
  const answer = (yield { op: 'ask', prompt, ...how }) as LineAnswer;
  if ('interrupted' in answer) throw new Interrupted();
  return 'line' in answer ? answer.line : null;
}

/** --askpass: what is typed shows as stars. */
export function askPassword(): Step<Bytes | null> {
  return ask('Please input password: ', { hidden: true, linenoise: 'plain' });
}

export function* sleep(micros: number): Step<void> {
  const answer = yield { op: 'sleep', micros };
  if (answer?.interrupted) throw new Interrupted();
}

export function* clock(): Step<{ micros: number; wallMs: number }> {
  return (yield { op: 'clock' }) as { micros: number; wallMs: number };
}

export function* random(bound: number): Step<number> {
  return (yield { op: 'random', bound }) as number;
}

export function* readFile(path: string): Step<{ data: Bytes } | { error: string }> {
  return (yield { op: 'readFile', path }) as { data: Bytes } | { error: string };
}

export function* writeFile(path: string, data: Bytes): Step<{ error: string } | null> {
  return (yield { op: 'writeFile', path, data }) as { error: string } | null;
}

/** Forgets the record of answers; see program.ts. */
export function* checkpoint(state: unknown): Step<void> {
  yield { op: 'checkpoint', state };
}
