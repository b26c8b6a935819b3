/* Where a request belongs (after getNodeByQuery and clusterRedirectBlockedClientIfNeeded in
 * cluster.c). A server never forwards: it serves, or tells the client where to go.
 *
 * The keys of a request, or of a whole transaction, must lie in one slot. While that slot is under
 * migration its keys are half here and half there, so what happens depends on which of them exist. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { replyToBlockedClient } from '#redis/blocked.ts';
import { CLIENT_ASKING, CLIENT_MULTI, CLIENT_READONLY, type Client } from '#redis/client.ts';
import { CMD_ASKING, CMD_WRITE, type Command } from '#redis/command-table.ts';
import {
  LOOKUP_NOEXPIRE,
  LOOKUP_NONOTIFY,
  LOOKUP_NOSTATS,
  LOOKUP_NOTOUCH,
  lookupKeyReadWithFlags,
} from '#redis/db.ts';
import { getKeyPositions } from '#redis/keys.ts';
import { ErrorReply } from '#redis/reply.ts';
import { getCommandFlags } from '#redis/scripting/command-flags.ts';
import type { Server } from '#redis/server.ts';
import { clusterOf, emit, nodeLabel } from './events.ts';
import type { ClusterNode } from './node-table.ts';
import { slotOwner } from './state.ts';

/** What is to be done with a request. */
export type Route =
  | { readonly kind: 'execute'; readonly slot: number | null }
  | { readonly kind: 'moved' | 'ask'; readonly slot: number; readonly node: ClusterNode }
  | { readonly kind: 'crossSlot' | 'tryAgain' | 'downUnbound' | 'downState' | 'downReadOnly' };

const EXECUTE: Route = { kind: 'execute', slot: null };

/** The redirection or error to send for a command, null when it is to be executed here. */
export function getNodeByQuery(client: Client, command: Command, argv: readonly Bytes[]): ErrorReply | null {
  const { server } = client;
  const { slotLoad } = clusterOf(server);
  const mine = plainlyMine(server, command, argv);
  const route = mine === null ? routeQuery(client, command, argv) : null;
  if (route === null || route.kind === 'execute') {
    const slot = mine ?? route?.slot ?? null;
    if (slot !== null) slotLoad.count(slot, server.mstime());
    return null;
  }
  if (route.kind === 'moved' || route.kind === 'ask') {
    emit(server, route.kind === 'moved' ? 'MOVED' : 'ASK', { slot: route.slot, to: nodeLabel(route.node) });
  }
  return routeError(server, route);
}

/** The slot in the usual case without ceremony: all is well, no slot is open, and every key is ours. Null
 *  when it needs a closer look. */
function plainlyMine(server: Server, command: Command, argv: readonly Bytes[]): number | null {
  const cluster = clusterOf(server);
  if (!cluster.ok || cluster.migratingTo.size + cluster.importingFrom.size > 0) return null;
  const positions = getKeyPositions(command, argv, true);
  if (positions.length === 0) return null;
  const slot = keyHashSlot(argv[positions[0] as number] as Bytes);
  if (cluster.slotOwner.get(slot) !== cluster.myself.row) return null;
  for (let at = 1; at < positions.length; at++) {
    if (keyHashSlot(argv[positions[at] as number] as Bytes) !== slot) return null;
  }
  return slot;
}

/** The words of a route that is not `execute`. */
export function routeError(server: Server, route: Route): ErrorReply {
  switch (route.kind) {
    case 'moved':
    case 'ask':
      return new ErrorReply(
        `${route.kind.toUpperCase()} ${route.slot} ${preferredEndpoint(server, route.node)}:${clientPort(server, route.node)}`,
      );
    case 'crossSlot':
      return new ErrorReply("CROSSSLOT Keys in request don't hash to the same slot");
    case 'tryAgain':
      return new ErrorReply('TRYAGAIN Multiple keys request during rehashing of slot');
    case 'downUnbound':
      return new ErrorReply('CLUSTERDOWN Hash slot not served');
    case 'downReadOnly':
      return new ErrorReply('CLUSTERDOWN The cluster is down and only accepts read commands');
    case 'downState':
    case 'execute':
      return new ErrorReply('CLUSTERDOWN The cluster is down');
  }
}

/** How redirections name a node: by address, by host name, or not at all. */
export function preferredEndpoint(server: Server, node: ClusterNode): string {
  switch (server.config.clusterPreferredEndpointType) {
    case 'ip':
      return node.ip;
    case 'hostname':
      return node.hostname || '?';
    case 'unknown-endpoint':
      return '';
  }
}

/** The port for clients: the plain one, when the cluster speaks TLS and the client does not. */
export function clientPort(server: Server, node: ClusterNode): number {
  return server.config.tlsCluster && node.pport !== 0 ? node.pport : node.port;
}

/** Decides about one command, or about a whole transaction when it is EXEC. */
export function routeQuery(client: Client, command: Command, argv: readonly Bytes[]): Route {
  const { server } = client;
  const isExec = command.fullName === 'exec';
  // EXEC outside a transaction has its own error to give.
  if (isExec && (!client.has(CLIENT_MULTI) || client.multi === null)) return EXECUTE;
  const queries = isExec && client.multi ? client.multi.commands : [{ cmd: command, argv }];
  const pubsub = queries.some(({ cmd }) => isShardPubsub(cmd));
  const first = findSlot(server, queries, pubsub);
  if (first === null) return EXECUTE;
  if ('kind' in first) return first;
  const flags =
    isExec && client.multi ? command.flags | client.multi.cmdFlags : getCommandFlags(server, command, argv);
  const down = checkState(server, flags, pubsub);
  if (down) return down;
  return routeInSlot(client, command, flags, pubsub, first);
}

/** The keys of a request: their slot, its owner, and how many of them are here. */
interface Keys {
  slot: number;
  owner: ClusterNode;
  multiple: boolean;
  missing: number;
  existing: number;
}

function findSlot(
  server: Server,
  queries: readonly { cmd: Command; argv: readonly Bytes[] }[],
  pubsub: boolean,
): Keys | Route | null {
  const cluster = clusterOf(server);
  let keys: Keys | null = null;
  let firstKey = '';
  for (const { cmd, argv } of queries) {
    for (const position of getKeyPositions(cmd, argv, true)) {
      const key = argv[position] as Bytes;
      const slot = keyHashSlot(key);
      if (keys === null) {
        const owner = slotOwner(cluster, slot);
        if (owner === null) return { kind: 'downUnbound' };
        keys = { slot, owner, multiple: false, missing: 0, existing: 0 };
        firstKey = key;
      } else if (key !== firstKey) {
        if (slot !== keys.slot) return { kind: 'crossSlot' };
        keys.multiple = true;
      }
      // Channels are not keys: where they are heard is not a matter of what exists.
      const open = cluster.migratingTo.has(slot) || cluster.importingFrom.has(slot);
      if (!open || pubsub) continue;
      const flags = LOOKUP_NOTOUCH | LOOKUP_NOSTATS | LOOKUP_NONOTIFY | LOOKUP_NOEXPIRE;
      if (lookupKeyReadWithFlags(server.dbs[0]!, key, flags) === null) keys.missing++;
      else keys.existing++;
    }
  }
  return keys;
}

function checkState(server: Server, flags: number, pubsub: boolean): Route | null {
  if (clusterOf(server).ok) return null;
  if (pubsub) return server.config.clusterAllowPubsubshardWhenDown ? null : { kind: 'downState' };
  if (!server.config.clusterAllowReadsWhenDown) return { kind: 'downState' };
  return flags & CMD_WRITE ? { kind: 'downReadOnly' } : null;
}

function routeInSlot(client: Client, command: Command, flags: number, pubsub: boolean, keys: Keys): Route {
  const cluster = clusterOf(client.server);
  const { myself } = cluster;
  const { slot, owner } = keys;
  const here: Route = { kind: 'execute', slot };
  const migratingTo = owner === myself ? cluster.migratingTo.get(slot) : undefined;
  const importing = cluster.importingFrom.has(slot);
  if (command.fullName === 'migrate' && (migratingTo || importing)) return here;
  if (migratingTo && keys.missing > 0) {
    return keys.existing > 0 ? { kind: 'tryAgain' } : { kind: 'ask', slot, node: migratingTo };
  }
  if (importing && (client.has(CLIENT_ASKING) || command.flags & CMD_ASKING)) {
    return keys.multiple && keys.missing > 0 ? { kind: 'tryAgain' } : here;
  }
  const mayRead = client.has(CLIENT_READONLY) || pubsub;
  if (myself.isSlave && mayRead && !(flags & CMD_WRITE) && myself.slaveof === owner) return here;
  return owner === myself ? here : { kind: 'moved', slot, node: owner };
}

function isShardPubsub(command: Command): boolean {
  const { fullName } = command;
  return fullName === 'ssubscribe' || fullName === 'sunsubscribe' || fullName === 'spublish';
}

/** A blocked client whose key is not served here any more hears where to go; true when it did. */
export function clusterRedirectBlockedClient(client: Client): boolean {
  const { server } = client;
  const cluster = clusterOf(server);
  const { blocked } = client;
  if (blocked?.kind !== 'keys') return false;
  if (!cluster.ok) {
    replyToBlockedClient(client, routeError(server, { kind: 'downState' }));
    return true;
  }
  for (const key of blocked.keys) {
    const slot = keyHashSlot(key);
    const owner = slotOwner(cluster, slot);
    const readsHere = client.has(CLIENT_READONLY) && !((client.lastCmd?.flags ?? CMD_WRITE) & CMD_WRITE);
    if (readsHere && cluster.myself.isSlave && cluster.myself.slaveof === owner) continue;
    if (owner === cluster.myself || cluster.importingFrom.has(slot)) continue;
    const route: Route = owner === null ? { kind: 'downUnbound' } : { kind: 'moved', slot, node: owner };
    replyToBlockedClient(client, routeError(server, route));
    return true;
  }
  return false;
}
