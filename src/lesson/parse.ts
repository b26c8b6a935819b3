/* From Markdown to a Lesson.
 *
 * A lesson is CommonMark with YAML front matter and a few kinds of fenced blocks; a heading of the
 * second level starts a step. `en.md` is the lesson. `zh.md` has the same steps and the same fences
 * with the same ids in the same order, but only words: world, checks and solutions are written once.
 * Runs at build time; the page loads it only to open a lesson file from outside. */

import { loadAll, YAMLException } from 'js-yaml';
import { lexer, type Token, type Tokens } from 'marked';
import * as v from 'valibot';
import { ExpressionError, freeNames, parseExpression } from './expression.ts';
import { Fences } from './fences.ts';
import { inlines } from './inline.ts';
import { frontSchema, frontWordsSchema, type Front } from './schema.ts';
import { LessonError, type Block, type Lang, type Lesson, type Step } from './types.ts';
import { worldOf } from './world.ts';

/** A piece of a file and the line it begins on. */
export interface Source {
  file: string;
  line: number;
  text: string;
}

/** Throws a LessonError at the line of `source`. */
export function fail(source: Source, what: string): never {
  throw new LessonError(source.file, source.line, what);
}

/** Words whose value is plain text to the end of the line: an author should not have to know which
 *  characters of a check or a command mean something to YAML. */
const PLAIN =
  /^(\s*(?:- )*(?:is|until|say|now|goal|ask|text|why|where|command|line|fault|host|every|\d+c?): +)([^\s"'|>[].*)$/gm;

function quotePlain(yaml: string): string {
  return yaml.replace(PLAIN, (_, before: string, value: string) => before + JSON.stringify(value.trimEnd()));
}

/** Reads YAML into a schema; every complaint carries file and line. */
export function readYaml<S extends v.GenericSchema>(schema: S, source: Source): v.InferOutput<S> {
  const data = loadYaml(source);
  const result = v.safeParse(schema, data);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = v.getDotPath(issue);
  return fail(source, path ? `${path}: ${issue.message}` : issue.message);
}

function loadYaml(source: Source): unknown {
  try {
    const documents = loadAll(quotePlain(source.text), { maxAliases: 0 });
    if (documents.length > 1) fail(source, 'one YAML document is expected, not several');
    return documents[0] ?? {};
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new LessonError(source.file, source.line + (error.mark?.line ?? 0), error.reason);
  }
}

/** What checks may name. The build knows; the page, which reads files from outside, finds out as it runs them. */
export type Known = ReadonlySet<string> | null;

/** Checks that an expression parses and names only what is known. */
export function checkExpression(expression: string, source: Source, known: Known): void {
  const at = source.text.split('\n').findIndex((line) => line.includes(expression));
  const place = { ...source, line: source.line + Math.max(0, at) };
  try {
    const unknown = freeNames(parseExpression(expression)).find((name) => known?.has(name) === false);
    if (unknown !== undefined) fail(place, `${expression}: there is nothing called ${unknown}`);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    fail(place, `${expression}: ${error.message}`);
  }
}

function splitFront(file: string, text: string): { front: Source; body: Source } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text);
  if (!match) throw new LessonError(file, 1, 'a lesson begins with front matter between two lines of ---');
  const front = match[1] ?? '';
  return {
    front: { file, line: 2, text: front },
    body: { file, line: match[0].split('\n').length, text: text.slice(match[0].length) },
  };
}

/** Reads the Markdown of a body into steps; `fences` makes blocks of the fenced ones. */
class Body {
  readonly file: string;
  readonly fences: Fences;
  steps: Step[] = [];

  constructor(file: string, fences: Fences) {
    this.file = file;
    this.fences = fences;
  }

  read(body: Source): Step[] {
    let line = body.line;
    for (const token of lexer(body.text)) {
      this.take(token, { file: this.file, line, text: token.raw });
      line += token.raw.split('\n').length - 1;
    }
    if (this.steps.length === 0) fail(body, 'a lesson needs at least one step (## Title)');
    return this.steps;
  }

  take(token: Token, source: Source): void {
    if (token.type === 'heading' && (token as Tokens.Heading).depth === 2) {
      const id = `s${this.steps.length + 1}`;
      this.steps.push({ id, title: (token as Tokens.Heading).text, blocks: [] });
      return;
    }
    const made = this.block(token, source);
    if (made.length === 0) return;
    const step = this.steps.at(-1);
    if (!step) fail(source, 'text before the first step (## Title)');
    step.blocks.push(...made);
  }

  blocks(text: string, source: Source): Block[] {
    return lexer(text).flatMap((token) => this.block(token, source));
  }

  block(token: Token, source: Source): Block[] {
    switch (token.type) {
      case 'space':
        return [];
      case 'paragraph':
      case 'text':
        return [
          { kind: 'paragraph', inline: inlines((token as Tokens.Paragraph).tokens ?? [token], source) },
        ];
      case 'heading':
        return [{ kind: 'heading', inline: inlines((token as Tokens.Heading).tokens, source) }];
      case 'list': {
        const list = token as Tokens.List;
        const items = list.items.map((item) => item.tokens.flatMap((inner) => this.block(inner, source)));
        return [{ kind: 'list', ordered: list.ordered, items }];
      }
      case 'table': {
        const table = token as Tokens.Table;
        const rows = table.rows.map((row) => row.map((cell) => inlines(cell.tokens, source)));
        return [{ kind: 'table', head: table.header.map((cell) => inlines(cell.tokens, source)), rows }];
      }
      case 'code':
        return [this.fences.read(token as Tokens.Code, source, (text, at) => this.blocks(text, at))];
      default:
        return fail(source, `"${token.type}" cannot be used in a lesson`);
    }
  }
}

function makeLesson(id: string, lang: Lang, front: Front, steps: Step[]): Lesson {
  const { title, minutes, objective, start, teaches, cards, notes } = front;
  const number = Number.parseInt(id, 10) || 0;
  return {
    id,
    number,
    lang,
    title,
    minutes,
    objective,
    world: worldOf(front.world),
    start,
    teaches,
    cards,
    steps,
    notes,
    goal: null,
  };
}

/** The lesson in its first language. `id` is the folder's name, `file` what messages call the file. */
export function parseLesson(id: string, file: string, text: string, known: Known = null): Lesson {
  const { front, body } = splitFront(file, text);
  const words = readYaml(frontSchema, front);
  for (const action of words.start)
    if (action.do === 'until') checkExpression(action.expression, front, known);
  const fences = new Fences('en', null, known);
  return makeLesson(id, 'en', words, new Body(file, fences).read(body));
}

/** The same lesson in Chinese: words from `text`, all else from `original`. */
export function translateLesson(original: Lesson, file: string, text: string): Lesson {
  const { front, body } = splitFront(file, text);
  const words = readYaml(frontWordsSchema, front);
  const fences = new Fences('zh', original);
  const steps = new Body(file, fences).read(body);
  if (steps.length !== original.steps.length) {
    fail(body, `${steps.length} steps here, ${original.steps.length} in en.md`);
  }
  fences.end(body);
  return {
    ...original,
    lang: 'zh',
    title: words.title,
    objective: words.objective,
    notes: words.notes,
    steps,
  };
}
