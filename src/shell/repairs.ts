/* What just-bash gets wrong or lacks, mended before a script runs: in the tree of the script where it misreads
 * one, and by functions in front of it for builtins that are missing. */

import { asJob, functionsOf, onlyCommand, pipelineOf, serverBehind } from './background.ts';
import { listsApart } from './array-literals.ts';
import { FAILED } from './error-trap.ts';
import type { Command, Language, Script, SimpleCommand, Statement } from './background.ts';

type Node = Readonly<Record<string, unknown>>;
type Pipeline = Statement['pipelines'][number];

/** Builtins that are missing, for a shell that keeps the commands of `trap` in that folder, one file for each
 *  signal, and whose jobs are known by that name. */
export function prelude(traps: string, owner: string): string {
  return `__shell=${owner}
trap() {
  if [ "$1" = -p ] || [ $# -eq 0 ]; then
    local __file __signal
    for __file in ${traps}/*; do
      __signal=\${__file##*/}; __signal=\${__signal%.$__shell}
      [[ -f $__file && $__signal != *.* ]] && echo "trap -- '$(cat "$__file")' $__signal"
    done
    return 0
  fi
  [ "$1" = -l ] && return 0
  [ "$1" = -- ] && shift
  local __action=$1 __signal; shift
  for __signal in "$@"; do
    __signal=\${__signal#SIG}; [ "$__signal" = 0 ] && __signal=EXIT
    [[ $__signal =~ ^(EXIT|ERR)$ ]] && __signal=$__signal.$__shell
    [[ $__action != - && $__signal =~ ^(DEBUG|RETURN)$ ]] && echo "bash: trap: $__signal: never runs in this shell" >&2
    if [ "$__action" = - ]; then rm -f ${traps}/$__signal; else printf '%s\\n' "$__action" > ${traps}/$__signal; fi
  done
}
__exit() {
  local __code=\${1:-$?}
  __leave
  command exit $__code
}
__leave() {
  if [ -s ${traps}/EXIT.$__shell ]; then
    local __action="$(cat ${traps}/EXIT.$__shell)"
    rm -f ${traps}/EXIT.$__shell
    eval "$__action"
  fi
}
${FAILED}() {
  if [ -z "$__noticed" ] && [ -s ${traps}/ERR.$__shell ]; then
    local __noticed=yes BASH_COMMAND __action="$(cat ${traps}/ERR.$__shell)"
    __action=\${__action//'$LINENO'/$2}; __action=\${__action//'\${LINENO}'/$2}
    BASH_COMMAND=$3
    (command exit $1) || eval "$__action"
  fi
  return $1
}
__calculate() { echo "$(( $1 ))"; }
jobs() { __jobs "$__shell" "$@"; }
wait() { __wait "$__shell" "$@"; }
disown() { __disown "$__shell" "$@"; }
fg() { __fg "$__shell" "$@"; }
bg() { __bg "$__shell" "$@"; }
kill() { __kill "$__shell" "$@"; }
__select_fed() {
  local __name=$1 __word __at=0; shift
  if [ -z "$__menu" ]; then for __word in "$@"; do __at=$((__at + 1)); echo "$__at) $__word" >&2; done; fi
  printf '#? ' >&2
  read -r REPLY || return 1
  __menu=$REPLY
  if [[ $REPLY =~ ^[0-9]+$ ]] && (( REPLY >= 1 && REPLY <= $# )); then printf -v "$__name" %s "\${!REPLY}"; else printf -v "$__name" %s ''; fi
}
__select() {
  local __name=$1; shift
  REPLY=$(__choose "$__menu" "$@") || return 1
  __menu=$REPLY
  if [[ $REPLY =~ ^[0-9]+$ ]] && (( REPLY >= 1 && REPLY <= $# )); then printf -v "$__name" %s "\${!REPLY}"; else printf -v "$__name" %s ''; fi
}
shopt -s expand_aliases
`;
}

/** A script in words that just-bash knows: `select` is a loop that asks, and `coproc` a command that fails. */
export function readable(text: string): string {
  return text
    .replace(/(^|[;&|\n]\s*)coproc(?=\s)/g, '$1__coproc')
    .replace(
      /(^|[;&|{(\n]\s*|\b(?:do|then|else)\s+)select\s+(\w+)(?:\s+in\s+([^;\n]*?))?\s*[;\n]\s*do\b/g,
      (_, before: string, name: string, words = '"$@"') =>
        `${before}__menu=; while __select ${name} ${words}; do`,
    );
}

/** How a script is to be read. */
export interface Reading {
  /** `set -e` may hold in it. */
  errexit: boolean;
  /** What it prints goes to the terminal, and so does what its jobs print. */
  hasJobs: boolean;
  /** It runs apart from the prompt, and its functions are known to itself alone. */
  isApart: boolean;
}

/** The script as just-bash reads it right. */
export function repaired(script: Script, language: Language, reading: Reading): Script {
  const functions = reading.isApart && reading.hasJobs ? functionsOf(script, language) : '';
  return new Repair(language, reading, functions).walk(script) as Script;
}

class Repair {
  private readonly language: Language;
  private readonly reading: Reading;
  private readonly functions: string;
  private subshells = 0;
  /** Constructions around this one that take what it prints. */
  private takers = 0;
  /** Constructions around this one that give it something to read. */
  private feeders = 0;
  private functionDepth = 0;
  /** What the statement was read from, and where it stands. */
  private source = '';
  private lineNumber = 1;

  constructor(language: Language, reading: Reading, functions: string) {
    this.language = language;
    this.reading = reading;
    this.functions = functions;
  }

  walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.walk(item));
    if (value === null || typeof value !== 'object') return value;
    const node = value as Node;
    if (node['type'] === 'Statement') this.source = String(node['sourceText'] ?? '');
    if (typeof node['line'] === 'number' && node['line'] > 0) this.lineNumber = node['line'];
    const replaced =
      this.calculation(node) ??
      this.variable(node) ??
      this.range(node) ??
      this.background(node) ??
      this.timed(node);
    if (replaced !== null) return replaced;
    const isFunction = node['type'] === 'FunctionDef';
    if (isFunction) this.functionDepth++;
    const isSubshell = node['type'] === 'Subshell' || node['type'] === 'CommandSubstitution';
    const [takes, feeds] = [takesOutput(node), givesInput(node)];
    if (isSubshell) this.subshells++;
    if (takes) this.takers++;
    if (feeds) this.feeders++;
    const copy = this.walkParts(node);
    if (isSubshell) this.subshells--;
    if (takes) this.takers--;
    if (feeds) this.feeders--;
    if (isFunction) this.functionDepth--;
    if (copy['type'] === 'SimpleCommand')
      return (
        listsApart(copy as unknown as SimpleCommand, this.source, this.language) ??
        this.asking(this.quiet(this.fed(byPath(wordsFirst(this.leaving(copy))))))
      );
    return this.reading.errexit && copy['type'] === 'Statement' ? orElse(copy as unknown as Statement) : copy;
  }

  private walkParts(node: Node): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(node)) {
      // The text it was read from is no longer what it says.
      if (name !== 'originalText' && name !== 'sourceText') copy[name] = this.walk(part);
    }
    return copy;
  }

  /** `select` reads what its loop is given to read. */
  private fed(command: Record<string, unknown>): Record<string, unknown> {
    return this.feeders > 0 && literal(command['name']) === '__select'
      ? { ...command, name: wordOf('__select_fed') }
      : command;
  }

  /** `shift` by more than there is says nothing. */
  private quiet(command: Record<string, unknown>): Record<string, unknown> {
    if (literal(command['name']) !== 'shift') return command;
    const { redirections } = this.command('shift 2> /dev/null');
    return { ...command, redirections: [...(command['redirections'] as unknown[]), ...redirections] };
  }

  /** `exit` runs what `trap` asked for, unless a subshell ends. */
  private leaving(command: Record<string, unknown>): Record<string, unknown> {
    return this.subshells === 0 && literal(command['name']) === 'exit'
      ? { ...command, name: wordOf('__exit') }
      : command;
  }

  /** Arithmetic with a substitution inside, or with an element and what it is by default: just-bash runs the
   *  one without the variables of the script and reads the other as its default. Expanded as a word before
   *  it is calculated, either is right. */
  private calculation(node: Node): unknown {
    const expression = node['expression'] as Node | undefined;
    if (!expression || !isTroubled(expression)) return null;
    const text = String(expression['originalText'] ?? '')
      .trim()
      .replace(/\$?\bSECONDS\b|\$\{SECONDS\}/g, '$(seconds-passed)');
    if (text === '') return null;
    if (node['type'] === 'ArithmeticExpansion') {
      return this.walk(this.substitution(`__calculate "${text}"`));
    }
    if (node['type'] !== 'ArithmeticCommand') return null;
    return {
      ...(this.walk(this.command(`eval "(( ${text} ))"`)) as object),
      redirections: node['redirections'],
    };
  }

  /** SECONDS are those of the world; LINENO does not count what stands in front; `$!` is the job that was begun last. */
  private variable(node: Node): unknown {
    if (node['type'] !== 'ParameterExpansion') return null;
    if (node['parameter'] === 'SECONDS') return this.substitution('seconds-passed');
    if (node['parameter'] === 'LINENO' && !node['operation'])
      return { type: 'Literal', value: String(this.lineNumber) };
    // With a default, so that it keeps its braces before a letter.
    return node['parameter'] === '!' ? this.part('${__bang-}') : null;
  }

  /** A word that is a range of more numbers than just-bash makes: it would leave the rest out and say nothing. */
  private range(node: Node): unknown {
    if (node['type'] !== 'Word') return null;
    const parts = partsOf(node);
    const ranges = parts.flatMap(({ items }) => (items as Node[] | undefined) ?? []).filter(isLong);
    const [range] = ranges;
    if (range === undefined) return null;
    const { startStr, endStr, step = 1 } = range;
    if (ranges.length > 1 || parts.length > 1 || countOf(range) > MOST_NUMBERS)
      return { ...node, parts: [this.part('${__:?brace expansion: too many words}')] };
    const isPadded = /^-?0\d/.test(String(startStr));
    return {
      ...node,
      parts: [
        this.substitution(
          `seq ${isPadded ? '-w ' : ''}${String(startStr)} ${String(step)} ${String(endStr)}`,
        ),
      ],
    };
  }

  /** A statement that ends in `&`. */
  private background(node: Node): unknown {
    if (node['type'] !== 'Statement' || node['background'] !== true) return null;
    const statement = node as unknown as Statement;
    const server = serverBehind(statement, this.language);
    if (server !== null) return this.walk(server);
    if (this.reading.hasJobs && this.takers === 0) return asJob(statement, this.functions, this.language);
    return this.walk({ ...node, background: false });
  }

  /** `time` tells the time of the world. */
  private timed(node: Node): unknown {
    if (node['type'] !== 'Pipeline' || node['timed'] !== true) return null;
    const text = '{ __began=$(__clock); :; __status=$?; __elapsed "$__began"; (command exit $__status); }';
    const group = onlyCommand(this.language.parse(text).statements[0] as Statement);
    if (group?.type !== 'Group') return null;
    const inner = { ...EMPTY, pipelines: [this.walk({ ...node, timed: false }) as Pipeline] };
    return pipelineOf({ ...group, body: group.body.with(1, inner) });
  }

  /** `read` where nothing but the terminal is there to be read. */
  private asking(command: Record<string, unknown>): unknown {
    const simple = command as unknown as SimpleCommand;
    if (literal(command['name']) !== 'read' || !this.reading.hasJobs) return command;
    if (this.feeders > 0 || this.takers > 0 || simple.redirections.length > 0) return command;
    const at = simple.args.findIndex((word) => /^-[a-z]*p$/.test(literal(word)));
    // Without a prompt a function may read what its caller is given.
    if (at < 0 && this.functionDepth > 0) return command;
    const prompt = at < 0 ? [] : simple.args.slice(at + 1, at + 2);
    const letters = at < 0 ? '' : literal(simple.args[at]).replace('p', '').replace('s', '');
    const hidden = simple.args.some((word) => /^-[a-z]*s/.test(literal(word)));
    const rest = simple.args.filter((_, n) => (n !== at && n !== at + 1) || at < 0);
    const asked = this.command(`read <<< "$(__ask ${hidden ? '-s ' : ''}"")"`);
    const question = firstSubstitution(asked);
    if (question === null) return command;
    if (prompt.length > 0) question.args = [...question.args.slice(0, -1), ...prompt];
    const options = letters.length > 1 ? [wordOf(letters)] : [];
    const args = [...options, ...rest.filter((word) => !/^-s$/.test(literal(word)))];
    return { ...simple, args, redirections: asked.redirections };
  }

  /** A command whose output stands in its place. */
  private substitution(text: string): Node | undefined {
    return this.part(`$(${text})`);
  }

  /** A part of a word. */
  private part(text: string): Node | undefined {
    return partsOf(this.command(`x=${text}`).assignments[0]?.value)[0];
  }

  private command(text: string): SimpleCommand {
    const command = this.language.parse(text).statements[0]?.pipelines[0]?.commands[0];
    if (command?.type !== 'SimpleCommand') throw new Error('not a simple command');
    return command;
  }
}

/** Whether a part of a script keeps what is printed inside from the terminal. */
function takesOutput(node: Node): boolean {
  if (node['type'] === 'CommandSubstitution' || node['type'] === 'ProcessSubstitution') return true;
  if (node['type'] === 'Pipeline') return (node['commands'] as unknown[]).length > 1;
  const redirections = node['redirections'] as { operator: string }[] | undefined;
  return redirections?.some(({ operator }) => operator.startsWith('>') || operator.startsWith('&>')) ?? false;
}

/** Whether a part of a script has something else to read than the terminal. */
function givesInput(node: Node): boolean {
  if (node['type'] === 'Pipeline') return (node['commands'] as unknown[]).length > 1;
  const redirections = node['redirections'] as { operator: string }[] | undefined;
  return redirections?.some(({ operator }) => operator.startsWith('<')) ?? false;
}

/** The command in the substitution that a command is given to read. */
function firstSubstitution({ redirections }: SimpleCommand): SimpleCommand | null {
  const [quoted] = partsOf(redirections[0]?.target);
  const [substitution] = (quoted?.['parts'] as Node[] | undefined) ?? [];
  const body = substitution?.['body'] as Script | undefined;
  const command = body?.statements[0] ? onlyCommand(body.statements[0]) : null;
  return command?.type === 'SimpleCommand' ? command : null;
}

function isTroubled(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTroubled);
  if (value === null || typeof value !== 'object') return false;
  const node = value as Node;
  if (node['type'] === 'ArithCommandSubst') return true;
  if (node['type'] === 'ArithVariable' && node['name'] === 'SECONDS') return true;
  if (node['type'] === 'ArithBracedExpansion') return /^\w+\[.*\]./.test(String(node['content']));
  return Object.values(node).some(isTroubled);
}

/** `A || B` as `if A; then :; else B; fi`: in a condition just-bash lets a function fail inside without
 *  ending the script, as it must; before `||` it does not. */
function orElse(statement: Statement): Statement {
  const { pipelines, operators } = statement;
  const last = pipelines.at(-1);
  if (operators.at(-1) !== '||' || last === undefined || operators.includes(';')) return statement;
  // What notices a failure takes nothing from what stands before it.
  if (literal((last.commands[0] as SimpleCommand).name) === FAILED) return statement;
  const plain = (part: Partial<Statement>): Statement => ({ ...EMPTY, ...part });
  const choice: Command = {
    type: 'If',
    clauses: [
      {
        condition: [plain({ pipelines: pipelines.slice(0, -1), operators: operators.slice(0, -1) })],
        body: [plain({ pipelines: [TRUE] })],
      },
    ],
    elseBody: [plain({ pipelines: [last] })],
    redirections: [],
  };
  return {
    ...statement,
    pipelines: [{ type: 'Pipeline', commands: [choice], negated: false }],
    operators: [],
  };
}

const EMPTY: Statement = { type: 'Statement', pipelines: [], operators: [], background: false };
const TRUE: Statement['pipelines'][number] = {
  type: 'Pipeline',
  negated: false,
  commands: [
    {
      type: 'SimpleCommand',
      name: { type: 'Word', parts: [{ type: 'Literal', value: ':' }] },
      args: [],
      assignments: [],
      redirections: [],
    },
  ],
};

/** Numbers that just-bash makes of a range, and that seq makes instead. */
const MOST_OF_A_RANGE = 10_000;
const MOST_NUMBERS = 100_000;

function countOf({ start, end, step = 1 }: Node): number {
  return Math.abs(Number(end) - Number(start)) / Math.abs(Number(step) || 1) + 1;
}

function isLong(item: Node): boolean {
  return item['type'] === 'Range' && countOf(item) > MOST_OF_A_RANGE;
}

/** `"$@"` and `"${words[@]}"` in front of a command are more than one word. */
function wordsFirst(command: Record<string, unknown>): Record<string, unknown> {
  const [part] = partsOf(command['name']);
  const [inner] = part?.['type'] === 'DoubleQuoted' ? (part['parts'] as Node[]) : [];
  const parameter = String(inner?.['parameter'] ?? '');
  if (partsOf(command['name']).length !== 1 || !/^(?:@|\w+\[@\])$/.test(parameter) || inner?.['operation'])
    return command;
  const quoted = (text: Node): Node => ({ type: 'Word', parts: [{ type: 'DoubleQuoted', parts: [text] }] });
  const isArray = parameter !== '@';
  const head = isArray ? parameter.replace('@', '0') : '1';
  const first = { type: 'ParameterExpansion', parameter: head, operation: null };
  const rest = { type: 'ParameterExpansion', parameter, operation: from(isArray ? 1 : 2) };
  return { ...command, name: quoted(first), args: [quoted(rest), ...(command['args'] as unknown[])] };
}

function from(value: number): Node {
  return {
    type: 'Substring',
    offset: { type: 'ArithmeticExpression', expression: { type: 'ArithNumber', value } },
    length: null,
  };
}

/** A program named by its path is the one of that name; a script named by its path is run by bash. */
function byPath(command: Record<string, unknown>): Record<string, unknown> {
  const path = literal(command['name']);
  const program = /^\/(?:usr\/(?:local\/)?)?s?bin\/([\w.-]+)$/.exec(path)?.[1];
  if (program !== undefined) return { ...command, name: wordOf(program) };
  if (!path.includes('/')) return command;
  return { ...command, name: wordOf('bash'), args: [command['name'], ...(command['args'] as unknown[])] };
}

function partsOf(word: unknown): Node[] {
  return (word as { parts?: Node[] } | null)?.parts ?? [];
}

function literal(word: unknown): string {
  const [only, more] = partsOf(word);
  return more === undefined && only?.['type'] === 'Literal' ? String(only['value']) : '';
}

function wordOf(value: string): Node {
  return { type: 'Word', parts: [{ type: 'Literal', value }] };
}
