/* A command that a script runs: may it, and what does it return (after scriptCall in script.c). */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import { aclCheckAllPerm, addAclLogEntry } from '#redis/acl.ts';
import { routeQuery } from '#redis/cluster/redirect.ts';
import {
  CMD_DENYOOM,
  CMD_MAY_REPLICATE,
  CMD_NOSCRIPT,
  CMD_STALE,
  CMD_WRITE,
  type Command,
} from '#redis/command-table.ts';
import { lookupCommand } from '#redis/commands.ts';
import { getKeysFromCommand } from '#redis/keys.ts';
import { diskErrorMessage } from '#redis/persistence.ts';
import {
  call,
  commandStats,
  countErrorReply,
  goodReplicas,
  mustObeyClient,
  NOREPLICAS,
  READONLY,
} from '#redis/process-command.ts';
import { CountedError, ErrorReply, type Reply } from '#redis/reply.ts';
import type { ScriptRun } from './script-run.ts';
import { RefusedCall } from './state.ts';

const refuse = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** What a call from Lua costs beside the command: arguments and reply cross over, every rule is checked. */
const CALL_MICROS = 4;

function checkPermission(run: ScriptRun): ErrorReply | null {
  const denial = aclCheckAllPerm(run.client);
  if (denial === null) return null;
  addAclLogEntry(run.client, denial, 'lua');
  if (denial.reason === 'command') {
    return refuse("The user executing the script can't run this command or subcommand");
  }
  if (denial.reason === 'key') {
    return refuse(
      "The user executing the script can't access at least one of the keys mentioned in the command arguments",
    );
  }
  return refuse("The user executing the script can't publish to the channel mentioned in the command");
}

function checkWrite(run: ScriptRun, command: Command): ErrorReply | null {
  const { server } = run;
  const mayReplicate = (command.flags & (CMD_WRITE | CMD_MAY_REPLICATE)) !== 0;
  if (run.readOnly && mayReplicate) return refuse('Write commands are not allowed from read-only scripts.');
  if ((command.flags & CMD_WRITE) === 0) return null;
  // What has begun to write must not stop half way.
  if (run.wrote) return null;
  const obey = run.caller === null || mustObeyClient(run.caller);
  if (obey) return null;
  if (server.isReplica() && server.config.replicaReadOnly) return READONLY;
  const diskError = diskErrorMessage(server);
  if (diskError) return diskError;
  return goodReplicas(server) ? null : NOREPLICAS;
}

function checkMemory(run: ScriptRun, command: Command): ErrorReply | null {
  const { server } = run;
  if (run.wrote || run.call.flags?.allowOom || (command.flags & CMD_DENYOOM) === 0) return null;
  if (run.caller === null || mustObeyClient(run.caller)) return null;
  if (server.config.maxmemory === 0 || !server.scriptOom) return null;
  return new ErrorReply("OOM command not allowed when used memory > 'maxmemory'.");
}

/** In cluster mode a script may use keys that this server serves, and of one slot when it has flags. */
function checkCluster(run: ScriptRun, command: Command, argv: readonly Bytes[]): ErrorReply | null {
  const { server, caller } = run;
  if (server.cluster === null || caller === null || mustObeyClient(caller)) return null;
  const route = routeQuery(run.client, command, argv);
  if (route.kind === 'downReadOnly') {
    return refuse('Script attempted to execute a write command while the cluster is down and readonly');
  }
  if (route.kind === 'downState') {
    return refuse('Script attempted to execute a command while the cluster is down');
  }
  if (route.kind !== 'execute') return refuse('Script attempted to access a non local key in a cluster node');
  // A script without a shebang line is as old scripts were: any keys that are here.
  if (run.call.flags === null || run.call.flags.allowCrossSlot) return null;
  const [key] = getKeysFromCommand(command, argv);
  if (key === undefined) return null;
  const slot = keyHashSlot(argv[key.position] as Bytes);
  if (run.slot === -1) run.slot = slot;
  return run.slot === slot
    ? null
    : refuse('Script attempted to access keys that do not hash to the same slot');
}

function checkStale(run: ScriptRun, command: Command): ErrorReply | null {
  const { server } = run;
  const stale = server.isReplica() && !server.config.replicaServeStaleData && !server.replication.linkUp;
  if (!stale || (command.flags & CMD_STALE) !== 0) return null;
  return refuse('Can not execute the command on a stale replica');
}

/** Runs one command for a script; the reply is an error when it may not run. */
export function scriptCommand(run: ScriptRun, argv: readonly Bytes[]): Reply {
  run.debug?.onCommand(argv);
  const reply = replyTo(run, argv);
  run.debug?.onReply(reply);
  return reply;
}

function replyTo(run: ScriptRun, argv: readonly Bytes[]): Reply {
  // A run that was interrupted gets the replies of its earlier part again.
  if (run.replayed < run.replies.length) return run.replies[run.replayed++] as Reply;
  const answer = runCommand(run, argv);
  if (run.waits) return null;
  const isNew = answer instanceof ErrorReply && !(answer instanceof RefusedCall);
  const reply = isNew ? new CountedError(answer.text) : answer;
  run.replies.push(reply);
  run.replayed++;
  run.server.workMicros += CALL_MICROS;
  return reply;
}

/** Why the script may not run the command, or null. */
function refusalOf(run: ScriptRun, command: Command, argv: readonly Bytes[]): ErrorReply | null {
  // The debugger could not be talked to meanwhile.
  if (run.debug !== null && command.name === 'migrate') return refuse('MIGRATE cannot be debugged');
  if (!command.fitsArity(argv.length))
    return refuse('Wrong number of args calling Redis command from script');
  const denied = (command.flags & CMD_NOSCRIPT) !== 0 && !run.server.scripting.disableDeny;
  if (denied) return refuse('This Redis command is not allowed from script');
  const { client } = run;
  client.cmd = command;
  client.argv = argv;
  const refusal =
    checkStale(run, command) ?? checkPermission(run) ?? checkWrite(run, command) ?? checkMemory(run, command);
  if (refusal) return refusal;
  if (command.flags & CMD_WRITE) run.wrote = true;
  return checkCluster(run, command, argv);
}

function runCommand(run: ScriptRun, argv: readonly Bytes[]): Reply {
  const { server, client } = run;
  const command = lookupCommand(argv);
  const refusal =
    command === null || command.proc === null
      ? refuse('Unknown Redis command called from script')
      : refusalOf(run, command, argv);
  if (refusal) {
    if (command !== null) commandStats(server, command).rejectedCalls++;
    countErrorReply(server, refusal);
    server.stats.errorsNoted = server.stats.totalErrorReplies;
    return new RefusedCall(refusal.text);
  }
  const replies: Reply[] = [];
  client.collector = replies;
  const opsBefore = server.pendingOps.length;
  const caller = server.scriptCaller;
  server.scriptCaller = run.caller;
  call(client);
  server.scriptCaller = caller;
  run.waits = server.migrate.job?.client === client;
  limitPropagation(run, opsBefore);
  return replies[0] ?? null;
}

/** redis.set_repl: what this command propagated goes to the chosen targets only. */
function limitPropagation(run: ScriptRun, opsBefore: number): void {
  if (run.replFlags === 3) return;
  const ops = run.server.pendingOps;
  run.server.pendingOps = [
    ...ops.slice(0, opsBefore),
    ...ops.slice(opsBefore).flatMap((op) => {
      const target = op.target & run.replFlags;
      return target === 0 ? [] : [{ ...op, target }];
    }),
  ];
}
