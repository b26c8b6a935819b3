/* Sessions of the debugger of scripts: SCRIPT DEBUG, and EVAL by a client that has asked for it (after eval.c).
 *
 * A session has the connection of its client for itself, and the client is gone from the server's tables. With
 * YES the server forks: a copy of all it holds runs the script and is thrown away, while the server goes on. With
 * SYNC the server runs the script itself and hears nobody else until it ends. */

import { cloneGraph } from '#base/clone.ts';
import type { Bytes } from '#base/bytes.ts';
import { waitForServer } from '#redis/blocked.ts';
import { CLIENT_LUA_DEBUG, CLIENT_LUA_DEBUG_SYNC, type Client } from '#redis/client.ts';
import type { Payload, SocketId } from '#redis/io.ts';
import { replyAfterWaiting } from '#redis/multi.ts';
import { freeClientAsync, releaseClient } from '#redis/networking.ts';
import { ErrorReply, OK, Status, type Reply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { ForkedIo } from './forked-io.ts';
import { interpreter } from './interpreter.ts';
import { LdbRun } from './ldb-run.ts';
import { runAgain, refusalOf } from './slow-script.ts';
import type { LdbInput, LdbSession, ScriptCall } from './state.ts';

/** What a command of the debugger may have: words, bytes in each, bytes altogether. */
const MAX_WORDS = 1024;
const MAX_WORD = 1024;
const MAX_BUFFER = 1024 * 1024;
const PROTOCOL_ERROR = 'protocol error';
/** As long as a server waits for what its user types. */
const FOREVER_MICROS = 1e15;

/** SCRIPT DEBUG YES|SYNC|NO */
export function scriptDebugCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (client.output !== '') return new ErrorReply('ERR SCRIPT DEBUG must be called outside a pipeline');
  const mode = (argv[2] as Bytes).toLowerCase();
  if (mode !== 'no' && mode !== 'yes' && mode !== 'sync') {
    return new ErrorReply('ERR Use SCRIPT DEBUG YES/SYNC/NO');
  }
  client.flags &= ~(CLIENT_LUA_DEBUG | CLIENT_LUA_DEBUG_SYNC);
  if (mode !== 'no') client.flags |= CLIENT_LUA_DEBUG;
  if (mode === 'sync') client.flags |= CLIENT_LUA_DEBUG_SYNC;
  return OK;
}

/** Whether scripts of the client are debugged now. In a transaction nobody could be asked. */
export function isDebugged(client: Client): boolean {
  return client.has(CLIENT_LUA_DEBUG) && client.socket !== null && !client.server.inExec;
}

/** EVAL by a client that debugs. `prepare` says what is to be run, or why nothing is. */
export function debugScript(client: Client, prepare: (client: Client) => ScriptCall | ErrorReply): undefined {
  const { server } = client;
  const session = client.has(CLIENT_LUA_DEBUG_SYNC) ? openSession(client) : fork(client);
  server.socketKinds.set(session.socket, 'debug');
  server.scripting.debugged.set(session.socket, session);
  const call = prepare(session.client);
  const refusal = call instanceof ErrorReply ? call : refusalOf(session.client, call);
  if (refusal !== null) return end(server, session, [['<endsession>']], refusal);
  session.call = call as ScriptCall;
  advance(server, session);
  return undefined;
}

/** A session on the server itself. */
function openSession(client: Client): LdbSession {
  const { server } = client;
  server.io.log('notice', 'Redis synchronous debugging eval session started');
  const socket = client.socket as SocketId;
  server.clients.delete(socket);
  waitForServer(client);
  return newSession(client, socket, false);
}

/** A session on a copy of the server. */
function fork(client: Client): LdbSession {
  const { server } = client;
  const { io } = server;
  const socket = client.socket as SocketId;
  server.io = new ForkedIo(io, cloneGraph(io.random));
  const child = cloneGraph(server);
  server.io = io;
  child.io = new ForkedIo(io, cloneGraph(io.random));
  child.scripting.debugged.clear();
  io.log('notice', 'Redis forked for debugging eval');
  const copy = child.clients.get(socket) as Client;
  releaseClient(client);
  return newSession(copy, socket, true);
}

function newSession(client: Client, socket: SocketId, forked: boolean): LdbSession {
  return {
    client,
    server: client.server,
    forked,
    socket,
    call: null,
    seed: client.server.io.random.u32(),
    replies: [],
    pendingOps: [],
    wrote: false,
    chargedMicros: 0,
    inputs: [],
    buffer: '',
    gone: false,
  };
}

/** Runs the script as far as what was typed lets it. */
function advance(server: Server, session: LdbSession): void {
  const { server: home, call } = session;
  if (call === null) return;
  const run = runAgain(home, { ...session, call, budgetMicros: Infinity });
  const debug = new LdbRun(interpreter(), run, session.inputs, session.gone);
  run.debug = debug;
  // Depth keeps what the commands change from being propagated before the script is done.
  home.callDepth++;
  const held = home.pendingOps;
  home.pendingOps = session.pendingOps;
  const outcome = interpreter().execute(run);
  session.pendingOps = home.pendingOps;
  home.pendingOps = held;
  home.callDepth--;
  session.wrote ||= run.wrote;
  if (!session.forked) server.workMicros += Math.max(0, run.instructionMicros - session.chargedMicros);
  session.chargedMicros = run.instructionMicros;
  if (!outcome.stopped) return end(server, session, debug.finish(), outcome.reply);
  tell(server, session, debug.told);
  if (!session.forked) server.io.blockOn(session.socket, server.io.now + FOREVER_MICROS);
}

/** The debugger writes past the replies of the client. */
function tell(server: Server, session: LdbSession, told: readonly Bytes[][]): void {
  for (const lines of told)
    sendTo(
      server,
      session,
      lines.map((line) => new Status(line)),
    );
}

function sendTo(server: Server, session: LdbSession, reply: Reply): void {
  if (!session.gone) server.io.send(session.socket, { kind: 'reply', reply, resp: session.client.resp });
}

/** The script has ended: its reply is the last thing that the client hears. */
function end(server: Server, session: LdbSession, told: readonly Bytes[][], reply: Reply): undefined {
  const { client, socket } = session;
  tell(server, session, told);
  server.scripting.debugged.delete(socket);
  server.socketKinds.delete(socket);
  if (session.forked) {
    sendTo(server, session, reply);
    server.io.log('notice', 'Lua debugging session child exiting');
    server.io.close(socket);
    return undefined;
  }
  server.io.log('notice', 'Redis synchronous debugging eval session ended');
  server.clients.set(socket, client);
  if (!session.gone) server.socketKinds.set(socket, 'client');
  server.pendingOps.push(...session.pendingOps);
  replyAfterWaiting(client, reply);
  freeClientAsync(client);
  return undefined;
}

/** Something was typed. */
export function debugRead(server: Server, socket: SocketId, payload: Payload): void {
  const session = server.scripting.debugged.get(socket);
  if (session === undefined) return;
  const input = inputFrom(session, payload);
  if (input !== null) {
    session.inputs.push(input);
    advance(server, session);
  } else if (!session.forked) server.io.blockOn(socket, server.io.now + FOREVER_MICROS);
}

/** The user has left: the script runs to its end by itself. */
export function debugClosed(server: Server, socket: SocketId): void {
  const session = server.scripting.debugged.get(socket);
  if (session === undefined) return;
  session.gone = true;
  advance(server, session);
}

function inputFrom(session: LdbSession, payload: Payload): LdbInput | null {
  if (payload.kind === 'command') return checked(payload.argv);
  if (payload.kind !== 'bytes') return null;
  session.buffer += payload.data;
  const input = parseCommand(session.buffer);
  if (input === null && session.buffer.length <= MAX_BUFFER) return null;
  // Of what was sent at once only the first command counts.
  session.buffer = '';
  return input ?? 'max client buffer reached';
}

function checked(argv: readonly Bytes[]): LdbInput {
  const isTooMuch = argv.length === 0 || argv.length > MAX_WORDS;
  return isTooMuch || argv.some((word) => word === '' || word.length > MAX_WORD) ? PROTOCOL_ERROR : argv;
}

/** The command at the beginning of what came; null while it is not complete. */
function parseCommand(data: Bytes): LdbInput | null {
  const size = (
    mark: string,
    most: number,
    from: number,
  ): { size: number; next: number } | null | 'wrong' => {
    if (from >= data.length) return null;
    if (data[from] !== mark) return 'wrong';
    const end = data.indexOf('\r\n', from);
    if (end < 0) return null;
    const value = Number.parseInt(data.slice(from + 1, end), 10);
    return value > 0 && value <= most ? { size: value, next: end + 2 } : 'wrong';
  };
  const count = size('*', MAX_WORDS, 0);
  if (count === null) return null;
  if (count === 'wrong') return PROTOCOL_ERROR;
  const argv: Bytes[] = [];
  let { next } = count;
  while (argv.length < count.size) {
    const word = size('$', MAX_WORD, next);
    if (word === null) return null;
    if (word === 'wrong') return PROTOCOL_ERROR;
    const end = word.next + word.size;
    if (data.length < end + 2) return null;
    argv.push(data.slice(word.next, end));
    next = end + 2;
  }
  return argv;
}
