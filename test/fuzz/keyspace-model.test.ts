/* Random commands on strings and keys, against a model of a few lines: a Map of values and a Map of
 * times. What the model knows, the server must know too, after every command. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorReply, type Reply, Status } from '#redis/reply.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

class Model {
  values: Map<string, string> = new Map();
  expires: Map<string, number> = new Map();
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  purge(): void {
    for (const [key, when] of this.expires) if (this.nowMs > when) this.remove(key);
  }

  remove(key: string): boolean {
    this.expires.delete(key);
    return this.values.delete(key);
  }

  /** The reply; null is nil, an Error any error. */
  run(argv: readonly string[]): string | number | null | Error | (string | null)[] {
    this.purge();
    const [name, key, arg] = argv as [string, string, string];
    const value = this.values.get(key);
    switch (name) {
      case 'SET':
        this.remove(key);
        this.values.set(key, arg);
        return 'OK';
      case 'GET':
        return value ?? null;
      case 'DEL':
        return this.remove(key) ? 1 : 0;
      case 'APPEND':
        this.values.set(key, (value ?? '') + arg);
        return (value ?? '').length + arg.length;
      case 'INCRBY':
        return this.increment(key, value, arg);
      case 'RENAME': {
        if (value === undefined) return new Error('no such key');
        const when = this.expires.get(key);
        if (key === arg) return 'OK';
        this.remove(key);
        this.remove(arg);
        this.values.set(arg, value);
        if (when !== undefined) this.expires.set(arg, when);
        return 'OK';
      }
      case 'PEXPIRE':
        if (value === undefined) return 0;
        if (Number(arg) <= 0) this.remove(key);
        else this.expires.set(key, this.nowMs + Number(arg));
        return 1;
      case 'PERSIST':
        return this.expires.delete(key) ? 1 : 0;
      case 'EXISTS':
        return value === undefined ? 0 : 1;
      case 'SETRANGE': {
        const offset = Number(arg);
        const piece = argv[3] as string;
        const old = value ?? '';
        if (piece === '') return old.length;
        const after = old.padEnd(offset, '\0').slice(0, offset) + piece + old.slice(offset + piece.length);
        this.values.set(key, after);
        return after.length;
      }
      default:
        return new Error(`the model does not know ${name}`);
    }
  }

  increment(key: string, value: string | undefined, by: string): number | Error {
    if (value !== undefined && !/^(0|-?[1-9][0-9]{0,14})$/.test(value)) return new Error('not an integer');
    const after = Number(value ?? 0) + Number(by);
    this.values.set(key, String(after));
    return after;
  }
}

const key = fc.constantFrom('a', 'b', '{c}1', '{c}2', 'd');
const text = fc.oneof(
  fc.constantFrom('', '0', '17', '-3', 'x', '3.5'),
  fc.string({ maxLength: 8, unit: 'binary-ascii' }),
);
const command = fc.oneof(
  fc.tuple(fc.constant('SET'), key, text),
  fc.tuple(fc.constantFrom('GET', 'DEL', 'PERSIST', 'EXISTS'), key),
  fc.tuple(fc.constant('APPEND'), key, text),
  fc.tuple(fc.constant('INCRBY'), key, fc.integer({ min: -1000, max: 1000 }).map(String)),
  fc.tuple(fc.constant('RENAME'), key, key),
  fc.tuple(fc.constant('PEXPIRE'), key, fc.integer({ min: -5, max: 300 }).map(String)),
  fc.tuple(fc.constant('SETRANGE'), key, fc.integer({ min: 0, max: 20 }).map(String), text),
  fc.tuple(fc.constant('WAIT'), fc.integer({ min: 1, max: 150 }).map(String)),
);

function plain(reply: Reply): unknown {
  if (reply instanceof Status) return reply.text;
  return reply instanceof ErrorReply ? new Error() : reply;
}

describe('strings and keys', () => {
  it('behave as the model says, whatever is done to them', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const lone = new LoneServer({ save: '' });
        const client = lone.connect();
        const model = new Model(lone.wallMs);
        for (const argv of commands) {
          if (argv[0] === 'WAIT') {
            lone.advance(Number(argv[1]));
            model.nowMs = Math.floor(lone.wallMs);
            continue;
          }
          const expected = model.run(argv);
          const actual = plain(lone.ask(client, ...argv));
          if (expected instanceof Error) expect(actual).toBeInstanceOf(Error);
          else expect(actual).toEqual(expected);
        }
        model.purge();
        const keys = lone.ask(client, 'KEYS', '*') as string[];
        expect([...keys].sort()).toEqual([...model.values.keys()].sort());
        for (const name of keys) {
          expect(lone.ask(client, 'GET', name)).toBe(model.values.get(name));
          expect(lone.ask(client, 'PEXPIRETIME', name)).toBe(model.expires.get(name) ?? -1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
