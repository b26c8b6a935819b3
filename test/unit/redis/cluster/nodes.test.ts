import { describe, expect, test } from 'vitest';
import { cloneGraph } from '#base/clone.ts';
import { nodeFlagNames, parseNodeFlags } from '#redis/cluster/flags.ts';
import { nodeAddress, type NodeAddress } from '#redis/cluster/gossip-section.ts';
import { normalizeIp, verifyClusterNodeId } from '#redis/cluster/nodes.ts';
import { NodeTable, type ClusterNode } from '#redis/cluster/node-table.ts';

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
  const at = (name: string, port = 0) => nodeAddress(name, '127.0.0.1', port, 0, 0);

  test('keeps moments apart, and reuses the rows of nodes that went', () => {
    const table = new NodeTable();
    const nodes = Array.from({ length: 40 }, (_, index) => {
      const node = table.create(at(String(index)), 1, 1000 + index);
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
    const fresh = table.create(at('fresh'), 2, 5);
    expect([fresh.row, fresh.pongReceived, fresh.ctime]).toEqual([gone.row, 0, 5]);
    table.add(fresh);
    table.rename(fresh, 'renamed');
    expect([table.find('fresh'), table.find('renamed'), table.find('7')]).toEqual([null, fresh, null]);
  });

  test('finds nodes of equal hash, and forgets each by itself', () => {
    const table = new NodeTable();
    const clash = (name: string): NodeAddress => ({ ...at(name), hash: 31 });
    const nodes = ['a', 'b', 'c', 'd'].map((name) => table.create(clash(name), 1, 0));
    for (const node of nodes) table.add(node);
    table.remove(nodes[1]!);
    const rows = ['a', 'b', 'c', 'd', 'e'].map((name) => table.rowOf(clash(name)));
    expect(rows).toEqual([nodes[0]!.row, -1, nodes[2]!.row, nodes[3]!.row, -1]);
  });

  test('shares the record of an address with who says the same, and with nobody else', () => {
    const table = new NodeTable();
    const node = table.create(at('a', 7000), 1, 0);
    table.add(node);
    const same = at('a', 7000);
    table.rowOf(same);
    expect(node.address).toBe(same);
    table.rowOf(at('a', 7001));
    expect(node.address).toBe(same);
    node.moveTo({ port: 7002 });
    expect([node.port, same.port, node.name]).toEqual([7002, 7000, 'a']);
  });

  test('is copied with all that refers to its nodes', () => {
    const table = new NodeTable();
    const [master, replica] = ['a', 'b'].map((name) => table.create(at(name), 1, 0)) as [
      ClusterNode,
      ClusterNode,
    ];
    for (const node of [master, replica]) table.add(node);
    replica.slaveof = master;
    master.slaves = [replica];
    master.failReports = new Map([[replica, 5]]);
    const copy = cloneGraph({ first: replica, table });
    const [one, other] = copy.table.list as [ClusterNode, ClusterNode];
    expect(copy.first).toBe(other);
    expect([other.slaveof, one.slaves, one.table]).toEqual([one, [other], copy.table]);
    expect(one.failReports?.get(other)).toBe(5);
    one.pingSent = 9;
    one.flags = 4;
    copy.table.remove(other);
    expect([master.pingSent, master.flags, table.size, table.find('b')]).toEqual([0, 1, 2, replica]);
    expect(copy.table.find('b')).toBe(null);
  });
});
