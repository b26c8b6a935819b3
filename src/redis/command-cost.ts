/* How long commands take beyond the simplest one: by the arguments they are given, the elements they go through
 * and the reply they make.
 *
 * A command that handles a handful of elements is as long as one that handles one; a command on a large value
 * keeps everybody else waiting, and that must be seen here as it is seen on a real server. The figures are
 * those of a real 7.0.15, rounded. */

import type { Bytes } from '#base/bytes.ts';
import { MapReply, OK, type Reply, SetReply } from './reply.ts';
import { consume, type Server } from './server.ts';

/** So many elements are within the cost of the simplest command. */
const FEW = 64;
/** Bytes of one string that are within it. */
const SHORT = 16 * 1024;

const MICROS_PER_ARGUMENT = 0.1;
const MICROS_PER_REPLY = 0.03;
const BYTES_PER_MICRO = 5000;

/** Microseconds to go through one element of a table, which may lie anywhere in memory; */
export const TABLE_ENTRY = 0.25;
/** of a list, where they lie side by side; */
export const LIST_ELEMENT = 0.01;
/** of something that is compared with other tables, or sorted; */
export const COMBINED_ENTRY = 0.5;
/** of an allocation to copy or to write down. */
export const COPIED_ALLOCATION = 0.3;

/** What arguments and reply add to the cost of a command. */
export function sizeMicros(argv: readonly Bytes[], reply: Reply | undefined): number {
  let micros = argv.length > FEW ? argv.length * MICROS_PER_ARGUMENT : 0;
  if (typeof reply === 'string') {
    if (reply.length > SHORT) micros += reply.length / BYTES_PER_MICRO;
  } else if (typeof reply === 'object' && reply !== null && reply !== OK) {
    const elements = elementsOf(reply);
    if (elements > FEW) micros += elements * MICROS_PER_REPLY;
  }
  return micros;
}

function elementsOf(reply: object): number {
  if (Array.isArray(reply)) return reply.length;
  if (reply instanceof SetReply) return reply.items.length;
  return reply instanceof MapReply ? reply.pairs.length * 2 : 0;
}

/** The running command has gone through so many elements. */
export function visit(server: Server, elements: number, microsPerElement: number): void {
  if (elements > FEW) consume(server, elements * microsPerElement);
}
