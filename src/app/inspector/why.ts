/* Why is it so? For a server's state, or an event, or a reply: the rule that made it, the values the
 * rule used, and the events that led there. Everything comes from the frame and the events; where
 * the page has not seen the cause (it was not there yet), the chain is simply shorter. */

import type { FeedEvent, Frame, PacketFrame, ServerFrame } from '#sim/frame.ts';
import { textOf } from '#app/feed/narrate.ts';
import { healthOf, opinions } from '#app/stage/beliefs.ts';
import { isElecting } from '#app/stage/node-marks.ts';
import type { RuleName } from './rules.ts';

export type Fact =
  | 'fail'
  | 'pfail'
  | 'down'
  | 'paused'
  | 'loading'
  | 'electing'
  | 'clusterdown'
  | 'promoted'
  | 'replica'
  | 'master'
  | 'empty'
  | 'linkdown'
  | 'reply'
  | 'event'
  | 'slot'
  | 'link'
  | 'client'
  | 'message';

/** What a server's own state can be. */
type StateFact = Exclude<Fact, 'reply' | 'event' | 'slot' | 'link' | 'client' | 'message'>;

export interface WhyAnswer {
  /** What is explained, and of whom. */
  fact: Fact;
  subject: string;
  rule: RuleName;
  /** Names as Redis has them, with their values. */
  values: [string, string][];
  /** Oldest first. */
  chain: FeedEvent[];
}

const CHAIN_MAX = 9;

/** The rule behind each type of event. */
const EVENT_RULES: Readonly<Record<string, RuleName>> = {
  PFAIL: 'clusterCron',
  PFAIL_CLEARED: 'clusterCron',
  FAILURE_REPORT: 'clusterProcessGossipSection',
  FAIL: 'markNodeAsFailingIfNeeded',
  FAIL_RECEIVED: 'clusterProcessPacket',
  FAIL_CLEARED: 'clearNodeFailureIfNeeded',
  ELECTION_SCHEDULED: 'clusterHandleSlaveFailover',
  ELECTION_DELAYED: 'clusterGetSlaveRank',
  CANT_FAILOVER: 'clusterHandleSlaveFailover',
  AUTH_REQUEST: 'clusterHandleSlaveFailover',
  VOTE_GRANTED: 'clusterSendFailoverAuthIfNeeded',
  VOTE_DENIED: 'clusterSendFailoverAuthIfNeeded',
  VOTE_RECEIVED: 'clusterHandleSlaveFailover',
  PROMOTED: 'clusterFailoverReplaceYourMaster',
  ROLE_CHANGED: 'clusterSetMaster',
  EPOCH: 'currentEpoch',
  CONFIG_EPOCH_COLLISION: 'clusterHandleConfigEpochCollision',
  UPDATE_SENT: 'clusterUpdateSlotsConfigWith',
  UPDATE_RECEIVED: 'clusterUpdateSlotsConfigWith',
  SLOT_OWNER: 'clusterUpdateSlotsConfigWith',
  SLOT_MIGRATING: 'setslot',
  SLOT_IMPORTING: 'setslot',
  SLOT_STABLE: 'setslot',
  CLUSTER_STATE: 'clusterUpdateState',
  MFSTART: 'clusterHandleManualFailover',
  MF_PAUSED: 'clusterHandleManualFailover',
  MF_READY: 'clusterHandleManualFailover',
  MF_TIMEOUT: 'clusterHandleManualFailover',
  REPLICA_MIGRATION: 'clusterHandleSlaveMigration',
  FULLRESYNC: 'masterTryPartialResynchronization',
  CONTINUE: 'masterTryPartialResynchronization',
  REPL_LINK_UP: 'masterTryPartialResynchronization',
  REPL_LINK_DOWN: 'masterTryPartialResynchronization',
  MEET: 'clusterProcessPacket',
  NODE_ADDED: 'clusterProcessGossipSection',
  ADDRESS_UPDATED: 'nodeUpdateAddressIfNeeded',
};

/** Events that can lead to each fact. */
const LEADING: Readonly<Record<StateFact, RegExp>> = {
  fail: /^(PFAIL|FAILURE_REPORT|FAIL|FAIL_RECEIVED|FAULT|REPL_LINK_DOWN)$/,
  pfail: /^(PFAIL|FAILURE_REPORT|FAULT)$/,
  down: /^(FAULT|PROCESS|EXIT)/,
  paused: /^(FAULT|PROCESS)/,
  loading: /^(FAULT|PROCESS|LOADING)/,
  electing:
    /^(FAIL|FAIL_RECEIVED|ELECTION_SCHEDULED|ELECTION_DELAYED|AUTH_REQUEST|VOTE_GRANTED|VOTE_DENIED|VOTE_RECEIVED|CANT_FAILOVER)$/,
  clusterdown: /^(FAIL|FAIL_RECEIVED|CLUSTER_STATE)$/,
  promoted:
    /^(FAIL|FAIL_RECEIVED|ELECTION_SCHEDULED|AUTH_REQUEST|VOTE_GRANTED|VOTE_RECEIVED|PROMOTED|MF_READY)$/,
  replica: /^(ROLE_CHANGED|FULLRESYNC|CONTINUE|REPL_LINK_UP|REPLICA_MIGRATION|UPDATE_RECEIVED)$/,
  master: /^(ROLE_CHANGED|PROMOTED|SLOT_OWNER|EPOCH)$/,
  empty: /^(ROLE_CHANGED|SLOT_OWNER|HANDSHAKE_DONE|MEET)$/,
  linkdown: /^(REPL_LINK_DOWN|REPL_LINK_UP|FULLRESYNC|CONTINUE|FAULT)$/,
};

/** Why a server is as it is: its most striking state, by the truth or as `lens` believes. */
export function whyServer(
  frame: Frame,
  events: readonly FeedEvent[],
  name: string,
  lens: string | null,
): WhyAnswer | null {
  const server = frame.servers.find((one) => one.name === name);
  if (!server) return null;
  const fact = factOf(frame, server, lens, events);
  return {
    fact,
    subject: name,
    rule: ruleOf(fact),
    values: valuesOf(frame, server, fact, events),
    chain: chainFor(events, LEADING[fact], subjectsOf(frame, server, fact)),
  };
}

function factOf(
  frame: Frame,
  server: ServerFrame,
  lens: string | null,
  events: readonly FeedEvent[],
): StateFact {
  const seen = frame.servers
    .find((one) => one.name === lens)
    ?.view?.find((node) => node.name === server.name);
  if (seen) {
    const health = healthOf(seen.flags);
    if (health === 'fail' || health === 'pfail') return health;
  } else {
    const opinion = opinions(frame).get(server.name);
    if (opinion && opinion.fail > 0) return 'fail';
    if (opinion && opinion.pfail > 0) return 'pfail';
  }
  if (server.state !== 'running') return server.state;
  if (isElecting(server, frame.wallMs)) return 'electing';
  if (server.clusterEnabled && server.clusterState === 'fail') return 'clusterdown';
  if (server.role === 'replica') return server.replication.linkState === 'connected' ? 'replica' : 'linkdown';
  if (events.some((event) => event.event.type === 'PROMOTED' && event.who === server.name)) return 'promoted';
  return server.slots.length > 0 ? 'master' : 'empty';
}

function ruleOf(fact: StateFact): RuleName {
  const rules: Readonly<Record<typeof fact, RuleName>> = {
    fail: 'markNodeAsFailingIfNeeded',
    pfail: 'clusterCron',
    down: 'signal',
    paused: 'signal',
    loading: 'signal',
    electing: 'clusterHandleSlaveFailover',
    clusterdown: 'clusterUpdateState',
    promoted: 'clusterFailoverReplaceYourMaster',
    replica: 'clusterSetNodeAsMaster',
    master: 'clusterUpdateSlotsConfigWith',
    empty: 'clusterUpdateSlotsConfigWith',
    linkdown: 'masterTryPartialResynchronization',
  };
  return rules[fact];
}

/** Names that events about this fact may carry: the server, and for an election its failed master. */
function subjectsOf(frame: Frame, server: ServerFrame, fact: Fact): Set<string> {
  const names = new Set([server.name, server.nodeId]);
  if (fact === 'electing' || fact === 'promoted' || fact === 'linkdown') {
    const masterId = server.view?.find((node) => node.id === server.nodeId)?.masterId;
    const master = frame.servers.find(
      (one) => one.name === server.masterName || (masterId && one.nodeId === masterId),
    );
    if (master) names.add(master.name);
  }
  if (fact === 'clusterdown') for (const one of frame.servers) if (one.state === 'down') names.add(one.name);
  names.delete('');
  return names;
}

/** Events that everybody has sooner or later; two of each are enough to see the pattern. */
const REPEATED = /^(FAILURE_REPORT|FAIL_RECEIVED|PFAIL|VOTE_GRANTED|CLUSTER_STATE)$/;

/** The events about the subjects that lead to something, oldest first: since they were last well, each
 *  only once for each observer, and of the common ones two. */
function chainFor(events: readonly FeedEvent[], leading: RegExp, subjects: ReadonlySet<string>): FeedEvent[] {
  const about = events.filter((event) => mentions(event, subjects));
  const cleared = about.findLastIndex((event) => /^(FAIL_CLEARED|PFAIL_CLEARED)$/.test(event.event.type));
  const seen = new Map<string, number>();
  const out: FeedEvent[] = [];
  for (const event of about.slice(cleared + 1)) {
    const { type } = event.event;
    if (!leading.test(type)) continue;
    const byObserver = `${type} ${event.who}`;
    const count = seen.get(type) ?? 0;
    if (seen.has(byObserver) || (REPEATED.test(type) && count >= 2)) continue;
    seen.set(byObserver, 1);
    seen.set(type, count + 1);
    out.push(event);
  }
  return out.slice(-CHAIN_MAX);
}

function mentions({ who, event }: FeedEvent, subjects: ReadonlySet<string>): boolean {
  if (subjects.has(who)) return true;
  return ['name', 'node', 'server', 'to', 'from'].some((field) => {
    const value = event[field];
    return typeof value === 'string' && subjects.has(value);
  });
}

function valuesOf(
  frame: Frame,
  server: ServerFrame,
  fact: Fact,
  events: readonly FeedEvent[],
): [string, string][] {
  const values: [string, string][] = [];
  const add = (name: string, value: string | number) => values.push([name, String(value)]);
  const last = (type: string, about: string) =>
    events.findLast(
      (event) => event.event.type === type && (event.event['name'] === about || event.who === about),
    );
  const timeoutMs = Math.max(server.nodeTimeoutMs, ...frame.servers.map((one) => one.nodeTimeoutMs));
  if (fact === 'fail' || fact === 'pfail') {
    const event = last(fact === 'fail' ? 'FAIL' : 'PFAIL', server.name) ?? last('PFAIL', server.name);
    if (event) for (const [name, value] of fieldsOf(event)) add(name, value);
    const opinion = opinions(frame).get(server.name);
    if (opinion) add('PFAIL', `${opinion.pfail} / ${opinion.observers}`);
    if (opinion) add('FAIL', `${opinion.fail} / ${opinion.observers}`);
    add('cluster-node-timeout', `${timeoutMs} ms`);
  } else if (fact === 'electing' && server.election) {
    const { votes, needed, rank, epoch, authTimeMs, sent } = server.election;
    add('rank', rank);
    add('epoch', epoch);
    add(
      sent ? 'votes' : 'failover_auth_time',
      sent ? `${votes} / ${needed}` : `${Math.round(authTimeMs - frame.wallMs)} ms`,
    );
    add('cluster-node-timeout', `${timeoutMs} ms`);
  } else if (fact === 'clusterdown') {
    const event = last('CLUSTER_STATE', server.name);
    if (event) for (const [name, value] of fieldsOf(event)) add(name, value);
  } else if (fact === 'replica' || fact === 'linkdown') {
    add('master', server.masterName ?? '–');
    add('master_link', server.replication.linkState);
    add('offset', server.replication.offset);
  } else if (fact === 'master' || fact === 'promoted' || fact === 'empty') {
    add('configEpoch', server.configEpoch);
    add('currentEpoch', server.currentEpoch);
    add(
      'slots',
      server.slots.reduce((sum, [first, to]) => sum + to - first + 1, 0),
    );
  }
  return values;
}

/** Why an event happened. */
export function whyEvent(events: readonly FeedEvent[], seq: number): WhyAnswer | null {
  const at = events.findIndex((event) => event.seq === seq);
  const event = events[at];
  if (!event) return null;
  const about = event.event['name'];
  const subjects = new Set([event.who, ...(typeof about === 'string' ? [about] : [])]);
  const before = events.slice(0, at).filter((other) => Object.hasOwn(EVENT_RULES, other.event.type));
  return {
    fact: 'event',
    subject: event.who,
    rule:
      EVENT_RULES[event.event.type] ??
      (/^(FAULT|PROCESS|LINK)/.test(event.event.type) ? 'signal' : 'clusterProcessPacket'),
    values: fieldsOf(event),
    chain: [...chainFor(before, /./, subjects).slice(-(CHAIN_MAX - 1)), event],
  };
}

/** Why a reply is what it is; null for messages that are not replies. */
export function whyPacket(packet: PacketFrame, events: readonly FeedEvent[]): WhyAnswer | null {
  if (packet.kind !== 'reply') return null;
  return {
    fact: 'reply',
    subject: packet.from,
    rule: packet.label === 'ask' ? 'setslot' : 'getNodeByQuery',
    values: [['reply', packet.label]],
    chain: chainFor(events, /^(SLOT_|MOVED|ASK|CLUSTER_STATE|PROMOTED)/, new Set([packet.from])).slice(-4),
  };
}

/** An event's own fields, as names and values. */
function fieldsOf({ event }: FeedEvent): [string, string][] {
  return Object.entries(event)
    .filter(([name]) => name !== 'type' && name !== 'node')
    .map(([name, value]) => [name, typeof value === 'string' ? value : textOf(value)]);
}
