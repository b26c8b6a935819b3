/* Playing a case against a server: the same for one in this process and one behind TCP. */

import type { Case, Step } from './corpus.ts';
import type { Tree } from './compare.ts';

/** A server that can be talked to over several connections. */
export interface Target {
  /** Fresh connections, and nothing left of the case before. */
  begin(): Promise<void>;
  send(connection: string, data: string): Promise<void>;
  /** The next reply on a connection; kinds TIMEOUT and CLOSED when there is none. */
  read(connection: string): Promise<Tree>;
  sleep(milliseconds: number): Promise<void>;
}

/** What a case may leave behind besides data. */
export const RESET: readonly (readonly string[])[] = [
  ['ACL', 'DELUSER', 'difft', 'difft2'],
  ['CONFIG', 'SET', 'maxmemory', '0'],
  ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
  ['CONFIG', 'SET', 'hz', '10'],
  ['CONFIG', 'SET', 'notify-keyspace-events', ''],
  ['FLUSHALL'],
  ['SCRIPT', 'FLUSH'],
  ['FUNCTION', 'FLUSH'],
];

/** A command in RESP. */
export function encode(argv: readonly string[]): string {
  return `*${argv.length}\r\n${argv.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

function substitute(argv: readonly string[], kept: ReadonlyMap<string, Tree>): string[] {
  return argv.map((arg) =>
    arg.replace(/\$\{(\w+)(?:\.(\d+))?\}/g, (_all, name: string, index: string | undefined) => {
      let tree = kept.get(name);
      if (index !== undefined && tree !== undefined && typeof tree.v !== 'string')
        tree = tree.v[Number(index)];
      return tree !== undefined && typeof tree.v === 'string' ? tree.v : '';
    }),
  );
}

/** Steps that have a reply. */
export function repliesOf(played: Case): Step[] {
  return played.steps.filter(({ kind }) => kind !== 'send' && kind !== 'raw-send' && kind !== 'sleep');
}

/** Runs the steps of a case in order and returns the replies. */
export async function play(target: Target, played: Case): Promise<Tree[]> {
  const kept = new Map<string, Tree>();
  const replies: Tree[] = [];
  await target.begin();
  for (const step of played.steps) {
    if (step.kind === 'sleep') {
      await target.sleep(step.milliseconds);
      continue;
    }
    if (step.kind === 'command' || step.kind === 'send') {
      await target.send(step.connection, encode(substitute(step.argv, kept)));
    } else if (step.kind !== 'read') await target.send(step.connection, step.data);
    if (step.kind === 'send' || step.kind === 'raw-send') {
      await target.sleep(25);
      continue;
    }
    const reply = await target.read(step.connection);
    if (step.capture !== null) kept.set(step.capture, reply);
    replies.push(reply);
  }
  return replies;
}
