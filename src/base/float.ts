/* Doubles as Redis 7.0 reads and prints them (after util.c, networking.c and the C library).
 *
 * 7.0 prints with `%.17g`, so 0.1 is 0.10000000000000001: exact, if not pretty. */

import type { Bytes } from './bytes.ts';
import { formatFixed, formatHuman, longDoubleFromNumber } from './long-double.ts';

/** As printf's `%.<precision>g`. Infinities are inf and -inf, as addReplyDouble writes them. */
export function formatG(value: number, precision: number): Bytes {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  if (Number.isNaN(value)) return 'nan';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits, exponent] = roundedDigits(Math.abs(value), precision);
  const sign = value < 0 ? '-' : '';
  if (exponent < -4 || exponent >= precision) {
    const short = digits.replace(/0+$/, '');
    const point = short.length > 1 ? `${short[0]}.${short.slice(1)}` : short;
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${point}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits.replace(/0+$/, '')}`;
  const fraction = digits.slice(exponent + 1).replace(/0+$/, '');
  return sign + digits.slice(0, exponent + 1) + (fraction ? `.${fraction}` : '');
}

/** `precision` significant digits and the decimal exponent of the first. JavaScript breaks exact ties
 *  upwards where C takes the even digit; such ties are looked for. */
function roundedDigits(value: number, precision: number): [digits: string, exponent: number] {
  const [mantissa, exponent] = value.toExponential(precision - 1).split('e') as [string, string];
  const digits = mantissa.replace('.', '');
  if (/[13579]$/.test(digits)) {
    const exact =
      value
        .toExponential(Math.min(precision + 30, 100))
        .split('e')[0]
        ?.replace('.', '') ?? '';
    if (/^50*$/.test(exact.slice(precision))) return [exact.slice(0, precision), Number(exponent)];
  }
  return [digits, Number(exponent)];
}

/** A double in a reply: `%.17g`, inf, -inf. */
export function formatDouble(value: number): Bytes {
  // Whole numbers are the usual scores, and print as themselves.
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return formatG(value, 17);
}

/** A double with all the decimals it has, up to 17, never with an exponent (GEOPOS, INCRBYFLOAT). */
export function formatDoubleHuman(value: number): Bytes {
  return formatHuman(longDoubleFromNumber(value));
}

/** As printf's `%.<decimals>f`. */
export function formatDoubleFixed(value: number, decimals: number): Bytes {
  const text = formatFixed(longDoubleFromNumber(value), decimals);
  return Object.is(value, -0) ? `-${text}` : text;
}

/** What strtod makes of all of `text`; null where Redis says "value is not a valid float": nothing,
 *  leading space, rubbish after the number, NaN, out of range. Hexadecimal floats are numbers to C. */
export function parseDouble(text: Bytes): number | null {
  if (/^[+-]?[0-9]{1,15}$/.test(text)) return Number(text);
  if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) return null;
    // Too small to be told from zero is out of range as well, unless zero was written.
    if (value === 0 && /[1-9]/.test(text.split(/e/i)[0] as string)) return null;
    return value;
  }
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
  return parseHexDouble(text);
}

function parseHexDouble(text: Bytes): number | null {
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i.exec(text);
  const digits = `${match?.[2] ?? ''}${match?.[3] ?? ''}`;
  if (!match || digits === '') return null;
  const power = Number(match[4] ?? '0') - 4 * (match[3] ?? '').length;
  const value = Number(BigInt(`0x${digits}`)) * 2 ** power;
  if (!Number.isFinite(value)) return null;
  return match[1] === '-' ? -value : value;
}

/** What strtod makes of the beginning of `text`, whatever follows; null where no number begins. */
export function parseDoublePrefix(text: Bytes): number | null {
  const found = /^[ \t\n\v\f\r]*([+-]?(?:inf(?:inity)?|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))/i.exec(text);
  return found === null ? null : parseDouble(found[1] as Bytes);
}
