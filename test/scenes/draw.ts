/* One scene as a whole SVG file: the recorded frame, drawn by the stage's own component on the server
 * side of Svelte, the messages under way as paths, the colours of the real theme written in. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { render } from 'svelte/server';
import { packetsSvg, svgFile } from '#app/stage/export-picture.ts';
import { packetScene } from '#app/stage/packets.ts';
import { readTones } from '#app/stage/palette.ts';
import { sceneOf } from '#app/stage/scene.ts';
import SceneSvg from '#app/stage/SceneSvg.svelte';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import type { Selection } from '#app/state/selection.ts';
import type { Frame } from '#sim/frame.ts';

export interface SceneSpec {
  /** File in test/fixtures/frames. */
  frame: string;
  size?: { width: number; height: number };
  scale?: number;
  theme?: 'dark' | 'light';
  lens?: string;
  selection?: Selection;
  heartbeats?: boolean;
}

const root = join(import.meta.dirname, '..', '..');

export function loadFrame(name: string): Frame {
  return JSON.parse(
    readFileSync(join(import.meta.dirname, '..', 'fixtures', 'frames', `${name}.json`), 'utf8'),
  ) as Frame;
}

/** The custom properties of a theme, read from the style sheet that the page uses. */
export function themeProperties(theme: 'dark' | 'light'): Map<string, string> {
  const sheet = readFileSync(join(root, 'src/app/theme/theme.css'), 'utf8');
  const properties = new Map<string, string>();
  const blocks = [
    /:root \{([^}]*)\}/,
    ...(theme === 'light' ? [/^\[data-theme='light'\] \{([^}]*)\}/m] : []),
  ];
  for (const block of blocks) {
    const body = block.exec(sheet)?.[1] ?? '';
    for (const [, name, value] of body.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
      properties.set(name as string, (value as string).replaceAll(/\s+/g, ' '));
    }
  }
  return properties;
}

export function drawScene(spec: SceneSpec): string {
  const frame = loadFrame(spec.frame);
  const size = spec.size ?? { width: 752, height: 496 };
  const seating = reseat(EMPTY_SEATING, frame);
  const selection = spec.selection ?? null;
  const moved = new Map();
  const scene = sceneOf(frame, {
    ...size,
    scale: spec.scale ?? 1,
    lens: spec.lens ?? null,
    selection,
    seating,
    moved,
  });
  const { marks } = packetScene(frame, {
    layout: scene.layout,
    visitors: scene.visitors,
    selection,
    heartbeats: spec.heartbeats ?? false,
    connects: false,
    hover: null,
    hidden: new Set(),
  });
  const properties = themeProperties(spec.theme ?? 'dark');
  const styles = { getPropertyValue: (name: string) => properties.get(name) ?? '' };
  const body = render(SceneSvg, { props: { scene } })
    .body.replaceAll(/<!--.*?-->/g, '')
    .replaceAll(/ class="(svelte-\w+)"/g, '');
  const inner = body + packetsSvg(marks, readTones(styles), scene.layout.markScale);
  // One element a line, so that a changed picture is a readable change.
  return `${svgFile(inner, size, styles).replaceAll('><', '>\n<')}\n`;
}
