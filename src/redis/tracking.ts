/* Client-side caching: which client has read which key, and telling it when that changes (after
 * tracking.c).
 *
 * In the default mode the server remembers the keys that each tracking client read; a change tells
 * those clients once and forgets them. In broadcast mode a client names prefixes and hears of every
 * change beneath them, once per sleep of the server. */

import type { Bytes } from '#base/bytes.ts';
import { addPush, type Client, CLIENT_PUBSUB, CLIENT_REEXECUTING, CLIENT_TRACKING } from './client.ts';
import { CMD_READONLY, type Command } from './command-table.ts';
import { getKeyPositions } from './keys.ts';
import { Push } from './reply.ts';
import type { Server } from './server.ts';

/** What a client asked for with CLIENT TRACKING. */
export interface TrackingState {
  /** Id of the client that gets the messages, 0 = this one. */
  redirect: number;
  bcast: boolean;
  optIn: boolean;
  optOut: boolean;
  noLoop: boolean;
  prefixes: Bytes[];
  /** CLIENT CACHING was said: holds for the next command (or transaction). */
  caching: boolean;
  brokenRedirect: boolean;
}

/** All that tracking knows; `keys` holds ids, since a client may be gone when its key changes. */
export class TrackingTable {
  keys: Map<Bytes, Set<number>> = new Map();
  /** Broadcast: per prefix the clients and the keys that changed since the last message. */
  prefixes: Map<Bytes, { clients: Set<Client>; changed: Map<Bytes, Client | null> }> = new Map();
  /** Keys (null: all) to invalidate for the client that runs a command, and how it tracked them: sent behind its
   *  reply, also when tracking ended within the transaction. */
  pending: [keys: readonly Bytes[] | null, state: TrackingState][] = [];
  items = 0;
}

/** Turns tracking on. */
export function enableTracking(client: Client, state: TrackingState): void {
  const table = client.server.tracking;
  if (client.tracking === null) client.server.trackingClients++;
  client.flags |= CLIENT_TRACKING;
  const prefixes = [...(client.tracking?.prefixes ?? [])];
  if (state.bcast) {
    for (const prefix of state.prefixes.length > 0 ? state.prefixes : ['']) {
      if (!prefixes.includes(prefix)) prefixes.push(prefix);
      const entry = table.prefixes.get(prefix) ?? { clients: new Set<Client>(), changed: new Map() };
      entry.clients.add(client);
      table.prefixes.set(prefix, entry);
    }
  }
  client.tracking = { ...state, prefixes };
}

/** CLIENT TRACKING OFF, or the client is gone. Keys it read are forgotten when they change. */
export function disableTracking(client: Client): void {
  if (client.tracking === null) return;
  const table = client.server.tracking;
  for (const prefix of client.tracking.prefixes) {
    const entry = table.prefixes.get(prefix);
    entry?.clients.delete(client);
    if (entry?.clients.size === 0) table.prefixes.delete(prefix);
  }
  client.tracking = null;
  client.flags &= ~CLIENT_TRACKING;
  client.server.trackingClients--;
}

/** After a command that read keys: the client is remembered for each. */
export function trackingAfterCommand(client: Client, cmd: Command, argv: readonly Bytes[]): void {
  const server = client.server;
  const caller = server.scriptCaller ?? client;
  const state = caller.tracking;
  if (
    state !== null &&
    !state.bcast &&
    // Who waited was remembered when he began to; of a script only what it runs tells whether it reads.
    (client.flags & CLIENT_REEXECUTING) === 0 &&
    (cmd.flags & CMD_READONLY) !== 0 &&
    !/^(eval|fcall)/.test(cmd.name)
  ) {
    // A script that reads anything is taken to read all the keys that it was given.
    if (caller === client) rememberKeys(server, caller, state, cmd, argv);
    else rememberKeys(server, caller, state, caller.cmd as Command, caller.argv);
  }
  if (server.callDepth === 0) trackingHandlePendingKeyInvalidations(server);
}

function rememberKeys(
  server: Server,
  client: Client,
  state: TrackingState,
  cmd: Command,
  argv: readonly Bytes[],
): void {
  if ((state.optIn && !state.caching) || (state.optOut && state.caching)) return;
  if (cmd.aclCategories.includes('pubsub')) return;
  const table = server.tracking;
  for (const position of getKeyPositions(cmd, argv)) {
    const key = argv[position] as Bytes;
    const ids = table.keys.get(key) ?? new Set<number>();
    table.keys.set(key, ids);
    if (ids.has(client.id)) continue;
    ids.add(client.id);
    table.items++;
  }
}

/** A key changed: clients that may hold it are told. `client` made the change, null: the server. */
export function trackingInvalidateKey(
  server: Server,
  client: Client | null,
  key: Bytes,
  broadcast: boolean,
): void {
  const table = server.tracking;
  if (broadcast && table.prefixes.size > 0) {
    for (const [prefix, entry] of table.prefixes) if (key.startsWith(prefix)) entry.changed.set(key, client);
  }
  const ids = table.keys.get(key);
  if (ids === undefined) return;
  table.keys.delete(key);
  table.items -= ids.size;
  for (const id of ids) {
    const target = server.clientsById.get(id);
    if (target === undefined || target.tracking === null || target.tracking.bcast) continue;
    // Who runs a script made the changes of the script.
    if (target.tracking.noLoop && (target === client || target === server.currentClient)) continue;
    tell(target, target.tracking, [key]);
  }
}

/** Who runs a command hears of it behind the reply, which may contain the old value. */
function tell(client: Client, state: TrackingState, keys: readonly Bytes[] | null): void {
  const { server } = client;
  if (client === server.currentClient && server.callDepth > 0) server.tracking.pending.push([keys, state]);
  else sendTrackingMessage(client, state, keys);
}

/** What the running command invalidated for its own client. */
export function trackingHandlePendingKeyInvalidations(server: Server): void {
  const { currentClient, tracking } = server;
  const { pending } = tracking;
  if (pending.length === 0 || currentClient === null) return;
  tracking.pending = [];
  for (const [keys, state] of pending)
    sendTrackingMessage(currentClient, currentClient.tracking ?? state, keys);
}

/** Sends keys (null: everything) to a tracking client, or to the one it named. */
function sendTrackingMessage(client: Client, state: TrackingState, keys: readonly Bytes[] | null): void {
  const { redirect } = state;
  const target = redirect === 0 ? client : client.server.clientsById.get(redirect);
  if (target === undefined) {
    if (client.resp === 3) addPush(client, new Push(['tracking-redir-broken', redirect]));
    state.brokenRedirect = true;
    return;
  }
  const heard = redirect !== 0 && target.has(CLIENT_PUBSUB);
  const items = target.resp === 3 ? ['invalidate', keys] : heard && ['message', REDIRECT_CHANNEL, keys];
  if (items) addPush(target, new Push(items));
}

/** Any subscriber gets it, whatever he has subscribed to. */
const REDIRECT_CHANNEL = '__redis__:invalidate';

/** A database was emptied: clients forget everything. */
export function trackingInvalidateAll(server: Server): void {
  for (const client of server.trackingClients > 0 ? server.clients.values() : []) {
    if (client.tracking !== null) tell(client, client.tracking, null);
  }
  server.tracking.keys.clear();
  server.tracking.items = 0;
}

/** Before sleep: what changed beneath the prefixes of broadcast clients. */
export function trackingBroadcastInvalidationMessages(server: Server): void {
  for (const entry of server.tracking.prefixes.values()) {
    if (entry.changed.size === 0) continue;
    const changed = entry.changed;
    entry.changed = new Map();
    for (const client of entry.clients) {
      const keys = [...changed]
        .filter(([, by]) => client.tracking?.noLoop !== true || by !== client)
        .map(([key]) => key)
        .sort();
      if (keys.length > 0 && client.tracking) sendTrackingMessage(client, client.tracking, keys);
    }
  }
}

/** Forgets keys beyond tracking-table-max-keys; their readers are told as if the keys had changed. */
export function trackingLimitUsedSlots(server: Server): void {
  const limit = server.config.trackingTableMaxKeys;
  if (limit === 0) return;
  const table = server.tracking;
  while (table.keys.size > limit) {
    const [key] = table.keys.keys();
    trackingInvalidateKey(server, null, key as Bytes, false);
  }
}
