/* The tape: marks and bands of history that are painted, from events and inputs. */

import type { Micros, ProtocolEvent } from '#redis/io.ts';
import type { Input, TapeMark } from './api.ts';
import { writeFault } from './fault-text.ts';

/** Marks kept; the oldest are given up. */
const MARKS_KEPT = 5_000;
/** Notches of writes kept; of more, neighbours become one. */
const WRITES_KEPT = 1_000;

export class Tape {
  marks: TapeMark[] = [];
  /** Acknowledged writes, how many since the one before; apart, since there are many of them. */
  writes: TapeMark[] = [];
  private acked = 0;
  /** Bands that have not ended, by kind and label. */
  private readonly open = new Map<string, TapeMark>();
  private epoch: TapeMark | null = null;
  /** The greatest epoch painted: every server reports it, the first one to do so paints. */
  private painted = 0;

  /** The tape as it was at a moment; bands that ended later are open again. */
  until(at: Micros): Tape {
    const copy = new Tape();
    copy.writes = this.writes.filter((mark) => mark.at < at);
    copy.acked = copy.writes.reduce((sum, { label }) => sum + Number(label), 0);
    for (const mark of this.marks) {
      if (mark.at >= at) continue;
      const again = { ...mark, until: mark.until !== null && mark.until > at ? null : mark.until };
      copy.marks.push(again);
      if (mark.kind === 'epoch') copy.noteEpoch(again);
      else if (again.until === null) copy.open.set(`${mark.kind} ${mark.label}`, again);
    }
    return copy;
  }

  private noteEpoch(mark: TapeMark): void {
    this.epoch = mark;
    this.painted = Math.max(this.painted, Number(mark.label));
  }

  private add(mark: TapeMark): void {
    this.marks.push(mark);
    if (this.marks.length > MARKS_KEPT * 2) this.marks = this.marks.slice(-MARKS_KEPT);
  }

  private begin(kind: TapeMark['kind'], label: string, at: Micros): void {
    const key = `${kind} ${label}`;
    if (this.open.has(key)) return;
    const mark: TapeMark = { at, until: null, kind, label };
    this.open.set(key, mark);
    this.add(mark);
  }

  private end(kind: TapeMark['kind'], label: string, at: Micros): void {
    const key = `${kind} ${label}`;
    const mark = this.open.get(key);
    if (mark) mark.until = at;
    this.open.delete(key);
  }

  /** Paints what an event of the world means, if anything. */
  hearEvent(event: ProtocolEvent, who: string, at: Micros): void {
    const name = String(event['name'] ?? event['node'] ?? who);
    switch (event.type) {
      case 'EPOCH': {
        const current = Number(event['current']);
        if (!(current > this.painted)) return;
        if (this.epoch) this.epoch.until = at;
        const mark: TapeMark = { at, until: null, kind: 'epoch', label: String(current) };
        this.noteEpoch(mark);
        return this.add(mark);
      }
      case 'FAIL':
        return this.begin('fail', name, at);
      case 'FAIL_CLEARED':
        return this.end('fail', name, at);
      case 'PROMOTED':
        return this.add({ at, until: at, kind: 'promotion', label: who });
      case 'SLOT_MIGRATING':
        return this.begin('migration', String(event['slot']), at);
      case 'SLOT_STABLE':
        return this.end('migration', String(event['slot']), at);
      case 'SLOT_OWNER':
        return this.endMigrations(event['slots'], at);
    }
  }

  private endMigrations(ranges: unknown, at: Micros): void {
    if (this.open.size === 0 || !Array.isArray(ranges)) return;
    for (const [first, last] of ranges as [number, number][]) {
      // A whole shard changes hands in a failover: only a range as short as a migration ends one.
      for (let slot = first; slot <= last && last - first < 1024; slot++)
        this.end('migration', String(slot), at);
    }
  }

  hearInput(input: Input, at: Micros): void {
    if (input.kind === 'fault') this.add({ at, until: at, kind: 'fault', label: writeFault(input.fault) });
    else if (input.kind === 'line')
      this.add({ at, until: at, kind: 'input', label: input.line.slice(0, 60) });
    else if (input.kind === 'print' && input.echo)
      this.add({ at, until: at, kind: 'input', label: typedIn(input.text).slice(0, 60) });
  }

  /** So many writes were acknowledged by now; a second time through the same stretch adds nothing. */
  noteWrites(acked: number, at: Micros): void {
    if (acked <= this.acked) return;
    this.writes.push({ at, until: at, kind: 'write', label: String(acked - this.acked) });
    this.acked = acked;
    if (this.writes.length > WRITES_KEPT * 2) this.writes = this.writes.flatMap(inPairs);
  }

  /** Writes were found lost; a second time through the same stretch adds nothing. */
  noteLost(keys: readonly string[], at: Micros): void {
    for (const key of keys) {
      const known = this.marks.some((mark) => mark.kind === 'lost' && mark.at === at && mark.label === key);
      if (!known) this.add({ at, until: at, kind: 'lost', label: key });
    }
  }
}

/** Each second mark with the writes of the one before it. */
function inPairs(mark: TapeMark, at: number, all: readonly TapeMark[]): TapeMark[] {
  if (at % 2 === 0) return at === all.length - 1 ? [mark] : [];
  return [{ ...mark, label: String(Number(mark.label) + Number(all[at - 1]?.label)) }];
}

/** The line behind a shell's prompt. */
export function typedIn(echo: string): string {
  return echo.replace(/^\S*[#$>] /, '').trimEnd();
}
