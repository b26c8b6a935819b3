/* How the page that presents and the window with the speaker's notes talk: over a BroadcastChannel of this
 * origin, named by a secret that only these two windows know. The window holds no world; it shows what it
 * is told and says which key was pressed in it. What comes is checked, as from any other door. */

import * as v from 'valibot';

const text = v.pipe(v.string(), v.maxLength(20_000));
const texts = v.pipe(v.array(text), v.maxLength(400));
const number = v.pipe(v.number(), v.finite());

const State = v.strictObject({
  kind: v.literal('state'),
  title: texts,
  /** The step, from 0, of so many; the titles of all. */
  step: number,
  steps: texts,
  /** The cue, from 0, of so many. */
  cue: number,
  cues: number,
  now: texts,
  next: texts,
  /** The lesson's own notes, and the whole text of the step. */
  notes: texts,
  whole: texts,
  minutes: number,
  /** Minutes at which each step should begin. */
  timetable: v.pipe(v.array(number), v.maxLength(400)),
  /** Unix ms of the beginning of the talk. */
  since: number,
  /** Where the world's clock stands, in words. */
  worldTime: text,
  playing: v.boolean(),
  blank: v.boolean(),
  /** Followers in the room; null when no class is held. */
  followers: v.nullable(number),
  question: v.nullable(
    v.strictObject({
      choices: texts,
      counts: v.pipe(v.array(number), v.maxLength(400)),
      answered: number,
      revealed: v.boolean(),
    }),
  ),
  bookmarks: texts,
});

const WORDS = ['hello', 'next', 'previous', 'play', 'blank', 'mark', 'clock', 'step', 'bookmark'] as const;
const Word = v.strictObject({
  kind: v.literal('word'),
  word: v.picklist(WORDS),
  at: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000))),
});

export type SpeakerState = v.InferOutput<typeof State>;
export type SpeakerWord = v.InferOutput<typeof Word>;

/** What the presenting page said, or null when it is nothing that it may say. */
export function readState(data: unknown): SpeakerState | null {
  const result = v.safeParse(State, data);
  return result.success ? result.output : null;
}

/** What was pressed in the window of notes, or null. */
export function readWord(data: unknown): SpeakerWord | null {
  const result = v.safeParse(Word, data);
  return result.success ? result.output : null;
}

const NAME = /^[0-9a-f]{16}$/;

/** The channel of one talk; null for a name that none can have. */
export function speakerChannel(name: string): BroadcastChannel | null {
  return NAME.test(name) ? new BroadcastChannel(`redis-cluster-playground.speaker.${name}`) : null;
}

const KEY = 'playground.talk';

/** The name of this page's talk; the same after a reload, so that the notes find it again. */
export function talkName(): string {
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  try {
    const known = sessionStorage.getItem(KEY);
    if (known !== null && NAME.test(known)) return known;
    sessionStorage.setItem(KEY, fresh);
  } catch {
    // Without storage a reload needs the window opened again.
  }
  return fresh;
}
