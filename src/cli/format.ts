/* Replies as redis-cli prints them: for a terminal, raw, as CSV and as JSON (after the cliFormatReply
 * family in redis-cli.c 7.0). What each form does with each reply type was recorded from 7.0.15. */

import type { Bytes } from '#base/bytes.ts';
import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  NullArray,
  Push,
  SetReply,
  Status,
  Verbatim,
} from '#redis/reply.ts';
import type { Reply } from '#redis/reply.ts';
import { Exit } from './ops.ts';

export type OutputMode = 'standard' | 'raw' | 'csv' | 'json' | 'quoted-json';

/** A bulk string as typed between double quotes (after sdscatrepr). */
export function repr(text: Bytes): Bytes {
  let out = '"';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const known = REPR_ESCAPES[code];
    if (known !== undefined) out += known;
    else if (code >= 0x20 && code <= 0x7e) out += text[at];
    else out += '\\x' + code.toString(16).padStart(2, '0');
  }
  return out + '"';
}

const REPR_ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

/** `reply` as a RESP2 connection would have carried it. */
export function toResp2(reply: Reply): Reply {
  if (typeof reply !== 'object' || reply === null) return reply;
  if (isArray(reply)) return reply.map(toResp2);
  if (reply instanceof MapReply) return reply.pairs.flatMap(([key, value]) => [toResp2(key), toResp2(value)]);
  if (reply instanceof SetReply || reply instanceof Push) return reply.items.map(toResp2);
  if (reply instanceof Double || reply instanceof Verbatim) return reply.text;
  if (reply instanceof Bool) return reply.value ? 1 : 0;
  if (reply instanceof BigNumber) return reply.digits;
  if (reply instanceof NullArray) return null;
  if (reply instanceof Attribute) return toResp2(reply.reply);
  return reply;
}

/** What is printed for one reply, its final newline included. `rawStrings` is for commands whose
 *  reply is a text for people (INFO, CLUSTER NODES ...): it is printed as it is in every mode. */
export function formatReply(
  reply: Reply,
  mode: OutputMode,
  options: { rawStrings?: boolean; itemDelimiter?: Bytes; replyDelimiter?: Bytes } = {},
): Bytes {
  const itemDelimiter = options.itemDelimiter ?? '\n';
  if (options.rawStrings) return formatRaw(reply, itemDelimiter);
  switch (mode) {
    case 'standard':
      return formatTty(reply, '');
    case 'raw':
      return formatRaw(reply, itemDelimiter) + (options.replyDelimiter ?? '\n');
    case 'csv':
      return formatCsv(reply) + '\n';
    case 'json':
      return formatJson(reply, jsonString) + '\n';
    case 'quoted-json':
      return formatJson(reply, quotedJsonString) + '\n';
  }
}

/** The form for people: types named, elements numbered and indented. */
export function formatTty(reply: Reply, prefix: string): Bytes {
  if (typeof reply === 'string') return repr(reply) + '\n';
  if (typeof reply === 'number' || typeof reply === 'bigint') return `(integer) ${reply}\n`;
  if (reply === null || reply instanceof NullArray) return '(nil)\n';
  if (reply instanceof Status) return reply.text + '\n';
  if (reply instanceof ErrorReply) return `(error) ${reply.text}\n`;
  if (reply instanceof Double) return `(double) ${reply.text}\n`;
  if (reply instanceof Bool) return reply.value ? '(true)\n' : '(false)\n';
  if (reply instanceof Verbatim) return reply.text + '\n';
  if (reply instanceof Attribute) return formatTty(reply.reply, prefix);
  if (reply instanceof BigNumber) throw new UnknownReplyType();
  if (reply instanceof MapReply) return formatTtyMap(reply, prefix);
  const items = elements(reply);
  if (items.length === 0) {
    if (reply instanceof SetReply) return '(empty set)\n';
    return reply instanceof Push ? '(empty push)\n' : '(empty array)\n';
  }
  const mark = reply instanceof SetReply ? '~' : ')';
  const width = String(items.length).length;
  const inner = prefix + ' '.repeat(width + 2);
  let out = '';
  items.forEach((item, at) => {
    out += `${at === 0 ? '' : prefix}${String(at + 1).padStart(width)}${mark} ${formatTty(item, inner)}`;
  });
  return out;
}

function formatTtyMap(reply: MapReply, prefix: string): Bytes {
  const { pairs } = reply;
  if (pairs.length === 0) return '(empty hash)\n';
  const width = String(pairs.length).length;
  const inner = prefix + ' '.repeat(width + 2);
  let out = '';
  pairs.forEach(([key, value], at) => {
    out += `${at === 0 ? '' : prefix}${String(at + 1).padStart(width)}# `;
    out += formatTty(key, inner).slice(0, -1) + ' => ';
    const text = formatTty(value, inner);
    // A value of several lines begins on a line of its own.
    if (text.indexOf('\n') < text.length - 1) out += '\n' + inner;
    out += text;
  });
  return out;
}

/** The form for other programs: strings as they are, elements apart by `delimiter`. */
export function formatRaw(reply: Reply, delimiter: Bytes): Bytes {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (reply === null || reply instanceof NullArray) return '';
  if (reply instanceof Status || reply instanceof Double || reply instanceof Verbatim) return reply.text;
  if (reply instanceof ErrorReply) return reply.text + '\n';
  if (reply instanceof Bool) return reply.value ? '(true)' : '(false)';
  if (reply instanceof Attribute) return formatRaw(reply.reply, delimiter);
  if (reply instanceof BigNumber) throw new UnknownReplyType();
  if (reply instanceof MapReply) {
    return reply.pairs
      .map(([key, value]) => formatRaw(key, delimiter) + ' ' + formatRaw(value, delimiter))
      .join(delimiter);
  }
  return elements(reply)
    .map((item) => formatRaw(item, delimiter))
    .join(delimiter);
}

/** Comma-separated values, nested replies flattened. */
export function formatCsv(reply: Reply): Bytes {
  if (typeof reply === 'string') return repr(reply);
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (reply === null || reply instanceof NullArray) return 'NULL';
  if (reply instanceof Status || reply instanceof Verbatim) return repr(reply.text);
  if (reply instanceof ErrorReply) return 'ERROR,' + repr(reply.text);
  if (reply instanceof Double) return reply.text;
  if (reply instanceof Bool) return reply.value ? 'true' : 'false';
  if (reply instanceof Attribute) return formatCsv(reply.reply);
  if (reply instanceof BigNumber) throw new UnknownReplyType();
  if (reply instanceof MapReply) {
    return reply.pairs.map(([key, value]) => `${formatCsv(key)},${formatCsv(value)}`).join(',');
  }
  return elements(reply).map(formatCsv).join(',');
}

type StringForm = (text: Bytes) => Bytes;

function formatJson(reply: Reply, string: StringForm): Bytes {
  if (typeof reply === 'string') return string(reply);
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (reply === null || reply instanceof NullArray) return 'null';
  if (reply instanceof Status || reply instanceof Verbatim) return string(reply.text);
  if (reply instanceof ErrorReply) return 'error:' + string(reply.text);
  if (reply instanceof Double) return reply.text;
  if (reply instanceof Bool) return reply.value ? 'true' : 'false';
  if (reply instanceof Attribute) return formatJson(reply.reply, string);
  if (reply instanceof BigNumber) throw new UnknownReplyType();
  if (reply instanceof MapReply) {
    const pairs = reply.pairs.map(([key, value]) => {
      const text = formatJson(key, string);
      // A name in JSON is always a string; RESP3 allows anything there.
      return `${text.startsWith('"') ? text : string(text)}:${formatJson(value, string)}`;
    });
    return `{${pairs.join(',')}}`;
  }
  return `[${elements(reply)
    .map((item) => formatJson(item, string))
    .join(',')}]`;
}

const JSON_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function jsonString(text: Bytes): Bytes {
  // eslint-disable-next-line no-control-regex
  const escaped = text.replace(/["\\\x00-\x1f]/g, (char) => {
    return JSON_ESCAPES[char] ?? '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0');
  });
  return `"${escaped}"`;
}

/** ASCII only: `repr` with every backslash doubled, as 7.0.15 does it. */
function quotedJsonString(text: Bytes): Bytes {
  return repr(text).replaceAll('\\', '\\\\');
}

/** redis-cli 7.0 does not know RESP3's big numbers: it says so and ends. */
export class UnknownReplyType extends Exit {
  readonly text = 'Unknown reply type: 13\n';
  constructor() {
    super(1);
  }
}

function isArray(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

function elements(reply: readonly Reply[] | SetReply | Push): readonly Reply[] {
  return isArray(reply) ? reply : reply.items;
}
