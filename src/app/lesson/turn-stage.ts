/* Turns the page to what a lesson talks about: whose eyes, how fast, which panel, what is selected, what the slot
 * map counts. */

import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { StageCue } from '#lesson/types.ts';
import { selectionOf } from './targets.ts';

/** Does what a cue asks for and leaves the rest as it is. */
export function turnStage(playground: Playground, page: Page, cue: StageCue): void {
  if (cue.lens !== undefined) playground.lens = cue.lens;
  if (cue.speed !== undefined) playground.clock.setSpeed(cue.speed);
  if (cue.panel !== undefined) page.panel = cue.panel;
  if (cue.map !== undefined) page.slotMap = cue.map;
  const selection = cue.select === undefined ? null : selectionOf(cue.select);
  if (selection) playground.selection = selection;
}
