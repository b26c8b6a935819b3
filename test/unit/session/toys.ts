/* A session over toy processes: servers that echo, consoles that send what is typed. */

import type { CloseReason, Io, Payload, Process, SocketId } from '#redis/io.ts';
import type { Status } from '#redis/reply.ts';
import { WorldHost } from '#sim/host.ts';
import { Part, type Viewer } from '#sim/part.ts';
import { Session } from '#session/session.ts';
import { Echo } from '#test/unit/sim/toy.ts';

/** Sends each typed line to a server, prints the reply, and then prompts again. */
class ToyConsole implements Process {
  io!: Io;
  shown = '';
  printed = '';
  prompt: string | null = null;
  port: number;
  socket: SocketId = 0;
  constructor(port: number) {
    this.port = port;
  }
  start(): void {
    this.socket = this.io.connect('127.0.0.1', this.port);
  }
  onAccept(): void {}
  onTimer(): void {}
  onSignal(): void {}
  onConnect(): void {
    this.prompt = '> ';
  }
  onClose(_socket: SocketId, reason: CloseReason): void {
    this.print(`closed: ${reason}\n`);
    this.prompt = '? ';
  }
  onMessage(_socket: SocketId, payload: Payload): void {
    if (payload.kind === 'reply') this.print(`${(payload.reply as Status).text}\n`);
    this.prompt = '> ';
  }
  onInput(input: unknown): void {
    const { kind, line } = input as { kind: string; line: string };
    if (kind === 'closeConsole') return this.io.exit(0);
    if (kind !== 'line') return;
    this.shown += `> ${line}\n`;
    this.prompt = null;
    this.io.send(this.socket, { kind: 'command', argv: line.split(' ') });
  }
  private print(text: string): void {
    this.shown += text;
    this.printed += text;
  }
}

const viewer: Viewer = {
  server: () => null,
  console(process, name) {
    if (!(process instanceof ToyConsole)) return null;
    const { shown, printed, prompt } = process;
    const ends = { shownEnd: shown.length, printedEnd: printed.length };
    return { id: name, shown, printed, ...ends, prompt, hidden: false, exited: false };
  },
  client: () => null,
  contents: () => [],
  survey: () => null,
  vital: () => null,
  holdings: () => null,
};

export function toySession(parts = 1, breathe?: () => Promise<void>): Session {
  return new Session({
    makeHost: ({ seed, startWallMs, latencyUs, jitterUs, loss }) => {
      const link = { latencyUs, jitterUs, loss };
      const make = (part: number): Part => {
        return new Part({
          seed,
          startWallMs,
          link,
          part,
          viewer,
          factory: (spec, info) => {
            if (spec.kind === 'server') return new Echo(info.ports[0] as number);
            return new ToyConsole(Number((spec['argv'] as string[]).at(-1)));
          },
        });
      };
      return new WorldHost(Array.from({ length: parts }, (_, part) => make(part)));
    },
    complete: () => Promise.resolve({ candidates: [], hint: '' }),
    ...(breathe && { breathe }),
  });
}

export const TOY_WORLD = {
  preset: 'standalone',
  masters: 3,
  replicasPerMaster: 0,
  warmUpMs: 1000,
  jitterUs: 300,
} as const;
