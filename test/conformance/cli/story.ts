/* A cluster of simulated servers taken through the story of a recorded one. Node ids are masked by the port
 * of their server, as are times and counts of packets; lines are compared as a set where real servers list
 * nodes in the order of a hash table. */

import { expect } from 'vitest';
import { CliWorld, type CliWorldOptions } from './cli-world.ts';
import { golden, goldenErrors, plain } from './golden.ts';
import type { RunOptions, RunResult } from './outputs.ts';

/** Node ids of a recorded cluster, by port. */
export type RecordedIds = Readonly<Record<string, string>>;

/** The cluster of most recordings. */
export const FIRST_CLUSTER: RecordedIds = {
  '6e259e9dda5ac006373253155045f231b8f39576': 'ID7000',
  '1221e43d4d5472f098b7059c60e415e630a09073': 'ID7001',
  d169cd9b946d94f1978c3838508cdbbafd65f889: 'ID7002',
  '8d30da0c133899d8503e1bffe07665f388b9fd6e': 'ID7003',
  '8206cd6a8dc8bf847d1c09e94e5c44fc61534139': 'ID7004',
  '3fce83b0ec03e0b89466c7d4acf4aa68e829e99f': 'ID7005',
  '4cc8ce3d1ceb0ea5b31889a1baef96d7f80add49': 'ID7006',
  '1147fb2a74697c3e07025d823bdf0e0943182b03': 'ID7007',
  '9d66958eb6991bf42e78eb013e67cf98e652393a': 'ID7008',
};

/** A later cluster of six, and a seventh server that joined it. */
export const SECOND_CLUSTER: RecordedIds = {
  '7ca8375ba1102810c48a117b50fd52806dd846c7': 'ID7000',
  '0496609bd474921873ec52de58a469a4bee184f3': 'ID7001',
  '2fa1f9c826ea3c36e9af5ecde900275c57d17612': 'ID7002',
  e4788214e1577c387ab0de07d9a7611207908c6a: 'ID7003',
  bbe1e039a68731812683deed826f839feff4d6aa: 'ID7004',
  '4e3a36404792e1415c07bf928fcfaccd77d1f26d': 'ID7005',
  b188789f15099d69dbc20c09c7ad860059926b4a: 'ID7006',
  a3036760f266336e9eb347f0d115d5db3427305f: 'ID7003',
};

/** What the sessions of the first cluster left beside its six hundred numbered keys. */
const OTHER_KEYS: readonly string[] =
  '{12250}k1 {12250}k2 {8536}k hello {bar}1 {bar}2 {bar}viaask {bar}new counter {u}a {u}b foo'.split(' ');

export interface CompareOptions {
  /** Lines typed at the program's prompts. */
  type?: readonly string[];
  /** Further masking, of both sides. */
  mask?: (text: string) => string;
  /** Colours, as a terminal with a name gets them. */
  term?: string;
  /** What it finds on its disk. */
  files?: Readonly<Record<string, string>>;
}

export class Story {
  readonly world: CliWorld;
  private readonly recorded: RecordedIds;
  private readonly ids: Record<string, string> = {};
  private readonly byName: Record<string, string> = {};

  constructor(
    ports: readonly number[],
    recorded: RecordedIds,
    options: Pick<CliWorldOptions, 'config' | 'configFiles' | 'seed'> = {},
  ) {
    this.world = new CliWorld({ ports, cluster: true, ...options });
    this.recorded = recorded;
    for (const port of ports) this.learnId(port);
  }

  /** Asks a server for its id; after a hard reset it has another. */
  learnId(port: number): void {
    const { stdout } = this.world.run(['redis-cli', '-p', String(port), 'CLUSTER', 'MYID'], { tty: false });
    this.ids[stdout.trim()] = `ID${port}`;
    this.byName[`ID${port}`] = stdout.trim();
  }

  /** Replaces ID7000 by the id of that server. */
  fill(text: string): string {
    return text.replace(/\bID70\d\d\b/g, (name) => this.byName[name] ?? name);
  }

  /** Runs a command line in a pipe. */
  run(line: string, options: RunOptions = {}): RunResult {
    return this.world.run(this.fill(line).split(' '), {
      tty: false,
      stdin: '',
      limitMs: 600_000,
      ...options,
    });
  }

  /** Runs a command line at a terminal, typing the given answers. */
  runTyped(line: string, type: readonly string[], vars: Readonly<Record<string, string>> = {}): RunResult {
    return this.world.run(this.fill(line).split(' '), {
      type: type.map((answer) => this.fill(answer)),
      limitMs: 600_000,
      vars,
    });
  }

  /** Makes a cluster at once: slots by master, masters by replica, and epochs of masters where they matter. */
  form(
    slots: Readonly<Record<number, string>>,
    replicas: Readonly<Record<number, number>>,
    epochs: Readonly<Record<number, number>> = {},
  ): void {
    const ports = [...Object.keys(slots), ...Object.keys(replicas)];
    ports.forEach((port, at) => {
      this.run(`redis-cli -p ${port} CLUSTER SET-CONFIG-EPOCH ${epochs[Number(port)] ?? at + 1}`);
    });
    for (const [port, ranges] of Object.entries(slots)) {
      const words = ranges.split(/[ -]/).join(' ');
      expect(this.run(`redis-cli -p ${port} CLUSTER ADDSLOTSRANGE ${words}`)).toMatchObject({
        stdout: 'OK\n',
        stderr: '',
      });
    }
    for (const port of ports) this.run(`redis-cli -p ${port} CLUSTER MEET 127.0.0.1 7000`);
    this.world.runMs(6000);
    for (const [port, master] of Object.entries(replicas)) {
      expect(this.run(`redis-cli -p ${port} CLUSTER REPLICATE ID${master}`).stdout).toBe('OK\n');
    }
    // Diskless synchronisation begins after five seconds, and is over with the first ping of its stream.
    this.world.runMs(20_000);
  }

  /** The keys that the recording had by its 145th step. */
  fillKeys(): void {
    const keys = [...Array.from({ length: 600 }, (_, at) => `key:${at + 1}`), ...OTHER_KEYS];
    const stdin = keys.map((key) => `SET ${key} 1`).join('\n');
    expect(this.run('redis-cli -c -p 7000', { stdin }).stdout).toMatch(/OK\n$/);
    this.world.runMs(2000);
  }

  /** What a command prints must be what was recorded. */
  compare(name: string, line: string, exitCode: number, options: CompareOptions = {}): void {
    const { type, files = {}, mask = (text) => text } = options;
    const recorded = plain(golden(name));
    const known = { ...this.recorded, ...idsIn(recorded) };
    const vars = options.term ? { TERM: options.term } : {};
    const result = type ? this.runTyped(line, type, vars) : this.run(line, { vars, files });
    const printed = type ? result.screen : result.stdout;
    const show = (text: string, ids: RecordedIds): string[] => sorted(mask(maskIds(text, ids)));
    expect({
      name,
      stdout: show(printed, this.ids),
      // At a terminal the two are one.
      stderr: type ? [''] : show(result.stderr, this.ids),
      exitCode: result.exitCode,
    }).toEqual({ name, stdout: show(recorded, known), stderr: show(goldenErrors(name), known), exitCode });
  }

  /** Text of ours or of a recording, masked. */
  maskBoth(text: string): string {
    return maskIds(text, { ...this.recorded, ...this.ids });
  }

  /** Text of ours, masked. */
  masked(text: string): string {
    return maskIds(text, this.ids);
  }

  /** The lines of a recording, masked, as a set. */
  recordedLines(name: string): string[] {
    return sorted(maskIds(plain(golden(name)), this.recorded).replace(/\n$/, ''));
  }

  /** State and nodes as a server sees them: flags, masters, slots. */
  viewOf(port: number): string {
    const ask = (word: string): string => this.run(`redis-cli -p ${port} CLUSTER ${word}`).stdout;
    const state = /cluster_state:\w+/.exec(ask('INFO'))?.[0] ?? '';
    return viewLines(state, this.masked(ask('NODES')));
  }

  /** The views in a recorded timeline. */
  recordedViews(name: string): string[] {
    const stages = maskIds(plain(golden(name)), this.recorded)
      .trim()
      .split('\n\n');
    return stages.map((stage) => {
      const [head = '', ...nodes] = stage.split('\n');
      return viewLines(/cluster_state:\w+/.exec(head)?.[0] ?? '', nodes.join('\n'));
    });
  }

  /** What a server logged since `from` must be what was recorded: the same kinds of lines. How often a
   *  replica tried again, and which master of the majority saw it first, is chance; `except` names
   *  further lines of the recording that are. */
  compareLog(name: string, port: number, from: number, except?: RegExp): void {
    const recorded = plain(golden(name)).trim().split('\n');
    const lines = recorded.filter((line) => !OF_ITS_COMPUTER.test(line) && !except?.test(line));
    const ours = new Set(this.world.log(port, from).map((line) => maskLog(line, this.ids)));
    const theirs = new Set(lines.map((line) => maskLog(line, this.recorded)));
    expect([name, ...[...ours].sort()]).toEqual([name, ...[...theirs].sort()]);
  }

  /** Types the commands of a recorded terminal session, a moment after each other if need be, and compares
   *  each answer, without the lines that are `chance`. */
  session(name: string, line: string, { pauseMs = 0, chance = /^$/ } = {}): void {
    const shown = (text: string, ids: Readonly<Record<string, string>>): string[] =>
      sorted(maskIds(text.replace(/\n$/, ''), ids)).filter((one) => one === '' || !chance.test(one));
    const opened = this.world.open(line.split(' '));
    for (let tries = 0; tries < 100 && opened.process.prompt === null; tries++) opened.step();
    for (const block of this.blocksOf(name)) {
      if (block.command.startsWith('SSUBSCRIBE')) break;
      if (pauseMs > 0) this.world.runMs(pauseMs);
      expect(opened.process.prompt, block.command).toBe(block.prompt);
      const from = opened.process.transcript.printedEnd;
      const command = this.fill(maskIds(block.command, this.recorded));
      opened.type(command);
      if (/RESET HARD/i.test(command)) this.learnId(Number(/:(\d+)/.exec(block.prompt)?.[1]));
      const printed = opened.process.transcript.printedSince(from).replace(/[\x02\x03]/g, '');
      // Soft: what follows needs the rest of the session to have happened.
      expect
        .soft([block.command, ...shown(printed, this.ids)])
        .toEqual([block.command, ...shown(block.output, this.recorded)]);
    }
  }

  private blocksOf(name: string): { command: string; prompt: string; output: string }[] {
    const prompt = /^((?:127\.0\.0\.1:\d+(?:\(TX\))?|not connected)> )(.*)$/;
    const blocks: { command: string; prompt: string; output: string }[] = [];
    for (const row of plain(golden(name)).split('\n')) {
      const found = prompt.exec(row);
      if (found) blocks.push({ prompt: found[1] as string, command: found[2] as string, output: '' });
      else if (blocks.length > 0) (blocks.at(-1) as { output: string }).output += row + '\n';
    }
    return blocks;
  }
}

/** Ids by port, times, offsets and counts of packets as words, and the links to dead servers: ten times a
 *  second they are there for a moment. */
export function maskIds(text: string, ids: RecordedIds): string {
  let out = text.replaceAll('\r', '');
  for (const [id, name] of Object.entries(ids)) {
    out = out.replaceAll(id, name).replaceAll(id.slice(0, 8), name);
  }
  return out
    .replace(/\b\d{13}\b/g, 'TIME')
    .replace(/^(5\) \(integer\)) \d{2,}$/gm, '$1 OFFSET')
    .replace(/("replication-offset"(?: =>|\n +\d+\)) \(integer\)) \d+/g, '$1 OFFSET')
    .replace(/("send-buffer-allocated"\n +\d+\) \(integer\)) \d+/g, '$1 SIZE')
    .replace(/(to join\n)\.*\n/g, '$1\n')
    .replace(/(,fail \S+ \S+ \S+ \d+) (dis)?connected/g, '$1 LINK')
    .replace(/(noaddr -) \S+ \S+/g, '$1 TIME TIME')
    .replace(/cluster_stats_messages_\S+\n/g, '');
}

/** Of each line of CLUSTER NODES: id, flags, master and slots. */
function viewLines(state: string, nodes: string): string {
  const fields = nodes
    .trim()
    .split('\n')
    .map((line) => {
      const [id, , flags, master, , , , , ...slots] = line.split(' ');
      return [id, flags, master, ...slots].join(' ');
    });
  return [state, ...fields.sort()].join('\n');
}

/** Lines of a log that tell of a computer, of forked processes and of pages of memory. */
const OF_ITS_COMPUTER = /overcommit|monotonic clock|RDB memory usage|Fork CoW/i;

/** A line of a log without process, time, sizes, offsets and replication ids. */
function maskLog(line: string, ids: RecordedIds): string {
  return maskIds(line, ids)
    .replace(/^\d+:([A-Z]) \d+ \S+ \d+ [\d:.]+ /, '$1 ')
    .replace(/\b[0-9a-f]{40}\b/g, 'REPLID')
    .replace(/from master: REPLID:\d+/, 'from master: REPLID:N')
    .replace(/, pid=\d+/, '')
    .replace(/Marking node (\S+) as failing \(quorum reached\)\./, 'FAIL about $1')
    .replace(/FAIL message received from \S+ about/, 'FAIL about')
    .replace(
      /(disk:|offset:?|failover:|request REPLID:|delayed for|pid|epoch|to|by|starting from offset|Sending|keys loaded:|age|created) ?\d+(\.\d+)?/g,
      '$1 N',
    );
}

/** Ids that a recording itself tells beside addresses: proposals were made with other clusters. */
export function idsIn(text: string): Record<string, string> {
  const ids: Record<string, string> = {};
  for (const [, id, port] of text.matchAll(/[MS]: ([0-9a-f]{40}) 127\.0\.0\.1:(\d+)/g)) {
    ids[id as string] = `ID${port}`;
  }
  return ids;
}

/** Lines as a set. */
export const sorted = (text: string): string[] => text.split('\n').sort();
