/* Why is it so, for what is no server's state: who answers for a slot, how a link is, what a client believes,
 * why a message was sent. Like why.ts it tells the rule, the values and the events that led there. */

import type { FeedEvent, Frame, PacketFrame } from '#sim/frame.ts';
import { linkBetween } from '#sim/link-frames.ts';
import { ownerBySlot } from '#app/stage/beliefs.ts';
import { staleRanges } from '#app/stage/client-map.ts';
import type { RuleName } from './rules.ts';
import type { WhyAnswer } from './why.ts';

const CHAIN_MAX = 6;

/** Whether a slot lies in what an event or a view tells as ranges. */
export function covers(ranges: unknown, slot: number): boolean {
  return (
    Array.isArray(ranges) &&
    ranges.some((range) => Array.isArray(range) && slot >= Number(range[0]) && slot <= Number(range[1]))
  );
}

/** Who answers for a slot, and who believes otherwise. */
export function whySlot(frame: Frame, events: readonly FeedEvent[], slot: number): WhyAnswer {
  const owner = frame.servers[ownerBySlot(frame.servers)[slot] ?? -1];
  const values: [string, string][] = [['owner', owner?.name ?? '–']];
  if (owner) values.push(['configEpoch', String(owner.configEpoch)], ['state', owner.state]);
  const nameOf = new Map(frame.servers.map(({ nodeId, name }) => [nodeId, name]));
  let open = false;
  for (const server of frame.servers) {
    for (const { slot: moving, nodeId } of server.migrating)
      if (moving === slot) values.push([`${server.name} migrating`, nameOf.get(nodeId) ?? nodeId]);
    for (const { slot: moving, nodeId } of server.importing)
      if (moving === slot) values.push([`${server.name} importing`, nameOf.get(nodeId) ?? nodeId]);
    open ||= [...server.migrating, ...server.importing].some((one) => one.slot === slot);
    const believed = server.view?.find((node) => covers(node.slots, slot));
    if (server.state === 'running' && server.view && believed?.name !== owner?.name)
      values.push([`${server.name} believes`, believed?.name ?? '–']);
  }
  const rule: RuleName = open ? 'setslot' : owner ? 'clusterUpdateSlotsConfigWith' : 'clusterUpdateState';
  const chain = events.filter(
    ({ event }) =>
      /^(SLOT_|PROMOTED|DIRTY_SLOT)/.test(event.type) &&
      (event['slot'] === slot || covers(event['slots'], slot)),
  );
  return { fact: 'slot', subject: String(slot), rule, values, chain: chain.slice(-CHAIN_MAX) };
}

/** How a link is, in both directions, and what its ends make of it. */
export function whyLink(
  frame: Frame,
  events: readonly FeedEvent[],
  { from, to }: { from: string; to: string },
): WhyAnswer {
  const values: [string, string][] = [];
  let usual = true;
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    const link = linkBetween(frame, one, other);
    usual &&= link === undefined;
    if (link?.cut) values.push([`${one} → ${other}`, 'cut']);
    else if (link) values.push([`${one} → ${other}`, `${link.latencyUs / 1000} ms, loss ${link.loss}`]);
    const view = frame.servers.find(({ name }) => name === one)?.view?.find(({ name }) => name === other);
    if (!view) continue;
    values.push([`${one}: bus link`, view.connected ? 'connected' : 'disconnected']);
    values.push([`${one}: ${other} is`, view.flags.filter((flag) => flag !== 'myself').join(',')]);
  }
  const ends = new Set([from, to]);
  const chain = events.filter(
    ({ who, event }) =>
      /^(PFAIL|PFAIL_CLEARED|REPL_LINK_DOWN|REPL_LINK_UP|HANDSHAKE_DONE)$/.test(event.type) &&
      ends.has(who) &&
      (event['name'] === undefined || ends.has(String(event['name']))),
  );
  const rule: RuleName = usual ? 'clusterCron' : 'signal';
  return { fact: 'link', subject: `${from} ↔ ${to}`, rule, values, chain: chain.slice(-CHAIN_MAX) };
}

/** How many ranges of a slot map are told. */
const RANGES_TOLD = 5;

/** What an application client believes of the slots, and how that came to be. */
export function whyClient(frame: Frame, events: readonly FeedEvent[], id: string): WhyAnswer | null {
  const client = frame.clients.find((one) => one.id === id);
  if (!client) return null;
  const stale = staleRanges(client.map, frame.servers);
  const values = stale
    .slice(0, RANGES_TOLD)
    .map(({ first, last, believes, truly }): [string, string] => [
      `${first}–${last}`,
      `${believes ?? '–'} ≠ ${truly ?? '–'}`,
    ]);
  const { refresh } = client.settings;
  if (refresh !== undefined) values.push(['refresh', String(refresh)]);
  values.push(['MOVED, ASK', String(client.redirects)]);
  const owners = new Set(stale.map(({ truly }) => truly));
  const chain = events.filter(
    ({ who, event }) => /^(SLOT_OWNER|PROMOTED)$/.test(event.type) && owners.has(who),
  );
  return {
    fact: 'client',
    subject: id,
    rule: 'clusterRedirectClient',
    values,
    chain: chain.slice(-CHAIN_MAX),
  };
}

/** Who sends which message by which rule, and which of the sender's events belong to it. */
const SENT_BY: Readonly<Record<string, { rule: RuleName; leading: RegExp }>> = {
  ping: { rule: 'clusterCron', leading: /^$/ },
  pong: { rule: 'clusterProcessPacket', leading: /^PROMOTED$/ },
  meet: { rule: 'clusterProcessPacket', leading: /^MEET$/ },
  fail: { rule: 'markNodeAsFailingIfNeeded', leading: /^(PFAIL|FAILURE_REPORT|FAIL)$/ },
  'auth-req': { rule: 'clusterHandleSlaveFailover', leading: /^(FAIL_RECEIVED|FAIL|ELECTION_|AUTH_REQUEST)/ },
  'auth-ack': { rule: 'clusterSendFailoverAuthIfNeeded', leading: /^VOTE_GRANTED$/ },
  update: { rule: 'clusterUpdateSlotsConfigWith', leading: /^UPDATE_SENT$/ },
  mfstart: { rule: 'clusterHandleManualFailover', leading: /^MFSTART$/ },
  publish: { rule: 'pubsubPublishMessage', leading: /^$/ },
  publishshard: { rule: 'pubsubPublishMessage', leading: /^$/ },
};

const SENT_BY_KIND: Readonly<Record<PacketFrame['kind'], { rule: RuleName; leading: RegExp }>> = {
  bus: { rule: 'clusterProcessPacket', leading: /^$/ },
  command: { rule: 'getNodeByQuery', leading: /^(MOVED|ASK)$/ },
  reply: { rule: 'getNodeByQuery', leading: /^(MOVED|ASK)$/ },
  stream: { rule: 'masterTryPartialResynchronization', leading: /^(FULLRESYNC|CONTINUE|REPL_LINK)/ },
  connect: { rule: 'clusterCron', leading: /^(REPL_LINK_DOWN|PFAIL)$/ },
};

/** Why a message was sent, other than a reply. */
export function whyMessage(packet: PacketFrame, events: readonly FeedEvent[]): WhyAnswer {
  const { rule, leading } = (packet.kind === 'bus' && SENT_BY[packet.label]) || SENT_BY_KIND[packet.kind];
  const chain = events.filter(
    ({ who, at, event }) => who === packet.from && at <= packet.sentAt && leading.test(event.type),
  );
  return {
    fact: 'message',
    subject: packet.from,
    rule,
    values: [
      [packet.kind, packet.label],
      ['to', packet.to],
      ['bytes', String(packet.bytes)],
    ],
    chain: chain.slice(-CHAIN_MAX),
  };
}
