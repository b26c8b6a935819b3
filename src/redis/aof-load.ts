/* Loading the append only file (after loadAppendOnlyFiles in aof.c).
 *
 * A file that ends in the middle of a command is what a crash leaves behind: with aof-load-truncated
 * the rest is cut off and the server starts. Anything else that makes no sense stops it. */

import type { Bytes } from '#base/bytes.ts';
import { AofManifest, parseManifest } from './aof-manifest.ts';
import { aofPath, manifestPath, persistManifest } from './aof.ts';
import { type Client, CLIENT_MULTI } from './client.ts';
import { lookupCommandOf } from './commands.ts';
import { queueMultiCommand } from './multi.ts';
import { createFakeClient } from './networking.ts';
import { loadRdb } from './persistence.ts';
import { call } from './process-command.ts';
import { consume, type Server } from './server.ts';

const LOAD_MICROS_PER_COMMAND = 1;

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

/** Loads the files that the manifest names. 'absent': there are none; null: they cannot be used, and the
 *  log says why. */
export function loadAppendOnlyFiles(server: Server): 'absent' | 'empty' | 'loaded' | null {
  const { aof, io } = server;
  adoptOldStyleFile(server);
  const { manifest } = aof;
  if (manifest.isEmpty()) return 'absent';
  const files: { name: Bytes; data: Bytes }[] = [];
  for (const { name } of manifest.dataFiles()) {
    const data = io.disk.read(aofPath(server, name));
    if (data === undefined) {
      io.log('warning', `Unable to obtain the AOF file ${name} length. stat: No such file or directory`);
      return null;
    }
    files.push({ name, data });
  }
  const total = files.reduce((sum, { data }) => sum + data.length, 0);
  if (total === 0) return 'empty';
  for (const [at, file] of files.entries()) {
    const isLast = at === files.length - 1;
    const micros = loadFile(server, file.name, file.data, isLast);
    if (micros === null) return null;
    const kind = at === 0 && manifest.base !== null ? 'base' : 'incr';
    io.log('notice', `DB loaded from ${kind} file ${file.name}: ${(micros / 1e6).toFixed(3)} seconds`);
  }
  aof.currentSize = total;
  aof.rewriteBaseSize = manifest.base === null ? 0 : (files[0]?.data.length ?? 0);
  return 'loaded';
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

/** Loads one file; the microseconds that took, or null when it cannot be used. */
function loadFile(server: Server, name: Bytes, data: Bytes, isLast: boolean): number | null {
  const { io } = server;
  const workBefore = server.workMicros;
  let at = 0;
  if (data.startsWith('REDIS')) {
    const isBase = name.endsWith('.rdb');
    io.log(
      'notice',
      isBase ? 'Reading RDB base file on AOF loading...' : 'Reading RDB preamble from AOF file...',
    );
    const loaded = loadRdb(server, data, { isAof: true });
    if ('why' in loaded) {
      const what = isBase ? 'base file' : 'preamble of the AOF file';
      io.log('warning', `Error reading the RDB ${what} ${name}, AOF loading aborted`);
      io.log('warning', badFormat(name));
      return null;
    }
    if (!isBase) io.log('notice', 'Reading the remaining AOF tail...');
    at = loaded.end;
  }
  const { valid, error } = loadCommands(server, name, data, at);
  if (error !== null) {
    io.log('warning', error);
    return null;
  }
  if (valid < data.length && !cutOff(server, name, data.slice(0, valid), isLast)) return null;
  return server.workMicros - workBefore;
}

const badFormat = (name: Bytes): string =>
  `Bad file format reading the append only file ${name}: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>`;

/** The file ends in the middle of something. */
function cutOff(server: Server, name: Bytes, valid: Bytes, isLast: boolean): boolean {
  const { io, config } = server;
  if (!config.aofLoadTruncated) {
    io.log(
      'warning',
      `Unexpected end of file reading the append only file ${name}. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`,
    );
    return false;
  }
  io.log('warning', `!!! Warning: short read while loading the AOF file ${name}!!!`);
  io.log('warning', `!!! Truncating the AOF ${name} at offset ${valid.length} !!!`);
  io.disk.write(aofPath(server, name), valid);
  io.disk.fsync(aofPath(server, name));
  io.log('warning', `AOF ${name} loaded anyway because aof-load-truncated is enabled`);
  if (!isLast) io.log('warning', 'Fatal error: the truncated file is not the last file');
  return isLast;
}

/** Runs the commands of a file. `valid`: up to where the file makes sense. */
function loadCommands(
  server: Server,
  name: Bytes,
  data: Bytes,
  from: number,
): { valid: number; error: string | null } {
  const client = createFakeClient(server);
  const caller = server.currentClient;
  server.loading = true;
  server.currentClient = client;
  let valid = from;
  let beforeMulti = from;
  let error: string | null = null;
  for (let at = from; at < data.length;) {
    if (data[at] === '#') {
      // An annotation (#TS:...).
      const end = data.indexOf('\n', at);
      if (end < 0) break;
      at = end + 1;
    } else {
      const read = readCommand(data, at);
      if (read === 'short') break;
      if (read === 'bad') error = badFormat(name);
      else {
        if ((client.flags & CLIENT_MULTI) === 0) beforeMulti = valid;
        if (!runLoaded(client, read.argv))
          error = `Unknown command '${read.argv[0]}' reading the append only file ${name}`;
        at = read.end;
      }
      if (error !== null) break;
    }
    if ((client.flags & CLIENT_MULTI) === 0 || at > valid) valid = at;
  }
  if (client.flags & CLIENT_MULTI && error === null) {
    server.io.log('warning', `Revert incomplete MULTI/EXEC transaction in AOF file ${name}`);
    valid = beforeMulti;
  }
  server.loading = false;
  server.currentClient = caller;
  server.pendingOps = [];
  return { valid, error };
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
