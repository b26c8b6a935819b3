/* The last seconds of the world as an animated GIF. The page's own world is turned back and played again in
 * slices; each slice is drawn by the stage, with the reader's camera, lens and theme, exactly as on the
 * screen. Afterwards the clock stands where it stood. */

import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { tick } from 'svelte';
import { GifWriter } from './gif.ts';

/** Pictures per second, real and virtual: ten is what every viewer keeps up with. */
const RATE = 10;
/** Nobody sends a larger one on. */
const LARGEST_BYTES = 40 * 1024 * 1024;

/** Makes the animation; when it is cancelled the clock is put back as well. */
export async function animateStage(
  playground: Playground,
  page: Page,
  seconds: number,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  playground.pause();
  const end = playground.now;
  const count = Math.round(Math.min(30, Math.max(1, seconds)) * RATE);
  const step = 1e6 / RATE;
  let writer: GifWriter | null = null;
  try {
    await playground.seek(Math.max(0, end - count * step));
    for (let at = 0; at <= count && playground.now <= end; at++) {
      signal.throwIfAborted();
      if (at > 0) await playground.seek(playground.now + step);
      await tick();
      const picture = page.picture?.();
      if (!picture) throw new Error('the stage is not shown');
      const pixels = await draw(picture.svg, picture.size);
      // The size of the first picture holds, should the window change meanwhile.
      writer ??= new GifWriter(pixels.width, pixels.height);
      if (pixels.width === writer.width && pixels.height === writer.height)
        writer.add(pixels.data, at === count ? 150 : 100 / RATE);
      if (writer.size > LARGEST_BYTES) break;
      progress(at / count);
    }
  } finally {
    await playground.seek(end);
  }
  return new Blob(writer?.finish() ?? [], { type: 'image/gif' });
}

async function draw(svg: string, { width, height }: { width: number; height: number }): Promise<ImageData> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width);
    canvas.height = Math.round(height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  } finally {
    URL.revokeObjectURL(url);
  }
}
