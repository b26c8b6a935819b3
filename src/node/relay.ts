/* The relay of a classroom: serves the page to the local network and carries what the teacher's page says
 * to everybody who follows. It is careful with both: who does not have the secret cannot be the teacher;
 * a follower who floods, sends garbage or tries to steer is thrown out, and nobody else notices. What is
 * said and who hears it is decided in src/session/room.ts. */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { MOST_FOLLOWER_BYTES, MOST_TEACHER_BYTES, readMessage } from '#session/follow-messages.ts';
import { Room, type Delivery } from '#session/room.ts';
import { serveFolder } from './static-server.ts';
import { TokenBucket } from './token-bucket.ts';

const mostFollowersUnlessGiven = 1000;
/** A follower says little: a report each second, now and then an answer. */
const followerRate = { perSecond: 5, burst: 30 };
/** Tries to become the teacher, in all; a secret of 128 bits needs no more care than that. */
const secretRate = { perSecond: 1, burst: 20 };
/** A slow line misses clock ticks first; when even changes pile up it is cut, and gets the whole log when
 *  it is back. */
const skipTicksAbove = 64 * 1024;
const cutAbove = 2 * MOST_TEACHER_BYTES;
const stateEveryMs = 1000;
const catchUpEveryMs = 250;
const aliveEveryMs = 20_000;
/** Close codes of WebSocket (RFC 6455): policy, and "try again later". */
const refused = 1008;
const full = 1013;

export interface RelayOptions {
  port: number;
  /** The address to listen on; all of this machine's unless given. */
  host?: string;
  mostFollowers?: number;
}

export interface Relay {
  port: number;
  /** Whoever has it is the teacher. */
  secret: string;
  room: Room;
  close(): Promise<void>;
}

/** Serves `folder` with a room. Rejects with the listen error. */
export async function startRelay(folder: string, options: RelayOptions): Promise<Relay> {
  const secret = randomBytes(16).toString('hex');
  const wires = new Wires(secret, options.mostFollowers ?? mostFollowersUnlessGiven);
  const server = await serveFolder(folder, {
    port: options.port,
    host: options.host ?? '0.0.0.0',
    onUpgrade: (request, socket, head) => wires.upgrade(request, socket, head),
  });
  return {
    port: Number(new URL(server.url).port),
    secret,
    room: wires.room,
    close: async () => {
      wires.close();
      await server.close();
    },
  };
}

class Wires {
  readonly room = new Room();
  private readonly secret: string;
  private readonly mostFollowers: number;
  private readonly followers = new Map<string, WebSocket>();
  private readonly tries = new TokenBucket(secretRate);
  private readonly ears = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_FOLLOWER_BYTES,
    perMessageDeflate: false,
  });
  private readonly desk = new WebSocketServer({ noServer: true, maxPayload: MOST_TEACHER_BYTES });
  private teacher: WebSocket | null = null;
  private told = '';
  /** Lines that were too slow for the last tick, and those that asked for the log before they had read
   *  what was sent. */
  private readonly behind = new Set<WebSocket>();
  private readonly deaf = new Set<WebSocket>();
  private readonly timers: NodeJS.Timeout[];

  constructor(secret: string, mostFollowers: number) {
    this.secret = secret;
    this.mostFollowers = mostFollowers;
    this.timers = [
      setInterval(() => this.tellState(), stateEveryMs),
      setInterval(() => this.catchUp(), catchUpEveryMs),
      setInterval(() => this.lookForTheDead(), aliveEveryMs),
    ];
  }

  /** A request for a WebSocket: `classroom/follow?id=...`, or `classroom/teach` with the secret as its
   *  protocol (addresses end up in logs and histories). */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const url = new URL(request.url ?? '/', 'http://classroom');
    if (!sameOrigin(request)) return refuse(socket, '403 Forbidden');
    if (url.pathname === '/classroom/follow') {
      const id = url.searchParams.get('id') ?? '';
      if (!/^[0-9a-f]{16,32}$/.test(id)) return refuse(socket, '400 Bad Request');
      this.ears.handleUpgrade(request, socket, head, (ws) => this.join(id, ws));
    } else if (url.pathname === '/classroom/teach') {
      if (!this.tries.take(Date.now())) return refuse(socket, '429 Too Many Requests');
      const given = String(request.headers['sec-websocket-protocol'] ?? '');
      if (!equal(given, this.secret)) return refuse(socket, '401 Unauthorized');
      this.desk.handleUpgrade(request, socket, head, (ws) => this.sitDown(ws));
    } else refuse(socket, '404 Not Found');
  }

  // ---- The teacher ----

  private sitDown(ws: WebSocket): void {
    const before = this.teacher;
    this.teacher = ws;
    before?.close(refused, 'Another page teaches now.');
    watchAlive(ws);
    ws.on('message', (data, binary) => {
      if (this.teacher !== ws) return;
      const message = binary ? null : readMessage('fromTeacher', text(data));
      // A mistake in our own page; told, since silence would look like a class that sleeps.
      if (!message) return ws.close(refused, 'That is no message of a teacher.');
      this.deliver(this.room.fromTeacher(message));
    });
    ws.on('close', () => {
      if (this.teacher !== ws) return;
      this.teacher = null;
      this.deliver(this.room.teacher(false));
    });
    this.deliver(this.room.teacher(true));
    this.told = '';
    this.tellState();
  }

  private tellState(): void {
    const state = JSON.stringify(this.room.state());
    if (!this.teacher || state === this.told) return;
    this.told = state;
    this.teacher.send(state);
  }

  // ---- Followers ----

  private join(id: string, ws: WebSocket): void {
    watchAlive(ws);
    if (!this.followers.has(id) && this.followers.size >= this.mostFollowers)
      return ws.close(full, 'The room is full.');
    this.followers.get(id)?.close(refused, 'The same follower came again.');
    this.followers.set(id, ws);
    const bucket = new TokenBucket(followerRate);
    ws.on('message', (data, binary) => {
      if (ws.readyState !== ws.OPEN) return;
      if (!bucket.take(Date.now())) return throwOut(ws, 'Too many messages.');
      const message = binary ? null : readMessage('fromFollower', text(data));
      if (!message) return throwOut(ws, 'That is no message of a follower.');
      // Who asks and does not read would have the log pile up here.
      if (message.kind === 'ask' && ws.bufferedAmount > skipTicksAbove) this.deaf.add(ws);
      else this.deliver(this.room.fromFollower(id, message));
    });
    ws.on('close', () => {
      this.behind.delete(ws);
      this.deaf.delete(ws);
      if (this.followers.get(id) !== ws) return;
      this.followers.delete(id);
      this.room.part(id);
    });
    this.deliver(this.room.join(id));
  }

  private deliver(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const words = JSON.stringify(delivery.message);
      const tick = delivery.message.kind === 'tick';
      if (delivery.to === 'teacher') this.teacher?.send(words);
      else if (delivery.to === 'follower') send(this.followers.get(delivery.id), words, false);
      else for (const ws of this.followers.values()) if (!send(ws, words, tick)) this.behind.add(ws);
    }
  }

  /** Who has missed a tick hears where the clock stands once the line is free: the teacher may have paused,
   *  and no other tick would tell. */
  private catchUp(): void {
    const { log } = this.room.copy;
    if (!log || this.behind.size + this.deaf.size === 0) return;
    const { room, version, at, hash } = log;
    const words = JSON.stringify({ kind: 'tick', room, version, at, hash });
    for (const ws of this.behind) if (send(ws, words, true)) this.behind.delete(ws);
    for (const ws of this.deaf) if (send(ws, JSON.stringify(log), true)) this.deaf.delete(ws);
  }

  private lookForTheDead(): void {
    for (const ws of [...this.followers.values(), ...(this.teacher ? [this.teacher] : [])]) {
      if (silent.has(ws)) ws.terminate();
      else {
        silent.add(ws);
        ws.ping();
      }
    }
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    for (const ws of [...this.followers.values(), this.teacher]) ws?.terminate();
  }
}

/** Those that have not answered the last ping yet. */
const silent = new WeakSet<WebSocket>();

function watchAlive(ws: WebSocket): void {
  ws.on('pong', () => silent.delete(ws));
  // Too long a message, a broken frame: ws closes by itself, and says so here.
  ws.on('error', () => ws.terminate());
}

/** False when it was left out because the line is slow. */
function send(ws: WebSocket | undefined, words: string, mayBeSkipped: boolean): boolean {
  if (!ws || ws.readyState !== ws.OPEN) return true;
  if (ws.bufferedAmount > cutAbove) {
    ws.terminate();
    return true;
  }
  if (mayBeSkipped && ws.bufferedAmount > skipTicksAbove) return false;
  ws.send(words);
  return true;
}

/** Says why, and waits for no courtesy. */
function throwOut(ws: WebSocket, why: string): void {
  ws.close(refused, why);
  setTimeout(() => ws.terminate(), 1000).unref();
}

function text(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A page of another site must not follow or teach in a reader's name; programs send no origin. */
function sameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true;
  try {
    return new URL(headers.origin).host === headers.host;
  } catch {
    return false;
  }
}

function equal(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
