/* Messages of the cluster manager, coloured where the terminal is an xterm (after clusterManagerLog).
 * A colour covers its newline too, as in 7.0. */

import type { Bytes } from '#base/bytes.ts';
import { ErrorReply } from '#redis/reply.ts';
import * as ops from '#cli/ops.ts';
import type { Step } from '#cli/program.ts';
import type { ClusterNode, Manager } from './node.ts';

export type LogLevel = 'info' | 'ok' | 'warn' | 'error';

const COLORS: Readonly<Record<LogLevel, string>> = {
  info: '\x1b[29;1m',
  ok: '\x1b[32;1m',
  warn: '\x1b[33;1m',
  error: '\x1b[31;1m',
};

export function* log(manager: Manager, level: LogLevel, text: Bytes): Step<void> {
  if (manager.colors) yield* ops.printControl(`${COLORS[level]}${text}\x1b[0m`);
  else yield* ops.print(text);
}

/** An error found by a check: it is also counted. */
export function* onError(manager: Manager, text: Bytes): Step<void> {
  manager.errors.push(text);
  yield* log(manager, 'error', `${text}\n`);
}

/** "Node 127.0.0.1:7000 replied with error:" and the error. */
export function* printReplyError(manager: Manager, node: ClusterNode, error: ErrorReply | Bytes): Step<void> {
  const text = error instanceof ErrorReply ? error.text : error;
  yield* log(manager, 'error', `Node ${node.ip}:${node.port} replied with error:\n${text}\n`);
}
