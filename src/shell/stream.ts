/* Output while a script still runs. just-bash gives what a script printed when it has ended; a
 * monitoring loop never ends. So each statement whose output would go to the terminal is made to write
 * to /dev/console, which the shell's file system prints at once. Pipes, substitutions and redirections
 * inside a statement are left as they are. */

import { hasHereDocument, literal, LOOPS, pipelineOf, withoutSource, word } from './background.ts';
import type { Command, Script, Statement } from './background.ts';
import { FAILED } from './error-trap.ts';
import { AT_TERMINAL, CONSOLE } from './script-tool.ts';

type Pipeline = Statement['pipelines'][number];
type Redirection = Extract<Command, { type: 'Group' }>['redirections'][number];

/** Commands that print as they go, and are told whether that is seen at once. */
const TELLERS: readonly string[] = ['bash', 'sh', 'ping', 'redis-cli', 'redis-benchmark'];
const INPUTS: readonly string[] = ['<', '<<', '<<-', '<<<'];

/** The script with its terminal output streamed. */
export function streamed(script: Script): Script {
  const { statements } = script;
  const [only] = statements;
  // A single command shows what it has when it is done, as it would anyway.
  const plain =
    statements.length === 1 && only !== undefined && compoundOf(only) === null && !isNoticed(only);
  if (plain) return { ...script, statements: [scriptAtTerminal(only) ?? only] };
  return { ...script, statements: statements.map(stream) };
}

/** What a trap says of a failure comes behind what failed. */
function isNoticed({ pipelines }: Statement): boolean {
  const [command] = pipelines.at(-1)?.commands ?? [];
  return command?.type === 'SimpleCommand' && literal(command.name) === FAILED;
}

/** A statement that only runs a script or the like: what it prints is to be seen at once. */
function scriptAtTerminal(statement: Statement): Statement | null {
  const [pipeline] = statement.pipelines;
  const [command] = pipeline?.commands ?? [];
  if (statement.pipelines.length !== 1 || pipeline?.commands.length !== 1) return null;
  if (command?.type !== 'SimpleCommand' || command.redirections.length > 0) return null;
  const name = literal(command.name);
  // Without arguments a shell reads its script from where it stands, and redis-cli asks at the terminal.
  if (!TELLERS.includes(name) || (command.args.length === 0 && name !== 'redis-cli')) return null;
  const inner = { ...pipeline, commands: [{ ...command, args: [word(AT_TERMINAL), ...command.args] }] };
  return withoutSource({ ...statement, pipelines: [inner] });
}

function stream(statement: Statement): Statement {
  return isNoticed(statement) ? streamApart(statement) : streamWhole(statement);
}

/** A command that failed, and what a trap says of it: the one is to be seen before the other. Nothing may stand around
 *  the command: for just-bash the script ends there when `set -e` holds. */
function streamApart(statement: Statement): Statement {
  const { pipelines, operators } = statement;
  const [{ commands }] = pipelines as [Pipeline];
  const [command] = commands;
  if (pipelines.length > 2 || commands.length > 1 || command?.type !== 'SimpleCommand')
    return streamWhole(statement);
  if (command.name === null || command.redirections.length > 0) return streamWhole(statement);
  const alone: Statement = { ...statement, pipelines: [pipelineOf(command)], operators: [] };
  const tried = scriptAtTerminal(alone)?.pipelines ?? [pipelineOf({ ...command, redirections: TO_CONSOLE })];
  const told = grouped(withoutSource({ ...alone, pipelines: pipelines.slice(1) }), TO_CONSOLE).pipelines;
  return withoutSource({ ...statement, pipelines: [...tried, ...told], operators });
}

function streamWhole(statement: Statement): Statement {
  const script = scriptAtTerminal(statement);
  if (script !== null) return script;
  const command = compoundOf(statement);
  if (command !== null) {
    const inner = { ...statement.pipelines[0]!, commands: [streamBody(command)] }; // eslint-disable-line typescript/no-non-null-assertion
    return withoutSource({ ...statement, pipelines: [inner] });
  }
  if (statement.pipelines.every(({ commands }) => commands.every(isSilent))) {
    const substitutes = JSON.stringify(statement.pipelines).includes('"CommandSubstitution"');
    return substitutes && !isDefinition(statement) ? grouped(statement, [ERRORS]) : statement;
  }
  const [pipeline] = statement.pipelines;
  const last = pipeline?.commands.at(-1);
  // A here-document must end its line, so that nothing can be wrapped around it.
  if (
    statement.pipelines.length === 1 &&
    pipeline &&
    last?.type === 'SimpleCommand' &&
    hasHereDocument(pipeline)
  ) {
    if (last.redirections.some(({ operator }) => !INPUTS.includes(operator))) return statement;
    const redirected = { ...last, redirections: [...last.redirections, ...TO_CONSOLE] };
    const commands = [...pipeline.commands.slice(0, -1), redirected];
    return withoutSource({ ...statement, pipelines: [{ ...pipeline, commands }] });
  }
  return grouped(statement, TO_CONSOLE);
}

function grouped(statement: Statement, redirections: Redirection[]): Statement {
  const group: Command = { type: 'Group', body: [statement], redirections };
  return {
    type: 'Statement',
    pipelines: [pipelineOf(group)],
    operators: [],
    background: false,
  };
}

/** The loop or branch that a statement consists of, if its output goes where the statement's goes. */
function compoundOf({ pipelines }: Statement): Command | null {
  const [pipeline] = pipelines;
  const [command] = pipeline?.commands ?? [];
  if (pipelines.length !== 1 || pipeline?.commands.length !== 1 || command === undefined) return null;
  if (!LOOPS.includes(command.type) && command.type !== 'If') return null;
  const redirections = 'redirections' in command ? command.redirections : [];
  return redirections.every(({ operator }) => INPUTS.includes(operator)) ? command : null;
}

function streamBody(command: Command): Command {
  switch (command.type) {
    case 'For':
    case 'CStyleFor':
    case 'While':
    case 'Until':
      return { ...command, body: command.body.map(stream) };
    case 'If':
      return {
        ...command,
        clauses: command.clauses.map(({ condition, body }) => ({
          condition: condition.map(stream),
          body: body.map(stream),
        })),
        elseBody: command.elseBody?.map(stream) ?? null,
      };
    default:
      return command;
  }
}

function isDefinition({ pipelines }: Statement): boolean {
  return pipelines.some(({ commands }) => commands.some(({ type }) => type === 'FunctionDef'));
}

/** Assignments and definitions print nothing, but for errors of what is substituted in them. */
function isSilent(command: Command): boolean {
  return command.type === 'FunctionDef' || (command.type === 'SimpleCommand' && command.name === null);
}

const AT_CONSOLE: Redirection['target'] = { type: 'Word', parts: [{ type: 'Literal', value: CONSOLE }] };
const ERRORS: Redirection = { type: 'Redirection', fd: 2, operator: '>>', target: AT_CONSOLE };
const TO_CONSOLE: Redirection[] = [
  { type: 'Redirection', fd: null, operator: '>>', target: AT_CONSOLE },
  {
    type: 'Redirection',
    fd: 2,
    operator: '>&',
    target: { type: 'Word', parts: [{ type: 'Literal', value: '1' }] },
  },
];
