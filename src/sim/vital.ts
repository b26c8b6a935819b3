/* The vital signs of a server: the little that checker and ledger need of every server, often. */

/** Plain data. Slot bitmaps are shared with the server: never write into them. */
export interface Vital {
  name: string;
  running: boolean;
  /** When this process was started (Unix ms): another moment, another life. */
  startedAtMs: number;
  /** Node id; '' outside cluster mode. */
  id: string;
  isMaster: boolean;
  /** Slots that it claims itself, least significant bit first; null when it has none. */
  slots: Uint8Array | null;
  currentEpoch: number;
  configEpoch: number;
  clusterOk: boolean;
  /** Masters with slots, in its view; and how many of them it can reach and are running, itself included. */
  masters: number;
  mastersReached: number;
  nodeTimeoutMs: number;
  replid: string;
  offset: number;
  /** Replicas: name of the master whose stream they are following at this moment, or null. */
  streamsFrom: string | null;
}

/** True when that slot is claimed. */
export function claims(vital: Vital, slot: number): boolean {
  return vital.slots !== null && ((vital.slots[slot >> 3] as number) & (1 << (slot & 7))) !== 0;
}
