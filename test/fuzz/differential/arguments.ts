/* Random commands, made from what a real server says of each command's arguments (COMMAND DOCS).
 *
 * Half of them are right, more or less: keys of a fitting type, numbers where numbers belong. The rest
 * have an argument dropped, doubled, exchanged or replaced by one of the values that parsers stumble
 * over. Nobody has to know what the right reply is: two servers get the same command. */

import type { Prng } from '#base/prng.ts';

/** An argument as COMMAND DOCS describes it. */
export interface ArgumentSpec {
  readonly name: string;
  readonly type: string;
  readonly token?: string;
  readonly flags: readonly string[];
  readonly arguments: readonly ArgumentSpec[];
}

/** A command as COMMAND DOCS describes it. */
export interface CommandSpec {
  /** "zadd", or the words of a subcommand. */
  readonly words: readonly string[];
  readonly group: string;
  readonly arguments: readonly ArgumentSpec[];
}

/** What starts a key of each group, so that most commands meet a value of their type. */
const KEY_LETTERS: Readonly<Record<string, string>> = {
  string: 's',
  bitmap: 's',
  hash: 'h',
  list: 'l',
  set: 'S',
  'sorted-set': 'z',
  geo: 'g',
  hyperloglog: 'p',
  stream: 'x',
};
const ALL_LETTERS = [...new Set(Object.values(KEY_LETTERS))];

const INTEGERS = ['0', '1', '2', '3', '5', '-1', '-2', '10', '100', '-100', '7', '64', '4294967296'];
const ODD_NUMBERS = [
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '18446744073709551615',
  '2147483648',
  '-2147483649',
  '1.5',
  '-0',
  '00',
  '+1',
  ' 1',
  '1 ',
  '1e3',
  '0x10',
  'nan',
  'inf',
  '-inf',
  '1e400',
  '',
  'abc',
];
const DOUBLES = [
  '0',
  '1',
  '-1',
  '1.5',
  '3.14159',
  '-2.25',
  '1e3',
  'inf',
  '-inf',
  '0.1',
  '1e-9',
  '100',
  '17.5',
];
const STRINGS = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f1',
  '10',
  '-5',
  '3.0e3',
  'hello world',
  '',
  'A'.repeat(70),
  '\x00\xff\x80',
  '12345678901234',
  '0.5',
  'foobar',
];
const PATTERNS = ['*', 'a*', '?', '[a-c]', '[^a]', '\\*', '*[', 'h*llo*', 'l*->x', 'h*->f1', '#'];
const STREAM_IDS = [
  '*',
  '$',
  '>',
  '-',
  '+',
  '0',
  '1-1',
  '2-0',
  '5-5',
  '(1-1',
  '(5',
  '0-0',
  '7-*',
  '99',
  '1-',
  'x',
];
const RANGE_ENDS = ['-', '+', '(1', '[a', '(a', '[c', '(c', '-inf', '+inf', '0', '5', '(3', '[', '('];
const BITFIELD_TYPES = ['u8', 'i8', 'u1', 'i64', 'u63', 'u64', 'i0', 'u16', 'i5', 'x8'];
const UNITS = ['m', 'km', 'ft', 'mi', 'KM', 'parsec'];

/** Makes commands; equal random numbers make equal commands. */
export class CommandMaker {
  readonly random: Prng;
  readonly commands: readonly CommandSpec[];
  /** Unix seconds by which moments are made. */
  readonly nowSeconds: number;

  constructor(random: Prng, commands: readonly CommandSpec[], nowSeconds: number) {
    this.random = random;
    this.commands = commands;
    this.nowSeconds = nowSeconds;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.random.below(items.length)] as T;
  }

  /** One command as it may be sent. */
  command(): string[] {
    const spec = this.pick(this.commands);
    const argv = [...spec.words, ...spec.arguments.flatMap((one) => this.argument(one, spec.group))];
    countKeys(argv);
    for (let damages = this.damages(); damages > 0; damages--) this.damage(argv, spec);
    return repeatable(spec.words[0] as string, argv);
  }

  private damages(): number {
    return this.random.chance(0.35) ? 1 + this.random.below(2) : 0;
  }

  private damage(argv: string[], spec: CommandSpec): void {
    const first = spec.words.length;
    if (argv.length <= first) {
      argv.push(this.anything());
      return;
    }
    const at = first + this.random.below(argv.length - first);
    switch (this.random.below(5)) {
      case 0:
        argv.splice(at, 1);
        break;
      case 1:
        argv.splice(at, 0, argv[at] as string);
        break;
      case 2:
        argv[at] = this.anything();
        break;
      case 3:
        argv.splice(at, 0, this.anything());
        break;
      default: {
        const other = first + this.random.below(argv.length - first);
        [argv[at], argv[other]] = [argv[other] as string, argv[at] as string];
      }
    }
  }

  private anything(): string {
    return this.pick(
      this.pick([
        INTEGERS,
        ODD_NUMBERS,
        DOUBLES,
        STRINGS,
        RANGE_ENDS,
        STREAM_IDS,
        UNITS,
        [this.key('generic')],
      ]),
    );
  }

  private key(group: string): string {
    const letter = this.random.chance(0.9) ? KEY_LETTERS[group] : undefined;
    return (letter ?? this.pick(ALL_LETTERS)) + String(1 + this.random.below(3));
  }

  private argument(spec: ArgumentSpec, group: string): string[] {
    if (spec.flags.includes('optional') && this.random.chance(0.6)) return [];
    const times = spec.flags.includes('multiple') ? 1 + this.random.below(3) : 1;
    const token = spec.token !== undefined && spec.type !== 'pure-token' ? [spec.token] : [];
    const out = [...token];
    for (let round = 0; round < times; round++) {
      if (round > 0 && spec.flags.includes('multiple_token')) out.push(...token);
      out.push(...this.value(spec, group));
    }
    return out;
  }

  private value(spec: ArgumentSpec, group: string): string[] {
    switch (spec.type) {
      case 'oneof':
        return this.argument({ ...this.pick(spec.arguments) }, group);
      case 'block':
        return spec.arguments.flatMap((one) => this.argument(one, group));
      case 'pure-token':
        return [spec.token ?? ''];
      case 'key':
        return [this.key(group)];
      case 'integer':
        return [this.integer(spec.name)];
      case 'double':
        return [this.double(spec.name)];
      case 'unix-time':
        return [this.moment(spec.name)];
      case 'pattern':
        return [this.pick(PATTERNS)];
      default:
        return [this.text(spec.name, group)];
    }
  }

  private integer(name: string): string {
    if (name === 'numkeys') return 'numkeys';
    // What lives a short time might be gone on one server only.
    if (/seconds|timeout/.test(name)) {
      return this.pick(['999999', '5000000', '0', '-1', '9223372036854775807']);
    }
    if (name === 'cursor') return '0';
    return this.random.chance(0.1) ? this.pick(ODD_NUMBERS) : this.pick(INTEGERS);
  }

  private double(name: string): string {
    if (name === 'longitude' || name === 'latitude') return (this.random.below(16000) / 100 - 80).toFixed(2);
    if (/radius|width|height/.test(name)) return String(this.random.below(20_000_000));
    if (name === 'timeout') return '0.01';
    if (/min|max|start|stop/.test(name)) return this.pick([...RANGE_ENDS, ...DOUBLES]);
    return this.random.chance(0.1) ? this.pick(ODD_NUMBERS) : this.pick(DOUBLES);
  }

  private moment(name: string): string {
    const ms = name.includes('milli') ? 1000 : 1;
    return this.pick([
      String((this.nowSeconds + 5000) * ms),
      '1',
      '0',
      '-5',
      String((this.nowSeconds - 100) * ms),
    ]);
  }

  private text(name: string, group: string): string {
    if (name === 'encoding') return this.pick(BITFIELD_TYPES);
    if (group === 'stream' && /^(id|start|end|min|max|last-id|lastid|threshold|ID)/i.test(name)) {
      return this.pick(STREAM_IDS);
    }
    if (name === 'group' || name === 'groupname') return this.pick(['g1', 'g2']);
    if (name === 'consumer' || name === 'consumername') return this.pick(['alice', 'bob']);
    if (/^(min|max|start|stop)$/.test(name)) return this.pick(RANGE_ENDS);
    return this.random.chance(0.05) ? this.pick(ODD_NUMBERS) : this.pick(STRINGS);
  }
}

const GIVES_TIME_TO_LIVE = /^(set|setex|psetex|getex|expire|pexpire|restore)$/;

/** The command without what two servers cannot do alike, since their clocks tick apart. */
function repeatable(name: string, argv: string[]): string[] {
  if (name === 'xadd') return argv.map((arg) => (arg === '*' ? '7-*' : arg));
  if (!GIVES_TIME_TO_LIVE.test(name)) return argv;
  return argv.map((arg) => (/^[1-9][0-9]{0,5}$/.test(arg) ? '999999' : arg));
}

/** Writes how many keys follow in the place of `numkeys`. */
function countKeys(argv: string[]): void {
  const at = argv.indexOf('numkeys');
  if (at < 0) return;
  let count = 0;
  while (/^[shlSzgpx][123]$/.test(argv[at + 1 + count] ?? '')) count++;
  argv[at] = String(count);
}
