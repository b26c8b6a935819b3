/* What a check can see. The session provides it; a test can make one by hand. */

import { emptyLedger } from '#sim/empty-frame.ts';
import type { ClientFrame, FeedEvent, LedgerFrame, ServerFrame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import type { ChaosRun } from './chaos.ts';

/** One finished line of a console and what it printed. */
export interface ReplyRecord {
  at: Micros;
  /** When it was typed. */
  began: Micros;
  console: string;
  line: string;
  text: string;
}

/** A turn in the life of a server's process. */
export interface Turn {
  at: Micros;
  server: string;
  now: 'up' | 'down' | 'paused';
}

/** The world and this session at one moment. Servers carry their full view of the others. */
export interface LessonView {
  now: Micros;
  servers: readonly ServerFrame[];
  events: readonly FeedEvent[];
  replies: readonly ReplyRecord[];
  /** What was done in the page: "opened:ping", "lens:7000", "stopped:FAIL" ... with its moment. */
  acts: readonly { at: Micros; act: string }[];
  /** When the processes of servers ended, began and were stopped, as far as they were watched. */
  lives: readonly Turn[];
  /** How many slots a server claimed, noted whenever that had changed. */
  shares: readonly { at: Micros; server: string; slots: number }[];
  /** Chosen answers by quiz id. */
  answers: Readonly<Record<string, number>>;
  clients: readonly ClientFrame[];
  /** Chaos tapes that were begun. */
  chaos: readonly ChaosRun[];
  ledger: LedgerFrame;
  /** Keys that a server itself holds. */
  keys(server: string): readonly string[];
  /** A string value as a server itself holds it; null when it has no such string. */
  value(server: string, key: string): string | null;
  /** Unix ms at which a key of a server expires; null when it does not. */
  expiresMs(server: string, key: string): number | null;
}

/** A world without anything in it, at its beginning. */
export const NOTHING_SEEN: LessonView = {
  now: 0,
  servers: [],
  events: [],
  replies: [],
  acts: [],
  lives: [],
  shares: [],
  answers: {},
  clients: [],
  chaos: [],
  ledger: emptyLedger(),
  keys: () => [],
  value: () => null,
  expiresMs: () => null,
};
