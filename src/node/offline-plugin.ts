/* Writes sw.js into the build: the service worker's text (src/app/offline) below the list of the files it
 * serves. Its version is a digest of all of them, so it changes when anything changes. */

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Comes when first used: lessons and cards, each language by itself, the shell, and Lua. */
const LATER =
  /-(?:en|zh)-[^/]*\.js$|\/(?:browser|dist)-|(?:bash|shell|lua|wasmoon)[^/]*-[\w-]{8}\.\w+$|\.wasm$|\.map$/i;

export function offlinePlugin(root: string): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const digest = createHash('sha256');
        const text = readFileSync(join(root, 'src/app/offline/service-worker.js'), 'utf8');
        digest.update(text);
        const files = Object.values(bundle).map((file) => {
          digest.update(file.fileName).update(file.type === 'chunk' ? file.code : file.source);
          return file.fileName;
        });
        const publicFolder = join(root, 'public');
        for (const entry of readdirSync(publicFolder, { recursive: true, withFileTypes: true })) {
          if (!entry.isFile()) continue;
          const path = join(entry.parentPath, entry.name);
          digest.update(readFileSync(path));
          files.push(path.slice(publicFolder.length + 1).replaceAll('\\', '/'));
        }
        files.sort();
        const version = digest.digest('base64url').slice(0, 16);
        const first = files.filter((path) => !LATER.test(path));
        const later = files.filter((path) => LATER.test(path) && !path.endsWith('.map'));
        const lists = { VERSION: version, FIRST: first, LATER: later };
        const head = Object.entries(lists).map(
          ([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`,
        );
        this.emitFile({ type: 'asset', fileName: 'sw.js', source: head.join('') + text });
      },
    },
  };
}
