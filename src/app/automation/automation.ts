/* window.playground: the page as a program sees it. Tests drive the page through it, and a page that
 * embeds this one can too. It does what a reader can do and nothing else, so whatever it does is in
 * the log of inputs like the rest. Times are virtual milliseconds. */

import type { Playground } from '#app/state/playground.svelte.ts';
import type { Fault, RunCondition, StepKind } from '#session/api.ts';
import type { Frame, ServerFrame } from '#sim/frame.ts';

const MICROS = 1000;
/** How long a command or a condition may take, virtual milliseconds, unless told otherwise. */
const DEFAULT_LIMIT_MS = 60_000;

export interface Automation {
  /** Resolves when the world stands and the page can be used; rejects when it cannot. */
  ready: Promise<void>;
  /** Runs a line on a console and resolves to what it printed. `console` is the id of a tab, or the
   *  name of a server; "7000c" is redis-cli -c on it. Without it, the tab in front. */
  exec(line: string, options?: { console?: string; limitMs?: number }): Promise<string>;
  /** The last frame as plain JSON. */
  state(): AutomationState;
  clock: {
    now(): number;
    play(): void;
    pause(): void;
    step(kind?: StepKind): Promise<number>;
    /** Sets the speed (virtual seconds per second) and returns it; without one, just returns it. */
    speed(speed?: number): number;
    seek(ms: number): Promise<number>;
    /** Lets exactly so much virtual time pass. */
    advance(ms: number): Promise<number>;
    /** Runs until an event of that type (or a condition) comes; resolves to what stopped it, null
     *  when the limit passed first. */
    runUntil(condition: string | RunCondition, limitMs?: number): Promise<string | null>;
  };
  fault: {
    kill(server: string): Promise<void>;
    pause(server: string): Promise<void>;
    resume(server: string): Promise<void>;
    restart(server: string): Promise<void>;
    wipe(server: string): Promise<void>;
    terminate(server: string): Promise<void>;
    powerLoss(server: string): Promise<void>;
    /** One link, or all links of a server. */
    cut(from: string, to?: string, options?: { oneWay?: boolean }): Promise<void>;
    /** One link, all links of a server, or everything. */
    heal(from?: string, to?: string, options?: { oneWay?: boolean }): Promise<void>;
    /** Any fault of the session's own vocabulary. */
    apply(fault: Fault): Promise<void>;
  };
  hash(): Promise<string>;
  undo(): Promise<number>;
  save(): Promise<unknown>;
  load(file: unknown): Promise<void>;
  /** Resolves when everything asked for so far has happened and is drawn. */
  idle(): Promise<void>;
}

export interface AutomationState {
  time: number;
  wall: number;
  branch: string;
  hash: string;
  playing: boolean;
  servers: AutomationServer[];
}

export interface AutomationServer {
  name: string;
  port: number;
  state: string;
  nodeId: string;
  role: string;
  master: string | null;
  clusterState: string;
  slots: [number, number][];
  currentEpoch: number;
  configEpoch: number;
  keys: number;
  offset: number;
  /** What this server believes of the others; null in worlds too large to ask all. */
  view:
    | { name: string | null; id: string; flags: string[]; configEpoch: number; slots: [number, number][] }[]
    | null;
}

declare global {
  interface Window {
    playground: Automation;
  }
}

/** Puts the automation API on the window. */
export function installAutomation(playground: Playground): void {
  window.playground = {
    ready: playground.begun,
    exec: (line, options) => exec(playground, line, options),
    state: () => stateOf(playground),
    clock: clockOf(playground),
    fault: faultsOf(playground),
    hash: () => playground.hash(),
    undo: async () => ms(await playground.undo()),
    save: () => playground.save(),
    load: (file) => playground.load(file),
    idle: () => drawn(playground),
  };
}

const ms = (frame: Frame): number => frame.now / MICROS;

async function exec(
  playground: Playground,
  line: string,
  { console, limitMs = DEFAULT_LIMIT_MS }: { console?: string; limitMs?: number } = {},
): Promise<string> {
  const id = await consoleFor(playground, console);
  return playground.exec(id, line, limitMs * MICROS);
}

async function consoleFor(playground: Playground, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) {
    const active = playground.consoles.activeId;
    if (active !== null) return active;
    throw new Error('no console is open');
  }
  if (playground.consoles.find(wanted)) return wanted;
  const redirects = wanted.endsWith('c');
  const server = redirects ? wanted.slice(0, -1) : wanted;
  if (!playground.server(server)) throw new Error(`no console and no server is called ${wanted}`);
  return (await playground.typist.open(server, redirects)).id;
}

function clockOf(playground: Playground): Automation['clock'] {
  return {
    now: () => playground.now / MICROS,
    play: () => playground.play(),
    pause: () => playground.pause(),
    step: async (kind = 'event') => ms(await playground.step(kind)),
    speed(speed) {
      if (speed !== undefined) playground.clock.setSpeed(speed);
      return playground.clock.speed;
    },
    seek: async (to) => ms(await playground.seek(to * MICROS)),
    advance: async (by) => ms(await playground.advance(by * MICROS)),
    async runUntil(condition, limitMs = DEFAULT_LIMIT_MS) {
      const wanted = typeof condition === 'string' ? { event: condition } : condition;
      return (await playground.runUntil(wanted, limitMs * MICROS)).stoppedBy;
    },
  };
}

function faultsOf(playground: Playground): Automation['fault'] {
  const one =
    (kind: 'kill' | 'pause' | 'resume' | 'restart' | 'wipe' | 'terminate' | 'powerLoss') =>
    (server: string) =>
      playground.fault({ kind, server });
  return {
    kill: one('kill'),
    pause: one('pause'),
    resume: one('resume'),
    restart: one('restart'),
    wipe: one('wipe'),
    terminate: one('terminate'),
    powerLoss: one('powerLoss'),
    cut: (from, to, options = {}) =>
      playground.fault(
        to === undefined ? { kind: 'isolate', server: from } : { kind: 'cut', from, to, ...options },
      ),
    heal: (from, to, options = {}) => {
      if (from === undefined) return playground.fault({ kind: 'healAll' });
      if (to === undefined) return playground.fault({ kind: 'rejoin', server: from });
      return playground.fault({ kind: 'heal', from, to, ...options });
    },
    apply: (fault) => playground.fault(fault),
  };
}

function stateOf(playground: Playground): AutomationState {
  const { frame } = playground;
  return {
    time: playground.now / MICROS,
    wall: frame?.wallMs ?? 0,
    branch: frame?.branch ?? '',
    hash: frame?.hash ?? '',
    playing: playground.clock.playing,
    servers: playground.servers.map(serverOf),
  };
}

function serverOf(server: ServerFrame): AutomationServer {
  return {
    name: server.name,
    port: server.port,
    state: server.state,
    nodeId: server.nodeId,
    role: server.role,
    master: server.masterName,
    clusterState: server.clusterState,
    slots: server.slots,
    currentEpoch: server.currentEpoch,
    configEpoch: server.configEpoch,
    keys: server.keys,
    offset: server.replication.offset,
    view:
      server.view?.map(({ name, id, flags, configEpoch, slots }) => ({
        name,
        id,
        flags,
        configEpoch,
        slots,
      })) ?? null,
  };
}

/** Waits for the calls under way, and for the browser to have painted what they gave. */
async function drawn(playground: Playground): Promise<void> {
  await playground.idle();
  await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
