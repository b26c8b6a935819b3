/* Output while a script still runs. just-bash gives what a script printed when it has ended; a
 * monitoring loop never ends. So each statement whose output would go to the terminal is made to write
 * to /dev/console, which the shell's file system prints at once. Pipes, substitutions and redirections
 * inside a statement are left as they are.
 *
 * A statement sent to the background is run at once; a server that it starts gets `&` as last argument
 * and knows by it that nobody waits. */

import type { Bash } from 'just-bash/browser';
import { AT_TERMINAL } from './script-tool.ts';

type Script = ReturnType<Bash['transform']>['ast'];
type Statement = Script['statements'][number];
type Command = Statement['pipelines'][number]['commands'][number];
type Redirection = Extract<Command, { type: 'Group' }>['redirections'][number];
type Word = Extract<Command, { type: 'SimpleCommand' }>['args'][number];

/** Where output goes that shall be seen at once. */
export const CONSOLE = '/dev/console';

const LOOPS: readonly string[] = ['For', 'CStyleFor', 'While', 'Until'];
/** Programs that run until they are stopped. */
const SERVERS: readonly string[] = ['redis-server'];
/** Commands that print as they go, and are told whether that is seen at once. */
const TELLERS: readonly string[] = ['bash', 'sh', 'ping'];
const INPUTS: readonly string[] = ['<', '<<', '<<-', '<<<'];

/** The script with its terminal output streamed. */
export function streamed(script: Script): Script {
  const { statements } = script;
  const [only] = statements;
  // A single command shows what it has when it is done, as it would anyway.
  const plain =
    statements.length === 1 && only !== undefined && !only.background && compoundOf(only) === null;
  if (plain) return { ...script, statements: [scriptAtTerminal(only) ?? only] };
  return { ...script, statements: statements.map(stream) };
}

/** A statement that only runs a script or the like: what it prints is to be seen at once. */
function scriptAtTerminal(statement: Statement): Statement | null {
  const [pipeline] = statement.pipelines;
  const [command] = pipeline?.commands ?? [];
  if (statement.pipelines.length !== 1 || pipeline?.commands.length !== 1) return null;
  if (command?.type !== 'SimpleCommand' || command.redirections.length > 0) return null;
  if (!TELLERS.includes(literal(command.name)) || command.args.length === 0) return null;
  const inner = { ...pipeline, commands: [{ ...command, args: [word(AT_TERMINAL), ...command.args] }] };
  return withoutSource({ ...statement, pipelines: [inner] });
}

function stream(statement: Statement): Statement {
  const started = statement.background ? inForeground(statement) : statement;
  const script = scriptAtTerminal(started);
  if (script !== null) return script;
  const command = compoundOf(started);
  if (command !== null) {
    const inner = { ...started.pipelines[0]!, commands: [streamBody(command)] }; // eslint-disable-line typescript/no-non-null-assertion
    return withoutSource({ ...started, pipelines: [inner] });
  }
  if (started.pipelines.every(({ commands }) => commands.every(isSilent))) return started;
  const [pipeline] = started.pipelines;
  const last = pipeline?.commands.at(-1);
  // A here-document must end its line, so that nothing can be wrapped around it.
  if (
    started.pipelines.length === 1 &&
    pipeline &&
    last?.type === 'SimpleCommand' &&
    hasHereDocument(pipeline)
  ) {
    if (last.redirections.some(({ operator }) => !INPUTS.includes(operator))) return started;
    const redirected = { ...last, redirections: [...last.redirections, ...TO_CONSOLE] };
    const commands = [...pipeline.commands.slice(0, -1), redirected];
    return withoutSource({ ...started, pipelines: [{ ...pipeline, commands }] });
  }
  const group: Command = { type: 'Group', body: [started], redirections: TO_CONSOLE };
  return {
    type: 'Statement',
    pipelines: [{ type: 'Pipeline', commands: [group], negated: false }],
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

/** Assignments and definitions print nothing, and must stay where they are. */
function isSilent(command: Command): boolean {
  return command.type === 'FunctionDef' || (command.type === 'SimpleCommand' && command.name === null);
}

function hasHereDocument({ commands }: Statement['pipelines'][number]): boolean {
  return commands.some(
    (command) =>
      'redirections' in command && command.redirections.some(({ target }) => target.type === 'HereDoc'),
  );
}

function inForeground(statement: Statement): Statement {
  const pipelines = statement.pipelines.map((pipeline) => ({
    ...pipeline,
    commands: pipeline.commands.map((command): Command => {
      if (command.type !== 'SimpleCommand' || !SERVERS.includes(literal(command.name))) return command;
      return { ...command, args: [...command.args, word('&')] };
    }),
  }));
  return withoutSource({ ...statement, pipelines, background: false });
}

/** The text it was read from is no longer what it says. */
function withoutSource(statement: Statement): Statement {
  const { sourceText: _, ...rest } = statement;
  return rest;
}

function literal(name: Word | null): string {
  const [part] = name?.parts ?? [];
  return part?.type === 'Literal' ? part.value : '';
}

function word(value: string): Word {
  return { type: 'Word', parts: [{ type: 'SingleQuoted', value }] };
}

const TO_CONSOLE: Redirection[] = [
  {
    type: 'Redirection',
    fd: null,
    operator: '>>',
    target: { type: 'Word', parts: [{ type: 'Literal', value: CONSOLE }] },
  },
  {
    type: 'Redirection',
    fd: 2,
    operator: '>&',
    target: { type: 'Word', parts: [{ type: 'Literal', value: '1' }] },
  },
];
