/* What the page remembers of the frames it has drawn: messages, states of servers, samples of figures.
 *
 * A frame is a moment; the space-time diagram and the charts need a stretch. The session keeps the
 * whole truth and can be asked again by seeking, so this memory is bounded and may have gaps where
 * time ran faster than frames were drawn. What lies in the future of the playhead stays (it will come
 * again, since history is deterministic) until the reader leaves the branch. */

import type { Frame, PacketFrame, ProcessState } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import { isHeartbeat } from '#app/stage/glyphs.ts';

/** Heartbeats are many and say little; they get a smaller share of the memory. */
const PACKETS_KEPT = 12_000;
const HEARTBEATS_KEPT = 6_000;
const SAMPLES_KEPT = 1_800;
const SAMPLE_EVERY_US = 100_000;

export interface StateChange {
  at: Micros;
  state: ProcessState;
}

/** Figures at one moment. */
export interface Sample {
  at: Micros;
  ops: number;
  memory: number;
  keys: number;
  /** How far the masters' replication streams have got, summed. */
  offset: number;
  /** Bytes that replicas still have to receive, summed. */
  lagBytes: number;
  /** Bus messages and their bytes since the sample before, per second of virtual time. */
  busPerSecond: number;
  busBytesPerSecond: number;
  p50: number;
  p99: number;
  errors: number;
  redirects: number;
  acked: number;
  lost: number;
}

export class Recorder {
  /** By id. Insertion order is the order in which they were first seen. */
  packets = new Map<number, PacketFrame>();
  states = new Map<string, StateChange[]>();
  samples: Sample[] = [];
  /** Grows whenever something was added or dropped. */
  version = 0;

  #branch: string | null = null;
  #heartbeats = 0;
  #busCount = 0;
  #busBytes = 0;

  accept(frame: Frame): void {
    if (frame.branch !== this.#branch) this.#changeBranch(frame);
    for (const packet of frame.packets) this.#acceptPacket(packet);
    for (const server of frame.servers) this.#acceptState(server.name, server.state, frame.now);
    this.#sample(frame);
    this.#forget();
    this.version++;
  }

  /** Another branch has the same past up to its fork, and its own future. A fork happens at the
   *  playhead, so what was sent before it stays true. */
  #changeBranch(frame: Frame): void {
    if (this.#branch !== null) {
      for (const [id, packet] of this.packets) if (packet.sentAt > frame.now) this.packets.delete(id);
      for (const [name, changes] of this.states) {
        this.states.set(
          name,
          changes.filter((change) => change.at <= frame.now),
        );
      }
      this.samples = this.samples.filter((sample) => sample.at <= frame.now);
      this.#heartbeats = [...this.packets.values()].filter(isHeartbeat).length;
    }
    this.#branch = frame.branch;
  }

  /** Forgets everything: another world, or another branch was entered at its end. */
  clear(): void {
    this.packets.clear();
    this.states.clear();
    this.samples = [];
    this.#branch = null;
    this.#heartbeats = 0;
    this.version++;
  }

  #acceptPacket(packet: PacketFrame): void {
    if (!this.packets.has(packet.id)) {
      if (isHeartbeat(packet)) this.#heartbeats++;
      if (packet.kind === 'bus') {
        this.#busCount++;
        this.#busBytes += packet.bytes;
      }
    }
    this.packets.set(packet.id, packet);
  }

  #acceptState(name: string, state: ProcessState, now: Micros): void {
    let changes = this.states.get(name);
    if (!changes) this.states.set(name, (changes = []));
    const last = changes[changes.length - 1];
    // Looking at the past again adds nothing.
    if (last && (now < last.at || last.state === state)) return;
    changes.push({ at: now, state });
  }

  #sample(frame: Frame): void {
    const last = this.samples[this.samples.length - 1];
    if (last && frame.now < last.at + SAMPLE_EVERY_US) return;
    const seconds = last ? (frame.now - last.at) / 1e6 : 1;
    const byName = new Map(frame.servers.map((server) => [server.name, server]));
    const sample: Sample = {
      at: frame.now,
      ops: 0,
      memory: 0,
      keys: 0,
      offset: 0,
      lagBytes: 0,
      busPerSecond: this.#busCount / seconds,
      busBytesPerSecond: this.#busBytes / seconds,
      p50: Math.max(0, ...frame.clients.map((client) => client.latencyUs.p50)),
      p99: Math.max(0, ...frame.clients.map((client) => client.latencyUs.p99)),
      errors: frame.clients.reduce((sum, client) => sum + client.errors, 0),
      redirects: frame.clients.reduce((sum, client) => sum + client.redirects, 0),
      acked: frame.ledger.acked,
      lost: frame.ledger.lost,
    };
    for (const server of frame.servers) {
      if (server.state === 'down') continue;
      sample.ops += server.opsPerSecond;
      sample.memory += server.usedMemory;
      if (server.role === 'master') {
        sample.keys += server.keys;
        sample.offset += server.replication.offset;
      }
      const master = server.role === 'replica' ? byName.get(server.masterName ?? '') : undefined;
      if (master) sample.lagBytes += Math.max(0, master.replication.offset - server.replication.offset);
    }
    this.samples.push(sample);
    this.#busCount = 0;
    this.#busBytes = 0;
    // When the memory is full, the older half keeps every other sample.
    if (this.samples.length > SAMPLES_KEPT) {
      const half = SAMPLES_KEPT / 2;
      this.samples = this.samples.filter((_, at) => at >= half || at % 2 === 0);
    }
  }

  #forget(): void {
    if (this.#heartbeats > HEARTBEATS_KEPT) {
      let surplus = this.#heartbeats - HEARTBEATS_KEPT * 0.8;
      for (const [id, packet] of this.packets) {
        if (surplus <= 0) break;
        if (!isHeartbeat(packet)) continue;
        this.packets.delete(id);
        this.#heartbeats--;
        surplus--;
      }
    }
    let surplus = this.packets.size - this.#heartbeats - PACKETS_KEPT;
    if (surplus <= 0) return;
    surplus += PACKETS_KEPT * 0.2;
    for (const [id, packet] of this.packets) {
      if (surplus <= 0) break;
      if (isHeartbeat(packet)) continue;
      this.packets.delete(id);
      surplus--;
    }
  }
}
