/* What an answered command has written, as far as one can say later whether it is still there: a string, or an
 * element, field, member or entry of a collection. Of other writes (a bitmap, a script, a trimmed list) it only
 * says that what was known of their keys holds no longer. So nothing is called lost that was only taken out. */

import type { Bytes } from '#base/bytes.ts';
import { formatDouble, parseDouble } from '#base/float.ts';
import { CMD_WRITE } from '#redis/command-table.ts';
import { lookupCommand } from '#redis/commands.ts';
import { getKeyPositions } from '#redis/keys.ts';
import { Double, NullArray, Status, type Reply } from '#redis/reply.ts';

/** One thing that a key holds from now on, or no longer. */
export interface Write {
  readonly key: Bytes;
  /** Which part of a collection; null for the whole of the key. */
  readonly part: Bytes | null;
  /** Null when nothing is to be expected there. An element of a list, a member of a set and an entry of a
   *  stream are their own values. */
  readonly value: Bytes | null;
  /** Whether the key may expire from now on; it is as before where nothing is said. */
  readonly expiry?: 'none' | 'maybe';
}

/** Stands for all keys of a server: FLUSHALL. No followed key is called so. */
export const EVERY_KEY: Bytes = '\0*';

type WritesOf = (argv: readonly Bytes[], reply: Reply) => Write[];

const NOTHING: Write[] = [];

/** What a successful reply to a command says that it wrote. */
export function writesOf(argv: readonly Bytes[], reply: Reply): Write[] {
  const known = COMMANDS[(argv[0] as Bytes).toUpperCase()];
  return known ? known(argv, reply) : unfollowed(argv);
}

const whole = (key: Bytes, value: Bytes | null, expiry?: 'none' | 'maybe'): Write =>
  expiry ? { key, part: null, value, expiry } : { key, part: null, value };
const itself = (key: Bytes, part: Bytes): Write => ({ key, part, value: part });
const gone = (key: Bytes, part: Bytes): Write => ({ key, part, value: null });

/** Each argument from the second on is put into the collection, or taken out of it. */
const adds: WritesOf = ([, key = '', ...parts]) => parts.map((part) => itself(key, part));
const removes: WritesOf = ([, key = '', ...parts]) => parts.map((part) => gone(key, part));
const nothing: WritesOf = () => NOTHING;

/** Commands that add only to a list which is there tell how long it is. */
const addsIfThere: WritesOf = (argv, reply) => (Number(reply) > 0 ? adds(argv, reply) : NOTHING);

const setsNumber: WritesOf = ([, key = ''], reply) => {
  const text = textOf(reply);
  return text === null ? NOTHING : [whole(key, text)];
};

/** `SET key value` with its options. With GET the reply is the value before. */
const sets: WritesOf = ([, key = '', value = '', ...words], reply) => {
  const options = words.map((word) => word.toUpperCase());
  const done = options.includes('GET')
    ? (!options.includes('NX') || reply === null) && (!options.includes('XX') || reply !== null)
    : reply instanceof Status;
  if (!done) return NOTHING;
  if (options.some((word) => /^(EX|PX|EXAT|PXAT)$/.test(word))) return [whole(key, null, 'maybe')];
  return [options.includes('KEEPTTL') ? whole(key, value) : whole(key, value, 'none')];
};

const setsMany: WritesOf = (argv) => {
  const out: Write[] = [];
  for (let at = 1; at + 1 < argv.length; at += 2)
    out.push(whole(argv[at] as Bytes, argv[at + 1] as Bytes, 'none'));
  return out;
};

const setsFields: WritesOf = ([, key = '', ...pairs]) => {
  const out: Write[] = [];
  for (let at = 0; at + 1 < pairs.length; at += 2)
    out.push({ key, part: pairs[at] as Bytes, value: pairs[at + 1] as Bytes });
  return out;
};

/** The reply is what a field or a member has come to. */
const setsPart =
  (at: number): WritesOf =>
  (argv, reply) => [{ key: argv[1] as Bytes, part: argv[at] as Bytes, value: textOf(reply) }];

const setsScores: WritesOf = ([, key = '', ...words], reply) => {
  const first = words.findIndex((word) => !/^(nx|xx|gt|lt|ch|incr)$/i.test(word));
  const options = words.slice(0, first).map((word) => word.toUpperCase());
  const conditional = options.some((word) => word !== 'CH' && word !== 'INCR');
  const out: Write[] = [];
  for (let at = first; at + 1 < words.length; at += 2) {
    const score = options.includes('INCR') ? textOf(reply) : scoreText(words[at] as Bytes);
    // Whether a condition was met the reply does not say for each member.
    const value = conditional ? null : score;
    out.push({ key, part: words[at + 1] as Bytes, value });
  }
  return out;
};

const pops: WritesOf = ([, key = ''], reply) => elements(reply).map((part) => gone(key, part));

/** The blocking ones answer with the key as well. */
const popsFromAny: WritesOf = (_, reply) => {
  const [key, part] = elements(reply);
  return key === undefined || part === undefined ? NOTHING : [gone(key, part)];
};

const moves: WritesOf = ([, from = '', to = ''], reply) => {
  const part = textOf(reply);
  return part === null ? NOTHING : [gone(from, part), itself(to, part)];
};

const movesMember: WritesOf = ([, from = '', to = '', part = ''], reply) =>
  reply === 1 ? [gone(from, part), itself(to, part)] : NOTHING;

const deletes: WritesOf = ([, ...keys]) => keys.map((key) => whole(key, null, 'none'));

const touchesKeys: WritesOf = (argv) =>
  argv.slice(3, 3 + Number(argv[2])).map((key) => whole(key, null, 'maybe'));

/** What becomes of the keys is not followed, and they may expire. */
const mayExpire: WritesOf = (argv) => unfollowed(argv).map((write) => ({ ...write, expiry: 'maybe' }));

const COMMANDS: Readonly<Record<string, WritesOf>> = {
  SET: sets,
  GETSET: ([, key = '', value = '']) => [whole(key, value, 'none')],
  SETNX: ([, key = '', value = ''], reply) => (reply === 1 ? [whole(key, value, 'none')] : NOTHING),
  MSET: setsMany,
  MSETNX: (argv, reply) => (reply === 1 ? setsMany(argv, reply) : NOTHING),
  INCR: setsNumber,
  DECR: setsNumber,
  INCRBY: setsNumber,
  DECRBY: setsNumber,
  INCRBYFLOAT: setsNumber,
  RPUSH: adds,
  LPUSH: adds,
  RPUSHX: addsIfThere,
  LPUSHX: addsIfThere,
  LINSERT: ([, key = '', , , part = ''], reply) => (Number(reply) > 0 ? [itself(key, part)] : NOTHING),
  LPOP: pops,
  RPOP: pops,
  BLPOP: popsFromAny,
  BRPOP: popsFromAny,
  LMOVE: moves,
  BLMOVE: moves,
  RPOPLPUSH: moves,
  BRPOPLPUSH: moves,
  LREM: ([, key = '', , part = '']) => [gone(key, part)],
  SADD: adds,
  SREM: removes,
  SPOP: pops,
  SMOVE: movesMember,
  HSET: setsFields,
  HMSET: setsFields,
  HSETNX: (argv, reply) => (reply === 1 ? setsFields(argv, reply) : NOTHING),
  HINCRBY: setsPart(2),
  HINCRBYFLOAT: setsPart(2),
  HDEL: removes,
  ZADD: setsScores,
  ZINCRBY: setsPart(3),
  ZREM: removes,
  XADD: ([, key = ''], reply) => (typeof reply === 'string' ? [itself(key, reply)] : NOTHING),
  XDEL: ([, key = '', ...ids]) => ids.map((id) => gone(key, id.includes('-') ? id : `${id}-0`)),
  // What these take away the stream itself tells, by where it begins.
  XTRIM: nothing,
  XSETID: nothing,
  XGROUP: nothing,
  XACK: nothing,
  XCLAIM: nothing,
  XAUTOCLAIM: nothing,
  XREADGROUP: nothing,
  DEL: deletes,
  UNLINK: deletes,
  GETDEL: ([, key = '']) => [whole(key, null, 'none')],
  EVAL: touchesKeys,
  EVALSHA: touchesKeys,
  FCALL: touchesKeys,
  SETEX: mayExpire,
  PSETEX: mayExpire,
  GETEX: mayExpire,
  EXPIRE: mayExpire,
  PEXPIRE: mayExpire,
  EXPIREAT: mayExpire,
  PEXPIREAT: mayExpire,
  RESTORE: mayExpire,
  RENAME: mayExpire,
  RENAMENX: mayExpire,
  COPY: mayExpire,
  // It leaves a value what it was.
  MIGRATE: nothing,
  FLUSHALL: () => [whole(EVERY_KEY, null)],
  FLUSHDB: () => [whole(EVERY_KEY, null)],
  SWAPDB: () => [whole(EVERY_KEY, null)],
};

/** Any other write: what its keys hold now is not followed. */
function unfollowed(argv: readonly Bytes[]): Write[] {
  const command = lookupCommand(argv);
  if (command === null || (command.flags & CMD_WRITE) === 0) return NOTHING;
  return getKeyPositions(command, argv).map((at) => whole(argv[at] as Bytes, null));
}

function scoreText(text: Bytes): Bytes | null {
  const score = parseDouble(text);
  return score === null ? null : formatDouble(score);
}

/** A number or a string that was answered, as text. */
function textOf(reply: Reply): Bytes | null {
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (reply instanceof Double) return reply.text;
  return typeof reply === 'string' ? reply : null;
}

/** The strings of a reply that is one, an array of them, or none. */
function elements(reply: Reply): Bytes[] {
  if (typeof reply === 'string') return [reply];
  if (reply === null || reply instanceof NullArray || !Array.isArray(reply)) return [];
  return (reply as readonly Reply[]).filter((item) => typeof item === 'string');
}
