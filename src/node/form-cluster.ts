/* Makes one cluster of empty servers: the steps of `redis-cli --cluster create`, in its order, for servers
 * on this machine. The first servers become masters and share the slots evenly; server masters+i
 * replicates master i. */

import { setTimeout as sleep } from 'node:timers/promises';
import { CLUSTER_SLOTS } from '#base/crc16.ts';
import { AdminClient } from './admin-client.ts';

/** How often the servers are asked whether they have agreed. */
const pollMs = 50;

/** Forms the cluster and waits until every server sees it whole. Throws when that takes longer than
 *  `limitMs`. */
export async function formCluster(ports: readonly number[], masters: number, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  const clients = await Promise.all(ports.map((port) => AdminClient.open(port)));
  try {
    const [first] = clients as [AdminClient];
    for (const [at, client] of clients.entries()) {
      if (at < masters) await client.call('CLUSTER', 'ADDSLOTSRANGE', ...slotRange(at, masters));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1);
    }
    for (const client of clients.slice(1))
      await client.call('CLUSTER', 'MEET', '127.0.0.1', ports[0] as number);
    await until(deadline, clients, async (client) => {
      const info = await client.text('CLUSTER', 'INFO');
      return (
        info.includes(`cluster_known_nodes:${ports.length}\r\n`) &&
        !(await nodesOf(client)).includes('handshake')
      );
    });
    for (const [at, client] of clients.entries()) {
      if (at < masters) continue;
      const master = clients[(at - masters) % masters] as AdminClient;
      await client.call('CLUSTER', 'REPLICATE', await master.text('CLUSTER', 'MYID'));
    }
    await until(deadline, clients, (client) => isSettled(client, masters, ports.length));
    await first.call('PING');
  } finally {
    for (const client of clients) client.close();
  }
}

/** First and last slot of master number `at`, rounded as redis-cli rounds. */
function slotRange(at: number, masters: number): [number, number] {
  const share = CLUSTER_SLOTS / masters;
  const edge = (number: number): number => Math.round(number * share);
  return [edge(at), at === masters - 1 ? CLUSTER_SLOTS - 1 : edge(at + 1) - 1];
}

async function nodesOf(client: AdminClient): Promise<string> {
  return await client.text('CLUSTER', 'NODES');
}

/** The cluster is whole in this server's eyes: state ok, every role known, and, on a replica, its data
 *  is there. */
async function isSettled(client: AdminClient, masters: number, total: number): Promise<boolean> {
  if (!(await client.text('CLUSTER', 'INFO')).includes('cluster_state:ok')) return false;
  const lines = (await nodesOf(client)).trim().split('\n');
  const replicas = lines.filter((line) => /\bslave\b/.test(line.split(' ')[2] as string)).length;
  if (replicas !== total - masters) return false;
  const info = await client.text('INFO', 'replication');
  return info.includes('role:master') || info.includes('master_link_status:up');
}

async function until(
  deadline: number,
  clients: readonly AdminClient[],
  holds: (client: AdminClient) => Promise<boolean>,
): Promise<void> {
  for (const client of clients) {
    while (!(await holds(client))) {
      if (Date.now() > deadline) throw new Error('The servers did not form a cluster in time.');
      await sleep(pollMs);
    }
  }
}
