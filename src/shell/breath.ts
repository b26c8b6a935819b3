/* A loop that never waits would hold the page, and Ctrl-C could not come through. So every loop looks once in each
 * round whether there is breath, in a file of that name: the look costs next to nothing, and lets everything else
 * have its turn when it has waited for long. */

import { LOOPS, type Language, type Script } from './background.ts';

export const BREATH = '/dev/breath';
/** How long others wait for their turn. */
const LONGEST_MS = 50;

export class Breath {
  private last = performance.now();

  /** There always is. */
  async take(): Promise<boolean> {
    if (performance.now() - this.last > LONGEST_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.last = performance.now();
    }
    return true;
  }
}

/** The script with loops that breathe. */
export function breathing(script: Script, language: Language): Script {
  const [breath] = language.parse(`[[ -e ${BREATH} ]]`).statements;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== 'object') return value;
    const node = value as Readonly<Record<string, unknown>>;
    const copy = Object.fromEntries(Object.entries(node).map(([name, part]) => [name, walk(part)]));
    return LOOPS.includes(node['type']) ? { ...copy, body: [breath, ...(copy['body'] as unknown[])] } : copy;
  };
  return walk(script) as Script;
}
