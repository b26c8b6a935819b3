/* Statements that end in `&`, as just-bash shall run them: it would run them where they stand, so each is made
 * to begin a job (jobs.ts), with the variables and the arguments of where it stands. Where output is taken by
 * somebody (a pipe, a substitution, a file) it is left where it is, and its output with it.
 *
 * A server that is started so gets `&` as last argument and knows by it that nobody waits. */

import type { Bash } from 'just-bash/browser';
import { quoted } from './command.ts';

export type Script = ReturnType<Bash['transform']>['ast'];
export type Statement = Script['statements'][number];
export type Command = Statement['pipelines'][number]['commands'][number];
export type SimpleCommand = Extract<Command, { type: 'SimpleCommand' }>;
export type Word = SimpleCommand['args'][number];

/** The types of loops. */
export const LOOPS: readonly unknown[] = ['For', 'CStyleFor', 'While', 'Until'];

/** Reads a script into its tree, and writes one from it. */
export interface Language {
  parse(text: string): Script;
  print(statements: readonly Statement[]): string;
}

/** Programs that run until they are stopped. */
const SERVERS: readonly string[] = ['redis-server'];
/** Words before a program that mean nothing where nobody hangs up. */
const WRAPPERS: readonly string[] = ['nohup', 'setsid'];

/** A statement that starts a server which goes on by itself, or null. */
export function serverBehind(statement: Statement, language: Language): Statement | null {
  const command = onlyCommand(statement);
  if (command?.type !== 'SimpleCommand') return null;
  const words = command.name === null ? [] : [command.name, ...command.args];
  while (WRAPPERS.includes(literal(words[0] ?? null))) words.shift();
  const [name, ...args] = words;
  if (!name || !SERVERS.includes(literal(name))) return null;
  const alone: Command = { ...command, name, args: [...args, word('&')] };
  const inner = withoutSource({ ...statement, background: false });
  const text = language.print([{ ...inner, pipelines: [pipelineOf(alone)] }]);
  return only(language.parse(`__bang=$(${text}\n)`));
}

/** The statement as the beginning of a job. `functions` is the text of those that it may call. */
export function asJob(statement: Statement, functions: string, language: Language): Statement {
  const body = language.print([withoutSource({ ...statement, background: false })]).trim();
  const typed = statement.sourceText?.replace(/\s*&\s*$/, '') ?? body;
  const given = quoted([typed, body, functions]);
  return only(language.parse(`__bang=$(declare -p | __spawn "$__shell" ${given} "$@")`));
}

/** The functions that a script defines, as text. */
export function functionsOf(script: Script, language: Language): string {
  const definitions = script.statements.filter((one) => onlyCommand(one)?.type === 'FunctionDef');
  return definitions.length === 0 ? '' : language.print(definitions);
}

/** The text it was read from is no longer what it says. */
export function withoutSource(statement: Statement): Statement {
  const { sourceText: _, ...rest } = statement;
  return rest;
}

/** The command that a statement consists of, or null if there are several. */
export function onlyCommand({ pipelines }: Statement): Command | null {
  const [pipeline] = pipelines;
  return pipelines.length === 1 && pipeline?.commands.length === 1 ? (pipeline.commands[0] ?? null) : null;
}

export function pipelineOf(command: Command): Statement['pipelines'][number] {
  return { type: 'Pipeline', commands: [command], negated: false };
}

/** Whether a command of it reads lines that follow its own. */
export function hasHereDocument({ commands }: Statement['pipelines'][number]): boolean {
  return commands.some(
    (command) =>
      'redirections' in command && command.redirections.some(({ target }) => target.type === 'HereDoc'),
  );
}

export function literal(name: Word | null): string {
  const [part, more] = name?.parts ?? [];
  return more === undefined && part?.type === 'Literal' ? part.value : '';
}

export function word(value: string): Word {
  return { type: 'Word', parts: [{ type: 'SingleQuoted', value }] };
}

function only({ statements }: Script): Statement {
  return statements[0] as Statement;
}
