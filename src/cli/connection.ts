/* The connection of redis-cli: connecting, AUTH, SELECT, HELLO, reading replies, following MOVED and
 * ASK (after cliConnect, cliReadReply and cliSendCommand in redis-cli.c 7.0).
 *
 * The session is plain data, so that a prompt can be a checkpoint. */

import type { Bytes } from '#base/bytes.ts';
import { Attribute, ErrorReply, NullArray, Push } from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import { fetchedPrograms } from './fetched.ts';
import { formatRaw, formatReply, formatTty, toResp2, UnknownReplyType } from './format.ts';
import * as ops from './ops.ts';
import { Exit, Interrupted } from './ops.ts';
import { atoi } from './options.ts';
import type { CliConfig } from './options.ts';
import type { Handle, ProgramEnv, Step } from './program.ts';

/** The peer has gone, which at a prompt is no reason to end. */
const CLOSED = /^(?:Server closed|Connection reset|Broken pipe)/;

export interface Session {
  config: CliConfig;
  /** Null: "not connected". */
  handle: Handle | null;
  /** Text of the error that ended the connection; the next command connects anew. */
  error: string | null;
  interactive: boolean;
  stdoutTty: boolean;
  colors: boolean;
  /** Database of the connection, as far as redis-cli knows. */
  db: number;
  inMulti: boolean;
  dbBeforeMulti: number;
  monitor: boolean;
  pubsub: boolean;
  /** SHUTDOWN was sent: that the connection ends is the answer. */
  shutdown: boolean;
  hints: boolean;
  /** Set by a redirect: send the command again, after ASKING if so. */
  reissue: boolean;
  asking: boolean;
  lastReplyWasError: boolean;
  lastReplyWasNil: boolean;
  /** EVAL is to be debugged; a script is; it has come to its end. */
  ldbOnEval: boolean;
  ldb: boolean;
  ldbEnded: boolean;
}

export function newSession(config: CliConfig, env: ProgramEnv, interactive: boolean): Session {
  return {
    config,
    handle: null,
    error: null,
    interactive,
    stdoutTty: env.stdoutTty,
    colors: env.vars['TERM']?.includes('xterm') ?? false,
    db: 0,
    inMulti: false,
    dbBeforeMulti: 0,
    monitor: false,
    pubsub: false,
    shutdown: false,
    hints: true,
    reissue: false,
    asking: false,
    lastReplyWasError: false,
    lastReplyWasNil: false,
    ldbOnEval: false,
    ldb: false,
    ldbEnded: false,
  };
}

/** host:port, with brackets around an IPv6 address. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Connects when there is no connection, or in any case when `force`; prepares it (AUTH, SELECT,
 *  HELLO). False when something of this failed, which was then printed unless `quiet`. */
export function* cliConnect(session: Session, how: 'if-needed' | 'force' | 'quiet'): Step<boolean> {
  if (session.handle !== null && how !== 'force') return true;
  const { config } = session;
  if (session.handle !== null) {
    yield* ops.disconnect(session.handle);
    session.handle = null;
    session.db = 0;
    session.inMulti = false;
    session.pubsub = false;
  }
  session.error = null;
  const made = yield* ops.connect(config.host, config.port);
  if ('error' in made) {
    if (how !== 'quiet') {
      yield* ops.printError(`Could not connect to Redis at ${config.host}:${config.port}: ${made.error}\n`);
    }
    return false;
  }
  session.handle = made.handle;
  return (yield* cliAuth(session)) && (yield* cliSelect(session)) && (yield* cliSwitchProto(session));
}

/** One command outside the flow of the user's commands; null when the connection broke. */
export function* command(session: Session, argv: readonly Bytes[]): Step<Reply | null> {
  if (session.handle === null) return null;
  const sent = yield* ops.send(session.handle, argv);
  const answer = sent ?? (yield* ops.receive(session.handle));
  if ('reply' in answer) return answer.resp === 2 ? toResp2(answer.reply) : answer.reply;
  session.error = 'error' in answer ? answer.error : 'Resource temporarily unavailable';
  return null;
}

/** True unless the reply is an error or there is none. */
function failed(reply: Reply): reply is ErrorReply {
  return reply instanceof ErrorReply;
}

function* cliAuth(session: Session): Step<boolean> {
  const { user, auth } = session.config;
  if (auth === null) return true;
  const reply = yield* command(session, user === null ? ['AUTH', auth] : ['AUTH', user, auth]);
  if (reply === null && session.error !== null) {
    yield* ops.printError('\nI/O error\n');
    return false;
  }
  if (reply !== null && failed(reply)) {
    yield* ops.printError(`AUTH failed: ${reply.text}\n`);
    return false;
  }
  return true;
}

export function* cliSelect(session: Session): Step<boolean> {
  const { config } = session;
  if (config.db === session.db) return true;
  const reply = yield* command(session, ['SELECT', String(config.db)]);
  if (reply === null && session.error !== null) return false;
  if (reply !== null && failed(reply)) {
    yield* ops.printError(`SELECT ${config.db} failed: ${reply.text}\n`);
    return false;
  }
  session.db = config.db;
  return true;
}

function* cliSwitchProto(session: Session): Step<boolean> {
  if (!session.config.resp3) return true;
  const reply = yield* command(session, ['HELLO', '3']);
  if (reply === null && session.error !== null) return false;
  if (reply !== null && failed(reply)) {
    yield* ops.printError(`HELLO 3 failed: ${reply.text}\n`);
    return false;
  }
  return true;
}

/** Says what broke the connection, if there was one. */
export function* printContextError(session: Session): Step<void> {
  if (session.handle !== null && session.error !== null) yield* ops.printError(`Error: ${session.error}\n`);
}

/** Reads one reply and prints it. False when the connection is gone. */
export function* cliReadReply(session: Session, rawStrings: boolean): Step<boolean> {
  if (session.handle === null) return false;
  let answer: ops.Received;
  try {
    answer = yield* ops.receive(session.handle);
  } catch (error) {
    if (!(error instanceof Interrupted) || !(session.monitor || session.pubsub)) throw error;
    // Ctrl-C leaves MONITOR and subscriptions by a new connection.
    session.monitor = false;
    session.pubsub = false;
    return yield* cliConnect(session, 'force');
  }
  if (!('reply' in answer)) {
    if (session.shutdown) {
      yield* ops.disconnect(session.handle);
      session.handle = null;
      return true;
    }
    session.error = 'error' in answer ? answer.error : 'Resource temporarily unavailable';
    if (session.interactive && CLOSED.test(session.error)) return false;
    yield* printContextError(session);
    throw new Exit(1);
  }
  if (answer.resp === 3 && answer.reply instanceof Attribute) {
    // The client library of 7.0 does not know this type and gives the connection up.
    yield* ops.printError('Error: Protocol error, got "|" as reply type byte\n');
    throw new Exit(1);
  }
  const reply = answer.resp === 2 ? toResp2(answer.reply) : answer.reply;
  if (reply instanceof Push && !session.pubsub && !session.monitor) {
    if (session.config.showPushes) yield* ops.print(formatPush(reply));
    return yield* cliReadReply(session, rawStrings);
  }
  session.lastReplyWasError = reply instanceof ErrorReply;
  session.lastReplyWasNil = reply === null || reply instanceof NullArray;
  if (reply instanceof ErrorReply) {
    if (session.config.setErrcode && !session.interactive) {
      yield* ops.printError(`${reply.text}\n`);
      throw new Exit(1);
    }
    if (session.config.cluster && /^(MOVED|ASK) /.test(reply.text)) {
      yield* followRedirect(session, reply.text);
      return true;
    }
  }
  yield* printReply(session, reply, rawStrings);
  return true;
}

/** Prints a reply in the chosen form. */
export function* printReply(session: Session, reply: Reply, rawStrings: boolean): Step<void> {
  const fetched = session.ldb ? fetchedPrograms() : null;
  if (fetched !== null) return yield* fetched.printLdbReply(session, reply);
  const { output, itemDelimiter, replyDelimiter } = session.config;
  try {
    yield* ops.print(formatReply(reply, output, { rawStrings, itemDelimiter, replyDelimiter }));
  } catch (error) {
    if (error instanceof UnknownReplyType) yield* ops.printError(error.text);
    throw error;
  }
}

/** "MOVED 3999 127.0.0.1:6381": turns to that server and asks for the command to be sent again. */
function* followRedirect(session: Session, text: Bytes): Step<void> {
  const [kind, slot = '', address = ''] = text.split(' ');
  const colon = address.lastIndexOf(':');
  // An empty host is taken as it is, and found nowhere.
  session.config.host = address.slice(0, Math.max(0, colon));
  session.config.port = atoi(address.slice(colon + 1));
  if (session.interactive) {
    const { host, port } = session.config;
    yield* ops.print(`-> Redirected to slot [${atoi(slot)}] located at ${host}:${port}\n`);
  }
  session.reissue = true;
  if (kind === 'ASK') session.asking = true;
}

/** Out-of-band data of RESP3. */
function formatPush(push: Push): Bytes {
  const [kind, keys] = push.items;
  if (kind !== 'invalidate') return formatTty(push, '');
  if (!Array.isArray(keys)) return '-> invalidate: NULL\n';
  return `-> invalidate: ${(keys as Reply[]).map((key) => `'${formatRaw(key, '\n')}'`).join(', ')}\n`;
}
