/* How the page is built: everything relative, so that it runs from any sub-path of any static host. */

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { contentSecurityPolicy } from './src/node/content-security-policy.ts';
import { lessonsPlugin } from './src/node/lessons-plugin.ts';
import { offlinePlugin } from './src/node/offline-plugin.ts';
import { proofPlugin } from './src/node/proof-plugin.ts';

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

/** What libraries of one file make when they are loaded, whether anybody uses it or not: d3-shape its curves and
 *  symbols, js-yaml schemas of YAML 1.1 and for writing. Known to have no effects, it is left out. */
const MADE_WHEN_LOADED: readonly [library: RegExp, made: RegExp][] = [
  [/\/d3-shape\/dist\//, /(?<=^(?:const|var) .*[=/*] )(?=\(function|\w+\()/gm],
  [/\/js-yaml\.mjs$/, /(?<=^var \w+ = )(?=new Schema\(|define\w+Tag\(|\w+\.withTags\()/gm],
];

function leaveOutUnused(): Plugin {
  return {
    name: 'leave-out-unused',
    apply: 'build',
    transform(code, id) {
      const [, made] = MADE_WHEN_LOADED.find(([library]) => library.test(id)) ?? [];
      return made ? { code: code.replaceAll(made, '/* @__PURE__ */ '), map: null } : null;
    },
  };
}

/** What the terminal's addon reaches for. */
const REACHED_BY_ADDONS = new Set(['_core', '_renderService']);

/** The terminal comes minified but for the names of its private fields, which are a twentieth of it. They mean
 *  nothing to anybody else, so they become as short as the rest; the most frequent ones the shortest. */
function shortenPrivateNames(): Plugin {
  return {
    name: 'shorten-private-names',
    apply: 'build',
    transform(code, id) {
      if (!id.includes('/@xterm/xterm/lib/')) return null;
      const counts = new Map<string, number>();
      for (const [name] of code.matchAll(/(?<![\w$])_[a-z]\w{2,}/gi))
        counts.set(name, (counts.get(name) ?? 0) + 1);
      const taken = new Set(code.match(/(?<![\w$])_\w{1,2}(?!\w)/g));
      const short = new Map<string, string>();
      let next = 0;
      for (const [name] of [...counts].sort((one, other) => other[1] - one[1])) {
        if (REACHED_BY_ADDONS.has(name)) continue;
        let made = `_${(next++).toString(36)}`;
        while (taken.has(made)) made = `_${(next++).toString(36)}`;
        short.set(name, made);
      }
      return { code: code.replace(/(?<![\w$])_[a-z]\w{2,}/gi, (name) => short.get(name) ?? name), map: null };
    },
  };
}

/** Where test/size finds them in the file's name: the number and language of a lesson, and to which of the
 *  parts that come only when first used, or with a mode of the page, a chunk belongs. What is parsed with
 *  valibot are lessons from outside and what the pages of a class or of a talk tell each other. */
function chunkName(chunk: { facadeModuleId: string | null; moduleIds: readonly string[] }): string {
  const [, lesson, lang] = /lessons\/(\d\d)-[^/]+\/(\w+)\.md$/.exec(chunk.facadeModuleId ?? '') ?? [];
  if (lesson !== undefined) return `assets/lesson-${lesson}-${lang}-[hash].js`;
  const has = (part: string): boolean => chunk.moduleIds.some((id) => id.includes(part));
  const isShell = has('/node_modules/just-bash') || (chunk.facadeModuleId ?? '').includes('/src/shell/');
  const shared = chunk.facadeModuleId === null;
  const presents = shared && chunk.moduleIds.every((id) => id.includes('/src/app/present/'));
  const mode = presents ? 'present-' : has('/node_modules/valibot') ? 'parse-' : '';
  const owner = has('/node_modules/wasmoon') ? 'lua-' : isShell ? 'shell-' : mode;
  return `assets/${owner}[name]-[hash].js`;
}

/** What is wanted together comes as one file: fifty small ones are a tenth larger, each compressed by itself.
 *  A module belongs to the first of them that names it or something that needs it. */
const TOGETHER = [
  { name: 'first', tags: ['$initial' as const] },
  { name: 'stage', test: /src\/app\/stage\/|d3-(shape|path|array)/ },
  { name: 'time', test: /src\/app\/timeline\// },
  // The rules in words are fetched when somebody asks why.
  { name: 'inspector', test: /src\/app\/(inspector|feed)\/(?!rules)/ },
  { name: 'figures', test: /src\/app\/lesson\/figures\// },
  { name: 'course', test: /src\/app\/lesson\// },
  { name: 'dialogs', test: /((Help|Fork|World|Modal|Chaos|Offline)Dialog|LongCall)\.svelte/ },
].map((group, at, all) => ({ ...group, priority: all.length - at }));

export default defineConfig({
  base: './',
  plugins: [
    svelte({
      configFile: false,
      compilerOptions: {
        // Its version in window is for tools that nobody here uses, and an import in each piece.
        discloseVersion: false,
        // What tells the styles of components apart stands at each of their elements, and does not compress.
        cssHash: ({ hash, filename }) => `s${hash(filename).slice(0, 4)}`,
      },
    }),
    lessonsPlugin(`${import.meta.dirname}/lessons`),
    proofPlugin(import.meta.dirname, `${import.meta.dirname}/lessons`),
    leaveOutUnused(),
    shortenPrivateNames(),
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
      output: { chunkFileNames: chunkName, codeSplitting: { groups: TOGETHER } },
      // A build is quick or not; where its time went is nobody's concern who only wants to start it.
      checks: { bundlerTimings: false, pluginTimings: false },
    },
  },
});
