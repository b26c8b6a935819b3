/* The worker that encodes an animation, so that the page goes on meanwhile. Each message has one answer. */

import { GifWriter } from './gif.ts';

/** A picture, RGBA, that is shown for so many hundredths of a second. */
export interface Picture {
  rgba: Uint8ClampedArray;
  width: number;
  height: number;
  hundredths: number;
}

let writer: GifWriter | null = null;

/** The bytes so far. */
function add({ rgba, width, height, hundredths }: Picture): number {
  // The size of the first picture holds, should the window change meanwhile.
  writer ??= new GifWriter(width, height);
  if (width === writer.width && height === writer.height) writer.add(rgba, hundredths);
  return writer.size;
}

self.onmessage = ({ data }: MessageEvent<Picture | null>): void =>
  self.postMessage(data ? add(data) : new Blob(writer?.finish() ?? [], { type: 'image/gif' }));
