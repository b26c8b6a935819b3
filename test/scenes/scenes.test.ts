/* The stage, picture by picture. A changed picture fails; look at both files, and if the new one is
 * better, `npx vitest run test/scenes -u` keeps it. */

import { describe, expect, test } from 'vitest';
import { drawScene, loadFrame, themeProperties } from './draw.ts';
import { specs } from './specs.ts';

describe('scenes', () => {
  for (const [name, spec] of Object.entries(specs)) {
    test(`the picture ${name} is as it was`, async () => {
      await expect(drawScene(spec)).toMatchFileSnapshot(`output/${name}.svg`);
    });
  }

  test('the recorded frames show what their names say', () => {
    const state = (frame: string, name: string) =>
      loadFrame(frame).servers.find((server) => server.name === name);
    expect(loadFrame('idle').servers.every(({ clusterState }) => clusterState === 'ok')).toBe(true);
    expect(state('election', '7002')?.state).toBe('down');
    expect(state('election', '7005')?.election?.sent).toBe(true);
    expect(loadFrame('election').packets.some(({ label }) => label === 'auth-req')).toBe(true);
    expect(state('promoted', '7005')?.role).toBe('master');
    expect(state('migration', '7000')?.migrating).toHaveLength(1);
    expect(loadFrame('partition').links.length).toBeGreaterThan(0);
    expect(loadFrame('hundred').servers).toHaveLength(100);
  });

  test('no picture holds a colour that the theme does not have', () => {
    for (const theme of ['dark', 'light'] as const) {
      const known = new Set([...themeProperties(theme).values()].map((value) => value.toLowerCase()));
      const used =
        drawScene({ frame: 'election', theme, heartbeats: true }).match(/#[0-9a-fA-F]{6}\b/g) ?? [];
      expect(used.length).toBeGreaterThan(20);
      expect([...new Set(used)].filter((colour) => !known.has(colour.toLowerCase()))).toEqual([]);
    }
  });
});
