/* What is measured in Node is the built code, as the page runs it: a loader that translates sources on the
 * fly leaves helpers in them that cost up to half of the speed. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

/** Builds in-node.ts for Node and loads it. */
export async function loadBuilt(): Promise<typeof import('./in-node.ts')> {
  const outDir = join(import.meta.dirname, '..', 'output', 'bench');
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: join(import.meta.dirname, 'in-node.ts'), outDir, emptyOutDir: true, target: 'es2023' },
  });
  return (await import(pathToFileURL(join(outDir, 'in-node.js')).href)) as typeof import('./in-node.ts');
}
