/* The disk of one machine. It survives its processes: a killed process loses nothing it wrote, since
 * the kernel has it; a power loss keeps of each file only what was there at its last fsync, and what the
 * kernel has written back by itself: what has waited for half a minute. */

import type { Bytes } from '#base/bytes.ts';
import type { Disk, Micros } from '#redis/io.ts';

interface File {
  data: Bytes;
  /** What a power loss leaves; null when the file was never synced and would be gone. */
  synced: Bytes | null;
  /** When the oldest change was made that is not synced. */
  dirtySince: Micros;
}

/** After so long a kernel writes back what nobody has synced (dirty_expire_centisecs). */
const WRITE_BACK_US = 30e6;

export class SimDisk implements Disk {
  private files = new Map<string, File>();
  /** The time, as whoever uses the disk says. */
  now: Micros = 0;

  read(path: string): Bytes | undefined {
    return this.files.get(path)?.data;
  }

  write(path: string, data: Bytes): void {
    this.change(path, () => data);
  }

  append(path: string, data: Bytes): void {
    this.change(path, (before) => before + data);
  }

  private change(path: string, make: (before: Bytes) => Bytes): void {
    const { now } = this;
    const file = this.files.get(path);
    if (!file) {
      this.files.set(path, { data: make(''), synced: null, dirtySince: now });
      return;
    }
    this.writeBack(file);
    if (file.synced === file.data) file.dirtySince = now;
    file.data = make(file.data);
  }

  /** What is old enough the kernel has written back, without anybody asking. */
  private writeBack(file: File): void {
    if (this.now - file.dirtySince >= WRITE_BACK_US) file.synced = file.data;
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from);
    if (!file) return;
    this.files.delete(from);
    this.files.set(to, file);
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  list(): string[] {
    return [...this.files.keys()].sort();
  }

  fsync(path: string): void {
    const file = this.files.get(path);
    if (file) file.synced = file.data;
  }

  /** The power fails: everything not synced is gone. */
  powerLoss(): void {
    for (const [path, file] of this.files) {
      this.writeBack(file);
      if (file.synced === null) this.files.delete(path);
      else file.data = file.synced;
    }
  }

  wipe(): void {
    this.files.clear();
  }
}
