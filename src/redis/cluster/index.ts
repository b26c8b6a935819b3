/* The cluster: the doors through which the rest of a server uses it. */

export type { ClusterState, Mutation } from './state.ts';
export { clusterBeforeSleep, clusterCron, clusterInit, clusterUpdateMyself } from './cron.ts';
export { clusterAccept, clusterAcceptHeld, clusterClosed, clusterConnected, clusterRead } from './links.ts';
export { clusterPropagatePublish } from './gossip.ts';
export { clusterRedirectBlockedClient, getNodeByQuery } from './redirect.ts';
export { clusterCommands } from './commands.ts';
export { verifyClusterConfigWithData } from './nodes-conf.ts';
export { MigrateState, migrateClosed, migrateConnected, migrateRead, migrateTimedOut } from './migrate.ts';
