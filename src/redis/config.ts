/* The parameters of one server, as typed fields (after the server structure and config.c).
 *
 * A field is named as the parameter is, in camelCase; times and sizes are in the parameter's own unit
 * (memory sizes in bytes). Two numbers per million are not worth a unit in the name here, since the
 * names are Redis's: cluster-node-timeout is milliseconds, repl-timeout seconds. Defaults are those of the
 * table (config-table.ts), except of parameters with a syntax of their own. How parameters are read, set,
 * checked and written back is in config-set.ts. */

import { sameShape } from '#base/clone.ts';
import { configTable, type ConfigParameter } from './config-table.ts';

/** All parameters of one server, with the defaults of 7.0. */
export class Config {
  /** Hard bytes, soft bytes, soft seconds for the classes normal, replica, pubsub. */
  clientOutputBufferLimit: { hardBytes: number; softBytes: number; softSeconds: number }[] = [
    { hardBytes: 0, softBytes: 0, softSeconds: 0 },
    { hardBytes: 268435456, softBytes: 67108864, softSeconds: 60 },
    { hardBytes: 33554432, softBytes: 8388608, softSeconds: 60 },
  ];
  /** Snapshot points: after `seconds` if at least `changes` keys changed. */
  save: { seconds: number; changes: number }[] = [
    { seconds: 3600, changes: 1 },
    { seconds: 300, changes: 100 },
    { seconds: 60, changes: 10000 },
  ];
  bind: string[] = ['*', '-::*'];
  oomScoreAdjValues = [0, 200, 800];
  /** Bits NOTIFY_* of notify.ts. */
  notifyKeyspaceEvents = 0;
  dir = '/data';
  /** `host port` of the master, or ''. */
  replicaof = '';
  latencyTrackingInfoPercentiles = [50, 99, 99.9];

  constructor() {
    const fields = this as unknown as Record<string, unknown>;
    for (const parameter of configTable.values()) {
      if (parameter.type !== 'special') fields[parameter.field] = defaultOf(parameter);
    }
    // Filled name by name an object is a hash table to the engine, its copy is not; every command reads from it.
    return sameShape(this);
  }

  declare loglevel: 'debug' | 'verbose' | 'notice' | 'warning';
  declare ioThreads: number;
  declare disableThp: boolean;
  declare clusterMigrationBarrier: number;
  declare slowlogLogSlowerThan: number;
  declare streamNodeMaxEntries: number;
  declare busyReplyThreshold: number;
  declare crashMemcheckEnabled: boolean;
  declare oomScoreAdj: 'no' | 'yes' | 'relative' | 'absolute';
  declare unixsocketperm: number;
  declare replicaServeStaleData: boolean;
  declare requirepass: string;
  declare supervised: 'upstart' | 'systemd' | 'auto' | 'no';
  declare aofRewriteCpulist: string;
  declare procTitleTemplate: string;
  declare trackingTableMaxKeys: number;
  declare rdbchecksum: boolean;
  declare lazyfreeLazyUserFlush: boolean;
  declare tlsSessionCacheTimeout: number;
  declare syslogFacility:
    'user' | 'local0' | 'local1' | 'local2' | 'local3' | 'local4' | 'local5' | 'local6' | 'local7';
  declare clusterReplicaValidityFactor: number;
  declare replicaLazyFlush: boolean;
  declare lazyfreeLazyServerDel: boolean;
  declare aofRewriteIncrementalFsync: boolean;
  declare serverCpulist: string;
  declare aofUseRdbPreamble: boolean;
  declare tlsPort: number;
  declare clientQueryBufferLimit: number;
  declare daemonize: boolean;
  declare hashMaxListpackValue: number;
  declare appendfsync: 'everysec' | 'always' | 'no';
  declare clusterAllowReplicaMigration: boolean;
  declare zsetMaxListpackEntries: number;
  declare clusterPreferredEndpointType: 'ip' | 'hostname' | 'unknown-endpoint';
  declare databases: number;
  declare stopWritesOnBgsaveError: boolean;
  declare replDisklessSyncDelay: number;
  declare activeDefragMaxScanFields: number;
  declare bindSourceAddr: string;
  declare maxmemoryClients: number;
  declare masterauth: string;
  declare rdbDelSyncFiles: boolean;
  declare appendfilename: string;
  declare replicaPriority: number;
  declare replicaIgnoreDiskWriteErrors: boolean;
  declare activeExpireEffort: number;
  declare minReplicasToWrite: number;
  declare replicaReadOnly: boolean;
  declare timeout: number;
  declare replicaAnnounced: boolean;
  declare lfuLogFactor: number;
  declare tlsSessionCaching: boolean;
  declare tcpKeepalive: number;
  declare tlsKeyFile: string;
  declare tlsAuthClients: 'no' | 'yes' | 'optional';
  declare activerehashing: boolean;
  declare replicaAnnouncePort: number;
  declare noAppendfsyncOnRewrite: boolean;
  declare activeDefragIgnoreBytes: number;
  declare autoAofRewritePercentage: number;
  declare clusterAnnounceTlsPort: number;
  declare replBacklogTtl: number;
  declare clusterAllowReadsWhenDown: boolean;
  declare tcpBacklog: number;
  declare setMaxIntsetEntries: number;
  declare lfuDecayTime: number;
  declare replicaAnnounceIp: string;
  declare maxmemory: number;
  declare hz: number;
  declare activeDefragThresholdUpper: number;
  declare clusterAnnounceHostname: string;
  declare minReplicasMaxLag: number;
  declare maxmemoryEvictionTenacity: number;
  declare syslogIdent: string;
  declare setProcTitle: boolean;
  declare aofTimestampEnabled: boolean;
  declare replicaIgnoreMaxmemory: boolean;
  declare rdbSaveIncrementalFsync: boolean;
  declare aclPubsubDefault: 'allchannels' | 'resetchannels';
  declare tlsCertFile: string;
  declare zsetMaxListpackValue: number;
  declare port: number;
  declare slowlogMaxLen: number;
  declare clusterEnabled: boolean;
  declare tlsCiphersuites: string;
  declare activeDefragThresholdLower: number;
  declare alwaysShowLogo: boolean;
  declare enableDebugCommand: 'no' | 'yes' | 'local';
  declare socketMarkId: number;
  declare rdbcompression: boolean;
  declare clusterPort: number;
  declare tlsClientKeyFile: string;
  declare tlsPreferServerCiphers: boolean;
  declare listMaxListpackSize: number;
  declare replDisklessSync: boolean;
  declare logfile: string;
  declare tlsClientCertFile: string;
  declare protectedMode: boolean;
  declare hllSparseMaxBytes: number;
  declare hashMaxListpackEntries: number;
  declare dbfilename: string;
  declare tlsClientKeyFilePass: string;
  declare clusterAnnounceIp: string;
  declare replDisklessSyncMaxReplicas: number;
  declare ignoreWarnings: string;
  declare replPingReplicaPeriod: number;
  declare crashLogEnabled: boolean;
  declare ioThreadsDoReads: boolean;
  declare replDisklessLoad: 'disabled' | 'on-empty-db' | 'swapdb';
  declare activeDefragCycleMax: number;
  declare lazyfreeLazyExpire: boolean;
  declare shutdownOnSigterm: string;
  declare unixsocket: string;
  declare clusterReplicaNoFailover: boolean;
  declare tlsCaCertDir: string;
  declare clusterRequireFullCoverage: boolean;
  declare maxclients: number;
  declare maxmemoryPolicy:
    | 'volatile-lru'
    | 'volatile-lfu'
    | 'volatile-random'
    | 'volatile-ttl'
    | 'allkeys-lru'
    | 'allkeys-lfu'
    | 'allkeys-random'
    | 'noeviction';
  declare tlsSessionCacheSize: number;
  declare masteruser: string;
  declare autoAofRewriteMinSize: number;
  declare tlsProtocols: string;
  declare activedefrag: boolean;
  declare streamNodeMaxBytes: number;
  declare tlsReplication: boolean;
  declare clusterLinkSendbufLimit: number;
  declare sanitizeDumpPayload: 'no' | 'yes' | 'clients';
  declare tlsCiphers: string;
  declare bgsaveCpulist: string;
  declare pidfile: string;
  declare acllogMaxLen: number;
  declare clusterNodeTimeout: number;
  declare replDisableTcpNodelay: boolean;
  declare aofLoadTruncated: boolean;
  declare appenddirname: string;
  declare aofDisableAutoGc: boolean;
  declare shutdownOnSigint: string;
  declare shutdownTimeout: number;
  declare clusterConfigFile: string;
  declare replBacklogSize: number;
  declare enableProtectedConfigs: 'no' | 'yes' | 'local';
  declare clusterAnnounceBusPort: number;
  declare maxmemorySamples: number;
  declare tlsCluster: boolean;
  declare aclfile: string;
  declare clusterAnnouncePort: number;
  declare listCompressDepth: number;
  declare enableModuleCommand: 'no' | 'yes' | 'local';
  declare tlsKeyFilePass: string;
  declare lazyfreeLazyUserDel: boolean;
  declare tlsDhParamsFile: string;
  declare tlsCaCertFile: string;
  declare jemallocBgThread: boolean;
  declare latencyMonitorThreshold: number;
  declare propagationErrorBehavior: 'ignore' | 'panic' | 'panic-on-replicas';
  declare lazyfreeLazyEviction: boolean;
  declare protoMaxBulkLen: number;
  declare clusterAllowPubsubshardWhenDown: boolean;
  declare activeDefragCycleMin: number;
  declare bioCpulist: string;
  declare dynamicHz: boolean;
  declare latencyTracking: boolean;
  declare syslogEnabled: boolean;
  declare replTimeout: number;
  /** Microseconds that a key costs while it is saved in the background, and while it is loaded. */
  declare rdbKeySaveDelay: number;
  declare keyLoadDelay: number;
  declare watchdogPeriod: number;
  declare loadingProcessEventsIntervalBytes: number;
  declare useExitOnPanic: boolean;
  declare appendonly: boolean;
}

function defaultOf({ type, defaultText }: ConfigParameter): boolean | number | string {
  if (type === 'bool') return defaultText === 'yes';
  if (type === 'octal') return Number.parseInt(defaultText, 8);
  return type === 'int' || type === 'memory' || type === 'percent' ? Number(defaultText) : defaultText;
}
