/* The 80-bit floating point of x86, in which INCRBYFLOAT and HINCRBYFLOAT count.
 *
 * With 64 bits of mantissa 10.5 + 0.1 prints as 10.6 at 17 decimals; a double would print
 * 10.59999999999999964. Values are mantissa * 2^exponent with a bigint mantissa, rounded to the
 * nearest even 64-bit mantissa after every step, and print exactly. Denormals are not rounded to
 * their coarser grid: nothing prints differently at 17 decimals. */

import type { Bytes } from './bytes.ts';

/** mantissa * 2^exponent, or an infinity. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
  /** 1 or -1 for an infinity, else 0. */
  readonly infinite: -1 | 0 | 1;
}

const MANTISSA_BITS = 64;
const MAX_EXPONENT = 16384;
const MIN_EXPONENT = -16445;
const ZERO: LongDouble = { mantissa: 0n, exponent: 0, infinite: 0 };

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const bitLength = (value: bigint): number => {
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(parseInt(hex[0] as string, 16)));
};

/** numerator / denominator to the nearest integer, ties to even; both positive. */
function divideEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator - quotient * denominator) * 2n;
  if (twice > denominator || (twice === denominator && (quotient & 1n) === 1n)) return quotient + 1n;
  return quotient;
}

/** The nearest long double to sign * numerator / denominator * 2^exponent. */
function round(negative: boolean, numerator: bigint, denominator: bigint, exponent: number): LongDouble {
  if (numerator === 0n) return ZERO;
  const shift = MANTISSA_BITS - (bitLength(numerator) - bitLength(denominator));
  let mantissa =
    shift >= 0
      ? divideEven(numerator << BigInt(shift), denominator)
      : divideEven(numerator, denominator << BigInt(-shift));
  let power = exponent - shift;
  // The quotient may have one bit more than wanted; round again from the exact value.
  if (bitLength(mantissa) > MANTISSA_BITS) {
    const less = BigInt(Math.abs(shift - 1));
    mantissa =
      shift - 1 >= 0
        ? divideEven(numerator << less, denominator)
        : divideEven(numerator, denominator << less);
    power++;
  }
  if (bitLength(mantissa) + power > MAX_EXPONENT) {
    return { mantissa: 0n, exponent: 0, infinite: negative ? -1 : 1 };
  }
  if (bitLength(mantissa) + power < MIN_EXPONENT) return ZERO;
  return { mantissa: negative ? -mantissa : mantissa, exponent: power, infinite: 0 };
}

/** The exact value of a finite double or infinity. */
export function longDoubleFromNumber(value: number): LongDouble {
  if (value === 0 || Number.isNaN(value)) return ZERO;
  if (!Number.isFinite(value)) return { mantissa: 0n, exponent: 0, infinite: value > 0 ? 1 : -1 };
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent: (biased || 1) - 1075, infinite: 0 };
}

/** What strtold makes of all of `text`; null where Redis says "value is not a valid float"
 *  (nothing, leading space, rubbish after the number, NaN, out of range). */
export function parseLongDouble(text: Bytes): LongDouble | null {
  const infinity = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinity) return { mantissa: 0n, exponent: 0, infinite: infinity[1] === '-' ? -1 : 1 };
  const value = parseDecimal(text) ?? parseHex(text);
  // Out of range on either side sets ERANGE, and Redis refuses.
  if (!value || value === 'underflow' || value.infinite) return null;
  return value;
}

function parseDecimal(text: Bytes): LongDouble | 'underflow' | null {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (!match) return null;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return ZERO;
  const power = Number(match[4] ?? '0') - fraction.length;
  const size = digits.toString().length + power;
  if (size > 5000) return { mantissa: 0n, exponent: 0, infinite: match[1] === '-' ? -1 : 1 };
  if (size < -5000) return 'underflow';
  const scale = 10n ** BigInt(Math.abs(power));
  const value =
    power >= 0 ? round(match[1] === '-', digits * scale, 1n, 0) : round(match[1] === '-', digits, scale, 0);
  return value.mantissa === 0n && !value.infinite ? 'underflow' : value;
}

function parseHex(text: Bytes): LongDouble | null {
  const match = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i.exec(text);
  if (!match || (match[2] ?? '') + (match[3] ?? '') === '') return null;
  const digits = BigInt(`0x${match[2] ?? ''}${match[3] ?? ''}`);
  const power = Number(match[4] ?? '0') - 4 * (match[3] ?? '').length;
  if (Math.abs(power) > 20000) return digits === 0n ? ZERO : null;
  return round(match[1] === '-', digits, 1n, power);
}

/** The rounded sum; null when it is not a number (inf - inf). */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | null {
  if (a.infinite || b.infinite) {
    if (a.infinite && b.infinite && a.infinite !== b.infinite) return null;
    return a.infinite ? a : b;
  }
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  return round(sum < 0n, abs(sum), 1n, exponent);
}

/** As printf's `%.<decimals>Lf`: exact, ties to even. */
export function formatFixed(value: LongDouble, decimals: number): Bytes {
  if (value.infinite) return value.infinite > 0 ? 'inf' : '-inf';
  const magnitude = abs(value.mantissa) * 10n ** BigInt(decimals);
  const scaled =
    value.exponent >= 0
      ? magnitude << BigInt(value.exponent)
      : divideEven(magnitude, 1n << BigInt(-value.exponent));
  const digits = scaled.toString().padStart(decimals + 1, '0');
  const sign = value.mantissa < 0n ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** As ld2string with LD_STR_HUMAN: 17 decimals without trailing zeros. */
export function formatHuman(value: LongDouble): Bytes {
  if (value.infinite) return formatFixed(value, 17);
  const text = formatFixed(value, 17).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}
