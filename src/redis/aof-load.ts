/* Loading the append only file (after loadAppendOnlyFiles in aof.c), slice by slice as a snapshot is loaded.
 *
 * A file that ends in the middle of a command is what a crash leaves behind: with aof-load-truncated
 * the rest is cut off and the server starts. Anything else that makes no sense stops it. */

import type { Bytes } from '#base/bytes.ts';
import { AofManifest, parseManifest } from './aof-manifest.ts';
import { aofPath, manifestPath, persistManifest } from './aof.ts';
import { type Client, CLIENT_BLOCKED, CLIENT_MULTI } from './client.ts';
import { lookupCommandOf } from './commands.ts';
import { queueMultiCommand } from './multi.ts';
import { createFakeClient } from './networking.ts';
import { call } from './process-command.ts';
import { RdbError } from './rdb-io.ts';
import { RdbLoader } from './rdb-load.ts';
import { consume, type Server, workSoFar } from './server.ts';

const LOAD_MICROS_PER_COMMAND = 1;
/** So many commands of a file run before connections are looked after. */
const COMMANDS_PER_SLICE = 1024;

/** The files cannot be used; the log says why. */
export class AofError extends Error {}

/** Reads the manifest, whether the AOF is on or off; returns what is wrong with it, or null. */
export function loadManifest(server: Server): string | null {
  const { aof, io } = server;
  aof.manifest = new AofManifest();
  const text = io.disk.read(manifestPath(server));
  if (text === undefined) return null;
  const parsed = parseManifest(text);
  if (parsed instanceof AofManifest) {
    aof.manifest = parsed;
    return null;
  }
  io.log('warning', '\n*** FATAL AOF MANIFEST FILE ERROR ***\n');
  if (parsed.line !== null) {
    io.log('warning', `Reading the manifest file, at line ${parsed.number}\n`);
    io.log('warning', `>>> '${parsed.line}'\n`);
  }
  io.log('warning', `${parsed.error}\n`);
  return parsed.error;
}

/** What reads the files that the manifest names; null when there is nothing to read. Throws AofError. */
export function openAofFiles(server: Server): AofLoader | null {
  adoptOldStyleFile(server);
  const { aof, io } = server;
  const files: AofFile[] = [];
  for (const { name } of aof.manifest.dataFiles()) {
    const data = io.disk.read(aofPath(server, name));
    if (data === undefined) {
      io.log('warning', `Unable to obtain the AOF file ${name} length. stat: No such file or directory`);
      throw new AofError(name);
    }
    files.push(new AofFile(server, name, data));
  }
  const loader = new AofLoader(server, files);
  return loader.totalBytes === 0 ? null : loader;
}

/** All files of an AOF, being read one after the other. */
export class AofLoader {
  readonly totalBytes: number;
  private readonly server: Server;
  private readonly files: readonly AofFile[];
  private fileAt = 0;

  constructor(server: Server, files: readonly AofFile[]) {
    this.server = server;
    this.files = files;
    this.totalBytes = files.reduce((sum, { data }) => sum + data.length, 0);
  }

  /** Bytes read so far. */
  get at(): number {
    return this.files.reduce((sum, file) => sum + file.at, 0);
  }

  /** Commands run and keys read so far. */
  get keys(): number {
    return this.files.reduce((sum, file) => sum + file.keys, 0);
  }

  /** Reads about `bytes` more; true when that was the end of the last file. Throws AofError. */
  step(bytes: number): boolean {
    const until = this.at + bytes;
    for (const file of this.files.slice(this.fileAt)) {
      if (this.at >= until || !this.stepFile(file, until - this.at)) return false;
    }
    this.end();
    return true;
  }

  private stepFile(file: AofFile, bytes: number): boolean {
    const { server, files, fileAt } = this;
    const workBefore = workSoFar(server);
    const done = file.step(bytes, fileAt === files.length - 1);
    file.micros += workSoFar(server) - workBefore;
    if (!done) return false;
    const kind = fileAt === 0 && server.aof.manifest.base !== null ? 'base' : 'incr';
    const seconds = (file.micros / 1e6).toFixed(3);
    server.io.log('notice', `DB loaded from ${kind} file ${file.name}: ${seconds} seconds`);
    this.fileAt++;
    return true;
  }

  private end(): void {
    const { aof } = this.server;
    aof.currentSize = this.totalBytes;
    aof.rewriteBaseSize = aof.manifest.base === null ? 0 : (this.files[0] as AofFile).data.length;
  }
}

/** One file: commands, and perhaps a snapshot in front of them. */
class AofFile {
  readonly name: Bytes;
  readonly data: Bytes;
  /** Processor time it has taken so far. */
  micros = 0;
  private readonly server: Server;
  private client: Client | null = null;
  private snapshot: RdbLoader | null = null;
  private commands = 0;
  /** How far it has been read, how far that makes sense, and how far it did before MULTI. */
  private offset = 0;
  private valid = 0;
  private beforeMulti = 0;

  constructor(server: Server, name: Bytes, data: Bytes) {
    this.server = server;
    this.name = name;
    this.data = data;
  }

  get at(): number {
    return Math.max(this.offset, this.snapshot?.at ?? 0);
  }

  get keys(): number {
    return this.commands + (this.snapshot?.keys ?? 0);
  }

  /** Reads about `bytes` more; true at the end of the file. Throws AofError. */
  step(bytes: number, isLast: boolean): boolean {
    const { server, name, data } = this;
    if (this.client === null) this.begin();
    const until = this.at + bytes;
    if (this.offset === 0 && this.snapshot !== null) {
      this.readSnapshot(this.snapshot, bytes);
      if (this.offset === 0) return false;
    }
    const caller = server.currentClient;
    server.currentClient = this.client;
    const done = this.runCommands(this.client as Client, until);
    server.currentClient = caller;
    server.pendingOps = [];
    if (done && this.valid < data.length) cutOff(server, name, data.slice(0, this.valid), isLast);
    return done;
  }

  private begin(): void {
    const { server, name, data } = this;
    this.client = createFakeClient(server);
    if (!data.startsWith('REDIS')) return;
    const what = name.endsWith('.rdb') ? 'RDB base file on AOF loading' : 'RDB preamble from AOF file';
    server.io.log('notice', `Reading ${what}...`);
    this.snapshot = this.orFail(() => new RdbLoader(server, data));
  }

  private readSnapshot(snapshot: RdbLoader, bytes: number): void {
    if (!this.orFail(() => snapshot.step(bytes))) return;
    this.offset = snapshot.at;
    this.valid = this.offset;
    const { io } = this.server;
    if (!this.name.endsWith('.rdb')) io.log('notice', 'Reading the remaining AOF tail...');
  }

  /** What `act` returns; a damaged snapshot ends it all. */
  private orFail<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      const { server, name } = this;
      const what = name.endsWith('.rdb') ? 'base file' : 'preamble of the AOF file';
      server.io.log('warning', `Error reading the RDB ${what} ${name}, AOF loading aborted`);
      this.fail(badFormat(name));
    }
  }

  private fail(why: string): never {
    this.server.io.log('warning', why);
    throw new AofError(this.name);
  }

  /** Runs some of the commands; true at the end, or where the file stops making sense. A script that takes
   *  long makes everything behind it wait. */
  private runCommands(client: Client, until: number): boolean {
    const { data, name } = this;
    for (let left = COMMANDS_PER_SLICE; this.offset < data.length; left--) {
      if (this.offset >= until || left === 0 || client.flags & CLIENT_BLOCKED) return false;
      const next = this.runNext(client);
      if (next === null) break;
      this.offset = next;
      if ((client.flags & CLIENT_MULTI) === 0) this.valid = next;
    }
    if (client.flags & CLIENT_BLOCKED) return false;
    if (client.flags & CLIENT_MULTI) {
      this.server.io.log('warning', `Revert incomplete MULTI/EXEC transaction in AOF file ${name}`);
      this.valid = this.beforeMulti;
    }
    return true;
  }

  /** Runs the next command; where the one behind it begins, null when this one is not complete. */
  private runNext(client: Client): number | null {
    const { data, name, offset } = this;
    if (data[offset] === '#') {
      // An annotation (#TS:...).
      const end = data.indexOf('\n', offset);
      return end < 0 ? null : end + 1;
    }
    const read = readCommand(data, offset);
    if (read === 'short') return null;
    if (read === 'bad') this.fail(badFormat(name));
    if ((client.flags & CLIENT_MULTI) === 0) this.beforeMulti = this.valid;
    this.commands++;
    if (!runLoaded(client, read.argv)) {
      this.fail(`Unknown command '${read.argv[0]}' reading the append only file ${name}`);
    }
    return read.end;
  }
}

/** Before 7.0 the AOF was one file beside the dump file: it becomes the first base. */
function adoptOldStyleFile(server: Server): void {
  const { aof, config, io } = server;
  const { manifest } = aof;
  const old = config.appendfilename;
  if (io.disk.read(old) === undefined) return;
  const begun =
    manifest.base?.name === old &&
    manifest.increments.length === 0 &&
    io.disk.read(aofPath(server, old)) === undefined;
  if (!manifest.isEmpty() && !begun) return;
  if (!begun) {
    manifest.base = { name: old, seq: 1 };
    manifest.baseSeq = 1;
    persistManifest(server, manifest);
  }
  io.disk.rename(old, aofPath(server, old));
  io.log(
    'notice',
    `Successfully migrated an old-style AOF file (${old}) into the AOF directory (${config.appenddirname}).`,
  );
}

const badFormat = (name: Bytes): string =>
  `Bad file format reading the append only file ${name}: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>`;

/** The file ends in the middle of something. Throws AofError where that may not be. */
function cutOff(server: Server, name: Bytes, valid: Bytes, isLast: boolean): void {
  const { io, config } = server;
  if (!config.aofLoadTruncated) {
    io.log(
      'warning',
      `Unexpected end of file reading the append only file ${name}. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`,
    );
    throw new AofError(name);
  }
  io.log('warning', `!!! Warning: short read while loading the AOF file ${name}!!!`);
  io.log('warning', `!!! Truncating the AOF ${name} at offset ${valid.length} !!!`);
  io.disk.write(aofPath(server, name), valid);
  io.disk.fsync(aofPath(server, name));
  io.log('warning', `AOF ${name} loaded anyway because aof-load-truncated is enabled`);
  if (isLast) return;
  io.log('warning', 'Fatal error: the truncated file is not the last file');
  throw new AofError(name);
}

/** The command that begins at `at`, if it is complete and is one. */
function readCommand(data: Bytes, at: number): { argv: Bytes[]; end: number } | 'short' | 'bad' {
  const argv: Bytes[] = [];
  let missing = 1;
  for (let sign = '*'; missing > 0; sign = '$') {
    const end = data.indexOf('\n', at);
    if (data[at] !== sign) return at >= data.length ? 'short' : 'bad';
    if (end < 0) return 'short';
    const length = Number.parseInt(data.slice(at + 1, end), 10);
    if (!(length >= (sign === '*' ? 1 : 0))) return 'bad';
    at = end + 1;
    if (sign === '*') missing = length;
    else {
      if (at + length + 2 > data.length) return 'short';
      argv.push(data.slice(at, at + length));
      at += length + 2;
      missing--;
    }
  }
  return { argv, end: at };
}

/** False when there is no such command. */
function runLoaded(client: Client, argv: readonly Bytes[]): boolean {
  const cmd = lookupCommandOf(client.server, argv);
  if (cmd === null || cmd.proc === null) return false;
  client.cmd = cmd;
  client.argv = argv;
  consume(client.server, LOAD_MICROS_PER_COMMAND);
  if (client.flags & CLIENT_MULTI && cmd.fullName !== 'exec') queueMultiCommand(client);
  else call(client);
  return true;
}
