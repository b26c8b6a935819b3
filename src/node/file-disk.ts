/* A disk that is a folder of this computer: a server that runs behind real ports keeps its files where a
 * real redis-server would, and either can load what the other has written. */

import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { utf8Decode, utf8Encode, type Bytes } from '#base/bytes.ts';
import { DiskError, type Disk } from '#redis/io.ts';

export class FileDisk implements Disk {
  /** As the system names it; servers name files by their bytes. */
  private folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  chdir(path: string): string | null {
    const folder = this.find(path);
    try {
      if (!statSync(folder).isDirectory()) return 'Not a directory';
    } catch (error) {
      return strerror(error);
    }
    this.folder = folder;
    return null;
  }

  cwd(): Bytes {
    return utf8Encode(this.folder);
  }

  read(path: string): Bytes | undefined {
    try {
      return readFileSync(this.find(path), 'latin1');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new DiskError(strerror(error));
    }
  }

  write(path: string, data: Bytes): void {
    attempt(() => {
      mkdirSync(dirname(this.find(path)), { recursive: true });
      writeFileSync(this.find(path), data, 'latin1');
    });
  }

  append(path: string, data: Bytes): void {
    attempt(() => {
      mkdirSync(dirname(this.find(path)), { recursive: true });
      appendFileSync(this.find(path), data, 'latin1');
    });
  }

  rename(from: string, to: string): void {
    if (!existsSync(this.find(from))) return;
    attempt(() => {
      mkdirSync(dirname(this.find(to)), { recursive: true });
      renameSync(this.find(from), this.find(to));
    });
  }

  remove(path: string): void {
    attempt(() => rmSync(this.find(path), { force: true }));
  }

  list(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => utf8Encode(relative(this.folder, join(entry.parentPath, entry.name))))
      .sort();
  }

  fsync(path: string): void {
    attempt(() => {
      const file = openSync(this.find(path), 'r+');
      fsyncSync(file);
      closeSync(file);
    });
  }

  private find(path: Bytes): string {
    return resolve(this.folder, utf8Decode(path));
  }
}

/** Where a file lies that a configuration names. */
export function pathOf(dir: Bytes, name: Bytes): string {
  return resolve(utf8Decode(dir), utf8Decode(name));
}

function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new DiskError(strerror(error));
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  ENOSPC: 'No space left on device',
  EROFS: 'Read-only file system',
  ENOTEMPTY: 'Directory not empty',
};

/** What the C library would say. */
export function strerror(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
