/* Replication: the doors through which the rest of a server uses it. */

export { ReplicationState } from './state.ts';
export { replicationBeforeSleep, replicationCron, replicationInit } from './cron.ts';
export { NO_DB, replicationFeedSlaves } from './feed.ts';
export {
  masterLinkLost,
  replicationClosed,
  replicationConnected,
  replicationRead,
  runStream,
} from './link.ts';
export { freeReplica, refreshGoodSlavesCount } from './master.ts';
export { rdbPopulateSaveInfo, replicationRestoreFromRdb } from './restore.ts';
export { snapshotLoaded } from './handshake.ts';
export { finishSending, streamSnapshot, updateSlavesWaitingBgsave } from './snapshot.ts';
export { replicationInfo } from './info.ts';
export { replicationCommands } from './commands.ts';
