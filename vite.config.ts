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

/** d3-shape is one file, in which constants made by calls keep every curve and symbol alive, wanted or not.
 *  Said to be pure, those that nobody uses are left out. */
function unusedShapes(): Plugin {
  const pure = (line: string): string =>
    line.replaceAll(/(?<=[=/*] )(?=\(function|\w+\()/g, '/*#__PURE__*/ ');
  return {
    name: 'unused-shapes',
    transform: {
      filter: { id: /\/d3-shape\/dist\// },
      handler: (code) => ({ code: code.replaceAll(/^(?:const|var) .*$/gm, pure), map: null }),
    },
  };
}

/** Where test/size finds them in the file's name: the number and language of a lesson, and to which of the
 *  parts that come only when first used a chunk belongs. */
function chunkName(chunk: { facadeModuleId: string | null; moduleIds: readonly string[] }): string {
  const [, lesson, lang] = /lessons\/(\d\d)-[^/]+\/(\w+)\.md$/.exec(chunk.facadeModuleId ?? '') ?? [];
  if (lesson !== undefined) return `assets/lesson-${lesson}-${lang}-[hash].js`;
  const has = (part: string): boolean => chunk.moduleIds.some((id) => id.includes(part));
  const isShell = has('/node_modules/just-bash') || (chunk.facadeModuleId ?? '').includes('/src/shell/');
  const owner = has('/node_modules/wasmoon') ? 'lua-' : isShell ? 'shell-' : '';
  return `assets/${owner}[name]-[hash].js`;
}

/** js-yaml makes schemas when it is loaded, of YAML 1.1 and for writing too. Lessons use none of these; what
 *  is known to have no effects and is not used is left out. */
function onlyUsedSchemas(): Plugin {
  const made = /^(var \w+ = )(?=new Schema\(|define\w+Tag\(|\w+\.withTags\()/gm;
  return {
    name: 'only-used-yaml-schemas',
    apply: 'build',
    transform: (code, id) => (id.endsWith('/js-yaml.mjs') ? code.replace(made, '$1/* @__PURE__ */ ') : null),
  };
}

export default defineConfig({
  base: './',
  plugins: [
    // Its version in window is for tools that nobody here uses, and an import in each piece.
    svelte({ configFile: false, compilerOptions: { discloseVersion: false } }),
    lessonsPlugin(`${import.meta.dirname}/lessons`),
    onlyUsedSchemas(),
    unusedShapes(),
    pagePolicy(),
    offlinePlugin(import.meta.dirname),
  ],
  worker: {
    format: 'es',
    // What tells a bundler that a call has no effects is of no use in what it has made.
    rolldownOptions: {
      treeshake: { propertyReadSideEffects: false },
      output: { chunkFileNames: chunkName, comments: { annotation: false } },
    },
  },
  server: { host: '127.0.0.1' },
  build: {
    target: 'es2023',
    // Small files become requests of their own: data: URLs are not allowed for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Sizes are held by test/size, each part by its own limit.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: { chunkFileNames: chunkName },
      // A build is quick or not; where its time went is nobody's concern who only wants to start it.
      checks: { bundlerTimings: false, pluginTimings: false },
    },
  },
});
