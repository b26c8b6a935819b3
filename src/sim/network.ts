/* The network between machines: how far they are apart and what is cut.
 *
 * Every part of a split world keeps the same copy; only faults change it, and faults reach all parts
 * at one moment. Consoles stand beside the network: `isolate` and `partition` do not touch them, so
 * that one can look into a server that is cut off; a cut that names a console does. */

import type { Micros } from '#redis/io.ts';

export interface LinkQuality {
  latencyUs: number;
  jitterUs: number;
  loss: number;
}

/** No link is faster than this; it is the least lookahead of a split world. */
export const MIN_LATENCY_US = 10;

/** A wall that cuts more links is told by its sides. */
const LINKS_LISTED = 45_000;

export class Network {
  readonly standard: LinkQuality;
  private qualities = new Map<string, LinkQuality>();
  /** Directed cuts, each with the moment it was made. */
  private cuts = new Map<string, Micros>();
  private isolated = new Map<string, Micros>();
  /** Process name -> group of the wall that stands, if one does. */
  private groups = new Map<string, number>();
  private wallSince: Micros = 0;
  /** Directed links that were mended one by one in spite of a wall or an isolation. */
  private readonly mended = new Set<string>();
  /** Names of the consoles. */
  private readonly observers = new Set<string>();

  constructor(standard: LinkQuality) {
    this.standard = { ...standard };
  }

  quality(from: string, to: string): LinkQuality {
    if (this.qualities.size === 0) return this.standard;
    return this.qualities.get(`${from}>${to}`) ?? this.standard;
  }

  setQuality(from: string, to: string, change: Partial<LinkQuality>): void {
    const quality = { ...this.quality(from, to), ...change };
    quality.latencyUs = clamp(quality.latencyUs, 0, 600e6);
    quality.jitterUs = clamp(quality.jitterUs, 0, 600e6);
    quality.loss = clamp(quality.loss, 0, 1);
    const { latencyUs, jitterUs, loss } = this.standard;
    const usual = quality.latencyUs === latencyUs && quality.jitterUs === jitterUs && quality.loss === loss;
    if (usual) this.qualities.delete(`${from}>${to}`);
    else this.qualities.set(`${from}>${to}`, quality);
  }

  /** Since when nothing passes from `from` to `to`, or -1 when it does. */
  cutSince(from: string, to: string): Micros {
    if (this.cuts.size > 0) {
      const cut = this.cuts.get(`${from}>${to}`);
      if (cut !== undefined) return cut;
    }
    if (from === to || this.observers.has(from) || this.observers.has(to)) return -1;
    if (this.mended.size > 0 && this.mended.has(`${from}>${to}`)) return -1;
    if (this.isolated.size > 0) {
      const isolated = this.isolated.get(from) ?? this.isolated.get(to);
      if (isolated !== undefined) return isolated;
    }
    if (this.groups.size > 0) {
      const a = this.groups.get(from);
      const b = this.groups.get(to);
      if (a !== undefined && b !== undefined && a !== b) return this.wallSince;
    }
    return -1;
  }

  /** Whether anything is cut anywhere. */
  get hasCuts(): boolean {
    return this.cuts.size + this.isolated.size + this.groups.size > 0;
  }

  isCut(from: string, to: string): boolean {
    return this.cutSince(from, to) >= 0;
  }

  /** A console, which stands beside the network. */
  addObserver(name: string): void {
    this.observers.add(name);
  }

  cut(from: string, to: string, now: Micros): void {
    const key = `${from}>${to}`;
    this.mended.delete(key);
    if (!this.cuts.has(key)) this.cuts.set(key, now);
  }

  heal(from: string, to: string): void {
    const key = `${from}>${to}`;
    this.cuts.delete(key);
    if (this.isCut(from, to)) this.mended.add(key);
  }

  isolate(name: string, now: Micros): void {
    for (const key of this.mended) if (key.split('>').includes(name)) this.mended.delete(key);
    if (!this.isolated.has(name)) this.isolated.set(name, now);
  }

  rejoin(name: string): void {
    this.isolated.delete(name);
  }

  /** Builds a wall; it replaces the one that stood. */
  partition(groups: readonly (readonly string[])[], now: Micros): void {
    this.groups = new Map();
    this.mended.clear();
    this.wallSince = now;
    groups.forEach((group, number) => group.forEach((name) => this.groups.set(name, number)));
  }

  /** Heals every cut, wall and isolation, and gives every link its standard quality. */
  healAll(): void {
    this.cuts.clear();
    this.isolated.clear();
    this.groups.clear();
    this.mended.clear();
    this.qualities.clear();
  }

  /** The least time any segment needs between two machines: how far parts may run ahead. */
  lookaheadUs(): number {
    let least = minLatency(this.standard);
    for (const quality of this.qualities.values()) least = Math.min(least, minLatency(quality));
    return least;
  }

  /** The links among the given processes that differ from the standard, in their order. Where `wall` tells what a
   *  wall cuts, only those that it spares. */
  unusualLinks(names: readonly string[]): { from: string; to: string; cut: boolean; quality: LinkQuality }[] {
    const order = new Map(names.map((name, at) => [name, at]));
    const spared = this.wall() ? this.mended : new Set<string>();
    const out = [];
    for (const key of new Set([
      ...this.cuts.keys(),
      ...this.qualities.keys(),
      ...spared,
      ...this.cutOff(names),
    ])) {
      const [from, to] = key.split('>') as [string, string];
      const [one, other] = [order.get(from), order.get(to)];
      if (one === undefined || other === undefined || one === other) continue;
      const quality = this.qualities.get(key);
      const cut = this.isCut(from, to);
      if (cut || quality || spared.has(key))
        out.push({ place: one * names.length + other, from, to, cut, quality: quality ?? this.standard });
    }
    return out.sort((a, b) => a.place - b.place);
  }

  /** What isolation and a wall may cut, as far as it is listed. */
  private *cutOff(names: readonly string[]): Generator<string> {
    const walled = this.wall() ? [] : this.groups.keys();
    for (const one of new Set([...this.isolated.keys(), ...walled]))
      for (const other of names) yield* [`${one}>${other}`, `${other}>${one}`];
  }

  /** The sides of a wall that cuts more links than are listed one by one, or null. */
  wall(): string[][] | null {
    const sides: string[][] = [];
    for (const [name, side] of this.groups) (sides[side] ??= []).push(name);
    const uncut = sides.reduce((sum, side) => sum + side.length ** 2, 0);
    return this.groups.size ** 2 - uncut > LINKS_LISTED ? sides : null;
  }
}

export function minLatency(quality: LinkQuality): number {
  return Math.max(MIN_LATENCY_US, quality.latencyUs - quality.jitterUs);
}

function clamp(value: number, low: number, high: number): number {
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : low;
}
