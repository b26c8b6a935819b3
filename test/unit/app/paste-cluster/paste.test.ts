/* Pasted output of real clusters (Redis 7.0.15, test/fixtures/pasted): what is read, what is found, and that
 * no text does harm. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findingsOf } from '#app/paste-cluster/findings.ts';
import { MOST_NODES, parseCluster } from '#app/paste-cluster/parse.ts';
import { pastedFrame } from '#app/paste-cluster/pasted-frame.ts';
import { sceneOf } from '#app/stage/scene.ts';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/pasted');
const read = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
const found = (text: string): [string, string, string][] =>
  findingsOf(parseCluster(text)).map(({ kind, detail, nodes }) => [kind, detail, nodes.join(' ')]);

const id = (digit: number): string => String(digit).repeat(40);
const node = (n: number, flags: string, rest: string, master = '-', epoch = n): string =>
  `${id(n)} 10.0.0.${n}:6379@16379 ${flags} ${master} 0 0 ${epoch} connected ${rest}`;

describe('a real cluster', () => {
  test('that is healthy is read whole and nothing is found', () => {
    const text = `127.0.0.1:7000> CLUSTER NODES\n${read('nodes.txt')}127.0.0.1:7000> CLUSTER INFO\n${read('info.txt')}`;
    const cluster = parseCluster(text);
    expect(cluster.nodes.map(({ port }) => port).sort()).toEqual([7000, 7001, 7002, 7003, 7004, 7005]);
    expect(cluster.nodes.find(({ port }) => port === 7000)).toMatchObject({
      id: '6e259e9dda5ac006373253155045f231b8f39576',
      flags: ['myself', 'master'],
      configEpoch: 1,
      slots: [[0, 5460]],
    });
    expect(cluster.info.get('cluster_state')).toBe('ok');
    expect(found(text)).toEqual([]);
  });

  test('with colours from a terminal is read as well', () => {
    const cluster = parseCluster(read('check-colour.txt'));
    expect(cluster.nodes.length).toBe(6);
    expect(cluster.nodes.filter(({ masterId }) => masterId !== null).length).toBe(3);
  });

  test('with slots that nobody serves', () => {
    expect(found(read('check-uncovered.txt'))).toEqual([['uncovered', '300-301', '']]);
  });

  test('with a slot under way, and with one that was left half open', () => {
    expect(found(read('check-open.txt'))).toEqual([['open', '5061', '127.0.0.1:7000 127.0.0.1:7001']]);
    expect(found(read('check-importing-only.txt')).map(([kind]) => kind)).toContain('half-open');
  });

  test('with a master that has failed and was replaced', () => {
    expect(found(read('nodes-failed.txt')).map(([kind, , nodes]) => [kind, nodes])).toEqual([
      ['fail', '127.0.0.1:7002'],
      ['no-replica', '127.0.0.1:7005'],
    ]);
  });

  test('becomes a frame that the stage draws', () => {
    const frame = pastedFrame(parseCluster(read('nodes-failed.txt')));
    const seating = reseat(EMPTY_SEATING, frame);
    const options = { width: 700, height: 460, scale: 1, lens: null, selection: null, moved: new Map() };
    const scene = sceneOf(frame, { ...options, seating });
    expect(scene.covered).toBe(16384);
    expect(scene.nodes.map(({ name }) => name).sort()).toEqual(frame.servers.map(({ name }) => name).sort());
    expect(scene.anomalies.map(({ kind }) => kind)).toContain('down');
  });
});

describe('what is wrong', () => {
  test('masters with one epoch, slots claimed twice, no majority', () => {
    const text = [
      node(1, 'myself,master', '0-9000', '-', 4),
      node(2, 'master,fail?', '9000-12000', '-', 4),
      node(3, 'master,fail', '12001-16383'),
    ].join('\n');
    expect(found(text).map(([kind, detail]) => [kind, detail])).toEqual([
      ['no-majority', '2/3'],
      ['overlap', '9000'],
      ['fail', '1'],
      ['pfail', '1'],
      ['epochs', '4'],
      ['no-replica', '2'],
    ]);
  });

  test('open slots in CLUSTER NODES, a replica beside its master, a replica of nobody', () => {
    const text = [
      `${node(1, 'myself,master', '0-16383')} [93->-${id(2)}] [94-<-${id(2)}]`,
      `${id(4)} 10.0.0.1:6380@16380,host,shard slave ${id(1)} 0 0 1 connected`,
      node(5, 'slave', '', id(9)),
    ].join('\\n');
    const cluster = parseCluster(text);
    expect(cluster.nodes[0]?.migrating).toEqual([{ slot: 93, nodeId: id(2) }]);
    expect(cluster.nodes[1]?.hostname).toBe('host');
    expect(found(text).map(([kind]) => kind)).toEqual(['open', 'lost-replica', 'same-host', 'few-masters']);
  });

  test('two nodes that were asked and do not agree', () => {
    const text = [node(1, 'myself,master', '0-16383'), node(1, 'master,fail', '0-9', '-', 2)].join('\n');
    expect(parseCluster(text)).toMatchObject({ disagree: [id(1)], nodes: [{ slots: [[0, 9]] }] });
  });
});

describe('any text', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(...read('nodes.txt').split('\n'), ...read('check-open.txt').split('\n')),
    fc.constantFrom(
      ' ',
      '\n',
      '[',
      ']',
      '->-',
      id(1),
      '99999',
      'M: ',
      'slots:',
      ',',
      'fail',
      '@',
      '-1',
      '16384',
    ),
  );
  test('is read without trouble, and what is read can be drawn', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.constantFrom('', ' ', '\n'), (pieces, glue) => {
        const cluster = parseCluster(pieces.join(glue));
        const frame = pastedFrame(cluster);
        const seating = reseat(EMPTY_SEATING, frame);
        const options = { width: 700, height: 460, scale: 1, lens: null, selection: null, moved: new Map() };
        expect(sceneOf(frame, { ...options, seating }).nodes.length).toBe(cluster.nodes.length);
        for (const { nodes, lesson } of findingsOf(cluster)) {
          expect(nodes.length).toBeLessThanOrEqual(cluster.nodes.length);
          expect(lesson).toMatch(/^\d\d-/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('that is enormous is cut, and says so', () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => {
      const name = n.toString(16).padStart(40, '0');
      return `${name} 10.0.0.1:${1000 + (n % 50_000)}@1 master - 0 0 ${n} connected`;
    });
    const cluster = parseCluster(lines.join('\n'));
    expect(cluster.nodes.length).toBe(MOST_NODES);
    expect(cluster.cut).toBe(true);
    expect(parseCluster('x'.repeat(9_000_000)).nodes).toEqual([]);
  });
});
