/* An application inside a client process: what it needs, and what is asked of it. */

import type { Io } from '#redis/io.ts';
import type { Reply } from '#redis/reply.ts';
import type { Asked, Request } from './cluster-client.ts';
import type { ClientSettings } from './settings.ts';

export interface AppHost {
  readonly name: string;
  readonly io: Io;
  readonly settings: ClientSettings;
  /** Addresses of the servers it begins with. */
  readonly seeds: readonly string[];
  submit(asked: Asked): void;
  countStaleRead(): void;
}

export interface App {
  /** One line about how things stand. */
  readonly note: string;
  /** What it has counted, by name: for lessons and charts. */
  readonly figures: Readonly<Record<string, number>>;
  start(): void;
  /** The settings are others now. */
  changed(): void;
  onTimer(timer: string): void;
  onResult(request: Request, reply: Reply): void;
}
