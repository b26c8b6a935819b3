/* The table of all commands of Redis 7.0 and what is known of each (after commands/*.json and the
 * command structures in server.h).
 *
 * Rows are data: name; arity; flags; group; key specifications; ACL categories that do not follow from group
 * and flags; tips. What is not there is a dash, and no dashes stand at the end. A key specification is written
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

/** Categories of ACL rules, in Redis's order. */
export const ACL_CATEGORIES: readonly string[] = words(
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream ' +
    'pubsub admin fast slow blocking dangerous connection transaction scripting',
);

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

type Row = [string, string, string, string, string?, string?, string?];

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
  /** Whose enable-...-command parameter must allow it. */
  readonly guard: 'debug' | 'module' | null;
  readonly subcommands: Map<string, Command> | null;
  /** Set once by commands.ts; null for a container or a command that cannot exist here. */
  proc: CommandProc | null = null;

  constructor(row: string, id: number, parent: Command | null, isContainer: boolean) {
    const [fullName, arity, flags, group, specs = '-', categories = '-', tips = '-'] = row.split('; ') as Row;
    const bar = fullName.indexOf('|');
    this.fullName = fullName;
    this.name = bar < 0 ? fullName : fullName.slice(bar + 1);
    this.arity = Number(arity);
    this.flagNames = words(flags);
    const hidden = MAY_REPLICATE.has(fullName) ? CMD_MAY_REPLICATE : 0;
    this.flags = this.flagNames.reduce((bits, flag) => bits | (FLAG_BITS[flag] ?? 0), hidden);
    this.aclCategories = categoriesOf(this.flagNames, group, categories);
    this.tips = words(tips);
    this.keySpecs = specs === '-' ? [] : specs.split(' & ').map(parseKeySpec);
    [this.firstKey, this.lastKey, this.keyStep] = legacyRange(this.keySpecs);
    this.group = group;
    this.id = id;
    this.parent = parent;
    this.guard = guardOf(this);
    this.subcommands = isContainer ? new Map() : null;
  }

  /** Whether so many words, its name among them, can be this command: a negative arity is a minimum. */
  fitsArity(words: number): boolean {
    return this.arity > 0 ? words === this.arity : words >= -this.arity;
  }

  /** Commands are part of the program, not of a server's state. */
  [CLONE](): this {
    return this;
  }
}

/** DEBUG, and MODULE but for what only looks. */
function guardOf({ fullName, name, parent }: Command): 'debug' | 'module' | null {
  if (fullName === 'debug') return 'debug';
  return parent?.fullName === 'module' && name !== 'list' && name !== 'help' ? 'module' : null;
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

/** First key, last key and step, as they were told before there were specifications: of those that follow each
 *  other without a gap. */
function legacyRange(specs: readonly CommandKeySpec[]): [first: number, last: number, step: number] {
  let range: [number, number, number] = [0, 0, 0];
  for (const { begin, find } of specs) {
    if (begin.type !== 'index' || find.type !== 'range') continue;
    const [first, last] = range;
    if (first !== 0 && begin.index !== last + 1) break;
    const end = find.lastKey < 0 ? find.lastKey : begin.index + find.lastKey;
    range = [first || begin.index, end, find.keyStep];
  }
  return range;
}

/** The category of a group that has another name; the other categories of a group have its own. */
const GROUP_CATEGORIES: Readonly<Record<string, string>> = {
  'sorted-set': 'sortedset',
  transactions: 'transaction',
  generic: 'keyspace',
};

/** What follows from flags, and from the group where nothing else is said. */
function categoriesOf(flags: readonly string[], group: string, said: string): string[] {
  const found = new Set(said === '-' ? [GROUP_CATEGORIES[group] ?? group] : words(said));
  for (const flag of ['write', 'pubsub', 'blocking']) if (flags.includes(flag)) found.add(flag);
  // What a script reads is not known of it.
  if (flags.includes('readonly') && group !== 'scripting') found.add('read');
  if (flags.includes('admin')) found.add('admin').add('dangerous');
  found.add(flags.includes('fast') ? 'fast' : 'slow');
  return ACL_CATEGORIES.filter((category) => found.has(category));
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
acl; -2; -; server
acl|cat; -2; noscript loading stale; server
acl|deluser; -3; admin noscript loading stale; server
acl|dryrun; -4; admin noscript loading stale; server
acl|genpass; -2; noscript loading stale; server
acl|getuser; 3; admin noscript loading stale; server
acl|help; 2; loading stale; server
acl|list; 2; admin noscript loading stale; server
acl|load; 2; admin noscript loading stale; server
acl|log; -2; admin noscript loading stale; server
acl|save; 2; admin noscript loading stale; server
acl|setuser; -3; admin noscript loading stale; server
acl|users; 2; admin noscript loading stale; server
acl|whoami; 2; noscript loading stale; server
append; 3; write denyoom fast; string; RW insert:i1:r0,1,0
asking; 1; fast; cluster; -; connection
auth; -2; noscript loading stale fast no_auth allow_busy; connection
bgrewriteaof; 1; admin noscript no_async_loading; server
bgsave; -1; admin noscript no_async_loading; server
bitcount; -2; readonly; bitmap; RO access:i1:r0,1,0
bitfield; -2; write denyoom; bitmap; RW access update variable_flags:i1:r0,1,0
bitfield_ro; -2; readonly fast; bitmap; RO access:i1:r0,1,0
bitop; -4; write denyoom; bitmap; OW update:i2:r0,1,0 & RO access:i3:r-1,1,0
bitpos; -3; readonly; bitmap; RO access:i1:r0,1,0
blmove; 6; write denyoom noscript blocking; list; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0
blmpop; -5; write blocking movablekeys; list; RW access delete:i2:n0,1,1
blpop; -3; write noscript blocking; list; RW access delete:i1:r-2,1,0
brpop; -3; write noscript blocking; list; RW access delete:i1:r-2,1,0
brpoplpush; 4; write denyoom noscript blocking; list; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0
bzmpop; -5; write blocking movablekeys; sorted-set; RW access delete:i2:n0,1,1
bzpopmax; -3; write noscript blocking fast; sorted-set; RW access delete:i1:r-2,1,0
bzpopmin; -3; write noscript blocking fast; sorted-set; RW access delete:i1:r-2,1,0
client; -2; -; connection; -; none
client|caching; 3; noscript loading stale; connection
client|getname; 2; noscript loading stale; connection
client|getredir; 2; noscript loading stale; connection
client|help; 2; loading stale; connection
client|id; 2; noscript loading stale; connection
client|info; 2; noscript loading stale; connection; -; -; nondeterministic_output
client|kill; -3; admin noscript loading stale; connection
client|list; -2; admin noscript loading stale; connection; -; -; nondeterministic_output
client|no-evict; 3; admin noscript loading stale; connection
client|pause; -3; admin noscript loading stale; connection
client|reply; 3; noscript loading stale; connection
client|setname; 3; noscript loading stale; connection
client|tracking; -3; noscript loading stale; connection
client|trackinginfo; 2; noscript loading stale; connection
client|unblock; -3; admin noscript loading stale; connection
client|unpause; 2; admin noscript loading stale; connection
cluster; -2; -; cluster
cluster|addslots; -3; admin stale no_async_loading; cluster
cluster|addslotsrange; -4; admin stale no_async_loading; cluster
cluster|bumpepoch; 2; admin stale no_async_loading; cluster; -; -; nondeterministic_output
cluster|count-failure-reports; 3; admin stale; cluster; -; -; nondeterministic_output
cluster|countkeysinslot; 3; stale; cluster
cluster|delslots; -3; admin stale no_async_loading; cluster
cluster|delslotsrange; -4; admin stale no_async_loading; cluster
cluster|failover; -2; admin stale no_async_loading; cluster
cluster|flushslots; 2; admin stale no_async_loading; cluster
cluster|forget; 3; admin stale no_async_loading; cluster
cluster|getkeysinslot; 4; stale; cluster; -; -; nondeterministic_output
cluster|help; 2; loading stale; cluster
cluster|info; 2; stale; cluster; -; -; nondeterministic_output
cluster|keyslot; 3; stale; cluster
cluster|links; 2; stale; cluster; -; -; nondeterministic_output
cluster|meet; -4; admin stale no_async_loading; cluster
cluster|myid; 2; stale; cluster
cluster|nodes; 2; stale; cluster; -; -; nondeterministic_output
cluster|replicas; 3; admin stale; cluster; -; -; nondeterministic_output
cluster|replicate; 3; admin stale no_async_loading; cluster
cluster|reset; -2; admin noscript stale; cluster
cluster|saveconfig; 2; admin stale no_async_loading; cluster
cluster|set-config-epoch; 3; admin stale no_async_loading; cluster
cluster|setslot; -4; admin stale no_async_loading; cluster
cluster|shards; 2; stale; cluster; -; -; nondeterministic_output
cluster|slaves; 3; admin stale; cluster; -; -; nondeterministic_output
cluster|slots; 2; stale; cluster; -; -; nondeterministic_output
command; -1; loading stale; server; -; connection; nondeterministic_output_order
command|count; 2; loading stale; server; -; connection
command|docs; -2; loading stale; server; -; connection; nondeterministic_output_order
command|getkeys; -4; loading stale; server; -; connection
command|getkeysandflags; -4; loading stale; server; -; connection
command|help; 2; loading stale; server; -; connection
command|info; -2; loading stale; server; -; connection; nondeterministic_output_order
command|list; -2; loading stale; server; -; connection; nondeterministic_output_order
config; -2; -; server
config|get; -3; admin noscript loading stale; server
config|help; 2; loading stale; server
config|resetstat; 2; admin noscript loading stale; server
config|rewrite; 2; admin noscript loading stale; server
config|set; -4; admin noscript loading stale; server; -; -; request_policy:all_nodes response_policy:all_succeeded
copy; -3; write denyoom; generic; RO access:i1:r0,1,0 & OW update:i2:r0,1,0
dbsize; 1; readonly fast; server; -; keyspace; request_policy:all_shards response_policy:agg_sum
debug; -2; admin noscript loading stale; server
decr; 2; write denyoom fast; string; RW access update:i1:r0,1,0
decrby; 3; write denyoom fast; string; RW access update:i1:r0,1,0
del; -2; write; generic; RM delete:i1:r-1,1,0; -; request_policy:multi_shard response_policy:agg_sum
discard; 1; noscript loading stale fast allow_busy; transactions
dump; 2; readonly; generic; RO access:i1:r0,1,0; -; nondeterministic_output
echo; 2; loading stale fast; connection
eval; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RW access update:i2:n0,1,1
eval_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RO access:i2:n0,1,1
evalsha; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RW access update:i2:n0,1,1
evalsha_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RO access:i2:n0,1,1
exec; 1; noscript loading stale skip_slowlog; transactions
exists; -2; readonly fast; generic; RO:i1:r-1,1,0; -; request_policy:multi_shard response_policy:agg_sum
expire; -3; write fast; generic; RW update:i1:r0,1,0
expireat; -3; write fast; generic; RW update:i1:r0,1,0
expiretime; 2; readonly fast; generic; RO access:i1:r0,1,0
failover; -1; admin noscript stale; server
fcall; -3; noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RW access update:i2:n0,1,1
fcall_ro; -3; readonly noscript stale skip_monitor no_mandatory_keys movablekeys; scripting; RO access:i2:n0,1,1
flushall; -1; write; server; -; keyspace dangerous; request_policy:all_shards response_policy:all_succeeded
flushdb; -1; write; server; -; keyspace dangerous; request_policy:all_shards response_policy:all_succeeded
function; -2; -; scripting; -; none
function|delete; 3; write noscript; scripting; -; -; request_policy:all_shards response_policy:all_succeeded
function|dump; 2; noscript; scripting
function|flush; -2; write noscript; scripting; -; -; request_policy:all_shards response_policy:all_succeeded
function|help; 2; loading stale; scripting
function|kill; 2; noscript allow_busy; scripting; -; -; request_policy:all_shards response_policy:one_succeeded
function|list; -2; noscript; scripting; -; -; nondeterministic_output_order
function|load; -3; write denyoom noscript; scripting; -; -; request_policy:all_shards response_policy:all_succeeded
function|restore; -3; write denyoom noscript; scripting; -; -; request_policy:all_shards response_policy:all_succeeded
function|stats; 2; noscript allow_busy; scripting; -; -; nondeterministic_output request_policy:all_shards response_policy:special
geoadd; -5; write denyoom; geo; RW update:i1:r0,1,0
geodist; -4; readonly; geo; RO access:i1:r0,1,0
geohash; -2; readonly; geo; RO access:i1:r0,1,0
geopos; -2; readonly; geo; RO access:i1:r0,1,0
georadius; -6; write denyoom movablekeys; geo; RO access:i1:r0,1,0 & OW update:kSTORE,6:r0,1,0 & OW update:kSTOREDIST,6:r0,1,0
georadius_ro; -6; readonly; geo; RO access:i1:r0,1,0
georadiusbymember; -5; write denyoom movablekeys; geo; RO access:i1:r0,1,0 & OW update:kSTORE,5:r0,1,0 & OW update:kSTOREDIST,5:r0,1,0
georadiusbymember_ro; -5; readonly; geo; RO access:i1:r0,1,0
geosearch; -7; readonly; geo; RO access:i1:r0,1,0
geosearchstore; -8; write denyoom; geo; OW update:i1:r0,1,0 & RO access:i2:r0,1,0
get; 2; readonly fast; string; RO access:i1:r0,1,0
getbit; 3; readonly fast; bitmap; RO access:i1:r0,1,0
getdel; 2; write fast; string; RW access delete:i1:r0,1,0
getex; -2; write fast; string; RW access update:i1:r0,1,0
getrange; 4; readonly; string; RO access:i1:r0,1,0
getset; 3; write denyoom fast; string; RW access update:i1:r0,1,0
hdel; -3; write fast; hash; RW delete:i1:r0,1,0
hello; -1; noscript loading stale fast no_auth allow_busy; connection
hexists; 3; readonly fast; hash; RO:i1:r0,1,0
hget; 3; readonly fast; hash; RO access:i1:r0,1,0
hgetall; 2; readonly; hash; RO access:i1:r0,1,0; -; nondeterministic_output_order
hincrby; 4; write denyoom fast; hash; RW access update:i1:r0,1,0
hincrbyfloat; 4; write denyoom fast; hash; RW access update:i1:r0,1,0
hkeys; 2; readonly; hash; RO access:i1:r0,1,0; -; nondeterministic_output_order
hlen; 2; readonly fast; hash; RO:i1:r0,1,0
hmget; -3; readonly fast; hash; RO access:i1:r0,1,0
hmset; -4; write denyoom fast; hash; RW update:i1:r0,1,0
hrandfield; -2; readonly; hash; RO access:i1:r0,1,0; -; nondeterministic_output
hscan; -3; readonly; hash; RO access:i1:r0,1,0; -; nondeterministic_output
hset; -4; write denyoom fast; hash; RW update:i1:r0,1,0
hsetnx; 4; write denyoom fast; hash; RW insert:i1:r0,1,0
hstrlen; 3; readonly fast; hash; RO:i1:r0,1,0
hvals; 2; readonly; hash; RO access:i1:r0,1,0; -; nondeterministic_output_order
incr; 2; write denyoom fast; string; RW access update:i1:r0,1,0
incrby; 3; write denyoom fast; string; RW access update:i1:r0,1,0
incrbyfloat; 3; write denyoom fast; string; RW access update:i1:r0,1,0
info; -1; loading stale; server; -; dangerous; nondeterministic_output request_policy:all_shards response_policy:special
keys; 2; readonly; generic; -; keyspace dangerous; request_policy:all_shards nondeterministic_output_order
lastsave; 1; loading stale fast; server; -; admin dangerous; nondeterministic_output
latency; -2; -; server
latency|doctor; 2; admin noscript loading stale; server; -; -; nondeterministic_output request_policy:all_nodes response_policy:special
latency|graph; 3; admin noscript loading stale; server; -; -; nondeterministic_output request_policy:all_nodes response_policy:special
latency|help; 2; loading stale; server
latency|histogram; -2; admin noscript loading stale; server; -; -; nondeterministic_output request_policy:all_nodes response_policy:special
latency|history; 3; admin noscript loading stale; server; -; -; nondeterministic_output request_policy:all_nodes response_policy:special
latency|latest; 2; admin noscript loading stale; server; -; -; nondeterministic_output request_policy:all_nodes response_policy:special
latency|reset; -2; admin noscript loading stale; server; -; -; request_policy:all_nodes response_policy:all_succeeded
lcs; -3; readonly; string; RO access:i1:r1,1,0
lindex; 3; readonly; list; RO access:i1:r0,1,0
linsert; 5; write denyoom; list; RW insert:i1:r0,1,0
llen; 2; readonly fast; list; RO:i1:r0,1,0
lmove; 5; write denyoom; list; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0
lmpop; -4; write movablekeys; list; RW access delete:i1:n0,1,1
lolwut; -1; readonly fast; server
lpop; -2; write fast; list; RW access delete:i1:r0,1,0
lpos; -3; readonly; list; RO access:i1:r0,1,0
lpush; -3; write denyoom fast; list; RW insert:i1:r0,1,0
lpushx; -3; write denyoom fast; list; RW insert:i1:r0,1,0
lrange; 4; readonly; list; RO access:i1:r0,1,0
lrem; 4; write; list; RW delete:i1:r0,1,0
lset; 4; write denyoom; list; RW update:i1:r0,1,0
ltrim; 4; write; list; RW delete:i1:r0,1,0
memory; -2; -; server
memory|doctor; 2; -; server; -; -; nondeterministic_output request_policy:all_shards response_policy:special
memory|help; 2; loading stale; server
memory|malloc-stats; 2; -; server; -; -; nondeterministic_output request_policy:all_shards response_policy:special
memory|purge; 2; -; server; -; -; request_policy:all_shards response_policy:all_succeeded
memory|stats; 2; -; server; -; -; nondeterministic_output request_policy:all_shards response_policy:special
memory|usage; -3; readonly; server; RO:i2:r0,1,0
mget; -2; readonly fast; string; RO access:i1:r-1,1,0; -; request_policy:multi_shard
migrate; -6; write movablekeys; generic; RW access delete:i3:r0,1,0 & RW access delete incomplete:kKEYS,-2:r-1,1,0; keyspace dangerous; nondeterministic_output
module; -2; -; server
module|help; 2; loading stale; server
module|list; 2; admin noscript; server; -; -; nondeterministic_output_order
module|load; -3; admin noscript no_async_loading; server
module|loadex; -3; admin noscript no_async_loading; server
module|unload; 3; admin noscript no_async_loading; server
monitor; 1; admin noscript loading stale; server
move; 3; write fast; generic; RW access update:i1:r0,1,0
mset; -3; write denyoom; string; OW update:i1:r-1,2,0; -; request_policy:multi_shard response_policy:all_succeeded
msetnx; -3; write denyoom; string; OW insert:i1:r-1,2,0; -; request_policy:multi_shard response_policy:agg_min
multi; 1; noscript loading stale fast allow_busy; transactions
object; -2; -; generic; -; none
object|encoding; 3; readonly; generic; RO:i2:r0,1,0; -; nondeterministic_output
object|freq; 3; readonly; generic; RO:i2:r0,1,0; -; nondeterministic_output
object|help; 2; loading stale; generic
object|idletime; 3; readonly; generic; RO:i2:r0,1,0; -; nondeterministic_output
object|refcount; 3; readonly; generic; RO:i2:r0,1,0; -; nondeterministic_output
persist; 2; write fast; generic; RW update:i1:r0,1,0
pexpire; -3; write fast; generic; RW update:i1:r0,1,0
pexpireat; -3; write fast; generic; RW update:i1:r0,1,0
pexpiretime; 2; readonly fast; generic; RO access:i1:r0,1,0
pfadd; -2; write denyoom fast; hyperloglog; RW insert:i1:r0,1,0
pfcount; -2; readonly; hyperloglog; RW access:i1:r-1,1,0
pfdebug; 3; write denyoom admin; hyperloglog; RW access:i2:r0,1,0
pfmerge; -2; write denyoom; hyperloglog; RW access insert:i1:r0,1,0 & RO access:i2:r-1,1,0
pfselftest; 1; admin; hyperloglog
ping; -1; fast; connection; -; -; request_policy:all_shards response_policy:all_succeeded
psetex; 4; write denyoom; string; OW update:i1:r0,1,0
psubscribe; -2; pubsub noscript loading stale; pubsub
psync; -3; admin noscript no_async_loading no_multi; server
pttl; 2; readonly fast; generic; RO access:i1:r0,1,0; -; nondeterministic_output
publish; 3; pubsub loading stale fast; pubsub
pubsub; -2; -; pubsub; -; none
pubsub|channels; -2; pubsub loading stale; pubsub
pubsub|help; 2; loading stale; pubsub; -; none
pubsub|numpat; 2; pubsub loading stale; pubsub
pubsub|numsub; -2; pubsub loading stale; pubsub
pubsub|shardchannels; -2; pubsub loading stale; pubsub
pubsub|shardnumsub; -2; pubsub loading stale; pubsub
punsubscribe; -1; pubsub noscript loading stale; pubsub
quit; -1; noscript loading stale fast no_auth allow_busy; connection
randomkey; 1; readonly; generic; -; -; request_policy:all_shards nondeterministic_output
readonly; 1; loading stale fast; cluster; -; connection
readwrite; 1; loading stale fast; cluster; -; connection
rename; 3; write; generic; RW access delete:i1:r0,1,0 & OW update:i2:r0,1,0
renamenx; 3; write fast; generic; RW access delete:i1:r0,1,0 & OW insert:i2:r0,1,0
replconf; -1; admin noscript loading stale allow_busy; server
replicaof; 3; admin noscript stale no_async_loading; server
reset; 1; noscript loading stale fast no_auth allow_busy; connection
restore; -4; write denyoom; generic; OW update:i1:r0,1,0; keyspace dangerous
restore-asking; -4; write denyoom asking; server; OW update:i1:r0,1,0; keyspace dangerous
role; 1; noscript loading stale fast; server; -; admin dangerous
rpop; -2; write fast; list; RW access delete:i1:r0,1,0
rpoplpush; 3; write denyoom; list; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0
rpush; -3; write denyoom fast; list; RW insert:i1:r0,1,0
rpushx; -3; write denyoom fast; list; RW insert:i1:r0,1,0
sadd; -3; write denyoom fast; set; RW insert:i1:r0,1,0
save; 1; admin noscript no_async_loading no_multi; server
scan; -2; readonly; generic; -; -; nondeterministic_output request_policy:special
scard; 2; readonly fast; set; RO:i1:r0,1,0
script; -2; -; scripting; -; none
script|debug; 3; noscript; scripting
script|exists; -3; noscript; scripting; -; -; request_policy:all_shards response_policy:agg_logical_and
script|flush; -2; noscript; scripting; -; -; request_policy:all_nodes response_policy:all_succeeded
script|help; 2; loading stale; scripting
script|kill; 2; noscript allow_busy; scripting; -; -; request_policy:all_shards response_policy:one_succeeded
script|load; 3; noscript stale; scripting; -; -; request_policy:all_nodes response_policy:all_succeeded
sdiff; -2; readonly; set; RO access:i1:r-1,1,0; -; nondeterministic_output_order
sdiffstore; -3; write denyoom; set; OW update:i1:r0,1,0 & RO access:i2:r-1,1,0
select; 2; loading stale fast; connection
set; -3; write denyoom; string; RW access update variable_flags:i1:r0,1,0
setbit; 4; write denyoom; bitmap; RW access update:i1:r0,1,0
setex; 4; write denyoom; string; OW update:i1:r0,1,0
setnx; 3; write denyoom fast; string; OW insert:i1:r0,1,0
setrange; 4; write denyoom; string; RW update:i1:r0,1,0
shutdown; -1; admin noscript loading stale no_multi allow_busy; server
sinter; -2; readonly; set; RO access:i1:r-1,1,0; -; nondeterministic_output_order
sintercard; -3; readonly movablekeys; set; RO access:i1:n0,1,1
sinterstore; -3; write denyoom; set; RW update:i1:r0,1,0 & RO access:i2:r-1,1,0
sismember; 3; readonly fast; set; RO:i1:r0,1,0
slaveof; 3; admin noscript stale no_async_loading; server
slowlog; -2; -; server
slowlog|get; -2; admin loading stale; server; -; -; request_policy:all_nodes nondeterministic_output
slowlog|help; 2; loading stale; server
slowlog|len; 2; admin loading stale; server; -; -; request_policy:all_nodes response_policy:agg_sum nondeterministic_output
slowlog|reset; 2; admin loading stale; server; -; -; request_policy:all_nodes response_policy:all_succeeded
smembers; 2; readonly; set; RO access:i1:r0,1,0; -; nondeterministic_output_order
smismember; -3; readonly fast; set; RO access:i1:r0,1,0
smove; 4; write fast; set; RW access delete:i1:r0,1,0 & RW insert:i2:r0,1,0
sort; -2; write denyoom movablekeys; generic; RO access:i1:r0,1,0 & RO access:u:u & OW update:u:u; set sortedset list dangerous
sort_ro; -2; readonly movablekeys; generic; RO access:i1:r0,1,0 & RO access:u:u; set sortedset list dangerous
spop; -2; write fast; set; RW access delete:i1:r0,1,0; -; nondeterministic_output
spublish; 3; pubsub loading stale fast; pubsub; not_key:i1:r0,1,0
srandmember; -2; readonly; set; RO access:i1:r0,1,0; -; nondeterministic_output
srem; -3; write fast; set; RW delete:i1:r0,1,0
sscan; -3; readonly; set; RO access:i1:r0,1,0; -; nondeterministic_output
ssubscribe; -2; pubsub noscript loading stale; pubsub; not_key:i1:r-1,1,0
strlen; 2; readonly fast; string; RO:i1:r0,1,0
subscribe; -2; pubsub noscript loading stale; pubsub
substr; 4; readonly; string; RO access:i1:r0,1,0
sunion; -2; readonly; set; RO access:i1:r-1,1,0; -; nondeterministic_output_order
sunionstore; -3; write denyoom; set; OW update:i1:r0,1,0 & RO access:i2:r-1,1,0
sunsubscribe; -1; pubsub noscript loading stale; pubsub; not_key:i1:r-1,1,0
swapdb; 3; write fast; server; -; keyspace dangerous
sync; 1; admin noscript no_async_loading no_multi; server
time; 1; loading stale fast; server; -; -; nondeterministic_output
touch; -2; readonly fast; generic; RO:i1:r-1,1,0; -; request_policy:multi_shard response_policy:agg_sum
ttl; 2; readonly fast; generic; RO access:i1:r0,1,0; -; nondeterministic_output
type; 2; readonly fast; generic; RO:i1:r0,1,0
unlink; -2; write fast; generic; RM delete:i1:r-1,1,0; -; request_policy:multi_shard response_policy:agg_sum
unsubscribe; -1; pubsub noscript loading stale; pubsub
unwatch; 1; noscript loading stale fast allow_busy; transactions
wait; 3; noscript; generic; -; connection; request_policy:all_shards response_policy:agg_min
watch; -2; noscript loading stale fast allow_busy; transactions; RO:i1:r-1,1,0
xack; -4; write fast; stream; RW update:i1:r0,1,0
xadd; -5; write denyoom fast; stream; RW update:i1:r0,1,0; -; nondeterministic_output
xautoclaim; -6; write fast; stream; RW delete:i1:r0,1,0; -; nondeterministic_output
xclaim; -6; write fast; stream; RW update:i1:r0,1,0; -; nondeterministic_output
xdel; -3; write fast; stream; RW delete:i1:r0,1,0
xgroup; -2; -; stream; -; none
xgroup|create; -5; write denyoom; stream; RW insert:i2:r0,1,0
xgroup|createconsumer; 5; write denyoom; stream; RW insert:i2:r0,1,0
xgroup|delconsumer; 5; write; stream; RW delete:i2:r0,1,0
xgroup|destroy; 4; write; stream; RW delete:i2:r0,1,0
xgroup|help; 2; loading stale; stream
xgroup|setid; -5; write; stream; RW update:i2:r0,1,0
xinfo; -2; -; stream; -; none
xinfo|consumers; 4; readonly; stream; RO access:i2:r0,1,0; -; nondeterministic_output
xinfo|groups; 3; readonly; stream; RO access:i2:r0,1,0
xinfo|help; 2; loading stale; stream
xinfo|stream; -3; readonly; stream; RO access:i2:r0,1,0
xlen; 2; readonly fast; stream; RO:i1:r0,1,0
xpending; -3; readonly; stream; RO access:i1:r0,1,0; -; nondeterministic_output
xrange; -4; readonly; stream; RO access:i1:r0,1,0
xread; -4; readonly blocking movablekeys; stream; RO access:kSTREAMS,1:r-1,1,2
xreadgroup; -7; write blocking movablekeys; stream; RO access:kSTREAMS,4:r-1,1,2
xrevrange; -4; readonly; stream; RO access:i1:r0,1,0
xsetid; -3; write denyoom fast; stream; RW update:i1:r0,1,0
xtrim; -4; write; stream; RW delete:i1:r0,1,0; -; nondeterministic_output
zadd; -4; write denyoom fast; sorted-set; RW update:i1:r0,1,0
zcard; 2; readonly fast; sorted-set; RO:i1:r0,1,0
zcount; 4; readonly fast; sorted-set; RO access:i1:r0,1,0
zdiff; -3; readonly movablekeys; sorted-set; RO access:i1:n0,1,1
zdiffstore; -4; write denyoom movablekeys; sorted-set; OW update:i1:r0,1,0 & RO access:i2:n0,1,1
zincrby; 4; write denyoom fast; sorted-set; RW access update:i1:r0,1,0
zinter; -3; readonly movablekeys; sorted-set; RO access:i1:n0,1,1
zintercard; -3; readonly movablekeys; sorted-set; RO access:i1:n0,1,1
zinterstore; -4; write denyoom movablekeys; sorted-set; OW update:i1:r0,1,0 & RO access:i2:n0,1,1
zlexcount; 4; readonly fast; sorted-set; RO access:i1:r0,1,0
zmpop; -4; write movablekeys; sorted-set; RW access delete:i1:n0,1,1
zmscore; -3; readonly fast; sorted-set; RO access:i1:r0,1,0
zpopmax; -2; write fast; sorted-set; RW access delete:i1:r0,1,0
zpopmin; -2; write fast; sorted-set; RW access delete:i1:r0,1,0
zrandmember; -2; readonly; sorted-set; RO access:i1:r0,1,0; -; nondeterministic_output
zrange; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrangebylex; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrangebyscore; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrangestore; -5; write denyoom; sorted-set; OW update:i1:r0,1,0 & RO access:i2:r0,1,0
zrank; 3; readonly fast; sorted-set; RO access:i1:r0,1,0
zrem; -3; write fast; sorted-set; RW delete:i1:r0,1,0
zremrangebylex; 4; write; sorted-set; RW delete:i1:r0,1,0
zremrangebyrank; 4; write; sorted-set; RW delete:i1:r0,1,0
zremrangebyscore; 4; write; sorted-set; RW delete:i1:r0,1,0
zrevrange; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrevrangebylex; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrevrangebyscore; -4; readonly; sorted-set; RO access:i1:r0,1,0
zrevrank; 3; readonly fast; sorted-set; RO access:i1:r0,1,0
zscan; -3; readonly; sorted-set; RO access:i1:r0,1,0; -; nondeterministic_output
zscore; 3; readonly fast; sorted-set; RO access:i1:r0,1,0
zunion; -3; readonly movablekeys; sorted-set; RO access:i1:n0,1,1
zunionstore; -4; write denyoom movablekeys; sorted-set; OW update:i1:r0,1,0 & RO access:i2:n0,1,1
`;
