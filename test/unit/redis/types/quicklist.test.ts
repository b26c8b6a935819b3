/* Lists in nodes. The checksums are those of the payloads that DUMP of a real 7.0.15 gave for the same
 * commands: nodes are split and merged as it does it. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Prng } from '#base/prng.ts';
import { encodeListpack } from '#redis/types/listpack.ts';
import { Quicklist } from '#redis/types/quicklist.ts';
import { LoneServer } from '#test/conformance/lone-server.ts';

/** The same commands for the same seed: pushes first, then much that changes the middle. */
function listCommands(seed: number, longest: number): string[][] {
  const random = Prng.stream(seed, 'quicklist');
  const element = (): string => String.fromCharCode(97 + random.below(26)).repeat(1 + random.below(longest));
  const commands: string[][] = [];
  for (let at = 0; at < 120; at++) {
    const index = String(random.below(80) - 40);
    const kind = at < 60 ? random.below(2) : random.below(9);
    if (kind === 0) commands.push(['LPUSH', 'l', element(), element()]);
    else if (kind === 1) commands.push(['RPUSH', 'l', element(), String(random.below(100_000))]);
    else if (kind === 2) commands.push(['LSET', 'l', index, element()]);
    else if (kind <= 6) {
      // The pivot is made where it is wanted.
      commands.push(['LSET', 'l', index, 'here']);
      commands.push(['LINSERT', 'l', kind < 5 ? 'AFTER' : 'BEFORE', 'here', element()]);
    } else if (kind === 7) commands.push(['LREM', 'l', String(random.below(5) - 2), 'here']);
    else commands.push(['LTRIM', 'l', String(random.below(3)), String(-1 - random.below(3))]);
  }
  return commands;
}

const hex = (text: string): string =>
  Array.from(text, (one) => one.charCodeAt(0).toString(16).padStart(2, '0')).join('');

describe('a quicklist', () => {
  test.each([
    { fill: '-2', threshold: '0', longest: 900, checksum: 'a010d4fafbfa30ed' },
    { fill: '-1', threshold: '0', longest: 300, checksum: '3fc5b80f3de957fb' },
    { fill: '-1', threshold: '250', longest: 300, checksum: '2285c8fb8a58ee5b' },
    { fill: '3', threshold: '0', longest: 20, checksum: 'a2089e3896c847de' },
    { fill: '5', threshold: '12', longest: 20, checksum: '074769252f1ee9cc' },
    { fill: '1', threshold: '0', longest: 20, checksum: '194310971ceb75b3' },
    { fill: '0', threshold: '0', longest: 20, checksum: '194310971ceb75b3' },
    { fill: '128', threshold: '0', longest: 400, checksum: '23211d505ae7753a' },
  ])(
    'of size $fill and packed threshold $threshold has the nodes of the real one',
    ({ fill, threshold, longest, checksum }) => {
      const lone = new LoneServer({ 'enable-debug-command': 'yes', 'list-max-listpack-size': fill });
      const socket = lone.connect();
      lone.run(socket, 'DEBUG', 'QUICKLIST-PACKED-THRESHOLD', threshold);
      for (const argv of listCommands(1, longest)) lone.run(socket, ...argv);
      expect(hex((lone.ask(socket, 'DUMP', 'l') as string).slice(-8))).toBe(checksum);
    },
  );

  test('holds what an array holds, in nodes that are as long as they say', () => {
    const operation = fc.record({
      kind: fc.constantFrom('left', 'right', 'before', 'after', 'set', 'remove', 'copy'),
      where: fc.nat(),
      item: fc.oneof(fc.constantFrom('1', '-70000', 'word', ''), fc.constant('x'.repeat(60))),
    });
    fc.assert(
      fc.property(
        fc.array(operation, { maxLength: 150, size: 'max' }),
        fc.constantFrom(-5, -1, 0, 1, 2, 7),
        fc.constantFrom(1, 50, 1000),
        (operations, fill, threshold) => {
          let list = new Quicklist(fill);
          let array: string[] = [];
          const old: [Quicklist, string[]][] = [];
          for (const { kind, where, item } of operations) {
            const at = array.length > 0 ? where % array.length : 0;
            if (kind === 'left') (list.push(item, 'left', threshold), array.unshift(item));
            if (kind === 'right') (list.push(item, 'right', threshold), array.push(item));
            if (kind === 'copy') {
              old.push([list, array]);
              list = list.copy();
              array = array.slice();
            }
            if (array.length === 0) continue;
            if (kind === 'before') (list.insertBeside(at, item, false, threshold), array.splice(at, 0, item));
            if (kind === 'after')
              (list.insertBeside(at, item, true, threshold), array.splice(at + 1, 0, item));
            if (kind === 'set') (list.replace(at, item, threshold), (array[at] = item));
            if (kind === 'remove') (list.remove(at, where % 4), array.splice(at, where % 4));
          }
          for (const [was, expected] of [...old, [list, array] as const]) {
            expect([...was]).toEqual(expected);
            expect(was.length).toBe(expected.length);
            for (const { items, bytes, plain } of was.nodes) {
              if (plain) expect(items).toHaveLength(1);
              expect(items).not.toHaveLength(0);
              expect(bytes).toBe(plain ? items[0]?.length : encodeListpack(items).length);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('tells of its nodes in DEBUG OBJECT, and MEMORY USAGE counts them', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes', 'list-max-listpack-size': '3' });
    const socket = lone.connect();
    lone.run(socket, 'RPUSH', 'l', 'a', 'b', '3', '4', 'e');
    expect(lone.ask(socket, 'DEBUG', 'OBJECT', 'l')).toMatchObject({
      text: expect.stringContaining(
        'ql_nodes:2 ql_avg_node:2.50 ql_listpack_max:3 ql_compressed:0 ql_uncompressed_size:27',
      ) as string,
    });
    expect(lone.ask(socket, 'MEMORY', 'USAGE', 'l')).toBe(200);
  });

  test('refuses packed thresholds that no listpack could hold', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    for (const size of ['4gb', 'x', '-1']) {
      expect(lone.ask(socket, 'DEBUG', 'QUICKLIST-PACKED-THRESHOLD', size)).toMatchObject({
        text: 'ERR argument must be a memory value bigger than 1 and smaller than 4gb',
      });
    }
  });
});
