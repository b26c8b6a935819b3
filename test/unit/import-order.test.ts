/* The servers' files call each other in circles, as the functions of Redis do. That is harmless as long as no
 * file needs another's value while it is being loaded: any of them can then be the first. Type checks and
 * tests that load the whole from the front door do not see it, and a bundler may choose another door. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';

const src = join(import.meta.dirname, '..', '..', 'src');
const files = ['redis', 'sim', 'cli', 'client', 'session'].flatMap((folder) =>
  readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !/\.d\.ts$/.test(name))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

beforeEach(() => vi.resetModules());

test.each(files)('%s can be the first file to be loaded', async (file) => {
  expect(await import(join(src, file))).toBeTypeOf('object');
});
