/* A card's proof, run once in a session exactly as the tests run it, with the moment at which each of its
 * actions began and ended. The world is deterministic, so what was run once can then be shown at
 * any pace, from history. */

import type { Card } from '#lesson/card.ts';
import { lessonOfProof } from '#lesson/proof.ts';
import type { LessonState } from '#lesson/run.ts';
import type { Action } from '#lesson/types.ts';
import type { Micros } from '#redis/io.ts';
import type { SessionApi } from '#session/api.ts';
import { Player, type Played } from '#session/play.ts';

export interface ProofStep {
  action: Action;
  /** The line or fault with the names put in. */
  done: string;
  from: Micros;
  until: Micros;
  output: string;
}

export interface Rehearsal {
  steps: ProofStep[];
  proved: boolean;
}

/** Plays the proof in the session's world, which must be the card's own and fresh. */
export async function rehearse(session: SessionApi, card: Card): Promise<Rehearsal> {
  await session.setLesson({ do: 'begin', lesson: lessonOfProof(card), step: 0, solved: [] });
  let lines: Played[] = [];
  const player = new Player(session, (played) => lines.push(played));
  const steps: ProofStep[] = [];
  for (const action of card.proof.play) {
    if (action.do === 'line' && action.console !== 'every') await player.open(action.console);
    const done = await player.fill(wordsOf(action));
    const from = (await session.frame()).now;
    lines = [];
    await player.act(action);
    const until = (await session.frame()).now;
    steps.push({ action, done, from, until, output: lines.map(({ output }) => output).join('\n') });
  }
  const state = (await session.lessonState()) as LessonState | null;
  await session.setLesson({ do: 'end' });
  return { steps, proved: state?.tasks['proof']?.solved === true };
}

function wordsOf(action: Action): string {
  switch (action.do) {
    case 'line':
      return action.line;
    case 'fault':
      return action.fault;
    case 'until':
      return action.expression;
    case 'client':
      return action.id;
    case 'chaos':
      return action.chaos.id;
    case 'act':
      return action.act;
    case 'wait':
      return String(action.ms);
    case 'launch':
      return String(action.port);
  }
}
