/* --rdb, --functions-rdb and --replica: reading what a replica would be sent (after getRDB and
 * slaveMode). */

import type { Bytes } from '#base/bytes.ts';
import { cliReadReply, command } from '#cli/connection.ts';
import type { Session } from '#cli/connection.ts';
import * as ops from '#cli/ops.ts';
import { Exit } from '#cli/ops.ts';
import type { Handle, Step } from '#cli/program.ts';
import { ErrorReply } from '#redis/reply.ts';

/** What ends a snapshot of unknown length when the server has named nothing: forty zero bytes. */
const NO_MARK = '\0'.repeat(40);

/** How the snapshot ends: after so many bytes, or behind a mark. */
interface Preamble {
  length: number | null;
  mark: Bytes;
}

/** Asks for a full synchronisation. Null after a message when the master will not. */
function* sendSync(handle: Handle): Step<Preamble | null> {
  yield* ops.sendBytes(handle, 'SYNC\r\n');
  let line = '';
  // Empty lines keep the connection alive while the snapshot is being made.
  while (!/[^\n]\n$/.test(line)) {
    // Byte by byte: what comes behind this line is somebody else's to read.
    const answer = yield* ops.receiveBytes(handle, { atMost: 1 });
    if (!('data' in answer)) {
      yield* ops.printError('Error reading bulk length while SYNCing\n');
      return null;
    }
    line += answer.data;
  }
  line = line.trim();
  if (line.startsWith('-')) {
    yield* ops.printError(`SYNC with master failed: ${line}\r\n`);
    return null;
  }
  if (line.startsWith('$EOF:')) return { length: null, mark: line.slice(5, 45) };
  // The answer to a typed PSYNC is no length either.
  return { length: Number.parseInt(line.slice(1), 10) || null, mark: NO_MARK };
}

/** The bytes of the snapshot, the mark behind them among them, or why they did not come. */
function* readSnapshot(
  handle: Handle,
  { length, mark }: Preamble,
): Step<{ data: Bytes } | { error: string }> {
  let data = '';
  while (length === null ? !data.endsWith(mark) : data.length < length) {
    const left = length === null ? {} : { atMost: length - data.length };
    const answer = yield* ops.receiveBytes(handle, left);
    if (!('data' in answer)) return 'error' in answer ? answer : { error: 'timeout' };
    data += answer.data;
  }
  return { data };
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
  if ('error' in read) {
    yield* ops.printError(`I/O Error reading RDB payload from socket: ${read.error}\n`);
    return false;
  }
  const snapshot = preamble.length === null ? read.data.slice(0, -preamble.mark.length) : read.data;
  if (path === '-') yield* ops.print(snapshot);
  else {
    const failed = yield* ops.writeFile(path, snapshot);
    if (failed !== null) {
      yield* ops.printError(`Error opening '${path}': ${failed.error}\n`);
      return false;
    }
  }
  yield* ops.printError(
    preamble.length === null
      ? `Transfer finished with success after ${snapshot.length} bytes\n`
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
  if (session.error === null) return true;
  yield* ops.printError('\nI/O error\n');
  throw new Exit(1);
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
  yield* replconf(session, 'capa', 'eof');
  yield* replconf(session, 'rdb-filter-only', '');
  yield* followMaster(session);
  return 0;
}

/** Prints what a master sends its replicas, until the connection ends. */
export function* followMaster(session: Session): Step<void> {
  const { handle, config } = session;
  if (handle === null) return;
  const preamble = yield* sendSync(handle);
  if (preamble === null) throw new Exit(1);
  const { length } = preamble;
  const size =
    length === null ? 'bytes of bulk transfer until EOF marker' : `${length} bytes of bulk transfer`;
  yield* ops.printError(`SYNC with master, discarding ${size}...\n`);
  const read = yield* readSnapshot(handle, preamble);
  if ('error' in read) {
    yield* ops.printError('Error reading RDB payload while SYNCing\n');
    throw new Exit(1);
  }
  const after = length === null ? ` after ${read.data.length} bytes` : '';
  yield* ops.printError(`SYNC done${after}. Logging commands from master.\n`);
  if (length === null) {
    // A master that sent no length streams only to who says that it has everything. No reply comes to
    // this, so the first command of the stream is taken for one.
    yield* ops.sleep(1_000_000);
    yield* replconf(session, 'ACK', '0');
  }
  const { output } = config;
  config.output = 'csv';
  while (yield* cliReadReply(session, false));
  config.output = output;
}
