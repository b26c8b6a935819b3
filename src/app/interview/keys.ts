/* The keys of interview mode. They hold while the focus is in its rail or nowhere; on the stage, in a
 * console and in fields the keys belong to those. What is not used here goes on to the page. */

import type { Interview } from './interview.svelte.ts';
import type { Mark } from './reviews.ts';

/** Does what a key asks for; false when it is none of ours. */
export function onInterviewKey(interview: Interview, event: KeyboardEvent, rail: HTMLElement): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const { target, key } = event;
  if (!(target instanceof Element)) return false;
  if (target !== document.body && !rail.contains(target)) return false;
  // A dialog or a menu lies over the page and takes its own keys.
  if (document.querySelector('dialog[open], [role=menu]')) return false;
  if (target.closest('input[type=search]')) return onSearchKey(target as HTMLElement, key);
  if (target.closest('input, select, textarea')) return false;
  if ((key === ' ' || key === 'Enter') && target.closest('button, summary, a')) return false;
  if (interview.place === 'list') return onListKey(interview, key, rail);
  return interview.place === 'card' && onCardKey(interview, key);
}

function onSearchKey(field: HTMLElement, key: string): boolean {
  if (key !== 'Escape' && key !== 'ArrowDown') return false;
  field.blur();
  return true;
}

function onListKey(interview: Interview, key: string, rail: HTMLElement): boolean {
  if (key === 'j' || key === 'ArrowDown') interview.move(1);
  else if (key === 'k' || key === 'ArrowUp') interview.move(-1);
  else if (key === 'Enter' && interview.card) interview.open(interview.card.id);
  else if (key === '/') rail.querySelector<HTMLElement>('[data-interview-search]')?.focus();
  else return false;
  return true;
}

function onCardKey(interview: Interview, key: string): boolean {
  const { proof, card } = interview;
  if (!card) return false;
  // With a proof on the stage Space belongs to it, or to the world once the reader has taken over.
  if (key === ' ' && proof.phase === 'playing') proof.toggle();
  else if (key === ' ' && !interview.revealed && proof.phase !== 'taken') interview.revealed = true;
  else if (/^[1-4]$/.test(key) && interview.revealed) void interview.grade(Number(key) as Mark);
  else if (key === 'j' || key === 'k') interview.move(key === 'j' ? 1 : -1);
  else if (key === 'p' && !proof.active) void proof.start(card);
  else if (key === 'Escape') interview.place = 'list';
  else return false;
  return true;
}
