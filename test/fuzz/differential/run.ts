/* Two servers in step: every command goes to both, replies are compared, and now and then a fingerprint of
 * all data. The first difference ends a run, with the commands that led to it. */

import { Prng } from '#base/prng.ts';
import { same, show, type Tree } from '#test/conformance/replies/compare.ts';
import { InProcess } from '#test/conformance/replies/in-process.ts';
import { OverTcp } from '#test/conformance/replies/over-tcp.ts';
import { encode } from '#test/conformance/replies/play.ts';
import { CommandMaker, type ArgumentSpec, type CommandSpec } from './arguments.ts';

/** Groups whose commands are about data. */
const GROUPS = new Set([
  'bitmap',
  'generic',
  'geo',
  'hash',
  'hyperloglog',
  'list',
  'set',
  'sorted-set',
  'stream',
  'string',
  'transactions',
]);

/** Not compared: other machines, waiting, chance that goes on, or what only one process has. */
const LEFT_OUT = new Set([
  'migrate',
  'wait',
  'object freq',
  'object idletime',
  'object refcount',
  'object help',
  'xgroup help',
  'xinfo help',
  'randomkey',
  'pfdebug',
  'pfselftest',
  'multi',
  'exec',
  'discard',
  'watch',
  // By bytes only sets of equal scores are in order; in others a skiplist finds what its levels let it find.
  'zlexcount',
  'zrangebylex',
  'zrevrangebylex',
  'zremrangebylex',
]);

/** Replies in no particular order. */
const UNORDERED = /^(keys|smembers|hkeys|hvals|sinter|sunion|sdiff|sort|sort_ro|object encoding)$/;
const PAIRS = /^hgetall$/;
const BY_CHANCE = /^(srandmember|hrandfield|zrandmember)$/;
const SCANS = /^(scan|sscan)$/;
const PAIR_SCANS = /^(hscan|zscan)$/;
const TIMES = /^(ttl|pttl|expiretime|pexpiretime)$/;
const BLOCKING = /^(b[lrz]|xread)/;
/** Their replies tell of moments. */
const CLOCKED = /^(xinfo|xpending|xautoclaim|xclaim)/;

function modeFor(name: string): string {
  if (UNORDERED.test(name)) return 'u';
  if (PAIRS.test(name)) return 'p';
  if (SCANS.test(name)) return 'scan';
  if (PAIR_SCANS.test(name)) return 'scanp';
  if (TIMES.test(name)) return 'n';
  return BY_CHANCE.test(name) || CLOCKED.test(name) ? 'shape' : 'exact';
}

/** A payload of a hash table: its members come in the order of the table. */
const isUnordered = (payload: Tree): boolean => /^[\x02\x04]/.test(textOf(payload));

const field = (tree: Tree, name: string): Tree | undefined => {
  const parts = tree.v as Tree[];
  for (let at = 0; at < parts.length; at += 2) if ((parts[at] as Tree).v === name) return parts[at + 1];
  return undefined;
};

const textOf = (tree: Tree | undefined): string => (typeof tree?.v === 'string' ? tree.v : '');

function readArguments(tree: Tree | undefined): ArgumentSpec[] {
  return ((tree?.v ?? []) as Tree[]).map((one) => {
    const token = textOf(field(one, 'token'));
    return {
      name: textOf(field(one, 'name')),
      type: textOf(field(one, 'type')),
      ...(token !== '' && { token }),
      flags: ((field(one, 'flags')?.v ?? []) as Tree[]).map(textOf),
      arguments: readArguments(field(one, 'arguments')),
    };
  });
}

/** The commands that can be compared, from the reply to COMMAND DOCS. */
export function readDocs(docs: Tree): CommandSpec[] {
  const specs: CommandSpec[] = [];
  const add = (name: string, about: Tree): void => {
    const subcommands = (field(about, 'subcommands')?.v ?? []) as Tree[];
    for (let at = 0; at < subcommands.length; at += 2) {
      add(textOf(subcommands[at]).replace('|', ' '), subcommands[at + 1] as Tree);
    }
    const group = textOf(field(about, 'group'));
    if (subcommands.length > 0 || !GROUPS.has(group) || LEFT_OUT.has(name)) return;
    specs.push({ words: name.split(' '), group, arguments: readArguments(field(about, 'arguments')) });
  };
  const parts = docs.v as Tree[];
  for (let at = 0; at < parts.length; at += 2) add(textOf(parts[at]), parts[at + 1] as Tree);
  return specs.sort((a, b) => (a.words.join() < b.words.join() ? -1 : 1));
}

/** Limits so low that values change their encoding all the time. */
const CONFIG = [
  ['hash-max-listpack-entries', '4'],
  ['hash-max-listpack-value', '12'],
  ['set-max-intset-entries', '4'],
  ['zset-max-listpack-entries', '4'],
  ['zset-max-listpack-value', '12'],
  ['list-max-listpack-size', '3'],
  ['stream-node-max-entries', '3'],
  ['hll-sparse-max-bytes', '40'],
] as const;

/** A real server and one of ours, to be given the same commands. */
export class Twins {
  readonly real: OverTcp;
  readonly ours: InProcess;
  readonly history: string[] = [];

  constructor(port: number) {
    this.real = new OverTcp(port);
    this.ours = new InProcess(Object.fromEntries(CONFIG));
  }

  async begin(resp: 2 | 3): Promise<void> {
    await this.real.begin();
    await this.ours.begin();
    this.history.length = 0;
    for (const [name, value] of CONFIG) await this.send(['CONFIG', 'SET', name, value]);
    // Who is first to delete what has expired is chance.
    await this.send(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
    await this.send(['HELLO', String(resp)]);
  }

  async send(argv: readonly string[]): Promise<[real: Tree, ours: Tree]> {
    // Both have the same clock.
    this.ours.lone.wallMs = Date.now();
    await Promise.all([this.real.send('1', encode(argv)), this.ours.send('1', encode(argv))]);
    return [await this.real.read('1'), await this.ours.read('1')];
  }

  /** Sends a command to both; null when they answer alike. */
  async compare(argv: readonly string[]): Promise<string | null> {
    this.history.push(argv.map((arg) => JSON.stringify(arg)).join(' '));
    const [real, ours] = await this.send(argv);
    const name = nameOf(argv);
    if (real.t === 'error' && ours.t === 'error' && show(real) === show(ours)) return null;
    const mode = name === 'dump' && isUnordered(real) ? 'shape' : modeFor(name);
    if (same(real, ours, mode, 2500) || endlessScan(argv, real, ours)) {
      if (name === 'spop') await this.forget(argv[1] as string, real, ours);
      return null;
    }
    if (name === 'spop' && same(real, ours, 'shape', 0)) {
      await this.forget(argv[1] as string, real, ours);
      return null;
    }
    return `${argv.map((arg) => JSON.stringify(arg)).join(' ')}\n  real: ${show(real)}\n  ours: ${show(ours)}`;
  }

  /** What chance took away differs: the rest is taken away as well. */
  private async forget(key: string, real: Tree, ours: Tree): Promise<void> {
    if (real.t !== 'error' && ours.t !== 'error') await this.send(['DEL', key]);
  }

  /** Null when both hold the same data. */
  async compareData(): Promise<string | null> {
    const [real, ours] = await this.send(['DEBUG', 'DIGEST']);
    if (same(real, ours, 'exact', 0)) return null;
    const found: string[] = [];
    for (let db = 0; db < 16; db++) {
      await this.send(['SELECT', String(db)]);
      const [theirs, mine] = await this.send(['KEYS', '*']);
      if (!same(theirs, mine, 'u', 0))
        found.push(`keys of database ${db}: ${show(theirs)}, ours ${show(mine)}`);
      for (const key of theirs.v as Tree[]) {
        const [a, b] = await this.send(['DEBUG', 'DIGEST-VALUE', textOf(key)]);
        if (!same(a, b, 'exact', 0)) found.push(await this.describe(textOf(key)));
      }
    }
    // Nothing that anybody can see: SCAN has met an expired key on one side only, and deleted it.
    return found.length === 0 ? null : `the data differ: ${found.join(', ')}`;
  }

  private async describe(key: string): Promise<string> {
    const [real, ours] = await this.send(['DUMP', key]);
    const type = await this.send(['TYPE', key]);
    return `${key} (${show(type[0])}, ours ${show(type[1])})\n  real: ${show(real)}\n  ours: ${show(ours)}`;
  }

  end(): void {
    this.real.end();
  }
}

function nameOf(argv: readonly string[]): string {
  const name = (argv[0] ?? '').toLowerCase();
  return name === 'object' ? `object ${(argv[1] ?? '').toLowerCase()}` : name;
}

/** A table that is walked in pieces has an order of its own on each server. */
function endlessScan(argv: readonly string[], real: Tree, ours: Tree): boolean {
  const name = nameOf(argv);
  if ((!SCANS.test(name) && !PAIR_SCANS.test(name)) || real.t !== 'array' || ours.t !== 'array') return false;
  const given = argv[name === 'scan' ? 1 : 2] ?? '';
  const wholeAtOnce = [given, textOf((real.v as Tree[])[0]), textOf((ours.v as Tree[])[0])];
  return wholeAtOnce.some((cursor) => cursor !== '0' && cursor !== '');
}

/** Runs `count` random commands; the first difference with what led to it, or null. */
export async function runTwins(
  twins: Twins,
  commands: readonly CommandSpec[],
  seed: number,
  count: number,
): Promise<string | null> {
  const random = Prng.stream(seed, 'differential');
  await twins.begin(seed % 2 === 0 ? 2 : 3);
  const maker = new CommandMaker(random, commands, Math.floor(Date.now() / 1000));
  for (let at = 0; at < count; at++) {
    const argv = maker.command();
    if (argv.some((arg) => /^(bylex|storedist)$/i.test(arg)) || isHuge(argv) || isChance(argv)) continue;
    const blocking = BLOCKING.test((argv[0] as string).toLowerCase());
    const found = blocking ? await compareInMulti(twins, argv) : await twins.compare(argv);
    const data = found === null && at % 10 === 9 ? await twins.compareData() : found;
    if (data !== null) return `seed ${seed}, command ${at}:\n${twins.history.slice(-25).join('\n')}\n${data}`;
  }
  return null;
}

/** Hundreds of megabytes are right and take long. */
function isHuge(argv: readonly string[]): boolean {
  const name = argv[0] as string;
  if (/^(setbit|setrange|bitfield)$/.test(name)) return argv.some((arg) => /^#?[0-9]{7,10}$/.test(arg));
  return BY_CHANCE.test(name) && argv.some((arg) => /^-[0-9]{6,}$/.test(arg));
}

/** What weighs the same as text stays as the hash table had it: its beginning is chance, and so is its order. */
function isChance(argv: readonly string[]): boolean {
  const has = (word: string): boolean => argv.some((arg) => arg.toLowerCase() === word);
  return /^sort/.test(argv[0] as string) && has('by') && (has('limit') || (has('alpha') && has('store')));
}

/** In a transaction nothing waits. */
async function compareInMulti(twins: Twins, argv: readonly string[]): Promise<string | null> {
  for (const step of [['MULTI'], argv, ['EXEC']]) {
    const found = await twins.compare(step);
    if (found !== null) return found;
  }
  return null;
}
