/* Acknowledged writes, read off the conversations of clients: which write was answered with success,
 * by whom, when. Only commands that set a whole string value are followed, since only of those one can
 * say later whether the value is still there; deletions and all other writes are followed as writes of
 * nothing. */

import type { Bytes } from '#base/bytes.ts';
import type { Micros, Payload, SocketId } from '#redis/io.ts';
import { CMD_WRITE } from '#redis/command-table.ts';
import { lookupCommand } from '#redis/commands.ts';
import { getKeyPositions } from '#redis/keys.ts';
import { ErrorReply, Push, Status, type Reply } from '#redis/reply.ts';

/** One acknowledged write. Immutable. */
export interface Ack {
  readonly at: Micros;
  readonly key: Bytes;
  /** Null for a deletion. */
  readonly value: Bytes | null;
  readonly client: string;
  /** Name of the server that answered. */
  readonly by: string;
}

/** Stands for all keys of a server: FLUSHALL. No followed key is called so. */
export const EVERY_KEY: Bytes = '\0*';

interface Write {
  key: Bytes;
  value: Bytes | null;
}

/** After these replies do not follow commands one by one any more. */
const BREAKS_TURNS = new Set(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'MONITOR', 'CLIENT', 'RESET', 'QUIT']);

/** The conversations of one client machine. */
export class AckTap {
  /** Commands without reply yet, by socket; null when the conversation cannot be followed. */
  private readonly asked = new Map<SocketId, (readonly Bytes[])[] | null>();
  /** Writes queued by MULTI, by socket. */
  private readonly queued = new Map<SocketId, Write[][]>();

  onSend(socket: SocketId, payload: Payload): void {
    if (payload.kind === 'reply' || payload.kind === 'bus') return;
    let asked = this.asked.get(socket);
    if (asked === null) return;
    if (payload.kind === 'bytes' || BREAKS_TURNS.has((payload.argv[0] ?? '').toUpperCase())) {
      this.asked.set(socket, null);
      return;
    }
    if (!asked) this.asked.set(socket, (asked = []));
    asked.push(payload.argv);
  }

  /** The writes that a reply acknowledges. */
  onReply(socket: SocketId, reply: Reply): Write[] {
    const asked = this.asked.get(socket);
    if (!asked || reply instanceof Push) return [];
    const argv = asked.shift();
    if (!argv || reply instanceof ErrorReply) return [];
    const name = (argv[0] as Bytes).toUpperCase();
    if (name === 'MULTI') this.queued.set(socket, []);
    const queue = this.queued.get(socket);
    if (queue && name === 'DISCARD') this.queued.delete(socket);
    else if (queue && name === 'EXEC') {
      this.queued.delete(socket);
      return Array.isArray(reply) ? acknowledged(queue, reply as readonly Reply[]) : [];
    } else if (queue && reply instanceof Status && reply.text === 'QUEUED') queue.push(writesOf(argv));
    else return succeeded(argv, reply) ? writesOf(argv) : [];
    return [];
  }

  onClose(socket: SocketId): void {
    this.asked.delete(socket);
    this.queued.delete(socket);
  }
}

function acknowledged(queue: readonly Write[][], replies: readonly Reply[]): Write[] {
  return queue.flatMap((writes, at) => (replies[at] instanceof ErrorReply ? [] : writes));
}

/** SET NX and the like succeed only with OK; SETNX with 1. */
function succeeded(argv: readonly Bytes[], reply: Reply): boolean {
  const name = (argv[0] as Bytes).toUpperCase();
  if (name === 'SET') return reply instanceof Status;
  if (name === 'SETNX' || name === 'MSETNX') return reply === 1;
  return true;
}

/** What a command writes, as far as the ledger follows it. A value that will expire counts as nothing
 *  to be expected. */
function writesOf(argv: readonly Bytes[]): Write[] {
  const name = (argv[0] as Bytes).toUpperCase();
  const [, key = '', value = ''] = argv;
  switch (name) {
    case 'SET': {
      const options = argv.slice(3).map((word) => word.toUpperCase());
      const expires = options.some((word) => /^(EX|PX|EXAT|PXAT|KEEPTTL)$/.test(word));
      return [{ key, value: expires ? null : value }];
    }
    case 'GETSET':
    case 'SETNX':
      return [{ key, value }];
    case 'MSET':
    case 'MSETNX': {
      const out: Write[] = [];
      for (let at = 1; at + 1 < argv.length; at += 2)
        out.push({ key: argv[at] as Bytes, value: argv[at + 1] as Bytes });
      return out;
    }
    case 'EVAL':
    case 'EVALSHA':
    case 'FCALL':
      return argv.slice(3, 3 + Number(argv[2])).map((touched) => ({ key: touched, value: null }));
    case 'FLUSHALL':
    case 'FLUSHDB':
      return [{ key: EVERY_KEY, value: null }];
    default:
      return unfollowed(argv);
  }
}

/** Any other write: what its keys hold now is not followed. MIGRATE leaves a value what it was. */
function unfollowed(argv: readonly Bytes[]): Write[] {
  const command = lookupCommand(argv);
  if (command === null || (command.flags & CMD_WRITE) === 0 || command.name === 'migrate') return [];
  return getKeyPositions(command, argv).map((at) => ({ key: argv[at] as Bytes, value: null }));
}
