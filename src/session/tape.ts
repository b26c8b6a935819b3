/* Marks of the tape: what of history is painted, from events and inputs. */

import type { Micros, ProtocolEvent } from '#redis/io.ts';
import type { Fault, Input, TapeMark } from './api.ts';

/** The mark that an event makes, if it makes one. An event may also end a band of an earlier mark. */
export function markOfEvent(
  marks: readonly TapeMark[],
  event: ProtocolEvent,
  who: string,
  at: Micros,
): TapeMark | null {
  const name = String(event['name'] ?? event['node'] ?? who);
  switch (event.type) {
    case 'EPOCH': {
      const label = String(event['current'] ?? event['epoch'] ?? '');
      // Every server reports the epoch it has come to; the first one to do so paints the band.
      if (marks.some((mark) => mark.kind === 'epoch' && mark.label === label)) return null;
      endBand(marks, 'epoch', null, at);
      return { at, until: null, kind: 'epoch', label };
    }
    case 'FAIL':
      if (isOpen(marks, 'fail', name)) return null;
      return { at, until: null, kind: 'fail', label: name };
    case 'FAIL_CLEARED':
      endBand(marks, 'fail', name, at);
      return null;
    case 'PROMOTED':
      return { at, until: at, kind: 'promotion', label: who };
    case 'SLOT_MIGRATING': {
      const label = String(event['slot'] ?? '');
      return isOpen(marks, 'migration', label) ? null : { at, until: null, kind: 'migration', label };
    }
    case 'SLOT_STABLE':
    case 'SLOT_OWNER':
      endBand(marks, 'migration', String(event['slot'] ?? ''), at);
      return null;
    default:
      return null;
  }
}

export function markOfInput(input: Input, at: Micros): TapeMark | null {
  if (input.kind === 'fault') return { at, until: at, kind: 'fault', label: deedOf(input.fault) };
  if (input.kind === 'line') return { at, until: at, kind: 'input', label: input.line.slice(0, 60) };
  return null;
}

/** A fault as words: its kind and the servers it concerns. */
function deedOf({ kind, ...rest }: Fault): string {
  const names = Object.values(rest).flat(2);
  return [kind, ...names.filter((value) => typeof value === 'string')].join(' ');
}

function isOpen(marks: readonly TapeMark[], kind: TapeMark['kind'], label: string): boolean {
  return marks.some((mark) => mark.kind === kind && mark.label === label && mark.until === null);
}

/** Ends the open band of that label, or of any label. */
function endBand(marks: readonly TapeMark[], kind: TapeMark['kind'], label: string | null, at: Micros): void {
  for (const mark of marks) {
    if (mark.kind === kind && mark.until === null && (label === null || mark.label === label))
      mark.until = at;
  }
}
