/* A real folder as the disk of a process: what a server saves stays where its user expects it, and other
 * programs may read it. */

import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Bytes } from '#base/bytes.ts';
import type { Disk } from '#redis/io.ts';

export class FileDisk implements Disk {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  read(path: string): Bytes | undefined {
    try {
      return readFileSync(this.at(path), 'latin1');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  write(path: string, data: Bytes): void {
    writeFileSync(this.withFolder(path), data, 'latin1');
  }

  append(path: string, data: Bytes): void {
    appendFileSync(this.withFolder(path), data, 'latin1');
  }

  rename(from: string, to: string): void {
    try {
      renameSync(this.at(from), this.withFolder(to));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  remove(path: string): void {
    rmSync(this.at(path), { force: true });
  }

  list(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)))
      .sort();
  }

  fsync(path: string): void {
    const file = openSync(this.at(path), 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  private at(path: string): string {
    return resolve(this.folder, path);
  }

  /** The path, in a folder that exists. */
  private withFolder(path: string): string {
    const whole = this.at(path);
    mkdirSync(dirname(whole), { recursive: true });
    return whole;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
