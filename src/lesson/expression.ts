/* The little language of checks: `role(7005) == 'master' && !event('FAIL', {node: 7000})`.
 *
 * It has literals, lists, records, regular expressions, calls, members, arithmetic, comparison, logic
 * and one-parameter arrows for `all(masters(), m => keys(m).length >= 1)`. It can name only what the
 * caller provides, cannot assign or loop, and every evaluation is bounded, so a lesson file from
 * anywhere may be run. */

export type Value = unknown;

export type Node =
  | { is: 'literal'; value: Value }
  | { is: 'regex'; source: string; flags: string }
  | { is: 'name'; name: string }
  | { is: 'list'; items: Node[] }
  | { is: 'record'; fields: [string, Node][] }
  | { is: 'call'; target: Node; args: Node[] }
  | { is: 'member'; target: Node; name: string }
  | { is: 'index'; target: Node; index: Node }
  | { is: 'not' | 'minus'; operand: Node }
  | { is: 'binary'; op: string; left: Node; right: Node }
  | { is: 'arrow'; parameter: string; body: Node };

export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

interface Token {
  kind: 'number' | 'string' | 'regex' | 'name' | 'op' | 'end';
  text: string;
  flags?: string;
  at: number;
}

const OPERATORS = [
  '=>',
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '<',
  '>',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  '.',
  ':',
];
const MAX_LENGTH = 2000;
const MAX_STEPS = 100_000;

function tokenize(text: string): Token[] {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`longer than ${MAX_LENGTH} characters`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const token = readToken(rest, at, tokens.at(-1));
    tokens.push(token.token);
    at += token.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function readToken(rest: string, at: number, previous: Token | undefined): { token: Token; length: number } {
  const number = /^\d+(\.\d+)?/.exec(rest);
  if (number) return { token: { kind: 'number', text: number[0], at }, length: number[0].length };
  const name = /^[A-Za-z_]\w*/.exec(rest);
  if (name) return { token: { kind: 'name', text: name[0], at }, length: name[0].length };
  const string = /^'((?:[^'\\]|\\.)*)'|^"((?:[^"\\]|\\.)*)"/.exec(rest);
  if (string) {
    const raw = (string[1] ?? string[2] ?? '').replace(/\\(.)/g, '$1');
    return { token: { kind: 'string', text: raw, at }, length: string[0].length };
  }
  // A slash starts a pattern only where a value may stand; elsewhere it divides.
  const valueBefore = previous && (previous.kind !== 'op' || [')', ']', '}'].includes(previous.text));
  const regex = valueBefore ? null : /^\/((?:[^/\\]|\\.)+)\/([a-z]*)/.exec(rest);
  if (regex) {
    return {
      token: { kind: 'regex', text: regex[1] ?? '', flags: regex[2] ?? '', at },
      length: regex[0].length,
    };
  }
  const op = OPERATORS.find((candidate) => rest.startsWith(candidate));
  if (!op) throw new ExpressionError(`unexpected "${rest[0]}" at ${at + 1}`);
  return { token: { kind: 'op', text: op, at }, length: op.length };
}

/** Binding strength of the binary operators. */
const STRENGTH: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};

class Parser {
  tokens: Token[];
  at = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  get token(): Token {
    return this.tokens[this.at] as Token;
  }

  isOp(text: string): boolean {
    return this.token.kind === 'op' && this.token.text === text;
  }

  accept(text: string): boolean {
    if (!this.isOp(text)) return false;
    this.at++;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw new ExpressionError(`"${text}" expected at ${this.token.at + 1}`);
  }

  whole(): Node {
    const node = this.binary(1);
    if (this.token.kind !== 'end')
      throw new ExpressionError(`unexpected "${this.token.text}" at ${this.token.at + 1}`);
    return node;
  }

  binary(least: number): Node {
    let left = this.unary();
    for (;;) {
      const op = this.token.kind === 'op' ? this.token.text : '';
      const strength = STRENGTH[op];
      if (strength === undefined || strength < least) return left;
      this.at++;
      left = { is: 'binary', op, left, right: this.binary(strength + 1) };
    }
  }

  unary(): Node {
    if (this.accept('!')) return { is: 'not', operand: this.unary() };
    if (this.accept('-')) return { is: 'minus', operand: this.unary() };
    return this.postfix(this.primary());
  }

  postfix(start: Node): Node {
    let node = start;
    for (;;) {
      if (this.accept('(')) node = { is: 'call', target: node, args: this.list(')') };
      else if (this.accept('.')) node = { is: 'member', target: node, name: this.name() };
      else if (this.accept('[')) {
        node = { is: 'index', target: node, index: this.binary(1) };
        this.expect(']');
      } else return node;
    }
  }

  name(): string {
    const token = this.token;
    if (token.kind !== 'name') throw new ExpressionError(`a name expected at ${token.at + 1}`);
    this.at++;
    return token.text;
  }

  list(end: string): Node[] {
    const items: Node[] = [];
    while (!this.accept(end)) {
      items.push(this.binary(1));
      if (!this.isOp(end)) this.expect(',');
    }
    return items;
  }

  record(): Node {
    const fields: [string, Node][] = [];
    while (!this.accept('}')) {
      const token = this.token;
      if (token.kind !== 'name' && token.kind !== 'string')
        throw new ExpressionError(`a field expected at ${token.at + 1}`);
      this.at++;
      this.expect(':');
      fields.push([token.text, this.binary(1)]);
      if (!this.isOp('}')) this.expect(',');
    }
    return { is: 'record', fields };
  }

  primary(): Node {
    const token = this.token;
    this.at++;
    if (token.kind === 'number') return { is: 'literal', value: Number(token.text) };
    if (token.kind === 'string') return { is: 'literal', value: token.text };
    if (token.kind === 'regex') return { is: 'regex', source: token.text, flags: token.flags ?? '' };
    if (token.kind === 'name') return this.named(token.text);
    if (token.text === '(') {
      const inner = this.binary(1);
      this.expect(')');
      return inner;
    }
    if (token.text === '[') return { is: 'list', items: this.list(']') };
    if (token.text === '{') return this.record();
    throw new ExpressionError(
      token.kind === 'end' ? 'unexpected end' : `unexpected "${token.text}" at ${token.at + 1}`,
    );
  }

  named(name: string): Node {
    if (name === 'true') return { is: 'literal', value: true };
    if (name === 'false') return { is: 'literal', value: false };
    if (name === 'null') return { is: 'literal', value: null };
    if (this.accept('=>')) return { is: 'arrow', parameter: name, body: this.binary(1) };
    return { is: 'name', name };
  }
}

/** Parses an expression; throws ExpressionError with a message for its author. */
export function parseExpression(text: string): Node {
  return new Parser(text).whole();
}

/** All names an expression uses that it does not bind itself. */
export function freeNames(node: Node, bound: readonly string[] = []): string[] {
  switch (node.is) {
    case 'literal':
    case 'regex':
      return [];
    case 'name':
      return bound.includes(node.name) ? [] : [node.name];
    case 'list':
      return node.items.flatMap((item) => freeNames(item, bound));
    case 'record':
      return node.fields.flatMap(([, value]) => freeNames(value, bound));
    case 'call':
      return [node.target, ...node.args].flatMap((part) => freeNames(part, bound));
    case 'member':
      return freeNames(node.target, bound);
    case 'index':
      return [...freeNames(node.target, bound), ...freeNames(node.index, bound)];
    case 'not':
    case 'minus':
      return freeNames(node.operand, bound);
    case 'binary':
      return [...freeNames(node.left, bound), ...freeNames(node.right, bound)];
    case 'arrow':
      return freeNames(node.body, [...bound, node.parameter]);
  }
}

export type Scope = Readonly<Record<string, Value>>;

class Evaluation {
  stepsLeft = MAX_STEPS;

  run(node: Node, scope: Scope): Value {
    if (--this.stepsLeft < 0) throw new ExpressionError('the check takes too long');
    switch (node.is) {
      case 'literal':
        return node.value;
      case 'regex':
        return new RegExp(node.source, node.flags.replace(/[^imsu]/g, ''));
      case 'name':
        if (!Object.hasOwn(scope, node.name)) throw new ExpressionError(`unknown name "${node.name}"`);
        return scope[node.name];
      case 'list':
        return node.items.map((item) => this.run(item, scope));
      case 'record':
        return Object.fromEntries(node.fields.map(([name, value]) => [name, this.run(value, scope)]));
      case 'call':
        return this.call(node, scope);
      case 'member':
        return member(this.run(node.target, scope), node.name);
      case 'index':
        return index(this.run(node.target, scope), this.run(node.index, scope));
      case 'not':
        return !this.run(node.operand, scope);
      case 'minus':
        return -Number(this.run(node.operand, scope));
      case 'binary':
        return this.binary(node, scope);
      case 'arrow':
        return (value: Value) => this.run(node.body, { ...scope, [node.parameter]: value });
    }
  }

  call(node: Node & { is: 'call' }, scope: Scope): Value {
    const target = this.run(node.target, scope);
    if (typeof target !== 'function') throw new ExpressionError('only functions can be called');
    const args = node.args.map((arg) => this.run(arg, scope));
    try {
      return (target as (...args: Value[]) => Value)(...args);
    } catch (error) {
      // A word that got something it cannot use, e.g. a list that is not there yet.
      if (error instanceof TypeError) throw new ExpressionError(error.message);
      throw error;
    }
  }

  binary(node: Node & { is: 'binary' }, scope: Scope): Value {
    if (node.op === '&&') return Boolean(this.run(node.left, scope)) && Boolean(this.run(node.right, scope));
    if (node.op === '||') return Boolean(this.run(node.left, scope)) || Boolean(this.run(node.right, scope));
    return operate(node.op, this.run(node.left, scope), this.run(node.right, scope));
  }
}

/** Own data fields of records, `length` of lists and strings, and functions the provider put into a
 *  record; never anything inherited, so no way leads to constructors. */
function member(target: Value, name: string): Value {
  if (typeof target === 'string' || Array.isArray(target)) {
    if (name === 'length') return target.length;
    throw new ExpressionError(`a ${typeof target === 'string' ? 'text' : 'list'} has no "${name}"`);
  }
  if (typeof target === 'object' && target !== null && Object.hasOwn(target, name)) {
    return (target as Record<string, Value>)[name];
  }
  if (target === null || target === undefined) return null;
  throw new ExpressionError(`no "${name}" here`);
}

function index(target: Value, at: Value): Value {
  if ((Array.isArray(target) || typeof target === 'string') && typeof at === 'number')
    return target.at(at) ?? null;
  return member(target, String(at));
}

function operate(op: string, left: Value, right: Value): Value {
  switch (op) {
    case '==':
      return same(left, right);
    case '!=':
      return !same(left, right);
    case '<':
      return Number(left) < Number(right);
    case '<=':
      return Number(left) <= Number(right);
    case '>':
      return Number(left) > Number(right);
    case '>=':
      return Number(left) >= Number(right);
    case '+':
      return Number(left) + Number(right);
    case '-':
      return Number(left) - Number(right);
    case '*':
      return Number(left) * Number(right);
    case '/':
      return Number(left) / Number(right);
    default:
      return Number(left) % Number(right);
  }
}

/** Equality of values: by content for lists and records; a number equals the text that spells it,
 *  since ports are names. */
export function same(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left === 'number' && typeof right === 'string') return String(left) === right;
  if (typeof left === 'string' && typeof right === 'number') return left === String(right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => same(item, right[at]));
  }
  if (left && right && typeof left === 'object' && typeof right === 'object') {
    const keys = Object.keys(left);
    if (keys.length !== Object.keys(right).length) return false;
    return keys.every((key) =>
      same((left as Record<string, Value>)[key], (right as Record<string, Value>)[key]),
    );
  }
  return false;
}

/** The value of an expression in a scope; throws ExpressionError. */
export function evaluate(node: Node, scope: Scope): Value {
  return new Evaluation().run(node, scope);
}

/** A conjunct of a check. */
export interface Explained {
  holds: boolean;
  /** What went wrong when it was computed: for authors. */
  trouble: string;
  /** What the side that changes is now, where a comparison fails with a plain value; else null. */
  now: string | null;
}

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

/** A function that can tell how near a call of it is: what there is instead of what was asked for. */
export interface Telling {
  (...args: Value[]): Value;
  now?: (...args: Value[]) => Value;
}

/** The conjuncts of a check with what each side is now: what tells a learner how near he is. */
export function explain(node: Node, scope: Scope): Explained[] {
  if (node.is === 'binary' && node.op === '&&')
    return [...explain(node.left, scope), ...explain(node.right, scope)];
  const explained: Explained = { holds: false, trouble: '', now: null };
  try {
    explained.holds = Boolean(evaluate(node, scope));
    if (!explained.holds && node.is === 'binary' && COMPARISONS.has(node.op)) {
      const side = node.left.is === 'literal' ? node.right : node.left;
      const own = side.is === 'call' ? told(side, scope) : null;
      explained.now = own ?? plain(evaluate(side, scope));
    }
    if (!explained.holds && node.is === 'call') explained.now = told(node, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    explained.trouble = error.message;
  }
  return [explained];
}

/** What the function of a call says of it; null when it says nothing. */
function told({ target, args }: Node & { is: 'call' }, scope: Scope): string | null {
  const { now } = evaluate(target, scope) as Telling;
  const there = now?.(...args.map((arg) => evaluate(arg, scope)));
  return there === undefined || there === null ? null : plain(there);
}

/** A value that reads well in the middle of a sentence: a word, a number, a short list of them. */
function plain(value: Value): string | null {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  if (Array.isArray(value)) {
    const items = value.map(plain);
    return items.includes(null) ? null : short(items.join(', '));
  }
  return typeof value === 'string' ? short(value) : null;
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
