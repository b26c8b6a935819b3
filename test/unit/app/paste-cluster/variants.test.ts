/* What clusters of several versions and in several states print. The files in recorded/ were printed by
 * redis-server and redis-cli 7.0.15: three masters, one of them with a replica, one of them killed later. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingsOf, type Finding } from '#app/paste-cluster/findings.ts';
import { parseCluster } from '#app/paste-cluster/parse.ts';
import { nodesOfReply } from '#app/paste-cluster/parse-replies.ts';
import { pastedFrame } from '#app/paste-cluster/pasted-frame.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import { sceneOf } from '#app/stage/scene.ts';

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'recorded', `${name}.txt`), 'utf8');
const id = (letter: string): string => letter.repeat(40);
const kinds = (text: string): string[] => findingsOf(parseCluster(text)).map(({ kind }) => kind);
const found = (text: string, kind: string): Finding | undefined =>
  findingsOf(parseCluster(text)).find((one) => one.kind === kind);

describe('CLUSTER SLOTS and CLUSTER SHARDS', () => {
  test.each(['slots-tty', 'slots-raw', 'shards-tty', 'shards-raw'])(
    '%s names every master with its slots',
    (name) => {
      const { nodes } = parseCluster(recorded(name));
      const masters = nodes.filter(({ flags }) => flags.includes('master'));
      expect(masters.map(({ port, slots }) => [port, slots]).sort()).toEqual([
        [21700, [[0, 5460]]],
        [21701, [[5461, 10922]]],
        [21702, [[10923, 16383]]],
      ]);
      expect(masters.every(({ ip }) => ip === '127.0.0.1')).toBe(true);
      const replica = nodes.find(({ port }) => port === 21703);
      // It was loading: SLOTS leaves it out, SHARDS does not.
      expect(replica?.masterId ?? null).toBe(
        name.startsWith('shards') ? masters.find(({ port }) => port === 21700)?.id : null,
      );
    },
  );

  test('a dead master is told by SHARDS, and its slots are missed by a check', () => {
    expect(kinds(recorded('shards-fail'))).toContain('fail');
    expect(found(recorded('check-fail'), 'uncovered')).toMatchObject({
      detail: '5461-10922',
      lesson: '19-repair-shop',
    });
    expect(kinds(recorded('info-fail'))).toContain('state-fail');
  });

  test('garbage between the values and a reply cut anywhere do no harm', () => {
    const whole = recorded('shards-tty') + recorded('slots-tty');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), fc.string(), (one, other, noise) => {
        const text = `${whole.slice(0, one)}${noise}\n${whole.slice(other)}`;
        for (const node of nodesOfReply(text.split('\n'))) {
          expect(node.id).toMatch(/^[0-9a-f]{40}$/);
          for (const [first, last] of node.slots)
            expect(0 <= first && first <= last && last < 16_384).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('CLUSTER NODES', () => {
  test('of version 3, without bus ports, and of version 7, with hostnames', () => {
    const old = `${id('a')} 10.0.0.1:6379 myself,master - 0 0 1 connected 0-16383`;
    expect(parseCluster(old).nodes[0]).toMatchObject({ ip: '10.0.0.1', port: 6379, cport: 0 });
    const [named] = parseCluster(recorded('nodes-host')).nodes.filter(({ hostname }) => hostname !== '');
    expect(named).toMatchObject({ port: 21700, cport: 31700, hostname: 'one.example.org' });
  });

  test('with IPv6 addresses', () => {
    const line = `${id('a')} 2001:db8::7:6379@16379 myself,master - 0 0 1 connected 0-16383`;
    expect(parseCluster(line).nodes[0]).toMatchObject({ ip: '2001:db8::7', port: 6379, cport: 16_379 });
  });

  test('with a slot on its way, a node without an address, a handshake and a suspicion', () => {
    const text = [
      `${id('a')} 10.0.0.1:1@1 myself,master - 0 0 1 connected 0-5000 [93->-${id('b')}]`,
      `${id('b')} 10.0.0.2:1@1 master,fail? - 9 9 2 connected 5001-16383`,
      `${id('c')} :0@0 master,noaddr - 1 1 0 disconnected`,
      `${id('d')} 10.0.0.4:1@1 handshake - 0 0 0 connected`,
    ].join('\n');
    expect(kinds(text)).toEqual(
      expect.arrayContaining(['open', 'pfail', 'noaddr', 'handshake', 'no-majority']),
    );
    expect(found(text, 'noaddr')?.nodes).toEqual(['cccccccc…']);
    expect(found(text, 'open')).toMatchObject({ detail: '93', lesson: '06-ask-and-migration' });
  });
});

test('a pasted replica shows no lag, since nobody told its offsets', () => {
  const frame = pastedFrame(parseCluster(recorded('nodes-host')));
  const seating = reseat(EMPTY_SEATING, frame);
  const scene = sceneOf(frame, {
    width: 600,
    height: 420,
    scale: 1,
    lens: null,
    selection: null,
    seating,
    moved: new Map(),
  });
  expect(scene.nodes.find(({ name }) => name === '21703')).toMatchObject({ role: 'replica', lagBytes: null });
});
