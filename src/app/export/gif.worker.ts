/* The worker that encodes an animation, so that the page goes on meanwhile. */

import { expose } from 'comlink';
import { GifWriter } from './gif.ts';

let writer: GifWriter | null = null;

/** What the page may ask for. */
export const encoder = {
  /** Adds a picture, RGBA, that is shown for so many hundredths of a second; tells the bytes so far. */
  add(rgba: Uint8ClampedArray, width: number, height: number, hundredths: number): number {
    // The size of the first picture holds, should the window change meanwhile.
    writer ??= new GifWriter(width, height);
    if (width === writer.width && height === writer.height) writer.add(rgba, hundredths);
    return writer.size;
  },
  finish(): Blob {
    return new Blob(writer?.finish() ?? [], { type: 'image/gif' });
  },
};

expose(encoder);
