/* A real folder as the disk of a process. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FileDisk } from '#node/file-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('bytes come back as they were written, whatever they are', () => {
  const disk = new FileDisk(folder);
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('');
  disk.write('all', all);
  disk.append('all', '\0\xff');
  disk.fsync('all');
  expect(disk.read('all')).toBe(all + '\0\xff');
  expect(readFileSync(join(folder, 'all')).length).toBe(258);
});

test('folders are made on the way, and files listed with them', () => {
  const disk = new FileDisk(folder);
  disk.append('appendonlydir/a.aof', 'x');
  disk.rename('appendonlydir/a.aof', 'appendonlydir/b.aof');
  expect(disk.list()).toContain('appendonlydir/b.aof');
  disk.rename('appendonlydir/b.aof', 'elsewhere/b.aof');
  disk.rename('elsewhere/b.aof', 'appendonlydir/b.aof');
  expect(disk.list()).toContain('appendonlydir/b.aof');
  disk.remove('appendonlydir/b.aof');
  disk.remove('appendonlydir/b.aof');
  expect(disk.list()).not.toContain('appendonlydir/b.aof');
});

test('a file that is not there is undefined, and renaming it does nothing', () => {
  const disk = new FileDisk(folder);
  expect(disk.read('none')).toBeUndefined();
  expect(disk.read('all/none')).toBeUndefined();
  disk.rename('none', 'some');
  expect(disk.read('some')).toBeUndefined();
});
