/* Tiny processes to test the world with: a server that answers, a client that follows a script. */

import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import { Status } from '#redis/reply.ts';
import type { MachineInfo, ProcessSpec } from '#sim/machine.ts';
import { World, type WorldOptions } from '#sim/world.ts';

abstract class Toy implements Process {
  io!: Io;
  /** What happened, as "time what". */
  journal: string[] = [];
  note(text: string): void {
    this.journal.push(`${this.io.now} ${text}`);
  }
  start(): void {}
  onAccept(socket: SocketId, port: number): void {
    this.note(`accept ${port}`);
    void socket;
  }
  onConnect(_socket: SocketId): void {
    this.note('connect');
  }
  onMessage(_socket: SocketId, payload: Payload): void {
    this.note(payload.kind === 'command' ? payload.argv.join(' ') : payload.kind);
  }
  onClose(_socket: SocketId, reason: CloseReason): void {
    this.note(reason);
  }
  onTimer(timer: string): void {
    this.note(`timer ${timer}`);
  }
  onSignal(signal: string): void {
    this.note(signal);
  }
}

/** Answers every command with its last word; WORK n is busy for n microseconds, BLOCK n sits on the
 *  socket that sent it; TICK sets a periodic timer. */
export class Echo extends Toy {
  port: number;
  ticks = 0;
  constructor(port: number) {
    super();
    this.port = port;
  }
  override start(): void {
    this.io.listen(this.port);
  }
  override onMessage(socket: SocketId, payload: Payload): void {
    super.onMessage(socket, payload);
    if (payload.kind !== 'command') return;
    const [name, amount] = payload.argv;
    if (name === 'WORK') this.io.busy(Number(amount));
    if (name === 'BLOCK') this.io.blockOn(socket, this.io.now + Number(amount));
    if (name === 'TICK') this.io.setTimer('tick', this.io.now + 1000);
    if (name === 'CLOSE') this.io.close(socket);
    if (name === 'THROW') throw new TypeError('on purpose');
    this.io.send(socket, { kind: 'reply', reply: new Status(payload.argv.at(-1) ?? ''), resp: 2 });
  }
  override onTimer(timer: string): void {
    this.note(`timer ${timer}`);
    if (timer !== 'tick') return;
    this.ticks++;
    this.io.emit({ type: 'TICK', n: this.ticks, dice: this.io.random.below(6) });
    this.io.setTimer('tick', this.io.now + 1000);
  }
}

/** Connects at start and sends its words when they are due: [at, command]. */
export class Caller extends Toy {
  port: number;
  script: [number, string][];
  socket: SocketId = 0;
  constructor(port: number, script: [number, string][]) {
    super();
    this.port = port;
    this.script = script;
  }
  override start(): void {
    this.socket = this.io.connect('127.0.0.1', this.port);
    this.script.forEach(([at], index) => this.io.setTimer(`say${index}`, at));
  }
  override onTimer(timer: string): void {
    const [, words] = this.script[Number(timer.slice(3))] as [number, string];
    this.io.send(this.socket, { kind: 'command', argv: words.split(' ') });
  }
  override onMessage(_socket: SocketId, payload: Payload): void {
    if (payload.kind === 'reply') this.note(`+${(payload.reply as Status).text}`);
  }
}

export function toyFactory(spec: ProcessSpec): Process {
  if (spec.kind === 'echo') return new Echo(spec['port'] as number);
  return new Caller(spec['port'] as number, spec['script'] as [number, string][]);
}

export function echo(port: number, part = 0): MachineInfo {
  return { name: String(port), ip: '127.0.0.1', ports: [port], spec: { kind: 'echo', port }, part };
}

export function caller(name: string, port: number, script: [number, string][], part = 0): MachineInfo {
  return { name, ip: '127.0.0.1', ports: [], spec: { kind: 'caller', port, script }, part };
}

export function toyWorld(machines: MachineInfo[], options: Partial<WorldOptions> = {}): World {
  const world = new World({
    seed: 1,
    startWallMs: 0,
    link: { latencyUs: 500, jitterUs: 0, loss: 0 },
    factory: toyFactory,
    ...options,
  });
  for (const info of machines) world.addMachine(info);
  for (const machine of world.machines) if (machine) world.start(machine);
  return world;
}

export function journal(world: World, name: string): string[] {
  return (world.machine(name)?.process as Toy | null)?.journal ?? [];
}
