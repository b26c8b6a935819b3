/* Paused clients: CLIENT PAUSE, a manual failover, a shutdown that waits for replicas. Commands wait
 * and none is lost (after the pause part of networking.c). */

import { CLIENT_PAUSED, type Client } from './client.ts';
import type { Server } from './server.ts';

/** Who paused; each purpose has its own end. */
export const PAUSE_BY_CLIENT_COMMAND = 0;
export const PAUSE_DURING_SHUTDOWN = 1;
export const PAUSE_DURING_FAILOVER = 2;

export type PauseKind = 'write' | 'all';

export class PauseState {
  /** By purpose. */
  events: ({ kind: PauseKind; endMs: number } | null)[] = [null, null, null];
  /** The strongest kind of all, null when nothing is paused. */
  kind: PauseKind | null = null;
  /** Unix ms at which the last pause of that kind ends. */
  endMs = 0;
  /** Clients with a command that waits. */
  clients: Client[] = [];
}

/** Pauses until `endMs`. For one purpose, a running pause is never weakened or shortened. */
export function pauseClients(server: Server, purpose: number, endMs: number, kind: PauseKind): void {
  const running = server.pause.events[purpose] ?? null;
  server.pause.events[purpose] = {
    kind: running?.kind === 'all' ? 'all' : kind,
    endMs: Math.max(running?.endMs ?? 0, endMs),
  };
  updatePause(server);
}

/** Ends the pause of one purpose. */
export function unpauseClients(server: Server, purpose: number): void {
  if ((server.pause.events[purpose] ?? null) === null) return;
  server.pause.events[purpose] = null;
  updatePause(server);
}

/** Ends what has lasted long enough. */
export function checkPauseTimeout(server: Server): void {
  const pause = server.pause;
  if (pause.kind === null) return;
  const now = server.mstime();
  if (!pause.events.some((event) => event !== null && event.endMs <= now)) return;
  pause.events = pause.events.map((event) => (event !== null && event.endMs <= now ? null : event));
  updatePause(server);
}

/** True while clients are paused for a command that writes, or for any. */
export function isPaused(server: Server, writes: boolean): boolean {
  checkPauseTimeout(server);
  return server.pause.kind === 'all' || (server.pause.kind === 'write' && writes);
}

/** Keeps the client's command for the end of the pause. */
export function postponeClient(client: Client): void {
  client.flags |= CLIENT_PAUSED;
  client.pending.unshift(client.argv);
  client.server.pause.clients.push(client);
}

/** The client goes, and with it the command that waited. */
export function forgetPostponedClient(client: Client): void {
  if (!client.has(CLIENT_PAUSED)) return;
  const { pause } = client.server;
  pause.clients = pause.clients.filter((other) => other !== client);
}

function updatePause(server: Server): void {
  const pause = server.pause;
  const before = pause.kind;
  pause.kind = null;
  pause.endMs = 0;
  for (const event of pause.events) {
    if (event === null) continue;
    if (event.kind === 'all') pause.kind = 'all';
    else pause.kind ??= 'write';
    pause.endMs = Math.max(pause.endMs, event.endMs);
  }
  // A pause that is weaker now may let some of the waiting go on.
  if (before === null || pause.kind === before) return;
  for (const client of pause.clients.splice(0)) {
    client.flags &= ~CLIENT_PAUSED;
    // What waited runs before the server sleeps, not inside the command that ended the pause.
    server.unblockedClients.push(client);
  }
}
