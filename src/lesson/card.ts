/* An interview card: a question, its answer in two languages, a popular wrong answer, and a proof
 * that runs: a world, what is done to it, and the check that must hold in the end. */

import * as v from 'valibot';
import type { WorldConfig } from '#session/api.ts';
import { checkExpression, fail, readYaml, type Known } from './parse.ts';
import { actions, worldSchema } from './schema.ts';
import type { Action } from './types.ts';
import { worldOf } from './world.ts';

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'must not be empty'));
const both = v.strictObject({ en: text, zh: text });

const cardSchema = v.strictObject({
  rank: v.pipe(v.number(), v.integer()),
  level: v.picklist(['basic', 'core', 'advanced']),
  topics: v.pipe(v.array(text), v.minLength(1)),
  lesson: text,
  question: both,
  answer: both,
  wrong: both,
  look: both,
  proof: v.strictObject({ world: worldSchema, play: v.pipe(actions, v.minLength(1)), check: text }),
});

export interface Words {
  en: string;
  zh: string;
}

export interface Card {
  /** File name without ".yaml". */
  id: string;
  rank: number;
  level: 'basic' | 'core' | 'advanced';
  topics: string[];
  /** The lesson that teaches it. */
  lesson: string;
  question: Words;
  answer: Words;
  /** What many believe; disproved by the proof. */
  wrong: Words;
  /** Where to look while the proof runs. */
  look: Words;
  proof: { world: Partial<WorldConfig>; play: Action[]; check: string };
}

/** Reads a card file; throws a LessonError with file and line. */
export function parseCard(id: string, file: string, yaml: string, known: Known = null): Card {
  const source = { file, line: 1, text: yaml };
  if (!/^[a-z0-9-]+$/.test(id)) fail(source, `a card's file is named in small letters, not "${id}"`);
  const { proof, ...rest } = readYaml(cardSchema, source);
  checkExpression(proof.check, source, known);
  for (const action of proof.play)
    if (action.do === 'until') checkExpression(action.expression, source, known);
  return { id, ...rest, proof: { ...proof, world: worldOf(proof.world) } };
}
