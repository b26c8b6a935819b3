/* Acknowledged writes, read off the conversations of clients: which write was answered with success,
 * by whom, when. What a command writes ack-writes.ts says. */

import type { Bytes } from '#base/bytes.ts';
import type { Micros, Payload, SocketId } from '#redis/io.ts';
import { ErrorReply, Push, Status, type Reply } from '#redis/reply.ts';
import { writesOf, type Write } from './ack-writes.ts';

/** One acknowledged write. Immutable. */
export interface Ack extends Write {
  readonly at: Micros;
  readonly client: string;
  /** Name of the server that answered. */
  readonly by: string;
}

/** After these replies do not follow commands one by one any more. */
const BREAKS_TURNS = new Set(['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'MONITOR', 'CLIENT', 'RESET', 'QUIT']);

/** The conversations of one client machine. */
export class AckTap {
  /** Commands without reply yet, by socket; null when the conversation cannot be followed. */
  private readonly asked = new Map<SocketId, (readonly Bytes[])[] | null>();
  /** Commands queued by MULTI, by socket. */
  private readonly queued = new Map<SocketId, (readonly Bytes[])[]>();

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
    // Keys are followed in the first database only.
    if (name === 'SELECT' && Number(argv[1]) !== 0) this.asked.set(socket, null);
    if (name === 'MULTI') this.queued.set(socket, []);
    const queue = this.queued.get(socket);
    if (queue && name === 'DISCARD') this.queued.delete(socket);
    else if (queue && name === 'EXEC') {
      this.queued.delete(socket);
      return Array.isArray(reply) ? acknowledged(queue, reply as readonly Reply[]) : [];
    } else if (queue && reply instanceof Status && reply.text === 'QUEUED') queue.push(argv);
    else return writesOf(argv, reply);
    return [];
  }

  onClose(socket: SocketId): void {
    this.asked.delete(socket);
    this.queued.delete(socket);
  }
}

function acknowledged(queue: readonly (readonly Bytes[])[], replies: readonly Reply[]): Write[] {
  return queue.flatMap((argv, at) => {
    const reply = replies[at];
    return reply === undefined || reply instanceof ErrorReply ? [] : writesOf(argv, reply);
  });
}
