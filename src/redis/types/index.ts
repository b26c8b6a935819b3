/* The commands of all types but plain strings, for the table of commands. */

import type { CommandProcs } from '#redis/command.ts';
import { bitfieldCommands } from './bitfield.ts';
import { bitCommands } from './bitops.ts';
import { dumpCommands } from './dump.ts';
import { geoSearchCommands } from './geo-search.ts';
import { geoCommands } from './geo.ts';
import { hyperloglogCommands } from './hyperloglog.ts';
import { sortCommands } from './sort.ts';
import { setOperationCommands } from './set-operations.ts';
import { streamGroupCommands } from './stream-group-commands.ts';
import { streamInfoCommands } from './stream-info.ts';
import { streamPendingCommands } from './stream-pending.ts';
import { streamReadCommands } from './stream-read.ts';
import { hashCommands } from './t-hash.ts';
import { listPopCommands } from './t-list-pop.ts';
import { listCommands } from './t-list.ts';
import { setCommands } from './t-set.ts';
import { streamCommands } from './t-stream.ts';
import { zsetPopCommands } from './t-zset-pop.ts';
import { zsetCommands } from './t-zset.ts';
import { zsetOperationCommands } from './zset-operations.ts';
import { zsetRangeCommands } from './zset-range-commands.ts';

/** The procs of every module. A function, since the modules import each other and are complete only
 *  when it is called. */
export function typeCommands(): CommandProcs[] {
  return [
    listCommands,
    listPopCommands,
    hashCommands,
    setCommands,
    setOperationCommands,
    zsetCommands,
    zsetRangeCommands,
    zsetPopCommands,
    zsetOperationCommands,
    streamCommands,
    streamReadCommands,
    streamGroupCommands,
    streamPendingCommands,
    streamInfoCommands,
    dumpCommands,
    bitCommands,
    bitfieldCommands,
    hyperloglogCommands,
    geoCommands,
    geoSearchCommands,
    sortCommands,
  ];
}
