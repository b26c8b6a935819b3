/* Glob patterns as KEYS, SCAN, PSUBSCRIBE and CONFIG GET read them (after stringmatchlen in util.c).
 *
 * `*` any bytes, `?` one byte, `[abc]`, `[a-c]`, `[^a]`, `\x` the byte x. Matching is bounded: a star
 * that failed once is not tried again from every later place, so no pattern takes exponential time. */

import type { Bytes } from './bytes.ts';

/** True when `text` matches `pattern` as a whole. */
export function stringmatchlen(pattern: Bytes, text: Bytes, noCase = false): boolean {
  const p = noCase ? lower(pattern) : pattern;
  const t = noCase ? lower(text) : text;
  let at = 0;
  let from = 0;
  // Where to resume when a later part fails: after the last star, one byte further in the text.
  let starAt = -1;
  let starFrom = 0;
  while (from < t.length || at < p.length) {
    if (p.charCodeAt(at) === 42 /* * */) {
      while (p.charCodeAt(at) === 42) at++;
      if (at >= p.length) return true;
      starAt = at;
      starFrom = from;
      continue;
    }
    const next = at < p.length && from < t.length ? matchOne(p, at, t.charCodeAt(from)) : -1;
    if (next >= 0) {
      at = next;
      from++;
    } else if (starAt >= 0 && starFrom < t.length) {
      at = starAt;
      from = ++starFrom;
    } else return false;
  }
  return true;
}

/** Position in the pattern after the element at `at` when it matches `byte`, else -1. */
function matchOne(p: Bytes, at: number, byte: number): number {
  const code = p.charCodeAt(at);
  if (code === 63 /* ? */) return at + 1;
  if (code === 91 /* [ */) return matchClass(p, at + 1, byte);
  if (code === 92 /* \ */ && at + 1 < p.length) return p.charCodeAt(at + 1) === byte ? at + 2 : -1;
  return code === byte ? at + 1 : -1;
}

/** A class without its closing bracket ends with the pattern. */
function matchClass(p: Bytes, from: number, byte: number): number {
  let at = from;
  const negated = p[at] === '^';
  if (negated) at++;
  let matched = false;
  for (; ; at++) {
    if (at >= p.length) break;
    const code = p.charCodeAt(at);
    if (code === 92 && at + 1 < p.length) {
      at++;
      if (p.charCodeAt(at) === byte) matched = true;
    } else if (code === 93 /* ] */) break;
    else if (p.charCodeAt(at + 1) === 45 /* - */ && at + 2 < p.length) {
      const last = p.charCodeAt(at + 2);
      if (byte >= Math.min(code, last) && byte <= Math.max(code, last)) matched = true;
      at += 2;
    } else if (code === byte) matched = true;
  }
  const end = Math.min(at + 1, p.length);
  return matched !== negated ? end : -1;
}

/** ASCII only, as tolower in the C locale. */
function lower(text: Bytes): Bytes {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
