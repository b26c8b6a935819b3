/* CLIENT PAUSE and the pause of a manual failover: commands wait, none is lost (after networking.c). */

import { CLIENT_PAUSED, type Client } from './client.ts';
import { processInput } from './networking.ts';
import { type Server } from './server.ts';

export interface PauseState {
  kind: 'write' | 'all';
  /** Unix ms; 0 = not paused. */
  endMs: number;
  clients: Client[];
}

/** Pauses clients until `endMs`; a pause that is stronger or longer than this one stays. */
export function pauseClients(server: Server, kind: 'write' | 'all', endMs: number): void {
  const pause = server.pause;
  if (pause.endMs === 0 || kind === 'all') pause.kind = pause.endMs === 0 ? kind : 'all';
  if (endMs > pause.endMs) pause.endMs = endMs;
}

/** Ends the pause: what waited runs before the server sleeps. */
export function unpauseClients(server: Server): void {
  const clients = server.pause.clients;
  server.pause = { kind: 'write', endMs: 0, clients: [] };
  for (const client of clients) {
    client.flags &= ~CLIENT_PAUSED;
    processInput(client);
  }
}

/** Ends the pause when its time is over. */
export function checkPauseTimeout(server: Server): void {
  if (server.pause.endMs !== 0 && server.pause.endMs <= server.mstime()) unpauseClients(server);
}

/** True while the pause covers a command that writes (or any command). */
export function isWritePaused(server: Server, writes: boolean): boolean {
  checkPauseTimeout(server);
  const pause = server.pause;
  return pause.endMs !== 0 && (pause.kind === 'all' || writes);
}

/** Keeps the client's command for the end of the pause. */
export function postponeClient(client: Client): void {
  client.flags |= CLIENT_PAUSED;
  client.pending.unshift(client.argv);
  client.server.pause.clients.push(client);
}
