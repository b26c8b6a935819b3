/* A writer of animated GIF files (GIF89a): pictures in, bytes out, a frame at a time.
 *
 * The stage has few colours and little moves from frame to frame. So there is one palette, taken from the
 * first picture's most frequent colours with the rest of the cube filled in coarsely, and each frame holds
 * only the rectangle that changed, in which what did not change is transparent. */

/** The last entry of the palette stands for "as before". */
const CLEAR = 255;
const CUBE = [0, 85, 170, 255];

export class GifWriter {
  readonly width: number;
  readonly height: number;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #palette: Uint8Array<ArrayBuffer> | null = null;
  /** Palette entry by colour cut to five bits a channel; -1 = not looked up yet. */
  #nearest = new Int16Array(32768).fill(-1);
  #before: Uint8Array | null = null;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** Adds a picture, RGBA, that is shown for so many hundredths of a second. */
  add(rgba: Uint8ClampedArray, hundredths: number): void {
    const palette = this.#palette ?? this.#begin(rgba);
    const now = new Uint8Array(this.width * this.height);
    for (let at = 0, from = 0; at < now.length; at++, from += 4) {
      const key = cell(rgba[from] ?? 0, rgba[from + 1] ?? 0, rgba[from + 2] ?? 0);
      let entry = this.#nearest[key] ?? -1;
      if (entry < 0) this.#nearest[key] = entry = nearestEntry(palette, key);
      now[at] = entry;
    }
    const box = changedBox(this.#before, now, this.width, this.height);
    const pixels = new Uint8Array(box.width * box.height);
    for (let y = 0, to = 0; y < box.height; y++) {
      let from = (box.y + y) * this.width + box.x;
      for (let x = 0; x < box.width; x++, from++, to++) {
        const entry = now[from] ?? 0;
        pixels[to] = this.#before?.[from] === entry ? CLEAR : entry;
      }
    }
    this.#before = now;
    // Graphic control: do not dispose, CLEAR is transparent. Then the image descriptor.
    this.#put([0x21, 0xf9, 4, 0b101, ...word(hundredths), CLEAR, 0]);
    this.#put([0x2c, ...word(box.x), ...word(box.y), ...word(box.width), ...word(box.height), 0, 8]);
    this.#parts.push(lzw(pixels));
  }

  /** The whole file. */
  finish(): Uint8Array<ArrayBuffer>[] {
    this.#put([0x3b]);
    return this.#parts;
  }

  #begin(rgba: Uint8ClampedArray): Uint8Array {
    const palette = paletteOf(rgba);
    this.#palette = palette;
    this.#put([...text('GIF89a'), ...word(this.width), ...word(this.height), 0xf7, 0, 0]);
    this.#parts.push(palette);
    // For ever again.
    this.#put([0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, 0]);
    return palette;
  }

  #put(bytes: number[]): void {
    this.#parts.push(Uint8Array.from(bytes));
  }
}

const word = (value: number): [number, number] => [value & 255, (value >> 8) & 255];
const text = (ascii: string): number[] => Array.from(ascii, (char) => char.charCodeAt(0));
const cell = (r: number, g: number, b: number): number => ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
/** Five bits spread over eight. */
const wide = (five: number): number => (five << 3) | (five >> 2);

/** A coarse cube of 64 colours for what comes later, and the 191 most frequent ones of this picture. */
function paletteOf(rgba: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const counts = new Uint32Array(32768);
  for (let at = 0; at < rgba.length; at += 4) {
    const key = cell(rgba[at] ?? 0, rgba[at + 1] ?? 0, rgba[at + 2] ?? 0);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  const used = [...counts.keys()].filter((key) => (counts[key] ?? 0) > 0);
  used.sort((one, other) => (counts[other] ?? 0) - (counts[one] ?? 0) || one - other);
  const palette = new Uint8Array(768);
  let at = 0;
  for (const r of CUBE) for (const g of CUBE) for (const b of CUBE) palette.set([r, g, b], 3 * at++);
  for (const key of used.slice(0, CLEAR - at))
    palette.set([wide(key >> 10), wide((key >> 5) & 31), wide(key & 31)], 3 * at++);
  return palette;
}

function nearestEntry(palette: Uint8Array, key: number): number {
  const [r, g, b] = [wide(key >> 10), wide((key >> 5) & 31), wide(key & 31)];
  let best = 0;
  let least = Infinity;
  for (let entry = 0; entry < CLEAR; entry++) {
    const dr = (palette[3 * entry] ?? 0) - r;
    const dg = (palette[3 * entry + 1] ?? 0) - g;
    const db = (palette[3 * entry + 2] ?? 0) - b;
    // The eye sees green best, blue least.
    const away = 3 * dr * dr + 6 * dg * dg + db * db;
    if (away < least) [least, best] = [away, entry];
  }
  return best;
}

/** The smallest rectangle that holds every change; one pixel when there is none. */
function changedBox(
  before: Uint8Array | null,
  now: Uint8Array,
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  if (!before) return { x: 0, y: 0, width, height };
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (before[at] === now[at]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  if (right < 0) return { x: 0, y: 0, width: 1, height: 1 };
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

const MOST_CODES = 4096;

/** LZW as GIF wants it: codes of 9 to 12 bits, lowest bit first, in blocks of at most 255 bytes. */
function lzw(pixels: Uint8Array): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  let bits = 0;
  let held = 0;
  let codeBits = 9;
  let next = 258;
  let known = new Map<number, number>();
  const put = (code: number): void => {
    held |= code << bits;
    for (bits += codeBits; bits >= 8; bits -= 8) {
      out.push(held & 255);
      held >>>= 8;
    }
  };
  put(256);
  let prefix = pixels[0] ?? 0;
  for (let at = 1; at < pixels.length; at++) {
    const pixel = pixels[at] ?? 0;
    const key = (prefix << 8) | pixel;
    const code = known.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    put(prefix);
    prefix = pixel;
    if (next < MOST_CODES) {
      known.set(key, next);
      if (next === 1 << codeBits) codeBits++;
      next++;
    } else {
      put(256);
      known = new Map();
      codeBits = 9;
      next = 258;
    }
  }
  put(prefix);
  if (next === 1 << codeBits && codeBits < 12) codeBits++;
  put(257);
  if (bits > 0) out.push(held & 255);
  return blocks(out);
}

function blocks(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / 255) + 1);
  let to = 0;
  for (let at = 0; at < bytes.length; at += 255) {
    const part = bytes.slice(at, at + 255);
    out[to++] = part.length;
    out.set(part, to);
    to += part.length;
  }
  return out;
}
