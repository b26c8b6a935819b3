/* One typed command: sending it, repeating it, reading its replies in the mode it opens, keeping
 * track of what it did to the connection (after issueCommandRepeat and cliSendCommand). */

import type { Bytes } from '#base/bytes.ts';
import { cliConnect, cliReadReply, cliSelect, command, printContextError } from './connection.ts';
import type { Session } from './connection.ts';
import { outputHelp } from './help.ts';
import { followMaster } from './modes/rdb.ts';
import * as ops from './ops.ts';
import { Exit } from './ops.ts';
import { atoi } from './options.ts';
import type { Step } from './program.ts';

/** Runs a command `repeat` times (for ever when negative), following redirects. False when the
 *  connection failed. */
export function* issueCommandRepeat(session: Session, argv: readonly Bytes[], repeat: number): Step<boolean> {
  // Help needs no server.
  if (!session.ldb && /^(?:help|\?)$/i.test(argv[0] ?? '')) {
    yield* ops.printControl(outputHelp(argv.slice(1)));
    return true;
  }
  for (;;) {
    if (session.reissue || session.handle === null || session.error !== null) {
      if (!(yield* cliConnect(session, 'force'))) {
        // The address that cannot be reached stays: the prompt says "not connected".
        session.reissue = false;
        if (session.handle === null) return false;
      }
    }
    session.reissue = false;
    if (session.asking) {
      session.asking = false;
      yield* command(session, ['ASKING']);
    }
    if (!(yield* cliSendCommand(session, argv, repeat))) {
      yield* printContextError(session);
      if (session.handle !== null) yield* ops.disconnect(session.handle);
      session.handle = null;
      return false;
    }
    if (!(session.config.cluster && session.reissue)) return true;
  }
}

/** Commands whose reply is a text made for people: printed as it is on a terminal. */
export function wantsRawOutput(argv: readonly Bytes[]): boolean {
  const [first = '', second = ''] = argv.map((word) => word.toLowerCase());
  switch (first) {
    case 'info':
    case 'lolwut':
      return true;
    case 'debug':
      return argv.length >= 2 && (second === 'htstats' || second === 'htstats-key');
    case 'memory':
      return argv.length >= 2 && (second === 'malloc-stats' || second === 'doctor');
    case 'cluster':
      return argv.length === 2 && (second === 'nodes' || second === 'info');
    case 'client':
      return argv.length >= 2 && (second === 'list' || second === 'info');
    case 'latency':
      return (argv.length === 3 && second === 'graph') || (argv.length === 2 && second === 'doctor');
    case 'proxy':
      return argv.length >= 2 && second === 'info';
    default:
      return false;
  }
}

function* cliSendCommand(session: Session, argv: readonly Bytes[], repeat: number): Step<boolean> {
  const name = (argv[0] ?? '').toLowerCase();
  if (session.handle === null) return false;
  const rawStrings = wantsRawOutput(argv);
  if (name === 'script' && argv.length === 3 && argv[1]?.toLowerCase() === 'debug')
    session.ldbOnEval = /^(yes|sync)$/i.test(argv[2] as Bytes);
  if (name === 'eval') session.ldb ||= session.ldbOnEval;
  session.shutdown = name === 'shutdown';
  for (let left = repeat; left !== 0; left--) {
    const sent = yield* ops.send(session.handle, argv);
    if (sent !== null) {
      session.error = sent.error;
      return false;
    }
    if (name === 'monitor') {
      if (!(yield* readMonitor(session))) return false;
      return true;
    }
    if (name === 'subscribe' || name === 'psubscribe' || name === 'ssubscribe') {
      yield* readMessages(session);
      continue;
    }
    if (name === 'sync' || name === 'psync') {
      yield* ops.print('Entering replica output mode...  (press Ctrl-C to quit)\n');
      yield* followMaster(session);
      return false;
    }
    if (!(yield* cliReadReply(session, rawStrings))) return false;
    if (session.handle === null) return true;
    yield* trackState(session, name, argv);
    if (session.reissue) return true;
    if (session.config.intervalMicros > 0) yield* ops.sleep(session.config.intervalMicros);
  }
  return true;
}

function* readMonitor(session: Session): Step<boolean> {
  session.monitor = true;
  while (session.monitor) {
    if (!(yield* cliReadReply(session, false))) {
      session.monitor = false;
      return false;
    }
    if (session.lastReplyWasError) session.monitor = false;
  }
  return true;
}

/** Messages are read until Ctrl-C; a refusal or a redirect ends the reading at once. */
function* readMessages(session: Session): Step<void> {
  session.pubsub = true;
  if (session.config.output === 'standard') {
    yield* ops.print('Reading messages... (press Ctrl-C to quit)\n');
  }
  while (session.pubsub) {
    const connected = yield* cliReadReply(session, false);
    if (!connected) {
      yield* printContextError(session);
      throw new Exit(1);
    }
    if (session.lastReplyWasError || session.reissue) session.pubsub = false;
  }
}

/** What the command did to the connection, for the prompt and for the next connection. */
function* trackState(session: Session, name: string, argv: readonly Bytes[]): Step<void> {
  const ok = !session.lastReplyWasError;
  if (session.reissue) return;
  if (name === 'select' && argv.length === 2 && ok) {
    session.config.db = session.db = atoi(argv[1] as Bytes);
  } else if (name === 'auth' && (argv.length === 2 || argv.length === 3)) {
    yield* cliSelect(session);
  } else if (name === 'multi' && argv.length === 1 && ok) {
    session.inMulti = true;
    session.dbBeforeMulti = session.db;
  } else if (name === 'exec' && argv.length === 1 && session.inMulti) {
    session.inMulti = false;
    if (!ok || session.lastReplyWasNil) session.config.db = session.db = session.dbBeforeMulti;
  } else if (name === 'discard' && argv.length === 1 && ok) {
    session.inMulti = false;
    session.config.db = session.db = session.dbBeforeMulti;
  } else if (name === 'reset' && argv.length === 1 && ok) {
    session.inMulti = false;
    session.db = 0;
    session.config.db = 0;
    session.config.resp3 = false;
  }
}
