/* The MEMORY command (after object.c). */

import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { LOOKUP_NONOTIFY, LOOKUP_NOTOUCH, lookupKeyReadWithFlags } from './db.ts';
import { help } from './help.ts';
import { clientsMemory } from './info.ts';
import {
  backlogMemory,
  datasetMemory,
  keyMemory,
  replicasMemory,
  startupMemory,
  tableOverhead,
  usedMemory,
} from './info-memory.ts';
import { Double, ErrorReply, MapReply, OK, Verbatim, type Reply } from './reply.ts';

const DEFAULT_SAMPLES = 5;

function usage(client: Client, argv: readonly Bytes[]): Reply {
  let samples = DEFAULT_SAMPLES;
  for (let at = 3; at < argv.length; at++) {
    if (!isWord(argv[at], 'samples') || at + 1 >= argv.length) return SYNTAX_ERROR;
    const value = string2ll(argv[++at] as Bytes);
    if (value === null) return NOT_INTEGER;
    if (value < 0) return SYNTAX_ERROR;
    samples = Number(value);
  }
  const key = argv[2] as Bytes;
  const obj = lookupKeyReadWithFlags(client.db, key, LOOKUP_NOTOUCH | LOOKUP_NONOTIFY);
  return obj === null ? null : keyMemory(client.server, key, obj, samples);
}

const ratio = (value: number): Double => new Double(value, formatG(value, 17));

function stats(client: Client): Reply {
  const server = client.server;
  const used = usedMemory(server);
  const dataset = datasetMemory(server);
  const keys = server.dbs.reduce((sum, db) => sum + db.size, 0);
  const net = Math.max(0, used - startupMemory(server));
  const pairs: [Reply, Reply][] = [
    ['peak.allocated', server.stats.peakMemory],
    ['total.allocated', used],
    ['startup.allocated', startupMemory(server)],
    ['replication.backlog', backlogMemory(server)],
    ['clients.slaves', replicasMemory(server)],
    ['clients.normal', clientsMemory(server)],
    ['cluster.links', 0],
    ['aof.buffer', server.aof.buffer.length],
    ['lua.caches', 0],
    ['functions.caches', 200],
  ];
  for (const db of server.dbs) {
    if (db.size === 0) continue;
    pairs.push([
      `db.${db.id}`,
      new MapReply([
        ['overhead.hashtable.main', db.size * 32],
        ['overhead.hashtable.expires', db.expires.size * 32],
        ['overhead.hashtable.slot-to-keys', server.cluster !== null ? db.size * 16 : 0],
      ]),
    ]);
  }
  const rss = used * 1.1 + 4_000_000;
  pairs.push(
    ['overhead.total', startupMemory(server) + clientsMemory(server) + tableOverhead(server)],
    ['keys.count', keys],
    ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(net / keys)],
    ['dataset.bytes', dataset],
    ['dataset.percentage', ratio(net === 0 ? 0 : (dataset / net) * 100)],
    ['peak.percentage', ratio((used / server.stats.peakMemory) * 100)],
    ['allocator.allocated', used],
    ['allocator.active', Math.round(rss)],
    ['allocator.resident', Math.round(rss)],
    ['allocator-fragmentation.ratio', ratio(rss / used)],
    ['allocator-fragmentation.bytes', Math.round(rss - used)],
    ['allocator-rss.ratio', ratio(1)],
    ['allocator-rss.bytes', 0],
    ['rss-overhead.ratio', ratio(1)],
    ['rss-overhead.bytes', 0],
    ['fragmentation', ratio(rss / used)],
    ['fragmentation.bytes', Math.round(rss - used)],
  );
  return new MapReply(pairs);
}

/** Advice in our own words. */
function doctor(client: Client): Reply {
  const server = client.server;
  const used = usedMemory(server);
  if (used < 5 * 1024 * 1024) {
    return new Verbatim('txt', 'There is too little data here to say anything about its memory.\n');
  }
  const advice: string[] = [];
  if (server.stats.peakMemory > used * 1.5) {
    advice.push(
      '- Memory was much higher once than it is now; what was freed may not go back to the system.',
    );
  }
  if (server.config.maxmemory > 0 && used > server.config.maxmemory * 0.9) {
    advice.push('- Memory is near maxmemory: eviction or OOM errors are close.');
  }
  if (clientsMemory(server) > used / 4)
    advice.push('- Clients take much of the memory: look at CLIENT LIST.');
  return new Verbatim('txt', advice.length === 0 ? 'Memory looks healthy.\n' : `${advice.join('\n')}\n`);
}

export const memoryCommands: CommandProcs = {
  'memory|usage': usage,
  'memory|stats': stats,
  'memory|doctor': doctor,
  'memory|purge': () => OK,
  'memory|malloc-stats': () => new ErrorReply('ERR Stats not supported for the current allocator'),
  'memory|help': help,
};
