/* SORT and SORT_RO (after sort.c). Strings are compared byte by byte, as in the C locale. */

import { cString, type Bytes } from '#base/bytes.ts';
import { parseDouble } from '#base/float.ts';
import { mayReadAllKeys } from '#redis/acl.ts';
import { CLIENT_SCRIPT, type Client } from '#redis/client.ts';
import { COMBINED_ENTRY, TABLE_ENTRY, visit } from '#redis/command-cost.ts';
import type { CommandProcs } from '#redis/command.ts';
import { lookupKeyRead, setKey } from '#redis/db.ts';
import { StringObj } from '#redis/object.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { SYNTAX_ERROR, WRONGTYPE, error, isWord, parseLong } from '#redis/args.ts';
import { keyEvent, storeNothing } from './common.ts';
import { HashObj } from './hash-obj.ts';
import { ListObj } from './list-obj.ts';
import { SetObj } from './set-obj.ts';
import { ZsetObj } from './zset-obj.ts';

interface SortOptions {
  desc: boolean;
  alpha: boolean;
  offset: number;
  count: number;
  by: Bytes | null;
  /** BY with a pattern that names no element: the order is left as it is. */
  dontSort: boolean;
  get: Bytes[];
  store: Bytes | null;
}

function parseOptions(client: Client, argv: readonly Bytes[], readonly: boolean): SortOptions | ErrorReply {
  const out: SortOptions = {
    desc: false,
    alpha: false,
    offset: 0,
    count: -1,
    by: null,
    dontSort: false,
    get: [],
    store: null,
  };
  const inCluster = client.server.cluster !== null;
  const allKeys = mayReadAllKeys(client);
  for (let at = 2; at < argv.length; at++) {
    const option = argv[at] as Bytes;
    const left = argv.length - at - 1;
    if (isWord(option, 'asc')) out.desc = false;
    else if (isWord(option, 'desc')) out.desc = true;
    else if (isWord(option, 'alpha')) out.alpha = true;
    else if (isWord(option, 'limit') && left >= 2) {
      const offset = parseLong(argv[++at] as Bytes);
      if (offset instanceof ErrorReply) return offset;
      const count = parseLong(argv[++at] as Bytes);
      if (count instanceof ErrorReply) return count;
      Object.assign(out, { offset, count });
    } else if (!readonly && isWord(option, 'store') && left >= 1) {
      out.store = argv[++at] as Bytes;
    } else if (isWord(option, 'by') && left >= 1) {
      out.by = argv[++at] as Bytes;
      if (!out.by.includes('*')) out.dontSort = true;
      else if (inCluster) return error('ERR BY option of SORT denied in Cluster mode.');
      else if (!allKeys) return error('ERR BY option of SORT denied due to insufficient ACL permissions.');
    } else if (isWord(option, 'get') && left >= 1) {
      // Elsewhere than in the slot of the key nothing can be looked up.
      if (inCluster) return error('ERR GET option of SORT denied in Cluster mode.');
      if (!allKeys) return error('ERR GET option of SORT denied due to insufficient ACL permissions.');
      out.get.push(argv[++at] as Bytes);
    } else {
      return SYNTAX_ERROR;
    }
  }
  return out;
}

/** The value that a pattern with `element` in place of its star names; null when there is none. */
function lookupByPattern(client: Client, pattern: Bytes, element: Bytes): Bytes | null {
  if (pattern === '#') return element;
  const star = pattern.indexOf('*');
  if (star < 0) return null;
  const arrow = pattern.indexOf('->', star + 1);
  const hasField = arrow >= 0 && arrow + 2 < pattern.length;
  const after = pattern.slice(star + 1, hasField ? arrow : undefined);
  const obj = lookupKeyRead(client, pattern.slice(0, star) + element + after);
  if (hasField) return obj instanceof HashObj ? (obj.get(pattern.slice(arrow + 2)) ?? null) : null;
  return obj instanceof StringObj ? obj.value : null;
}

function elementsOf(obj: ListObj | SetObj | ZsetObj | null, descending: boolean): Bytes[] {
  if (obj === null) return [];
  if (obj instanceof ListObj) return [...(descending ? obj.items.reversed() : obj.items)];
  if (obj instanceof SetObj) return [...obj.members()];
  return Array.from(descending ? obj.sorted.reversed() : obj.sorted, ({ member }) => member);
}

interface Weighted {
  readonly element: Bytes;
  readonly score: number;
  readonly text: Bytes | null;
}

const compareBytes = (a: Bytes, b: Bytes): number => (a < b ? -1 : a > b ? 1 : 0);

function weigh(client: Client, elements: readonly Bytes[], options: SortOptions): Weighted[] | ErrorReply {
  const out: Weighted[] = [];
  for (const element of elements) {
    const text = options.by === null ? element : lookupByPattern(client, options.by, element);
    let score = 0;
    // A number is read as C reads it: up to the first zero byte.
    const digits = cString(text ?? '').replace(/^[ \t\n\v\f\r]+/, '');
    if (!options.alpha && digits !== '') {
      const number = parseDouble(digits);
      if (number === null) return error("ERR One or more scores can't be converted into double");
      score = number;
    }
    out.push({ element, score, text });
  }
  return out;
}

function compare(a: Weighted, b: Weighted, options: SortOptions): number {
  let order: number;
  if (!options.alpha) {
    // Equal weights leave the order to the elements, so that it is the same on every server.
    order = a.score - b.score || compareBytes(a.element, b.element);
    if (Number.isNaN(order)) order = compareBytes(a.element, b.element);
  } else if (options.by !== null) {
    order =
      a.text === null || b.text === null
        ? Number(a.text !== null) - Number(b.text !== null)
        : compareBytes(a.text, b.text);
  } else {
    order = compareBytes(a.element, b.element);
  }
  return options.desc ? -order : order;
}

/** The part of the result that LIMIT leaves. */
function limited(elements: readonly Bytes[], { offset, count }: SortOptions): readonly Bytes[] {
  const start = Math.max(0, offset);
  return count < 0 ? elements.slice(start) : elements.slice(start, start + count);
}

function sortWith(readonly: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const options = parseOptions(client, argv, readonly);
    if (options instanceof ErrorReply) return options;
    const obj = lookupKeyRead(client, argv[1] as Bytes);
    if (obj !== null && !(obj instanceof ListObj || obj instanceof SetObj || obj instanceof ZsetObj))
      return WRONGTYPE;
    // A set has no order of its own: where the result must be the same everywhere it is sorted anyway.
    if (options.dontSort && obj instanceof SetObj && (options.store !== null || client.has(CLIENT_SCRIPT))) {
      Object.assign(options, { dontSort: false, alpha: true, by: null });
    }
    // Also SORT_RO leaves its mark: what is walked in order must be a skiplist, and stays one.
    if (obj instanceof ZsetObj) obj.compact = false;
    let elements = elementsOf(obj, options.dontSort && options.desc);
    visit(client.server, elements.length, options.dontSort ? TABLE_ENTRY : COMBINED_ENTRY);
    if (!options.dontSort) {
      const weighted = weigh(client, elements, options);
      if (weighted instanceof ErrorReply) return weighted;
      elements = weighted.sort((a, b) => compare(a, b, options)).map(({ element }) => element);
    }
    const rows: (Bytes | null)[] = [];
    for (const element of limited(elements, options)) {
      if (options.get.length === 0) rows.push(element);
      for (const pattern of options.get) rows.push(lookupByPattern(client, pattern, element));
    }
    return options.store === null ? rows : storeRows(client, options.store, rows);
  };
}

function storeRows(client: Client, key: Bytes, rows: readonly (Bytes | null)[]): Reply {
  if (rows.length === 0) return storeNothing(client, key);
  const list = new ListObj();
  for (const row of rows) list.push(row ?? '', 'right', client.server.quicklistPackedThreshold);
  setKey(client, client.db, key, list);
  keyEvent(client, key, 'l', 'sortstore');
  client.server.dirty += rows.length;
  return rows.length;
}

export const sortCommands: CommandProcs = {
  sort: sortWith(false),
  sort_ro: sortWith(true),
};
