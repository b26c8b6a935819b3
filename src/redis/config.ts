/* The parameters of one server, as typed fields (after the server structure and config.c).
 *
 * A field is named as the parameter is, in camelCase; times and sizes are in the parameter's own unit
 * (memory sizes in bytes). Two numbers per million are not worth a unit in the name here, since the
 * names are Redis's: cluster-node-timeout is milliseconds, repl-timeout seconds. How parameters are
 * read, set, checked and written back is in config-set.ts. */

/** All parameters of one server, with the defaults of 7.0. */
export class Config {
  loglevel: 'debug' | 'verbose' | 'notice' | 'warning' = 'notice';
  ioThreads = 1;
  disableThp = true;
  clusterMigrationBarrier = 1;
  slowlogLogSlowerThan = 10000;
  streamNodeMaxEntries = 100;
  busyReplyThreshold = 5000;
  crashMemcheckEnabled = true;
  oomScoreAdj: 'no' | 'yes' | 'relative' | 'absolute' = 'no';
  unixsocketperm = 0;
  replicaServeStaleData = true;
  requirepass = '';
  supervised: 'upstart' | 'systemd' | 'auto' | 'no' = 'no';
  aofRewriteCpulist = '';
  procTitleTemplate = '{title} {listen-addr} {server-mode}';
  trackingTableMaxKeys = 1000000;
  rdbchecksum = true;
  lazyfreeLazyUserFlush = false;
  tlsSessionCacheTimeout = 300;
  syslogFacility:
    'user' | 'local0' | 'local1' | 'local2' | 'local3' | 'local4' | 'local5' | 'local6' | 'local7' = 'local0';
  /** Hard bytes, soft bytes, soft seconds for the classes normal, replica, pubsub. */
  clientOutputBufferLimit: { hardBytes: number; softBytes: number; softSeconds: number }[] = [
    { hardBytes: 0, softBytes: 0, softSeconds: 0 },
    { hardBytes: 268435456, softBytes: 67108864, softSeconds: 60 },
    { hardBytes: 33554432, softBytes: 8388608, softSeconds: 60 },
  ];
  clusterReplicaValidityFactor = 10;
  replicaLazyFlush = false;
  lazyfreeLazyServerDel = false;
  aofRewriteIncrementalFsync = true;
  serverCpulist = '';
  aofUseRdbPreamble = true;
  tlsPort = 0;
  clientQueryBufferLimit = 1073741824;
  daemonize = false;
  hashMaxListpackValue = 64;
  appendfsync: 'everysec' | 'always' | 'no' = 'everysec';
  clusterAllowReplicaMigration = true;
  zsetMaxListpackEntries = 128;
  clusterPreferredEndpointType: 'ip' | 'hostname' | 'unknown-endpoint' = 'ip';
  databases = 16;
  stopWritesOnBgsaveError = true;
  replDisklessSyncDelay = 5;
  activeDefragMaxScanFields = 1000;
  bindSourceAddr = '';
  maxmemoryClients = 0;
  masterauth = '';
  rdbDelSyncFiles = false;
  appendfilename = 'appendonly.aof';
  replicaPriority = 100;
  replicaIgnoreDiskWriteErrors = false;
  activeExpireEffort = 1;
  minReplicasToWrite = 0;
  replicaReadOnly = true;
  timeout = 0;
  replicaAnnounced = true;
  lfuLogFactor = 10;
  tlsSessionCaching = true;
  tcpKeepalive = 300;
  tlsKeyFile = '';
  tlsAuthClients: 'no' | 'yes' | 'optional' = 'yes';
  activerehashing = true;
  replicaAnnouncePort = 0;
  noAppendfsyncOnRewrite = false;
  activeDefragIgnoreBytes = 104857600;
  autoAofRewritePercentage = 100;
  clusterAnnounceTlsPort = 0;
  replBacklogTtl = 3600;
  clusterAllowReadsWhenDown = false;
  tcpBacklog = 511;
  setMaxIntsetEntries = 512;
  /** Snapshot points: after `seconds` if at least `changes` keys changed. */
  save: { seconds: number; changes: number }[] = [
    { seconds: 3600, changes: 1 },
    { seconds: 300, changes: 100 },
    { seconds: 60, changes: 10000 },
  ];
  lfuDecayTime = 1;
  replicaAnnounceIp = '';
  maxmemory = 0;
  hz = 10;
  activeDefragThresholdUpper = 100;
  clusterAnnounceHostname = '';
  minReplicasMaxLag = 10;
  maxmemoryEvictionTenacity = 10;
  syslogIdent = 'redis';
  setProcTitle = true;
  aofTimestampEnabled = false;
  bind: string[] = ['*', '-::*'];
  replicaIgnoreMaxmemory = true;
  rdbSaveIncrementalFsync = true;
  aclPubsubDefault: 'allchannels' | 'resetchannels' = 'resetchannels';
  tlsCertFile = '';
  zsetMaxListpackValue = 64;
  port = 6379;
  slowlogMaxLen = 128;
  clusterEnabled = false;
  tlsCiphersuites = '';
  activeDefragThresholdLower = 10;
  alwaysShowLogo = false;
  enableDebugCommand: 'no' | 'yes' | 'local' = 'no';
  socketMarkId = 0;
  rdbcompression = true;
  clusterPort = 0;
  tlsClientKeyFile = '';
  tlsPreferServerCiphers = false;
  listMaxListpackSize = -2;
  replDisklessSync = true;
  logfile = '';
  tlsClientCertFile = '';
  protectedMode = true;
  hllSparseMaxBytes = 3000;
  hashMaxListpackEntries = 512;
  dbfilename = 'dump.rdb';
  tlsClientKeyFilePass = '';
  clusterAnnounceIp = '';
  replDisklessSyncMaxReplicas = 0;
  ignoreWarnings = '';
  replPingReplicaPeriod = 10;
  crashLogEnabled = true;
  ioThreadsDoReads = false;
  replDisklessLoad: 'disabled' | 'on-empty-db' | 'swapdb' = 'disabled';
  activeDefragCycleMax = 25;
  lazyfreeLazyExpire = false;
  shutdownOnSigterm = 'default';
  unixsocket = '';
  clusterReplicaNoFailover = false;
  tlsCaCertDir = '';
  clusterRequireFullCoverage = true;
  maxclients = 10000;
  maxmemoryPolicy:
    | 'volatile-lru'
    | 'volatile-lfu'
    | 'volatile-random'
    | 'volatile-ttl'
    | 'allkeys-lru'
    | 'allkeys-lfu'
    | 'allkeys-random'
    | 'noeviction' = 'noeviction';
  oomScoreAdjValues = [0, 200, 800];
  /** Bits NOTIFY_* of notify.ts. */
  notifyKeyspaceEvents = 0;
  tlsSessionCacheSize = 20480;
  masteruser = '';
  autoAofRewriteMinSize = 67108864;
  tlsProtocols = '';
  dir = '/data';
  activedefrag = false;
  streamNodeMaxBytes = 4096;
  tlsReplication = false;
  clusterLinkSendbufLimit = 0;
  /** `host port` of the master, or ''. */
  replicaof = '';
  sanitizeDumpPayload: 'no' | 'yes' | 'clients' = 'no';
  tlsCiphers = '';
  bgsaveCpulist = '';
  pidfile = '';
  acllogMaxLen = 128;
  clusterNodeTimeout = 15000;
  replDisableTcpNodelay = false;
  aofLoadTruncated = true;
  appenddirname = 'appendonlydir';
  aofDisableAutoGc = false;
  shutdownOnSigint = 'default';
  shutdownTimeout = 10;
  clusterConfigFile = 'nodes.conf';
  replBacklogSize = 1048576;
  enableProtectedConfigs: 'no' | 'yes' | 'local' = 'no';
  clusterAnnounceBusPort = 0;
  maxmemorySamples = 5;
  tlsCluster = false;
  aclfile = '';
  clusterAnnouncePort = 0;
  listCompressDepth = 0;
  enableModuleCommand: 'no' | 'yes' | 'local' = 'no';
  latencyTrackingInfoPercentiles = [50, 99, 99.9];
  tlsKeyFilePass = '';
  lazyfreeLazyUserDel = false;
  tlsDhParamsFile = '';
  tlsCaCertFile = '';
  jemallocBgThread = true;
  latencyMonitorThreshold = 0;
  propagationErrorBehavior: 'ignore' | 'panic' | 'panic-on-replicas' = 'ignore';
  lazyfreeLazyEviction = false;
  protoMaxBulkLen = 536870912;
  clusterAllowPubsubshardWhenDown = true;
  activeDefragCycleMin = 1;
  bioCpulist = '';
  dynamicHz = true;
  latencyTracking = true;
  syslogEnabled = false;
  replTimeout = 60;
  /** Microseconds that a key costs while it is saved in the background, and while it is loaded. */
  rdbKeySaveDelay = 0;
  keyLoadDelay = 0;
  watchdogPeriod = 0;
  loadingProcessEventsIntervalBytes = 2097152;
  useExitOnPanic = false;
  appendonly = false;
}
