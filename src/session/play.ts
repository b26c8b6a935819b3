/* Plays recorded actions on a session, as a person would do them: the solutions of lessons in tests,
 * the hidden start of a lesson, and the live proofs of interview cards. */

import { keyHashSlot } from '#base/crc16.ts';
import { HAND, type LessonControl } from '#lesson/control.ts';
import type { Action } from '#lesson/types.ts';
import type { Micros } from '#redis/io.ts';
import type { Fault, SessionApi } from './api.ts';
import { parseChaos } from './chaos.ts';
import { parseFault } from './fault-text.ts';

const MS = 1000;
/** A command may wait for a whole cluster to be made. */
const LINE_LIMIT_US = 300_000 * MS;

/** What redis-cli says when its connection has gone. */
const LOST = /^Error: (Server closed the connection|Connection reset by peer)$/m;

/** What was typed where and what came back. */
export interface Played {
  console: string;
  line: string;
  output: string;
}

export class Player {
  readonly session: SessionApi;
  readonly onLine: (played: Played) => void;
  opened = new Set<string>();
  /** Before the name of each console: those of the page begin so. */
  readonly ownConsoles: string;

  constructor(
    session: SessionApi,
    onLine: (played: Played) => void = () => undefined,
    ownConsoles = 'console:',
  ) {
    this.session = session;
    this.onLine = onLine;
    this.ownConsoles = ownConsoles;
  }

  /** Plays all actions in order; rejects with what went wrong when one cannot be done. */
  async play(actions: readonly Action[]): Promise<void> {
    for (const action of actions) await this.act(action);
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'line':
        return this.line(action.console, action.line);
      case 'fault':
        return this.session.input({ kind: 'fault', fault: parseFault(await this.fill(action.fault)) });
      case 'wait':
        await this.session.advance(action.ms * MS);
        return;
      case 'until':
        await this.session.runUntil({ expression: action.expression }, action.limitMs * MS);
        return;
      case 'act': {
        const answer = /^answered:([\w-]+)=(\d+)$/.exec(action.act);
        if (answer) await this.tell({ do: 'answer', quiz: answer[1] as string, choice: Number(answer[2]) });
        else await this.tell({ do: 'act', act: action.act });
        return;
      }
      case 'launch': {
        const config = `port ${action.port}\n`;
        return this.session.input({ kind: 'launch', port: action.port, config });
      }
      case 'chaos': {
        const { id, faults, hand, lastsMs } = action.chaos;
        await handOf(this.session).play(hand);
        const { now, servers } = await this.session.frame();
        await this.tell({ do: 'chaos', id, lastsMs });
        return this.session.schedule(plannedFaults(fillPlaces(faults, servers), now));
      }
      case 'client':
        await this.session.input({ kind: 'client', id: action.id, action: action.action, spec: action.spec });
    }
  }

  private tell(control: LessonControl): Promise<boolean> {
    return this.session.setLesson(control);
  }

  async line(console: string, line: string): Promise<void> {
    if (console !== 'every') return this.type(console, await this.fill(line));
    const frame = await this.session.frame();
    for (const server of frame.servers) await this.type(server.name, await this.fill(line));
  }

  /** Opens the console of that name, unless it is open. */
  async open(name: string): Promise<void> {
    if (this.opened.has(name)) return;
    this.opened.add(name);
    const console = this.ownConsoles + name;
    // Somebody else may have it open: the page, or a player before.
    const { consoles } = await this.session.frame();
    if (consoles.some(({ id, ended }) => id === console && !ended)) return;
    await this.session.input({ kind: 'openConsole', console, argv: programOf(name) });
    await this.session.advance(1000 * MS);
  }

  async type(name: string, line: string): Promise<void> {
    await this.open(name);
    const console = this.ownConsoles + name;
    let output = await this.session.exec(console, line, LINE_LIMIT_US);
    // redis-cli notices a server's restart only with the next line; a person types it again.
    if (LOST.test(output)) output = await this.session.exec(console, line, LINE_LIMIT_US);
    this.onLine({ console: name, line, output });
  }

  async fill(text: string): Promise<string> {
    return PLACE.test(text) ? fillPlaces(text, (await this.session.frame()).servers) : text;
  }
}

/** Somebody else at the cluster: what he types is seen in no console of the page, and answers no task. */
export function handOf(session: SessionApi): Player {
  return new Player(session, undefined, HAND);
}

/** The faults of a chaos tape that begins now. */
export function plannedFaults(tape: string, now: Micros): { at: Micros; fault: Fault }[] {
  return parseChaos(tape).map(({ afterUs, fault }) => ({ at: now + afterUs, fault }));
}

const PLACE = /\{(id|owner):(\w+)\}|\{(master|replica|down)(\d?)\}|\{others\}/;

/** What a console named '7000', '7000c' or 'host' runs. */
export function programOf(console: string): string[] {
  if (console === 'host') return ['sh'];
  const follows = console.endsWith('c');
  const port = follows ? console.slice(0, -1) : console;
  return ['redis-cli', ...(follows ? ['-c'] : []), '-p', port];
}

/** What of a server the places of a recorded action ask for. */
export interface NamedServer {
  name: string;
  role: string;
  state: string;
  nodeId: string;
  slots: readonly (readonly [number, number])[];
  view: readonly { name: string | null; id: string }[] | null;
}

/** Puts names in: `{id:7000}` the node id of a server, `{id:ghost}` one that others list and
 *  no server has, `{owner:key}` who serves a key, `{master0}`,
 *  `{replica0}`, `{down0}` the first such server (`{replica}` for short), `{others}` all that the line does
 *  not name. */
export function fillPlaces(text: string, servers: readonly NamedServer[]): string {
  const named = text.replace(
    new RegExp(PLACE, 'g'),
    (place, by?: string, what?: string, kind?: string, at?: string) => {
      if (place === '{others}') return place;
      if (by === 'id') return idOf(servers, what ?? '');
      if (by === 'owner') return ownerOf(servers, what ?? '');
      return chosen(servers, kind ?? '')[Number(at || 0)] ?? `no-${kind}`;
    },
  );
  return named.replace(/^.*\{others\}.*$/gm, (line) => {
    const others = servers.map(({ name }) => name).filter((name) => !line.split(/\s+/).includes(name));
    return line.replace('{others}', others.join(' '));
  });
}

function idOf(servers: readonly NamedServer[], name: string): string {
  const server = servers.find((candidate) => candidate.name === name);
  // A server that is down no longer tells its id, but the others remember it; a ghost is nobody's any more.
  const wanted = name === 'ghost' ? null : name;
  const remembered = servers.flatMap((s) => s.view ?? []).find((node) => node.name === wanted);
  return server?.nodeId || remembered?.id || `no-server-${name}`;
}

function ownerOf(servers: readonly NamedServer[], key: string): string {
  const slot = keyHashSlot(key);
  const owns = ({ slots }: NamedServer): boolean =>
    slots.some(([first, last]) => slot >= first && slot <= last);
  return servers.find((s) => s.state === 'running' && s.role === 'master' && owns(s))?.name ?? 'no-owner';
}

function chosen(servers: readonly NamedServer[], kind: string): string[] {
  const down = servers.filter((server) => server.state === 'down');
  const role = servers.filter(
    (server) => server.state === 'running' && server.role === kind && server.nodeId,
  );
  return (kind === 'down' ? down : role).map((server) => server.name);
}
