/* The door between a presenting page and the window of its notes. */

import { expect, test } from 'vitest';
import { readState, readWord, speakerChannel, type SpeakerState } from '#app/present/speaker.ts';

const state: SpeakerState = {
  kind: 'state',
  title: ['PFAIL and FAIL'],
  step: 0,
  steps: ['One'],
  cue: 0,
  cues: 1,
  now: ['`GET a`'],
  next: [],
  notes: [],
  whole: [],
  minutes: 12,
  timetable: [0],
  since: 1,
  worldTime: '1 s',
  playing: true,
  blank: false,
  followers: null,
  question: { choices: ['a', 'b'], counts: [1, 0], answered: 1, revealed: false },
  bookmarks: [],
};

test('a state and a word pass as they are', () => {
  expect(readState(state)).toEqual(state);
  expect(readWord({ kind: 'word', word: 'step', at: 3 })).toEqual({ kind: 'word', word: 'step', at: 3 });
});

test('whatever else comes over the channel is nothing', () => {
  const bad: unknown[] = [
    null,
    42,
    'next',
    [],
    {},
    { kind: 'word' },
    { kind: 'word', word: 'format' },
    { kind: 'word', word: 'step', at: -1 },
    { kind: 'word', word: 'step', at: 1.5 },
    { kind: 'word', word: 'step', at: Infinity },
    { kind: 'word', word: 'next', extra: 1 },
    { ...state, title: 'x' },
    { ...state, title: [{ html: '<b>' }] },
    { ...state, whole: ['x'.repeat(20_001)] },
    { ...state, whole: Array.from({ length: 401 }, () => 'x') },
    { ...state, since: Number.NaN },
    { ...state, question: { choices: [] } },
  ];
  for (const data of bad) {
    expect(readWord(data), JSON.stringify(data)?.slice(0, 80)).toBeNull();
    expect(readState(data), JSON.stringify(data)?.slice(0, 80)).toBeNull();
  }
});

test('only a name of a talk opens a channel', () => {
  for (const name of ['', 'x', '../classroom', '0'.repeat(17), 'G'.repeat(16)])
    expect(speakerChannel(name)).toBeNull();
});
