/* Loading the append only file at start (after loadAppendOnlyFiles in aof.c).
 *
 * A file that ends in the middle of a command is what a crash leaves behind: with aof-load-truncated
 * the rest is cut off and the server starts. Anything else that makes no sense stops it. */

import type { Bytes } from '#base/bytes.ts';
import { aofPath, createInitialAof, manifestPath } from './aof.ts';
import { type Client, CLIENT_MULTI } from './client.ts';
import { lookupCommand } from './commands.ts';
import { queueMultiCommand } from './multi.ts';
import { createFakeClient } from './networking.ts';
import { loadRdb } from './persistence.ts';
import { call } from './process-command.ts';
import { RequestParser } from './resp.ts';
import { consume, type Server } from './server.ts';

interface ManifestEntry {
  file: string;
  seq: number;
  type: string;
}

const LOAD_MICROS_PER_COMMAND = 1;

/** 'absent' when there is no manifest: the server starts with an empty AOF of its own. */
export function loadAppendOnlyFiles(server: Server): 'absent' | 'loaded' | { error: string } {
  const manifest = server.io.disk.read(manifestPath(server));
  if (manifest === undefined) return 'absent';
  const entries = parseManifest(manifest);
  if (entries === null) return { error: `Invalid AOF manifest file format: ${manifestPath(server)}` };
  const { aof, io } = server;
  for (const [at, entry] of entries.entries()) {
    const path = aofPath(server, entry.file);
    const data = io.disk.read(path);
    if (data === undefined) return { error: `The AOF file ${entry.file} doesn't exist` };
    const why = data.startsWith('REDIS')
      ? loadRdb(server, data)
      : loadCommands(server, path, data, at === entries.length - 1);
    if (why !== null) return { error: why };
    aof.currentSize += data.length;
    if (entry.type === 'b') {
      aof.baseFile = entry.file;
      aof.baseSeq = entry.seq;
      aof.rewriteBaseSize = data.length;
    } else {
      aof.incrFiles.push(entry.file);
      aof.incrSeq = entry.seq;
    }
  }
  if (aof.incrFiles.length === 0) {
    createInitialAof(server);
    return 'loaded';
  }
  aof.state = 'on';
  io.log('notice', 'DB loaded from append only file');
  return 'loaded';
}

function parseManifest(text: Bytes): ManifestEntry[] | null {
  const entries: ManifestEntry[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^file (\S+) seq ([0-9]+) type ([bhi])$/.exec(line.trim());
    if (match === null) return null;
    // `h` is history: files of before the last rewrite that were not deleted yet.
    if (match[3] !== 'h')
      entries.push({ file: match[1] as string, seq: Number(match[2]), type: match[3] as string });
  }
  return entries;
}

/** Runs the commands of a file; returns why it cannot be used, or null. */
function loadCommands(server: Server, path: string, data: Bytes, isLast: boolean): string | null {
  const client = createFakeClient(server);
  const parser = new RequestParser();
  const caller = server.currentClient;
  server.loading = true;
  server.currentClient = client;
  let valid = 0;
  let beforeMulti = 0;
  // Annotations (#TS:...) stand between commands.
  for (let at = 0; at < data.length;) {
    if (data[at] === '#') {
      const end = data.indexOf('\n', at);
      at = end < 0 ? data.length : end + 1;
      valid = at;
      continue;
    }
    parser.feed(parser.pendingBytes > 0 ? '' : data.slice(at));
    const argv = parser.next({ maxBulkLength: Infinity, authRequired: false });
    if (argv === null) break;
    at = data.length - parser.pendingBytes;
    parser.buffer = '';
    parser.at = 0;
    if ((client.flags & CLIENT_MULTI) === 0) beforeMulti = valid;
    if (!runLoaded(client, argv)) {
      endLoading(server, caller);
      return `Unknown command '${argv[0]}' reading the append only file ${path}`;
    }
    valid = at;
  }
  if (client.flags & CLIENT_MULTI) valid = beforeMulti;
  endLoading(server, caller);
  if (parser.error !== null) {
    return `Bad file format reading the append only file ${path}: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>`;
  }
  if (valid === data.length) return null;
  if (!isLast || !server.config.aofLoadTruncated) {
    return `Unexpected end of file reading the append only file ${path}. You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration option to yes and restart the server.`;
  }
  server.io.log(
    'warning',
    `AOF loaded anyway because aof-load-truncated is enabled, ${data.length - valid} bytes cut off`,
  );
  server.io.disk.write(path, data.slice(0, valid));
  server.io.disk.fsync(path);
  return null;
}

function endLoading(server: Server, caller: Client | null): void {
  server.loading = false;
  server.currentClient = caller;
  server.pendingOps = [];
}

/** False when there is no such command. */
function runLoaded(client: Client, argv: readonly Bytes[]): boolean {
  const cmd = lookupCommand(argv);
  if (cmd === null || cmd.proc === null) return false;
  client.cmd = cmd;
  client.argv = argv;
  consume(client.server, LOAD_MICROS_PER_COMMAND);
  if (client.flags & CLIENT_MULTI && cmd.fullName !== 'exec') queueMultiCommand(client);
  else call(client);
  return true;
}
