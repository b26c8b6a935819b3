/* Which chips to offer for a line: a small grammar of what beginners type, and their own last lines.
 * Pure; a chip carries the whole line that tapping it makes. */

export interface Chip {
  label: string;
  line: string;
}

const FIRST = [
  'GET',
  'SET',
  'CLUSTER',
  'INFO',
  'ASKING',
  'DEL',
  'INCR',
  'HSET',
  'HGETALL',
  'EXPIRE',
  'TTL',
  'WAIT',
  'ROLE',
];
const CLUSTER = [
  'NODES',
  'INFO',
  'SLOTS',
  'SHARDS',
  'KEYSLOT',
  'MYID',
  'FAILOVER',
  'COUNTKEYSINSLOT',
  'MEET',
  'SETSLOT',
];
const INFO = ['replication', 'server', 'memory', 'stats', 'keyspace'];
const KEYS = ['foo', 'hello', 'user:{42}:name', '{k2}new', 'bar'];
const TAKES_KEY = new Set([
  'GET',
  'SET',
  'DEL',
  'INCR',
  'HSET',
  'HGETALL',
  'EXPIRE',
  'TTL',
  'CLUSTER KEYSLOT',
]);
/** What may follow so many words of a command. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  'SET 2': ['1', 'hello', '你好'],
  'SET 3': ['EX 60', 'NX', 'XX', 'GET'],
  'HSET 2': ['name', 'age'],
  'HSET 3': ['1', '你好'],
  'EXPIRE 2': ['10', '60'],
  'WAIT 1': ['1'],
  'WAIT 2': ['1000'],
};
const RECENT = 3;

/** Chips for what may come next on `line`. */
export function chipsFor(line: string, history: readonly string[]): Chip[] {
  const words = line.trim() === '' ? [] : line.trim().split(/\s+/);
  const before = words.map((word) => word.toUpperCase()).join(' ');
  if (words.length === 0) {
    // Each line once, the newest first; what a chip says already needs no second one.
    const recent = [...new Set(history.toReversed())].filter((typed) => !FIRST.includes(typed));
    const lines = recent.slice(0, RECENT);
    return [...chipsOf('', FIRST), ...lines.map((typed) => ({ label: typed, line: typed }))];
  }
  if (before === 'CLUSTER') return chipsOf(line, CLUSTER);
  if (before === 'INFO') return chipsOf(line, INFO);
  if (TAKES_KEY.has(before)) return chipsOf(line, [...new Set([...recentKeys(history), ...KEYS])]);
  return chipsOf(line, NEXT[`${words[0]?.toUpperCase()} ${words.length}`] ?? []);
}

/** Keys of the last lines, the newest first. */
function recentKeys(history: readonly string[]): string[] {
  const lines = history.toReversed().map((typed) => typed.trim().split(/\s+/));
  return lines
    .flatMap(([name = '', key]) => (key && TAKES_KEY.has(name.toUpperCase()) ? [key] : []))
    .slice(0, RECENT);
}

function chipsOf(line: string, words: readonly string[]): Chip[] {
  const start = line.trim() === '' ? '' : `${line.trim()} `;
  return words.map((word) => ({ label: word, line: `${start}${word} ` }));
}
