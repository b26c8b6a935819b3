/* A node as the output of a real cluster tells of it. */

export interface PastedNode {
  id: string;
  ip: string;
  port: number;
  cport: number;
  hostname: string;
  flags: string[];
  masterId: string | null;
  /** Null where the text does not tell it (redis-cli --cluster check). */
  configEpoch: number | null;
  connected: boolean;
  pingSentMs: number;
  pongReceivedMs: number;
  /** Inclusive ranges. */
  slots: [number, number][];
  migrating: { slot: number; nodeId: string | null }[];
  importing: { slot: number; nodeId: string | null }[];
}

/** A node of which no more is known yet than who and where it is. */
export function newNode(id: string, ip: string, port: number, role: 'master' | 'slave'): PastedNode {
  return {
    id,
    ip: ip.slice(0, 64),
    port,
    cport: 0,
    hostname: '',
    flags: [role],
    masterId: null,
    configEpoch: null,
    connected: true,
    pingSentMs: 0,
    pongReceivedMs: 0,
    slots: [],
    migrating: [],
    importing: [],
  };
}
