/* A unit of work to measure others by. Computers differ, and the same one differs from hour to hour; a
 * ratio to work of a known kind, done in the same run, differs far less. */

export interface Row {
  what: string;
  /** Figures by name of the column, already as text. */
  [column: string]: string;
}

/** Millions of steps of integer mixing, map traffic and short-lived objects per second: the kinds of work
 *  a simulation does. The best of three counts. */
export function measureYardstick(): number {
  return Math.max(...[1, 2, 3].map(() => 1 / secondsOf(mixOneMillion)));
}

function mixOneMillion(): void {
  const map = new Map<number, { value: number }>();
  let state = 1;
  for (let step = 0; step < 1_000_000; step++) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    const key = state & 1023;
    const found = map.get(key);
    map.set(key, { value: (found?.value ?? 0) + step });
  }
  if (map.size === 0) throw new Error('nothing was measured');
}

/** Seconds that `work` takes. */
export function secondsOf(work: () => void): number {
  const startedAt = performance.now();
  work();
  return (performance.now() - startedAt) / 1000;
}

/** How often per second `work(count)` gets through, measured over at least `leastMs`. */
export async function rateOf(work: (count: number) => void | Promise<void>, leastMs = 400): Promise<number> {
  await work(200);
  for (let count = 500; ; count *= 3) {
    const startedAt = performance.now();
    await work(count);
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs >= leastMs) return (count / elapsedMs) * 1000;
  }
}

/** Prints rows under a heading, columns aligned. */
export function printTable(heading: string, rows: readonly Row[]): void {
  console.log(`\n${heading}`);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const widths = columns.map((name) => Math.max(name.length, ...rows.map((row) => (row[name] ?? '').length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number)))
      .join('  ');
  console.log(line(columns.map((name) => (name === 'what' ? '' : name))));
  for (const row of rows) console.log(line(columns.map((name) => row[name] ?? '')));
}

/** 1234567 as "1,234,567"; small numbers keep two digits behind the point. */
export function figure(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
