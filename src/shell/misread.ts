/* What just-bash reads although it is no shell: words that close what nobody opened, loops without a body, operators
 * without an operand. */

import { LOOPS, type Script } from './background.ts';

type Node = Readonly<Record<string, unknown>>;

/** Two operators, the second of which cannot stand before an operand. */
const NO_OPERAND = /^(?=[\w\s()+*/%-]*$)(?:.*[-+*/%]\s*[/%]|.*[-+/%]\s*\*|.*\*\s+\*|\s*[*/%])/;

/** What bash says of it; null where nothing is wrong. */
export function misread(script: Script, text: string): string | null {
  const walk = (value: unknown): string | null => {
    if (value === null || typeof value !== 'object') return null;
    const node = value as Node;
    const wrong = Array.isArray(value) ? null : wrongIn(node, text);
    if (wrong !== null) return wrong;
    for (const part of Object.values(node)) {
      const found = walk(part);
      if (found !== null) return found;
    }
    return null;
  };
  return walk(script);
}

function wrongIn(node: Node, text: string): string | null {
  const { type, name, args, assignments, redirections, body, originalText } = node;
  const isEmpty = (list: unknown): boolean => Array.isArray(list) && list.length === 0;
  if (type === 'SimpleCommand' && name === null && [args, assignments, redirections].every(isEmpty))
    return unexpected(text.includes(')') ? ')' : '}');
  if (LOOPS.includes(type) && isEmpty(body)) return unexpected('done');
  if (type === 'ArithmeticExpression' && typeof originalText === 'string' && NO_OPERAND.test(originalText))
    return `${originalText.trim()}: syntax error: operand expected`;
  return null;
}

function unexpected(token: string): string {
  return `syntax error near unexpected token \`${token}'`;
}
