/* From a received command to its execution: every check in Redis's order (after processCommand and
 * call in server.c).
 *
 * The order matters: a client in a transaction, without a password, sent to the wrong server or
 * writing to a replica must hear of the first obstacle, as from the real one. */

import { cString, type Bytes } from '#base/bytes.ts';
import { aclCheckAllPerm, aclDeniedText, aclMayDoAnything, addAclLogEntry } from './acl.ts';
import {
  addReply,
  CLIENT_BLOCKED,
  CLIENT_CLOSE_ASAP,
  CLIENT_FORCE_AOF,
  CLIENT_FORCE_REPL,
  CLIENT_MASTER,
  CLIENT_MULTI,
  CLIENT_PREVENT_AOF_PROP,
  CLIENT_PREVENT_PROP,
  CLIENT_PREVENT_REPL_PROP,
  CLIENT_PUBSUB,
  CLIENT_REEXECUTING,
  CLIENT_SLAVE,
  type Client,
  shownArguments,
} from './client.ts';
import { handleClientsBlockedOnKeys } from './blocked.ts';
import { getNodeByQuery } from './cluster/index.ts';
import { sizeMicros } from './command-cost.ts';
import {
  CMD_ADMIN,
  CMD_ALLOW_BUSY,
  CMD_DENYOOM,
  CMD_LOADING,
  CMD_NO_ASYNC_LOADING,
  CMD_MAY_REPLICATE,
  CMD_MOVABLE_KEYS,
  CMD_NO_AUTH,
  CMD_NO_MANDATORY_KEYS,
  CMD_NO_MULTI,
  CMD_READONLY,
  CMD_SKIP_MONITOR,
  CMD_STALE,
  CMD_WRITE,
  type Command,
} from './command-table.ts';
import { commandTable, lookupCommandOf } from './commands.ts';
import { evictClients, performEvictions } from './evict.ts';
import { discardTransaction, execCommandAbort, flagTransaction, queueMultiCommand } from './multi.ts';
import { freeClientAsync } from './networking.ts';
import { feedMonitors } from './monitor.ts';
import {
  alsoPropagate,
  PROPAGATE_AOF,
  PROPAGATE_REPL,
  propagatePendingCommands,
  somebodyListens,
} from './propagate.ts';
import { isPaused, postponeClient } from './pause.ts';
import { diskErrorMessage } from './persistence.ts';
import { CountedError, ErrorReply, QUEUED, type Reply } from './reply.ts';
import { Histogram, recordDuration } from './histogram.ts';
import { addCommandSample, isWorthASample } from './latency.ts';
import { spendWork, type Server } from './server.ts';
import { getCommandFlags } from './scripting/command-flags.ts';
import { busyScriptError } from './scripting-hooks.ts';
import type { CommandStats } from './stats.ts';
import { trackingAfterCommand, trackingLimitUsedSlots } from './tracking.ts';
import { noteUnexpectedError } from './unexpected-error.ts';

const NOAUTH = new ErrorReply('NOAUTH Authentication required.');
const NOT_IN_MULTI = new ErrorReply('ERR Command not allowed inside a transaction');
const OOM = new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");
export const NOREPLICAS = new ErrorReply('NOREPLICAS Not enough good replicas to write.');
export const READONLY = new ErrorReply("READONLY You can't write against a read only replica.");
export const MASTERDOWN = new ErrorReply(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);
const REPLICA_TOUCHES_KEYS = new ErrorReply("ERR Replica can't interact with the keyspace");
/** What is asked for needs all the data. */
export const LOADING = new ErrorReply('LOADING Redis is loading the dataset in memory');

/** Commands that a transaction does not queue. */
const NOT_QUEUED = new Set(['exec', 'discard', 'multi', 'watch', 'quit', 'reset']);
/** Commands that a RESP2 subscriber may use. */
const PUBSUB_CONTEXT = new Set([
  'ping',
  'subscribe',
  'ssubscribe',
  'unsubscribe',
  'sunsubscribe',
  'psubscribe',
  'punsubscribe',
  'quit',
  'reset',
]);

/** True while the client may do nothing but authenticate. */
export function authRequired(client: Client): boolean {
  if (client.authenticated || client.user === null) return false;
  const user = client.server.defaultUser;
  return !user.nopass || !user.enabled;
}

/** The master's stream and the loading of files are obeyed whatever the state of this server. */
export function mustObeyClient(client: Client): boolean {
  return client.user === null || (client.flags & CLIENT_MASTER) !== 0;
}

/** Checks and runs, queues or refuses the client's command (`client.argv`). Everything goes through here, so what
 *  is usual is said shortly, and what is not has a function of its own. */
export function processCommand(client: Client): void {
  const server = client.server;
  // Most clients send one command again and again.
  const cmd = client.argv[0] === client.lastName ? client.lastCmd : findCommand(server, client);
  client.cmd = cmd;
  if (cmd === null && client.has(CLIENT_CLOSE_ASAP)) return;
  const refusal = checkCommand(server, client, cmd);
  if (refusal !== null) {
    rejectCommand(client, refusal);
    return;
  }
  if (server.config.maxmemoryClients !== 0) {
    // What came before may have left too much waiting, and the arguments of this command count as well.
    evictClients(server);
    if (client.has(CLIENT_CLOSE_ASAP)) return;
  }
  const redirect = server.cluster === null ? null : checkCluster(client, cmd as Command);
  if (redirect !== null) {
    redirectCommand(client, cmd as Command, redirect);
    return;
  }
  const obstacle = checkState(server, client, cmd as Command);
  if (obstacle !== null) {
    rejectCommand(client, obstacle);
    return;
  }
  if (server.pause.kind !== null && postponeIfPaused(server, client, cmd as Command)) return;
  if (client.flags & CLIENT_MULTI && !NOT_QUEUED.has((cmd as Command).fullName)) {
    queueMultiCommand(client);
    addReply(client, QUEUED);
    return;
  }
  call(client);
  client.woff = server.replication.masterReplOffset;
  if (server.readyKeys.length > 0 && !server.busyScript) handleClientsBlockedOnKeys(server);
}

/** The command that the client names; one that is told by its first word alone is remembered. */
function findCommand(server: Server, client: Client): Command | null {
  const name = client.argv[0] as Bytes;
  if (isCrossProtocolAttack(name)) {
    server.io.log('warning', 'Possible SECURITY ATTACK detected: a client speaks HTTP. Connection aborted.');
    freeClientAsync(client);
    return null;
  }
  const cmd = lookupCommandOf(server, client.argv);
  if (cmd === null) return null;
  client.lastCmd = cmd;
  client.lastName = cmd.subcommands === null && cmd.parent === null ? name : null;
  return cmd;
}

/** A browser that was talked into sending a request here says one of these words first. */
function isCrossProtocolAttack(name: Bytes): boolean {
  const isT = (name.charCodeAt(3) | 0x20) === 0x74;
  return isT && (name.length === 4 || name.length === 5) && /^(post|host:)$/i.test(name);
}

/** What is wrong with the command itself or with who sends it, or null. */
function checkCommand(server: Server, client: Client, cmd: Command | null): ErrorReply | null {
  if (cmd === null || cmd.proc === null || !cmd.fitsArity(client.argv.length))
    return commandExists(client.argv, cmd);
  if (cmd.guard !== null && !mustObeyClient(client)) {
    const refusal = checkProtected(server, client, cmd.guard);
    if (refusal !== null) return refusal;
  }
  const flags = cmd.flags;
  if (authRequired(client) && (flags & CMD_NO_AUTH) === 0) return NOAUTH;
  if ((flags & CMD_NO_MULTI) !== 0 && (client.flags & CLIENT_MULTI) !== 0) return NOT_IN_MULTI;
  return aclMayDoAnything(client.user) ? null : checkAcl(client);
}

/** The errors of state: memory, disk, replicas, role, subscription, link, loading, script. */
function checkState(server: Server, client: Client, command: Command): ErrorReply | null {
  const flags = execFlags(client, command);
  const isWrite = (flags & CMD_WRITE) !== 0;
  if (server.config.maxmemory > 0 && !server.busyScript) {
    const outOfMemory = !performEvictions(server);
    const queues = (client.flags & CLIENT_MULTI) !== 0 && !NOT_QUEUED.has(command.fullName);
    if (outOfMemory && ((flags & CMD_DENYOOM) !== 0 || queues)) return OOM;
    server.scriptOom = outOfMemory;
  }
  if (server.trackingClients > 0) trackingLimitUsedSlots(server);
  if ((isWrite || command.fullName === 'ping') && !mustObeyClient(client)) {
    const refusal = checkWrite(server, isWrite);
    if (refusal !== null) return refusal;
  }
  if ((client.flags & CLIENT_PUBSUB) !== 0 && client.resp === 2 && !PUBSUB_CONTEXT.has(command.fullName)) {
    return new ErrorReply(
      `ERR Can't execute '${command.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
    );
  }
  if (!server.config.replicaServeStaleData && server.isReplica() && !server.replication.linkUp) {
    if ((flags & CMD_STALE) === 0 || hasQueuedWithout(client, command, CMD_STALE)) return MASTERDOWN;
  }
  if (server.loading && refusedWhileLoading(server, client, command)) return LOADING;
  if (server.busyScript && (command.flags & CMD_ALLOW_BUSY) === 0) return busyScriptError(server);
  const touchesKeys = (flags & (CMD_WRITE | CMD_READONLY | CMD_MAY_REPLICATE)) !== 0;
  return touchesKeys && (client.flags & CLIENT_SLAVE) !== 0 ? REPLICA_TOUCHES_KEYS : null;
}

/** What forbids writing, or PING to say that all is well. */
function checkWrite(server: Server, isWrite: boolean): ErrorReply | null {
  const diskError = diskErrorMessage(server);
  if (diskError !== null || !isWrite) return diskError;
  if (!goodReplicas(server)) return NOREPLICAS;
  return server.isReplica() && server.config.replicaReadOnly ? READONLY : null;
}

/** Old data that are served while newer ones come in forbid less than data that are half there. */
function refusedWhileLoading(server: Server, client: Client, command: Command): boolean {
  if (server.load?.async === true) return (execFlags(client, command) & CMD_NO_ASYNC_LOADING) !== 0;
  return (command.flags & CMD_LOADING) === 0 || hasQueuedWithout(client, command, CMD_LOADING);
}

/** EXEC counts as everything that it runs, a script as what it says of itself. */
function execFlags(client: Client, command: Command): number {
  if (client.multi !== null && command.fullName === 'exec') return command.flags | client.multi.cmdFlags;
  const asked = (command.flags & CMD_NO_MANDATORY_KEYS) !== 0;
  return asked ? getCommandFlags(client.server, command, client.argv) : command.flags;
}

function hasQueuedWithout(client: Client, command: Command, flag: number): boolean {
  if (command.fullName !== 'exec' || client.multi === null) return false;
  return client.multi.commands.some((queued) => (queued.cmd.flags & flag) === 0);
}

/** The errors "unknown command", "unknown subcommand" and "wrong number of arguments". */
export function commandExists(argv: readonly Bytes[], cmd: Command | null): ErrorReply | null {
  if (cmd === null) {
    const container = commandTable().get((argv[0] as string).toLowerCase());
    if (container !== undefined && container.subcommands !== null) {
      const name = container.fullName.toUpperCase();
      return new ErrorReply(`ERR unknown subcommand '${clean(argv[1] as string)}'. Try ${name} HELP.`);
    }
    let args = '';
    for (let at = 1; at < argv.length && args.length < 128; at++) {
      args += `'${cString((argv[at] as string).slice(0, 128 - args.length))}' `;
    }
    return new ErrorReply(
      `ERR unknown command '${clean(argv[0] as string)}', with args beginning with: ${oneLine(args)}`,
    );
  }
  if (!cmd.fitsArity(argv.length))
    return new ErrorReply(`ERR wrong number of arguments for '${cmd.fullName}' command`);
  if (cmd.proc === null) {
    if (cmd.subcommands !== null)
      return new ErrorReply(`ERR wrong number of arguments for '${cmd.fullName}' command`);
    return new ErrorReply(`ERR '${cmd.fullName}' is not available on this server`);
  }
  return null;
}

const clean = (text: Bytes): Bytes => oneLine(cString(text.slice(0, 128)));
const oneLine = (text: Bytes): Bytes => text.replace(/[\r\n]/g, ' ');

function checkProtected(server: Server, client: Client, guard: 'debug' | 'module'): ErrorReply | null {
  const { enableDebugCommand, enableModuleCommand } = server.config;
  const allowed = guard === 'debug' ? enableDebugCommand : enableModuleCommand;
  if (allowed === 'yes' || (allowed === 'local' && client.isLocal)) return null;
  return new ErrorReply(
    `ERR ${guard.toUpperCase()} command not allowed. If the enable-${guard}-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  );
}

function checkAcl(client: Client): ErrorReply | null {
  const denied = aclCheckAllPerm(client);
  if (denied === null) return null;
  addAclLogEntry(client, denied, client.flags & CLIENT_MULTI ? 'multi' : 'toplevel');
  return new ErrorReply(`NOPERM ${aclDeniedText(denied)}`);
}

function checkCluster(client: Client, command: Command): ErrorReply | null {
  if (mustObeyClient(client)) return null;
  const keyless = (command.flags & CMD_MOVABLE_KEYS) === 0 && command.keySpecs.length === 0;
  if (keyless && command.fullName !== 'exec') return null;
  return getNodeByQuery(client, command, client.argv);
}

/** Sends the client elsewhere: a transaction ends with it. */
function redirectCommand(client: Client, command: Command, redirect: ErrorReply): void {
  if (command.fullName === 'exec') discardTransaction(client);
  else flagTransaction(client);
  commandStats(client.server, command).rejectedCalls++;
  countErrorReply(client.server, redirect);
  addReply(client, redirect);
}

/** Whether enough replicas are close enough behind for a write (min-replicas-to-write). */
export function goodReplicas(server: Server): boolean {
  const config = server.config;
  if (config.minReplicasToWrite === 0 || config.minReplicasMaxLag === 0 || server.isReplica()) return true;
  return server.replication.goodReplicas >= config.minReplicasToWrite;
}

function postponeIfPaused(server: Server, client: Client, command: Command): boolean {
  if (client.flags & CLIENT_SLAVE) return false;
  const writes = (execFlags(client, command) & (CMD_WRITE | CMD_MAY_REPLICATE)) !== 0;
  if (!isPaused(server, writes)) return false;
  postponeClient(client);
  return true;
}

/** Refuses the command: a transaction is spoilt, EXEC is aborted. */
export function rejectCommand(client: Client, error: ErrorReply): void {
  const cmd = client.cmd;
  flagTransaction(client);
  if (cmd !== null) commandStats(client.server, cmd).rejectedCalls++;
  const reply = cmd?.fullName === 'exec' ? execCommandAbort(client, error) : error;
  countErrorReply(client.server, reply);
  noteUnexpectedError(client, reply);
  addReply(client, reply);
}

/** Runs the client's command and propagates what it changed. */
export function call(client: Client): void {
  const server = client.server;
  const cmd = client.cmd as Command;
  const argv = client.argv;
  const dirtyBefore = server.dirty;
  server.stats.errorsNoted = server.stats.totalErrorReplies;
  const workBefore = server.workMicros;
  client.flags &= ~(CLIENT_FORCE_AOF | CLIENT_FORCE_REPL | CLIENT_PREVENT_PROP);
  if (client.redacted.length > 0) client.redacted = [];
  server.workMicros += BASE_MICROS;
  server.callDepth++;
  const reply = (cmd.proc as NonNullable<Command['proc']>)(client, argv);
  server.workMicros += sizeMicros(argv, reply);
  const micros = server.workMicros - workBefore;
  // A slow command's reply leaves when its work is done, not when it was begun.
  if (micros >= SLOW_MICROS && server.callDepth === 1) spendWork(server);
  if (reply !== undefined) addReply(client, reply);
  server.callDepth--;
  if (reply instanceof ErrorReply) {
    countErrorReply(server, reply);
    noteUnexpectedError(client, reply);
  } else if (Array.isArray(reply) && cmd.group === 'scripting') countErrorsWithin(server, reply);
  noteCall(client, cmd, argv, micros, reply instanceof ErrorReply);
  // Fewer changes than before: the command saved or loaded everything.
  if (somebodyListens(server)) propagateCall(server, client, server.dirty > dirtyBefore);
  if (server.trackingClients > 0 || server.tracking.pending.length > 0)
    trackingAfterCommand(client, cmd, argv);
  if (server.callDepth > 0 || server.pendingOps.length === 0) return;
  server.propagateNoMulti = TOUCHES_ARBITRARY_KEYS.has(cmd.fullName);
  propagatePendingCommands(server);
  server.propagateNoMulti = false;
}

/** What they delete on their way, since it has expired, does not belong together. */
const TOUCHES_ARBITRARY_KEYS = new Set(['scan', 'randomkey']);

/** Processor time of the simplest command. */
const BASE_MICROS = 1;
/** Work from which on a command keeps everybody waiting noticeably. */
const SLOW_MICROS = 1000;

function propagateCall(server: Server, client: Client, changed: boolean): void {
  const flags = client.flags;
  let target = changed ? PROPAGATE_AOF | PROPAGATE_REPL : 0;
  if (flags & CLIENT_FORCE_AOF) target |= PROPAGATE_AOF;
  if (flags & CLIENT_FORCE_REPL) target |= PROPAGATE_REPL;
  if (flags & CLIENT_PREVENT_AOF_PROP) target &= ~PROPAGATE_AOF;
  if (flags & CLIENT_PREVENT_REPL_PROP) target &= ~PROPAGATE_REPL;
  if (target !== 0) alsoPropagate(server, client.db.id, client.argv, target);
}

/** Counts a call when it is made, also one that waits for keys now; how long it took is known when it is served.
 *  It has failed also when somebody else got the error (CLIENT UNBLOCK ... ERROR). */
function noteCall(
  client: Client,
  cmd: Command,
  argv: readonly Bytes[],
  micros: number,
  failed: boolean,
): void {
  const { server, flags } = client;
  const waits = (flags & CLIENT_BLOCKED) !== 0;
  // What waits for a server is counted when it goes on.
  if (waits && client.blocked?.kind === 'postpone') return;
  const { stats } = server;
  const mine = commandStats(server, cmd);
  if (failed || stats.totalErrorReplies > stats.errorsNoted) mine.failedCalls++;
  stats.errorsNoted = stats.totalErrorReplies;
  mine.usec += micros;
  const isNew = (flags & CLIENT_REEXECUTING) === 0;
  if (isNew) {
    mine.calls++;
    stats.commandsProcessed++;
  }
  if (!waits) {
    if (server.config.latencyTracking) recordDuration(mine.histogram, micros);
    if (isWorthASample(server.config, micros))
      addCommandSample(client, cmd, shownArguments(client, argv), micros);
  }
  if (isNew && server.monitors.size > 0 && (cmd.flags & (CMD_SKIP_MONITOR | CMD_ADMIN)) === 0)
    feedMonitors(client, shownArguments(client, argv));
}

/** Counts a command that has waited for a server. */
export function recordCall(server: Server, cmd: Command, micros: number, failed: boolean): void {
  const stats = commandStats(server, cmd);
  stats.calls++;
  stats.usec += micros;
  if (failed) stats.failedCalls++;
  if (server.config.latencyTracking) recordDuration(stats.histogram, micros);
  server.stats.commandsProcessed++;
}

export function commandStats(server: Server, cmd: Command): CommandStats {
  let stats = server.stats.commands.get(cmd.fullName);
  if (stats === undefined) {
    stats = { calls: 0, usec: 0, rejectedCalls: 0, failedCalls: 0, histogram: new Histogram() };
    server.stats.commands.set(cmd.fullName, stats);
  }
  return stats;
}

/** A script may return errors among other things: each is counted. */
function countErrorsWithin(server: Server, items: readonly Reply[]): void {
  for (const item of items) {
    if (item instanceof ErrorReply) countErrorReply(server, item);
    else if (Array.isArray(item)) countErrorsWithin(server, item as readonly Reply[]);
  }
}

/** Counts an error reply under its code. */
export function countErrorReply(server: Server, error: ErrorReply): void {
  if (error instanceof CountedError) return;
  server.stats.totalErrorReplies++;
  const code = error.code;
  server.stats.errors.set(code, (server.stats.errors.get(code) ?? 0) + 1);
}
