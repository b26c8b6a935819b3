import { describe, expect, test } from 'vitest';
import { nodeFlagNames, parseNodeFlags } from '#redis/cluster/flags.ts';
import { normalizeIp, verifyClusterNodeId } from '#redis/cluster/nodes.ts';
import { NodeTable } from '#redis/cluster/state.ts';

describe('flags', () => {
  test('are printed in the order of Redis, and read back', () => {
    expect(nodeFlagNames(1 | 16)).toEqual(['myself', 'master']);
    expect(nodeFlagNames(2 | 8 | 512)).toEqual(['slave', 'fail', 'nofailover']);
    expect(nodeFlagNames(128 | 256)).toEqual(['noflags']);
    for (let flags = 0; flags < 128; flags++)
      expect(parseNodeFlags(nodeFlagNames(flags).join(','))).toBe(flags);
    expect(parseNodeFlags('master,wrong')).toBe(null);
  });
});

describe('addresses', () => {
  test('are literals of IPv4 or IPv6, nothing else', () => {
    const good = ['127.0.0.1', '0.0.0.0', '255.255.255.255', '::1', '::', 'fe80::1', '1:2:3:4:5:6:7:8'];
    const bad = [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '01.2.3.4',
      '1::2::3',
      '1:2:3:4:5:6:7',
      'g::1',
      ' 1.2.3.4',
    ];
    expect(good.filter((text) => normalizeIp(text) === null)).toEqual([]);
    expect(bad.filter((text) => normalizeIp(text) !== null)).toEqual([]);
  });
});

describe('ids', () => {
  test('have forty characters of a-z and 0-9', () => {
    expect(verifyClusterNodeId('z'.repeat(40))).toBe(true);
    for (const id of ['z'.repeat(39), 'z'.repeat(41), 'Z'.repeat(40), ''])
      expect(verifyClusterNodeId(id)).toBe(false);
  });
});

describe('the table of nodes', () => {
  test('keeps moments apart, and reuses the rows of nodes that went', () => {
    const table = new NodeTable();
    const nodes = Array.from({ length: 40 }, (_, index) => {
      const node = table.create(String(index), 1, 1000 + index);
      table.add(node);
      node.pongReceived = index;
      return node;
    });
    expect(nodes.map((node) => [node.ctime, node.pongReceived, node.failTime])).toEqual(
      nodes.map((_, index) => [1000 + index, index, 0]),
    );
    const gone = nodes[7]!;
    table.remove(gone);
    expect(table.size).toBe(39);
    expect(table.list.every((node, index) => node.index === index)).toBe(true);
    const fresh = table.create('fresh', 2, 5);
    expect([fresh.row, fresh.pongReceived, fresh.ctime]).toEqual([gone.row, 0, 5]);
    table.add(fresh);
    table.rename(fresh, 'renamed');
    expect([table.byName.has('fresh'), table.byName.get('renamed')]).toEqual([false, fresh]);
  });
});
