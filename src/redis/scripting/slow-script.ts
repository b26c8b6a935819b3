/* Running scripts within the time they have, and those that take longer (after script.c).
 *
 * Until busy-reply-threshold a script simply uses the processor. Then the server answers others with BUSY
 * while the script goes on: it is run again from its start with more and more time, its commands being
 * answered from memory, until it ends or is killed. To everybody outside this looks like one long run. So it
 * is with a script that calls MIGRATE: the server stands still until there is an answer, and the script is run
 * again with it. */

import { keyHashSlot } from '#base/crc16.ts';
import type { Bytes } from '#base/bytes.ts';
import { handleClientsBlockedOnKeys, replyToBlockedClient, waitForServer } from '#redis/blocked.ts';
import { CLIENT_MASTER, type Client } from '#redis/client.ts';
import { continueLoading } from '#redis/loading.ts';
import { replyAfterWaiting } from '#redis/multi.ts';
import { diskErrorMessage } from '#redis/persistence.ts';
import {
  countErrorReply,
  goodReplicas,
  MASTERDOWN,
  mustObeyClient,
  NOREPLICAS,
} from '#redis/process-command.ts';
import { preventCommandPropagation, propagatePendingCommands } from '#redis/propagate.ts';
import { CountedError, ErrorReply, OK, type Reply } from '#redis/reply.ts';
import { busyScriptError } from '#redis/scripting-hooks.ts';
import type { Server } from '#redis/server.ts';
import { interpreter } from './interpreter.ts';
import { ScriptRun } from './script-run.ts';
import type { ScriptCall, SlowScript, WaitingScript } from './state.ts';

/** Where a script cannot be interrupted (in EXEC, for the master) it may take this many times the threshold. */
const PATIENCE = 10;
/** Each new run of a slow script gets a quarter more time, but at least this much. */
const MIN_SLICE_MICROS = 250_000;

/** The error that stands in the way of a script with flags, or null (scriptPrepareForRun). */
function checkFlags(client: Client, call: ScriptCall): ErrorReply | null {
  const { server } = client;
  const stale = server.isReplica() && !server.replication.linkUp && !server.config.replicaServeStaleData;
  const { flags } = call;
  if (flags === null) return stale ? MASTERDOWN : null;
  if (flags.noCluster && server.cluster !== null) {
    return new ErrorReply("ERR Can not run script on cluster, 'no-cluster' flag is set.");
  }
  if (stale && !flags.allowStale) {
    return new ErrorReply(
      "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no' and 'allow-stale' flag is not set on the script.",
    );
  }
  return flags.noWrites ? null : checkMayWrite(client, call);
}

function checkMayWrite(client: Client, call: ScriptCall): ErrorReply | null {
  const { server } = client;
  const obey = mustObeyClient(client);
  if (server.isReplica() && server.config.replicaReadOnly && !obey) {
    return new ErrorReply('READONLY Can not run script with write flag on readonly replica.');
  }
  const diskError = obey ? null : diskErrorMessage(server);
  if (diskError) return diskError;
  if (!obey && !goodReplicas(server)) return NOREPLICAS;
  return call.readOnly
    ? new ErrorReply('ERR Can not execute a script with write flag using *_ro command.')
    : null;
}

/** Memory is checked before a script with flags starts, as it may not be stopped later. */
function checkMemory(client: Client, call: ScriptCall): ErrorReply | null {
  const { server } = client;
  if (call.flags === null || call.flags.allowOom || call.flags.noWrites || mustObeyClient(client))
    return null;
  if (server.config.maxmemory === 0 || !server.scriptOom) return null;
  return new ErrorReply(
    "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
  );
}

/** Why the script may not start, or null. */
export function refusalOf(client: Client, call: ScriptCall): ErrorReply | null {
  return checkFlags(client, call) ?? checkMemory(client, call);
}

/** Runs a script for a client. Undefined when it goes on while others hear BUSY. */
export function runScript(client: Client, call: ScriptCall): Reply | undefined {
  const { server } = client;
  const refusal = refusalOf(client, call);
  if (refusal) return refusal;
  const thresholdMicros = server.config.busyReplyThreshold * 1000;
  const budget =
    thresholdMicros <= 0 ? Infinity : mayBeInterrupted(client) ? thresholdMicros : thresholdMicros * PATIENCE;
  const run = new ScriptRun(server, call, client, [], budget, null, server.io.random.u32());
  if (server.cluster !== null && call.keys[0] !== undefined) run.slot = keyHashSlot(call.keys[0]);
  const outcome = interpreter().execute(run);
  server.workMicros += run.instructionMicros;
  preventCommandPropagation(client);
  if (run.waits) {
    waitForServer(client);
    putOff(client, run);
    return undefined;
  }
  if (!outcome.stopped) return outcome.reply;
  if (!mayBeInterrupted(client)) return killedError(call, outcome.place);
  suspend(client, run, outcome.place);
  return undefined;
}

/** Whether the client can be left waiting while others are served. */
function mayBeInterrupted(client: Client): boolean {
  const { server } = client;
  const isWaitedFor = client.socket !== null || server.load !== null;
  return isWaitedFor && !server.inExec && !client.has(CLIENT_MASTER);
}

/** Keeps a script until its MIGRATE has an answer. */
function putOff(client: Client, run: ScriptRun): void {
  const { server } = client;
  server.scripting.waiting = {
    client,
    call: run.call,
    seed: run.seed,
    replies: run.replies,
    pendingOps: server.pendingOps,
    budgetMicros: run.budgetMicros,
    wrote: run.wrote,
    chargedMicros: run.instructionMicros,
  };
  server.pendingOps = [];
}

/** MIGRATE has come to an end, and the script that called it goes on with this reply. */
export function scriptGoesOn(server: Server, reply: Reply): void {
  const { slow, waiting } = server.scripting;
  const answer = reply instanceof ErrorReply ? new CountedError(reply.text) : reply;
  if (reply instanceof ErrorReply) countErrorReply(server, reply);
  if (slow !== null) {
    slow.replies.push(answer);
    slow.pendingOps.push(...server.pendingOps);
    server.pendingOps = [];
    goOn(server, slow);
    awaitOutcome(server, slow);
    return;
  }
  if (waiting === null) return;
  server.scripting.waiting = null;
  waiting.replies.push(answer);
  server.pendingOps = [...waiting.pendingOps, ...server.pendingOps];
  const { client, call } = waiting;
  const run = runAgain(server, waiting);
  server.callDepth++;
  const outcome = interpreter().execute(run);
  server.callDepth--;
  server.workMicros += run.instructionMicros - waiting.chargedMicros;
  if (run.waits) putOff(client, run);
  else if (!outcome.stopped) replyAfterWaiting(client, outcome.reply);
  else if (!mayBeInterrupted(client)) replyAfterWaiting(client, killedError(call, outcome.place));
  else suspend(client, run, outcome.place);
}

/** A run of the script from its start, which gets the replies of the run before. */
export function runAgain(server: Server, before: Omit<WaitingScript, 'chargedMicros'>): ScriptRun {
  const { call, client, replies, budgetMicros, seed, wrote } = before;
  const run = new ScriptRun(server, call, client, replies, budgetMicros, null, seed);
  if (server.cluster !== null && call.keys[0] !== undefined) run.slot = keyHashSlot(call.keys[0]);
  run.wrote = wrote;
  return run;
}

function killedError(call: ScriptCall, place: string): ErrorReply {
  return new ErrorReply(`ERR Script killed by user with SCRIPT KILL... script: ${call.name}, on @${place}.`);
}

function suspend(client: Client, run: ScriptRun, place: string): void {
  const { server } = client;
  const slow: SlowScript = {
    client,
    call: run.call,
    startedAtMs: server.mstime(),
    seed: run.seed,
    replies: run.replies,
    pendingOps: server.pendingOps,
    budgetMicros: run.budgetMicros,
    wrote: run.wrote,
    place,
    outcome: null,
  };
  server.pendingOps = [];
  server.scripting.slow = slow;
  server.busyScript = true;
  const seconds = (run.budgetMicros / 1_000_000).toFixed(0);
  server.io.log(
    'warning',
    `Slow script detected: still in execution after ${run.budgetMicros / 1000} milliseconds. ` +
      `You can try killing the script using the ${run.call.kind === 'eval' ? 'SCRIPT KILL' : 'FUNCTION KILL'} command.`,
  );
  server.io.emit({ type: 'SCRIPT_BUSY', script: run.call.name, seconds: Number(seconds) });
  waitForServer(client);
  server.io.setTimer('script', server.io.now + run.budgetMicros);
}

/** The timer of a slow script: lets it go on, or delivers what it returned. */
export function scriptTimer(server: Server): void {
  const { slow } = server.scripting;
  if (slow === null) return;
  if (slow.outcome === null) {
    slow.budgetMicros += Math.max(MIN_SLICE_MICROS, Math.floor(slow.budgetMicros / 4));
    goOn(server, slow);
  }
  awaitOutcome(server, slow);
}

function awaitOutcome(server: Server, slow: SlowScript): void {
  // It waits for another server, and the clock of the script with it.
  if (server.migrate.job !== null) return;
  const startedAt = (slow.startedAtMs - server.io.wallMs) * 1000 + server.io.now;
  const elapsedMicros = server.io.now - startedAt;
  if (slow.outcome && slow.outcome.dueMicros <= elapsedMicros) {
    finish(server, slow, slow.outcome.reply);
    return;
  }
  server.io.setTimer('script', Math.ceil(startedAt + (slow.outcome?.dueMicros ?? slow.budgetMicros)));
}

function goOn(server: Server, slow: SlowScript): void {
  const run = runAgain(server, slow);
  // Depth keeps what the commands change from being propagated before the script is done.
  server.callDepth++;
  const held = server.pendingOps;
  server.pendingOps = slow.pendingOps;
  const outcome = interpreter().execute(run);
  slow.pendingOps = server.pendingOps;
  server.pendingOps = held;
  server.callDepth--;
  slow.wrote = slow.wrote || run.wrote;
  slow.place = outcome.place || slow.place;
  if (!outcome.stopped) slow.outcome = { reply: outcome.reply, dueMicros: outcome.elapsedMicros };
}

function finish(server: Server, slow: SlowScript, reply: Reply): void {
  server.scripting.slow = null;
  server.busyScript = false;
  server.io.clearTimer('script');
  server.pendingOps.push(...slow.pendingOps);
  replyToBlockedClient(slow.client, reply);
  propagatePendingCommands(server);
  if (server.readyKeys.length > 0) handleClientsBlockedOnKeys(server);
  const { masterClient } = server.replication;
  if (masterClient !== null) server.unblockedClients.push(masterClient);
  // A script of the AOF: what stands behind it comes next.
  if (server.load !== null) continueLoading(server);
}

/** SCRIPT KILL and FUNCTION KILL */
export function killScript(server: Server, kind: ScriptCall['kind']): Reply {
  const { slow } = server.scripting;
  if (slow === null) return new ErrorReply('NOTBUSY No scripts in execution right now.');
  if (slow.wrote) {
    return new ErrorReply(
      'UNKILLABLE Sorry the script already executed write commands against the dataset. You can either ' +
        'wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.',
    );
  }
  if (slow.call.kind !== kind) return busyScriptError(server);
  finish(server, slow, killedError(slow.call, slow.place));
  return OK;
}

/** What FUNCTION STATS tells of a running function. */
export function runningScript(
  server: Server,
): { name: Bytes; argv: readonly Bytes[]; durationMs: number } | null {
  const { slow } = server.scripting;
  if (slow === null) return null;
  const durationMs = Math.floor(server.mstime() - slow.startedAtMs);
  return { name: slow.call.name, argv: slow.call.argv, durationMs };
}
