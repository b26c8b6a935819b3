/* What a server knows of scripts: all of it data, so that snapshots hold it. Interpreters are made from it
 * when they are needed. */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from '#redis/client.ts';
import type { SocketId } from '#redis/io.ts';
import { CountedError, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import type { PendingOp } from '#redis/propagate.ts';
import type { CjsonConfig } from './cjson-config.ts';

/** Flags of a script with a shebang line, or of a function. */
export interface ScriptFlags {
  noWrites: boolean;
  allowOom: boolean;
  allowStale: boolean;
  noCluster: boolean;
  allowCrossSlot: boolean;
}

/** The names of the flags, in the order in which Redis lists them. */
export const FLAG_NAMES: readonly (readonly [name: string, flag: keyof ScriptFlags])[] = [
  ['no-writes', 'noWrites'],
  ['allow-oom', 'allowOom'],
  ['allow-stale', 'allowStale'],
  ['no-cluster', 'noCluster'],
  ['allow-cross-slot-keys', 'allowCrossSlot'],
];

export const noFlags = (): ScriptFlags => ({
  noWrites: false,
  allowOom: false,
  allowStale: false,
  noCluster: false,
  allowCrossSlot: false,
});

/** A script in the cache of EVAL. */
export interface CachedScript {
  readonly body: Bytes;
  /** Null without a shebang: the rules of the time before flags. */
  readonly flags: ScriptFlags | null;
}

export interface LibraryFunction {
  readonly name: Bytes;
  readonly description: Bytes | null;
  readonly flags: ScriptFlags;
}

/** A library of FUNCTION LOAD. */
export interface Library {
  readonly name: Bytes;
  readonly code: Bytes;
  readonly functions: ReadonlyMap<Bytes, LibraryFunction>;
}

/** What is to be run for a client. */
export interface ScriptCall {
  readonly kind: 'eval' | 'function';
  /** SHA-1 of the script, or name of the function: as errors name it. */
  readonly name: Bytes;
  readonly body: Bytes;
  readonly library: Bytes | null;
  readonly flags: ScriptFlags | null;
  readonly readOnly: boolean;
  readonly keys: readonly Bytes[];
  readonly args: readonly Bytes[];
  /** As the client sent it. */
  readonly argv: readonly Bytes[];
}

/** A script that runs longer than busy-reply-threshold. The interpreter cannot be frozen and kept in a
 *  snapshot; so the script is run again from its start with more time, and gets the replies that it
 *  got before instead of running its commands twice. */
export interface SlowScript {
  readonly client: Client;
  readonly call: ScriptCall;
  /** Unix ms at which it began. */
  readonly startedAtMs: number;
  /** From what its random numbers start. */
  readonly seed: number;
  /** What redis.call has returned so far. */
  readonly replies: Reply[];
  pendingOps: PendingOp[];
  /** Processor time it has had, microseconds. */
  budgetMicros: number;
  wrote: boolean;
  /** Where it was when its time was over, "user_script:1". */
  place: string;
  /** Its result when it is known already but not due yet. */
  outcome: { reply: Reply; dueMicros: number } | null;
}

/** A script whose MIGRATE waits for another server. It is run again from its start when the answer is there. */
export interface WaitingScript extends Pick<
  SlowScript,
  'client' | 'call' | 'seed' | 'replies' | 'pendingOps'
> {
  readonly budgetMicros: number;
  readonly wrote: boolean;
  /** Processor time that has been accounted for. */
  readonly chargedMicros: number;
}

/** An error that a script gets because its call was not let through to a command. */
export class RefusedCall extends CountedError {}

/** What the user of the debugger has sent: a command, or the text of the error that it makes. */
export type LdbInput = readonly Bytes[] | Bytes;

/** A script that is being debugged. It is run again from its start whenever the user has typed something. */
export interface LdbSession extends Omit<WaitingScript, 'call' | 'budgetMicros'> {
  /** Where it runs: the server itself, or the copy that was forked for it. */
  readonly server: Server;
  readonly forked: boolean;
  readonly socket: SocketId;
  /** Null until it is known what to run. */
  call: ScriptCall | null;
  wrote: boolean;
  chargedMicros: number;
  readonly inputs: LdbInput[];
  /** Of what the client has sent as bytes, the beginning of its next command. */
  buffer: Bytes;
  /** The client has left: the script goes on to its end. */
  gone: boolean;
}

/** Scripts, libraries, and the script that is running. */
export class ScriptingState {
  scripts: Map<Bytes, CachedScript> = new Map();
  libraries: Map<Bytes, Library> = new Map();
  /** What scripts, and functions, have set in cjson for good. */
  cjson: Partial<Record<ScriptCall['kind'], CjsonConfig>> = {};
  slow: SlowScript | null = null;
  waiting: WaitingScript | null = null;
  /** Scripts that are being debugged, by the sockets of those who do it. */
  debugged: Map<SocketId, LdbSession> = new Map();
  /** The last body whose SHA-1 was asked for: EVAL in a loop hashes it once. */
  lastHashed: { readonly body: Bytes; readonly sha: Bytes } = { body: '', sha: '' };
  /** Scripts may run commands that are not for them (DEBUG). */
  disableDeny = false;
}
