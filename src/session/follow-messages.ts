/* What teacher, room and followers say to each other, and how it is checked. A message comes from the
 * network or from another tab: nothing in it is believed before it has passed here. What an input says
 * is checked later, against the world that it is for (session-file.ts). */

import * as v from 'valibot';

/** A month of virtual time, as in a session file. */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(31 * 86_400e6));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));
const name = v.pipe(v.string(), v.regex(/^[\w:.-]{1,64}$/));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{0,64}$/));
const line = v.pipe(v.string(), v.maxLength(400));
const object = v.record(v.string(), v.unknown());
const inputs = v.pipe(v.array(v.strictObject({ at: time, input: object })), v.maxLength(100_000));

/** Where the teacher's clock stands, and in which version of which log. */
const place = {
  /** One teacher's page; another one, or the same loaded again, begins another log. */
  room: name,
  /** Grows by one whenever the log of inputs changes. */
  version: count,
  at: time,
  hash,
};

const Whole = v.strictObject({ kind: v.literal('whole'), ...place, config: object, inputs });
/** The log keeps its first `keep` inputs and goes on with these. */
const Change = v.strictObject({ kind: v.literal('change'), ...place, keep: count, inputs });
const Tick = v.strictObject({ kind: v.literal('tick'), ...place });
const number = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const slot = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(16_383));
/** One thing of the world, as the page selects it. */
const Selected = v.variant('kind', [
  v.strictObject({ kind: v.literal('server'), name }),
  v.strictObject({ kind: v.literal('packet'), id: number }),
  v.strictObject({ kind: v.literal('event'), seq: number }),
  v.strictObject({ kind: v.literal('slot'), slot }),
  v.strictObject({ kind: v.literal('key'), key: line, slot }),
  v.strictObject({ kind: v.literal('link'), from: name, to: name }),
  v.strictObject({ kind: v.literal('exchange'), console: name, from: time, until: v.nullable(time) }),
  v.strictObject({ kind: v.literal('client'), id: name }),
  v.strictObject({ kind: v.literal('reply'), server: name, error: line }),
]);
/** What the teacher looks at: through whose eyes, what is selected, and where in which lesson. */
const Look = v.strictObject({
  kind: v.literal('look'),
  lens: v.nullable(name),
  selection: v.nullable(Selected),
  lesson: v.nullable(
    v.strictObject({
      id: name,
      step: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)),
      solved: v.pipe(v.array(name), v.maxLength(200)),
    }),
  ),
});
const Question = v.strictObject({
  kind: v.literal('question'),
  id: name,
  text: line,
  choices: v.pipe(v.array(line), v.minLength(2), v.maxLength(8)),
  /** The question of a lesson that it is: who follows in another language reads it in that. */
  quiz: v.optional(name),
});
/** Shows everybody how many chose what, and takes no more answers. */
const Reveal = v.strictObject({ kind: v.literal('reveal'), question: name });
/** The teacher has gone on: takes the question from everybody's screen. */
const Close = v.strictObject({ kind: v.literal('close'), question: name });

const FromTeacher = v.variant('kind', [Whole, Change, Tick, Look, Question, Reveal, Close]);

/** A follower has missed something. */
const Ask = v.strictObject({ kind: v.literal('ask') });
/** A follower has come to this time, and whether its world has the teacher's hash there. */
const Report = v.strictObject({ kind: v.literal('report'), at: time, same: v.boolean() });
const Answer = v.strictObject({
  kind: v.literal('answer'),
  question: name,
  choice: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(7)),
});

const FromFollower = v.variant('kind', [Ask, Report, Answer]);

const counts = v.pipe(v.array(count), v.maxLength(8));
/** What the room itself says: to the teacher how it goes, and to all how they voted. */
const RoomState = v.strictObject({
  kind: v.literal('room'),
  followers: count,
  inStep: count,
  differing: count,
  answered: count,
});
const Tally = v.strictObject({ kind: v.literal('tally'), question: name, counts });
/** The teacher has gone, or is there (again). */
const Presence = v.strictObject({ kind: v.literal('teacher'), present: v.boolean() });

const ToFollower = v.variant('kind', [Whole, Change, Tick, Look, Question, Close, Tally, Presence]);
/** 'ask': the room has lost the thread and wants the whole log. */
const ToTeacher = v.variant('kind', [RoomState, Tally, Ask]);

export type WholeLog = v.InferOutput<typeof Whole>;
export type LogMessage = v.InferOutput<typeof Whole | typeof Change | typeof Tick>;
export type QuestionMessage = v.InferOutput<typeof Question>;
export type LookMessage = v.InferOutput<typeof Look>;
export type TeacherMessage = v.InferOutput<typeof FromTeacher>;
export type FollowerMessage = v.InferOutput<typeof FromFollower>;
export type ToFollowerMessage = v.InferOutput<typeof ToFollower>;
export type ToTeacherMessage = v.InferOutput<typeof ToTeacher>;

const schemas = {
  fromTeacher: FromTeacher,
  fromFollower: FromFollower,
  toFollower: ToFollower,
  toTeacher: ToTeacher,
} as const;

/** Longest texts that are looked at at all. The teacher's log of a long day stays below its limit. */
export const MOST_TEACHER_BYTES = 16 * 1024 * 1024;
export const MOST_FOLLOWER_BYTES = 512;

/** The message in `text`, or null when it is none of those that this side may send. */
export function readMessage<Side extends keyof typeof schemas>(
  side: Side,
  text: unknown,
): v.InferOutput<(typeof schemas)[Side]> | null {
  if (typeof text !== 'string' || text.length > MOST_TEACHER_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const result = v.safeParse(schemas[side], value);
  return result.success ? (result.output as v.InferOutput<(typeof schemas)[Side]>) : null;
}
