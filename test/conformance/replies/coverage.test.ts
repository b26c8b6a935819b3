/* How much the corpora ask: each group of commands often enough, and often enough wrongly. */

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lookupCommand } from '#redis/commands.ts';
import { readCorpus, type Step } from './corpus.ts';
import { here, readExpected } from './expected.ts';
import { repliesOf } from './play.ts';

const LEAST_REPLIES = 150;
const LEAST_ERRORS = 1 / 3;

/** Every group of 7.0 whose commands a server without Sentinel has, and CONFIG, which is a group by itself. */
const GROUPS = [
  'bitmap',
  'cluster',
  'config',
  'connection',
  'generic',
  'geo',
  'hash',
  'hyperloglog',
  'list',
  'pubsub',
  'scripting',
  'server',
  'set',
  'sorted-set',
  'stream',
  'string',
  'transactions',
];

interface Asked {
  /** Commands with a recorded reply. */
  readonly replies: Set<string>;
  readonly errors: Set<string>;
}

function groupsOf(step: Step): string[] {
  const command = step.kind === 'command' ? lookupCommand(step.argv) : null;
  if (command === null) return [];
  return command.fullName.startsWith('config|') ? [command.group, 'config'] : [command.group];
}

/** What is asked of each group on one kind of server. */
function askedOf(mode: 'standalone' | 'cluster'): Map<string, Asked> {
  const asked = new Map(
    GROUPS.map((group) => [group, { replies: new Set<string>(), errors: new Set<string>() }]),
  );
  for (const file of readdirSync(here('./expected'))) {
    const corpus = file.endsWith(`-${mode}.jsonl`) ? file.slice(0, -`-${mode}.jsonl`.length) : null;
    if (corpus === null) continue;
    const expected = readExpected(here(`./expected/${file}`));
    for (const one of readCorpus(here(`./corpus/${corpus}.txt`))) {
      repliesOf(one).forEach((step, at) => {
        for (const name of groupsOf(step)) {
          const group = asked.get(name);
          if (group === undefined) continue;
          // What EXEC says depends on all that its case did before; any other line counts once.
          const line = name === 'transactions' ? `${one.name} ${step.text}` : step.text;
          group.replies.add(line);
          if (expected.get(one.name)?.[at]?.t === 'error') group.errors.add(line);
        }
      });
    }
  }
  return asked;
}

describe('the recorded replies', () => {
  const standalone = askedOf('standalone');
  const cluster = askedOf('cluster');

  // Without a cluster all that CLUSTER answers is that there is none.
  it.each(GROUPS)('for the group "%s" are many, and a third of them errors', (name) => {
    const { replies, errors } = (name === 'cluster' ? cluster : standalone).get(name) as Asked;
    expect(replies.size).toBeGreaterThanOrEqual(LEAST_REPLIES);
    expect(errors.size / replies.size).toBeGreaterThanOrEqual(LEAST_ERRORS);
  });
});

it('a cluster node is asked for every group as well', () => {
  const few = [...askedOf('cluster')].filter(
    ([, { replies, errors }]) => replies.size < 30 || errors.size < 10,
  );
  expect(few.map(([name]) => name)).toEqual([]);
});
