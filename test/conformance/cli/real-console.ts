/* Our redis-cli with real sockets, so that it can be run against a real redis-server. */

import type { Bytes } from '#base/bytes.ts';
import { Prng } from '#base/prng.ts';
import { ConsoleProcess } from '#cli/process.ts';
import { Host } from '#node/host.ts';
import type { Disk } from '#redis/io.ts';
import { apart, markedPrograms, type RunOptions, type RunResult } from './outputs.ts';

/** Files that nothing can lose. */
class MemoryDisk implements Disk {
  readonly files = new Map<string, Bytes>();
  read(path: string): Bytes | undefined {
    return this.files.get(path);
  }
  write(path: string, data: Bytes): void {
    this.files.set(path, data);
  }
  append(path: string, data: Bytes): void {
    this.files.set(path, (this.files.get(path) ?? '') + data);
  }
  rename(from: string, to: string): void {
    this.files.set(to, this.files.get(from) ?? '');
    this.files.delete(from);
  }
  remove(path: string): void {
    this.files.delete(path);
  }
  list(): string[] {
    return [...this.files.keys()];
  }
  fsync(): void {}
}

/** Runs redis-cli to its end, typing the given lines at its prompts. */
export async function runOurs(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const process = new ConsoleProcess({
    name: 'console',
    argv,
    programs: markedPrograms,
    login: null,
    stdoutTty: options.tty ?? true,
    stdin: options.stdin ?? null,
    vars: { TERM: 'dumb', ...options.vars },
  });
  const disk = new MemoryDisk();
  for (const [path, data] of Object.entries(options.files ?? {})) disk.write(path, data);
  const host = new Host({
    name: 'console',
    random: Prng.stream(1, 'console'),
    disk,
    listeners: new Map(),
  });
  host.run(process);
  const lines = [...(options.type ?? [])];
  const deadline = Date.now() + (options.limitMs ?? 60_000);
  while (process.exitCode === null && Date.now() < deadline) {
    if (process.prompt !== null) {
      const line = lines.shift();
      if (line === undefined) break;
      process.onInput({ kind: 'line', line });
      // What the line made it send leaves with the next event.
      host.setTimer('typed', host.now);
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  const result = apart(process);
  host.stop();
  return result;
}
