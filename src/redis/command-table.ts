/* The table of all commands of Redis 7.0 and what is known of each (after commands/*.json and the
 * command structures in server.h).
 *
 * Rows are data: name; arity; flags; first, last and step of the keys; ACL categories; tips; key
 * specifications; group. A key specification is written
 * flags:begin:find with begin `i<index>`, `k<keyword>,<start>` or `u`, and find
 * `r<last>,<step>,<limit>`, `n<numkeys index>,<first>,<step>` or `u`. The functions that run the
 * commands are not here: commands.ts joins them to these rows by name. */

import { CLONE } from '#base/clone.ts';
import type { CommandProc } from './command.ts';

export const CMD_WRITE = 1 << 0;
export const CMD_READONLY = 1 << 1;
export const CMD_DENYOOM = 1 << 2;
export const CMD_ADMIN = 1 << 3;
export const CMD_PUBSUB = 1 << 4;
export const CMD_NOSCRIPT = 1 << 5;
export const CMD_BLOCKING = 1 << 6;
export const CMD_LOADING = 1 << 7;
export const CMD_STALE = 1 << 8;
export const CMD_SKIP_MONITOR = 1 << 9;
export const CMD_SKIP_SLOWLOG = 1 << 10;
export const CMD_ASKING = 1 << 11;
export const CMD_FAST = 1 << 12;
export const CMD_NO_AUTH = 1 << 13;
export const CMD_MAY_REPLICATE = 1 << 14;
export const CMD_NO_MULTI = 1 << 15;
export const CMD_MOVABLE_KEYS = 1 << 16;
export const CMD_ALLOW_BUSY = 1 << 17;
export const CMD_NO_ASYNC_LOADING = 1 << 18;
export const CMD_NO_MANDATORY_KEYS = 1 << 19;

const FLAG_BITS: Readonly<Record<string, number>> = {
  write: CMD_WRITE,
  readonly: CMD_READONLY,
  denyoom: CMD_DENYOOM,
  admin: CMD_ADMIN,
  pubsub: CMD_PUBSUB,
  noscript: CMD_NOSCRIPT,
  blocking: CMD_BLOCKING,
  loading: CMD_LOADING,
  stale: CMD_STALE,
  skip_monitor: CMD_SKIP_MONITOR,
  skip_slowlog: CMD_SKIP_SLOWLOG,
  asking: CMD_ASKING,
  fast: CMD_FAST,
  no_auth: CMD_NO_AUTH,
  no_multi: CMD_NO_MULTI,
  movablekeys: CMD_MOVABLE_KEYS,
  allow_busy: CMD_ALLOW_BUSY,
  no_async_loading: CMD_NO_ASYNC_LOADING,
  no_mandatory_keys: CMD_NO_MANDATORY_KEYS,
};

/** Not writes by their flags, and yet something may come of them that replicas must get. COMMAND INFO does
 *  not tell of it. */
const MAY_REPLICATE = new Set(['eval', 'evalsha', 'fcall', 'pfcount', 'publish', 'spublish']);

/** Where a command's keys begin and how many follow (key specifications of 7.0). */
export interface CommandKeySpec {
  readonly flags: readonly string[];
  readonly begin:
    | { readonly type: 'index'; readonly index: number }
    | { readonly type: 'keyword'; readonly keyword: string; readonly startFrom: number }
    | { readonly type: 'unknown' };
  readonly find:
    | { readonly type: 'range'; readonly lastKey: number; readonly keyStep: number; readonly limit: number }
    | {
        readonly type: 'keynum';
        readonly keyNumIdx: number;
        readonly firstKey: number;
        readonly keyStep: number;
      }
    | { readonly type: 'unknown' };
}

/** One command or subcommand. Shared by all servers and never changed after start-up. */
export class Command {
  /** "get", or "get" for "config|get". */
  readonly name: string;
  /** "get", "config|get". */
  readonly fullName: string;
  readonly arity: number;
  readonly flags: number;
  readonly flagNames: readonly string[];
  readonly firstKey: number;
  readonly lastKey: number;
  readonly keyStep: number;
  readonly aclCategories: readonly string[];
  readonly tips: readonly string[];
  readonly keySpecs: readonly CommandKeySpec[];
  readonly group: string;
  /** Place in the table; ACL rules keep one bit per command. */
  readonly id: number;
  readonly parent: Command | null;
  readonly subcommands: Map<string, Command> | null;
  /** Set once by commands.ts; null for a container or a command that cannot exist here. */
  proc: CommandProc | null = null;

  constructor(row: string, id: number, parent: Command | null, isContainer: boolean) {
    const [fullName, arity, flags, keys, categories, tips, specs, group] = row.split('; ') as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    const bar = fullName.indexOf('|');
    const [first, last, step] = keys.split(' ').map(Number) as [number, number, number];
    this.fullName = fullName;
    this.name = bar < 0 ? fullName : fullName.slice(bar + 1);
    this.arity = Number(arity);
    this.flagNames = words(flags);
    const hidden = MAY_REPLICATE.has(fullName) ? CMD_MAY_REPLICATE : 0;
    this.flags = this.flagNames.reduce((bits, flag) => bits | (FLAG_BITS[flag] ?? 0), hidden);
    this.firstKey = first;
    this.lastKey = last;
    this.keyStep = step;
    this.aclCategories = words(categories);
    this.tips = words(tips);
    this.keySpecs = specs === '-' ? [] : specs.split(' & ').map(parseKeySpec);
    this.group = group;
    this.id = id;
    this.parent = parent;
    this.subcommands = isContainer ? new Map() : null;
  }

  /** Commands are part of the program, not of a server's state. */
  [CLONE](): this {
    return this;
  }
}

function words(text: string): string[] {
  return text === '-' ? [] : text.split(' ');
}

function parseKeySpec(text: string): CommandKeySpec {
  const [flags, begin, find] = text.split(':') as [string, string, string];
  const beginArgs = begin.slice(1).split(',');
  const [a, b, c] = find.slice(1).split(',').map(Number) as [number, number, number];
  return {
    flags: flags.split(' '),
    begin:
      begin[0] === 'i'
        ? { type: 'index', index: Number(beginArgs[0]) }
        : begin[0] === 'k'
          ? { type: 'keyword', keyword: beginArgs[0] as string, startFrom: Number(beginArgs[1]) }
          : { type: 'unknown' },
    find:
      find[0] === 'r'
        ? { type: 'range', lastKey: a, keyStep: b, limit: c }
        : find[0] === 'n'
          ? { type: 'keynum', keyNumIdx: a, firstKey: b, keyStep: c }
          : { type: 'unknown' },
  };
}

/** Commands and subcommands together; ids are below this. */
export const COMMAND_COUNT = 366;

/** Reads the rows: top-level commands by name, each with its subcommands. */
export function readCommandTable(): Map<string, Command> {
  const rows = ROWS.trim().split('\n');
  const containers = new Set<string>();
  for (const row of rows) {
    const bar = row.indexOf('|');
    if (bar > 0 && bar < row.indexOf(';')) containers.add(row.slice(0, bar));
  }
  const table = new Map<string, Command>();
  rows.forEach((row, id) => {
    const fullName = row.slice(0, row.indexOf(';'));
    const [top, sub] = fullName.split('|') as [string, string | undefined];
    if (sub === undefined) {
      table.set(top, new Command(row, id, null, containers.has(top)));
      return;
    }
    const parent = table.get(top) as Command;
    parent.subcommands?.set(sub, new Command(row, id, parent, false));
  });
  return table;
}

const ROWS = `
acl; -2; -; 0 0 0; slow; -; -; server
acl|cat; -2; noscript loading stale; 0 0 0; slow; -; -; server
acl|deluser; -3; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|dryrun; -4; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|genpass; -2; noscript loading stale; 0 0 0; slow; -; -; server
acl|getuser; 3; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|help; 2; loading stale; 0 0 0; slow; -; -; server
acl|list; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|load; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|log; -2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|save; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|setuser; -3; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|users; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
acl|whoami; 2; noscript loading stale; 0 0 0; slow; -; -; server
append; 3; write denyoom fast; 1 1 1; write string fast; -; RW insert:i1:r0,1,0; string
asking; 1; fast; 0 0 0; fast connection; -; -; cluster
auth; -2; noscript loading stale fast no_auth allow_busy; 0 0 0; fast connection; -; -; connection
bgrewriteaof; 1; admin noscript no_async_loading; 0 0 0; admin slow dangerous; -; -; server
bgsave; -1; admin noscript no_async_loading; 0 0 0; admin slow dangerous; -; -; server
bitcount; -2; readonly; 1 1 1; read bitmap slow; -; RO access:i1:r0,1,0; bitmap
bitfield; -2; write denyoom; 1 1 1; write bitmap slow; -; RW access update variable_flags:i1:r0,1,0; bitmap
bitfield_ro; -2; readonly fast; 1 1 1; read bitmap fast; -; RO access:i1:r0,1,0; bitmap
bitop; -4; write denyoom; 2 -1 1; write bitmap slow; -; OW update:i2:r0,1,0 & RO access:i3:r-1,1,0; bitmap
bitpos; -3; readonly; 1 1 1; read bitmap slow; -; RO access:i1:r0,1,0; bitmap
blmove; 6; write denyoom noscript blocking; 1 2 1; write list slow blocking; -; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0; list
blmpop; -5; write blocking movablekeys; 0 0 0; write list slow blocking; -; RW access delete:i2:n0,1,1; list
blpop; -3; write noscript blocking; 1 -2 1; write list slow blocking; -; RW access delete:i1:r-2,1,0; list
brpop; -3; write noscript blocking; 1 -2 1; write list slow blocking; -; RW access delete:i1:r-2,1,0; list
brpoplpush; 4; write denyoom noscript blocking; 1 2 1; write list slow blocking; -; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0; list
bzmpop; -5; write blocking movablekeys; 0 0 0; write sortedset slow blocking; -; RW access delete:i2:n0,1,1; sorted-set
bzpopmax; -3; write noscript blocking fast; 1 -2 1; write sortedset fast blocking; -; RW access delete:i1:r-2,1,0; sorted-set
bzpopmin; -3; write noscript blocking fast; 1 -2 1; write sortedset fast blocking; -; RW access delete:i1:r-2,1,0; sorted-set
client; -2; -; 0 0 0; slow; -; -; connection
client|caching; 3; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|getname; 2; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|getredir; 2; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|help; 2; loading stale; 0 0 0; slow connection; -; -; connection
client|id; 2; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|info; 2; noscript loading stale; 0 0 0; slow connection; nondeterministic_output; -; connection
client|kill; -3; admin noscript loading stale; 0 0 0; admin slow dangerous connection; -; -; connection
client|list; -2; admin noscript loading stale; 0 0 0; admin slow dangerous connection; nondeterministic_output; -; connection
client|no-evict; 3; admin noscript loading stale; 0 0 0; admin slow dangerous connection; -; -; connection
client|pause; -3; admin noscript loading stale; 0 0 0; admin slow dangerous connection; -; -; connection
client|reply; 3; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|setname; 3; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|tracking; -3; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|trackinginfo; 2; noscript loading stale; 0 0 0; slow connection; -; -; connection
client|unblock; -3; admin noscript loading stale; 0 0 0; admin slow dangerous connection; -; -; connection
client|unpause; 2; admin noscript loading stale; 0 0 0; admin slow dangerous connection; -; -; connection
cluster; -2; -; 0 0 0; slow; -; -; cluster
cluster|addslots; -3; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|addslotsrange; -4; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|bumpepoch; 2; admin stale no_async_loading; 0 0 0; admin slow dangerous; nondeterministic_output; -; cluster
cluster|count-failure-reports; 3; admin stale; 0 0 0; admin slow dangerous; nondeterministic_output; -; cluster
cluster|countkeysinslot; 3; stale; 0 0 0; slow; -; -; cluster
cluster|delslots; -3; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|delslotsrange; -4; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|failover; -2; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|flushslots; 2; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|forget; 3; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|getkeysinslot; 4; stale; 0 0 0; slow; nondeterministic_output; -; cluster
cluster|help; 2; loading stale; 0 0 0; slow; -; -; cluster
cluster|info; 2; stale; 0 0 0; slow; nondeterministic_output; -; cluster
cluster|keyslot; 3; stale; 0 0 0; slow; -; -; cluster
cluster|links; 2; stale; 0 0 0; slow; nondeterministic_output; -; cluster
cluster|meet; -4; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|myid; 2; stale; 0 0 0; slow; -; -; cluster
cluster|nodes; 2; stale; 0 0 0; slow; nondeterministic_output; -; cluster
cluster|replicas; 3; admin stale; 0 0 0; admin slow dangerous; nondeterministic_output; -; cluster
cluster|replicate; 3; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|reset; -2; admin noscript stale; 0 0 0; admin slow dangerous; -; -; cluster
cluster|saveconfig; 2; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|set-config-epoch; 3; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|setslot; -4; admin stale no_async_loading; 0 0 0; admin slow dangerous; -; -; cluster
cluster|shards; 2; stale; 0 0 0; slow; nondeterministic_output; -; cluster
cluster|slaves; 3; admin stale; 0 0 0; admin slow dangerous; nondeterministic_output; -; cluster
cluster|slots; 2; stale; 0 0 0; slow; nondeterministic_output; -; cluster
command; -1; loading stale; 0 0 0; slow connection; nondeterministic_output_order; -; server
command|count; 2; loading stale; 0 0 0; slow connection; -; -; server
command|docs; -2; loading stale; 0 0 0; slow connection; nondeterministic_output_order; -; server
command|getkeys; -4; loading stale; 0 0 0; slow connection; -; -; server
command|getkeysandflags; -4; loading stale; 0 0 0; slow connection; -; -; server
command|help; 2; loading stale; 0 0 0; slow connection; -; -; server
command|info; -2; loading stale; 0 0 0; slow connection; nondeterministic_output_order; -; server
command|list; -2; loading stale; 0 0 0; slow connection; nondeterministic_output_order; -; server
config; -2; -; 0 0 0; slow; -; -; server
config|get; -3; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
config|help; 2; loading stale; 0 0 0; slow; -; -; server
config|resetstat; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
config|rewrite; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
config|set; -4; admin noscript loading stale; 0 0 0; admin slow dangerous; request_policy:all_nodes response_policy:all_succeeded; -; server
copy; -3; write denyoom; 1 2 1; keyspace write slow; -; RO access:i1:r0,1,0 & OW update:i2:r0,1,0; generic
dbsize; 1; readonly fast; 0 0 0; keyspace read fast; request_policy:all_shards response_policy:agg_sum; -; server
debug; -2; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
decr; 2; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
decrby; 3; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
del; -2; write; 1 -1 1; keyspace write slow; request_policy:multi_shard response_policy:agg_sum; RM delete:i1:r-1,1,0; generic
discard; 1; noscript loading stale fast allow_busy; 0 0 0; fast transaction; -; -; transactions
dump; 2; readonly; 1 1 1; keyspace read slow; nondeterministic_output; RO access:i1:r0,1,0; generic
echo; 2; loading stale fast; 0 0 0; fast connection; -; -; connection
eval; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RW access update:i2:n0,1,1; scripting
eval_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RO access:i2:n0,1,1; scripting
evalsha; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RW access update:i2:n0,1,1; scripting
evalsha_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RO access:i2:n0,1,1; scripting
exec; 1; noscript loading stale skip_slowlog; 0 0 0; slow transaction; -; -; transactions
exists; -2; readonly fast; 1 -1 1; keyspace read fast; request_policy:multi_shard response_policy:agg_sum; RO:i1:r-1,1,0; generic
expire; -3; write fast; 1 1 1; keyspace write fast; -; RW update:i1:r0,1,0; generic
expireat; -3; write fast; 1 1 1; keyspace write fast; -; RW update:i1:r0,1,0; generic
expiretime; 2; readonly fast; 1 1 1; keyspace read fast; -; RO access:i1:r0,1,0; generic
failover; -1; admin noscript stale; 0 0 0; admin slow dangerous; -; -; server
fcall; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RW access update:i2:n0,1,1; scripting
fcall_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; 0 0 0; slow scripting; -; RO access:i2:n0,1,1; scripting
flushall; -1; write; 0 0 0; keyspace write slow dangerous; request_policy:all_shards response_policy:all_succeeded; -; server
flushdb; -1; write; 0 0 0; keyspace write slow dangerous; request_policy:all_shards response_policy:all_succeeded; -; server
function; -2; -; 0 0 0; slow; -; -; scripting
function|delete; 3; write noscript; 0 0 0; write slow scripting; request_policy:all_shards response_policy:all_succeeded; -; scripting
function|dump; 2; noscript; 0 0 0; slow scripting; -; -; scripting
function|flush; -2; write noscript; 0 0 0; write slow scripting; request_policy:all_shards response_policy:all_succeeded; -; scripting
function|help; 2; loading stale; 0 0 0; slow scripting; -; -; scripting
function|kill; 2; noscript allow_busy; 0 0 0; slow scripting; request_policy:all_shards response_policy:one_succeeded; -; scripting
function|list; -2; noscript; 0 0 0; slow scripting; nondeterministic_output_order; -; scripting
function|load; -3; write denyoom noscript; 0 0 0; write slow scripting; request_policy:all_shards response_policy:all_succeeded; -; scripting
function|restore; -3; write denyoom noscript; 0 0 0; write slow scripting; request_policy:all_shards response_policy:all_succeeded; -; scripting
function|stats; 2; noscript allow_busy; 0 0 0; slow scripting; nondeterministic_output request_policy:all_shards response_policy:special; -; scripting
geoadd; -5; write denyoom; 1 1 1; write geo slow; -; RW update:i1:r0,1,0; geo
geodist; -4; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
geohash; -2; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
geopos; -2; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
georadius; -6; write denyoom movablekeys; 1 1 1; write geo slow; -; RO access:i1:r0,1,0 & OW update:kSTORE,6:r0,1,0 & OW update:kSTOREDIST,6:r0,1,0; geo
georadius_ro; -6; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
georadiusbymember; -5; write denyoom movablekeys; 1 1 1; write geo slow; -; RO access:i1:r0,1,0 & OW update:kSTORE,5:r0,1,0 & OW update:kSTOREDIST,5:r0,1,0; geo
georadiusbymember_ro; -5; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
geosearch; -7; readonly; 1 1 1; read geo slow; -; RO access:i1:r0,1,0; geo
geosearchstore; -8; write denyoom; 1 2 1; write geo slow; -; OW update:i1:r0,1,0 & RO access:i2:r0,1,0; geo
get; 2; readonly fast; 1 1 1; read string fast; -; RO access:i1:r0,1,0; string
getbit; 3; readonly fast; 1 1 1; read bitmap fast; -; RO access:i1:r0,1,0; bitmap
getdel; 2; write fast; 1 1 1; write string fast; -; RW access delete:i1:r0,1,0; string
getex; -2; write fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
getrange; 4; readonly; 1 1 1; read string slow; -; RO access:i1:r0,1,0; string
getset; 3; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
hdel; -3; write fast; 1 1 1; write hash fast; -; RW delete:i1:r0,1,0; hash
hello; -1; noscript loading stale fast no_auth allow_busy; 0 0 0; fast connection; -; -; connection
hexists; 3; readonly fast; 1 1 1; read hash fast; -; RO:i1:r0,1,0; hash
hget; 3; readonly fast; 1 1 1; read hash fast; -; RO access:i1:r0,1,0; hash
hgetall; 2; readonly; 1 1 1; read hash slow; nondeterministic_output_order; RO access:i1:r0,1,0; hash
hincrby; 4; write denyoom fast; 1 1 1; write hash fast; -; RW access update:i1:r0,1,0; hash
hincrbyfloat; 4; write denyoom fast; 1 1 1; write hash fast; -; RW access update:i1:r0,1,0; hash
hkeys; 2; readonly; 1 1 1; read hash slow; nondeterministic_output_order; RO access:i1:r0,1,0; hash
hlen; 2; readonly fast; 1 1 1; read hash fast; -; RO:i1:r0,1,0; hash
hmget; -3; readonly fast; 1 1 1; read hash fast; -; RO access:i1:r0,1,0; hash
hmset; -4; write denyoom fast; 1 1 1; write hash fast; -; RW update:i1:r0,1,0; hash
hrandfield; -2; readonly; 1 1 1; read hash slow; nondeterministic_output; RO access:i1:r0,1,0; hash
hscan; -3; readonly; 1 1 1; read hash slow; nondeterministic_output; RO access:i1:r0,1,0; hash
hset; -4; write denyoom fast; 1 1 1; write hash fast; -; RW update:i1:r0,1,0; hash
hsetnx; 4; write denyoom fast; 1 1 1; write hash fast; -; RW insert:i1:r0,1,0; hash
hstrlen; 3; readonly fast; 1 1 1; read hash fast; -; RO:i1:r0,1,0; hash
hvals; 2; readonly; 1 1 1; read hash slow; nondeterministic_output_order; RO access:i1:r0,1,0; hash
incr; 2; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
incrby; 3; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
incrbyfloat; 3; write denyoom fast; 1 1 1; write string fast; -; RW access update:i1:r0,1,0; string
info; -1; loading stale; 0 0 0; slow dangerous; nondeterministic_output request_policy:all_shards response_policy:special; -; server
keys; 2; readonly; 0 0 0; keyspace read slow dangerous; request_policy:all_shards nondeterministic_output_order; -; generic
lastsave; 1; loading stale fast; 0 0 0; admin fast dangerous; nondeterministic_output; -; server
latency; -2; -; 0 0 0; slow; -; -; server
latency|doctor; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; nondeterministic_output request_policy:all_nodes response_policy:special; -; server
latency|graph; 3; admin noscript loading stale; 0 0 0; admin slow dangerous; nondeterministic_output request_policy:all_nodes response_policy:special; -; server
latency|help; 2; loading stale; 0 0 0; slow; -; -; server
latency|histogram; -2; admin noscript loading stale; 0 0 0; admin slow dangerous; nondeterministic_output request_policy:all_nodes response_policy:special; -; server
latency|history; 3; admin noscript loading stale; 0 0 0; admin slow dangerous; nondeterministic_output request_policy:all_nodes response_policy:special; -; server
latency|latest; 2; admin noscript loading stale; 0 0 0; admin slow dangerous; nondeterministic_output request_policy:all_nodes response_policy:special; -; server
latency|reset; -2; admin noscript loading stale; 0 0 0; admin slow dangerous; request_policy:all_nodes response_policy:all_succeeded; -; server
lcs; -3; readonly; 1 2 1; read string slow; -; RO access:i1:r1,1,0; string
lindex; 3; readonly; 1 1 1; read list slow; -; RO access:i1:r0,1,0; list
linsert; 5; write denyoom; 1 1 1; write list slow; -; RW insert:i1:r0,1,0; list
llen; 2; readonly fast; 1 1 1; read list fast; -; RO:i1:r0,1,0; list
lmove; 5; write denyoom; 1 2 1; write list slow; -; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0; list
lmpop; -4; write movablekeys; 0 0 0; write list slow; -; RW access delete:i1:n0,1,1; list
lolwut; -1; readonly fast; 0 0 0; read fast; -; -; server
lpop; -2; write fast; 1 1 1; write list fast; -; RW access delete:i1:r0,1,0; list
lpos; -3; readonly; 1 1 1; read list slow; -; RO access:i1:r0,1,0; list
lpush; -3; write denyoom fast; 1 1 1; write list fast; -; RW insert:i1:r0,1,0; list
lpushx; -3; write denyoom fast; 1 1 1; write list fast; -; RW insert:i1:r0,1,0; list
lrange; 4; readonly; 1 1 1; read list slow; -; RO access:i1:r0,1,0; list
lrem; 4; write; 1 1 1; write list slow; -; RW delete:i1:r0,1,0; list
lset; 4; write denyoom; 1 1 1; write list slow; -; RW update:i1:r0,1,0; list
ltrim; 4; write; 1 1 1; write list slow; -; RW delete:i1:r0,1,0; list
memory; -2; -; 0 0 0; slow; -; -; server
memory|doctor; 2; -; 0 0 0; slow; nondeterministic_output request_policy:all_shards response_policy:special; -; server
memory|help; 2; loading stale; 0 0 0; slow; -; -; server
memory|malloc-stats; 2; -; 0 0 0; slow; nondeterministic_output request_policy:all_shards response_policy:special; -; server
memory|purge; 2; -; 0 0 0; slow; request_policy:all_shards response_policy:all_succeeded; -; server
memory|stats; 2; -; 0 0 0; slow; nondeterministic_output request_policy:all_shards response_policy:special; -; server
memory|usage; -3; readonly; 2 2 1; read slow; -; RO:i2:r0,1,0; server
mget; -2; readonly fast; 1 -1 1; read string fast; request_policy:multi_shard; RO access:i1:r-1,1,0; string
migrate; -6; write movablekeys; 3 3 1; keyspace write slow dangerous; nondeterministic_output; RW access delete:i3:r0,1,0 & RW access delete incomplete:kKEYS,-2:r-1,1,0; generic
module; -2; -; 0 0 0; slow; -; -; server
module|help; 2; loading stale; 0 0 0; slow; -; -; server
module|list; 2; admin noscript; 0 0 0; admin slow dangerous; nondeterministic_output_order; -; server
module|load; -3; admin noscript no_async_loading; 0 0 0; admin slow dangerous; -; -; server
module|loadex; -3; admin noscript no_async_loading; 0 0 0; admin slow dangerous; -; -; server
module|unload; 3; admin noscript no_async_loading; 0 0 0; admin slow dangerous; -; -; server
monitor; 1; admin noscript loading stale; 0 0 0; admin slow dangerous; -; -; server
move; 3; write fast; 1 1 1; keyspace write fast; -; RW access update:i1:r0,1,0; generic
mset; -3; write denyoom; 1 -1 2; write string slow; request_policy:multi_shard response_policy:all_succeeded; OW update:i1:r-1,2,0; string
msetnx; -3; write denyoom; 1 -1 2; write string slow; request_policy:multi_shard response_policy:agg_min; OW insert:i1:r-1,2,0; string
multi; 1; noscript loading stale fast allow_busy; 0 0 0; fast transaction; -; -; transactions
object; -2; -; 0 0 0; slow; -; -; generic
object|encoding; 3; readonly; 2 2 1; keyspace read slow; nondeterministic_output; RO:i2:r0,1,0; generic
object|freq; 3; readonly; 2 2 1; keyspace read slow; nondeterministic_output; RO:i2:r0,1,0; generic
object|help; 2; loading stale; 0 0 0; keyspace slow; -; -; generic
object|idletime; 3; readonly; 2 2 1; keyspace read slow; nondeterministic_output; RO:i2:r0,1,0; generic
object|refcount; 3; readonly; 2 2 1; keyspace read slow; nondeterministic_output; RO:i2:r0,1,0; generic
persist; 2; write fast; 1 1 1; keyspace write fast; -; RW update:i1:r0,1,0; generic
pexpire; -3; write fast; 1 1 1; keyspace write fast; -; RW update:i1:r0,1,0; generic
pexpireat; -3; write fast; 1 1 1; keyspace write fast; -; RW update:i1:r0,1,0; generic
pexpiretime; 2; readonly fast; 1 1 1; keyspace read fast; -; RO access:i1:r0,1,0; generic
pfadd; -2; write denyoom fast; 1 1 1; write hyperloglog fast; -; RW insert:i1:r0,1,0; hyperloglog
pfcount; -2; readonly; 1 -1 1; read hyperloglog slow; -; RW access:i1:r-1,1,0; hyperloglog
pfdebug; 3; write denyoom admin; 2 2 1; write hyperloglog admin slow dangerous; -; RW access:i2:r0,1,0; hyperloglog
pfmerge; -2; write denyoom; 1 -1 1; write hyperloglog slow; -; RW access insert:i1:r0,1,0 & RO access:i2:r-1,1,0; hyperloglog
pfselftest; 1; admin; 0 0 0; hyperloglog admin slow dangerous; -; -; hyperloglog
ping; -1; fast; 0 0 0; fast connection; request_policy:all_shards response_policy:all_succeeded; -; connection
psetex; 4; write denyoom; 1 1 1; write string slow; -; OW update:i1:r0,1,0; string
psubscribe; -2; pubsub noscript loading stale; 0 0 0; pubsub slow; -; -; pubsub
psync; -3; admin noscript no_async_loading no_multi; 0 0 0; admin slow dangerous; -; -; server
pttl; 2; readonly fast; 1 1 1; keyspace read fast; nondeterministic_output; RO access:i1:r0,1,0; generic
publish; 3; pubsub loading stale fast; 0 0 0; pubsub fast; -; -; pubsub
pubsub; -2; -; 0 0 0; slow; -; -; pubsub
pubsub|channels; -2; pubsub loading stale; 0 0 0; pubsub slow; -; -; pubsub
pubsub|help; 2; loading stale; 0 0 0; slow; -; -; pubsub
pubsub|numpat; 2; pubsub loading stale; 0 0 0; pubsub slow; -; -; pubsub
pubsub|numsub; -2; pubsub loading stale; 0 0 0; pubsub slow; -; -; pubsub
pubsub|shardchannels; -2; pubsub loading stale; 0 0 0; pubsub slow; -; -; pubsub
pubsub|shardnumsub; -2; pubsub loading stale; 0 0 0; pubsub slow; -; -; pubsub
punsubscribe; -1; pubsub noscript loading stale; 0 0 0; pubsub slow; -; -; pubsub
quit; -1; noscript loading stale fast no_auth allow_busy; 0 0 0; fast connection; -; -; connection
randomkey; 1; readonly; 0 0 0; keyspace read slow; request_policy:all_shards nondeterministic_output; -; generic
readonly; 1; loading stale fast; 0 0 0; fast connection; -; -; cluster
readwrite; 1; loading stale fast; 0 0 0; fast connection; -; -; cluster
rename; 3; write; 1 2 1; keyspace write slow; -; RW access delete:i1:r0,1,0 & OW update:i2:r0,1,0; generic
renamenx; 3; write fast; 1 2 1; keyspace write fast; -; RW access delete:i1:r0,1,0 & OW insert:i2:r0,1,0; generic
replconf; -1; admin noscript loading stale allow_busy; 0 0 0; admin slow dangerous; -; -; server
replicaof; 3; admin noscript stale no_async_loading; 0 0 0; admin slow dangerous; -; -; server
reset; 1; noscript loading stale fast no_auth allow_busy; 0 0 0; fast connection; -; -; connection
restore; -4; write denyoom; 1 1 1; keyspace write slow dangerous; -; OW update:i1:r0,1,0; generic
restore-asking; -4; write denyoom asking; 1 1 1; keyspace write slow dangerous; -; OW update:i1:r0,1,0; server
role; 1; noscript loading stale fast; 0 0 0; admin fast dangerous; -; -; server
rpop; -2; write fast; 1 1 1; write list fast; -; RW access delete:i1:r0,1,0; list
rpoplpush; 3; write denyoom; 1 2 1; write list slow; -; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0; list
rpush; -3; write denyoom fast; 1 1 1; write list fast; -; RW insert:i1:r0,1,0; list
rpushx; -3; write denyoom fast; 1 1 1; write list fast; -; RW insert:i1:r0,1,0; list
sadd; -3; write denyoom fast; 1 1 1; write set fast; -; RW insert:i1:r0,1,0; set
save; 1; admin noscript no_async_loading no_multi; 0 0 0; admin slow dangerous; -; -; server
scan; -2; readonly; 0 0 0; keyspace read slow; nondeterministic_output request_policy:special; -; generic
scard; 2; readonly fast; 1 1 1; read set fast; -; RO:i1:r0,1,0; set
script; -2; -; 0 0 0; slow; -; -; scripting
script|debug; 3; noscript; 0 0 0; slow scripting; -; -; scripting
script|exists; -3; noscript; 0 0 0; slow scripting; request_policy:all_shards response_policy:agg_logical_and; -; scripting
script|flush; -2; noscript; 0 0 0; slow scripting; request_policy:all_nodes response_policy:all_succeeded; -; scripting
script|help; 2; loading stale; 0 0 0; slow scripting; -; -; scripting
script|kill; 2; noscript allow_busy; 0 0 0; slow scripting; request_policy:all_shards response_policy:one_succeeded; -; scripting
script|load; 3; noscript stale; 0 0 0; slow scripting; request_policy:all_nodes response_policy:all_succeeded; -; scripting
sdiff; -2; readonly; 1 -1 1; read set slow; nondeterministic_output_order; RO access:i1:r-1,1,0; set
sdiffstore; -3; write denyoom; 1 -1 1; write set slow; -; OW update:i1:r0,1,0 & RO access:i2:r-1,1,0; set
select; 2; loading stale fast; 0 0 0; fast connection; -; -; connection
set; -3; write denyoom; 1 1 1; write string slow; -; RW access update variable_flags:i1:r0,1,0; string
setbit; 4; write denyoom; 1 1 1; write bitmap slow; -; RW access update:i1:r0,1,0; bitmap
setex; 4; write denyoom; 1 1 1; write string slow; -; OW update:i1:r0,1,0; string
setnx; 3; write denyoom fast; 1 1 1; write string fast; -; OW insert:i1:r0,1,0; string
setrange; 4; write denyoom; 1 1 1; write string slow; -; RW update:i1:r0,1,0; string
shutdown; -1; admin noscript loading stale no_multi allow_busy; 0 0 0; admin slow dangerous; -; -; server
sinter; -2; readonly; 1 -1 1; read set slow; nondeterministic_output_order; RO access:i1:r-1,1,0; set
sintercard; -3; readonly movablekeys; 0 0 0; read set slow; -; RO access:i1:n0,1,1; set
sinterstore; -3; write denyoom; 1 -1 1; write set slow; -; RW update:i1:r0,1,0 & RO access:i2:r-1,1,0; set
sismember; 3; readonly fast; 1 1 1; read set fast; -; RO:i1:r0,1,0; set
slaveof; 3; admin noscript stale no_async_loading; 0 0 0; admin slow dangerous; -; -; server
slowlog; -2; -; 0 0 0; slow; -; -; server
slowlog|get; -2; admin loading stale; 0 0 0; admin slow dangerous; request_policy:all_nodes nondeterministic_output; -; server
slowlog|help; 2; loading stale; 0 0 0; slow; -; -; server
slowlog|len; 2; admin loading stale; 0 0 0; admin slow dangerous; request_policy:all_nodes response_policy:agg_sum nondeterministic_output; -; server
slowlog|reset; 2; admin loading stale; 0 0 0; admin slow dangerous; request_policy:all_nodes response_policy:all_succeeded; -; server
smembers; 2; readonly; 1 1 1; read set slow; nondeterministic_output_order; RO access:i1:r0,1,0; set
smismember; -3; readonly fast; 1 1 1; read set fast; -; RO access:i1:r0,1,0; set
smove; 4; write fast; 1 2 1; write set fast; -; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0; set
sort; -2; write denyoom movablekeys; 1 1 1; write set sortedset list slow dangerous; -; RO access:i1:r0,1,0 & RO access:u:u & OW update:u:u; generic
sort_ro; -2; readonly movablekeys; 1 1 1; read set sortedset list slow dangerous; -; RO access:i1:r0,1,0 & RO access:u:u; generic
spop; -2; write fast; 1 1 1; write set fast; nondeterministic_output; RW access delete:i1:r0,1,0; set
spublish; 3; pubsub loading stale fast; 1 1 1; pubsub fast; -; not_key:i1:r0,1,0; pubsub
srandmember; -2; readonly; 1 1 1; read set slow; nondeterministic_output; RO access:i1:r0,1,0; set
srem; -3; write fast; 1 1 1; write set fast; -; RW delete:i1:r0,1,0; set
sscan; -3; readonly; 1 1 1; read set slow; nondeterministic_output; RO access:i1:r0,1,0; set
ssubscribe; -2; pubsub noscript loading stale; 1 -1 1; pubsub slow; -; not_key:i1:r-1,1,0; pubsub
strlen; 2; readonly fast; 1 1 1; read string fast; -; RO:i1:r0,1,0; string
subscribe; -2; pubsub noscript loading stale; 0 0 0; pubsub slow; -; -; pubsub
substr; 4; readonly; 1 1 1; read string slow; -; RO access:i1:r0,1,0; string
sunion; -2; readonly; 1 -1 1; read set slow; nondeterministic_output_order; RO access:i1:r-1,1,0; set
sunionstore; -3; write denyoom; 1 -1 1; write set slow; -; OW update:i1:r0,1,0 & RO access:i2:r-1,1,0; set
sunsubscribe; -1; pubsub noscript loading stale; 1 -1 1; pubsub slow; -; not_key:i1:r-1,1,0; pubsub
swapdb; 3; write fast; 0 0 0; keyspace write fast dangerous; -; -; server
sync; 1; admin noscript no_async_loading no_multi; 0 0 0; admin slow dangerous; -; -; server
time; 1; loading stale fast; 0 0 0; fast; nondeterministic_output; -; server
touch; -2; readonly fast; 1 -1 1; keyspace read fast; request_policy:multi_shard response_policy:agg_sum; RO:i1:r-1,1,0; generic
ttl; 2; readonly fast; 1 1 1; keyspace read fast; nondeterministic_output; RO access:i1:r0,1,0; generic
type; 2; readonly fast; 1 1 1; keyspace read fast; -; RO:i1:r0,1,0; generic
unlink; -2; write fast; 1 -1 1; keyspace write fast; request_policy:multi_shard response_policy:agg_sum; RM delete:i1:r-1,1,0; generic
unsubscribe; -1; pubsub noscript loading stale; 0 0 0; pubsub slow; -; -; pubsub
unwatch; 1; noscript loading stale fast allow_busy; 0 0 0; fast transaction; -; -; transactions
wait; 3; noscript; 0 0 0; slow connection; request_policy:all_shards response_policy:agg_min; -; generic
watch; -2; noscript loading stale fast allow_busy; 1 -1 1; fast transaction; -; RO:i1:r-1,1,0; transactions
xack; -4; write fast; 1 1 1; write stream fast; -; RW update:i1:r0,1,0; stream
xadd; -5; write denyoom fast; 1 1 1; write stream fast; nondeterministic_output; RW update:i1:r0,1,0; stream
xautoclaim; -6; write fast; 1 1 1; write stream fast; nondeterministic_output; RW delete:i1:r0,1,0; stream
xclaim; -6; write fast; 1 1 1; write stream fast; nondeterministic_output; RW update:i1:r0,1,0; stream
xdel; -3; write fast; 1 1 1; write stream fast; -; RW delete:i1:r0,1,0; stream
xgroup; -2; -; 0 0 0; slow; -; -; stream
xgroup|create; -5; write denyoom; 2 2 1; write stream slow; -; RW insert:i2:r0,1,0; stream
xgroup|createconsumer; 5; write denyoom; 2 2 1; write stream slow; -; RW insert:i2:r0,1,0; stream
xgroup|delconsumer; 5; write; 2 2 1; write stream slow; -; RW delete:i2:r0,1,0; stream
xgroup|destroy; 4; write; 2 2 1; write stream slow; -; RW delete:i2:r0,1,0; stream
xgroup|help; 2; loading stale; 0 0 0; stream slow; -; -; stream
xgroup|setid; -5; write; 2 2 1; write stream slow; -; RW update:i2:r0,1,0; stream
xinfo; -2; -; 0 0 0; slow; -; -; stream
xinfo|consumers; 4; readonly; 2 2 1; read stream slow; nondeterministic_output; RO access:i2:r0,1,0; stream
xinfo|groups; 3; readonly; 2 2 1; read stream slow; -; RO access:i2:r0,1,0; stream
xinfo|help; 2; loading stale; 0 0 0; stream slow; -; -; stream
xinfo|stream; -3; readonly; 2 2 1; read stream slow; -; RO access:i2:r0,1,0; stream
xlen; 2; readonly fast; 1 1 1; read stream fast; -; RO:i1:r0,1,0; stream
xpending; -3; readonly; 1 1 1; read stream slow; nondeterministic_output; RO access:i1:r0,1,0; stream
xrange; -4; readonly; 1 1 1; read stream slow; -; RO access:i1:r0,1,0; stream
xread; -4; readonly blocking movablekeys; 0 0 0; read stream slow blocking; -; RO access:kSTREAMS,1:r-1,1,2; stream
xreadgroup; -7; write blocking movablekeys; 0 0 0; write stream slow blocking; -; RO access:kSTREAMS,4:r-1,1,2; stream
xrevrange; -4; readonly; 1 1 1; read stream slow; -; RO access:i1:r0,1,0; stream
xsetid; -3; write denyoom fast; 1 1 1; write stream fast; -; RW update:i1:r0,1,0; stream
xtrim; -4; write; 1 1 1; write stream slow; nondeterministic_output; RW delete:i1:r0,1,0; stream
zadd; -4; write denyoom fast; 1 1 1; write sortedset fast; -; RW update:i1:r0,1,0; sorted-set
zcard; 2; readonly fast; 1 1 1; read sortedset fast; -; RO:i1:r0,1,0; sorted-set
zcount; 4; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zdiff; -3; readonly movablekeys; 0 0 0; read sortedset slow; -; RO access:i1:n0,1,1; sorted-set
zdiffstore; -4; write denyoom movablekeys; 1 1 1; write sortedset slow; -; OW update:i1:r0,1,0 & RO access:i2:n0,1,1; sorted-set
zincrby; 4; write denyoom fast; 1 1 1; write sortedset fast; -; RW access update:i1:r0,1,0; sorted-set
zinter; -3; readonly movablekeys; 0 0 0; read sortedset slow; -; RO access:i1:n0,1,1; sorted-set
zintercard; -3; readonly movablekeys; 0 0 0; read sortedset slow; -; RO access:i1:n0,1,1; sorted-set
zinterstore; -4; write denyoom movablekeys; 1 1 1; write sortedset slow; -; OW update:i1:r0,1,0 & RO access:i2:n0,1,1; sorted-set
zlexcount; 4; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zmpop; -4; write movablekeys; 0 0 0; write sortedset slow; -; RW access delete:i1:n0,1,1; sorted-set
zmscore; -3; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zpopmax; -2; write fast; 1 1 1; write sortedset fast; -; RW access delete:i1:r0,1,0; sorted-set
zpopmin; -2; write fast; 1 1 1; write sortedset fast; -; RW access delete:i1:r0,1,0; sorted-set
zrandmember; -2; readonly; 1 1 1; read sortedset slow; nondeterministic_output; RO access:i1:r0,1,0; sorted-set
zrange; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrangebylex; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrangebyscore; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrangestore; -5; write denyoom; 1 2 1; write sortedset slow; -; OW update:i1:r0,1,0 & RO access:i2:r0,1,0; sorted-set
zrank; 3; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zrem; -3; write fast; 1 1 1; write sortedset fast; -; RW delete:i1:r0,1,0; sorted-set
zremrangebylex; 4; write; 1 1 1; write sortedset slow; -; RW delete:i1:r0,1,0; sorted-set
zremrangebyrank; 4; write; 1 1 1; write sortedset slow; -; RW delete:i1:r0,1,0; sorted-set
zremrangebyscore; 4; write; 1 1 1; write sortedset slow; -; RW delete:i1:r0,1,0; sorted-set
zrevrange; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrevrangebylex; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrevrangebyscore; -4; readonly; 1 1 1; read sortedset slow; -; RO access:i1:r0,1,0; sorted-set
zrevrank; 3; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zscan; -3; readonly; 1 1 1; read sortedset slow; nondeterministic_output; RO access:i1:r0,1,0; sorted-set
zscore; 3; readonly fast; 1 1 1; read sortedset fast; -; RO access:i1:r0,1,0; sorted-set
zunion; -3; readonly movablekeys; 0 0 0; read sortedset slow; -; RO access:i1:n0,1,1; sorted-set
zunionstore; -4; write denyoom movablekeys; 1 1 1; write sortedset slow; -; OW update:i1:r0,1,0 & RO access:i2:n0,1,1; sorted-set
`;
