/* What was declared read-only. just-bash keeps the names in one set for a shell and all that ever runs in it: so the set
 * begins anew with each line (which declares again what lasts), and a script has one of its own.
 *
 * Assigning to such a name ends whatever runs, with all that it has declared. bash only goes to the next line: so a
 * statement that is nothing but an assignment looks first, where it can be known what comes next. */

import type { Bash } from 'just-bash/browser';
import type { Language, Script, Statement } from './background.ts';
import { onlyCommand } from './background.ts';
import { ok, type Execute } from './command.ts';

/** What is always so. */
const ALWAYS = ['SHELLOPTS', 'BASHOPTS'];

/** The names of one shell. */
export class ReadOnly {
  private readonly bash: () => Bash;
  /** Names that lines before have declared so. */
  lasting: readonly string[] = [];

  constructor(bash: () => Bash) {
    this.bash = bash;
  }

  private get names(): Set<string> {
    return (this.bash() as unknown as { state: { readonlyVars: Set<string> } }).state.readonlyVars;
  }

  private become(names: readonly string[]): void {
    this.names.clear();
    for (const name of [...ALWAYS, ...names]) this.names.add(name);
  }

  /** Runs something that begins with none of the names. */
  anew<T>(work: () => Promise<T>): Promise<T> {
    this.become([]);
    return work();
  }

  /** The same, and nobody knows of its names afterwards. */
  async apart<T>(work: () => Promise<T>): Promise<T> {
    const before = [...this.names];
    try {
      return await this.anew(work);
    } finally {
      this.become(before);
    }
  }

  /** What is so now lasts. */
  keep(): void {
    this.lasting = [...this.names].filter((name) => !ALWAYS.includes(name));
  }

  /** Text that makes what lasts read-only again, when it has its value. */
  get declaration(): string {
    return this.lasting.length > 0 ? `readonly ${this.lasting.join(' ')}\n` : '';
  }

  /** The command that says whether one of some names must not be assigned to. */
  readonly look: Execute = (args) => {
    const found = args.find((name) => this.names.has(name));
    return Promise.resolve(
      found === undefined
        ? { ...ok(''), exitCode: 1 }
        : { ...ok(''), stderr: `bash: ${found}: readonly variable\n` },
    );
  };
}

/** Whether anything is so in a shell, or will be by a text. */
export function declaresReadOnly(text: string, { lasting }: ReadOnly): boolean {
  return lasting.length > 0 || /\breadonly\b|\b(?:declare|typeset|local)\s+(?:-\w+\s+)*-\w*r/.test(text);
}

/** The script with assignments that look first. `refused` is the text that stands where one must not be; null leaves
 *  an assignment as it is when another statement stands behind it on its line, which bash would leave out. */
export function looking(script: Script, language: Language, refused: string | null): Script {
  const { statements } = script;
  const lineOf = (statement: Statement | undefined): number =>
    (statement && onlyCommand(statement)?.line) ?? 0;
  return {
    ...script,
    statements: statements.map((statement, at) => {
      const command = onlyCommand(statement);
      if (command?.type !== 'SimpleCommand' || command.name !== null || command.assignments.length === 0)
        return statement;
      const next = statements[at + 1];
      if (refused === null && next && lineOf(next) === lineOf(statement)) return statement;
      const names = command.assignments.map(({ name }) => name.replace(/\[.*/s, '')).join(' ');
      const [look] = language.parse(
        `if __frozen ${names}; then :; ${refused ?? 'command false'}\nelse\n:\nfi`,
      ).statements;
      const choice = look && onlyCommand(look);
      if (!look || choice?.type !== 'If') return statement;
      return {
        ...look,
        pipelines: [{ type: 'Pipeline', negated: false, commands: [{ ...choice, elseBody: [statement] }] }],
      };
    }),
  };
}
