/* What the cluster manager knows of the nodes: the table of nodes as loaded from CLUSTER NODES, and
 * questions to one node (after clusterManagerNode and its helpers in redis-cli.c 7.0). */

import type { Bytes } from '#base/bytes.ts';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { formatAddress } from '#cli/connection.ts';
import { toResp2 } from '#cli/format.ts';
import * as ops from '#cli/ops.ts';
import type { CliConfig, ManagerOptions } from '#cli/options.ts';
import type { Handle, Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import { printReplyError } from './log.ts';

export interface ClusterNode {
  handle: Handle | null;
  ip: string;
  port: number;
  /** 0 = port + 10000 */
  busPort: number;
  name: string;
  /** As CLUSTER NODES lists them, without `myself`. */
  flags: string[];
  connected: boolean;
  replicate: string | null;
  currentEpoch: number;
  /** Changed in the plan, not yet told to the node. */
  dirty: boolean;
  slots: Uint8Array;
  /** From the node's own line: slot and the other node's id. */
  migrating: [slot: number, nodeId: string][];
  importing: [slot: number, nodeId: string][];
  replicasCount: number;
  weight: number;
  balance: number;
}

export interface Manager {
  config: CliConfig;
  options: ManagerOptions;
  colors: boolean;
  /** Is standard input a terminal? If not, answers are read from `stdin`. */
  stdin: Bytes | null;
  stdinAt: number;
  nodes: ClusterNode[];
  errors: Bytes[];
  unreachableMasters: number;
}

export function newNode(ip: string, port: number, busPort = 0): ClusterNode {
  return {
    handle: null,
    ip,
    port,
    busPort,
    name: '',
    flags: [],
    connected: true,
    replicate: null,
    currentEpoch: 0,
    dirty: false,
    slots: new Uint8Array(CLUSTER_SLOTS),
    migrating: [],
    importing: [],
    replicasCount: 0,
    weight: 0,
    balance: 0,
  };
}

export function address(node: ClusterNode): string {
  return `${node.ip}:${node.port}`;
}

export function isSlave(node: ClusterNode): boolean {
  return node.flags.includes('slave');
}

export function slotsCount(node: ClusterNode): number {
  let count = 0;
  for (const owned of node.slots) count += owned;
  return count;
}

export function nodeByName(manager: Manager, name: string): ClusterNode | null {
  return manager.nodes.find((node) => node.name === name.toLowerCase()) ?? null;
}

/** A master whose id begins with `prefix`. */
export function nodeByPrefix(manager: Manager, prefix: string): ClusterNode | null {
  return manager.nodes.find((node) => node.name.startsWith(prefix.toLowerCase())) ?? null;
}

export function masters(manager: Manager): ClusterNode[] {
  return manager.nodes.filter((node) => !isSlave(node));
}

/** The answer of a node: a reply, or the text of what broke the connection. */
export type NodeReply = { reply: Reply } | { broken: string };

/** Connects if need be. Failure is printed on standard error. */
export function* connectNode(manager: Manager, node: ClusterNode): Step<boolean> {
  if (node.handle !== null) return true;
  const made = yield* ops.connect(node.ip, node.port);
  if ('error' in made) {
    const where = formatAddress(node.ip, node.port);
    yield* ops.printError(`Could not connect to Redis at ${where}: ${made.error}\n`);
    return false;
  }
  node.handle = made.handle;
  const { auth, user } = manager.config;
  if (auth !== null) {
    const reply = yield* call(node, user === null ? ['AUTH', auth] : ['AUTH', user, auth]);
    if (reply instanceof ErrorReply) {
      yield* printReplyError(manager, node, reply);
      return false;
    }
  }
  return true;
}

export function* closeNode(node: ClusterNode): Step<void> {
  if (node.handle !== null) yield* ops.disconnect(node.handle);
  node.handle = null;
}

/** Sends a command to a node and gives its reply; a broken connection is an ErrorReply too. */
export function* call(node: ClusterNode, argv: readonly Bytes[]): Step<Reply> {
  if (node.handle === null) return new ErrorReply('I/O error');
  const sent = yield* ops.send(node.handle, argv);
  const answer = sent ?? (yield* ops.receive(node.handle));
  if ('reply' in answer) return answer.resp === 2 ? toResp2(answer.reply) : answer.reply;
  return new ErrorReply('error' in answer ? answer.error : 'Resource temporarily unavailable');
}

/** A reply that is a text (bulk, verbatim or status), or ''. */
export function textOf(reply: Reply): Bytes {
  if (typeof reply === 'string') return reply;
  if (reply !== null && typeof reply === 'object' && 'text' in reply) return reply.text;
  return '';
}

/** Slots as "[0-5460],[7]". */
export function slotRanges(slots: Uint8Array): string {
  return rangesOf(slots)
    .map(([first, last]) => (first === last ? `[${first}]` : `[${first}-${last}]`))
    .join(',');
}

export function rangesOf(slots: Uint8Array): [first: number, last: number][] {
  const ranges: [number, number][] = [];
  for (let slot = 0; slot < slots.length; slot++) {
    if (!slots[slot]) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else ranges.push([slot, slot]);
  }
  return ranges;
}

/** The three lines that `check` prints for a node. */
export function describeNode(node: ClusterNode, indent = ''): Bytes {
  const head = `${indent}${isSlave(node) || (node.dirty && node.replicate !== null) ? 'S' : 'M'}: ${node.name} ${address(node)}\n`;
  let text = head;
  if (!(node.dirty && node.replicate !== null)) {
    const ranges = slotRanges(node.slots);
    text += `${indent}   slots:${ranges === '' ? ' ' : ranges + ' '}(${slotsCount(node)} slots) ${node.flags.join(',')}\n`;
  }
  if (node.replicate !== null) text += `${indent}   replicates ${node.replicate}\n`;
  else if (node.replicasCount > 0) text += `${indent}   ${node.replicasCount} additional replica(s)\n`;
  return text;
}
