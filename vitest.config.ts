/* The test folders as vitest projects; test/projects.json lists them once for vitest and for
 * test/run.mjs. Nothing is retried here and nothing is skipped in silence. */

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import projects from './test/projects.json' with { type: 'json' };

export default defineConfig({
  plugins: [svelte({ configFile: false })],
  // Svelte's browser build, so that state classes (.svelte.ts) are reactive in tests too.
  resolve: { conditions: ['browser', 'module', 'development|production'] },
  test: {
    retry: 0,
    // Vitest keeps a core for itself, which is half of a machine with two.
    maxWorkers: '100%',
    expect: { requireAssertions: true },
    projects: projects.map(({ name, timeoutMs, oneAtATime }) => ({
      extends: true,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        environment: 'node',
        testTimeout: timeoutMs ?? 20_000,
        hookTimeout: timeoutMs ?? 20_000,
        fileParallelism: oneAtATime !== true,
        // Files that own a port or a browser follow each other; the others share the cores.
        sequence: { concurrent: false },
      },
    })),
  },
});
