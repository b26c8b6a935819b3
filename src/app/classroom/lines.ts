/* How classroom messages travel: over a WebSocket to the relay that served the page, or over a
 * BroadcastChannel between tabs of one browser, where the teacher's own page runs the room. A line carries
 * texts and knows nothing of what they say. */

import { readMessage, type ToFollowerMessage } from '#session/follow-messages.ts';
import type { TeacherMessage, ToTeacherMessage } from '#session/follow-messages.ts';
import { Room, type Delivery } from '#session/room.ts';

const CHANNEL = 'redis-cluster-playground.classroom';
/** First pause before trying again, and the longest; a whole class must not come back at one moment. */
const [retryMs, longestRetryMs] = [500, 8000];

export interface Line {
  send(message: object): void;
  close(): void;
}

interface LineEnds {
  hear(text: string): void;
  /** The line is up (again), or down. */
  up(isUp: boolean): void;
  /** Refused for good. */
  refused?(): void;
}

/** A name that nobody else has. */
export function freshName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** A WebSocket to the relay that comes back by itself. */
export function webSocketLine(path: string, protocol: string | null, ends: LineEnds): Line {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.hash = '';
  let socket: WebSocket | null = null;
  let closed = false;
  let waitMs = retryMs;
  let everUp = false;
  const connect = (): void => {
    socket = protocol === null ? new WebSocket(url) : new WebSocket(url, protocol);
    socket.onopen = () => {
      waitMs = retryMs;
      everUp = true;
      ends.up(true);
    };
    socket.onmessage = ({ data }) => ends.hear(String(data));
    socket.onclose = ({ code }) => {
      ends.up(false);
      // Another page teaches now, or the secret is wrong.
      if (protocol !== null && (code === 1008 || !everUp)) ends.refused?.();
      else if (!closed)
        setTimeout(connect, waitMs * (0.5 + crypto.getRandomValues(new Uint8Array(1))[0]! / 255));
      waitMs = Math.min(longestRetryMs, waitMs * 2);
    };
  };
  connect();
  return {
    send: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close: () => {
      closed = true;
      socket?.close();
    },
  };
}

/** What goes over the channel: to one follower, to all of them, or from one of them. */
interface Parcel {
  to?: string;
  from?: string;
  /** 'hello': a teacher has come; 'join' and 'part': a follower comes and goes. */
  word: 'hello' | 'join' | 'part' | 'text';
  text?: string;
}

function readParcel(data: unknown): Parcel | null {
  if (typeof data !== 'object' || data === null) return null;
  const { word } = data as Parcel;
  return word === 'hello' || word === 'join' || word === 'part' || word === 'text' ? (data as Parcel) : null;
}

/** A tab that follows a tab. */
export function channelFollower(ends: LineEnds): Line {
  const channel = new BroadcastChannel(CHANNEL);
  const from = freshName();
  const join = (): void => {
    ends.up(true);
    channel.postMessage({ from, word: 'join' } satisfies Parcel);
  };
  channel.onmessage = ({ data }) => {
    const parcel = readParcel(data);
    if (parcel?.word === 'hello') join();
    const forUs = parcel?.to === from || parcel?.to === 'all';
    if (forUs && parcel.word === 'text' && typeof parcel.text === 'string') ends.hear(parcel.text);
  };
  const part = (): void => channel.postMessage({ from, word: 'part' } satisfies Parcel);
  window.addEventListener('pagehide', part);
  join();
  return {
    send: (message) =>
      channel.postMessage({ from, word: 'text', text: JSON.stringify(message) } satisfies Parcel),
    close: () => {
      part();
      channel.close();
    },
  };
}

/** The room of the tabs of this browser, in the teacher's page. */
export class ChannelRoom {
  readonly room = new Room();
  private readonly channel = new BroadcastChannel(CHANNEL);
  private readonly hear: (message: ToTeacherMessage) => void;

  constructor(hear: (message: ToTeacherMessage) => void) {
    this.hear = hear;
    this.room.teacher(true);
    this.channel.onmessage = ({ data }) => {
      const parcel = readParcel(data);
      if (parcel?.from === undefined || !/^[0-9a-f]{16}$/.test(parcel.from)) return;
      if (parcel.word === 'join') this.deliver(this.room.join(parcel.from));
      if (parcel.word === 'part') this.room.part(parcel.from);
      const message = parcel.word === 'text' ? readMessage('fromFollower', parcel.text) : null;
      if (message) this.deliver(this.room.fromFollower(parcel.from, message));
    };
    this.channel.postMessage({ word: 'hello' } satisfies Parcel);
  }

  say(message: TeacherMessage): void {
    this.deliver(this.room.fromTeacher(message));
  }

  private deliver(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      if (delivery.to === 'teacher') this.hear(delivery.message);
      else this.post(delivery.to === 'follower' ? delivery.id : 'all', delivery.message);
    }
  }

  private post(to: string, message: ToFollowerMessage): void {
    this.channel.postMessage({ to, word: 'text', text: JSON.stringify(message) } satisfies Parcel);
  }

  close(): void {
    this.deliver(this.room.teacher(false));
    this.channel.close();
  }
}
