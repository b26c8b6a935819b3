/* Words in the output that stand for things on the stage: an address, a node id, the slot of a redirect, a
 * key. A click selects the thing everywhere. Addresses of pages open in a page of their own. */

import type { ILink, ILinkProvider, Terminal } from '@xterm/xterm';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { Selection } from '#app/state/selection.ts';
import { utf8Encode } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import type { ServerFrame } from '#sim/frame.ts';

const WORDS =
  /\b(?:(?:MOVED|ASK|slot) \[?(\d{1,5})\]?|([0-9a-f]{40})|(?:\d{1,3}\.){3}\d{1,3}:(\d{1,5}))|"((?:[^"\\]|\\.)+)"/g;
/** The key in a line that was typed, for the commands that people type. */
const TYPED =
  /^\S+> (?:M?[GS]ET|GETSET|SETNX|SETEX|DEL|UNLINK|EXISTS|TYPE|P?TTL|P?EXPIRE|PERSIST|INCR(?:BY)?|DECR(?:BY)?|APPEND|STRLEN|DUMP|[LR]PUSH|[LR]POP|L(?:LEN|RANGE)|H(?:M?[GS]ET|DEL|GETALL|KEYS|VALS|LEN|INCRBY)|S(?:ADD|REM|CARD|MEMBERS|ISMEMBER)|Z(?:ADD|REM|CARD|RANGE|RANK|SCORE)|X(?:ADD|LEN|RANGE)|CLUSTER KEYSLOT) ([^\s"]+)/di;
const PAGE = /\bhttps?:\/\/[^\s"'<>]*[\w/]/g;

export interface FoundWord {
  from: number;
  length: number;
  selection: Selection;
}

/** The words in one line of output that name something of this world. */
export function findWords(line: string, servers: readonly ServerFrame[]): FoundWord[] {
  const found: FoundWord[] = [];
  const typed = TYPED.exec(line)?.indices?.[1];
  if (typed) {
    const [from, to] = typed;
    found.push({ from, length: to - from, selection: keySelection(line.slice(from, to)) });
  }
  for (const match of line.matchAll(WORDS)) {
    const selection = selectionFor(match, servers);
    if (selection) found.push({ from: match.index, length: match[0].length, selection });
  }
  return found;
}

function selectionFor(
  [, slot, id, port, quoted]: RegExpMatchArray,
  servers: readonly ServerFrame[],
): Selection | null {
  if (slot !== undefined) return Number(slot) < 16384 ? { kind: 'slot', slot: Number(slot) } : null;
  const nodeId = id ?? quoted;
  const server = servers.find((one) => (nodeId ? one.nodeId === nodeId : one.port === Number(port)));
  if (server) return { kind: 'server', name: server.name };
  return quoted === undefined || quoted.includes('\\') ? null : keySelection(quoted);
}

function keySelection(key: string): Selection {
  return { kind: 'key', key, slot: keyHashSlot(utf8Encode(key)) };
}

/** Makes such words in the terminal clickable. */
export function linksOf(terminal: Terminal, playground: Playground): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const line = terminal.buffer.active.getLine(row - 1)?.translateToString(true) ?? '';
      const link = (from: number, length: number, activate: () => void): ILink => ({
        text: line.slice(from, from + length),
        range: { start: { x: from + 1, y: row }, end: { x: from + length, y: row } },
        activate,
      });
      const pages = [...line.matchAll(PAGE)].map(({ index, 0: url }) =>
        link(index, url.length, () => window.open(url, '_blank', 'noopener')),
      );
      const words = findWords(line, playground.servers).map(({ from, length, selection }) =>
        link(from, length, () => playground.select(selection)),
      );
      const links = [...pages, ...words];
      callback(links.length > 0 ? links : undefined);
    },
  };
}
