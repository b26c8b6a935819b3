/* Share links: what goes in comes out, small, and nothing that a stranger writes does harm. */

import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isShareLink, LinkError, packLink, unpackLink, type SharedLink } from '#app/share/link-format.ts';
import { DEFAULT_WORLD, type LoggedInput } from '#session/api.ts';
import { ConfigError } from '#session/config.ts';
import { checkSessionFile, SessionFileError } from '#session/session-file.ts';

const sight: SharedLink['sight'] = {
  speed: 0.25,
  selection: { kind: 'server', name: '7001' },
  lens: '7002',
  lang: 'zh',
  lesson: '11-election-and-epochs',
};

function sharedLink(inputs: LoggedInput[]): SharedLink {
  const playhead = (inputs.at(-1)?.at ?? 0) + 5_000_000;
  const config = { ...DEFAULT_WORLD, seed: 77, latencyUs: 40_000, config: { appendonly: 'yes' } };
  return {
    file: { format: 'redis-cluster-playground', version: 1, config, inputs, playhead, hash: 'abc123' },
    sight,
  };
}

/** Ten minutes of somebody who types a different command every three seconds and breaks things. */
function tenMinutes(): LoggedInput[] {
  const inputs: LoggedInput[] = [
    {
      at: 15_000_000,
      input: { kind: 'openConsole', console: 'console:7000', argv: ['redis-cli', '-p', '7000'] },
    },
  ];
  const commands = [
    'SET user:{1}:name',
    'GET cart',
    'CLUSTER NODES #',
    'HSET order',
    'INCR visits',
    'LPUSH queue',
  ];
  let at = 15_000_000;
  for (let n = 0; n < 200; n++) {
    at += 2_500_000 + ((n * 7_919_333) % 1_000_003);
    const fault = n % 20 === 7;
    const server = `700${n % 6}`;
    inputs.push(
      fault
        ? { at, input: { kind: 'fault', fault: { kind: n % 40 === 7 ? 'kill' : 'restart', server } } }
        : {
            at,
            input: {
              kind: 'line',
              console: 'console:7000',
              line: `${commands[n % 6]}${(n * 7919) % 9973} v${n * n}`,
            },
          },
    );
  }
  return inputs;
}

/** A link with any content inside. */
const linkOf = (content: string | Buffer): string => `s=1.${deflateRawSync(content).toString('base64url')}`;

/** Why the session of a link is refused, in words; '' when it can be opened. Anything else is thrown. */
function refusalOf(file: unknown): string {
  try {
    checkSessionFile(file);
    return '';
  } catch (error) {
    if (error instanceof SessionFileError || error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function problemOf(fragment: string): Promise<string> {
  const error: unknown = await unpackLink(fragment).catch((why: unknown) => why);
  return error instanceof LinkError ? error.problem : `no LinkError: ${String(error)}`;
}

describe('a share link', () => {
  test('brings back the session and the place of its reader', async () => {
    const link = sharedLink(tenMinutes());
    expect(await unpackLink(`#${await packLink(link)}`)).toEqual(link);
  });

  test('of a session of ten minutes has at most 8 KB', async () => {
    const packed = await packLink(sharedLink(tenMinutes()));
    expect(packed.length).toBeLessThanOrEqual(8 * 1024);
    expect(packed).toMatch(/^s=1\.[\w-]+$/);
  });

  test('holds any text that can be typed', async () => {
    const line = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
        const inputs = lines.map((text, at): LoggedInput => ({
          at,
          input: { kind: 'line', console: 'console:7000', line: text },
        }));
        expect((await unpackLink(await packLink(sharedLink(inputs)))).file.inputs).toEqual(inputs);
      }),
    );
  });

  test('is not made when the session is too large for one', async () => {
    const noise = Array.from({ length: 80_000 }, (_, n) =>
      ((n * n * 2_654_435_761) % 4_294_967_291).toString(36),
    );
    const input = { kind: 'line', console: 'console:1', line: noise.join('') } as const;
    const link = sharedLink([{ at: 1, input }]);
    await expect(packLink(link)).rejects.toThrow(new LinkError('too-large'));
  });
});

describe('a bad link', () => {
  test('is told apart from no link, a newer one and a damaged one', async () => {
    const good = await packLink(sharedLink(tenMinutes()));
    expect(isShareLink('#lesson')).toBe(false);
    expect(await problemOf('#lesson')).toBe('not-a-link');
    expect(await problemOf('s=2.AAAA')).toBe('newer');
    expect(await problemOf(good.slice(0, -40))).toBe('damaged');
    expect(await problemOf(`${good}!`)).toBe('damaged');
    expect(await problemOf(linkOf('{"not": "a list"}'))).toBe('damaged');
    expect(await problemOf(linkOf(Buffer.from([0xff, 0xfe])))).toBe('damaged');
  });

  test('that unpacks to gigabytes is dropped as soon as it is too large', async () => {
    // 48 MB of spaces make 48 KB.
    const bomb = linkOf(Buffer.alloc(40 * 1024 * 1024, 32));
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect(await problemOf(bomb)).toBe('too-large');
  });

  test('that asks for days of simulation is refused', async () => {
    expect(await problemOf(linkOf(JSON.stringify([{}, 9e15, 'h', [], []])))).toBe('too-large');
  });

  test('whose inputs are nonsense is refused by the input that is', async () => {
    const fault = [5_000_000, { kind: 'fault', fault: { kind: 'kill', server: 'nobody' } }];
    const { file, sight: seen } = await unpackLink(
      linkOf(
        JSON.stringify([{}, 9e6, 'h', ['console:7000'], [[1, 0, 'PING'], fault], { kind: 'server', name: 'x'.repeat(9e5) }]), // prettier-ignore
      ),
    );
    expect(refusalOf(file)).toContain('input 1 cannot be done: there is no console called "console:7000"');
    expect(seen.selection).toBe(null);
  });

  test('never does more than be refused in words', async () => {
    const fragment = fc.oneof(
      fc.string(),
      fc.base64String().map((text) => `s=1.${text}`),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => `s=1.${Buffer.from(bytes).toString('base64url')}`),
      fc.json().map(linkOf),
      fc
        .tuple(
          fc.object(),
          fc.double(),
          fc.string(),
          fc.array(fc.anything()),
          fc.array(fc.array(fc.anything())),
        )
        .map((content) => linkOf(JSON.stringify(content))),
    );
    await fc.assert(
      fc.asyncProperty(fragment, async (text) => {
        const result: unknown = await unpackLink(text).catch((error: unknown) => error);
        if (result instanceof LinkError) return;
        const { file, sight: seen } = result as SharedLink;
        expect(refusalOf(file)).toMatch(/^$|^[A-Z"][^]{1,300}\.$/);
        expect(['en', 'zh', 'both']).toContain(seen.lang);
      }),
      { numRuns: 1000 },
    );
  });
});
