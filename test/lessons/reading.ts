/* Small readers of lessons for the tests. */

import type { Block, Inline, Lesson, Step, Task } from '#lesson/types.ts';

export function tasksOf(step: Step): Task[] {
  return step.blocks.flatMap((block) => (block.kind === 'task' ? [block.task] : []));
}

function inlineOf(block: Block): Inline[] {
  if (block.kind === 'paragraph' || block.kind === 'heading') return block.inline;
  if (block.kind === 'list') return block.items.flat().flatMap(inlineOf);
  if (block.kind === 'note' || block.kind === 'deep') return block.blocks.flatMap(inlineOf);
  if (block.kind === 'table') return [...block.head.flat(), ...block.rows.flat(2)];
  return [];
}

function terms(inline: Inline): string[] {
  if (inline.kind === 'text' || inline.kind === 'code') return [];
  const below = inline.children.flatMap(terms);
  return inline.kind === 'term' ? [inline.id, ...below] : below;
}

/** Ids of all glossary terms a lesson links to. */
export function termsOf(lesson: Lesson): string[] {
  return lesson.steps.flatMap((step) => step.blocks).flatMap(inlineOf).flatMap(terms);
}
