/* SHA-1, by which scripts are called (after sha1.c). */

import type { Bytes } from './bytes.ts';

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** The digest of `data` in 40 lower-case hex digits. */
export function sha1Hex(data: Bytes): string {
  const blocks = Math.ceil((data.length + 9) / 64);
  const words = new Uint32Array(blocks * 16);
  for (let at = 0; at < data.length; at++) {
    words[at >> 2] = (words[at >> 2] as number) | (data.charCodeAt(at) << (24 - (at & 3) * 8));
  }
  words[data.length >> 2] = (words[data.length >> 2] as number) | (0x80 << (24 - (data.length & 3) * 8));
  words[words.length - 2] = Math.floor(data.length / 0x2000_0000);
  words[words.length - 1] = data.length << 3;
  const state = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Uint32Array(80);
  for (let block = 0; block < blocks; block++)
    mix(state, schedule, words.subarray(block * 16, block * 16 + 16));
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('');
}

function mix(state: Uint32Array, schedule: Uint32Array, block: Uint32Array): void {
  schedule.set(block);
  const w = (at: number): number => schedule[at] as number;
  for (let at = 16; at < 80; at++) schedule[at] = rotate(w(at - 3) ^ w(at - 8) ^ w(at - 14) ^ w(at - 16), 1);
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number];
  for (let at = 0; at < 80; at++) {
    const next = (rotate(a, 5) + chosen(at, b, c, d) + e + w(at)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  [a, b, c, d, e].forEach((value, at) => (state[at] = (state[at] as number) + value));
}

/** The function of the round and its constant. */
function chosen(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
