/* Random commands for several connections: few keys, so that they meet, and what one connection does to
 * another: it wakes it, tells it, invalidates what it remembers, aborts its transaction, ends it.
 *
 * Each line is as likely as the others. `{name}` stands for one of the words below; with a star a word is
 * several arguments, or none. `#b` is the id of the client on connection b. */

import type { Prng } from '#base/prng.ts';

const KEYS = { s: ['k1', 'k2'], l: ['l1', 'l2'], h: ['h1'], S: ['S1', 'S2'], z: ['z1', 'z2'], x: ['x1'] };

const SCRIPTS = [
  "return redis.call('set',KEYS[1],ARGV[1])",
  "return redis.call('get',KEYS[1])",
  "return redis.pcall('lpush',KEYS[1],ARGV[1])",
  "return redis.call('blpop',KEYS[1],0)",
  "return redis.call('zpopmin',KEYS[1])",
  "redis.setresp(3) return redis.call('hgetall',KEYS[1])",
  "redis.setresp(3) return redis.call('zrange',KEYS[1],0,-1,'withscores')",
  'redis.setresp(3) return {set={a=true}}',
  "return {1,{2,'three'},false,redis.status_reply('X'),redis.error_reply('MY err')}",
  "return redis.call('publish',KEYS[1],ARGV[1])",
  "redis.call('del',KEYS[1]) return redis.call('rpush',KEYS[1],ARGV[1],ARGV[1])",
  "redis.call('set',KEYS[1],1) return redis.call('incr',KEYS[1],'x')",
  "redis.call('select',1) return redis.call('set',KEYS[1],ARGV[1])",
  "error('boom')",
  "#!lua flags=no-writes\nreturn redis.call('set',KEYS[1],1)",
];

const LIBRARY = `#!lua name=lib
redis.register_function('fset', function(keys, args) return redis.call('set', keys[1], args[1]) end)
redis.register_function{function_name='fget', callback=function(keys) return redis.call('get', keys[1]) end,
  flags={'no-writes'}}`;

const WORDS: Readonly<Record<string, readonly string[]>> = {
  ...KEYS,
  key: Object.values(KEYS).flat(),
  v: ['a', 'b', '5', '10', '3.5', 'hello world', '-1', '', 'xyz'],
  n: ['0', '1', '2', '-1', '3', '100', 'x'],
  ch: ['c1', 'c2', 'news', '__redis__:invalidate'],
  end: ['LEFT', 'RIGHT'],
  m: ['MIN', 'MAX'],
  since: ['$', '0', '1-1'],
  id: ['1-*', '2-*', '3-*', '5-5'],
  set: ['', 'NX', 'XX', 'GET', 'KEEPTTL', 'NX GET', 'EX 1000'],
  ttl: ['1000', '-1', '0'],
  db: ['0', '0', '1', '16'],
  track: ['', 'BCAST', 'OPTIN', 'OPTOUT', 'NOLOOP', 'BCAST PREFIX k', 'REDIRECT #a', 'REDIRECT #c'],
  yes: ['yes', 'no'],
  reply: ['ON', 'ON', 'ON', 'OFF', 'SKIP'],
  client: ['#a', '#b', '#c', '#d'],
  how: ['', 'ERROR', 'TIMEOUT'],
  may: ['', '-@write', '-blpop', '-multi', '-@blocking'],
  pattern: ['*', 'k*', 'l*', 'c*'],
  script: SCRIPTS,
  library: [LIBRARY],
};

const COMMANDS = `
SET {s} {v} {set*}|GET {s}|INCR {s}|APPEND {s} {v}|GETDEL {s}|MSET {s} {v} {s} {v}|SETRANGE {s} {n} {v}
LPUSH {l} {v}|RPUSH {l} {v} {v}|LPOP {l}|LRANGE {l} 0 -1|LMOVE {l} {l} {end} {end}|LINSERT {l} BEFORE {v} {v}
LREM {l} {n} {v}|LMPOP 2 l1 l2 LEFT|BLPOP {l} {l} 0|BRPOP {l} 0|BLMOVE {l} {l} {end} {end} 0|BLPOP {l} {n}x
BLMPOP 0 2 l1 l2 {end} COUNT 2|BRPOPLPUSH {l} {l} 0|BZPOPMIN {z} 0|BZPOPMAX {z} {z} 0|BZMPOP 0 2 z1 z2 {m}
XREAD BLOCK 0 STREAMS {x} {since}|XREADGROUP GROUP g c BLOCK 0 STREAMS {x} >|XADD {x} {id} f {v}|XLEN {x}
XGROUP CREATE {x} g {since} MKSTREAM|XGROUP DESTROY {x} g|XACK {x} g 1-0|XDEL {x} 1-0|XTRIM {x} MAXLEN 0
HSET {h} {v} {v}|HGETALL {h}|HDEL {h} {v}|HINCRBY {h} {v} {n}|SADD {S} {n} {n}|SREM {S} {n}|SMOVE {S} {S} {n}
SINTERSTORE {S} {S} {S}|ZADD {z} {n} {v}|ZADD {z} INCR {n} {v}|ZRANGE {z} 0 -1 WITHSCORES|ZPOPMIN {z}
ZUNIONSTORE {z} 2 z1 z2|ZRANGESTORE {z} {z} 0 -1|DEL {key} {key}|UNLINK {key}|TYPE {key}|RENAME {key} {key}
COPY {key} {key} REPLACE|EXPIRE {key} {ttl}|PERSIST {key}|MOVE {key} 1|SWAPDB 0 1|SELECT {db}|FLUSHDB|FLUSHALL
SORT {l} ALPHA STORE {l}|SET {key} {v}|GET {key}|LPUSH {key} {v}|ZADD {key} 1 a|WAIT 0 10|NOSUCH {v}|GET|BLPOP
MULTI|MULTI|MULTI|EXEC|EXEC|EXEC|EXEC|DISCARD|WATCH {key} {key}|UNWATCH|SUBSCRIBE {ch} {ch}|UNSUBSCRIBE {ch}
UNSUBSCRIBE|PSUBSCRIBE c*|PUNSUBSCRIBE c*|SSUBSCRIBE {ch}|SUNSUBSCRIBE {ch}|PUBLISH {ch} {v}|SPUBLISH {ch} {v}
CLIENT TRACKING ON {track*}|CLIENT TRACKING OFF|CLIENT CACHING {yes}|CLIENT TRACKINGINFO|CLIENT REPLY {reply}
CLIENT SETNAME {v}|CLIENT UNBLOCK {client} {how*}|CLIENT KILL ID {client}|HELLO 2|HELLO 3|HELLO 4|RESET|PING {v}
QUIT|EVAL {script} 1 {key} {v}|EVAL {script} 1 {key} {v}|EVAL {script} 1 {key} {v}|EVAL_RO {script} 1 {key} {v}
FUNCTION LOAD REPLACE {library}|FCALL fset 1 {key} {v}|FCALL_RO fget 1 {key}|FUNCTION FLUSH
ACL SETUSER difft on >p +@all ~{pattern} &{pattern} {may*}|ACL DELUSER difft|AUTH difft p|AUTH difft bad`
  .trim()
  .split(/[|\n]/);

/** The first connection watches the others: a client that hears of its own writes may hear of them before or
 *  after the reply, as each command has it. */
const WATCHING = `PSUBSCRIBE __key*|PUNSUBSCRIBE __key*|SUBSCRIBE {ch}|PING|CLIENT TRACKING ON BCAST
CLIENT TRACKING OFF|CONFIG SET notify-keyspace-events KEAmn`.split(/[|\n]/);

/** These leave nothing to go on with. */
const RARE = /^(QUIT|RESET|FLUSHALL|CLIENT KILL)/;

function fill(template: string, random: Prng): string[] {
  return template.split(' ').flatMap((part) => {
    const [, before, name, star, after] = /^(.*?)\{(\w+)(\*?)\}(.*)$/.exec(part) ?? [];
    if (name === undefined) return [part];
    const word = random.pick(WORDS[name] as readonly string[]);
    if (star === '*') return word === '' ? [] : word.split(' ');
    return [`${before}${word}${after}`];
  });
}

/** A command for the watching connection, or for one of the others. */
export function severalCommand(random: Prng, watches: boolean): string[] {
  const template = random.pick(watches ? WATCHING : COMMANDS);
  if (RARE.test(template) && !random.chance(0.15)) return ['PING'];
  return fill(template, random);
}
