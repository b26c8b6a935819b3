/* `declare -a NAME=(...)` and its like: just-bash reads the list again from the text of a word, and takes its elements
 * apart at spaces, whatever quotes they had. So the name is declared, and the list assigned to it, one after the other. */

import {
  literal,
  onlyCommand,
  pipelineOf,
  type Command,
  type Language,
  type SimpleCommand,
  type Statement,
  type Word,
} from './background.ts';

const DECLARES = /^(?:declare|typeset|local|readonly|export)$/;

/** The command as several, or null where it declares no list. `source` is what the statement was read from. */
export function listsApart(command: SimpleCommand, source: string, language: Language): Command | null {
  const name = literal(command.name);
  if (!DECLARES.test(name)) return null;
  const lists = command.args.map((arg) => listOf(arg) && (listIn(source, arg, language) ?? listOf(arg)));
  if (lists.every((list) => list === null)) return null;
  const names = command.args.map((arg, at) => {
    const list = lists[at];
    return list ? wordOf([{ type: 'Literal', value: list.name }]) : arg;
  });
  const isOption = (arg: Word): boolean => /^-\w/.test(literal(arg));
  const isReadOnly = name === 'readonly' || names.some((arg) => /^-\w*r/.test(literal(arg)));
  const open = names.map((arg) => {
    const letters = isOption(arg) ? literal(arg).replace('r', '') : '';
    return letters === '' ? arg : wordOf([{ type: 'Literal', value: letters === '-' ? '--' : letters }]);
  });
  const listed = names.filter((_, at) => lists[at] !== null);
  const others = open.filter((_, at) => lists[at] === null);
  // What a list outside has is remembered only for a local one that is declared as a list.
  const apart = name === 'local' && !names.some((arg) => /^-\w*[aA]/.test(literal(arg)));
  const simple = (parts: Partial<SimpleCommand>): Command => ({
    type: 'SimpleCommand',
    name: null,
    args: [],
    assignments: [],
    redirections: [],
    ...parts,
  });
  const called = (value: string, args: Word[]): Command =>
    simple({ name: wordOf([{ type: 'Literal', value }]), args });
  const assigned = lists.flatMap((list) =>
    list === null ? [] : [simple({ assignments: [{ type: 'Assignment', value: null, ...list }] })],
  );
  const commands = [
    ...(apart ? [called(name, [wordOf([{ type: 'Literal', value: '-a' }]), ...listed])] : []),
    ...(name === 'readonly' || (apart && others.every(isOption))
      ? []
      : [called(name, apart ? others : open)]),
    ...assigned,
    // A local name would be read-only everywhere.
    ...(isReadOnly && name !== 'local'
      ? [
          called(
            'readonly',
            names.filter((arg) => !isOption(arg)),
          ),
        ]
      : []),
  ];
  return { type: 'Group', body: commands.map(statementOf), redirections: command.redirections };
}

interface List {
  name: string;
  append: boolean;
  array: Word[];
}

/** NAME=(...) as it is assigned; null for any other word. */
function listOf({ parts }: Word): List | null {
  const [first] = parts;
  const last = parts.at(-1);
  if (first?.type !== 'Literal' || last?.type !== 'Literal' || !last.value.endsWith(')')) return null;
  const [begin, name = '', plus] = /^(\w+)(\+?)=\(/.exec(first.value) ?? [];
  if (begin === undefined) return null;
  const words: Word['parts'][] = [[]];
  for (const [at, part] of parts.entries()) {
    if (part.type !== 'Literal') {
      words.at(-1)?.push(part);
      continue;
    }
    const from = at === 0 ? begin.length : 0;
    const text = at === parts.length - 1 ? part.value.slice(from, -1) : part.value.slice(from);
    for (const [nth, value] of text.split(/\s+/).entries()) {
      if (nth > 0) words.push([]);
      if (value !== '') words.at(-1)?.push({ type: 'Literal', value });
    }
  }
  return { name, append: plus === '+', array: words.filter((word) => word.length > 0).map(wordOf) };
}

/** The same from the text: of a command in a list just-bash keeps only that there was one. */
function listIn(source: string, { parts }: Word, language: Language): List | null {
  if (!parts.some((part) => part.type === 'Literal' && part.value.includes('CommandSubstitution')))
    return null;
  const text = /^\s*\w+(?:\s+-\w+)*\s+(\w+\+?=\(.*\))\s*;?\s*$/s.exec(source)?.[1];
  const [statement] = text === undefined ? [] : language.parse(text).statements;
  const command = statement && onlyCommand(statement);
  const [assignment] = command?.type === 'SimpleCommand' ? command.assignments : [];
  return assignment?.array ? { ...assignment, array: assignment.array } : null;
}

function wordOf(parts: Word['parts']): Word {
  return { type: 'Word', parts };
}

function statementOf(command: Command): Statement {
  return { type: 'Statement', pipelines: [pipelineOf(command)], operators: [], background: false };
}
