/* The GIF writer, read back by a small decoder written from the format's description. */

import { expect, test } from 'vitest';
import { GifWriter } from '#app/export/gif.ts';

interface Image {
  x: number;
  y: number;
  width: number;
  height: number;
  pixels: number[];
}

/** Palette and images of a GIF; enough of the format for what the writer makes. */
function readGif(bytes: Uint8Array): { palette: Uint8Array; images: Image[]; delays: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (at: number): number => view.getUint16(at, true);
  let at = 13 + 768;
  const images: Image[] = [];
  const delays: number[] = [];
  const skipBlocks = (): number[] => {
    const out: number[] = [];
    for (let size = bytes[at++] as number; size > 0; size = bytes[at++] as number) {
      out.push(...bytes.subarray(at, at + size));
      at += size;
    }
    return out;
  };
  for (;;) {
    const kind = bytes[at++];
    if (kind === 0x3b) return { palette: bytes.subarray(13, 13 + 768), images, delays };
    if (kind === 0x21) {
      if (bytes[at++] === 0xf9) delays.push(word(at + 2));
      skipBlocks();
    } else {
      expect(kind).toBe(0x2c);
      const [x, y, width, height] = [word(at), word(at + 2), word(at + 4), word(at + 6)];
      at += 10;
      images.push({ x, y, width, height, pixels: unpack(skipBlocks()) });
    }
  }
}

function unpack(data: readonly number[]): number[] {
  let [bit, size] = [0, 9];
  let table: number[][] = [];
  const out: number[] = [];
  let before: number[] | null = null;
  for (;;) {
    let code = 0;
    for (let n = 0; n < size; n++, bit++) code |= (((data[bit >> 3] as number) >> (bit & 7)) & 1) << n;
    if (code === 257) return out;
    if (code === 256) {
      table = Array.from({ length: 258 }, (_, value) => [value]);
      size = 9;
      before = null;
      continue;
    }
    const entry: number[] = table[code] ?? [...(before as number[]), (before as number[])[0] as number];
    out.push(...entry);
    if (before && table.length < 4096) table.push([...before, entry[0] as number]);
    if (table.length === 1 << size && size < 12) size++;
    before = entry;
  }
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

test('noise, which fills the code table many times, comes back pixel by pixel', () => {
  const [width, height] = [160, 120];
  const cube = [0, 85, 170, 255];
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  let seed = 7;
  for (let at = 0; at < rgba.length; at++) {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    if (at % 4 < 3) rgba[at] = cube[(seed >> 16) & 3] as number;
  }
  const writer = new GifWriter(width, height);
  writer.add(rgba, 10);
  const { palette, images, delays } = readGif(joined(writer.finish()));
  expect(delays).toEqual([10]);
  const image = images[0] as Image;
  expect(image.pixels.length).toBe(width * height);
  const wrong = image.pixels.filter((entry, at) =>
    [0, 1, 2].some((c) => Math.abs((palette[3 * entry + c] as number) - (rgba[4 * at + c] as number)) > 8),
  );
  expect(wrong).toEqual([]);
});

test('a later frame holds only the rectangle that changed', () => {
  const rgba = new Uint8ClampedArray(64 * 64 * 4).fill(255);
  const writer = new GifWriter(64, 64);
  writer.add(rgba, 10);
  for (const [x, y] of [
    [10, 20],
    [14, 22],
  ] as const)
    rgba.set([255, 0, 0, 255], 4 * (y * 64 + x));
  writer.add(rgba, 10);
  writer.add(rgba, 150);
  const { images, palette } = readGif(joined(writer.finish()));
  expect(images.map(({ x, y, width, height }) => [x, y, width, height])).toEqual([
    [0, 0, 64, 64],
    [10, 20, 5, 3],
    [0, 0, 1, 1],
  ]);
  const changed = (images[1] as Image).pixels;
  expect(changed.filter((entry) => entry !== 255).length).toBe(2);
  expect([...palette.subarray(3 * (changed[0] as number), 3 * (changed[0] as number) + 3)]).toEqual([
    255, 0, 0,
  ]);
});
