import { describe, expect, test } from 'vitest';
import { formatDouble, formatDoubleFixed, formatDoubleHuman, formatG, parseDouble } from '#base/float.ts';
import { addInt64, string2ll, string2ull } from '#base/integer.ts';
import { addLongDouble, formatHuman, parseLongDouble } from '#base/long-double.ts';

describe('doubles', () => {
  test('print with seventeen significant digits, as 7.0 does', () => {
    expect(formatDouble(0.1)).toBe('0.10000000000000001');
    expect(formatDouble(3.14)).toBe('3.1400000000000001');
    expect(formatDouble(1.5)).toBe('1.5');
    expect(formatDouble(1e17)).toBe('1e+17');
    expect(formatDouble(1e16)).toBe('10000000000000000');
    expect(formatDouble(1e-5)).toBe('1.0000000000000001e-05');
    expect(formatDouble(0.0001)).toBe('0.0001');
    expect(formatDouble(-0)).toBe('-0');
    expect(formatDouble(5e-324)).toBe('4.9406564584124654e-324');
    expect(formatDouble(1.7976931348623157e308)).toBe('1.7976931348623157e+308');
    expect(formatDouble(-Infinity)).toBe('-inf');
  });

  test('break exact ties to the even digit, as C does', () => {
    expect(formatDouble(1125899906842624.25)).toBe('1125899906842624.2');
    expect(formatDouble(1125899906842624.75)).toBe('1125899906842624.8');
    expect(formatDoubleFixed(0.03125, 4)).toBe('0.0312');
    expect(formatG(0.5, 14)).toBe('0.5');
  });

  test('without an exponent keep every decimal they have', () => {
    expect(formatDoubleHuman(13.361389338970184)).toBe('13.36138933897018433');
    expect(formatDoubleHuman(3)).toBe('3');
  });

  test('are read as strtod reads them, and nothing else is', () => {
    expect(parseDouble('0x10')).toBe(16);
    expect(parseDouble('.5')).toBe(0.5);
    expect(parseDouble('5.')).toBe(5);
    expect(parseDouble('-inf')).toBe(-Infinity);
    expect(parseDouble('+Infinity')).toBe(Infinity);
    for (const bad of ['', ' 1', '1 ', 'nan', '1e400', '1e-400', '1,5', '--1', '.', 'e5', '0x', '1\0']) {
      expect(parseDouble(bad), JSON.stringify(bad)).toBeNull();
    }
  });
});

describe('long doubles', () => {
  const add = (a: string, b: string): string => {
    const sum = addLongDouble(parseLongDouble(a)!, parseLongDouble(b)!);
    return sum ? formatHuman(sum) : 'nan';
  };

  test('add without the noise of a double', () => {
    expect(add('10.50', '0.1')).toBe('10.6');
    expect(add('5.0e3', '2.0e2')).toBe('5200');
    expect(add('3', '1.1')).toBe('4.1');
    expect(add('-1.5', '1.5')).toBe('0');
    expect(add('1e20', '0.25')).toBe('100000000000000000000');
    expect(add('inf', '1')).toBe('inf');
    expect(add('inf', '-inf')).toBe('nan');
  });

  test('refuse what strtold refuses or cannot hold', () => {
    for (const bad of ['', 'abc', ' 1', '1 ', '1e5000', '1e-5000', 'nan', '1e', '+-1']) {
      expect(parseLongDouble(bad), JSON.stringify(bad)).toBeNull();
    }
  });
});

describe('64-bit integers', () => {
  test('have one spelling', () => {
    expect(string2ll('9223372036854775807')).toBe(9223372036854775807n);
    expect(string2ll('-9223372036854775808')).toBe(-9223372036854775808n);
    expect(string2ll('42')).toBe(42);
    for (const bad of ['', '-', '+1', '01', '-0', ' 1', '1 ', '1.0', '9223372036854775808', '12a']) {
      expect(string2ll(bad), JSON.stringify(bad)).toBeNull();
    }
  });

  test('overflow is told, not wrapped', () => {
    expect(addInt64(9223372036854775807n, 1)).toBeNull();
    expect(addInt64(9007199254740991, 1)).toBe(9007199254740992n);
    expect(addInt64(9223372036854775807n, -9223372036854775807n)).toBe(0);
    expect(string2ull('18446744073709551615')).toBe(18446744073709551615n);
    expect(string2ull('18446744073709551616')).toBeNull();
  });
});
