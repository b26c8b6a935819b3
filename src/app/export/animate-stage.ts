/* The last seconds of the world as an animated GIF. The page's own world is turned back and played again in
 * slices; each slice is drawn by the stage, with the reader's camera, lens and theme, exactly as on the
 * screen, and encoded in a worker. Slow motion is that of the screen too: a vote flies for half a
 * millisecond and would never be in a picture. Afterwards the clock stands where it stood. */

import type { Page } from '#app/state/page.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { Clock } from '#app/state/clock.svelte.ts';
import { tick } from 'svelte';
import type { Picture } from './gif.worker.ts';

/** Pictures per second, real and virtual: ten is what every viewer keeps up with. */
const RATE = 10;
/** Slow motion makes no more pictures than this: a minute. */
const MOST_PICTURES = 60 * RATE;
/** Nobody sends a larger one on. */
const LARGEST_BYTES = 40 * 1024 * 1024;

export interface Stretch {
  /** The last so many virtual seconds. */
  seconds: number;
  /** Slower while a packet worth seeing flies. */
  adaptive: boolean;
}

/** Makes the animation; when it is cancelled the clock is put back as well. */
export async function animateStage(
  playground: Playground,
  page: Page,
  { seconds, adaptive }: Stretch,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  playground.pause();
  const end = playground.now;
  const start = Math.max(0, end - Math.round(Math.min(30, Math.max(1, seconds)) * 1e6));
  const worker = new Worker(new URL('./gif.worker.ts', import.meta.url), {
    type: 'module',
    name: 'gif',
  });
  const death = new Promise<never>((_, reject) => {
    worker.addEventListener('error', ({ message }) =>
      reject(new Error(message || 'the encoder has stopped')),
    );
  });
  // It may die while nobody waits for it.
  death.catch(() => undefined);
  /** Adds a picture and resolves to the bytes so far; null ends the animation and resolves to it. */
  const ask = (picture: Picture | null): Promise<number | Blob> => {
    worker.postMessage(picture, picture ? [picture.rgba.buffer] : []);
    const answer = new Promise<number | Blob>((resolve) => {
      worker.onmessage = ({ data }) => resolve(data as number | Blob);
    });
    return Promise.race([answer, death]);
  };
  try {
    await playground.seek(start);
    const clock = new Clock();
    clock.adaptive = adaptive;
    for (let drawn = 1; ; drawn++) {
      signal.throwIfAborted();
      await tick();
      const picture = page.picture?.();
      if (!picture) throw new Error('the stage is not shown');
      const { data: rgba, width, height } = await draw(picture.svg, picture.size);
      const isLast = playground.now >= end;
      const size = await ask({ rgba, width, height, hundredths: isLast ? 150 : 100 / RATE });
      if (isLast || Number(size) > LARGEST_BYTES) break;
      progress((playground.now - start) / (end - start));
      const slice = sliceAt(playground, clock, drawn, end);
      const watchful = clock.watchful && drawn < MOST_PICTURES;
      await playground.advance(Math.min(end - playground.now, slice), watchful);
    }
    return (await ask(null)) as Blob;
  } finally {
    worker.terminate();
    await playground.seek(end);
  }
}

/** Virtual microseconds until the next picture: those of the screen's clock, and enough to come to the end. */
function sliceAt({ frame, selection, now }: Playground, clock: Clock, drawn: number, end: number): number {
  const slice = clock.take((drawn * 1000) / RATE, frame, selection);
  return Math.max(1, slice, Math.ceil((end - now) / Math.max(1, MOST_PICTURES - drawn)));
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
