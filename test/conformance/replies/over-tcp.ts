/* A server behind TCP as a target: a real redis-server, or ours behind the bridge. */

import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseTree, type Tree } from './compare.ts';
import { encode, RESET, type Target } from './play.ts';

const PATIENCE_MS = 3000;

interface Connection {
  socket: Socket;
  input: string;
  closed: boolean;
  /** Called when something has arrived. */
  wake: (() => void) | null;
}

export class OverTcp implements Target {
  readonly port: number;
  connections: Map<string, Connection> = new Map();

  constructor(port: number) {
    this.port = port;
  }

  async begin(): Promise<void> {
    this.end();
    for (const argv of RESET) {
      await this.send('1', encode(argv));
      await this.read('1');
    }
  }

  /** Closes all connections. */
  end(): void {
    for (const { socket } of this.connections.values()) socket.destroy();
    this.connections.clear();
  }

  async send(name: string, data: string): Promise<void> {
    let connection = this.connections.get(name);
    if (connection === undefined || connection.closed) {
      connection = await this.open();
      this.connections.set(name, connection);
    }
    connection.socket.write(data, 'latin1');
  }

  async read(name: string): Promise<Tree> {
    const connection = this.connections.get(name);
    if (connection === undefined) return { t: 'CLOSED', v: '' };
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const parsed = connection.input === '' ? null : parseTree(connection.input, 0);
      if (parsed !== null) {
        connection.input = connection.input.slice(parsed[1]);
        return parsed[0];
      }
      if (connection.closed) return { t: 'CLOSED', v: '' };
      if (deadline.aborted) {
        connection.socket.destroy();
        connection.closed = true;
        return { t: 'TIMEOUT', v: '' };
      }
      await new Promise<void>((resolve) => {
        connection.wake = resolve;
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async sleep(milliseconds: number): Promise<void> {
    await pause(milliseconds);
  }

  private async open(): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
    const connection: Connection = { socket, input: '', closed: false, wake: null };
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('data', (data) => {
      connection.input += data.toString('latin1');
      connection.wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      connection.closed = true;
      connection.wake?.();
    });
    return connection;
  }
}
