/* A few commands to a server over a real socket: what the bridge needs to form a cluster, as redis-cli
 * --cluster create would. One command at a time, no reconnection. */

import { connect, type Socket } from 'node:net';
import type { Bytes } from '#base/bytes.ts';
import { ErrorReply, Status, type Reply } from '#redis/reply.ts';
import { encodeCommand, ReplyParser } from '#redis/resp.ts';

export class AdminClient {
  private readonly socket: Socket;
  private readonly parser = new ReplyParser();
  private waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data) => {
      this.parser.feed(data.toString('latin1'));
      const reply = this.parser.next();
      if (reply !== undefined) this.waiting?.resolve(reply);
    });
    const lost = (): void => this.waiting?.reject(new Error('The server closed the connection.'));
    socket.on('error', lost);
    socket.on('close', lost);
  }

  /** A client that is connected to 127.0.0.1. */
  static open(port: number): Promise<AdminClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new AdminClient(socket)));
    });
  }

  /** The reply to one command; an error reply is thrown. */
  async call(...argv: (Bytes | number)[]): Promise<Reply> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(encodeCommand(argv.map(String)), 'latin1');
    });
    if (reply instanceof ErrorReply) throw new Error(`${argv.join(' ')}: ${reply.text}`);
    return reply;
  }

  /** As `call`, for replies that are text. */
  async text(...argv: (Bytes | number)[]): Promise<string> {
    const reply = await this.call(...argv);
    return reply instanceof Status ? reply.text : String(reply);
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }
}
