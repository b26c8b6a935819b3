/* The manifest of the append only file: which files, in which order, hold the dataset (after the manifest
 * part of aof.c). One base, the increments since, and history: files of before the last rewrite that are
 * only waiting to be deleted. */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { sdscatrepr } from '#base/quote.ts';
import { splitArgs } from '#base/split-args.ts';

interface AofFile {
  readonly name: Bytes;
  readonly seq: number;
}

/** Longer lines than this are a sign that the file is something else. */
const LONGEST_LINE = 1022;

export class AofManifest {
  base: AofFile | null = null;
  increments: AofFile[] = [];
  history: AofFile[] = [];
  baseSeq = 0;
  incrementSeq = 0;

  copy(): AofManifest {
    const copy = new AofManifest();
    Object.assign(copy, this, { increments: [...this.increments], history: [...this.history] });
    return copy;
  }

  isEmpty(): boolean {
    return this.base === null && this.increments.length === 0;
  }

  /** The files that hold the dataset, in the order in which they are loaded. */
  dataFiles(): AofFile[] {
    return this.base === null ? this.increments : [this.base, ...this.increments];
  }

  /** A new base takes the place of the one before. */
  startBase(filename: Bytes, isRdb: boolean): Bytes {
    if (this.base !== null) this.history.unshift(this.base);
    this.baseSeq++;
    const name = `${filename}.${this.baseSeq}.base.${isRdb ? 'rdb' : 'aof'}`;
    this.base = { name, seq: this.baseSeq };
    return name;
  }

  startIncrement(filename: Bytes): Bytes {
    this.incrementSeq++;
    const name = `${filename}.${this.incrementSeq}.incr.aof`;
    this.increments.push({ name, seq: this.incrementSeq });
    return name;
  }

  /** What the new base contains is not needed any more: all increments, or all but the one that is
   *  being written. */
  retireIncrements(keepLast: boolean): void {
    const kept = keepLast ? this.increments.slice(-1) : [];
    const retired = this.increments.slice(0, this.increments.length - kept.length).reverse();
    for (const file of retired) this.history.unshift(file);
    this.increments = kept;
  }

  format(): Bytes {
    const line = ({ name, seq }: AofFile, type: string): Bytes =>
      `file ${/^[!#-&(-[\]-~]+$/.test(name) ? name : sdscatrepr(name)} seq ${seq} type ${type}\n`;
    return [
      ...(this.base === null ? [] : [line(this.base, 'b')]),
      ...this.history.map((file) => line(file, 'h')),
      ...this.increments.map((file) => line(file, 'i')),
    ].join('');
  }
}

/** What is wrong with a manifest, and where. */
export interface ManifestError {
  readonly error: string;
  readonly line: Bytes | null;
  readonly number: number;
}

/** Reads a manifest. */
export function parseManifest(text: Bytes): AofManifest | ManifestError {
  const manifest = new AofManifest();
  if (text === '') return { error: 'Found an empty AOF manifest', line: null, number: 0 };
  const lines = text.split('\n');
  // The last line, too, ends with a line feed.
  const tail = lines.pop() as Bytes;
  if (tail !== '') lines.push(tail);
  for (const [at, raw] of lines.entries()) {
    const isCut = raw.length > LONGEST_LINE || (tail !== '' && at === lines.length - 1);
    const line = raw.trim();
    const error = isCut
      ? 'The AOF manifest file contains too long line'
      : raw.startsWith('#')
        ? null
        : addLine(manifest, line);
    if (error !== null) return { error, line: isCut ? raw : line, number: at + 1 };
  }
  return manifest;
}

const INVALID = 'Invalid AOF manifest file format';

function addLine(manifest: AofManifest, line: Bytes): string | null {
  const words = splitArgs(line);
  if (words === null || words.length < 6 || words.length % 2 !== 0) return INVALID;
  const values = new Map<Bytes, Bytes>();
  for (let at = 0; at < words.length; at += 2) {
    values.set((words[at] as Bytes).toLowerCase(), words[at + 1] as Bytes);
  }
  const name = values.get('file');
  const seq = Number(string2ll(values.get('seq') ?? '') ?? 0);
  const type = values.get('type');
  if (name === undefined || seq === 0 || type === undefined) return INVALID;
  if (name.includes('/')) return "File can't be a path, just a filename";
  if (type === 'b') {
    if (manifest.base !== null) return 'Found duplicate base file information';
    manifest.base = { name, seq };
    manifest.baseSeq = seq;
  } else if (type === 'h') manifest.history.push({ name, seq });
  else if (type === 'i') {
    if (seq <= manifest.incrementSeq) return 'Found a non-monotonic sequence number';
    manifest.increments.push({ name, seq });
    manifest.incrementSeq = seq;
  } else return 'Unknown AOF file type';
  return null;
}
