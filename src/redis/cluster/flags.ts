/* The names of node flags, as CLUSTER NODES and nodes.conf write them. */

import {
  CLUSTER_NODE_FAIL,
  CLUSTER_NODE_HANDSHAKE,
  CLUSTER_NODE_MASTER,
  CLUSTER_NODE_MYSELF,
  CLUSTER_NODE_NOADDR,
  CLUSTER_NODE_NOFAILOVER,
  CLUSTER_NODE_PFAIL,
  CLUSTER_NODE_SLAVE,
} from './message.ts';

/** In the order in which they are printed. MEET and MIGRATE_TO have no name. */
const NAMES: readonly (readonly [number, string])[] = [
  [CLUSTER_NODE_MYSELF, 'myself'],
  [CLUSTER_NODE_MASTER, 'master'],
  [CLUSTER_NODE_SLAVE, 'slave'],
  [CLUSTER_NODE_PFAIL, 'fail?'],
  [CLUSTER_NODE_FAIL, 'fail'],
  [CLUSTER_NODE_HANDSHAKE, 'handshake'],
  [CLUSTER_NODE_NOADDR, 'noaddr'],
  [CLUSTER_NODE_NOFAILOVER, 'nofailover'],
];

/** The printed names of a flag word; `noflags` when none has a name. */
export function nodeFlagNames(flags: number): string[] {
  const names = NAMES.filter(([bit]) => flags & bit).map(([, name]) => name);
  return names.length === 0 ? ['noflags'] : names;
}

/** The flag word of a comma-separated list, null when a name is unknown. */
export function parseNodeFlags(list: string): number | null {
  let flags = 0;
  for (const name of list.split(',')) {
    if (name === 'noflags') continue;
    const row = NAMES.find(([, text]) => text === name);
    if (!row) return null;
    flags |= row[0];
  }
  return flags;
}
