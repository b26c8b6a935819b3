/* redis-benchmark as far as -t, -n, -c, -P, -d, -r, -q and the address go: so many connections keep one
 * batch of commands each under way, and what is measured is virtual time. What it shows is what
 * redis-benchmark shows with -q: requests per second and the median latency. */

import type { Bytes } from '#base/bytes.ts';
import { ErrorReply } from '#redis/reply.ts';
import * as ops from './ops.ts';
import { Interrupted } from './ops.ts';
import type { Handle, Program, ProgramMain, Step } from './program.ts';

interface Settings {
  host: string;
  port: number;
  requests: number;
  clients: number;
  pipeline: number;
  size: number;
  keys: number;
  tests: string[];
}

const MOST_REQUESTS = 100_000;
const MOST_CLIENTS = 1000;

/** The commands of a test; `key` is the suffix of a random key, or the fixed one. */
const TESTS: Readonly<Record<string, (key: string, data: string) => string[]>> = {
  ping: () => ['PING'],
  set: (key, data) => ['SET', `key:${key}`, data],
  get: (key) => ['GET', `key:${key}`],
  incr: (key) => ['INCR', `counter:${key}`],
  lpush: (_key, data) => ['LPUSH', 'mylist', data],
  rpush: (_key, data) => ['RPUSH', 'mylist', data],
  lpop: () => ['LPOP', 'mylist'],
  rpop: () => ['RPOP', 'mylist'],
  sadd: (key) => ['SADD', 'myset', `element:${key}`],
  hset: (key, data) => ['HSET', 'myhash', `element:${key}`, data],
  spop: () => ['SPOP', 'myset'],
  zadd: (key) => ['ZADD', 'myzset', '0', `element:${key}`],
};

export const redisBenchmark: ProgramMain = function* (argv): Program {
  const settings = parse(argv.slice(1));
  if (typeof settings === 'string') {
    yield* ops.printError(settings + '\n');
    return 1;
  }
  try {
    for (const test of settings.tests) {
      const failed = yield* runTest(test, settings);
      if (failed !== null) {
        yield* ops.printError(`${failed}\n`);
        return 1;
      }
    }
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    throw error;
  }
};

/** Runs one test; what went wrong, or null. */
function* runTest(test: string, settings: Settings): Step<string | null> {
  const { host, port, requests, pipeline } = settings;
  const handles: Handle[] = [];
  for (let at = 0; at < Math.min(settings.clients, Math.ceil(requests / pipeline)); at++) {
    const made = yield* ops.connect(host, port);
    if ('error' in made) return `Could not connect to Redis at ${host}:${port}: ${made.error}`;
    handles.push(made.handle);
  }
  const make = TESTS[test] as (key: string, data: string) => string[];
  const data = 'x'.repeat(settings.size);
  const latencies: number[] = [];
  const began = (yield* ops.clock()).micros;
  const sentAt: number[] = [];
  let sent = 0;
  let done = 0;
  function* sendBatch(at: number): Step<void> {
    sentAt[at] = (yield* ops.clock()).micros;
    for (let i = 0; i < pipeline; i++, sent++) {
      const chosen = settings.keys > 0 ? yield* ops.random(settings.keys) : -1;
      const key = chosen < 0 ? '__rand_int__' : String(chosen).padStart(12, '0');
      yield* ops.send(handles[at] as Handle, make(key, data));
    }
  }
  for (let at = 0; at < handles.length; at++) yield* sendBatch(at);
  while (done < requests) {
    for (let at = 0; at < handles.length && done < requests; at++) {
      for (let i = 0; i < pipeline; i++, done++) {
        const answer = yield* ops.receive(handles[at] as Handle);
        if ('error' in answer) return `Error: ${answer.error}`;
        if ('reply' in answer && answer.reply instanceof ErrorReply)
          return `Error from server: ${answer.reply.text}`;
      }
      latencies.push((yield* ops.clock()).micros - (sentAt[at] as number));
      if (sent < requests) yield* sendBatch(at);
    }
  }
  const seconds = ((yield* ops.clock()).micros - began) / 1e6;
  for (const handle of handles) yield* ops.disconnect(handle);
  latencies.sort((a, b) => a - b);
  const median = ((latencies[latencies.length >> 1] ?? 0) / 1000).toFixed(3);
  const rate = (done / Math.max(seconds, 1e-6)).toFixed(2);
  yield* ops.print(`${test.toUpperCase()}: ${rate} requests per second, p50=${median} msec\n`);
  return null;
}

/** The settings, or what is wrong with them. */
function parse(words: readonly Bytes[]): Settings | string {
  const out: Settings = { host: '127.0.0.1', port: 6379, requests: 1000, clients: 50, pipeline: 1, size: 3, keys: 0, tests: [] }; // prettier-ignore
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (word === '-q') continue;
    if (word === '--cluster') return 'redis-benchmark: --cluster is not here; name one node';
    const value = words[++at];
    if (value === undefined) return `redis-benchmark: bad or unfinished option: ${word}`;
    if (word === '-h') out.host = value;
    else if (word === '-t') out.tests = value.toLowerCase().split(',');
    else {
      const name = NUMBERS[word];
      if (name === undefined) return `redis-benchmark: unknown option: ${word}`;
      const number = Number(value);
      if (!Number.isInteger(number) || number < 1) return `redis-benchmark: ${word} needs a number from 1`;
      out[name] = number;
    }
  }
  const unknown = out.tests.find((test) => TESTS[test] === undefined);
  if (unknown !== undefined) return `redis-benchmark: no test is called ${unknown}`;
  if (out.tests.length === 0) out.tests = Object.keys(TESTS);
  if (out.requests > MOST_REQUESTS) return `redis-benchmark: at most ${MOST_REQUESTS} requests`;
  if (out.clients > MOST_CLIENTS || out.pipeline > MOST_CLIENTS)
    return `redis-benchmark: at most ${MOST_CLIENTS} clients and commands in a pipeline`;
  out.size = Math.min(out.size, 1 << 20);
  return out;
}

const NUMBERS: Readonly<Record<string, 'port' | 'requests' | 'clients' | 'pipeline' | 'size' | 'keys'>> = {
  '-p': 'port',
  '-n': 'requests',
  '-c': 'clients',
  '-P': 'pipeline',
  '-d': 'size',
  '-r': 'keys',
};
