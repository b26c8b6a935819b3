/* What a build consists of and which file pulls in which, read from the built files themselves: what the
 * browser will do, not what the bundler says. Sizes are gzip bytes of JavaScript. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface BuiltFile {
  /** Path below the folder, with forward slashes. */
  path: string;
  text: string;
  gzip: number;
  /** Files it loads at once (static imports). */
  imports: string[];
  /** Files it may load later: dynamic imports, workers, URLs. */
  mentions: string[];
}

/** The JavaScript of a built page. */
export class Bundle {
  readonly folder: string;
  readonly html: string;
  readonly files = new Map<string, BuiltFile>();

  constructor(folder = join(import.meta.dirname, '..', '..', 'dist')) {
    this.folder = folder;
    const index = join(folder, 'index.html');
    if (!existsSync(index)) throw new Error('There is no build yet: npm run build.');
    this.html = readFileSync(index, 'utf8');
    const paths = readdirSync(folder, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'));
    const scripts = paths.filter((path) => path.endsWith('.js'));
    for (const path of scripts) this.files.set(path, readBuiltFile(folder, path, scripts));
  }

  /** Scripts that index.html names. */
  entries(): string[] {
    const named = [...this.html.matchAll(/(?:src|href)="(?:\.\/)?([^"]+\.js)"/g)].map(
      (match) => match[1] as string,
    );
    return [...new Set(named)];
  }

  /** These files and all they import at once. */
  closure(paths: readonly string[]): Set<string> {
    return this.reach(paths, (file) => file.imports);
  }

  /** These files and everything they may ever load, but not through files that `stops`. */
  reachable(paths: readonly string[], stops: (path: string) => boolean = () => false): Set<string> {
    return this.reach(paths, (file) => (stops(file.path) ? [] : [...file.imports, ...file.mentions]), stops);
  }

  size(paths: Iterable<string>): number {
    let total = 0;
    for (const path of paths) total += this.files.get(path)?.gzip ?? 0;
    return total;
  }

  /** Files whose path matches. */
  named(pattern: RegExp): string[] {
    return [...this.files.keys()].filter((path) => pattern.test(path));
  }

  private reach(
    paths: readonly string[],
    next: (file: BuiltFile) => readonly string[],
    stops: (path: string) => boolean = () => false,
  ): Set<string> {
    const found = new Set<string>();
    const waiting = [...paths];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = this.files.get(path);
      if (!file || found.has(path) || stops(path)) continue;
      found.add(path);
      waiting.push(...next(file));
    }
    return found;
  }
}

function readBuiltFile(folder: string, path: string, scripts: readonly string[]): BuiltFile {
  const text = readFileSync(join(folder, path), 'utf8');
  const resolve = (name: string): string => posix.join(posix.dirname(path), name);
  const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']/g)].map((m) =>
    resolve(m[1] as string),
  );
  const mentions = scripts.filter((other) => other !== path && text.includes(posix.basename(other)));
  return {
    path,
    text,
    gzip: gzipSync(text).length,
    imports,
    mentions: mentions.filter((m) => !imports.includes(m)),
  };
}
