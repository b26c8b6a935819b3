/* A process of the world that runs an application: a cluster client with a workload, a lock or a cache
 * on top, started and steered by inputs of kind 'client'. It counts what it lives through. */

import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import type { App, AppHost } from './app.ts';
import { CacheApp } from './cache.ts';
import { ClusterClient, type Asked, type Request, type RequestOwner } from './cluster-client.ts';
import { Latencies } from './latency.ts';
import { LockApp } from './lock.ts';
import { Monitor } from './monitor.ts';
import { readSettings, type ClientSettings } from './settings.ts';
import { TransactionApp } from './transaction.ts';
import { Workload } from './workload.ts';

export interface ClientOptions {
  name: string;
  settings: unknown;
  /** All servers of the world. */
  servers: readonly { ip: string; port: number }[];
}

export class ClientProcess implements Process, RequestOwner, AppHost {
  io!: Io;
  readonly name: string;
  settings: ClientSettings;
  readonly seeds: readonly string[];
  latencies = new Latencies();
  ops = 0;
  errors = 0;
  staleReads = 0;
  lastError = '';
  running = true;
  readonly client: ClusterClient;
  readonly app: App;

  constructor({ name, settings, servers }: ClientOptions) {
    this.name = name;
    this.settings = readSettings(settings);
    const { seeds, kind } = this.settings;
    const chosen = seeds.length === 0 ? servers : seeds.map((port) => ({ ip: '127.0.0.1', port }));
    this.seeds = chosen.map(({ ip, port }) => `${ip}:${port}`);
    // Redlock stands on masters that know nothing of each other.
    if (kind === 'redlock') this.settings = { ...this.settings, cluster: false };
    this.client = new ClusterClient(this, this.settings, this.seeds);
    this.app = makeApp(this);
  }

  start(): void {
    this.client.start();
    this.app.start();
  }

  submit(asked: Asked): void {
    this.client.submit(asked);
  }

  onResult(request: Request, reply: Reply): void {
    this.ops++;
    this.latencies.add(this.io.now - request.beganAt);
    if (reply instanceof ErrorReply) {
      this.errors++;
      this.lastError = reply.text;
    }
    this.app.onResult(request, reply);
  }

  countStaleRead(): void {
    this.staleReads++;
  }

  onAccept(): void {}

  onConnect(socket: SocketId): void {
    this.client.onConnect(socket);
  }

  onMessage(socket: SocketId, payload: Payload): void {
    if (payload.kind === 'reply') this.client.onReply(socket, payload.reply);
  }

  onClose(socket: SocketId, reason: CloseReason): void {
    this.client.onClose(socket, reason);
  }

  onTimer(timer: string): void {
    if (this.client.onTimer(timer) || (!this.running && timer === 'work')) return;
    this.app.onTimer(timer);
  }

  onSignal(): void {
    this.io.exit(0);
  }

  onInput(input: unknown): void {
    const { action, spec } = input as { action: string; spec?: unknown };
    if (action === 'stop') {
      this.running = false;
      return;
    }
    const { kind, cluster } = this.settings;
    this.settings = { ...readSettings(spec, this.settings), kind, cluster };
    this.client.configure(this.settings);
    const stopped = !this.running;
    this.running = true;
    if (!stopped || action !== 'start') return this.app.changed();
    this.countAnew();
    this.app.start();
  }

  /** Who starts a program once more wants to know how it fares from now on. */
  private countAnew(): void {
    this.ops = this.errors = this.staleReads = this.client.redirects = 0;
    this.latencies = new Latencies();
  }
}

function makeApp(process: ClientProcess): App {
  switch (process.settings.kind) {
    case 'workload':
      return new Workload(process);
    case 'lock':
      return new LockApp(process, false);
    case 'redlock':
      return new LockApp(process, true);
    case 'cache':
      return new CacheApp(process);
    case 'counter':
    case 'transfer':
      return new TransactionApp(process);
    case 'monitor':
      return new Monitor(process);
  }
}
