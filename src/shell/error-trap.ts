/* `trap ... ERR`, which just-bash does not know: each statement whose failure would be noticed gets `|| __failed`
 * behind it, a function (repairs.ts) that does what the trap has asked for and hands on the status. Conditions, what
 * stands before `&&` and `||`, and what `!` turns round are nobody's failures; functions and subshells have a trap of
 * their own unless `set -E` gives them this one. */

import {
  hasHereDocument,
  literal,
  onlyCommand,
  pipelineOf,
  type Command,
  type Language,
} from './background.ts';
import { quoted } from './command.ts';
import type { Script, Statement } from './background.ts';

type Pipeline = Statement['pipelines'][number];

/** What is called where a statement has failed. */
export const FAILED = '__failed';

/** Builtins that leave, and so never come to what stands behind them. */
const LEAVERS = /^(?:exit|return|break|continue|trap)$/;

/** Whether a text asks for such a trap. */
export function asksForErrors(text: string): boolean {
  return /\btrap\b[\s\S]*?\bERR\b/.test(text);
}

/** The script with its failures noticed. */
export function noticing(script: Script, text: string, language: Language): Script {
  const notice = new Notice(/\bset\s+(?:-\w+\s+)*(?:-\w*E|-\w*o\s+errtrace)/.test(text), language);
  return { ...script, statements: notice.all(script.statements) };
}

class Notice {
  private readonly everywhere: boolean;
  private readonly language: Language;

  constructor(everywhere: boolean, language: Language) {
    this.everywhere = everywhere;
    this.language = language;
  }

  all(statements: readonly Statement[]): Statement[] {
    return statements.map((statement) => this.statement(statement));
  }

  private statement(statement: Statement): Statement {
    const { pipelines, operators, background } = statement;
    const last = pipelines.at(-1);
    if (last === undefined || background || operators.includes(';')) return statement;
    const alone = last.commands.length === 1 ? last.commands[0] : undefined;
    const inner = alone && this.inside(alone);
    if (inner !== undefined) {
      return { ...statement, pipelines: [...pipelines.slice(0, -1), { ...last, commands: [inner] }] };
    }
    if (last.negated || (alone?.type === 'SimpleCommand' && LEAVERS.test(literal(alone.name))))
      return statement;
    // What it reads must end its line, so that nothing can stand behind it.
    if (hasHereDocument(last)) return statement;
    const call = this.call(last, statement);
    if (operators.at(-1) !== '&&') {
      return { ...statement, pipelines: [...pipelines, call], operators: [...operators, '||'] };
    }
    const group = this.onlyIn(`{ :; }`);
    if (group.type !== 'Group') return statement;
    const body: Statement = {
      type: 'Statement',
      pipelines: [last, call],
      operators: ['||'],
      background: false,
    };
    return { ...statement, pipelines: [...pipelines.slice(0, -1), pipelineOf({ ...group, body: [body] })] };
  }

  /** What is made of others, with theirs noticed; undefined for what fails by itself. */
  private inside(command: Command): Command | undefined {
    switch (command.type) {
      case 'If':
        return {
          ...command,
          clauses: command.clauses.map((clause) => ({ ...clause, body: this.all(clause.body) })),
          elseBody: command.elseBody && this.all(command.elseBody),
        };
      case 'For':
      case 'CStyleFor':
      case 'While':
      case 'Until':
      case 'Group':
        return { ...command, body: this.all(command.body) };
      case 'Case':
        return {
          ...command,
          items: command.items.map((item) => ({ ...item, body: this.all(item.body) })),
        };
      case 'FunctionDef':
        return this.everywhere
          ? ({ ...command, body: this.inside(command.body) ?? command.body } as Command)
          : command;
      default:
        return undefined;
    }
  }

  /** `__failed STATUS LINE COMMAND`. */
  private call(last: Pipeline, { sourceText, pipelines }: Statement): Pipeline {
    const text = pipelines.length === 1 && last.commands.length === 1 ? sourceText : undefined;
    const [command] = last.commands.slice(-1);
    const line = command?.line || (/"line":([1-9]\d*)/.exec(JSON.stringify(last))?.[1] ?? 0);
    const plain: Statement = {
      type: 'Statement',
      pipelines: command ? [pipelineOf(command)] : [],
      operators: [],
      background: false,
    };
    const words = quoted([String(line), (text ?? this.language.print([plain])).trim()]);
    return pipelineOf(this.onlyIn(`${FAILED} "$?" ${words}`));
  }

  private onlyIn(text: string): Command {
    return onlyCommand(this.language.parse(text).statements[0] as Statement) as Command;
  }
}
