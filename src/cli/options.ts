/* The command line of redis-cli 7.0 (after parseOptions in redis-cli.c). Parsing is pure: what would
 * be printed is returned. */

import type { Bytes } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import type { OutputMode } from './format.ts';

/** What redis-cli was told. Plain data. */
export interface CliConfig {
  host: string;
  port: number;
  user: Bytes | null;
  auth: Bytes | null;
  askpass: boolean;
  noAuthWarning: boolean;
  /** -n, or the path of -u */
  db: number;
  repeat: number;
  intervalMicros: number;
  resp2: boolean;
  resp3: boolean | 'unless-resp2';
  output: OutputMode;
  itemDelimiter: Bytes;
  replyDelimiter: Bytes;
  cluster: boolean;
  setErrcode: boolean;
  quotedInput: boolean;
  /** -x, or -X with the tag to replace */
  stdinLastArg: boolean;
  stdinTag: Bytes | null;
  showPushes: boolean;
  evalFile: string | null;
  /** --ldb: the script is to be debugged. */
  ldb: boolean;
  /** Without a fork. */
  ldbSync: boolean;
  /** --mono: --latency-dist in shades of grey. */
  mono: boolean;
  pattern: Bytes | null;
  memkeysSamples: number;
  pipeTimeoutSeconds: number;
  verbose: boolean;
  /** A mode other than sending commands. */
  mode: CliMode | null;
  manager: ManagerOptions | null;
  /** The command and its arguments; none means an interactive session. */
  argv: Bytes[];
}

export type CliMode =
  | {
      kind:
        | 'latency'
        | 'latency-history'
        | 'latency-dist'
        | 'stat'
        | 'scan'
        | 'pipe'
        | 'bigkeys'
        | 'memkeys'
        | 'hotkeys'
        | 'replica';
    }
  | { kind: 'lru-test'; keys: number }
  | { kind: 'intrinsic-latency'; seconds: number }
  | { kind: 'rdb' | 'functions-rdb'; path: string };

/** --cluster and what belongs to it. */
export interface ManagerOptions {
  command: string;
  args: Bytes[];
  replicas: number;
  from: string | null;
  to: string | null;
  fromUser: Bytes | null;
  fromPass: Bytes | null;
  fromAskpass: boolean;
  weights: string[];
  slots: number;
  timeoutMs: number;
  pipeline: number;
  threshold: number;
  backupDir: string | null;
  yes: boolean;
  simulate: boolean;
  replace: boolean;
  copy: boolean;
  slave: boolean;
  masterId: string | null;
  useEmptyMasters: boolean;
  searchMultipleOwners: boolean;
  fixWithUnreachableMasters: boolean;
  onlyMasters: boolean;
  onlyReplicas: boolean;
}

/** The end of parsing: go on, or print and leave. */
export type Parsed =
  | { kind: 'run'; config: CliConfig; warnings: Bytes }
  | { kind: 'usage'; code: number }
  | { kind: 'version' }
  | { kind: 'error'; text: Bytes };

export function defaultConfig(stdoutTty: boolean): CliConfig {
  return {
    host: '127.0.0.1',
    port: 6379,
    user: null,
    auth: null,
    askpass: false,
    noAuthWarning: false,
    db: 0,
    repeat: 1,
    intervalMicros: 0,
    resp2: false,
    resp3: false,
    output: stdoutTty ? 'standard' : 'raw',
    itemDelimiter: '\n',
    replyDelimiter: '\n',
    cluster: false,
    setErrcode: false,
    quotedInput: false,
    stdinLastArg: false,
    stdinTag: null,
    showPushes: stdoutTty,
    evalFile: null,
    ldb: false,
    ldbSync: false,
    mono: false,
    pattern: null,
    memkeysSamples: 0,
    pipeTimeoutSeconds: 30,
    verbose: false,
    mode: null,
    manager: null,
    argv: [],
  };
}

function defaultManager(): ManagerOptions {
  return {
    command: '',
    args: [],
    replicas: 0,
    from: null,
    to: null,
    fromUser: null,
    fromPass: null,
    fromAskpass: false,
    weights: [],
    slots: 0,
    timeoutMs: 60_000,
    pipeline: 10,
    threshold: 2,
    backupDir: null,
    yes: false,
    simulate: false,
    replace: false,
    copy: false,
    slave: false,
    masterId: null,
    useEmptyMasters: false,
    searchMultipleOwners: false,
    fixWithUnreachableMasters: false,
    onlyMasters: false,
    onlyReplicas: false,
  };
}

/** Thrown while parsing; becomes the `error` case. */
class OptionError extends Error {}

interface Parser {
  config: CliConfig;
  manager: ManagerOptions;
  /** Takes the option's value. */
  value(): Bytes;
  /** Says something on standard error and goes on. */
  warn(text: Bytes): void;
}

type OptionHandler = (parser: Parser) => void;

/** Reads `argv` (without the program's name). */
export function parseOptions(
  argv: readonly Bytes[],
  stdoutTty: boolean,
  vars: Readonly<Record<string, string>>,
): Parsed {
  const config = defaultConfig(stdoutTty);
  const manager = defaultManager();
  config.auth = vars['REDISCLI_AUTH'] ?? null;
  manager.yes = vars['REDISCLI_CLUSTER_YES'] === '1';
  let at = 0;
  let warnings = '';
  const parser: Parser = {
    config,
    manager,
    value: () => argv[++at] as Bytes,
    warn: (text) => void (warnings += text),
  };
  let passwordGiven = false;
  try {
    for (; at < argv.length; at++) {
      const option = argv[at] as Bytes;
      const last = at === argv.length - 1;
      if (option === '--help' || (option === '-h' && last)) return { kind: 'usage', code: 0 };
      if (option === '-v' || option === '--version') return { kind: 'version' };
      if (option === '--cluster') {
        if (last) return { kind: 'usage', code: 1 };
        if (manager.command !== '') return { kind: 'usage', code: 1 };
        at = takeManagerCommand(argv, at + 1, manager, config);
        continue;
      }
      if (option === '--cluster-weight' && !last) {
        at = takeWeights(argv, at, manager);
        continue;
      }
      const handler = FLAGS[option] ?? (last ? undefined : VALUED[option]);
      if (handler !== undefined) {
        const before = config.auth;
        handler(parser);
        if (option === '-a' || option === '--pass' || config.auth !== before) passwordGiven = true;
        continue;
      }
      if (option.startsWith('-')) {
        throw new OptionError(`Unrecognized option or bad number of args for: '${option}'\n`);
      }
      break;
    }
    config.argv = argv.slice(at);
    checkCombinations(config);
  } catch (error) {
    if (error instanceof OptionError) return { kind: 'error', text: error.message };
    throw error;
  }
  if (passwordGiven && !config.noAuthWarning) warnings += PASSWORD_WARNING;
  return { kind: 'run', config, warnings };
}

const PASSWORD_WARNING =
  "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

const FLAGS: Readonly<Record<string, OptionHandler>> = {
  '-x': ({ config }) => void (config.stdinLastArg = true),
  '-c': ({ config }) => void (config.cluster = true),
  '-e': ({ config }) => void (config.setErrcode = true),
  '-2': ({ config }) => void (config.resp2 = true),
  '-3': ({ config }) => void (config.resp3 = true),
  '--raw': ({ config }) => void (config.output = 'raw'),
  '--no-raw': ({ config }) => void (config.output = 'standard'),
  '--csv': ({ config }) => void (config.output = 'csv'),
  '--json': ({ config }) => useJson(config, 'json'),
  '--quoted-json': ({ config }) => useJson(config, 'quoted-json'),
  '--quoted-input': ({ config }) => void (config.quotedInput = true),
  '--no-auth-warning': ({ config }) => void (config.noAuthWarning = true),
  '--askpass': ({ config }) => void (config.askpass = true),
  '--ldb': ({ config }) => void (config.ldb = true),
  '--ldb-sync-mode': ({ config }) => void (config.ldb = config.ldbSync = true),
  '--tls': noTls,
  // What belongs to TLS has no meaning without it.
  '--insecure': () => {},
  '--verbose': ({ config }) => void (config.verbose = true),
  '--stat': ({ config }) => choose(config, { kind: 'stat' }),
  '--scan': ({ config }) => choose(config, { kind: 'scan' }),
  '--pipe': ({ config }) => choose(config, { kind: 'pipe' }),
  '--bigkeys': ({ config }) => choose(config, { kind: 'bigkeys' }),
  '--memkeys': ({ config }) => choose(config, { kind: 'memkeys' }),
  '--hotkeys': ({ config }) => choose(config, { kind: 'hotkeys' }),
  '--latency': ({ config }) => choose(config, { kind: 'latency' }),
  '--latency-dist': ({ config }) => choose(config, { kind: 'latency-dist' }),
  '--mono': ({ config }) => void (config.mono = true),
  '--latency-history': ({ config }) => choose(config, { kind: 'latency-history' }),
  '--slave': ({ config }) => choose(config, { kind: 'replica' }),
  '--replica': ({ config }) => choose(config, { kind: 'replica' }),
  '--cluster-yes': ({ manager }) => void (manager.yes = true),
  '--cluster-simulate': ({ manager }) => void (manager.simulate = true),
  '--cluster-replace': ({ manager }) => void (manager.replace = true),
  '--cluster-copy': ({ manager }) => void (manager.copy = true),
  '--cluster-slave': ({ manager }) => void (manager.slave = true),
  '--cluster-use-empty-masters': ({ manager }) => void (manager.useEmptyMasters = true),
  '--cluster-search-multiple-owners': ({ manager }) => void (manager.searchMultipleOwners = true),
  '--cluster-fix-with-unreachable-masters': ({ manager }) => void (manager.fixWithUnreachableMasters = true),
  '--cluster-only-masters': ({ manager }) => void (manager.onlyMasters = true),
  '--cluster-only-replicas': ({ manager }) => void (manager.onlyReplicas = true),
  '--cluster-from-askpass': ({ manager }) => void (manager.fromAskpass = true),
};

const VALUED: Readonly<Record<string, OptionHandler>> = {
  '-h': (p) => void (p.config.host = p.value()),
  '-p': (p) => void (p.config.port = atoi(p.value())),
  '-s': (p) => {
    throw new OptionError(`Unix sockets are not part of this world: '${p.value()}'\n`);
  },
  ...Object.fromEntries(
    ['--sni', '--cacert', '--cacertdir', '--cert', '--key', '--tls-ciphers', '--tls-ciphersuites'].map(
      (name) => [name, (p: Parser) => void p.value()],
    ),
  ),
  '-r': (p) => void (p.config.repeat = atoi(p.value())),
  // The system takes a negative time for a very long one.
  '-i': (p) => void (p.config.intervalMicros = Math.trunc(atof(p.value()) * 1e6) >>> 0),
  '-n': (p) => void (p.config.db = atoi(p.value())),
  '-X': (p) => void (p.config.stdinTag = p.value()),
  '-a': (p) => void (p.config.auth = p.value()),
  '--pass': (p) => void (p.config.auth = p.value()),
  '--user': (p) => void (p.config.user = p.value()),
  '-u': (p) => parseUri(p.value(), p.config),
  '-d': (p) => void (p.config.itemDelimiter = p.value()),
  '-D': (p) => void (p.config.replyDelimiter = p.value()),
  '--eval': (p) => void (p.config.evalFile = p.value()),
  '--pattern': (p) => void (p.config.pattern = p.value()),
  '--quoted-pattern': (p) => {
    const words = splitArgs(p.value());
    if (words === null || words.length !== 1) {
      throw new OptionError('Invalid quoted string specified for --quoted-pattern.\n');
    }
    p.config.pattern = words[0] as Bytes;
  },
  '--lru-test': (p) => choose(p.config, { kind: 'lru-test', keys: atoi(p.value()) }),
  '--intrinsic-latency': (p) => choose(p.config, { kind: 'intrinsic-latency', seconds: atoi(p.value()) }),
  '--rdb': (p) => choose(p.config, { kind: 'rdb', path: p.value() }),
  '--functions-rdb': (p) => choose(p.config, { kind: 'functions-rdb', path: p.value() }),
  '--pipe-timeout': (p) => void (p.config.pipeTimeoutSeconds = atoi(p.value())),
  '--memkeys-samples': (p) => {
    choose(p.config, { kind: 'memkeys' });
    p.config.memkeysSamples = atoi(p.value());
  },
  '--show-pushes': (p) => {
    const value = p.value();
    const first = value[0]?.toLowerCase();
    if (first === 'y' || first === 'n') p.config.showPushes = first === 'y';
    else p.warn(`Unknown --show-pushes value '${value}' (valid: '[y]es', '[n]o')\n`);
  },
  '--cluster-replicas': (p) => void (p.manager.replicas = atoi(p.value())),
  '--cluster-master-id': (p) => void (p.manager.masterId = p.value()),
  '--cluster-from': (p) => void (p.manager.from = p.value()),
  '--cluster-to': (p) => void (p.manager.to = p.value()),
  '--cluster-from-user': (p) => void (p.manager.fromUser = p.value()),
  '--cluster-from-pass': (p) => void (p.manager.fromPass = p.value()),
  '--cluster-slots': (p) => void (p.manager.slots = atoi(p.value())),
  '--cluster-timeout': (p) => void (p.manager.timeoutMs = atoi(p.value())),
  '--cluster-pipeline': (p) => void (p.manager.pipeline = atoi(p.value())),
  '--cluster-threshold': (p) => void (p.manager.threshold = atof(p.value())),
};

/** Of several modes that are asked for, the first of these is it; of one that is asked for again, the last. */
const MODES: readonly CliMode['kind'][] = [
  'latency-history',
  'latency',
  'latency-dist',
  'replica',
  'rdb',
  'functions-rdb',
  'pipe',
  'bigkeys',
  'memkeys',
  'hotkeys',
  'stat',
  'scan',
  'lru-test',
  'intrinsic-latency',
];

function choose(config: CliConfig, mode: CliMode): void {
  const before = config.mode === null ? MODES.length : MODES.indexOf(config.mode.kind);
  if (MODES.indexOf(mode.kind) <= before) config.mode = mode;
}

function noTls(): never {
  throw new OptionError('TLS is not part of this world: servers here speak in the clear, without --tls.\n');
}

/** --json speaks RESP3 unless -2 asks for RESP2, before it or behind it. */
function useJson(config: CliConfig, mode: 'json' | 'quoted-json'): void {
  config.output = mode;
  config.resp3 ||= 'unless-resp2';
}

/** The subcommand and its arguments, up to the next word that begins with a dash. */
function takeManagerCommand(
  argv: readonly Bytes[],
  from: number,
  manager: ManagerOptions,
  config: CliConfig,
): number {
  let at = from;
  while (at < argv.length && !(argv[at] as Bytes).startsWith('-')) at++;
  if (at === from) at++;
  manager.command = argv[from] as Bytes;
  manager.args = argv.slice(from + 1, at);
  config.manager = manager;
  return at - 1;
}

function takeWeights(argv: readonly Bytes[], from: number, manager: ManagerOptions): number {
  if (manager.weights.length > 0) {
    throw new OptionError(
      'WARNING: you cannot use --cluster-weight more than once.\n' +
        'You can set more weights by adding them as a space-separated list, ie:\n' +
        '--cluster-weight n1=w n2=w\n',
    );
  }
  let at = from + 1;
  while (at < argv.length && (argv[at] as Bytes).includes('=')) manager.weights.push(argv[at++] as Bytes);
  return at - 1;
}

function checkCombinations(config: CliConfig): void {
  if (config.stdinLastArg && config.stdinTag !== null) {
    throw new OptionError('Options -x and -X are mutually exclusive.\n');
  }
  if (config.resp3 === 'unless-resp2') config.resp3 = !config.resp2;
  if (config.resp2 && config.resp3) throw new OptionError('Options -2 and -3 are mutually exclusive.\n');
  if (config.ldb && config.evalFile === null) {
    throw new OptionError(
      'Options --ldb and --ldb-sync-mode require --eval.\nTry redis-cli --help for more information.\n',
    );
  }
}

/** redis://user:password@host:port/db */
function parseUri(uri: Bytes, config: CliConfig): void {
  const scheme = /^redis:\/\//i.exec(uri);
  if (scheme === null) {
    throw new OptionError(
      /^rediss:\/\//i.test(uri)
        ? 'rediss:// needs TLS, which is not part of this world\n'
        : 'Invalid URI scheme\n',
    );
  }
  let rest = uri.slice(scheme[0].length);
  const path = rest.indexOf('/');
  if (path >= 0) {
    if (path + 1 < rest.length) config.db = atoi(rest.slice(path + 1));
    rest = rest.slice(0, path);
  }
  const userEnd = rest.indexOf('@');
  if (userEnd >= 0) {
    const info = rest.slice(0, userEnd);
    const colon = info.indexOf(':');
    if (colon >= 0) config.user = percentDecode(info.slice(0, colon));
    config.auth = percentDecode(info.slice(colon + 1));
    rest = rest.slice(userEnd + 1);
  }
  if (rest === '') return;
  const portAt = rest.indexOf(':');
  if (portAt >= 0) config.port = atoi(rest.slice(portAt + 1));
  config.host = portAt >= 0 ? rest.slice(0, portAt) : rest;
}

function percentDecode(text: Bytes): Bytes {
  return text.replace(/%(.{0,2})/gs, (_, hex: string) => {
    if (hex === '') throw new OptionError('Incomplete URI encoding\n');
    if (!/^[0-9a-f]{2}$/i.test(hex)) throw new OptionError('Illegal character in URI encoding\n');
    return String.fromCharCode(parseInt(hex, 16));
  });
}

const LONGEST = 2n ** 63n;

/** Leading whole number of a text, 0 when there is none; of large ones the low 32 bits (after atoi). */
export function atoi(text: Bytes): number {
  const found = /^[ \t\n\v\f\r]*([+-]?)(\d+)/.exec(text);
  if (found === null) return 0;
  const size = BigInt(found[2] as string);
  const whole = found[1] === '-' ? -size : size;
  const kept = whole < -LONGEST ? -LONGEST : whole >= LONGEST ? LONGEST - 1n : whole;
  return Number(BigInt.asIntN(32, kept));
}

function atof(text: Bytes): number {
  const value = parseFloat(text);
  return Number.isNaN(value) ? 0 : value;
}
