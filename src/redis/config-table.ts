/* All parameters of 7.0: name; older name; type with its limits; default; restrictions (after the
 * configs array in config.c). What is not there is a dash, and no dashes stand at the end. Parameters of type `special` are read and written by functions of
 * their own in config-special.ts. */

export type ConfigType =
  'bool' | 'int' | 'memory' | 'percent' | 'octal' | 'enum' | 'flags' | 'string' | 'special';

export interface ConfigParameter {
  readonly name: string;
  readonly alias: string | null;
  /** Name of the field in Config. */
  readonly field: string;
  readonly type: ConfigType;
  readonly min: bigint;
  readonly max: bigint;
  /** Of enum and flags, in Redis's order. */
  readonly words: readonly string[];
  readonly defaultText: string;
  readonly immutable: boolean;
  readonly protected: boolean;
  /** CONFIG GET shows it only when asked for by its name. */
  readonly hidden: boolean;
  /** Not shown in the slow log and the like. */
  readonly sensitive: boolean;
}

/** The largest numbers of two types of C. */
const LIMITS: Readonly<Record<string, string>> = { int: '2147483647', long: '9223372036854775807' };

function parseRow(row: string): ConfigParameter {
  const [name, alias, typeText, defaultText = '-', restrictions] = row.split('; ') as [
    string,
    string,
    string,
    string?,
    string?,
  ];
  const [type, detail] = typeText.split(':') as [ConfigType, string | undefined];
  const [min, max] = (detail ?? '').split('..');
  const ranged = type === 'int' || type === 'memory';
  const limit = (text: string | undefined): bigint =>
    ranged ? BigInt(LIMITS[text as string] ?? (text as string)) : 0n;
  return {
    name,
    alias: alias === '-' ? null : alias,
    field: name.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    type,
    min: limit(min),
    max: limit(max),
    words: type === 'enum' || type === 'flags' ? (detail as string).split(',') : [],
    defaultText: defaultText === '-' ? '' : defaultText,
    immutable: restrictions === 'immutable',
    protected: restrictions === 'protected',
    sensitive: restrictions === 'sensitive',
    hidden: restrictions === 'hidden',
  };
}

function readConfigTable(): Map<string, ConfigParameter> {
  const table = new Map<string, ConfigParameter>();
  for (const row of ROWS.trim().split('\n')) {
    const parameter = parseRow(row);
    table.set(parameter.name, parameter);
    if (parameter.alias !== null) table.set(parameter.alias, parameter);
  }
  return table;
}

/** A line of the configuration file may give this parameter more than one word. */
export function takesSeveralWords(parameter: ConfigParameter): boolean {
  return parameter.type === 'flags' || (parameter.type === 'special' && !ONE_WORD.has(parameter.name));
}

const ONE_WORD = new Set(['dir', 'notify-keyspace-events']);

const ROWS = `
loglevel; -; enum:debug,verbose,notice,warning; notice
io-threads; -; int:1..128; 1; immutable
disable-thp; -; bool; yes; immutable
cluster-migration-barrier; -; int:0..int; 1
slowlog-log-slower-than; -; int:-1..long; 10000
stream-node-max-entries; -; int:0..long; 100
busy-reply-threshold; lua-time-limit; int:0..long; 5000
crash-memcheck-enabled; -; bool; yes
oom-score-adj; -; enum:no,yes,relative,absolute; no
unixsocketperm; -; octal; 0; immutable
replica-serve-stale-data; slave-serve-stale-data; bool; yes
requirepass; -; string; -; sensitive
supervised; -; enum:upstart,systemd,auto,no; no; immutable
aof_rewrite_cpulist; -; string; -; immutable
proc-title-template; -; string; {title} {listen-addr} {server-mode}
tracking-table-max-keys; -; int:0..long; 1000000
rdbchecksum; -; bool; yes; immutable
lazyfree-lazy-user-flush; -; bool; no
tls-session-cache-timeout; -; int:0..int; 300
syslog-facility; -; enum:user,local0,local1,local2,local3,local4,local5,local6,local7; local0; immutable
client-output-buffer-limit; -; special
cluster-replica-validity-factor; cluster-slave-validity-factor; int:0..int; 10
replica-lazy-flush; slave-lazy-flush; bool; no
lazyfree-lazy-server-del; -; bool; no
aof-rewrite-incremental-fsync; -; bool; yes
server_cpulist; -; string; -; immutable
aof-use-rdb-preamble; -; bool; yes
tls-port; -; int:0..65535; 0
client-query-buffer-limit; -; memory:1048576..long; 1073741824
daemonize; -; bool; no; immutable
hash-max-listpack-value; hash-max-ziplist-value; memory:0..long; 64
appendfsync; -; enum:everysec,always,no; everysec
cluster-allow-replica-migration; -; bool; yes
zset-max-listpack-entries; zset-max-ziplist-entries; int:0..long; 128
cluster-preferred-endpoint-type; -; enum:ip,hostname,unknown-endpoint; ip
databases; -; int:1..int; 16; immutable
stop-writes-on-bgsave-error; -; bool; yes
repl-diskless-sync-delay; -; int:0..int; 5
active-defrag-max-scan-fields; -; int:1..long; 1000
bind-source-addr; -; string
maxmemory-clients; -; percent; 0
masterauth; -; string; -; sensitive
rdb-del-sync-files; -; bool; no
appendfilename; -; string; appendonly.aof; immutable
replica-priority; slave-priority; int:0..int; 100
replica-ignore-disk-write-errors; -; bool; no
active-expire-effort; -; int:1..10; 1
min-replicas-to-write; min-slaves-to-write; int:0..int; 0
replica-read-only; slave-read-only; bool; yes
timeout; -; int:0..int; 0
replica-announced; -; bool; yes
lfu-log-factor; -; int:0..int; 10
tls-session-caching; -; bool; yes
tcp-keepalive; -; int:0..int; 300
tls-key-file; -; string
tls-auth-clients; -; enum:no,yes,optional; yes
activerehashing; -; bool; yes
replica-announce-port; slave-announce-port; int:0..65535; 0
no-appendfsync-on-rewrite; -; bool; no
active-defrag-ignore-bytes; -; memory:1..long; 104857600
auto-aof-rewrite-percentage; -; int:0..int; 100
cluster-announce-tls-port; -; int:0..65535; 0
repl-backlog-ttl; -; int:0..long; 3600
cluster-allow-reads-when-down; -; bool; no
tcp-backlog; -; int:0..int; 511; immutable
set-max-intset-entries; -; int:0..long; 512
save; -; special
lfu-decay-time; -; int:0..int; 1
replica-announce-ip; slave-announce-ip; string
maxmemory; -; memory:0..long; 0
hz; -; int:0..int; 10
active-defrag-threshold-upper; -; int:0..1000; 100
cluster-announce-hostname; -; string
min-replicas-max-lag; min-slaves-max-lag; int:0..int; 10
maxmemory-eviction-tenacity; -; int:0..100; 10
syslog-ident; -; string; redis; immutable
set-proc-title; -; bool; yes; immutable
aof-timestamp-enabled; -; bool; no
bind; -; special
replica-ignore-maxmemory; slave-ignore-maxmemory; bool; yes
rdb-save-incremental-fsync; -; bool; yes
acl-pubsub-default; -; enum:allchannels,resetchannels; resetchannels
tls-cert-file; -; string
zset-max-listpack-value; zset-max-ziplist-value; memory:0..long; 64
port; -; int:0..65535; 6379
slowlog-max-len; -; int:0..long; 128
cluster-enabled; -; bool; no; immutable
tls-ciphersuites; -; string
active-defrag-threshold-lower; -; int:0..1000; 10
always-show-logo; -; bool; no; immutable
enable-debug-command; -; enum:no,yes,local; no; immutable
socket-mark-id; -; int:0..int; 0; immutable
rdbcompression; -; bool; yes
cluster-port; -; int:0..65535; 0; immutable
tls-client-key-file; -; string
tls-prefer-server-ciphers; -; bool; no
list-max-listpack-size; list-max-ziplist-size; int:-2147483648..int; -2
repl-diskless-sync; -; bool; yes
logfile; -; string; -; immutable
tls-client-cert-file; -; string
protected-mode; -; bool; yes
hll-sparse-max-bytes; -; memory:0..long; 3000
hash-max-listpack-entries; hash-max-ziplist-entries; int:0..long; 512
dbfilename; -; string; dump.rdb; protected
tls-client-key-file-pass; -; string
cluster-announce-ip; -; string
repl-diskless-sync-max-replicas; -; int:0..int; 0
ignore-warnings; -; string
repl-ping-replica-period; repl-ping-slave-period; int:1..int; 10
crash-log-enabled; -; bool; yes
io-threads-do-reads; -; bool; no; immutable
repl-diskless-load; -; enum:disabled,on-empty-db,swapdb; disabled
active-defrag-cycle-max; -; int:1..99; 25
lazyfree-lazy-expire; -; bool; no
shutdown-on-sigterm; -; flags:default,save,nosave,now,force; default
unixsocket; -; string; -; immutable
cluster-replica-no-failover; cluster-slave-no-failover; bool; no
tls-ca-cert-dir; -; string
cluster-require-full-coverage; -; bool; yes
maxclients; -; int:1..4294967295; 10000
maxmemory-policy; -; enum:volatile-lru,volatile-lfu,volatile-random,volatile-ttl,allkeys-lru,allkeys-lfu,allkeys-random,noeviction; noeviction
oom-score-adj-values; -; special
notify-keyspace-events; -; special
tls-session-cache-size; -; int:0..int; 20480
masteruser; -; string; -; sensitive
auto-aof-rewrite-min-size; -; memory:0..long; 67108864
tls-protocols; -; string
dir; -; special; -; protected
activedefrag; -; bool; no
stream-node-max-bytes; -; memory:0..long; 4096
tls-replication; -; bool; no
cluster-link-sendbuf-limit; -; memory:0..long; 0
replicaof; slaveof; special; -; immutable
sanitize-dump-payload; -; enum:no,yes,clients; no
tls-ciphers; -; string
bgsave_cpulist; -; string; -; immutable
pidfile; -; string; -; immutable
acllog-max-len; -; int:0..long; 128
cluster-node-timeout; -; int:0..long; 15000
repl-disable-tcp-nodelay; -; bool; no
aof-load-truncated; -; bool; yes
appenddirname; -; string; appendonlydir; immutable
aof-disable-auto-gc; -; bool; no
shutdown-on-sigint; -; flags:default,save,nosave,now,force; default
shutdown-timeout; -; int:0..int; 10
cluster-config-file; -; string; nodes.conf; immutable
repl-backlog-size; -; memory:1..long; 1048576
enable-protected-configs; -; enum:no,yes,local; no; immutable
cluster-announce-bus-port; -; int:0..65535; 0
maxmemory-samples; -; int:1..int; 5
tls-cluster; -; bool; no
aclfile; -; string; -; immutable
cluster-announce-port; -; int:0..65535; 0
list-compress-depth; -; int:0..int; 0
enable-module-command; -; enum:no,yes,local; no; immutable
latency-tracking-info-percentiles; -; special
tls-key-file-pass; -; string
lazyfree-lazy-user-del; -; bool; no
tls-dh-params-file; -; string
tls-ca-cert-file; -; string
jemalloc-bg-thread; -; bool; yes
latency-monitor-threshold; -; int:0..long; 0
propagation-error-behavior; -; enum:ignore,panic,panic-on-replicas; ignore
lazyfree-lazy-eviction; -; bool; no
proto-max-bulk-len; -; memory:1048576..long; 536870912
cluster-allow-pubsubshard-when-down; -; bool; yes
active-defrag-cycle-min; -; int:1..99; 1
bio_cpulist; -; string; -; immutable
dynamic-hz; -; bool; yes
latency-tracking; -; bool; yes
syslog-enabled; -; bool; no; immutable
repl-timeout; -; int:1..int; 60
watchdog-period; -; int:0..int; 0; hidden
loading-process-events-interval-bytes; -; memory:1024..int; 2097152; hidden
use-exit-on-panic; -; bool; no; hidden
appendonly; -; bool; no
rdb-key-save-delay; -; int:-2147483648..int; 0; hidden
key-load-delay; -; int:-2147483648..int; 0; hidden
`;

/** Parameters by name and by older name, in the order of the table. */
export const configTable: ReadonlyMap<string, ConfigParameter> = readConfigTable();
