/* Replies as values.
 *
 * Inside the world a reply travels as a value, not as RESP text: the text would cost far more than
 * the command that made it. Each kind of RESP2 and RESP3 reply has one shape here; `resp.ts` turns
 * them into bytes and back. What RESP2 cannot say (maps, doubles ...) is flattened when the reply is
 * made or encoded for a RESP2 client, as addReplyMapLen and friends do in networking.c. */

import type { Bytes } from '#base/bytes.ts';

/** One reply. A plain string is a bulk string, a number or bigint an integer, null the null bulk
 *  string (`$-1`, or `_` in RESP3), an array an array. */
export type Reply =
  | Bytes
  | number
  | bigint
  | null
  | readonly Reply[]
  | Status
  | ErrorReply
  | NullArray
  | Double
  | Bool
  | BigNumber
  | Verbatim
  | MapReply
  | SetReply
  | Push
  | Attribute;

/** `+text`: a simple string. */
export class Status {
  readonly text: Bytes;
  constructor(text: Bytes) {
    this.text = text;
  }
}

/** `-text`: an error; `text` starts with its code, e.g. "ERR syntax error". */
export class ErrorReply {
  readonly text: Bytes;
  constructor(text: Bytes) {
    this.text = text;
  }
  /** The first word: ERR, WRONGTYPE, MOVED ... */
  get code(): string {
    const space = this.text.indexOf(' ');
    return space < 0 ? this.text : this.text.slice(0, space);
  }
}

/** An error that the statistics hold already: a script passes on what one of its commands got. */
export class CountedError extends ErrorReply {}

/** `*-1` in RESP2, `_` in RESP3. */
export class NullArray {
  readonly nullArray = true;
}

/** A double: `,3.5` in RESP3, a bulk string in RESP2. */
export class Double {
  readonly value: number;
  /** As Redis prints it. */
  readonly text: Bytes;
  constructor(value: number, text: Bytes) {
    this.value = value;
    this.text = text;
  }
}

/** `#t` / `#f` in RESP3, :1 / :0 in RESP2. */
export class Bool {
  readonly value: boolean;
  constructor(value: boolean) {
    this.value = value;
  }
}

/** `(digits`: a number beyond 64 bits; a bulk string in RESP2. */
export class BigNumber {
  readonly digits: Bytes;
  constructor(digits: Bytes) {
    this.digits = digits;
  }
}

/** `=len\r\ntxt:...` in RESP3, a bulk string in RESP2. `format` has three characters. */
export class Verbatim {
  readonly format: string;
  readonly text: Bytes;
  constructor(format: string, text: Bytes) {
    this.format = format;
    this.text = text;
  }
}

/** `%n` in RESP3, a flat array in RESP2. */
export class MapReply {
  readonly pairs: readonly (readonly [Reply, Reply])[];
  constructor(pairs: readonly (readonly [Reply, Reply])[]) {
    this.pairs = pairs;
  }
}

/** `~n` in RESP3, an array in RESP2. */
export class SetReply {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** `>n`: out-of-band data in RESP3 (Pub/Sub, invalidation, MONITOR), an array in RESP2. */
export class Push {
  readonly items: readonly Reply[];
  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

/** `|n`: attributes in front of a reply (RESP3 only; RESP2 clients get `reply` alone). */
export class Attribute {
  readonly pairs: readonly (readonly [Reply, Reply])[];
  readonly reply: Reply;
  constructor(pairs: readonly (readonly [Reply, Reply])[], reply: Reply) {
    this.pairs = pairs;
    this.reply = reply;
  }
}

export const OK = new Status('OK');
export const QUEUED = new Status('QUEUED');
export const PONG = new Status('PONG');
export const NULL_ARRAY = new NullArray();
