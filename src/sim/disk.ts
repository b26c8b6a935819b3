/* The disk of one machine. It survives its processes: a killed process loses nothing it wrote, since
 * the kernel has it; a power loss keeps of each file only what was there at its last fsync. */

import type { Bytes } from '#base/bytes.ts';
import type { Disk } from '#redis/io.ts';

interface File {
  data: Bytes;
  /** What a power loss leaves; null when the file was never synced and would be gone. */
  synced: Bytes | null;
}

export class SimDisk implements Disk {
  private files = new Map<string, File>();

  read(path: string): Bytes | undefined {
    return this.files.get(path)?.data;
  }

  write(path: string, data: Bytes): void {
    const file = this.files.get(path);
    if (file) file.data = data;
    else this.files.set(path, { data, synced: null });
  }

  append(path: string, data: Bytes): void {
    const file = this.files.get(path);
    if (file) file.data += data;
    else this.files.set(path, { data, synced: null });
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
      if (file.synced === null) this.files.delete(path);
      else file.data = file.synced;
    }
  }

  wipe(): void {
    this.files.clear();
  }
}
