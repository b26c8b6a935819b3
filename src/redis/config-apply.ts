/* What follows when a parameter changes while the server runs (the apply functions of config.c). */

import { setDefaultUserPassword } from './acl.ts';
import { startAppendOnly, stopAppendOnly } from './aof-rewrite.ts';
import { deleteHistoryFiles } from './aof.ts';
import { clusterUpdateMyself } from './cluster/index.ts';
import type { ConfigParameter } from './config-table.ts';
import { refreshGoodSlavesCount } from './replication/index.ts';
import { trimSlowlog } from './slowlog.ts';
import type { Server } from './server.ts';

/** Does what each changed parameter asks for; returns why that failed, or null. */
export function applyConfig(server: Server, changed: readonly ConfigParameter[]): string | null {
  for (const { name } of changed) {
    const why = applyOne(server, name);
    if (why !== null) return why;
  }
  return null;
}

function applyOne(server: Server, name: string): string | null {
  const config = server.config;
  switch (name) {
    case 'maxmemory-policy':
      server.isLfuPolicy = config.maxmemoryPolicy.includes('lfu');
      return null;
    case 'maxmemory':
      // After this command, which may stand in a transaction.
      if (config.maxmemory > 0) server.io.setTimer('evict', server.io.now);
      return null;
    case 'requirepass':
      setDefaultUserPassword(server, config.requirepass);
      return null;
    case 'slowlog-max-len':
      trimSlowlog(server);
      return null;
    case 'appendonly':
      if (config.appendonly && server.aof.state === 'off') startAppendOnly(server);
      else if (!config.appendonly && server.aof.state !== 'off') stopAppendOnly(server);
      return null;
    case 'min-replicas-to-write':
    case 'min-replicas-max-lag':
      refreshGoodSlavesCount(server);
      return null;
    case 'aof-disable-auto-gc':
      deleteHistoryFiles(server);
      return null;
    case 'port':
      return changePort(server);
    case 'bind':
      return config.bind.every(
        (address) => /^-?(\*|::\*|::1|127\.0\.0\.1|0\.0\.0\.0)$/.test(address) || address === server.ip,
      )
        ? null
        : 'Failed to bind to specified addresses.';
    case 'tls-port':
    case 'tls-cluster':
    case 'tls-replication':
      // There is no certificate.
      return config.tlsPort === 0 && !config.tlsCluster && !config.tlsReplication
        ? null
        : 'Unable to update TLS configuration. Check server logs.';
    case 'cluster-announce-ip':
    case 'cluster-announce-port':
    case 'cluster-announce-tls-port':
    case 'cluster-announce-bus-port':
    case 'cluster-announce-hostname':
    case 'cluster-replica-no-failover':
      if (server.cluster !== null) clusterUpdateMyself(server);
      return null;
    default:
      return null;
  }
}

function changePort(server: Server): string | null {
  const port = server.config.port;
  if (port === server.port) return null;
  if (port !== 0 && !server.io.listen(port)) {
    return 'Unable to listen on this port. Check server logs.';
  }
  if (server.port !== 0) server.io.unlisten(server.port);
  server.port = port;
  if (server.cluster !== null) clusterUpdateMyself(server);
  return null;
}
