/* What the window of the speaker's notes is told about the talk. */

import { formatTime } from '#app/i18n/format.ts';
import { shownLanguages } from '#app/i18n/i18n.svelte.ts';
import type { Block } from '#lesson/types.ts';
import { paragraphs } from './captions.ts';
import { comingTexts, cueTexts } from './cue-words.ts';
import { timetable } from './script.ts';
import type { Bookmark, Show } from './show.svelte.ts';
import type { SpeakerState, SpeakerWord } from './speaker.ts';
import { presentWord as word } from './words.ts';

/** What a bookmark is called: its step, or the words that stood there. */
export function bookmarkText({ label, words }: Bookmark): string {
  return label === '' ? words : `${word('bookmarkStep', { label })} · ${words}`;
}

/** Everything of a step in one column, the folded parts too: they are for whoever is asked about them. */
function wholeText(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'deep') return [block.title, ...wholeText(block.blocks)];
    if (block.kind === 'redis') return block.lines.map(({ text }) => `\`${text}\``);
    if (block.kind === 'task') return [`▸ ${block.task.goal}`];
    if (block.kind === 'quiz' || block.kind === 'predict') return [`? ${block.quiz.ask}`];
    return paragraphs([block]);
  });
}

/** The talk as it stands. */
export function tell(show: Show): SpeakerState {
  const { course, playground, page, script, cue, question } = show;
  const lessons = shownLanguages().flatMap((lang) => course.texts[lang] ?? []);
  const step = cue?.step ?? 0;
  const next = script.cues[show.at + 1];
  const counts = question?.order.map(
    (_, at) => (question.hands[at] ?? 0) + (page.teacher?.counts?.[at] ?? 0),
  );
  const hands = question?.hands.reduce((sum, count) => sum + count, 0) ?? 0;
  return {
    kind: 'state',
    title: lessons.map(({ title }) => title),
    step,
    steps: lessons[0]?.steps.map(({ title }) => title) ?? [],
    cue: show.at,
    cues: script.cues.length,
    now: cue ? cueTexts(cue) : [],
    next: next ? comingTexts(next) : [],
    notes: lessons.map(({ notes }) => notes.trim()).filter((notes) => notes !== ''),
    whole: lessons.flatMap(({ steps }) => wholeText(steps[step]?.blocks ?? [])),
    minutes: lessons[0]?.minutes ?? 0,
    timetable: timetable(script, lessons[0]?.minutes ?? 0),
    since: show.since,
    worldTime: formatTime(playground.now),
    playing: playground.clock.playing || show.running,
    blank: show.blank,
    followers: page.teacher?.state.followers ?? null,
    question: question && {
      choices: question.order.map((at) => question.quiz.choices[at]?.text ?? ''),
      counts: counts ?? [],
      answered: hands + (page.teacher?.state.answered ?? 0),
      revealed: question.revealed,
    },
    bookmarks: show.bookmarks.map((bookmark) => `${bookmarkText(bookmark)} · ${formatTime(bookmark.at)}`),
  };
}

/** Does what was pressed in the window of notes. */
export async function obey(show: Show, { word: said, at = 0 }: SpeakerWord): Promise<void> {
  switch (said) {
    case 'next':
      return show.next();
    case 'previous':
      return show.previous();
    case 'play':
      return show.playground.toggle();
    case 'blank':
      show.blank = !show.blank;
      return;
    case 'mark':
      return show.mark('');
    case 'clock':
      show.since = Date.now();
      return;
    case 'step':
      return show.enterStep(at);
    case 'bookmark':
      return show.goTo(at);
    default:
  }
}
