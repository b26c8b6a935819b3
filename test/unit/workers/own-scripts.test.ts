import { expect, test } from 'vitest';
import { ownScriptUrl } from '#workers/own-scripts.ts';

const page = 'https://page.example/course/index.html?lesson=1#s=2';

test('scripts of our own may be started, wherever the page lies', () => {
  expect(ownScriptUrl('./sw.js', page)).toBe('https://page.example/course/sw.js');
  expect(ownScriptUrl('https://page.example/course/assets/session.worker-1a.js', page)).toMatch(/^https:/);
});

test.each([
  'https://elsewhere.example/a.js',
  '//elsewhere.example/a.js',
  'http://page.example/a.js',
  'data:text/javascript,alert(1)//.js',
  'blob:https://page.example/0-0',
  'javascript:alert(1)//.js',
  'blob:https://page.example/a.js',
  'upload.png',
  'https://[/a.js',
])('no other address is one: %s', (url) => {
  expect(ownScriptUrl(url, page)).toBeNull();
});
