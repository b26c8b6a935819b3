/* Byte strings.
 *
 * Redis keys, values and arguments are binary safe. We carry them as JavaScript strings in which
 * every character code is one byte (0..255): V8 stores such strings in one byte per character, they
 * are immutable (so a snapshot shares them), and they work as Map keys. Text becomes a byte string
 * at the edge where a person types it, and text again where a person reads it. */

/** A binary-safe string: every char code is a byte. */
export type Bytes = string;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The UTF-8 bytes of `text`. */
export function utf8Encode(text: string): Bytes {
  // Plain ASCII is its own encoding; this is nearly everything that is ever typed.
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return fromUint8(encoder.encode(text));
}

/** The text that `bytes` spell in UTF-8; malformed sequences become U+FFFD. */
export function utf8Decode(bytes: Bytes): string {
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  return decoder.decode(toUint8(bytes));
}

/** A byte string as C prints it: it ends before the first zero byte. */
export function cString(bytes: Bytes): Bytes {
  const end = bytes.indexOf('\0');
  return end < 0 ? bytes : bytes.slice(0, end);
}

/** Copies a byte array into a byte string. */
export function fromUint8(array: Uint8Array): Bytes {
  let out = '';
  // fromCharCode takes its arguments on the stack, so long arrays go in pieces.
  for (let at = 0; at < array.length; at += 8192) {
    out += String.fromCharCode(...array.subarray(at, at + 8192));
  }
  return out;
}

/** Copies a byte string into a byte array. */
export function toUint8(bytes: Bytes): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) out[at] = bytes.charCodeAt(at);
  return out;
}

/** The engine's one copy of equal strings (names of properties are kept once): strings cut out of texts
 *  are copies otherwise, each in memory by itself and compared letter by letter. For names that many keep. */
export function intern(text: Bytes): Bytes {
  return Object.keys({ [text]: 0 })[0] as Bytes;
}
