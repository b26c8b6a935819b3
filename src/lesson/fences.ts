/* The fenced blocks of a lesson.
 *
 * In the first language a fence holds everything; in the second only words, and the machine's part
 * (checks, solutions, which choice is right) is taken from the first by position and id. */

import type { Tokens } from 'marked';
import { checkExpression, fail, readYaml, type Known, type Source } from './parse.ts';
import {
  chaosSchema,
  chaosWordsSchema,
  figureSchema,
  programSchema,
  programWordsSchema,
  quizSchema,
  quizWordsSchema,
  stageSchema,
  taskSchema,
  taskWordsSchema,
} from './schema.ts';
import type { Action, Block, Chaos, Lang, Lesson, Program, Quiz, Task } from './types.ts';

type Nested = (text: string, source: Source) => Block[];

/** Blocks that must stand in both languages at the same place. */
const PAIRED = new Set(['task', 'quiz', 'predict', 'redis', 'stage', 'figure', 'program', 'chaos']);

export class Fences {
  readonly lang: Lang;
  /** The paired blocks of the first language, in order; null when this is the first language. */
  readonly originals: Block[] | null;
  next = 0;
  ids = new Set<string>();
  /** Settings of the clients of all programs so far. */
  specs = new Map<string, Record<string, unknown>>();
  /** All chaos tapes so far. */
  tapes = new Map<string, Chaos>();

  private readonly known: Known;

  constructor(lang: Lang, original: Lesson | null, known: Known = null) {
    this.lang = lang;
    this.known = known;
    this.originals = original
      ? original.steps.flatMap((step) => step.blocks).filter((b) => PAIRED.has(b.kind))
      : null;
  }

  /** Makes the block of one fence. */
  read(token: Tokens.Code, source: Source, nested: Nested): Block {
    const [kind = '', ...rest] = (token.lang ?? '').split(' ');
    const name = rest.join(' ');
    const body: Source = { file: source.file, line: source.line + 1, text: token.text };
    if (kind === 'note') return { kind: 'note', blocks: nested(body.text, body) };
    if (kind === 'deep')
      return {
        kind: 'deep',
        title: name || fail(source, 'deep needs a title'),
        blocks: nested(body.text, body),
      };
    if (!PAIRED.has(kind)) return { kind: 'code', language: kind, text: token.text };
    const original = this.pair(kind, name, source);
    if (original) return this.translated(original, name, body);
    return this.first(kind, name, body);
  }

  /** The fence of the first language that stands at this place. */
  pair(kind: string, name: string, source: Source): Block | null {
    if (!this.originals) return null;
    const original = this.originals[this.next++];
    if (!original) return fail(source, `en.md has no further block, but here stands ${kind} ${name}`);
    if (original.kind !== kind) return fail(source, `en.md has ${original.kind} here, not ${kind}`);
    return original;
  }

  /** Complains when the second language lacks blocks. */
  end(source: Source): void {
    const missing = this.originals?.[this.next];
    if (missing)
      fail(source, `missing: ${missing.kind}${'task' in missing ? ` ${missing.task.id}` : ''} of en.md`);
  }

  first(kind: string, name: string, body: Source): Block {
    switch (kind) {
      case 'task':
        return { kind, task: this.task(name, body) };
      case 'quiz':
      case 'predict':
        return { kind, quiz: { id: this.id(name, body), ...readYaml(quizSchema, body) } };
      case 'stage':
        return { kind, stage: JSON.parse(JSON.stringify(readYaml(stageSchema, body))) as object };
      case 'program':
        return { kind, program: this.program(name, body) };
      case 'chaos':
        return { kind, chaos: this.chaos(name, body) };
      case 'figure':
        if (!name) fail(body, 'figure needs a name');
        return { kind, name, params: readYaml(figureSchema, body) };
      default:
        return { kind: 'redis', lines: redisLines(body.text) };
    }
  }

  id(name: string, source: Source): string {
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      fail(source, `needs an id of small letters, digits and -, not "${name}"`);
    if (this.ids.has(name)) fail(source, `the id "${name}" is used twice`);
    this.ids.add(name);
    return name;
  }

  task(name: string, body: Source): Task {
    const { checks, ...rest } = readYaml(taskSchema, body);
    const { solutions, harmless, wrong } = rest;
    for (const check of checks) checkExpression(check.is, body, this.known);
    const tooFar = wrong.find((route) => route.leaves > checks.length);
    if (tooFar) fail(body, `leaves: ${tooFar.leaves}, but there are ${checks.length} checks`);
    const every: Action[] = [...solutions.flat(), ...harmless, ...wrong.flatMap(({ actions }) => actions)];
    for (const action of every) {
      if (action.do === 'until') checkExpression(action.expression, body, this.known);
      // `start: program` starts a client as its program does.
      if (action.do === 'client' && action.spec === 'program')
        action.spec = this.specs.get(action.id) ?? fail(body, `no program has a client "${action.id}"`);
      if (action.do === 'chaos')
        action.chaos =
          this.tapes.get(action.chaos.id) ?? fail(body, `there is no chaos "${action.chaos.id}"`);
    }
    const named = checks.map(({ is, say }) => ({ expression: is, say }));
    return { ...rest, id: this.id(name, body), checks: named };
  }

  program(name: string, body: Source): Program {
    const program = { id: this.id(name, body), ...readYaml(programSchema, body) };
    for (const { id, spec } of program.clients) {
      if (this.specs.has(id)) fail(body, `the client "${id}" is there twice`);
      this.specs.set(id, spec);
    }
    return program;
  }

  chaos(name: string, body: Source): Chaos {
    const chaos = { id: this.id(name, body), ...readYaml(chaosSchema, body) };
    for (const action of chaos.hand)
      if (action.do === 'until') checkExpression(action.expression, body, this.known);
    this.tapes.set(chaos.id, chaos);
    return chaos;
  }

  translated(original: Block, name: string, body: Source): Block {
    if (original.kind === 'task') return { kind: 'task', task: this.taskWords(original.task, name, body) };
    if (original.kind === 'quiz' || original.kind === 'predict') {
      return { kind: original.kind, quiz: this.quizWords(original.quiz, name, body) };
    }
    if (original.kind === 'program') {
      if (name !== original.program.id)
        fail(body, `en.md has program ${original.program.id} here, not ${name}`);
      const words = readYaml(programWordsSchema, body);
      sameLabels(words.show, original.program.show, body);
      return { kind: 'program', program: { ...original.program, ...words } };
    }
    if (original.kind === 'chaos') {
      if (name !== original.chaos.id) fail(body, `en.md has chaos ${original.chaos.id} here, not ${name}`);
      const words = readYaml(chaosWordsSchema, body);
      sameLabels(words.show, original.chaos.show, body);
      return { kind: 'chaos', chaos: { ...original.chaos, ...words } };
    }
    // Runnable lines, stage cues and figures are the same in both languages: the second may repeat
    // them or leave the fence empty.
    return original;
  }

  taskWords(task: Task, name: string, body: Source): Task {
    if (name !== task.id) fail(body, `en.md has task ${task.id} here, not ${name}`);
    const words = readYaml(taskWordsSchema, body);
    if (words.say.length !== task.checks.length)
      fail(body, `say: ${task.checks.length} lines expected, one per check`);
    if (words.hints.length !== task.hints.length)
      fail(body, `hints: ${task.hints.length} expected, as in en.md`);
    const checks = task.checks.map((check, at) => ({ ...check, say: words.say[at] ?? check.say }));
    return { ...task, goal: words.goal, checks, hints: words.hints };
  }

  quizWords(quiz: Quiz, name: string, body: Source): Quiz {
    if (name !== quiz.id) fail(body, `en.md has ${quiz.id} here, not ${name}`);
    const words = readYaml(quizWordsSchema, body);
    if (words.choices.length !== quiz.choices.length)
      fail(body, `choices: ${quiz.choices.length} expected, as in en.md`);
    const choices = words.choices.map((choice, at) => ({
      ...choice,
      right: quiz.choices[at]?.right ?? false,
    }));
    return { ...quiz, ask: words.ask, choices };
  }
}

function sameLabels(words: object, original: object, body: Source): void {
  const names = Object.keys(original).join(', ');
  if (Object.keys(words).join(', ') !== names) fail(body, `show: expected are ${names}, as in en.md`);
}

/** `[7000] GET k` goes to that server's console, `[7000c]` to one with -c; else to the open tab. */
function redisLines(text: string): { console: string | null; text: string }[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = /^\[(\w+)\]\s*(.*)$/.exec(line);
      return at ? { console: at[1] ?? null, text: at[2] ?? '' } : { console: null, text: line };
    });
}
