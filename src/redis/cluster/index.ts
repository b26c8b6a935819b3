/* The cluster: the doors through which the rest of a server uses it. */

export type { ClusterState, Mutation } from './state.ts';
export { clusterBeforeSleep, clusterCron, clusterInit, clusterUpdateMyself } from './cron.ts';
export { clusterAccept, clusterClosed, clusterConnected, clusterRead } from './links.ts';
export { clusterPropagatePublish } from './gossip.ts';
export {
  clusterRedirectBlockedClient,
  getNodeByQuery,
  routeError,
  routeQuery,
  type Route,
} from './redirect.ts';
export { clusterCommands } from './commands.ts';
export { verifyClusterConfigWithData } from './nodes-conf.ts';
export {
  MigrateState,
  migrateClosed,
  migrateCloseTimedoutSockets,
  migrateConnected,
  migrateRead,
  migrateTimedOut,
} from './migrate.ts';
export { clusterSummary, clusterView, replicationView } from './view.ts';
