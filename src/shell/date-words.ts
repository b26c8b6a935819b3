/* The moment that words mean to `date -d`: dates and times as they are usually written, and so much before or after
 * them. As in the real one a number with a sign behind a time is a zone, whatever was meant by it. */

interface Meant {
  date: { year: number; month: number; day: number } | null;
  /** A day of the week, Sunday being 0, and which of them: the next that comes (0), the one after today (1), the
   *  last one (-1). Beside a date it means nothing. */
  weekday: { day: number; which: number } | null;
  /** Milliseconds since midnight, with the zone taken off. */
  timeMs: number | null;
  /** What is added. */
  months: number;
  ms: number;
}

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = {
  second: 1000,
  sec: 1000,
  minute: 60_000,
  min: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  fortnight: 14 * DAY_MS,
};
const UNITS_MONTHS: Readonly<Record<string, number>> = { month: 1, year: 12 };
const WORDS_MS: Readonly<Record<string, number>> = { now: 0, today: 0, yesterday: -DAY_MS, tomorrow: DAY_MS };
const WEEKDAYS = 'sun|mon|tue|wed|thu|fri|sat';
const MONTHS = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';

type Reader = (found: RegExpExecArray, meant: Meant) => boolean;

/** What may stand there, and how it is taken; false when it means nothing. */
const PARTS: readonly (readonly [RegExp, Reader])[] = [
  [/(\d{4})([-/])(\d\d?)\2(\d\d?)(?!\d)(?:t(?=\d))?/y, ([, y, , m, d], meant) => setDate(meant, y, m, d)],
  [/(\d{4})(\d\d)(\d\d)(?!\d)/y, ([, y, m, d], meant) => setDate(meant, y, m, d)],
  [/(\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(am|pm)?(?:\s*([+-])\s*(\d\d?)(?::?(\d\d))?)?(?!\d)/y, setTime],
  [
    new RegExp(`(${MONTHS})[a-z]*\\s+(\\d\\d?)(?!\\d)`, 'y'),
    ([, m = '', d], meant) => setDate(meant, null, m, d),
  ],
  [new RegExp(`(\\d\\d?)\\s+(${MONTHS})[a-z]*`, 'y'), ([, d, m = ''], meant) => setDate(meant, null, m, d)],
  [/(\d{4})(?![\d:])(?!\s*[a-z])/y, setYear],
  [
    new RegExp(`(?:(next|last|this)\\s+)?(${WEEKDAYS})(?:(?:r?s|nes|ur)?day|rs?|s)?(?![a-z]),?`, 'y'),
    setWeekday,
  ],
  [/(?:z|utc|gmt)(?![a-z])/y, () => true],
  [/(now|today|yesterday|tomorrow)(?![a-z])/y, ([, word = ''], meant) => add(meant, WORDS_MS[word] ?? 0, 0)],
  [/(?:(next|last|[+-]?\s*\d+)\s*)?([a-z]+?)s?(\s+ago)?(?![a-z])/y, addUnits],
];

/** Unix milliseconds; null when the words mean nothing. */
export function momentOf(words: string, nowMs: number): number | null {
  const text = words.trim().toLowerCase();
  if (/^@-?\d+(\.\d+)?$/.test(text)) return Number(text.slice(1)) * 1000;
  const meant: Meant = { date: null, weekday: null, timeMs: null, months: 0, ms: 0 };
  for (let at = 0; at < text.length;) {
    const end = takePart(text, at, meant);
    if (end === null) return null;
    at = end + (/^[\s,]*/.exec(text.slice(end))?.[0].length ?? 0);
  }
  return whenMeant(meant, nowMs, text === '');
}

/** Where the part that begins there ends; null when none does. */
function takePart(text: string, at: number, meant: Meant): number | null {
  for (const [pattern, read] of PARTS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) return read(found, meant) ? at + found[0].length : null;
  }
  return null;
}

function whenMeant(
  { date, weekday, timeMs, months, ms }: Meant,
  nowMs: number,
  isEmpty: boolean,
): number | null {
  const now = new Date(nowMs);
  const { year, month, day } = date ?? {
    year: now.getUTCFullYear(),
    month: now.getUTCMonth(),
    day: now.getUTCDate(),
  };
  const ofYear = Number.isNaN(year) ? now.getUTCFullYear() : year;
  const stands = new Date(Date.UTC(ofYear, month, day));
  if (stands.getUTCMonth() !== month || stands.getUTCDate() !== day) return null;
  const ofDay = timeMs ?? (date === null && weekday === null && !isEmpty ? nowMs % DAY_MS : 0);
  const days = date === null && weekday !== null ? daysTo(weekday, now.getUTCDay()) : 0;
  return Date.UTC(ofYear, month + months, day + days) + ofDay + ms;
}

/** How many days from such a day of the week to that one. */
function daysTo({ day, which }: NonNullable<Meant['weekday']>, from: number): number {
  const ahead = (day - from + 7) % 7;
  return ahead + 7 * (which > 0 && ahead > 0 ? which - 1 : which);
}

function setWeekday([, which, name = '']: RegExpExecArray, meant: Meant): boolean {
  if (meant.weekday !== null) return false;
  const day = WEEKDAYS.split('|').indexOf(name);
  meant.weekday = { day, which: which === 'next' ? 1 : which === 'last' ? -1 : 0 };
  return true;
}

/** A month by number or name; without a year, that of now. */
function setDate(meant: Meant, year: string | null | undefined, month = '', day = ''): boolean {
  if (meant.date !== null) return false;
  const named = MONTHS.split('|').indexOf(month);
  const date = { year: Number(year ?? NaN), month: named < 0 ? Number(month) - 1 : named, day: Number(day) };
  meant.date = date;
  return true;
}

function setYear([, year]: RegExpExecArray, { date }: Meant): boolean {
  if (date === null || !Number.isNaN(date.year)) return false;
  date.year = Number(year);
  return true;
}

function setTime(found: RegExpExecArray, meant: Meant): boolean {
  const [, hours, minutes, seconds = '0', half, sign, zoneHours = '0', zoneMinutes = '0'] = found;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half === 'pm' ? 12 : 0);
  if (meant.timeMs !== null || hour > 23 || Number(minutes) > 59 || Number(seconds) > 60) return false;
  const zone = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === '-' ? -1 : 1);
  meant.timeMs = ((hour * 60 + Number(minutes) - zone) * 60 + Number(seconds)) * 1000;
  return true;
}

function addUnits([, count = '1', unit = '', ago]: RegExpExecArray, meant: Meant): boolean {
  const [unitMs, unitMonths] = [UNITS_MS[unit], UNITS_MONTHS[unit]];
  if (unitMs === undefined && unitMonths === undefined) return false;
  const times = count === 'next' ? 1 : count === 'last' ? -1 : Number(count.replace(/\s/g, ''));
  const signed = ago === undefined ? times : -times;
  return add(meant, signed * (unitMs ?? 0), signed * (unitMonths ?? 0));
}

function add(meant: Meant, ms: number, months: number): boolean {
  meant.ms += ms;
  meant.months += months;
  return true;
}
