/* Publish and subscribe: channels, patterns and shard channels (after pubsub.c).
 *
 * Shard channels are channels of their own that belong to a hash slot; a server keeps them only while
 * it serves the slot. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { stringmatchlen } from '#base/glob.ts';
import {
  addPush,
  addReply,
  CLIENT_DENY_BLOCKING,
  CLIENT_FORCE_REPL,
  CLIENT_MULTI,
  CLIENT_PUBSUB,
  type Client,
} from './client.ts';
import { clusterPropagatePublish } from './cluster/index.ts';
import type { CommandProcs } from './command.ts';
import type { Command } from './command-table.ts';
import { help } from './help.ts';
import { ErrorReply, Push, type Reply } from './reply.ts';
import { consume, type Server } from './server.ts';

/** Subscribers of one kind by channel or pattern. */
export type Subscribers = Map<Bytes, Set<Client>>;

/** The three kinds, with the client's own list and the words of their replies. */
const KINDS = {
  channel: { subscribe: 'subscribe', unsubscribe: 'unsubscribe', own: 'channels', all: 'pubsubChannels' },
  pattern: { subscribe: 'psubscribe', unsubscribe: 'punsubscribe', own: 'patterns', all: 'pubsubPatterns' },
  shard: {
    subscribe: 'ssubscribe',
    unsubscribe: 'sunsubscribe',
    own: 'shardChannels',
    all: 'pubsubShardChannels',
  },
} as const;
type Kind = (typeof KINDS)[keyof typeof KINDS];

/** What a subscriber is told it has: shard channels are counted apart. */
function subscriptionCount(client: Client, kind: Kind): number {
  return kind === KINDS.shard ? client.shardChannels.size : client.channels.size + client.patterns.size;
}

function subscribeTo(client: Client, kind: Kind, name: Bytes): void {
  const all = client.server[kind.all];
  if (!client[kind.own].has(name)) {
    client[kind.own].add(name);
    const subscribers = all.get(name);
    if (subscribers === undefined) all.set(name, new Set([client]));
    else subscribers.add(client);
  }
  addReply(client, new Push([kind.subscribe, name, subscriptionCount(client, kind)]));
}

function unsubscribeFrom(client: Client, kind: Kind, name: Bytes, notify: boolean): void {
  const all = client.server[kind.all];
  if (client[kind.own].delete(name)) {
    const subscribers = all.get(name);
    subscribers?.delete(client);
    if (subscribers?.size === 0) all.delete(name);
  }
  if (notify) addReply(client, new Push([kind.unsubscribe, name, subscriptionCount(client, kind)]));
}

function unsubscribeFromAll(client: Client, kind: Kind, notify: boolean): void {
  const names = [...client[kind.own]];
  for (const name of names) unsubscribeFrom(client, kind, name, notify);
  if (names.length === 0 && notify) {
    addReply(client, new Push([kind.unsubscribe, null, subscriptionCount(client, kind)]));
  }
}

/** A subscriber that speaks RESP2 may do little else. */
function updatePubsubFlag(client: Client): void {
  const any = client.channels.size + client.patterns.size + client.shardChannels.size > 0;
  client.flags = any ? client.flags | CLIENT_PUBSUB : client.flags & ~CLIENT_PUBSUB;
}

function subscribeCommand(client: Client, argv: readonly Bytes[], kind: Kind): Reply | undefined {
  // A transaction may subscribe, for the sake of those who did so always, but not to shard channels.
  const allowed = (client.flags & CLIENT_MULTI) !== 0 && kind !== KINDS.shard;
  if (client.flags & CLIENT_DENY_BLOCKING && !allowed) {
    return new ErrorReply(
      `ERR ${(client.cmd as Command).fullName.toUpperCase()} isn't allowed for a DENY BLOCKING client`,
    );
  }
  for (const name of argv.slice(1)) subscribeTo(client, kind, name);
  updatePubsubFlag(client);
  return undefined;
}

function unsubscribeCommand(client: Client, argv: readonly Bytes[], kind: Kind): undefined {
  if (argv.length === 1) unsubscribeFromAll(client, kind, true);
  else for (const name of argv.slice(1)) unsubscribeFrom(client, kind, name, true);
  updatePubsubFlag(client);
  return undefined;
}

/** Delivers a message to this server's subscribers; returns how many got it. */
export function pubsubPublishMessage(
  server: Server,
  channel: Bytes,
  message: Bytes,
  sharded: boolean,
): number {
  const all = sharded ? server.pubsubShardChannels : server.pubsubChannels;
  let receivers = 0;
  const subscribers = all.get(channel);
  if (subscribers !== undefined) {
    const push = new Push([sharded ? 'smessage' : 'message', channel, message]);
    for (const client of subscribers) addPush(client, push);
    receivers += subscribers.size;
  }
  if (!sharded && server.pubsubPatterns.size > 0) {
    for (const [pattern, clients] of server.pubsubPatterns) {
      if (!stringmatchlen(pattern, channel)) continue;
      const push = new Push(['pmessage', pattern, channel, message]);
      for (const client of clients) addPush(client, push);
      receivers += clients.size;
    }
  }
  if (receivers > 0) consume(server, receivers * 0.5);
  return receivers;
}

function publish(client: Client, argv: readonly Bytes[], sharded: boolean): Reply {
  const server = client.server;
  const [channel, message] = [argv[1] as Bytes, argv[2] as Bytes];
  const receivers = pubsubPublishMessage(server, channel, message, sharded);
  if (server.cluster !== null) clusterPropagatePublish(server, channel, message, sharded);
  else client.flags |= CLIENT_FORCE_REPL;
  return receivers;
}

/** The client leaves: all its subscriptions end without a word. */
export function pubsubForgetClient(client: Client): void {
  if (client.channels.size + client.patterns.size + client.shardChannels.size === 0) return;
  for (const kind of Object.values(KINDS)) unsubscribeFromAll(client, kind, false);
  updatePubsubFlag(client);
}

/** This server serves the slot no more: subscribers of its shard channels are told so. */
export function removeChannelsInSlot(server: Server, slot: number): void {
  for (const [channel, clients] of [...server.pubsubShardChannels]) {
    if (keyHashSlot(channel) !== slot) continue;
    for (const client of [...clients]) {
      client.shardChannels.delete(channel);
      addPush(client, new Push(['sunsubscribe', channel, client.shardChannels.size]));
      updatePubsubFlag(client);
    }
    server.pubsubShardChannels.delete(channel);
  }
}

function channelList(subscribers: Subscribers, pattern: Bytes | undefined): Reply {
  return [...subscribers.keys()].filter((name) => pattern === undefined || stringmatchlen(pattern, name));
}

function subscriberCounts(subscribers: Subscribers, names: readonly Bytes[]): Reply {
  return names.flatMap((name) => [name, subscribers.get(name)?.size ?? 0]);
}

function channelsCommand(argv: readonly Bytes[], subscribers: Subscribers): Reply {
  return argv.length > 3
    ? new ErrorReply(`ERR unknown subcommand or wrong number of arguments for '${argv[1]}'. Try PUBSUB HELP.`)
    : channelList(subscribers, argv[2]);
}

export const pubsubCommands: CommandProcs = {
  subscribe: (client, argv) => subscribeCommand(client, argv, KINDS.channel),
  psubscribe: (client, argv) => subscribeCommand(client, argv, KINDS.pattern),
  ssubscribe: (client, argv) => subscribeCommand(client, argv, KINDS.shard),
  unsubscribe: (client, argv) => unsubscribeCommand(client, argv, KINDS.channel),
  punsubscribe: (client, argv) => unsubscribeCommand(client, argv, KINDS.pattern),
  sunsubscribe: (client, argv) => unsubscribeCommand(client, argv, KINDS.shard),
  publish: (client, argv) => publish(client, argv, false),
  spublish: (client, argv) => publish(client, argv, true),
  'pubsub|channels': (client, argv) => channelsCommand(argv, client.server.pubsubChannels),
  'pubsub|shardchannels': (client, argv) => channelsCommand(argv, client.server.pubsubShardChannels),
  'pubsub|numsub': (client, argv) => subscriberCounts(client.server.pubsubChannels, argv.slice(2)),
  'pubsub|shardnumsub': (client, argv) => subscriberCounts(client.server.pubsubShardChannels, argv.slice(2)),
  'pubsub|numpat': (client) => client.server.pubsubPatterns.size,
  'pubsub|help': help,
};
