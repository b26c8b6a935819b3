/* The slot map in words: one slot of it, and where most of what it shows is. */

import { t } from '#app/i18n/i18n.svelte.ts';
import { peakOf, type SlotCounts } from './slot-map.ts';
import type { Scene } from './scene.ts';

/** Rates have one digit after the point while that says something. */
function countText(count: number): string {
  return count >= 10 || Number.isInteger(count) ? String(Math.round(count)) : count.toFixed(1);
}

/** A slot, its owner, and what is known of its keys or its load. */
export function slotText(scene: Scene, slot: number, counts: SlotCounts | null, byLoad: boolean): string {
  const owner = scene.arcs.find(({ first, last }) => slot >= first && slot <= last)?.owner;
  const parts = [t('stage.slot', { slot }), owner ?? t('stage.slotNobody')];
  const word = byLoad ? 'stage.slotLoad' : 'stage.slotKeys';
  if (counts) parts.push(t(word, { count: countText(counts.get(slot) ?? 0) }));
  return parts.join(' · ');
}

/** What a strong colour means, and which slot has the strongest; where there is little room, only
 *  that. Null while there is nothing to say. */
export function peakText(counts: SlotCounts | null, byLoad: boolean, roomy: boolean): string | null {
  const peak = peakOf(counts);
  if (!peak) return byLoad && counts ? t('stage.mapIdle') : null;
  const where = t(byLoad ? 'stage.mapLoad' : 'stage.mapKeys', {
    slot: peak.slot,
    count: countText(peak.count),
  });
  return roomy ? t('stage.darker') + where : where;
}
