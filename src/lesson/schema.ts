/* What may stand in the YAML of a lesson: its front matter and its fenced blocks. Whatever is not
 * named here is refused, so that a mistyped word fails the build instead of being ignored. */

import * as v from 'valibot';
import type { Action, Hint } from './types.ts';

const text = v.pipe(v.string(), v.trim(), v.minLength(1, 'must not be empty'));
const port = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

/** "30s", "500ms", "2m" -> milliseconds. */
export const duration = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d+)?(ms|s|m)$/, 'must be a duration such as 500ms, 30s or 2m'),
  v.transform((spelled) => {
    const amount = Number.parseFloat(spelled);
    if (spelled.endsWith('ms')) return amount;
    return spelled.endsWith('s') ? amount * 1000 : amount * 60_000;
  }),
);

const action = v.pipe(
  v.record(v.string(), v.unknown()),
  v.rawTransform<Record<string, unknown>, Action>(({ dataset, addIssue, NEVER }) => {
    const made = readAction(dataset.value);
    if (typeof made !== 'string') return made;
    addIssue({ message: made });
    return NEVER;
  }),
);

/** One line of a solution; a text is what is wrong with it. */
function readAction(fields: Record<string, unknown>): Action | string {
  const names = Object.keys(fields);
  const [name = ''] = names;
  const value = fields[name];
  if (name === 'until') {
    const limit = v.safeParse(duration, fields['limit'] ?? '60s');
    if (!limit.success || typeof value !== 'string')
      return 'until: needs an expression, and limit: a duration';
    return { do: 'until', expression: value, limitMs: limit.output };
  }
  if (name === 'client') return readClient(fields);
  if (names.length !== 1) return `one thing per line, not ${names.join(', ')}`;
  if (name === 'wait') {
    const wait = v.safeParse(duration, value);
    return wait.success ? { do: 'wait', ms: wait.output } : 'wait: must be a duration such as 30s';
  }
  if (typeof value !== 'string' && typeof value !== 'number') return `${name}: must be a text`;
  if (name === 'fault') return { do: 'fault', fault: String(value) };
  if (name === 'launch') return readLaunch(value);
  // The block of that name is put in where the tasks of a lesson are read.
  if (name === 'chaos') return { do: 'chaos', chaos: { id: String(value), ...NO_CHAOS } };
  if (name === 'act') return { do: 'act', act: String(value) };
  if (/^(\d+c?|host|every)$/.test(name)) return { do: 'line', console: name, line: String(value) };
  return `unknown action "${name}"`;
}

const NO_CHAOS = { title: '', faults: '', hand: [], lastsMs: 0, show: {} };

function readLaunch(value: string | number): Action | string {
  const port = Number(value);
  return port > 0 && port < 55_536 ? { do: 'launch', port } : 'launch: must be a port';
}

function readClient(fields: Record<string, unknown>): Action | string {
  const { client, start, stop, set, ...rest } = fields;
  if (typeof client !== 'string') return 'client: needs a name';
  const unknown = Object.keys(rest);
  if (unknown.length > 0) return `unknown word ${unknown.join(', ')}`;
  if (stop !== undefined) return { do: 'client', id: client, action: 'stop' };
  if (set !== undefined) return { do: 'client', id: client, action: 'set', spec: set };
  return { do: 'client', id: client, action: 'start', spec: start };
}

const hint = v.pipe(
  v.union([
    v.strictObject({ where: text }),
    v.strictObject({ command: text }),
    v.strictObject({ line: text }),
  ]),
  v.transform((fields): Hint => {
    const [[kind, words] = ['where', '']] = Object.entries(fields);
    return { kind: kind as Hint['kind'], text: words as string };
  }),
);

export const actions = v.array(action);

const wrongRoute = v.pipe(
  v.strictObject({
    do: actions,
    leaves: v.pipe(v.number(), v.integer(), v.minValue(1)),
    now: v.optional(v.nullable(v.string()), null),
  }),
  v.transform(({ do: actions, leaves, now }) => ({ actions, leaves, now })),
);

export const taskSchema = v.strictObject({
  goal: text,
  challenge: v.optional(v.boolean(), false),
  checks: v.pipe(
    v.array(v.strictObject({ is: text, say: text })),
    v.minLength(1, 'needs at least one check'),
  ),
  hints: v.optional(v.array(hint), []),
  solutions: v.pipe(v.array(actions), v.minLength(1, 'needs at least one solution')),
  harmless: v.optional(actions, []),
  wrong: v.optional(v.array(wrongRoute), []),
});

/** The words of a task in the second language. */
export const taskWordsSchema = v.strictObject({
  goal: text,
  say: v.array(text),
  hints: v.optional(v.array(hint), []),
});

const choice = v.strictObject({
  text,
  right: v.optional(v.boolean(), false),
  why: v.optional(v.string(), ''),
});
const choiceWords = v.strictObject({ text, why: v.optional(v.string(), '') });

export const quizSchema = v.strictObject({
  ask: text,
  choices: v.pipe(
    v.array(choice),
    v.minLength(2, 'needs at least two choices'),
    v.check((list) => list.some((item) => item.right), 'no choice is right'),
  ),
});

export const quizWordsSchema = v.strictObject({ ask: text, choices: v.array(choiceWords) });

/** What is written beside a number: "{count} lost". */
const label = v.pipe(text, v.includes('{count}', 'needs {count}, in the place of the number'));
const labels = v.record(v.string(), label);

export const programSchema = v.strictObject({
  title: text,
  code: v.pipe(
    v.record(text, text),
    v.transform((code) => Object.entries(code).map(([library, text]) => ({ library, text }))),
  ),
  clients: v.pipe(
    v.record(v.pipe(v.string(), v.regex(/^[A-Za-z][\w-]*$/)), v.record(v.string(), v.unknown())),
    v.transform((clients) => Object.entries(clients).map(([id, spec]) => ({ id, spec }))),
    v.minLength(1, 'needs at least one client'),
  ),
  show: v.optional(labels, {}),
  edit: v.optional(v.nullable(v.union([v.literal('rules'), v.array(text)])), null),
});

export const programWordsSchema = v.strictObject({ title: text, show: v.optional(labels, {}) });

export const chaosSchema = v.pipe(
  v.strictObject({
    title: text,
    faults: v.optional(
      v.pipe(
        v.string(),
        v.trim(),
        v.regex(/^(\s*\d+(\.\d+)? +[a-z].*(\n|$))*$/i, 'one fault a line: seconds, then what happens'),
      ),
      '',
    ),
    hand: v.optional(actions, []),
    lasts: duration,
    show: v.optional(labels, {}),
  }),
  v.check(({ faults, hand }) => faults !== '' || hand.length > 0, 'a tape without faults and hand is none'),
  v.transform(({ lasts, ...rest }) => ({ ...rest, lastsMs: lasts })),
);

export const chaosWordsSchema = v.strictObject({ title: text, show: v.optional(labels, {}) });

export const stageSchema = v.strictObject({
  lens: v.optional(v.nullable(port)),
  select: v.optional(text),
  map: v.optional(v.picklist(['keys', 'load'])),
  speed: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1000))),
  panel: v.optional(text),
});

export const figureSchema = v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]));

/** YAML reads a bare yes or no as it likes; redis.conf has words. */
function directive(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000));

export const worldSchema = v.strictObject({
  masters: v.optional(count),
  replicas: v.optional(count),
  spares: v.optional(count),
  preset: v.optional(v.picklist(['formed', 'empty', 'standalone'])),
  addresses: v.optional(v.picklist(['one', 'own', 'nat'])),
  seed: v.optional(v.pipe(v.number(), v.integer())),
  'node-timeout': v.optional(duration),
  latency: v.optional(duration),
  jitter: v.optional(duration),
  loss: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  'warm-up': v.optional(duration),
  config: v.optional(
    v.record(v.string(), v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(directive))),
  ),
});

export const frontSchema = v.strictObject({
  title: text,
  minutes: v.pipe(v.number(), v.minValue(1), v.maxValue(60)),
  objective: text,
  world: v.optional(worldSchema, {}),
  start: v.optional(actions, []),
  teaches: v.optional(v.array(text), []),
  cards: v.optional(v.array(text), []),
  notes: v.optional(v.string(), ''),
});

/** The front matter of the second language: words only. */
export const frontWordsSchema = v.strictObject({
  title: text,
  objective: text,
  notes: v.optional(v.string(), ''),
});

export type WorldWords = v.InferOutput<typeof worldSchema>;
export type Front = v.InferOutput<typeof frontSchema>;
