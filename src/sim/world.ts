/* The world: machines, the network between them, and time.
 *
 * A World runs machines by handing each its events in the order (time, source, sequence). A machine's
 * handler touches nothing but that machine; whatever it does to others travels as segments that need
 * at least the network's lookahead. So the world can be split: each part is a World that hosts some
 * of the machines and knows of the rest only names and addresses; split.ts runs parts together. With
 * all machines in one part nothing is different but speed.
 *
 * What comes from outside (faults, typed lines) is applied between events, at the current time, in
 * all parts. Reading (frames) never changes anything that the trace hash sees. */

import { InvariantError } from '#base/assert.ts';
import { CLONE, sameShape, type Cloner } from '#base/clone.ts';
import type { Micros, Process, ProtocolEvent, SocketId } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import type { Ack, AckTap } from './ack-tap.ts';
import { Directory } from './directory.ts';
import { Machine, reachedAt, type Delivery, type MachineInfo, type ProcessSpec } from './machine.ts';
import { MachineIo } from './machine-io.ts';
import { Network, type LinkQuality } from './network.ts';
import type { WireCodec } from './payload.ts';
import { EventQueue, WorldEvent, type EventKind } from './queue.ts';
import { Segment } from './segment.ts';
import { ENDED } from './sockets.ts';
import {
  closeAll,
  flushOutbox,
  noteBuffered,
  noteConsumed,
  onRetransmit,
  onSegment,
  onSynTimer,
} from './tcp.ts';
import { mixPayload } from './trace.ts';

export interface WorldOptions {
  readonly seed: number;
  readonly startWallMs: number;
  readonly link: LinkQuality;
  /** Makes a process from its spec. */
  readonly factory: (spec: ProcessSpec, info: MachineInfo) => Process;
  /** Wire mode 'bytes' when given. */
  readonly codec?: WireCodec | undefined;
  /** Number of this part in a split world. */
  readonly part?: number;
}

/** A protocol event with its place. `order` counts the events of one process. */
export interface PlacedEvent {
  readonly at: Micros;
  readonly machine: number;
  readonly who: string;
  readonly order: number;
  readonly event: ProtocolEvent;
}

/** Why a run ended before its time. */
export interface Stop {
  reason: string;
  /** The protocol event that did it, if it was one. */
  event: PlacedEvent | null;
}

export interface Probe {
  /** After a protocol event. */
  onEvent(event: PlacedEvent): string | null;
  /** After an event of the queue was handled. */
  afterEvent(event: WorldEvent): string | null;
  /** When a segment leaves its sender. */
  onSent(segment: Segment): string | null;
}

export interface Halt {
  reason: string;
  at: Micros;
}

/** Arrived segments kept for the next frame. */
const ARRIVED_KEPT = 600;

export class World {
  readonly seed: number;
  readonly startWallMs: number;
  readonly part: number;
  readonly network: Network;
  now: Micros = 0;
  halted: Halt | null = null;
  /** Machines hosted here; others are null. Indexes are the same in every part. */
  readonly machines: (Machine | null)[] = [];
  readonly directory = new Directory();
  /** Segments for machines of other parts, made since they were last taken. */
  remote: WorldEvent[] = [];
  /** Protocol events since they were last taken. */
  events: PlacedEvent[] = [];
  /** Acknowledged writes since they were last taken. */
  acks: Ack[] = [];
  arrived: Segment[] = [];
  packetsDelivered = 0;
  commandsDelivered = 0;
  /** Looks at each event after it happened; a text ends the run after this instant. Not part of the
   *  world's state: whoever runs the world sets it for a run. */
  probe: Probe | null = null;
  stopped: Stop | null = null;
  private readonly factory: WorldOptions['factory'];
  private readonly codec: WireCodec | undefined;
  private readonly queue: EventQueue;
  private eventOrder = 0;

  constructor(options: WorldOptions) {
    this.seed = options.seed;
    this.startWallMs = options.startWallMs;
    this.part = options.part ?? 0;
    this.network = new Network(options.link);
    this.factory = options.factory;
    this.codec = options.codec;
    this.queue = new EventQueue();
  }

  /** The factory and the codec are code: shared. */
  [CLONE](clone: Cloner, register: (copy: unknown) => void): World {
    const copy = sameShape(this as unknown as Record<string, unknown>);
    register(copy);
    for (const key of Object.keys(copy)) {
      const value = copy[key];
      if (key === 'factory' || key === 'codec') continue;
      if (key === 'probe') copy[key] = null;
      // What has arrived is only of interest to the next frame, and a jump shows everything afresh.
      else if (key === 'arrived') copy[key] = [];
      else if (key === 'events' || key === 'acks' || key === 'remote') {
        copy[key] = (value as unknown[]).slice();
      } else copy[key] = clone(value);
    }
    return copy as unknown as World;
  }

  // ---- Machines ----

  /** Adds a machine to the directory, and to this part when it is hosted here. Its process does not
   *  run yet. Every part must add the same machines in the same order. */
  addMachine(info: MachineInfo): number {
    if (this.has(info.name)) throw new InvariantError(`two machines are called ${info.name}`);
    const index = this.directory.add(info);
    if (info.spec.kind === 'console') this.network.addObserver(info.name);
    this.machines.push(info.part === this.part ? new Machine(index, info, this.seed) : null);
    return index;
  }

  /** A server comes to another address, as when a container is started on another host: its process begins
   *  anew there, on its disk. Not where another lives. */
  move(name: string, ip: string): void {
    const index = this.directory.indexOf(name);
    this.beginElsewhere(index, this.directory.move(index, ip));
  }

  /** A server is put behind address translation, or comes from behind it. Its process begins anew as well. */
  translate(name: string, port: number | null): void {
    const index = this.directory.indexOf(name);
    this.beginElsewhere(index, this.directory.translate(index, port));
  }

  private beginElsewhere(index: number, info: MachineInfo | null): void {
    const machine = this.machines[index];
    if (!info || !machine) return;
    this.kill(machine);
    machine.info = info;
    this.start(machine);
  }

  /** Another program is to run on a server's machine, behind the ports it has. False when one runs, or
   *  when the machine is something else. */
  refit(info: MachineInfo): boolean {
    const index = this.directory.indexOf(info.name);
    const machine = this.machines[index];
    if (machine && machine.state !== 'down') return false;
    const kept = this.directory.refit(index, info);
    if (kept && machine) machine.info = kept;
    return kept !== null;
  }

  /** The machine of that name, when it is hosted here. */
  machine(name: string): Machine | null {
    return this.machines[this.directory.indexOf(name)] ?? null;
  }

  has(name: string): boolean {
    return this.directory.indexOf(name) >= 0;
  }

  nameOf(index: number): string {
    return this.directory.infos[index]?.name ?? '?';
  }

  /** The address from which a machine's connections seem to come. */
  addressOf(index: number): string {
    const info = this.directory.infos[index];
    return info ? reachedAt(info).ip : '';
  }

  mayListen(machine: Machine, port: number): boolean {
    return machine.info.ports.includes(port);
  }

  /** Starts the process of a machine that is down; on the disk that is there. */
  start(machine: Machine): void {
    if (machine.state !== 'down') return;
    machine.incarnation++;
    const process = this.factory(machine.info.spec, machine.info);
    machine.process = process;
    machine.state = 'running';
    machine.powered = true;
    process.io = new MachineIo(this, machine);
    machine.trace.mixString('start');
    machine.trace.mixWide(this.now);
    try {
      process.start();
    } catch (error) {
      this.haltOn(machine, error);
    }
    this.pump(machine);
  }

  /** SIGTERM: the process hears of it in its turn. */
  terminate(machine: Machine): void {
    if (machine.state === 'down') return;
    this.deliver(machine, { kind: 'signal', signal: 'TERM' });
  }

  /** The power fails: nothing more is sent or answered, and the disk keeps what was synced to it. */
  losePower(machine: Machine): void {
    if (!machine.powered) return;
    machine.powered = false;
    machine.trace.mixString('power');
    this.kill(machine);
    machine.disk.now = this.now;
    machine.disk.powerLoss();
  }

  /** The process dies at once. Its kernel still delivers what it wrote. */
  kill(machine: Machine): void {
    if (machine.state === 'down') return;
    machine.state = 'down';
    machine.process = null;
    machine.mailbox = [];
    machine.timers.clear();
    machine.blockedOn = 0;
    machine.busyUntil = 0;
    machine.trace.mixString('kill');
    machine.trace.mixWide(this.now);
    closeAll(this, machine);
  }

  pause(machine: Machine): void {
    if (machine.state !== 'running') return;
    machine.state = 'paused';
    machine.trace.mixString('pause');
  }

  resume(machine: Machine): void {
    if (machine.state !== 'paused') return;
    machine.state = 'running';
    machine.trace.mixString('resume');
    if (machine.blockedOn !== 0 && machine.blockedUntil <= this.now) this.endBlock(machine);
    this.onWake(machine);
  }

  /** The process ends by itself: everything it wrote is sent. */
  exit(machine: Machine, code: number): void {
    if (machine.state === 'down') return;
    machine.trace.mixString('exit');
    machine.trace.mix(code);
    flushOutbox(this, machine);
    this.kill(machine);
  }

  // ---- Time ----

  schedule(machine: Machine, time: Micros, kind: EventKind, number: number, name: string): void {
    const seq = machine.nextSeq();
    this.queue.push(new WorldEvent(time, machine.index, seq, machine.index, kind, number, name, null));
  }

  setTimer(machine: Machine, name: string, at: Micros): void {
    if (machine.state === 'down') return;
    const time = Math.max(Math.ceil(at), this.now);
    const known = machine.timers.get(name);
    if (known && known.version !== 0 && known.at === time) return;
    const version = ++machine.timerVersion;
    if (known) {
      known.at = time;
      known.version = version;
    } else machine.timers.set(name, { at: time, version });
    this.schedule(machine, time, 'timer', version, name);
  }

  /** Time of the next event here; Infinity when there is none. */
  nextTime(): Micros {
    return this.queue.peek()?.time ?? Infinity;
  }

  /** Runs all events up to and including `until`, then stands at `until`. The probe can end the run
   *  after an instant, a broken invariant ends it at once. */
  run(until: Micros): void {
    this.stopped = null;
    this.runEvents(until, true);
    if (this.halted === null && this.stopped === null) this.now = Math.max(this.now, until);
  }

  /** Runs all events before `horizon`: one window of a split world. Events may come from other parts
   *  for `horizon` and later only. */
  runWindow(horizon: Micros, incoming: readonly WorldEvent[]): void {
    for (const event of incoming) this.queue.push(event);
    this.stopped = null;
    this.runEvents(horizon, false);
  }

  /** All parts stand at `now`, however far each had something to do. */
  settle(now: Micros): void {
    if (this.halted === null) this.now = Math.max(this.now, now);
  }

  private runEvents(limit: Micros, inclusive: boolean): void {
    const { queue } = this;
    while (this.halted === null) {
      const event = queue.peek();
      if (!event || event.time > limit || (event.time === limit && !inclusive)) return;
      if (this.stopped !== null && event.time > this.now) return;
      queue.pop();
      this.now = event.time;
      this.dispatch(event);
      if (this.probe !== null && this.stopped === null) {
        const reason = this.probe.afterEvent(event);
        if (reason !== null) this.stopped = { reason, event: null };
      }
    }
  }

  private dispatch(event: WorldEvent): void {
    const machine = this.machines[event.target];
    if (!machine)
      throw new InvariantError(`an event for ${this.nameOf(event.target)} came to the wrong part`);
    switch (event.kind) {
      case 'segment': {
        const segment = event.segment as Segment;
        this.noteArrival(segment);
        onSegment(this, machine, segment);
        break;
      }
      case 'timer': {
        if (machine.timers.get(event.name)?.version !== event.number) return;
        this.deliver(machine, { kind: 'timer', name: event.name, version: event.number });
        break;
      }
      case 'wake':
        if (machine.wakeAt === event.time) this.onWake(machine);
        break;
      case 'unblock':
        if (machine.blockedOn === event.number && machine.blockedUntil <= this.now) {
          if (machine.state === 'running') this.endBlock(machine);
        }
        break;
      case 'syn':
        onSynTimer(this, machine);
        break;
      case 'retransmit':
        onRetransmit(this, machine, event.number);
        break;
    }
  }

  private noteArrival(segment: Segment): void {
    this.packetsDelivered++;
    if (segment.content.payload?.kind === 'command') this.commandsDelivered++;
    this.arrived.push(segment);
    if (this.arrived.length > ARRIVED_KEPT * 2) this.arrived = this.arrived.slice(-ARRIVED_KEPT);
  }

  // ---- Segments between machines ----

  /** Puts a segment under way, here or for another part. */
  route(segment: Segment): void {
    const { content } = segment;
    const sender = this.machines[content.from];
    if (!sender) throw new InvariantError('a segment must be sent by the part that hosts its sender');
    if (this.probe !== null && this.stopped === null) {
      const reason = this.probe.onSent(segment);
      if (reason !== null) this.stopped = { reason, event: null };
    }
    const sent = this.codec && content.payload ? throughWire(segment, this.codec) : segment;
    const seq = sender.nextSeq();
    const event = new WorldEvent(segment.deliverAt, content.from, seq, content.to, 'segment', 0, '', sent);
    if (this.machines[content.to]) this.queue.push(event);
    else this.remote.push(event);
  }

  /** Segments under way to machines hosted here. */
  inFlight(): Segment[] {
    const out: Segment[] = [];
    for (const { segment } of this.queue.items()) if (segment) out.push(segment);
    return out;
  }

  /** Takes a segment under way out of the queue and puts back what `change` makes of it. */
  rearrange(packet: number, change: (segment: Segment) => Segment[]): boolean {
    const [event] = this.queue.remove(({ segment }) => segment?.id === packet && !segment.copy);
    if (!event?.segment) return false;
    for (const segment of change(event.segment)) {
      const time = Math.max(this.now, segment.deliverAt);
      this.queue.push(new WorldEvent(time, event.source, event.seq, event.target, 'segment', 0, '', segment));
    }
    return true;
  }

  // ---- Turns of a process ----

  /** Hands something to the process, now or when it is ready. */
  deliver(machine: Machine, delivery: Delivery): void {
    if (machine.process === null) return;
    if (machine.mailbox.length === 0 && this.isReady(machine)) {
      this.handle(machine, delivery, false);
      if (machine.mailbox.length > 0) this.pump(machine);
      return;
    }
    machine.mailbox.push(delivery);
    if (delivery.kind === 'message') {
      const row = machine.sockets.row(delivery.socket);
      if (row >= 0) noteBuffered(this, machine, row, delivery.bytes);
    }
    this.pump(machine);
  }

  private isReady(machine: Machine): boolean {
    return machine.state === 'running' && machine.busyUntil <= this.now && machine.blockedOn === 0;
  }

  /** Gives the process what waits for it, as far as it takes it. */
  private pump(machine: Machine): void {
    let taken = 0;
    while (machine.state === 'running' && taken < machine.mailbox.length) {
      if (machine.busyUntil > this.now) break;
      if (machine.blockedOn !== 0) {
        machine.mailbox.splice(0, taken);
        taken = 0;
        const at = machine.mailbox.findIndex((waiting) => endsBlock(waiting, machine.blockedOn));
        if (at < 0) break;
        const [found] = machine.mailbox.splice(at, 1);
        machine.blockedOn = 0;
        this.handle(machine, found as Delivery, true);
        continue;
      }
      this.handle(machine, machine.mailbox[taken++] as Delivery, true);
    }
    if (taken > 0) machine.mailbox.splice(0, taken);
    if (machine.busyUntil > this.now && machine.mailbox.length > 0) this.wakeLater(machine);
  }

  /** Sees to it that a busy process gets its turn when it is done. */
  wakeLater(machine: Machine): void {
    if (machine.wakeAt === machine.busyUntil) return;
    machine.wakeAt = machine.busyUntil;
    this.schedule(machine, machine.busyUntil, 'wake', 0, '');
  }

  private onWake(machine: Machine): void {
    if (machine.state !== 'running') return;
    if (machine.busyUntil > this.now) {
      this.wakeLater(machine);
      return;
    }
    flushOutbox(this, machine);
    this.pump(machine);
  }

  blockOn(machine: Machine, socket: SocketId, until: Micros): void {
    const time = Math.max(Math.ceil(until), this.now);
    machine.blockedOn = socket;
    machine.blockedUntil = time;
    this.schedule(machine, time, 'unblock', socket, '');
  }

  private endBlock(machine: Machine): void {
    machine.blockedOn = 0;
    machine.mailbox.unshift({ kind: 'timer', name: 'block', version: -1 });
    this.pump(machine);
  }

  /** One call of a handler. Whatever it throws is a fault of this program: the world stops and says so. */
  private handle(machine: Machine, delivery: Delivery, waited: boolean): void {
    try {
      this.call(machine, delivery, waited);
    } catch (error) {
      this.haltOn(machine, error);
    }
  }

  private call(machine: Machine, delivery: Delivery, waited: boolean): void {
    const process = machine.process as Process;
    const { trace, sockets } = machine;
    switch (delivery.kind) {
      case 'timer': {
        if (delivery.version >= 0) {
          const timer = machine.timers.get(delivery.name);
          if (timer?.version !== delivery.version) return;
          timer.version = 0;
        }
        trace.mixWide(this.now);
        trace.mixString(delivery.name);
        return process.onTimer(delivery.name);
      }
      case 'signal':
        trace.mixWide(this.now);
        trace.mixString(delivery.signal);
        return process.onSignal(delivery.signal);
      case 'input':
        trace.mixWide(this.now);
        trace.mixString(JSON.stringify(delivery.input) ?? '');
        return process.onInput?.(delivery.input);
    }
    const row = sockets.row(delivery.socket);
    if (row < 0) return;
    trace.mixWide(this.now);
    trace.mixString(delivery.peer);
    switch (delivery.kind) {
      case 'accept':
        trace.mix(delivery.port);
        return process.onAccept(delivery.socket, delivery.port);
      case 'connect':
        trace.mix(-1);
        return process.onConnect(delivery.socket);
      case 'message':
        mixPayload(trace, delivery.payload);
        noteConsumed(this, machine, row, delivery.bytes, waited);
        if (machine.tap && delivery.payload.kind === 'reply') {
          this.noteReply(machine, machine.tap, delivery.socket, delivery.payload.reply, delivery.peer);
        }
        return process.onMessage(delivery.socket, delivery.payload);
      case 'close':
        trace.mixString(delivery.reason);
        if (sockets.state(row) === ENDED) sockets.free(row);
        machine.tap?.onClose(delivery.socket);
        return process.onClose(delivery.socket, delivery.reason);
    }
  }

  private noteReply(machine: Machine, tap: AckTap, socket: SocketId, reply: Reply, by: string): void {
    for (const write of tap.onReply(socket, reply)) {
      this.acks.push({ ...write, at: this.now, client: machine.name, by });
    }
  }

  private haltOn(machine: Machine, error: unknown): void {
    const text =
      error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ''}` : String(error);
    this.halt(`${machine.name}: ${text}`);
  }

  halt(reason: string): void {
    this.halted ??= { reason, at: this.now };
  }

  emit(machine: Machine, event: ProtocolEvent): void {
    machine.trace.mixString(event.type);
    const placed = {
      at: this.now,
      machine: machine.index,
      who: machine.name,
      order: this.eventOrder++,
      event,
    };
    this.events.push(placed);
    const reason = this.probe?.onEvent(placed) ?? null;
    if (reason !== null) this.stopped ??= { reason, event: placed };
  }

  /** The hashes of the processes hosted here, to be combined by name. */
  hashes(): [name: string, hex: string][] {
    const out: [string, string][] = [];
    for (const machine of this.machines) if (machine) out.push([machine.name, machine.trace.hex()]);
    return out;
  }
}

function endsBlock(delivery: Delivery, socket: SocketId): boolean {
  switch (delivery.kind) {
    case 'message':
    case 'close':
    case 'connect':
      return delivery.socket === socket;
    default:
      return false;
  }
}

function throughWire(segment: Segment, codec: WireCodec): Segment {
  const { content } = segment;
  const payload = content.payload;
  if (payload === null) return segment;
  const decoded = codec.decode(codec.encode(payload), payload);
  const { id, sentAt, deliverAt, lost, copy } = segment;
  return new Segment(id, { ...content, payload: decoded }, sentAt, deliverAt, lost, copy);
}
