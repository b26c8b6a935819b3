/* What is drawn by lot, or goes on without an end: shuf, and head of /dev/zero and /dev/urandom. */

import { Prng } from '#base/prng.ts';
import { fail, ok, type Execute, type Surroundings } from './command.ts';
import type { ShellWorld } from './world.ts';

/** As much as is given of what has no end. */
const MOST_BYTES = 16 << 20;

/** Chance that nothing in the world depends on. */
export class Lots {
  private readonly world: ShellWorld;
  private drawn = 0;

  constructor(world: ShellWorld) {
    this.world = world;
  }

  draw(): Prng {
    return Prng.stream(Math.round(this.world.seenMs) + ++this.drawn * 7919, 'shell');
  }

  /** Bytes as /dev/urandom gives them. */
  bytes(count: number): string {
    const random = this.draw();
    return Array.from({ length: count }, () => String.fromCharCode(random.below(256))).join('');
  }
}

export function chanceTools(lots: Lots): Record<string, Execute> {
  return {
    shuf: (args, stdin, around) => shuf(lots, args, stdin, around),
    head: (args, _stdin, around) => head(lots, args, around),
  };
}

/** shuf [-n COUNT] [-r] [-i LOW-HIGH | -e WORD... | FILE] */
async function shuf(
  lots: Lots,
  args: readonly string[],
  stdin: string,
  around: Surroundings,
): ReturnType<Execute> {
  const words: string[] = [];
  let count = Infinity;
  let range: string | undefined;
  let [echoes, repeats] = [false, false];
  for (let at = 0; at < args.length; at++) {
    const [, option, given] = /^-([nio])(.*)$/s.exec(args[at] as string) ?? [];
    const value = given === '' ? args[++at] : given;
    if (option === 'n') count = Number(value);
    else if (option === 'i') range = value ?? '';
    else if (/^-[erz]+$/.test(args[at] as string)) {
      echoes ||= (args[at] as string).includes('e');
      repeats ||= (args[at] as string).includes('r');
    } else words.push(args[at] as string);
  }
  if (Number.isNaN(count) || count < 0) return fail('shuf: invalid line count');
  const [, low, high] = /^(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (range !== undefined && (high === undefined || Number(high) - Number(low) > 1_000_000))
    return fail(`shuf: invalid input range: '${range}'`);
  let lines = words;
  if (range !== undefined)
    lines = Array.from({ length: Number(high) - Number(low) + 1 }, (_, n) => String(Number(low) + n));
  else if (!echoes) {
    const [file = '-'] = words;
    const path = around.fs.resolvePath(around.cwd, file);
    if (file !== '-' && !(await around.fs.exists(path)))
      return fail(`shuf: ${file}: No such file or directory`);
    lines = (file === '-' ? stdin : await around.fs.readFile(path)).replace(/\n$/, '').split('\n');
  }
  const random = lots.draw();
  const most = Math.min(count, repeats ? 100_000 : lines.length);
  const left = [...lines];
  const out = Array.from({ length: left.length === 0 ? 0 : most }, () =>
    repeats ? random.pick(left) : left.splice(random.below(left.length), 1)[0],
  );
  return ok(out.map((line) => `${line}\n`).join(''));
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1024,
  K: 1024,
  M: 1 << 20,
  kB: 1000,
  MB: 1e6,
};

/** head as bash has it, and of what never ends. */
async function head(lots: Lots, args: string[], around: Surroundings): ReturnType<Execute> {
  const line = args.join(' ');
  const [, count = '', unit = '', device] =
    /^(?:-c ?|--bytes=)(\d+)(\w*) \/dev\/(zero|urandom|random)$/.exec(line) ?? [];
  if (device === undefined) return around.origCommand ? around.origCommand(args) : fail('head: not here');
  const length = Number(count) * (UNITS[unit] ?? 1);
  if (length > MOST_BYTES)
    return fail(`head: /dev/${device}: this host gives at most ${MOST_BYTES} bytes of it`);
  const stdout = device === 'zero' ? '\0'.repeat(length) : lots.bytes(length);
  return { ...ok(stdout), stdoutKind: 'bytes' };
}
