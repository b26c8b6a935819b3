/* Every field of a bus packet with something in it that no server sends. What a real server makes of each is
 * written in the table, and a real one and a simulated one are both held to it. */

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AdminClient } from '#node/admin-client.ts';
import { encodeMessage, OFFSET } from '#redis/cluster/codec.ts';
import { gossipSection, type GossipEntry } from '#redis/cluster/gossip-section.ts';
import type { BusData, BusMessage } from '#redis/cluster/message.ts';
import { BusPeer } from './bus-peer.ts';
import { startOurServer, startRealServer, stopAll, type Running } from './processes.ts';

/** Answered like any PING; heard without a reply; dropped unread; or the connection ends. */
type Fate = 'answered' | 'heard' | 'dropped' | 'closed';

interface Case {
  readonly field: string;
  readonly fate: Fate;
  packet(peer: BusPeer, server: string): Uint8Array;
  /** How the sender stands in CLUSTER NODES afterwards: address, flags, master, epoch, slots. */
  readonly line?: string;
  /** Nodes that the server knows besides. */
  readonly others?: readonly string[];
  readonly epoch?: number;
  /** What the log says. */
  readonly says?: string;
}

const WELL = '127.0.0.1:7999@C master - 0';
const OTHER = 'd'.repeat(40);
const ALL_SLOTS = new Uint8Array(2048).fill(255);

/** Writes `values` into a packet. */
function put(packet: Uint8Array, at: number, ...values: number[]): Uint8Array {
  const copy = packet.slice();
  copy.set(values, at);
  return copy;
}

/** Cuts or lengthens a packet, and lets it say so. */
function resized(packet: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(packet.subarray(0, length));
  return put(copy, OFFSET.totlen, 0, 0, length >> 8, length & 255);
}

const ping =
  (change: Partial<BusMessage>) =>
  (peer: BusPeer): Uint8Array =>
    encodeMessage({ ...peer.message(0), ...change });
const raw =
  (at: number, ...values: number[]) =>
  (peer: BusPeer): Uint8Array =>
    put(ping({})(peer), at, ...values);
const about =
  (...entries: Partial<GossipEntry>[]) =>
  (peer: BusPeer): Uint8Array =>
    encodeMessage(peer.message(0, { kind: 'gossip', section: gossipSection(entries.map(entry)) }));
const named =
  (hostname: string, at = 0, ...values: number[]) =>
  (peer: BusPeer): Uint8Array => {
    const data: BusData = { kind: 'gossip', section: gossipSection([]), hostname };
    return put(encodeMessage({ ...peer.message(0, data), mflags: 4 }), at, ...values);
  };
const other =
  (type: number, data: BusData) =>
  (peer: BusPeer): Uint8Array =>
    encodeMessage(peer.message(type, data));

function entry(change: Partial<GossipEntry>): GossipEntry {
  return {
    nodename: OTHER,
    pingSent: 0,
    pongReceived: 0,
    ip: '127.0.0.9',
    port: 7001,
    cport: 17001,
    flags: 1,
    pport: 0,
    ...change,
  };
}

const UPDATE = { kind: 'update', configEpoch: 9, slots: ALL_SLOTS } as const;
const PUBLISH: BusData = { kind: 'publish', channel: 'c', message: 'm' };
const MODULE: BusData = { kind: 'module', id: 1n, type: 1, payload: 'x' };
const FAR = 0x7fff_ffff;
const { data: DATA } = OFFSET;

const CASES: readonly Case[] = [
  { field: 'sig', fate: 'closed', packet: raw(0, 88), says: 'Bad message length or signature' },
  { field: 'totlen 0', fate: 'closed', packet: raw(4, 0, 0, 0, 0) },
  { field: 'totlen 2255', fate: 'closed', packet: raw(4, 0, 0, 8, 0xcf) },
  { field: 'ver 0', fate: 'dropped', packet: raw(8, 0, 0) },
  { field: 'ver 2', fate: 'dropped', packet: raw(8, 0, 2) },
  { field: 'port 0', fate: 'answered', packet: ping({ port: 0 }), line: '127.0.0.1:0@C master - 0' },
  { field: 'port', fate: 'answered', packet: ping({ port: 65535 }), line: '127.0.0.1:65535@C master - 0' },
  { field: 'type 11', fate: 'heard', packet: raw(12, 0, 11), says: 'Received unknown packet type: 11' },
  { field: 'type', fate: 'heard', packet: raw(12, 255, 255), says: 'Received unknown packet type: 65535' },
  { field: 'count 1', fate: 'dropped', packet: raw(14, 0, 1), says: 'gossip count 1 that exceeds' },
  { field: 'count', fate: 'dropped', packet: raw(14, 255, 255), says: 'gossip count 65535 that exceeds' },
  { field: 'currentEpoch', fate: 'answered', packet: ping({ currentEpoch: FAR }), epoch: FAR },
  {
    field: 'configEpoch',
    fate: 'answered',
    packet: ping({ configEpoch: 77 }),
    line: '127.0.0.1:7999@C master - 77',
    epoch: 1,
  },
  { field: 'offset', fate: 'answered', packet: raw(32, ...new Array<number>(8).fill(255)) },
  { field: 'sender zero', fate: 'answered', packet: raw(40, ...new Array<number>(40).fill(0)) },
  { field: 'sender', fate: 'answered', packet: raw(40, ...new Array<number>(40).fill(200)) },
  { field: 'myslots', fate: 'answered', packet: ping({ myslots: ALL_SLOTS }), line: `${WELL} 0-16383` },
  {
    field: 'slaveof of a stranger',
    fate: 'answered',
    packet: ping({ slaveof: OTHER }),
    line: '127.0.0.1:7999@C slave - 0',
  },
  {
    field: 'slaveof that begins with a zero byte',
    fate: 'answered',
    packet: raw(OFFSET.slaveof + 1, 65, 66),
    line: '127.0.0.1:7999@C slave - 0',
  },
  {
    field: 'slaveof of the server, with slots',
    fate: 'answered',
    packet: (peer, server) => ping({ slaveof: server, myslots: ALL_SLOTS })(peer),
    line: '127.0.0.1:7999@C slave SERVER 1',
  },
  {
    field: 'myip',
    fate: 'answered',
    packet: ping({ myip: 'not an ip' }),
    line: 'not an ip:7999@C master - 0',
  },
  {
    field: 'myip without end',
    fate: 'answered',
    packet: raw(OFFSET.myip, ...new Array<number>(46).fill(65)),
    line: `${'A'.repeat(45)}:7999@C master - 0`,
  },
  { field: 'extensions without the flag', fate: 'answered', packet: raw(OFFSET.extensions, 0, 1) },
  { field: 'notused1', fate: 'answered', packet: raw(OFFSET.notused1, ...new Array<number>(30).fill(255)) },
  { field: 'pport', fate: 'answered', packet: ping({ pport: 65535 }) },
  { field: 'cport 0', fate: 'answered', packet: ping({ cport: 0 }), line: '127.0.0.1:7999@0 master - 0' },
  { field: 'flags 0', fate: 'answered', packet: ping({ flags: 0 }) },
  {
    field: 'flags',
    fate: 'answered',
    packet: ping({ flags: 65535 }),
    line: '127.0.0.1:7999@C master,nofailover - 0',
  },
  { field: 'flags of a replica without master', fate: 'answered', packet: ping({ flags: 18 }) },
  { field: 'state', fate: 'answered', packet: ping({ state: 255 }) },
  { field: 'mflags', fate: 'answered', packet: raw(OFFSET.mflags, 255, 255, 255) },
  { field: 'hostname', fate: 'answered', packet: named('a b'), line: '127.0.0.1:7999@C,a b master - 0' },
  {
    field: 'extension of an unknown type',
    fate: 'answered',
    packet: named('abc', DATA + 4, 0, 9),
    says: 'Received unknown extension type 9',
  },
  {
    field: 'extension of length 0',
    fate: 'dropped',
    packet: named('abc', DATA, 0, 0, 0, 0),
    says: 'without proper padding (0 bytes)',
  },
  {
    field: 'extension of length 12',
    fate: 'dropped',
    packet: named('abc', DATA, 0, 0, 0, 12),
    says: 'without proper padding (12 bytes)',
  },
  {
    field: 'extension of length 24',
    fate: 'dropped',
    packet: named('abc', DATA, 0, 0, 0, 24),
    says: 'extension data that exceeds total packet length (2272)',
  },
  {
    field: 'extension of length 65552',
    fate: 'answered',
    packet: named('abc', DATA, 0, 1, 0, 16),
    line: '127.0.0.1:7999@C,abc master - 0',
  },
  {
    field: 'extension without end',
    fate: 'dropped',
    packet: named('abcdefg', DATA + 15, 65),
    says: 'missing null terminator in extension type 0',
  },
  {
    field: 'two extensions of which one is there',
    fate: 'dropped',
    packet: named('abc', OFFSET.extensions, 0, 2),
  },
  {
    field: 'more data than it says',
    fate: 'dropped',
    packet: (peer) => resized(ping({})(peer), 2264),
    says: 'of length 2264 but expected length 2256',
  },
  {
    field: 'gossip of a stranger',
    fate: 'answered',
    packet: about({}),
    others: [`${OTHER} 127.0.0.9:7001@17001 master - 0`],
  },
  { field: 'gossip of one without address', fate: 'answered', packet: about({ flags: 65 }), others: [] },
  {
    field: 'gossip without flags',
    fate: 'answered',
    packet: about({ flags: 0 }),
    others: [`${OTHER} 127.0.0.9:7001@17001 noflags - 0`],
  },
  {
    field: 'gossip of a failed one',
    fate: 'answered',
    packet: about({ flags: 9 }),
    others: [`${OTHER} 127.0.0.9:7001@17001 master,fail - 0`],
  },
  {
    field: 'gossip with a name that is none',
    fate: 'answered',
    packet: about({ nodename: `Z ?${'y'.repeat(37)}` }),
    others: [`Z ?${'y'.repeat(37)} 127.0.0.9:7001@17001 master - 0`],
  },
  {
    field: 'gossip with a short name',
    fate: 'answered',
    packet: about({ nodename: 'abc' }),
    others: [`abc${'\0'.repeat(37)} 127.0.0.9:7001@17001 master - 0`],
  },
  {
    field: 'gossip with an address that is none',
    fate: 'answered',
    packet: about({ ip: 'x y', port: 0, cport: 0 }),
    others: [`${OTHER} x y:0@0 master - 0`],
  },
  {
    field: 'gossip of one twice',
    fate: 'answered',
    packet: about({}, { port: 7002 }),
    others: [`${OTHER} 127.0.0.9:7001@17001 master - 0`],
  },
  {
    field: 'gossip that the server itself has failed',
    fate: 'answered',
    packet: (peer, server) => about({ nodename: server, flags: 9 })(peer),
    others: [],
  },
  {
    field: 'gossip that the sender has failed',
    fate: 'answered',
    packet: (peer) => about({ nodename: peer.id, flags: 9 })(peer),
    others: [],
  },
  {
    field: 'gossip of the far future',
    fate: 'answered',
    packet: about({ pingSent: 2 ** 32 - 1, pongReceived: 2 ** 32 - 1 }),
    others: [`${OTHER} 127.0.0.9:7001@17001 master - 0`],
  },
  {
    field: 'lengths of a message',
    fate: 'dropped',
    packet: (peer) => put(other(4, PUBLISH)(peer), DATA, 255, 255, 255, 255),
    says: 'of length 2266 but expected length 2264',
  },
  { field: 'failure of nobody', fate: 'heard', packet: other(3, { kind: 'fail', nodename: OTHER }) },
  {
    field: 'failure of the server',
    fate: 'heard',
    packet: (peer, server) => other(3, { kind: 'fail', nodename: server })(peer),
  },
  {
    field: 'failure of the sender',
    fate: 'heard',
    packet: (peer) => other(3, { kind: 'fail', nodename: peer.id })(peer),
    line: '127.0.0.1:7999@C master,fail - 0',
  },
  {
    field: 'failure that is too short',
    fate: 'dropped',
    packet: (peer) => resized(other(3, { kind: 'fail', nodename: OTHER })(peer), 2290),
    says: 'invalid fail packet of length 2290 but expected length 2296',
  },
  { field: 'update of nobody', fate: 'heard', packet: other(7, { ...UPDATE, nodename: OTHER }) },
  {
    field: 'update of the sender',
    fate: 'heard',
    packet: (peer) => other(7, { ...UPDATE, nodename: peer.id })(peer),
    line: '127.0.0.1:7999@C master - 9 0-16383',
  },
  {
    field: 'update of the server',
    fate: 'heard',
    packet: (peer, server) => other(7, { ...UPDATE, nodename: server })(peer),
    says: 'Discarding UPDATE message about myself.',
  },
  {
    field: 'update that is too short',
    fate: 'dropped',
    packet: (peer) => resized(other(7, { ...UPDATE, nodename: peer.id })(peer), 4344),
    says: 'invalid update packet of length 4344 but expected length 4352',
  },
  {
    field: 'request for a vote, too long',
    fate: 'dropped',
    packet: (peer) => resized(other(5, { kind: 'none' })(peer), 2257),
    says: 'invalid auth-req packet of length 2257 but expected length 2256',
  },
  { field: 'a vote nobody asked for', fate: 'heard', packet: other(6, { kind: 'none' }) },
  { field: 'a manual failover by a master', fate: 'heard', packet: other(8, { kind: 'none' }) },
  { field: 'module', fate: 'heard', packet: other(9, MODULE) },
  {
    field: 'length of what a module sends',
    fate: 'dropped',
    packet: (peer) => put(other(9, MODULE)(peer), DATA + 8, 0, 0, 0, 9),
    says: 'invalid module packet of length 2270 but expected length 2278',
  },
];

/** A number no other packet brings, in the last PING: by the answer to it one knows that all before is done. */
const MARK = 0x7fff_fffe;
const PATIENCE = { timeout: 60_000, interval: 20 };
const servers: { name: string; running: Running; admin: AdminClient }[] = [];

beforeAll(async () => {
  const options = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '600000' };
  for (const [name, begin] of [
    ['real', startRealServer],
    ['simulated', startOurServer],
  ] as const) {
    const running = await begin(options);
    servers.push({ name, running, admin: await AdminClient.open(running.port) });
  }
});

afterAll(async () => {
  for (const { admin } of servers) admin.close();
  await stopAll();
});

/** The lines of CLUSTER NODES but the server's own, without times and connections. */
async function nodes(admin: AdminClient, peer: BusPeer, server: string): Promise<string[]> {
  const text = await admin.text('CLUSTER', 'NODES');
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(server))
    .map((line) =>
      line
        .replace(peer.id, 'PEER')
        .replace(server, 'SERVER')
        .replace(`@${peer.cport}`, '@C')
        .replace(/ \d+ \d+ (\d+) (dis)?connected/, ' $1'),
    )
    .sort();
}

/** Sends the packet to a server that knows its sender and nobody else, and looks at what it does. */
async function check(one: Case, number: number, { admin, running }: (typeof servers)[number]): Promise<void> {
  await admin.call('CLUSTER', 'RESET', 'HARD');
  // Another epoch than the sender's, so that they do not collide.
  await admin.call('CLUSTER', 'BUMPEPOCH');
  const server = await admin.text('CLUSTER', 'MYID');
  const peer = await BusPeer.meet(running.port, number.toString(16).padStart(40, 'b'));
  try {
    const joined = async (): Promise<void> =>
      expect(await nodes(admin, peer, server)).toEqual([`PEER ${WELL}`]);
    await vi.waitFor(joined, PATIENCE);
    peer.settle();
    const logged = running.output().length;
    peer.send(one.packet(peer, server));
    if (one.fate === 'closed') await vi.waitFor(() => expect(peer.closed).toBe(true), PATIENCE);
    else if (one.fate === 'answered') await vi.waitFor(() => expect(peer.heard.length).toBe(1), PATIENCE);
    else {
      peer.send(encodeMessage({ ...peer.message(0), currentEpoch: MARK }));
      await vi.waitFor(
        () => expect(peer.heard.map(({ currentEpoch }) => currentEpoch)).toEqual([MARK]),
        PATIENCE,
      );
    }
    const [line, ...others] = (await nodes(admin, peer, server)).sort((a) => (a.startsWith('PEER') ? -1 : 1));
    expect(line).toBe(`PEER ${one.line ?? WELL}`);
    expect(others).toEqual(one.others ?? []);
    if (one.epoch !== undefined)
      expect(await admin.text('CLUSTER', 'INFO')).toContain(`cluster_current_epoch:${one.epoch}\r\n`);
    if (one.field === 'offset')
      expect(JSON.stringify(await admin.call('CLUSTER', 'SHARDS'))).toContain('"replication-offset",-1,');
    const said = one.says;
    if (said !== undefined)
      await vi.waitFor(() => expect(running.output().slice(logged)).toContain(said), PATIENCE);
  } finally {
    peer.end();
  }
}

test.each(CASES.map((one, number) => [one.field, one, number] as const))(
  '%s',
  async (_, one, number) => {
    expect(servers.map(({ name }) => name)).toEqual(['real', 'simulated']);
    for (const server of servers) await check(one, number + 1, server);
  },
  300_000,
);
