/* What "server/7002", "slot/449" or "key/foo" in a lesson selects. */

import { utf8Encode } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import type { Selection } from '#app/state/selection.ts';

/** The selection a lesson names; null when it names nothing we know. */
export function selectionOf(target: string): Selection | null {
  const [kind, rest = ''] = [target.slice(0, target.indexOf('/')), target.slice(target.indexOf('/') + 1)];
  if (rest === '') return null;
  if (kind === 'server') return { kind: 'server', name: rest };
  if (kind === 'slot' && /^\d+$/.test(rest)) return { kind: 'slot', slot: Number(rest) };
  if (kind === 'key') return { kind: 'key', key: rest, slot: keyHashSlot(utf8Encode(rest)) };
  const link = /^link\/([^/]+)\/([^/]+)$/.exec(target);
  return link ? { kind: 'link', from: link[1] as string, to: link[2] as string } : null;
}
