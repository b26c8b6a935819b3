/* What comes and goes on the bus all the time, and nobody watches unless asked to. */

export const HEARTBEATS: ReadonlySet<string> = new Set(['ping', 'pong']);
