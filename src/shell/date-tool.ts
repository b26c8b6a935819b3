/* date, in the world's time and in UTC. */

import type { ExecResult } from 'just-bash/browser';
import { fail, ok } from './command.ts';
import { momentOf } from './date-words.ts';
import type { ShellWorld } from './world.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const USUAL = '%a %b %e %T UTC %Y';

/** date [-u] [-d WHEN] [-R | -I[seconds] | +FORMAT] */
export async function date(world: ShellWorld, args: readonly string[]): Promise<ExecResult> {
  let format = USUAL;
  let when = 'now';
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    if (word.startsWith('+')) format = word.slice(1);
    else if (word === '-d' || word === '--date') when = args[++at] ?? '';
    else if (word.startsWith('--date=')) when = word.slice('--date='.length);
    else if (word === '-R') format = '%a, %d %b %Y %T +0000';
    else if (/^(?:-I|--iso-8601=)s(?:econds)?$/.test(word)) format = '%FT%T+00:00';
    else if (/^(?:-I|--iso-8601=)(?:date)?$|^--iso-8601$/.test(word)) format = '%F';
    else if (word !== '-u' && word !== '--utc') return fail(`date: unknown argument '${word}'`);
  }
  const wallMs = momentOf(when, await world.wallMs());
  if (wallMs === null) return fail(`date: invalid date '${when}'`);
  const fields = fieldsOf(wallMs);
  const shown = format.replace(
    /%([-_^]?)(\d?)([a-zA-Z%])/g,
    (all, flag: string, width: string, letter: string) => {
      const field = fields[letter];
      return field === undefined
        ? all
        : flagged(letter === 'N' && width ? field.slice(0, Number(width)) : field, flag);
    },
  );
  return ok(shown + '\n');
}

/** Without the zeros in front, with blanks instead of them, or in capitals. */
function flagged(field: string, flag: string): string {
  if (flag === '-') return field.replace(/^[0 ]+(?=\d)/, '');
  if (flag === '_') return field.replace(/^0+(?=\d)/, (zeros) => ' '.repeat(zeros.length));
  return flag === '^' ? field.toUpperCase() : field;
}

function fieldsOf(wallMs: number): Record<string, string> {
  const parts = calendar(wallMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [day, month] = [DAYS[parts.weekday] as string, MONTHS[parts.month] as string];
  const ofYear = Math.floor(wallMs / 86_400_000) - Math.floor(Date.UTC(parts.year, 0) / 86_400_000) + 1;
  const [hour, minute, second] = [two(parts.hour), two(parts.minute), two(parts.second)];
  return {
    s: String(Math.floor(wallMs / 1000)),
    N: String(Math.floor((wallMs % 1000) * 1e6)).padStart(9, '0'),
    Y: String(parts.year),
    y: two(parts.year % 100),
    m: two(parts.month + 1),
    d: two(parts.day),
    e: String(parts.day).padStart(2),
    j: String(ofYear).padStart(3, '0'),
    u: String(parts.weekday === 0 ? 7 : parts.weekday),
    w: String(parts.weekday),
    H: hour,
    k: String(parts.hour).padStart(2),
    l: String(parts.hour % 12 === 0 ? 12 : parts.hour % 12).padStart(2),
    I: two(parts.hour % 12 === 0 ? 12 : parts.hour % 12),
    p: parts.hour < 12 ? 'AM' : 'PM',
    M: minute,
    S: second,
    a: day.slice(0, 3),
    A: day,
    b: month.slice(0, 3),
    h: month.slice(0, 3),
    B: month,
    F: `${parts.year}-${two(parts.month + 1)}-${two(parts.day)}`,
    D: `${two(parts.month + 1)}/${two(parts.day)}/${two(parts.year % 100)}`,
    T: `${hour}:${minute}:${second}`,
    R: `${hour}:${minute}`,
    Z: 'UTC',
    z: '+0000',
    '%': '%',
    n: '\n',
    t: '\t',
    x: `${two(parts.month + 1)}/${two(parts.day)}/${two(parts.year % 100)}`,
    X: `${hour}:${minute}:${second}`,
    c: `${day.slice(0, 3)} ${month.slice(0, 3)} ${String(parts.day).padStart(2)} ${hour}:${minute}:${second} ${parts.year}`,
  };
}

/** Civil date of Unix milliseconds. */
function calendar(
  wallMs: number,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'weekday', number> {
  const seconds = Math.floor(wallMs / 1000);
  const days = Math.floor(seconds / 86400);
  // Counted from 1 March 0000 in eras of 400 years, so that the leap day comes last.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = (shiftedMonth + 2) % 12;
  return {
    year: yearOfEra + era * 400 + (month < 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    hour: Math.floor(seconds / 3600) % 24,
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    weekday: (days + 4) % 7,
  };
}
