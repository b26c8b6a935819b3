/* What is measured in Node is the built code, as the page runs it: a loader that translates sources on the
 * fly leaves helpers in them that cost up to half of the speed. */

import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/** Builds a program of the tests for Node; resolves to the built file. */
export async function buildForNode(source: string): Promise<string> {
  const name = basename(source, '.ts');
  const outDir = join(import.meta.dirname, '..', 'output', 'bench', name);
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: source, outDir, emptyOutDir: true, target: 'es2023' },
  });
  return join(outDir, `${name}.js`);
}

/** Builds in-node.ts and loads it. */
export async function loadBuilt(): Promise<typeof import('./in-node.ts')> {
  const file = await buildForNode(join(import.meta.dirname, 'in-node.ts'));
  return (await import(pathToFileURL(file).href)) as typeof import('./in-node.ts');
}
