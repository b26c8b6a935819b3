import { whyReply } from '#app/inspector/replies.ts';
import { whyLink, whyMessage, whySlot } from '#app/inspector/why-more.ts';
import { describe, expect, test } from 'vitest';
import { chartOf } from '#app/inspector/charts-model.ts';
import { RULES, ruleText } from '#app/inspector/rules.ts';
import { diffViews, matrixOf } from '#app/inspector/views-model.ts';
import { whyEvent, whyPacket, whyServer } from '#app/inspector/why.ts';
import { Recorder } from '#app/timeline/recorder.ts';
import { describeMessage } from '#redis/cluster/describe.ts';
import { gossipSection } from '#redis/cluster/gossip-section.ts';
import type { FeedEvent } from '#sim/frame.ts';
import { clusterFrame, packet } from '#test/unit/app/stage/frames.ts';

const event = (seq: number, who: string, type: string, fields: Record<string, unknown> = {}): FeedEvent => ({
  seq,
  at: seq * 1000,
  who,
  event: { type, ...fields },
});

describe('who believes what', () => {
  test('each row is one server’s own word, and the disputed column is found', () => {
    const frame = clusterFrame(3);
    frame.servers[0]!.view = frame.servers[0]!.view!.map((node) =>
      node.name === '7002' ? { ...node, flags: ['master', 'fail?'] } : node,
    );
    frame.servers[4]!.state = 'down';
    const matrix = matrixOf(frame, 449);
    expect(matrix.rows[0]?.cells.map(({ state }) => state)).toEqual([
      'self',
      'ok',
      'pfail',
      'ok',
      'ok',
      'ok',
    ]);
    expect(matrix.rows[4]?.cells.every(({ state }) => state === 'silent')).toBe(true);
    expect(matrix.disputed).toEqual([false, false, true, false, false, false]);
    expect(matrix.rows[1]?.slotOwner).toBe('7000');
  });

  test('servers whose view is not in the frame have no row', () => {
    const frame = clusterFrame(20);
    expect(matrixOf(frame, null)).toMatchObject({ rows: [] });
  });

  test('two tables differ where they differ, and times do not count', () => {
    const frame = clusterFrame(3);
    const [one, other] = frame.servers;
    one!.view = one!.view!.map((node) => ({ ...node, pongReceivedMs: 5 }));
    expect(diffViews(one!, other!)).toEqual([]);
    one!.view = one!.view
      .filter((node) => node.name !== '7005')
      .map((node) => (node.name === '7002' ? { ...node, configEpoch: 9 } : node));
    expect(diffViews(one!, other!)).toEqual([
      { node: '7002', field: 'configEpoch', one: '9', other: '3' },
      { node: '7005', field: 'known', one: '–', other: '✓' },
    ]);
  });
});

describe('why', () => {
  test('a failed server is explained by the reports that led to it', () => {
    const frame = clusterFrame(3);
    for (const server of frame.servers) {
      server.view = server.view!.map((node) =>
        node.name === '7002' ? { ...node, flags: ['master', 'fail'] } : node,
      );
    }
    const events = [
      event(1, '7000', 'PFAIL', { name: '7001' }),
      event(2, '7000', 'PFAIL', { name: '7002', pingDelayMs: 5010 }),
      event(3, '7000', 'FAIL', { name: '7002', reports: 1, needed: 2 }),
    ];
    const answer = whyServer(frame, events, '7002', null);
    expect(answer).toMatchObject({ fact: 'fail', rule: 'markNodeAsFailingIfNeeded' });
    expect(answer?.values).toContainEqual(['needed', '2']);
    expect(answer?.chain.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  test('every state of a server has an answer with a rule', () => {
    const frame = clusterFrame(3, 1, 1);
    const [first, second, third, fourth] = frame.servers;
    first!.state = 'paused';
    second!.state = 'down';
    third!.clusterState = 'fail';
    fourth!.replication.linkState = 'connect';
    const facts = frame.servers.map(({ name }) => whyServer(frame, [], name, null)?.fact);
    expect(facts).toEqual(['paused', 'down', 'clusterdown', 'linkdown', 'replica', 'replica', 'empty']);
    for (const { name } of frame.servers) {
      expect(ruleText(whyServer(frame, [], name, null)!.rule, 'zh')).toBeTruthy();
    }
    expect(whyServer(frame, [], 'nobody', null)).toBeNull();
  });

  test('an event is explained by its rule and what went before', () => {
    const events = [
      event(1, '7005', 'FAIL_RECEIVED', { name: '7002' }),
      event(2, '7005', 'AUTH_REQUEST', { epoch: 8 }),
    ];
    expect(whyEvent(events, 2)).toMatchObject({
      rule: 'clusterHandleSlaveFailover',
      values: [['epoch', '8']],
    });
    expect(whyEvent(events, 2)?.chain.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(whyEvent(events, 3)).toBeNull();
    const taken = event(4, '7001', 'SLOT_OWNER', {
      name: '7001',
      slots: [
        [5461, 10922],
        [7, 7],
      ],
    });
    expect(whyEvent([taken], 4)?.values).toContainEqual(['slots', '5461-10922, 7']);
  });

  test('MOVED is led to by what its server learnt about that slot, and about no other', () => {
    const frame = clusterFrame(3);
    const events = [
      { who: '7000', slots: [[5461, 10922]], name: '7001' },
      { who: '7001', slots: [[10923, 16383]], name: '7002' },
      { who: '7000', slots: [[10923, 16383]], name: '7002' },
    ].map(({ who, ...rest }, seq) => ({ seq, at: seq, who, event: { type: 'SLOT_OWNER', ...rest } }));
    const answer = whyReply(frame, events, '7000', 'MOVED 12182 127.0.0.1:7002');
    expect(answer?.chain.map(({ seq }) => seq)).toEqual([2]);
    expect(answer?.values).toContainEqual(['owner', '7002']);
  });

  test('only replies are explained as replies', () => {
    expect(whyPacket(packet(1), [])).toBeNull();
    expect(whyPacket(packet(1, { kind: 'reply', label: 'ask' }), [])?.rule).toBe('setslot');
    expect(whyPacket(packet(1, { kind: 'reply', label: 'moved' }), [])?.rule).toBe('getNodeByQuery');
  });
});

describe('rules', () => {
  test('every rule that the packet inspector can name has words in both languages', () => {
    const base = {
      port: 7000,
      currentEpoch: 1,
      configEpoch: 1,
      offset: 0,
      sender: 'a'.repeat(40),
      myslots: new Uint8Array(2048),
      slaveof: '',
      myip: '',
      pport: 0,
      cport: 17000,
      flags: 1,
      state: 0,
      mflags: 0,
    };
    const slots = new Uint8Array(2048);
    const entry = {
      nodename: 'b'.repeat(40),
      pingSent: 0,
      pongReceived: 0,
      ip: '127.0.0.1',
      port: 1,
      cport: 2,
      flags: 1,
      pport: 0,
    };
    const messages = [
      { ...base, type: 0, data: { kind: 'gossip' as const, section: gossipSection([entry]), hostname: 'h' } },
      { ...base, type: 3, data: { kind: 'fail' as const, nodename: 'c'.repeat(40) } },
      { ...base, type: 4, data: { kind: 'publish' as const, channel: 'c', message: 'm' } },
      {
        ...base,
        type: 7,
        data: { kind: 'update' as const, configEpoch: 2, nodename: 'c'.repeat(40), slots },
      },
    ];
    const named = new Set(messages.flatMap((message) => describeMessage(message).map(({ rule }) => rule)));
    named.delete('');
    expect([...named].filter((rule) => !Object.hasOwn(RULES, rule))).toEqual([]);
    expect(
      Object.values(RULES).every(
        ({ en, zh, lesson }) => en.length > 20 && zh.length > 8 && /^\d\d$/.test(lesson),
      ),
    ).toBe(true);
  });

  test('a name that is no rule has no text', () => {
    expect(ruleText('constructor', 'en')).toBeNull();
    expect(ruleText('', 'zh')).toBeNull();
  });
});

describe('charts', () => {
  test('a line has no more points than pixels, and the value is that of the playhead', () => {
    const recorder = new Recorder();
    const frame = clusterFrame(3);
    for (let at = 0; at < 1000; at++) {
      recorder.accept({ ...frame, now: at * 100_000, ledger: { ...frame.ledger, acked: at, lost: at } });
    }
    const chart = chartOf(recorder.samples, 'lost', 50e6, 100, 30);
    expect(chart).toMatchObject({ now: 500, top: 999 });
    expect(chart?.path.split('L').length).toBeLessThanOrEqual(102);
    expect(chartOf([], 'lost', 0, 100, 30)).toBeNull();
  });
});

describe('why, beyond servers', () => {
  test('a slot names its owner, and those who believe otherwise', () => {
    const frame = clusterFrame(3);
    const answer = whySlot(frame, [], 100);
    expect(answer).toMatchObject({ fact: 'slot', subject: '100', chain: [] });
    expect(answer.values[0]).toEqual(['owner', '7000']);
    for (const node of frame.servers[1]!.view!) if (node.name === '7000') node.slots = [];
    expect(whySlot(frame, [], 100).values).toContainEqual(['7001 believes', '–']);
    frame.servers[0]!.migrating = [{ slot: 100, nodeId: frame.servers[2]!.nodeId }];
    expect(whySlot(frame, [], 100)).toMatchObject({ rule: 'setslot' });
    expect(whySlot(frame, [], 100).values).toContainEqual(['7000 migrating', '7002']);
  });

  test('a cut link was cut by somebody, a usual one is the cron’s', () => {
    const frame = clusterFrame(3);
    const ends = { from: '7000', to: '7001' };
    expect(whyLink(frame, [], ends).rule).toBe('clusterCron');
    frame.links = [{ ...ends, cut: true, latencyUs: 0, jitterUs: 0, loss: 0 }];
    expect(whyLink(frame, [], ends)).toMatchObject({ rule: 'signal' });
    expect(whyLink(frame, [], ends).values).toContainEqual(['7000 → 7001', 'cut']);
  });

  test('every kind of message has a rule', () => {
    for (const kind of ['bus', 'command', 'stream', 'connect'] as const)
      for (const label of ['ping', 'auth-req', 'update', 'get', 'repl', 'unheard-of'])
        expect(RULES).toHaveProperty(whyMessage(packet(1, { kind, label }), []).rule);
  });
});
