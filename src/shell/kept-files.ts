/* The shell's own files in the world. bash writes them into memory that no snapshot knows; so what a line has
 * changed is laid on the disk of the shell's console when the line has ended, as an input like any other.
 * When the world goes to another time, or a session is opened from a file or a link, the files are those
 * of that time. Folders without a file are not kept, nor are files too big for a log that fits in a link. */

import type { IFileSystem } from 'just-bash/browser';
import type { Bytes } from '#base/bytes.ts';
import type { ShellWorld } from './world.ts';

/** Files of bash itself and of the servers. */
const NOT_OURS =
  /^\/(?:bin|dev|proc|\.shell|usr\/bin|usr\/local\/bin|var\/lib\/redis|var\/log\/redis)(?:\/|$)|\/\.keep$/;
const BIGGEST = 64 << 10;
/** Bytes of all files together. */
const MOST = 1 << 20;

export class KeptFiles {
  private readonly files: IFileSystem;
  private kept = new Map<string, Bytes>();

  /** `files` are those in memory, without the world's in them. */
  constructor(files: IFileSystem) {
    this.files = files;
  }

  /** Makes the files in memory those of the world. */
  async restore(world: ShellWorld): Promise<void> {
    const now = new Map(Object.entries(await world.kept()));
    for (const path of this.kept.keys()) if (!now.has(path)) await this.files.rm(path, { force: true });
    for (const [path, data] of now) {
      await this.files.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { recursive: true });
      await this.files.writeFile(
        path,
        Uint8Array.from(data, (char) => char.charCodeAt(0)),
      );
    }
    this.kept = now;
  }

  /** Lays what has changed into the world. */
  async save(world: ShellWorld): Promise<void> {
    const now = await this.present(world);
    const changes: Record<string, Bytes | null> = {};
    for (const [path, data] of now) if (this.kept.get(path) !== data) changes[path] = data;
    for (const path of this.kept.keys()) if (!now.has(path)) changes[path] = null;
    this.kept = now;
    if (Object.keys(changes).length > 0) await world.keep(changes);
  }

  private async present(world: ShellWorld): Promise<Map<string, Bytes>> {
    const served = world.places().flatMap(({ dir, log }) => [dir, log]);
    const isServed = (path: string): boolean =>
      served.some((place) => place !== null && (path === place || path.startsWith(`${place}/`)));
    const found = new Map<string, Bytes>();
    let total = 0;
    for (const path of this.files.getAllPaths()) {
      if (NOT_OURS.test(path) || isServed(path)) continue;
      const { isFile, size } = await this.files.lstat(path);
      if (!isFile || size > BIGGEST || total + size > MOST) continue;
      total += size;
      const bytes = await this.files.readFileBuffer(path);
      found.set(path, Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    }
    return found;
  }
}
