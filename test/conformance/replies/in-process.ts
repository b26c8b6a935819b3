/* A server in this process as a target. Its time is virtual: a reply that must be waited for is there
 * as soon as the waiting is over, whatever the machine is doing. */

import { LoneServer } from '../lone-server.ts';
import { parseTree, type Tree } from './compare.ts';
import { encode, RESET, type Target } from './play.ts';

const PATIENCE_MS = 3000;
const STEP_MS = 50;

export class InProcess implements Target {
  readonly lone: LoneServer;
  sockets: Map<string, number> = new Map();
  inputs: Map<string, string> = new Map();

  constructor(config: Readonly<Record<string, string>>) {
    this.lone = new LoneServer({ save: '', 'enable-debug-command': 'yes', ...config });
    if (config['cluster-enabled'] === 'yes') {
      const socket = this.lone.connect();
      this.lone.ask(socket, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      this.lone.drop(socket);
      // A cluster that has just been formed does not serve yet.
      this.lone.advance(5000);
    }
  }

  async begin(): Promise<void> {
    for (const socket of this.sockets.values()) this.lone.drop(socket);
    this.sockets.clear();
    this.inputs.clear();
    for (const argv of RESET) {
      await this.send('1', encode(argv));
      await this.read('1');
    }
  }

  async send(connection: string, data: string): Promise<void> {
    let socket = this.sockets.get(connection);
    if (socket === undefined || this.lone.closed.has(socket)) {
      socket = this.lone.connect();
      this.sockets.set(connection, socket);
      this.inputs.set(connection, '');
    }
    this.lone.feed(socket, data);
    await this.sleep(0.1);
  }

  async read(connection: string): Promise<Tree> {
    const socket = this.sockets.get(connection);
    if (socket === undefined) return { t: 'CLOSED', v: '' };
    for (let waited = 0; ; waited += STEP_MS) {
      const input = (this.inputs.get(connection) ?? '') + this.lone.takeBytes(socket);
      const parsed = input === '' ? null : parseTree(input, 0);
      this.inputs.set(connection, parsed === null ? input : input.slice(parsed[1]));
      if (parsed !== null) return parsed[0];
      if (this.lone.closed.has(socket)) return { t: 'CLOSED', v: '' };
      if (waited >= PATIENCE_MS) return this.giveUp(connection, socket);
      this.lone.advance(STEP_MS);
    }
  }

  giveUp(connection: string, socket: number): Tree {
    this.lone.drop(socket);
    this.sockets.delete(connection);
    return { t: 'TIMEOUT', v: '' };
  }

  async sleep(milliseconds: number): Promise<void> {
    this.lone.advance(milliseconds);
    await Promise.resolve();
  }
}
