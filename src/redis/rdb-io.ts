/* The smallest pieces of an RDB file: lengths, strings, integers, times (after the first part of rdb.c). */

import type { Bytes } from '#base/bytes.ts';
import { int64, string2ll, type Int64 } from '#base/integer.ts';
import { lzfCompress, lzfDecompress } from './lzf.ts';
import { littleEndian, readSigned } from './types/listpack.ts';

/** The data is not what it says it is. */
export class RdbError extends Error {
  override name = 'RdbError';
}

/** A list, set, sorted set or hash without members, which a keyspace never holds. It was read to its end. */
export class EmptyKeyError extends RdbError {}

/** What stands before each part of a file. */
export const OPCODE_FUNCTION2 = 245;
export const OPCODE_MODULE_AUX = 247;
export const OPCODE_IDLE = 248;
export const OPCODE_FREQ = 249;
export const OPCODE_AUX = 250;
export const OPCODE_RESIZEDB = 251;
export const OPCODE_EXPIRETIME_MS = 252;
export const OPCODE_EXPIRETIME = 253;
export const OPCODE_SELECTDB = 254;
export const OPCODE_EOF = 255;

const ENC_INT8 = 0;
const ENC_INT16 = 1;
const ENC_INT32 = 2;
const ENC_LZF = 3;
/** Shorter strings are not worth the trouble of compressing. */
const COMPRESS_FROM = 21;

const byte = (value: number): Bytes => String.fromCharCode(value & 0xff);
const bigEndian = (value: Int64, size: number): Bytes => [...littleEndian(value, size)].reverse().join('');

/** Collects the bytes of a file or payload. */
export class RdbWriter {
  private parts: Bytes[] = [];
  private readonly compress: boolean;

  constructor(compress: boolean) {
    this.compress = compress;
  }

  result(): Bytes {
    return this.parts.join('');
  }

  raw(bytes: Bytes): void {
    this.parts.push(bytes);
  }

  byte(value: number): void {
    this.parts.push(byte(value));
  }

  /** A length, or any unsigned 64-bit number. */
  length(value: Int64): void {
    if (value < 0x40) this.byte(Number(value));
    else if (value < 0x4000) this.raw(byte(0x40 | (Number(value) >> 8)) + byte(Number(value)));
    else if (value <= 0xffff_ffff) this.raw(byte(0x80) + bigEndian(BigInt(value), 8).slice(4));
    else this.raw(byte(0x81) + bigEndian(value, 8));
  }

  /** Milliseconds, or another 64-bit number. */
  int64(value: Int64): void {
    this.raw(littleEndian(BigInt(value), 8));
  }

  double(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    for (let at = 0; at < 8; at++) this.byte(view.getUint8(at));
  }

  /** A string: as an integer or compressed where that is shorter. */
  string(text: Bytes): void {
    const value = text.length <= 11 ? string2ll(text) : null;
    if (value !== null && value >= -0x8000_0000 && value <= 0x7fff_ffff) {
      const [encoding, size] =
        value >= -128 && value <= 127
          ? [ENC_INT8, 1]
          : value >= -0x8000 && value <= 0x7fff
            ? [ENC_INT16, 2]
            : [ENC_INT32, 4];
      this.raw(byte(0xc0 | encoding) + littleEndian(Number(value), size));
      return;
    }
    if (this.compress && text.length >= COMPRESS_FROM) {
      const compressed = lzfCompress(text, text.length - 4);
      if (compressed !== null) {
        this.byte(0xc0 | ENC_LZF);
        this.length(compressed.length);
        this.length(text.length);
        this.raw(compressed);
        return;
      }
    }
    this.length(text.length);
    this.raw(text);
  }
}

/** Reads a file or payload; every step that would leave the data throws RdbError. */
export class RdbReader {
  readonly data: Bytes;
  at: number;
  readonly end: number;

  constructor(data: Bytes, from = 0, to = data.length) {
    this.data = data;
    this.at = from;
    this.end = to;
  }

  raw(size: number): Bytes {
    if (size > this.end - this.at) throw new RdbError('unexpected end of data');
    this.at += size;
    return this.data.slice(this.at - size, this.at);
  }

  byte(): number {
    if (this.at >= this.end) throw new RdbError('unexpected end of data');
    return this.data.charCodeAt(this.at++);
  }

  private unsigned(size: number): Int64 {
    let value = 0n;
    for (let of = 0; of < size; of++) value = value * 256n + BigInt(this.byte());
    return int64(value);
  }

  /** A length, or which special encoding follows instead. */
  private lengthOrEncoding(): { length: Int64 } | { encoding: number } {
    const first = this.byte();
    const kind = first >> 6;
    if (kind === 0) return { length: first & 0x3f };
    if (kind === 1) return { length: ((first & 0x3f) << 8) | this.byte() };
    if (kind === 3) return { encoding: first & 0x3f };
    if (first === 0x80) return { length: this.unsigned(4) };
    if (first === 0x81) return { length: this.unsigned(8) };
    throw new RdbError('unknown length encoding');
  }

  /** An unsigned 64-bit number. */
  number64(): Int64 {
    const read = this.lengthOrEncoding();
    if ('encoding' in read) throw new RdbError('a length was expected');
    return read.length;
  }

  /** A count of elements or bytes. Each takes a byte at least, so none can exceed what is left. */
  length(): number {
    const value = Number(this.number64());
    if (value > this.end - this.at) throw new RdbError('more elements than data');
    return value;
  }

  /** A 64-bit number in its plain form. */
  int64(): Int64 {
    return int64(BigInt(readSigned(this.raw(8), 0, 8)));
  }

  double(): number {
    const bytes = this.raw(8);
    const view = new DataView(new ArrayBuffer(8));
    for (let at = 0; at < 8; at++) view.setUint8(at, bytes.charCodeAt(at));
    return view.getFloat64(0, true);
  }

  string(): Bytes {
    const read = this.lengthOrEncoding();
    if ('length' in read) return this.raw(Number(read.length));
    if (read.encoding === ENC_INT8) return readSigned(this.raw(1), 0, 1);
    if (read.encoding === ENC_INT16) return readSigned(this.raw(2), 0, 2);
    if (read.encoding === ENC_INT32) return readSigned(this.raw(4), 0, 4);
    if (read.encoding !== ENC_LZF) throw new RdbError('unknown string encoding');
    const packed = Number(this.number64());
    const length = Number(this.number64());
    const text = lzfDecompress(this.raw(packed), length);
    if (text === null) throw new RdbError('damaged compressed string');
    return text;
  }
}
