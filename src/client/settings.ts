/* What an application client is to do, checked: settings come from the page, lessons and files. */

export type Refresh = 'moved' | 'periodic' | 'never';

export interface ClientSettings {
  kind: 'workload' | 'lock' | 'redlock' | 'cache' | 'counter' | 'transfer' | 'monitor';
  /** Client ports of the servers it begins with, empty = all; for redlock: the masters it locks on. */
  seeds: number[];
  /** False: it talks to its first seed only, and knows nothing of slots. */
  cluster: boolean;
  refresh: Refresh;
  refreshMs: number;
  timeoutMs: number;
  maxRedirects: number;
  /** Reads go to replicas. */
  readReplicas: boolean;
  /** Commands per second; a pipeline counts as many. */
  rate: number;
  /** Share of reads, 0..1; the rest are writes. */
  reads: number;
  keys: number;
  /** 'zipf': the k-th key is asked 1/k as often as the first. */
  distribution: 'uniform' | 'zipf';
  /** Text before the number of a key. */
  prefix: string;
  pipeline: number;
  valueBytes: number;
  /** Locks: name, time to live, how long the work under the lock takes, pause between two rounds. */
  lock: string;
  ttlMs: number;
  holdMs: number;
  pauseMs: number;
  /** Release by comparing the token first. */
  safeRelease: boolean;
  /** Locks: the port of the bank that is visited under the lock (0: none), and whether a number is drawn with
   *  the lock for it. */
  bank: number;
  fenced: boolean;
  /** Cache: how long the database takes for one query, and what is done about its dangers. */
  dbMs: number;
  ttlJitterMs: number;
  mutex: boolean;
  /** Cache: share of requests for what exists nowhere, and whether that answer is cached too. */
  ghosts: number;
  cacheNothing: boolean;
  /** Cache: how many queries a second the database stands, and whether the application uses what it knew
   *  when the cache does not answer. */
  dbLimit: number;
  fallback: boolean;
  /** Cache: everything is loaded at the start, in one query. */
  warm: boolean;
  /** Counter: notices with WATCH that somebody else was faster. */
  watch: boolean;
  /** Transfer: with one script instead of MULTI and EXEC. */
  script: boolean;
  /** Monitor: one alert rule a line. */
  rules: string;
}

const DEFAULTS: ClientSettings = {
  kind: 'workload',
  seeds: [],
  cluster: true,
  refresh: 'moved',
  refreshMs: 1000,
  timeoutMs: 2000,
  maxRedirects: 5,
  readReplicas: false,
  rate: 10,
  reads: 0.5,
  keys: 100,
  distribution: 'uniform',
  prefix: 'key:',
  pipeline: 1,
  valueBytes: 0,
  lock: 'lock',
  ttlMs: 2000,
  holdMs: 500,
  pauseMs: 200,
  safeRelease: true,
  bank: 0,
  fenced: false,
  dbMs: 20,
  ttlJitterMs: 0,
  mutex: false,
  ghosts: 0,
  cacheNothing: false,
  dbLimit: 1e6,
  fallback: false,
  warm: false,
  watch: true,
  script: false,
  rules: '',
};

const RANGES: { [Name in keyof ClientSettings]?: [least: number, most: number] } = {
  refreshMs: [100, 3_600_000],
  timeoutMs: [1, 600_000],
  maxRedirects: [0, 100],
  rate: [0, 20_000],
  reads: [0, 1],
  ghosts: [0, 1],
  keys: [1, 100_000],
  pipeline: [1, 1000],
  valueBytes: [0, 1_000_000],
  ttlMs: [1, 86_400_000],
  holdMs: [0, 86_400_000],
  pauseMs: [1, 86_400_000],
  dbMs: [0, 60_000],
  dbLimit: [0, 1e6],
  bank: [0, 65_535],
  ttlJitterMs: [0, 86_400_000],
};

const CHOICES: Record<string, readonly string[]> = {
  kind: ['workload', 'lock', 'redlock', 'cache', 'counter', 'transfer', 'monitor'],
  refresh: ['moved', 'periodic', 'never'],
  distribution: ['uniform', 'zipf'],
};

/** Settings with everything in range; what makes no sense is passed over. `before` are the settings
 *  that a change is made to. */
export function readSettings(given: unknown, before: ClientSettings = DEFAULTS): ClientSettings {
  const out: Record<string, unknown> = { ...before };
  if (typeof given !== 'object' || given === null) return { ...before };
  for (const [name, value] of Object.entries(given)) {
    const usual = (DEFAULTS as unknown as Record<string, unknown>)[name];
    if (name === 'seeds') {
      if (Array.isArray(value))
        out[name] = value
          .map(Number)
          .filter((port) => port > 0 && port < 65_536)
          .slice(0, 1200);
    } else if (typeof value !== typeof usual) continue;
    else if (typeof value === 'number')
      out[name] = inRange(name as keyof ClientSettings, value, usual as number);
    else if (typeof value === 'string' && CHOICES[name]) {
      if (CHOICES[name].includes(value)) out[name] = value;
    } else out[name] = typeof value === 'string' ? value.slice(0, name === 'rules' ? 2000 : 200) : value;
  }
  return out as unknown as ClientSettings;
}

function inRange(name: keyof ClientSettings, value: number, usual: number): number {
  const [least, most] = RANGES[name] ?? [0, Number.MAX_SAFE_INTEGER];
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
}
