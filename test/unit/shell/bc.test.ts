import { expect, test } from 'vitest';
import { bc, BcError } from '#shell/bc.ts';

// As bc 1.07 of Debian prints them.
test.for([
  ['1/3', '0'],
  ['scale=2;10/3', '3.33'],
  ['2^10', '1024'],
  ['1.5*1.5', '2.2'],
  ['scale=4;1.5*1.55', '2.325'],
  ['10%3', '1'],
  ['scale=2;10%3', '.01'],
  ['-5/2', '-2'],
  ['0.5+0.25', '.75'],
  ['(1+2)*3', '9'],
  ['3>2', '1'],
  ['scale=3;2^-2', '.250'],
  ['1.50+1', '2.50'],
  ['x=5;x*2', '10'],
  ['.1*.1', '0'],
  ['scale=2; 7.5/2.25', '3.33'],
  ['100*1024/3', '34133'],
] as const)('%s is %s', ([program, result]) => {
  expect(bc(program)).toBe(result + '\n');
});

test('division by zero, nonsense and monstrous powers are told, not computed', () => {
  expect(() => bc('1/0')).toThrow('Divide by zero');
  for (const program of ['1+', ')', '1 2', '"', '(', '9^9^9']) expect(() => bc(program)).toThrow(BcError);
});
