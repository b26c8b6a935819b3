/* The last seconds of the world as an animated GIF. The page's own world is turned back and played again in
 * slices; each slice is drawn by the stage, with the reader's camera, lens and theme, exactly as on the
 * screen, and encoded in a worker. Afterwards the clock stands where it stood. */

import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { transfer, wrap } from 'comlink';
import { tick } from 'svelte';
import type { encoder } from './gif.worker.ts';

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
  const worker = new Worker(new URL('./gif.worker.ts', import.meta.url), {
    type: 'module',
    name: 'gif',
  });
  const gif = wrap<typeof encoder>(worker);
  const death = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(message || 'the encoder has stopped')),
    );
  });
  // It may die while nobody waits for it.
  death.catch(() => undefined);
  try {
    await playground.seek(Math.max(0, end - count * step));
    for (let at = 0; at <= count && playground.now <= end; at++) {
      signal.throwIfAborted();
      if (at > 0) await playground.seek(playground.now + step);
      await tick();
      const picture = page.picture?.();
      if (!picture) throw new Error('the stage is not shown');
      const pixels = await draw(picture.svg, picture.size);
      const { data, width, height } = pixels;
      const shown = at === count ? 150 : 100 / RATE;
      const size = await Promise.race([gif.add(transfer(data, [data.buffer]), width, height, shown), death]);
      if (size > LARGEST_BYTES) break;
      progress(at / count);
    }
    return await Promise.race([gif.finish(), death]);
  } finally {
    worker.terminate();
    await playground.seek(end);
  }
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
