/* --rdb, --functions-rdb and --replica: reading what a replica would be sent (after getRDB and
 * slaveMode). */

import type { Bytes } from '#base/bytes.ts';
import { command } from '#cli/connection.ts';
import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import type { Handle, Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';

const EOF_MARK = 40;

/** How the snapshot begins: its length, or a mark that ends it. */
interface Preamble {
  length: number | null;
  mark: Bytes;
  /** What came behind the first line already. */
  rest: Bytes;
}

/** Asks for a full synchronisation. Null after a message when the master will not. */
function* sendSync(handle: Handle): Step<Preamble | null> {
  yield* ops.sendBytes(handle, 'SYNC\r\n');
  let head = '';
  for (;;) {
    const answer = yield* ops.receiveBytes(handle);
    if (!('data' in answer)) {
      yield* ops.printError('Error reading bulk length while SYNCing\n');
      return null;
    }
    head += answer.data;
    // Empty lines keep the connection alive while the snapshot is being made.
    head = head.replace(/^(?:\r?\n)+/, '');
    // PSYNC is answered by a line of its own.
    head = head.replace(/^\+.*\n/, '');
    const end = head.indexOf('\n');
    if (end < 0) continue;
    const line = head.slice(0, end).replace(/\r$/, '');
    const rest = head.slice(end + 1);
    if (line.startsWith('-')) {
      yield* ops.printError(`SYNC with master failed: ${line}\r\n`);
      return null;
    }
    if (line.startsWith('$EOF:')) return { length: null, mark: line.slice(5), rest };
    return { length: Number(line.slice(1)), mark: '', rest };
  }
}

/** The bytes of the snapshot, and what followed them. Null after a message. */
function* readSnapshot(handle: Handle, preamble: Preamble): Step<{ snapshot: Bytes; rest: Bytes } | null> {
  let data = preamble.rest;
  for (;;) {
    const end = preamble.length ?? data.indexOf(preamble.mark);
    if (preamble.length !== null ? data.length >= end : end >= 0) {
      return { snapshot: data.slice(0, end), rest: data.slice(preamble.length ?? end + EOF_MARK) };
    }
    const answer = yield* ops.receiveBytes(handle);
    if (!('data' in answer)) {
      yield* ops.printError(
        `I/O Error reading RDB payload from socket: ${'error' in answer ? answer.error : 'timeout'}\n`,
      );
      return null;
    }
    data += answer.data;
  }
}

/** Fetches a snapshot through `handle`, which is closed afterwards. False after a message. */
export function* fetchRdb(handle: Handle, path: Bytes): Step<boolean> {
  const preamble = yield* sendSync(handle);
  if (preamble === null) return false;
  const size =
    preamble.length === null ? 'bytes of bulk transfer until EOF marker' : `${preamble.length} bytes`;
  yield* ops.printError(`SYNC sent to master, writing ${size} to '${path}'\n`);
  const read = yield* readSnapshot(handle, preamble);
  yield* ops.disconnect(handle);
  if (read === null) return false;
  if (path === '-') yield* ops.print(read.snapshot);
  else {
    const failed = yield* ops.writeFile(path, read.snapshot);
    if (failed !== null) {
      yield* ops.printError(`Error opening '${path}': ${failed.error}\n`);
      return false;
    }
  }
  yield* ops.printError(
    preamble.length === null
      ? `Transfer finished with success after ${read.snapshot.length} bytes\n`
      : 'Transfer finished with success.\n',
  );
  return true;
}

function* replconf(session: Session, name: string, value: string): Step<boolean> {
  yield* ops.printError(`sending REPLCONF ${name} ${value}\n`);
  const reply = yield* command(session, ['REPLCONF', name, value]);
  if (reply instanceof ErrorReply) {
    yield* ops.printError(`REPLCONF ${name} error: ${reply.text}\n`);
    return false;
  }
  return session.error === null;
}

export function* rdbMode(session: Session, path: Bytes, functionsOnly: boolean): Step<number> {
  if (session.handle === null) return 1;
  yield* replconf(session, 'capa', 'eof');
  yield* replconf(session, 'rdb-only', '1');
  if (functionsOnly && !(yield* replconf(session, 'rdb-filter-only', 'functions'))) {
    yield* ops.printError('Failed requesting functions only RDB from server, aborting\n');
    return 1;
  }
  return (yield* fetchRdb(session.handle, path)) ? 0 : 1;
}

/** Follows the replication stream and prints its commands. */
export function* replicaMode(session: Session): Step<number> {
  const { handle } = session;
  if (handle === null) return 1;
  yield* replconf(session, 'capa', 'eof');
  yield* replconf(session, 'rdb-filter-only', '');
  return yield* followMaster(handle);
}

/** Prints what a master sends its replicas, until the connection ends. */
export function* followMaster(handle: Handle): Step<number> {
  const preamble = yield* sendSync(handle);
  if (preamble === null) return 1;
  const size =
    preamble.length === null
      ? 'bytes of bulk transfer until EOF marker'
      : `${preamble.length} bytes of bulk transfer`;
  yield* ops.printError(`SYNC with master, discarding ${size}...\n`);
  const read = yield* readSnapshot(handle, preamble);
  if (read === null) return 1;
  yield* ops.printError('SYNC done. Logging commands from master.\n');
  let stream = read.rest;
  for (;;) {
    stream = yield* printCommands(stream);
    const answer = yield* ops.receiveBytes(handle);
    if (!('data' in answer)) {
      yield* ops.printError('Server closed the connection\n');
      return 1;
    }
    stream += answer.data;
  }
}

/** Prints the complete commands in the stream; the incomplete rest is returned. */
function* printCommands(stream: Bytes): Step<Bytes> {
  let at = 0;
  for (;;) {
    while (stream[at] === '\n' || stream[at] === '\r') at++;
    const parsed = parseCommand(stream, at);
    if (parsed === null) return stream.slice(at);
    yield* ops.print(parsed.argv.map((word) => `"${word}"`).join(',') + '\n');
    at = parsed.end;
  }
}

function parseCommand(stream: Bytes, from: number): { argv: Bytes[]; end: number } | null {
  const head = /^\*(\d+)\r\n/.exec(stream.slice(from, from + 32));
  if (head === null) return null;
  let at = from + head[0].length;
  const argv: Bytes[] = [];
  for (let left = Number(head[1]); left > 0; left--) {
    const bulk = /^\$(\d+)\r\n/.exec(stream.slice(at, at + 32));
    if (bulk === null) return null;
    const begin = at + bulk[0].length;
    const end = begin + Number(bulk[1]);
    if (stream.length < end + 2) return null;
    argv.push(stream.slice(begin, end));
    at = end + 2;
  }
  return { argv, end: at };
}
