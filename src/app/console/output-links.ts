/* Words in the output that stand for things on the stage: an address, a node id, the slot of a redirect.
 * A click selects the thing everywhere. */

import type { ILink, ILinkProvider, Terminal } from '@xterm/xterm';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Selection } from '#app/state/selection.ts';
import type { ServerFrame } from '#sim/frame.ts';

const WORDS = /\b(?:(?:MOVED|ASK|slot) \[?(\d{1,5})\]?|([0-9a-f]{40})|(?:\d{1,3}\.){3}\d{1,3}:(\d{1,5}))/g;

export interface FoundWord {
  from: number;
  length: number;
  selection: Selection;
}

/** The words in one line of output that name something of this world. */
export function findWords(line: string, servers: readonly ServerFrame[]): FoundWord[] {
  const found: FoundWord[] = [];
  for (const match of line.matchAll(WORDS)) {
    const selection = selectionFor(match, servers);
    if (selection) found.push({ from: match.index, length: match[0].length, selection });
  }
  return found;
}

function selectionFor(
  [, slot, id, port]: RegExpMatchArray,
  servers: readonly ServerFrame[],
): Selection | null {
  if (slot !== undefined) return Number(slot) < 16384 ? { kind: 'slot', slot: Number(slot) } : null;
  const server = servers.find((one) => (id !== undefined ? one.nodeId === id : one.port === Number(port)));
  return server ? { kind: 'server', name: server.name } : null;
}

/** Makes such words in the terminal clickable. */
export function linksOf(terminal: Terminal, playground: Playground): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const line = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? '';
      const links = findWords(line, playground.servers).map(({ from, length, selection }): ILink => ({
        text: line.slice(from, from + length),
        range: { start: { x: from + 1, y: row }, end: { x: from + length, y: row } },
        activate: () => playground.select(selection),
      }));
      callback(links.length > 0 ? links : undefined);
    },
  };
}
