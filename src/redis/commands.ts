/* The command table joined to the functions that run the commands.
 *
 * Each module contributes its procs; a name that the table does not know is a mistake in the program.
 * A command of the table that nobody contributes answers honestly that it is not available here. */

import type { CommandProcs } from './command.ts';
import { type Command, readCommandTable } from './command-table.ts';
import { InvariantError } from '#base/assert.ts';
import type { Server } from './server.ts';
import { clusterCommands } from './cluster/index.ts';
import { replicationCommands } from './replication/index.ts';
import { aclCommands } from './acl-commands.ts';
import { clientCommands } from './client-commands.ts';
import { commandCommands } from './command-commands.ts';
import { connectionCommands } from './connection.ts';
import { debugCommands } from './debug.ts';
import { infoCommands } from './info.ts';
import { latencyCommands } from './latency.ts';
import { memoryCommands } from './memory-commands.ts';
import { monitorCommands } from './monitor.ts';
import { persistenceCommands } from './persistence-commands.ts';
import { pubsubCommands } from './pubsub.ts';
import { serverCommands } from './server-commands.ts';
import { trackingCommands } from './tracking-commands.ts';
import { configCommands } from './config-commands.ts';
import { slowlogCommands } from './slowlog.ts';
import { databaseCommands } from './databases.ts';
import { expireCommands } from './expire-commands.ts';
import { genericCommands } from './generic.ts';
import { objectCommands } from './object-commands.ts';
import { scanCommands } from './scan.ts';
import { multiCommands } from './multi.ts';
import { scriptingCommands } from './scripting/index.ts';
import { stringCommands } from './t-string.ts';
import { typeCommands } from './types/index.ts';

const table = new Map<string, Command>();

/** All top-level commands by lower-case name. Joined on first use: the modules import each other, and
 *  only then have all of them been read. */
export function commandTable(): ReadonlyMap<string, Command> {
  if (table.size === 0) joinTable();
  return table;
}

/** What every module contributes; one line for each. */
function modules(): readonly CommandProcs[] {
  return [
    clusterCommands,
    aclCommands,
    clientCommands,
    commandCommands,
    connectionCommands,
    debugCommands,
    infoCommands,
    latencyCommands,
    memoryCommands,
    monitorCommands,
    persistenceCommands,
    pubsubCommands,
    serverCommands,
    trackingCommands,
    replicationCommands,
    configCommands,
    databaseCommands,
    expireCommands,
    genericCommands,
    multiCommands,
    objectCommands,
    scanCommands,
    slowlogCommands,
    stringCommands,
    scriptingCommands,
    ...typeCommands(),
  ];
}

function joinTable(): void {
  for (const [name, command] of readCommandTable()) table.set(name, command);
  for (const procs of modules()) {
    for (const [name, proc] of Object.entries(procs)) {
      const [top, sub] = name.split('|') as [string, string | undefined];
      const command = sub === undefined ? table.get(top) : table.get(top)?.subcommands?.get(sub);
      if (command === undefined) throw new InvariantError(`no row in the command table for ${name}`);
      command.proc = proc;
    }
  }
}

/** The command that `argv` names on this server, where commands may have been given other names
 *  (rename-command). */
export function lookupCommandOf(server: Server, argv: readonly string[]): Command | null {
  const { renamedCommands } = server;
  if (renamedCommands.size === 0) return lookupCommand(argv);
  const name = (argv[0] as string).toLowerCase();
  for (const [original, given] of renamedCommands) {
    if (given.toLowerCase() === name && given !== '') return lookupCommand([original, ...argv.slice(1)]);
  }
  return renamedCommands.has(name) ? null : lookupCommand(argv);
}

/** The command that `argv` names, a subcommand where there are such; null when there is none. */
export function lookupCommand(argv: readonly string[]): Command | null {
  const all = commandTable();
  const name = argv[0] as string;
  const command = all.get(name) ?? all.get(name.toLowerCase());
  if (command === undefined) return null;
  if (command.subcommands === null || argv.length === 1) return command;
  return command.subcommands.get((argv[1] as string).toLowerCase()) ?? null;
}
