/* The server behind `npm start`, asked over real HTTP. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveFolder, type StaticServer } from '#node/static-server.ts';

let folder: string;
let server: StaticServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'static-'));
  mkdirSync(join(folder, 'site', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'not yours');
  writeFileSync(join(folder, 'site', 'index.html'), '<!doctype html><title>Hello</title>');
  writeFileSync(join(folder, 'site', 'assets', 'app-1a2b.js'), `console.log("${'x'.repeat(4000)}")`);
  server = await serveFolder(join(folder, 'site'), { port: 0 });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** fetch() would tidy the path before sending it; this sends it as it is. */
function rawStatus(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    request({ host: '127.0.0.1', port, path }, (response) => {
      response.resume();
      resolve(response.statusCode as number);
    })
      .on('error', reject)
      .end();
  });
}

test('a folder answers with its index and the policy of the page', async () => {
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
});

test('hashed assets are cached for good, travel compressed, and are the same after it', async () => {
  const response = await fetch(`${server.url}assets/app-1a2b.js`, { headers: { 'accept-encoding': 'gzip' } });
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect(response.headers.get('content-encoding')).toBe('gzip');
  expect(Number(response.headers.get('content-length'))).toBeLessThan(400);
  expect((await response.text()).length).toBe(4015);
});

test('an unchanged file is not sent twice', async () => {
  const etag = (await fetch(server.url)).headers.get('etag') as string;
  const again = await fetch(server.url, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/%',
  '/a%00b',
  '//etc/passwd',
])('nothing outside the folder is served: %s', async (path) => {
  expect(await rawStatus(path)).toBe(404);
});

test('only GET and HEAD are served', async () => {
  expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(405);
  const head = await fetch(server.url, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('a taken port is an error the caller can name', async () => {
  const port = Number(new URL(server.url).port);
  await expect(serveFolder(folder, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
