import { describe, expect, it } from 'vitest';
import { evaluate, explain, ExpressionError, freeNames, parseExpression } from '#lesson/expression.ts';

const scope = {
  role: (name: unknown) => (name === 7005 ? 'replica' : 'master'),
  keys: () => ['foo', 'bar'],
  all: (list: unknown, test: unknown) =>
    (list as unknown[]).every((item) => (test as (v: unknown) => unknown)(item)),
  n: 3,
  view: { state: 'ok', slots: [1, 2] },
};
const value = (text: string): unknown => evaluate(parseExpression(text), scope);

describe('the language of checks', () => {
  it('computes with the usual strengths of operators', () => {
    expect(value('1 + 2 * 3 == 7 && !(2 > 3)')).toBe(true);
    expect(value('-n + 4')).toBe(1);
    expect(value('7 % 4 - 1 / 2')).toBe(2.5);
  });

  it('calls what it is given and reads members and elements', () => {
    expect(value("role(7005) == 'replica' && keys().length == 2")).toBe(true);
    expect(value("view.state == 'ok' && view.slots[1] == 2 && keys()[0] == 'foo'")).toBe(true);
    expect(value('all([1, 2, n], x => x <= 3)')).toBe(true);
  });

  it('compares by content, and takes a port for a name', () => {
    expect(value("[1, 'a', {x: 1}] == [1, 'a', {x: 1}]")).toBe(true);
    expect(value("7000 == '7000'")).toBe(true);
    expect(value('null == false')).toBe(false);
  });

  it('reads a slash as division after a value and as a pattern elsewhere', () => {
    expect(value('6 / n / 2')).toBe(1);
    expect(value('/^MOVED/i') as RegExp).toEqual(/^MOVED/i);
  });

  it.each([
    ['', 'unexpected end'],
    ['role(', 'unexpected end'],
    ['1 +', 'unexpected end'],
    ['a ? b', 'unexpected "?"'],
    ["'open", `unexpected "'"`],
    ['{1: 2}', 'a field expected'],
    ['x'.repeat(3000), 'longer than'],
  ])('refuses %j with a message', (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });

  it.each([
    'view.constructor',
    "view['__proto__']",
    'role.constructor',
    "'a'.at",
    'unknown(1)',
    'n(1)',
    'keys().push(1)',
  ])('lets nobody out of its box: %s', (text) => {
    expect(() => value(text)).toThrow(ExpressionError);
  });

  it('calls it a mistake of the check when a word gets what it cannot use', () => {
    const every = (list: unknown): boolean => (list as unknown[]).every(Boolean);
    expect(() => evaluate(parseExpression('every(none)'), { every, none: null })).toThrow(ExpressionError);
  });

  it('bounds the work of one evaluation', () => {
    const nested = 'all(big, a => all(big, b => all(big, c => a + b + c >= 0)))';
    const big = Array.from({ length: 200 }, (_, at) => at);
    expect(() => evaluate(parseExpression(nested), { ...scope, big })).toThrow('takes too long');
  });

  it('names what stands in the way, conjunct by conjunct', () => {
    const parts = explain(parseExpression("n == 3 && role(7005) == 'master'"), scope);
    expect(parts.map((part) => part.holds)).toEqual([true, false]);
    expect(parts[1]).toEqual({ holds: false, trouble: '', now: 'replica' });
  });

  it.each([
    ["role(7005) == 'master'", 'replica'],
    ['5 <= n', '3'],
    ["keys() == ['foo']", 'foo, bar'],
    ['view.none == 1', null],
    ['view == 1', null],
    ['all(keys(), k => k.length > 3)', null],
    ['!(n == 3)', null],
  ])('tells a learner the value of a comparison and nothing of other checks: %s', (text, now) => {
    expect(explain(parseExpression(text), scope)).toMatchObject([{ holds: false, now }]);
  });

  it('lists the names it needs, without those it binds', () => {
    expect(freeNames(parseExpression('all(keys(), k => k == n)'))).toEqual(['all', 'keys', 'n']);
  });
});
