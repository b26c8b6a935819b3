/* SHA-256 (FIPS 180-4): passwords are kept as their digests. */

import type { Bytes } from './bytes.ts';

const K = new Uint32Array(64);
const INITIAL = new Uint32Array(8);

/** First 32 bits of the fractional parts of roots of primes. */
function fractionBits(root: number): number {
  return ((root - Math.floor(root)) * 0x1_0000_0000) >>> 0;
}

for (let prime = 2, found = 0; found < 64; prime++) {
  let isPrime = true;
  for (let divisor = 2; divisor * divisor <= prime; divisor++) if (prime % divisor === 0) isPrime = false;
  if (!isPrime) continue;
  if (found < 8) INITIAL[found] = fractionBits(Math.sqrt(prime));
  K[found++] = fractionBits(Math.cbrt(prime));
}

/** The digest in lower-case hex. */
export function sha256Hex(message: Bytes): string {
  const padded = new Uint8Array(((message.length + 8) >> 6) * 64 + 64);
  for (let at = 0; at < message.length; at++) padded[at] = message.charCodeAt(at);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor((message.length * 8) / 0x1_0000_0000));
  view.setUint32(padded.length - 4, (message.length * 8) >>> 0);
  const state = INITIAL.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 16; at++) words[at] = view.getUint32(block + at * 4);
    compress(state, words);
  }
  return [...state].map((word) => word.toString(16).padStart(8, '0')).join('');
}

const rotate = (value: number, by: number): number => (value >>> by) | (value << (32 - by));

function compress(state: Uint32Array, w: Uint32Array): void {
  for (let t = 16; t < 64; t++) {
    const a = w[t - 15] as number;
    const b = w[t - 2] as number;
    const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[t] = (w[t - 16] as number) + s0 + (w[t - 7] as number) + s1;
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let t = 0; t < 64; t++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const temp1 = (h + s1 + ((e & f) ^ (~e & g)) + (K[t] as number) + (w[t] as number)) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const temp2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + temp1) | 0;
    d = c;
    c = b;
    b = a;
    a = (temp1 + temp2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, at) => {
    state[at] = (state[at] as number) + value;
  });
}
