/* The glossary: words of the lessons with a short explanation in both languages. */

import * as v from 'valibot';
import { readYaml } from './parse.ts';

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'must not be empty'));
const entry = v.strictObject({ word: text, text });

const glossarySchema = v.record(
  v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/, 'a term is named in small letters')),
  v.strictObject({ en: entry, zh: entry }),
);

export type Glossary = v.InferOutput<typeof glossarySchema>;

/** Reads the glossary file; throws a LessonError with file and line. */
export function parseGlossary(file: string, yaml: string): Glossary {
  return readYaml(glossarySchema, { file, line: 1, text: yaml });
}
