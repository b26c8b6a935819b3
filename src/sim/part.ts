/* A part of the world with the door through which it is driven: in this thread or across a port.
 *
 * All arguments and results are plain data. A whole world is one part, or several that host.ts runs
 * window by window. Snapshots stay inside the part and are called by numbers. */

import type { Bytes } from '#base/bytes.ts';
import { cloneGraph } from '#base/clone.ts';
import type { Linenoise } from '#cli/program.ts';
import type { Micros, Payload, Process } from '#redis/io.ts';
import type { Fault, RunOutcome, ServerFiles } from '#session/api.ts';
import type { Ack } from './ack-tap.ts';
import { applyFault } from './faults.ts';
import type {
  ClientFrame,
  FrameRequest,
  LinkFrame,
  PacketFrame,
  ServerFrame,
  ServerSurvey,
  SurveyRequest,
} from './frame.ts';
import type { Followed } from './ledger.ts';
import type { Machine, MachineInfo } from './machine.ts';
import { HEARTBEATS } from './heartbeats.ts';
import { packetFrames } from './packets.ts';
import { WorldEvent } from './queue.ts';
import { segmentLabel } from './payload.ts';
import { Segment, type SegmentContent } from './segment.ts';
import type { Vital } from './vital.ts';
import { decodePayload, encodePayload } from './wire.ts';
import { World, type Halt, type PlacedEvent, type Stop, type WorldOptions } from './world.ts';

/** A segment between two parts: replies travel as bytes. */
export interface Parcel {
  readonly time: Micros;
  readonly source: number;
  readonly seq: number;
  readonly target: number;
  readonly id: number;
  readonly content: SegmentContent;
  readonly sentAt: Micros;
  readonly lost: boolean;
}

/** What is done to the world from outside, in all parts at the same time. */
export type Action =
  | { readonly kind: 'add'; readonly info: MachineInfo; readonly start: boolean }
  /** A machine that may be there already, if its process is down: it gets these files, and starts. */
  | { readonly kind: 'launch'; readonly info: MachineInfo; readonly files: Readonly<Record<string, Bytes>> }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'input'; readonly name: string; readonly input: unknown }
  /** The members `from` to before `to` of a cluster that has long been there take their places in it. */
  | {
      readonly kind: 'given';
      readonly members: readonly unknown[];
      readonly from: number;
      readonly to: number;
    };

/** Makes some of the servers members of a cluster. */
type Give = (from: number, to: number) => void;

/** What ends a run early. */
export interface StopRule {
  /** Types of protocol events, or all of them. */
  readonly types?: readonly string[] | 'all';
  /** The next message that reaches a process. */
  readonly message?: boolean;
  /** A console that waits for a line, or has ended. */
  readonly prompt?: string;
  /** The next message of the bus that is sent and is no heartbeat. */
  readonly news?: boolean;
}

/** The reason of a stop for news, after which a clock goes on. */
export const NEWS = 'news';

/** How things stand in a part after something was done to it. */
export interface PartStatus {
  now: Micros;
  /** Time of its next event; Infinity for none. */
  next: Micros;
  /** Least latency of any link. */
  lookaheadUs: number;
  outgoing: Parcel[];
  stopped: Stop | null;
  halted: Halt | null;
}

/** What a console shows at this moment; `text` is everything that is remembered of it. */
export interface ConsoleState {
  id: string;
  shown: string;
  /** Characters ever shown; `shown` holds the last of them. */
  shownEnd: number;
  printed: string;
  printedEnd: number;
  prompt: string | null;
  hidden: boolean;
  linenoise?: Linenoise | null;
  /** Where typed lines begin, as positions like `shownEnd`, and when they were taken. */
  lines?: readonly { from: number; at: Micros }[];
  exited: boolean;
  /** How programs ended that the shell ran here, the last one last. */
  outcomes?: readonly RunOutcome[];
  /** Numbers of those that run still. */
  running?: readonly number[];
}

export type KeyContent = [key: string, value: string | null, expiresMs: number | null];

/** Reads processes; made by the session, which knows their classes. Never changes anything. */
export interface Viewer {
  /** `views` asks for what the server believes of the others, `full` for log and configuration too. */
  server(world: World, machine: Machine, views: boolean, full: boolean): ServerFrame | null;
  console(process: Process | null, name: string): ConsoleState | null;
  client(process: Process | null, machine: Machine, world: World): ClientFrame | null;
  vital(world: World, machine: Machine): Vital | null;
  holdings(process: Process | null, followed: readonly Followed[]): (Bytes | null)[] | null;
  /** Keys that a process itself holds, with the values that are strings (null for others), and the
   *  Unix ms at which they expire. */
  contents(process: Process | null): KeyContent[];
  survey(process: Process | null, request: SurveyRequest): ServerSurvey | null;
}

export interface PartReport {
  servers: ServerFrame[];
  links: LinkFrame[];
  wall: string[][] | null;
  packets: PacketFrame[];
  consoles: ConsoleState[];
  clients: ClientFrame[];
  packetsDelivered: number;
  commandsDelivered: number;
  /** By name of the server; empty unless asked for. */
  contents: Record<string, KeyContent[]>;
}

export interface ReportRequest extends FrameRequest {
  /** Segments that arrived since then are shown too. */
  arrivedSince: Micros;
  /** Servers whose views are wanted without asking. */
  detailAll: boolean;
  contents?: boolean;
}

export interface PartOptions extends WorldOptions {
  readonly viewer: Viewer;
  /** For the action 'given'; made by the session, which knows servers and says what they are told. */
  readonly give?: (world: World, members: readonly unknown[]) => Give;
}

export class Part {
  private world: World;
  private readonly viewer: Viewer;
  private readonly makeGive: PartOptions['give'];
  private give: Give | undefined;
  private readonly snapshots = new Map<number, World>();

  constructor(options: PartOptions) {
    this.viewer = options.viewer;
    this.makeGive = options.give;
    this.world = new World(options);
  }

  apply(action: Action): PartStatus {
    const { world } = this;
    switch (action.kind) {
      case 'add': {
        world.addMachine(action.info);
        const machine = world.machine(action.info.name);
        if (machine && action.start) world.start(machine);
        break;
      }
      case 'launch':
        this.launch(action.info, action.files);
        break;
      case 'fault':
        applyFault(world, action.fault);
        break;
      case 'input': {
        const machine = world.machine(action.name);
        if (machine) world.deliver(machine, { kind: 'input', input: action.input });
        break;
      }
      case 'given':
        if (action.from === 0) this.give = this.makeGive?.(world, action.members);
        this.give?.(action.from, action.to);
        if (action.to === action.members.length) this.give = undefined;
        break;
    }
    return this.status();
  }

  private launch(info: MachineInfo, files: Readonly<Record<string, Bytes>>): void {
    const { world } = this;
    if (!world.has(info.name)) world.addMachine(info);
    else if (!world.refit(info)) return;
    const machine = world.machine(info.name);
    if (!machine) return;
    for (const [path, data] of Object.entries(files)) machine.disk.write(path, data);
    world.start(machine);
  }

  /** What is on the disk of a machine, and its log. */
  files(name: string): ServerFiles {
    const machine = this.world.machine(name);
    const files: Record<string, Bytes> = {};
    for (const path of machine?.disk.list() ?? []) files[path] = machine?.disk.read(path) ?? '';
    return { files, log: machine ? [...machine.log] : [] };
  }

  /** Runs to `until` and all its events; only for a world of one part. */
  run(until: Micros, stop: StopRule | null): PartStatus {
    this.world.probe = stop && new StopProbe(this, stop);
    this.world.run(until);
    this.world.probe = null;
    return this.status();
  }

  /** Runs the events before `horizon`. */
  window(horizon: Micros, incoming: readonly Parcel[], stop: StopRule | null): PartStatus {
    const { world } = this;
    world.probe = stop && new StopProbe(this, stop);
    world.runWindow(horizon, incoming.map(unpack));
    world.probe = null;
    return this.status();
  }

  /** All parts have come to `now`. */
  settle(now: Micros): void {
    this.world.settle(now);
  }

  status(): PartStatus {
    const { world } = this;
    const outgoing = world.remote.map(pack);
    world.remote = [];
    const { stopped, halted } = world;
    return {
      now: world.now,
      next: world.nextTime(),
      lookaheadUs: Math.floor(world.network.lookaheadUs()),
      outgoing,
      stopped,
      halted,
    };
  }

  /** Protocol events since they were last taken. */
  takeEvents(): PlacedEvent[] {
    const { events } = this.world;
    this.world.events = [];
    return events;
  }

  /** Acknowledged writes since they were last taken. */
  takeAcks(): Ack[] {
    const { acks } = this.world;
    this.world.acks = [];
    return acks;
  }

  vitals(): Vital[] {
    const out: Vital[] = [];
    for (const machine of this.world.machines) {
      const vital = machine && this.viewer.vital(this.world, machine);
      if (vital) out.push(vital);
    }
    return out;
  }

  /** What each server holds of what is followed. */
  holdings(followed: readonly Followed[]): Record<string, (Bytes | null)[]> {
    const out: Record<string, (Bytes | null)[]> = {};
    for (const machine of this.world.machines) {
      const values = machine && this.viewer.holdings(machine.process, followed);
      if (values) out[machine.name] = values;
    }
    return out;
  }

  /** What each running server answers to a survey. */
  survey(request: SurveyRequest): Record<string, ServerSurvey> {
    const out: Record<string, ServerSurvey> = {};
    for (const machine of this.world.machines) {
      if (!machine || machine.state === 'down') continue;
      const answer = this.viewer.survey(machine.process, request);
      if (answer) out[machine.name] = answer;
    }
    return out;
  }

  hashes(): [string, string][] {
    return this.world.hashes();
  }

  snapshot(id: number): void {
    this.snapshots.set(id, cloneGraph(this.world));
  }

  restore(id: number): PartStatus {
    const snapshot = this.snapshots.get(id);
    if (!snapshot) throw new Error(`there is no snapshot ${id}`);
    this.world = cloneGraph(snapshot);
    return this.status();
  }

  release(ids: readonly number[]): void {
    for (const id of ids) this.snapshots.delete(id);
  }

  consoleState(name: string): ConsoleState | null {
    return this.viewer.console(this.world.machine(name)?.process ?? null, name);
  }

  report(request: ReportRequest): PartReport {
    const { world, viewer } = this;
    const report: PartReport = {
      servers: [],
      links: [],
      wall: null,
      packets: packetFrames(world, request.arrivedSince),
      consoles: [],
      clients: [],
      packetsDelivered: world.packetsDelivered,
      commandsDelivered: world.commandsDelivered,
      contents: {},
    };
    for (const machine of world.machines) {
      if (!machine) continue;
      const { process, name } = machine;
      const full = request.detail?.includes(name) ?? false;
      const server = viewer.server(world, machine, full || request.detailAll, full);
      if (server) report.servers.push(server);
      if (request.contents) report.contents[name] = viewer.contents(process);
      const console = viewer.console(process, name);
      if (console) report.consoles.push(console);
      const client = viewer.client(process, machine, world);
      if (client) report.clients.push(client);
    }
    if (world.part === 0) this.reportLinks(report);
    return report;
  }

  private reportLinks(report: PartReport): void {
    const { network, directory } = this.world;
    report.links = network
      .unusualLinks(directory.infos.map(({ name }) => name))
      .map(({ from, to, cut, quality }) => ({ from, to, cut, ...quality }));
    report.wall = network.wall();
  }

  /** Payload of a segment that is under way to this part, or has just arrived. */
  packet(id: number): {
    segment: { from: string; to: string; sentAt: Micros; deliverAt: Micros };
    payload: Payload | null;
  } | null {
    const { world } = this;
    const held = world.machines.flatMap((machine) => {
      return machine ? [...machine.sockets.extras.values()].flatMap((extra) => extra.held) : [];
    });
    const segment = [...world.inFlight(), ...held, ...world.arrived].find((candidate) => candidate.id === id);
    if (!segment) return null;
    const { content, sentAt, deliverAt } = segment;
    const place = { from: world.nameOf(content.from), to: world.nameOf(content.to), sentAt, deliverAt };
    return { segment: place, payload: content.payload };
  }

  /** The world itself, for tests and for tools that live in the same thread. */
  peek(): World {
    return this.world;
  }
}

class StopProbe {
  private readonly part: Part;
  private readonly rule: StopRule;

  constructor(part: Part, rule: StopRule) {
    this.part = part;
    this.rule = rule;
  }

  onEvent({ event }: PlacedEvent): string | null {
    const { types } = this.rule;
    return types === 'all' || types?.includes(event.type) ? event.type : null;
  }

  onSent(segment: Segment): string | null {
    if (this.rule.news !== true || segment.content.payload?.kind !== 'bus') return null;
    return HEARTBEATS.has(segmentLabel(segment).label) ? null : NEWS;
  }

  afterEvent(event: WorldEvent): string | null {
    if (this.rule.message && event.segment?.content.payload) return 'message';
    if (this.rule.prompt === undefined) return null;
    const state = this.part.consoleState(this.rule.prompt);
    return state && (state.prompt !== null || state.exited) ? 'prompt' : null;
  }
}

function pack(event: WorldEvent): Parcel {
  const { time, source, seq, target } = event;
  const { id, content, sentAt, lost } = event.segment as Segment;
  const { payload } = content;
  if (payload?.kind !== 'reply') return { time, source, seq, target, id, content, sentAt, lost };
  // The encoded form stands in for the reply: a string is a reply as well.
  const carried: Payload = { kind: 'reply', resp: payload.resp, reply: encodePayload(payload) };
  return { time, source, seq, target, id, content: { ...content, payload: carried }, sentAt, lost };
}

function unpack(parcel: Parcel): WorldEvent {
  const { time, source, seq, target, id, sentAt, lost } = parcel;
  let { content } = parcel;
  if (content.payload?.kind === 'reply') {
    const { payload } = content;
    content = { ...content, payload: decodePayload(payload.reply as string, { ...payload, reply: null }) };
  }
  const segment = new Segment(id, content, sentAt, time, lost, false);
  return new WorldEvent(time, source, seq, target, 'segment', 0, '', segment);
}
