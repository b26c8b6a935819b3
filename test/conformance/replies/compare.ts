/* Replies as trees, and when two of them count as the same.
 *
 * The parser here is not the one of the program: a mistake in that one must not hide itself. */

/** One reply: its kind and its text, or its parts. Maps are flat lists of keys and values. */
export interface Tree {
  t: string;
  v: string | Tree[];
}

const KINDS: Readonly<Record<string, string>> = {
  '+': 'status',
  '-': 'error',
  ':': 'int',
  ',': 'double',
  '(': 'bignum',
  '#': 'bool',
  $: 'bulk',
  '=': 'verb',
  '!': 'blobError',
  '*': 'array',
  '~': 'set',
  '>': 'push',
  '%': 'map',
  '|': 'attr',
};

/** The reply at `at` and where it ends; null when it is not complete. */
export function parseTree(bytes: string, at: number): [tree: Tree, end: number] | null {
  const end = bytes.indexOf('\r\n', at);
  if (end < 0) return null;
  const sign = bytes[at] as string;
  const line = bytes.slice(at + 1, end);
  const kind = KINDS[sign];
  if (sign === '_') return [{ t: 'nil', v: 'null' }, end + 2];
  if (kind === undefined) throw new Error(`not a reply: ${JSON.stringify(bytes.slice(at, at + 40))}`);
  if ('+-:,(#'.includes(sign)) return [{ t: kind, v: line }, end + 2];
  const length = Number(line);
  if ('$=!'.includes(sign)) {
    if (length < 0) return [{ t: 'nil', v: 'bulk' }, end + 2];
    const from = end + 2;
    if (bytes.length < from + length + 2) return null;
    return [{ t: kind, v: bytes.slice(from, from + length) }, from + length + 2];
  }
  if (length < 0) return [{ t: 'nil', v: 'array' }, end + 2];
  const parts: Tree[] = [];
  let next = end + 2;
  for (let left = sign === '%' || sign === '|' ? length * 2 : length; left > 0; left--) {
    const part = next < bytes.length ? parseTree(bytes, next) : null;
    if (part === null) return null;
    parts.push(part[0]);
    next = part[1];
  }
  return [{ t: kind, v: parts }, next];
}

/** A reply as one line of text. */
export function show(tree: Tree): string {
  if (typeof tree.v === 'string')
    return tree.t === 'bulk' ? JSON.stringify(tree.v) : `${tree.t}:${JSON.stringify(tree.v)}`;
  return `${tree.t}[${tree.v.map(show).join(', ')}]`;
}

const pairsOf = (parts: readonly Tree[]): string[] => {
  const pairs: string[] = [];
  for (let at = 0; at < parts.length; at += 2) {
    const value = parts[at + 1];
    pairs.push(`${show(parts[at] as Tree)}=>${value === undefined ? 'missing' : show(value)}`);
  }
  return pairs;
};

/** The tree with every list in a fixed order. */
function sorted(tree: Tree): Tree {
  if (typeof tree.v === 'string') return tree;
  const parts = tree.v.map(sorted);
  if (tree.t !== 'map') return { t: tree.t, v: parts.sort((a, b) => (show(a) < show(b) ? -1 : 1)) };
  const pairs: [Tree, Tree][] = [];
  for (let at = 0; at < parts.length; at += 2) pairs.push([parts[at] as Tree, parts[at + 1] as Tree]);
  pairs.sort((a, b) => (show(a[0]) < show(b[0]) ? -1 : 1));
  return { t: 'map', v: pairs.flat() };
}

function shape(tree: Tree): string {
  return typeof tree.v === 'string' ? tree.t : `${tree.t}[${tree.v.map(shape).join(',')}]`;
}

/** What must be equal under a mode. Errors are compared word for word except in `t` and `err`. */
function aspect(tree: Tree, mode: string): string {
  if (tree.t === 'error' && mode !== 'err' && mode !== 't') return show(tree);
  const parts = typeof tree.v === 'string' ? null : tree.v;
  switch (mode) {
    case 'u': // the order of the parts does not count
      if (parts === null || tree.t === 'map') return show(sorted(tree));
      return `${tree.t}${JSON.stringify(parts.map(show).sort())}`;
    case 'p': // a flat list of pairs in any order
      if (parts === null || tree.t === 'map') return show(sorted(tree));
      return `pairs${JSON.stringify(pairsOf(parts).sort())}`;
    case 'ds': // no order counts
      return show(sorted(tree));
    case 'scan': // cursor exactly, elements in any order
    case 'scanp': {
      const [cursor, elements] = parts ?? [];
      if (cursor === undefined || elements === undefined) return show(tree);
      return `${show(cursor)} ${aspect(elements, mode === 'scan' ? 'u' : 'p')}`;
    }
    case 't': // the kind
      return tree.t;
    case 'shape': // kinds, all the way down
      return shape(tree);
    case 'len': // kind and length
      return `${tree.t}:${tree.v.length}`;
    case 'err': // of an error its code
      return tree.t === 'error' ? `error:${String(tree.v).split(' ')[0]}` : show(tree);
    default:
      return show(tree);
  }
}

/** True when two replies are the same under a mode; `n` and `f` compare numbers within a tolerance. */
export function same(a: Tree, b: Tree, mode: string, tolerance: number): boolean {
  if ((mode === 'n' || mode === 'f') && a.t === b.t && typeof a.v === 'string' && typeof b.v === 'string') {
    const [x, y] = [Number(a.v), Number(b.v)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) {
      // -1 and -2 of TTL are answers, not quantities.
      return x < 0 || y < 0 ? x === y : Math.abs(x - y) <= (mode === 'n' ? tolerance : tolerance || 1e-9);
    }
  }
  return aspect(a, mode) === aspect(b, mode);
}
