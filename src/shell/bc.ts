/* bc: arithmetic with decimals of any length, as far as shell scripts use it: numbers, + - * / % ^,
 * parentheses, comparisons, variables, `scale=n`, one statement per line or semicolon.
 *
 * Numbers are whole multiples of a power of ten, and results have the scales that POSIX gives them. */

interface Decimal {
  units: bigint;
  scale: number;
}

/** Thrown with the text to print on standard error. */
export class BcError extends Error {}

/** What bc prints for a program. Throws BcError at the first mistake. */
export function bc(program: string, initialScale = 0): string {
  const machine = new Machine(initialScale);
  let out = '';
  for (const statement of program.replace(/#.*$/gm, '').split(/[;\n]/)) {
    if (statement.trim() === '') continue;
    if (statement.trim() === 'quit') break;
    const result = machine.run(statement);
    if (result !== null) out += format(result) + '\n';
  }
  return out;
}

/** Digits that a number may have. */
const MOST_DIGITS = 100_000;
const MOST_UNITS = 10n ** BigInt(MOST_DIGITS);

class Machine {
  private scale: number;
  private variables = new Map<string, Decimal>();
  private tokens: string[] = [];
  private at = 0;

  constructor(scale: number) {
    this.scale = scale;
  }

  /** The value to print, or null for an assignment. */
  run(statement: string): Decimal | null {
    this.tokens = statement.match(/\d*\.?\d+\.?|[a-z_]\w*|[<>=!]=|\S/g) ?? [];
    this.at = 0;
    const [name = '', equals] = this.tokens;
    const assigns = /^[a-z_]\w*$/.test(name) && equals === '=';
    if (assigns) this.at = 2;
    const value = this.comparison();
    if (this.at < this.tokens.length) throw new BcError('(standard_in) 1: syntax error');
    if (!assigns) return value;
    if (name === 'scale')
      this.scale = Math.min(1000, Math.max(0, Number(value.units / 10n ** BigInt(value.scale))));
    else this.variables.set(name, value);
    return null;
  }

  private comparison(): Decimal {
    let left = this.sum();
    while (/^(?:[<>]|[<>=!]=)$/.test(this.tokens[this.at] ?? '')) {
      const operator = this.tokens[this.at++] as string;
      const [a, b] = align(left, this.sum());
      const holds =
        operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b
          : operator === '>=' ? a >= b : operator === '==' ? a === b : a !== b; // prettier-ignore
      left = { units: holds ? 1n : 0n, scale: 0 };
    }
    return left;
  }

  private sum(): Decimal {
    let left = this.product();
    while (this.tokens[this.at] === '+' || this.tokens[this.at] === '-') {
      const minus = this.tokens[this.at++] === '-';
      const right = this.product();
      const [a, b] = align(left, right);
      left = { units: minus ? a - b : a + b, scale: Math.max(left.scale, right.scale) };
    }
    return left;
  }

  private product(): Decimal {
    let left = this.power();
    for (;;) {
      const operator = this.tokens[this.at];
      if (operator !== '*' && operator !== '/' && operator !== '%') return left;
      this.at++;
      const right = this.power();
      if (operator === '*') left = this.multiply(left, right);
      else if (operator === '/') left = divide(left, right, this.scale);
      else {
        const quotient = divide(left, right, this.scale);
        const [a, b] = align(left, {
          units: quotient.units * right.units,
          scale: quotient.scale + right.scale,
        });
        const scale = Math.max(left.scale, quotient.scale + right.scale);
        left = rescale({ units: a - b, scale }, Math.max(this.scale + right.scale, left.scale));
      }
    }
  }

  private multiply(a: Decimal, b: Decimal): Decimal {
    const full = { units: a.units * b.units, scale: a.scale + b.scale };
    if (full.units > MOST_UNITS || full.units < -MOST_UNITS) throw new BcError('number too large');
    return rescale(full, Math.min(full.scale, Math.max(this.scale, a.scale, b.scale)));
  }

  private power(): Decimal {
    const base = this.unary();
    if (this.tokens[this.at] !== '^') return base;
    this.at++;
    const exponent = this.power();
    const times = Number(exponent.units / 10n ** BigInt(exponent.scale));
    if (Math.abs(times) * String(base.units).length > MOST_DIGITS) throw new BcError('exponent too large');
    const full = { units: base.units ** BigInt(Math.abs(times)), scale: base.scale * Math.abs(times) };
    if (times < 0) return divide({ units: 1n, scale: 0 }, full, this.scale);
    return rescale(full, Math.min(full.scale, Math.max(this.scale, base.scale)));
  }

  private unary(): Decimal {
    const token = this.tokens[this.at++] ?? '';
    if (token === '-') {
      const { units, scale } = this.unary();
      return { units: -units, scale };
    }
    if (token === '(') {
      const inner = this.comparison();
      if (this.tokens[this.at++] !== ')') throw new BcError('(standard_in) 1: syntax error');
      return inner;
    }
    if (/^[\d.]/.test(token) && /\d/.test(token)) return parseNumber(token);
    if (token === 'scale') return { units: BigInt(this.scale), scale: 0 };
    if (/^[a-z_]/.test(token)) return this.variables.get(token) ?? { units: 0n, scale: 0 };
    throw new BcError('(standard_in) 1: syntax error');
  }
}

function parseNumber(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction || '0'), scale: fraction.length };
}

function align(a: Decimal, b: Decimal): [bigint, bigint] {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale)];
}

/** Digits beyond `scale` are cut off, never rounded. */
function rescale({ units, scale }: Decimal, wanted: number): Decimal {
  if (wanted >= scale) return { units: units * 10n ** BigInt(wanted - scale), scale: wanted };
  return { units: units / 10n ** BigInt(scale - wanted), scale: wanted };
}

function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.units === 0n) throw new BcError('Runtime error (func=(main), adr=3): Divide by zero');
  const numerator = a.units * 10n ** BigInt(scale + b.scale);
  return { units: numerator / (b.units * 10n ** BigInt(a.scale)), scale };
}

/** bc writes no zero before the point. */
function format({ units, scale }: Decimal): string {
  if (units === 0n) return '0';
  const sign = units < 0n ? '-' : '';
  const digits = String(units < 0n ? -units : units).padStart(scale, '0');
  const whole = digits.slice(0, digits.length - scale);
  return sign + whole + (scale > 0 ? '.' + digits.slice(digits.length - scale) : '');
}
