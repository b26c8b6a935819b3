/* A step in two languages, side by side. Both files have the same fences in the same order with the same
 * ids, so a step is split at its fences and these are paired. Prose between them is paired block by
 * block where both languages cut it alike; else it stands as a whole in one and then in the other. */

import type { Block, Lang, Step } from '#lesson/types.ts';

export type Fence = Exclude<Block, { kind: 'paragraph' | 'heading' | 'list' | 'table' | 'code' }>;

export type Segment =
  | { kind: 'prose'; parts: { lang: Lang; blocks: Block[] }[] }
  | { kind: 'fence'; parts: { lang: Lang; block: Fence }[] };

const PROSE = new Set<Block['kind']>(['paragraph', 'heading', 'list', 'table', 'code']);

const isProse = (block: Block): boolean => PROSE.has(block.kind);

/** Runs of prose, and fences, in order. */
function split(blocks: readonly Block[]): (Block[] | Fence)[] {
  const parts: (Block[] | Fence)[] = [[]];
  for (const block of blocks) {
    const last = parts.at(-1);
    if (!isProse(block)) parts.push(block as Fence, []);
    else if (Array.isArray(last)) last.push(block);
  }
  return parts;
}

/** The segments of a step that is given in one or two languages. */
export function segmentsOf(steps: readonly { lang: Lang; step: Pick<Step, 'blocks'> }[]): Segment[] {
  const splits = steps.map(({ lang, step }) => ({ lang, parts: split(step.blocks) }));
  const length = Math.max(0, ...splits.map(({ parts }) => parts.length));
  const segments: Segment[] = [];
  for (let at = 0; at < length; at++) {
    const fences: { lang: Lang; block: Fence }[] = [];
    const prose: { lang: Lang; blocks: Block[] }[] = [];
    for (const { lang, parts } of splits) {
      const part = parts[at];
      if (part === undefined) continue;
      if (!Array.isArray(part)) fences.push({ lang, block: part });
      else if (part.length > 0) prose.push({ lang, blocks: part });
    }
    if (fences.length > 0) segments.push({ kind: 'fence', parts: fences });
    segments.push(...pairProse(prose));
  }
  return segments;
}

type ProsePart = { lang: Lang; blocks: Block[] };

function pairProse(parts: readonly ProsePart[]): Segment[] {
  const [first, second] = parts;
  if (!first) return [];
  const alike =
    second !== undefined &&
    first.blocks.length === second.blocks.length &&
    first.blocks.every((block, at) => block.kind === second.blocks[at]?.kind);
  if (!alike) return [{ kind: 'prose', parts: [...parts] }];
  return first.blocks.map((block, at) => ({
    kind: 'prose',
    parts: [
      { lang: first.lang, blocks: [block] },
      { lang: second.lang, blocks: second.blocks.slice(at, at + 1) },
    ],
  }));
}
