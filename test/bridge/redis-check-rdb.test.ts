/* Debian's redis-check-rdb judges the files that our servers write. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromUint8, toUint8 } from '#base/bytes.ts';
import { loadLua } from '#node/lua.ts';
import { rdbLoad, rdbSave } from '#redis/rdb.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

test('redis-check-rdb accepts our files', async () => {
  await loadLua();
  const fixture = readFileSync(join(import.meta.dirname, '../fixtures/rdb/all-types-7.0.15.rdb'));
  const lone = new LoneServer();
  rdbLoad(lone.server, fromUint8(fixture));
  const folder = mkdtempSync(join(tmpdir(), 'rdb-'));
  const path = join(folder, 'ours.rdb');
  writeFileSync(path, toUint8(rdbSave(lone.server, { replid: 'a'.repeat(40), offset: 5, streamDb: 0 })));
  const check = spawnSync('redis-check-rdb', [path], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(check.stdout).toContain('\\o/ RDB looks OK! \\o/');
  expect(check.stdout).toContain('18 keys read');
});
