/* All scenes on one page: `npm run dev`, then /test/scenes/index.html. The same frames and the same
 * component as in the tests; the theme follows the system. */

import { mount } from 'svelte';
import { packetsSvg } from '#app/stage/export-picture.ts';
import { packetScene } from '#app/stage/packets.ts';
import { readTones } from '#app/stage/palette.ts';
import { sceneOf } from '#app/stage/scene.ts';
import SceneSvg from '#app/stage/SceneSvg.svelte';
import { EMPTY_SEATING, reseat } from '#app/stage/seating.ts';
import type { Frame } from '#sim/frame.ts';
import { specs } from './specs.ts';

const frames = import.meta.glob<{ default: Frame }>('../fixtures/frames/*.json', { eager: true });
const list = document.getElementById('scenes');

for (const [name, spec] of Object.entries(specs)) {
  const frame = frames[`../fixtures/frames/${spec.frame}.json`]?.default;
  if (!frame || !list) continue;
  const { width, height } = spec.size ?? { width: 752, height: 496 };
  const selection = spec.selection ?? null;
  const scene = sceneOf(frame, {
    width,
    height,
    scale: spec.scale ?? 1,
    lens: spec.lens ?? null,
    selection,
    seating: reseat(EMPTY_SEATING, frame),
    moved: new Map(),
  });
  const figure = document.createElement('figure');
  if (spec.theme) document.documentElement.dataset['theme'] = spec.theme;
  const caption = document.createElement('figcaption');
  caption.textContent = name;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', String(width));
  svg.setAttribute('height', String(height));
  figure.append(caption, svg);
  list.append(figure);
  mount(SceneSvg, { target: svg, props: { scene, uid: name } });
  const options = {
    layout: scene.layout,
    visitors: scene.visitors,
    selection,
    hover: null,
    hidden: new Set<string>(),
  };
  const { marks } = packetScene(frame, { ...options, heartbeats: spec.heartbeats ?? false, connects: false });
  const flying = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  flying.innerHTML = packetsSvg(marks, readTones(getComputedStyle(svg)), scene.layout.markScale);
  svg.append(flying);
}
delete document.documentElement.dataset['theme'];
