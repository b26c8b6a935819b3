/* A packet for the inspector: its bytes, and what each range of them means. */

import { describeMessage } from '#redis/cluster/describe.ts';
import type { Payload } from '#redis/io.ts';
import { encodePayload } from '#sim/wire.ts';
import type { PacketDetail } from './api.ts';

/** Bytes and fields that a detail shows; a value may have megabytes. */
const MOST_BYTES = 1 << 16;
const MOST_FIELDS = 500;
const MOST_TEXT = 200;

type Field = PacketDetail['fields'][number];

/** Hex digits and fields of a payload; none for a segment that carries nothing. */
export function describePayload(payload: Payload | null): Pick<PacketDetail, 'hex' | 'fields'> {
  if (payload === null) return { hex: '', fields: [] };
  const bytes = encodePayload(payload);
  let hex = '';
  for (let at = 0; at < bytes.length && at < MOST_BYTES; at++)
    hex += bytes.charCodeAt(at).toString(16).padStart(2, '0');
  return { hex, fields: payload.kind === 'bus' ? describeMessage(payload.message) : describeResp(bytes) };
}

/** The lines and values of RESP text. A stream that begins in the middle of a command, or an RDB file,
 *  is one field. */
function describeResp(bytes: string): Field[] {
  const fields: Field[] = [];
  const add = (offset: number, length: number, name: string, value: string): void => {
    fields.push({ offset, length, name, value: value.slice(0, MOST_TEXT), rule: '' });
  };
  let at = 0;
  while (at < bytes.length && fields.length < MOST_FIELDS) {
    const end = bytes.indexOf('\r\n', at);
    const name = NAMES[bytes.charAt(at)];
    if (end < 0 || name === undefined) {
      add(at, bytes.length - at, 'bytes', bytes.slice(at));
      break;
    }
    const text = bytes.slice(at + 1, end);
    add(at, end + 2 - at, name, text);
    at = end + 2;
    const length = '$=!'.includes(bytes.charAt(end - text.length - 1)) ? Number(text) : -1;
    if (length < 0 || !(at + length <= bytes.length)) continue;
    add(at, length, 'value', bytes.slice(at, at + length));
    at += bytes.startsWith('\r\n', at + length) ? length + 2 : length;
  }
  return fields;
}

/** What the first byte of a line says. */
const NAMES: Readonly<Record<string, string>> = {
  '+': 'simple string',
  '-': 'error',
  ':': 'integer',
  $: 'bulk length',
  '*': 'array of',
  _: 'null',
  '#': 'boolean',
  ',': 'double',
  '(': 'big number',
  '!': 'error length',
  '=': 'verbatim length',
  '%': 'map of',
  '~': 'set of',
  '>': 'push of',
  '|': 'attributes',
};
