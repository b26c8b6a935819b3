/* Small readers of lessons for the tests. */

import type { Block, Inline, Lesson, Step } from '#lesson/types.ts';

function inlineOf(block: Block): Inline[] {
  if (block.kind === 'paragraph' || block.kind === 'heading') return block.inline;
  if (block.kind === 'list') return block.items.flat().flatMap(inlineOf);
  if (block.kind === 'note' || block.kind === 'deep') return block.blocks.flatMap(inlineOf);
  if (block.kind === 'table') return [...block.head.flat(), ...block.rows.flat(2)];
  return [];
}

function links(inline: Inline): Inline[] {
  if (inline.kind === 'text' || inline.kind === 'code') return [];
  return [inline, ...inline.children.flatMap(links)];
}

/** Everything in the prose of a lesson that leads somewhere, or is marked. */
function linksOf(lesson: Lesson): Inline[] {
  return lesson.steps.flatMap((step) => step.blocks).flatMap(inlineOf).flatMap(links);
}

/** Ids of all glossary terms a lesson links to. */
export function termsOf(lesson: Lesson): string[] {
  return linksOf(lesson).flatMap((inline) => (inline.kind === 'term' ? [inline.id] : []));
}

/** What a lesson points at on the stage, by itself or when somebody clicks its words. */
export function targetsOf(lesson: Lesson): string[] {
  const clicked = linksOf(lesson).flatMap((inline) => (inline.kind === 'see' ? [inline.target] : []));
  const cues = lesson.steps.flatMap(({ blocks }) => blocks).flatMap((b) => (b.kind === 'stage' ? [b.stage] : []));
  return [...clicked, ...cues.flatMap(({ select, lens }) => [...(select ? [select] : []), ...(lens ? [`server/${lens}`] : [])])];
}

/** Where a lesson leads to: other lessons, cards, pages of others. */
export function addressesOf(lesson: Lesson): string[] {
  return linksOf(lesson).flatMap((inline) => (inline.kind === 'link' ? [inline.href] : []));
}

/** Commands whose second word is a command of its own. */
const CONTAINERS = new Set(['cluster', 'config', 'client', 'slowlog', 'memory', 'latency', 'object']);

/** The command of a typed line, as `teaches:` names it: "get", "cluster nodes", "redis-cli --cluster fix". */
export function commandOf(line: string): string {
  const words = line.toLowerCase().split(/\s+/);
  const [first = '', second = ''] = words;
  if (first === 'redis-cli') {
    const option = words.find((word) => word.startsWith('--'));
    // `redis-cli -p 7103 GET k` in a shell is a GET.
    if (option === undefined) return commandOf(words.slice(1).join(' ').replace(/^(-\S+ \d+ )+/, ''));
    return option === '--cluster' ? `redis-cli --cluster ${words[words.indexOf(option) + 1]}` : `redis-cli ${option}`;
  }
  return CONTAINERS.has(first) ? `${first} ${second}` : first;
}

/** The lines of a step that a click runs, and on which console. */
export function shownLines(step: Step): { console: string | null; text: string }[] {
  return step.blocks.flatMap((block) => (block.kind === 'redis' ? block.lines : []));
}

/** Everything a step asks its reader to type: runnable lines and the first route of each task. */
export function linesOf(step: Step): string[] {
  return step.blocks.flatMap((block) => {
    if (block.kind === 'redis') return block.lines.map(({ text }) => text);
    if (block.kind !== 'task') return [];
    const typed = (block.task.solutions[0] ?? []).flatMap((action) => (action.do === 'line' ? [action.line] : []));
    // Answers to the questions of a tool are no commands.
    return typed.filter((line) => !/^(yes|done|\d+|\{.*\})$/.test(line));
  });
}
