/* How the page is built: everything relative, so that it runs from any sub-path of any static host. */

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { contentSecurityPolicy } from './src/node/content-security-policy.ts';
import { lessonsPlugin } from './src/node/lessons-plugin.ts';
import { offlinePlugin } from './src/node/offline-plugin.ts';

/** Writes the policy into the built page. Not while developing: hot reload needs inline styles. */
function pagePolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Lessons keep their number and language in the file's name, where test/size finds them. */
function chunkName({ facadeModuleId }: { facadeModuleId: string | null }): string {
  // Named for what it is: test/size keeps it out of the first load.
  if (facadeModuleId?.includes('/just-bash/')) return 'assets/bash-[hash].js';
  const [, lesson, lang] = /lessons\/(\d\d)-[^/]+\/(\w+)\.md$/.exec(facadeModuleId ?? '') ?? [];
  return lesson === undefined ? 'assets/[name]-[hash].js' : `assets/lesson-${lesson}-${lang}-[hash].js`;
}

export default defineConfig({
  base: './',
  plugins: [
    svelte({ configFile: false }),
    lessonsPlugin(`${import.meta.dirname}/lessons`),
    pagePolicy(),
    offlinePlugin(import.meta.dirname),
  ],
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
  build: {
    target: 'es2023',
    // Small files become requests of their own: data: URLs are not allowed for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: { chunkFileNames: chunkName },
      // A build is quick or not; where its time went is nobody's concern who only wants to start it.
      checks: { bundlerTimings: false, pluginTimings: false },
    },
  },
});
