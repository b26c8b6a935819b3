/* A peer that is made of nothing but packets: it joins a server on its bus port, and then sends what a test
 * wants. It never answers after it has joined, so that what it sent last is what the server knows. */

import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { encodeMessage, decodeMessage } from '#redis/cluster/codec.ts';
import { gossipSection } from '#redis/cluster/gossip-section.ts';
import type { BusData, BusMessage } from '#redis/cluster/message.ts';

const PING = 0;
const PONG = 1;
const MEET = 2;
const HEADER = 8;

export class BusPeer {
  readonly id: string;
  readonly cport: number;
  /** What the server sent on the connection that we opened. */
  readonly heard: BusMessage[] = [];
  closed = false;
  private readonly listener: Server;
  private readonly socket: Socket;
  private readonly accepted: Socket[] = [];
  private joined = false;

  private constructor(id: string, listener: Server, socket: Socket) {
    this.id = id;
    this.listener = listener;
    this.socket = socket;
    const address = listener.address();
    this.cport = typeof address === 'object' && address ? address.port : 0;
    listener.on('connection', (link) => {
      this.accepted.push(link);
      link.on('error', () => {});
      readMessages(link, ({ type }) => {
        if (type === PING && !this.joined) link.write(encodeMessage(this.message(PONG)));
      });
    });
    socket.on('error', () => {});
    socket.on('close', () => (this.closed = true));
    readMessages(socket, (message) => this.heard.push(message));
  }

  /** Introduces itself to the server that has this client port. */
  static async meet(port: number, id: string): Promise<BusPeer> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const socket = connect({ host: '127.0.0.1', port: port + 10_000 });
    await once(socket, 'connect');
    const peer = new BusPeer(id, listener, socket);
    peer.send(encodeMessage(peer.message(MEET)));
    return peer;
  }

  /** The server knows it by its name: from now on it only speaks when a test says so. */
  settle(): void {
    this.joined = true;
    this.heard.length = 0;
  }

  /** A message that a healthy master without slots sends. */
  message(type: number, data: BusData = { kind: 'gossip', section: gossipSection([]) }): BusMessage {
    return {
      type,
      port: 7999,
      currentEpoch: 0,
      configEpoch: 0,
      offset: 0,
      sender: this.id,
      myslots: new Uint8Array(2048),
      slaveof: '',
      myip: '',
      pport: 0,
      cport: this.cport,
      flags: 17,
      state: 0,
      mflags: 0,
      data,
    };
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  end(): void {
    this.listener.close();
    for (const link of [this.socket, ...this.accepted]) link.destroy();
  }
}

function readMessages(socket: Socket, take: (message: BusMessage) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= HEADER && rest.length >= rest.readUInt32BE(4)) {
      const length = rest.readUInt32BE(4);
      const message = decodeMessage(new Uint8Array(rest.subarray(0, length)));
      rest = rest.subarray(length);
      if (!('dropped' in message)) take(message);
    }
  });
}
