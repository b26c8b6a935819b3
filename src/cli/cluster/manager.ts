/* redis-cli --cluster: which subcommands there are, and what each is given (after
 * validateClusterManagerCommand and clusterManagerMode). */

import type { Bytes } from '#base/bytes.ts';
import { utf8Encode } from '#base/bytes.ts';
import * as ops from '#cli/ops.ts';
import type { CliConfig, ManagerOptions } from '#cli/options.ts';
import type { ProgramEnv, Step } from '#cli/program.ts';
import { addressFromArgs, parseAddress } from './address.ts';
import { checkCluster, showClusterInfo } from './check.ts';
import { createCluster } from './create.ts';
import { backup, callEverywhere, importKeys, readTimeout, setTimeoutEverywhere } from './everywhere.ts';
import { loadFromNode } from './load.ts';
import { log } from './log.ts';
import { addNode, delNode } from './membership.ts';
import { newNode } from './node.ts';
import type { Manager } from './node.ts';
import { rebalance, reshard } from './reshard.ts';
import { helpText } from '#cli/words.ts';

interface Subcommand {
  /** Number of arguments; negative = at least that many. */
  readonly arity: number;
  run(manager: Manager, args: readonly Bytes[]): Step<boolean>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  create: { arity: -2, run: createCluster },
  check: { arity: -1, run: (manager, args) => checkCommand(manager, args, false) },
  info: { arity: -1, run: infoCommand },
  fix: { arity: -1, run: (manager, args) => checkCommand(manager, args, true) },
  reshard: { arity: -1, run: (manager, args) => withCluster(manager, args, reshard) },
  rebalance: { arity: -1, run: (manager, args) => withCluster(manager, args, rebalance) },
  'add-node': { arity: 2, run: addNodeCommand },
  'del-node': { arity: 2, run: delNodeCommand },
  call: {
    arity: -2,
    run: (manager, args) =>
      withCluster(manager, args.slice(0, 1), () => callEverywhere(manager, args.slice(1))),
  },
  'set-timeout': { arity: 2, run: setTimeoutCommand },
  import: { arity: 1, run: importCommand },
  backup: {
    arity: 2,
    run: (manager, args) => withCluster(manager, args.slice(0, 1), () => backup(manager, args[1] ?? '')),
  },
  help: { arity: 0, run: helpCommand },
};

/** Runs `redis-cli --cluster ...`; the exit code. */
export function* clusterManager(config: CliConfig, options: ManagerOptions, env: ProgramEnv): Step<number> {
  const subcommand = SUBCOMMANDS[options.command];
  if (subcommand === undefined) {
    yield* ops.printError('Unknown --cluster subcommand\n');
    return 1;
  }
  const { arity, run } = subcommand;
  const count = options.args.length;
  if (arity > 0 ? count !== arity : count < -arity) {
    yield* ops.printError('[ERR] Wrong number of arguments for specified --cluster sub command\n');
    return 1;
  }
  const term = env.vars['TERM'] ?? '';
  const manager: Manager = {
    config,
    options,
    colors: term.includes('xterm'),
    stdin: env.stdin,
    stdinAt: 0,
    nodes: [],
    errors: [],
    unreachableMasters: 0,
  };
  return (yield* run(manager, options.args)) ? 0 : 1;
}

/** Loads the cluster that the arguments point at, then goes on. */
function* withCluster(
  manager: Manager,
  args: readonly Bytes[],
  go: (manager: Manager) => Step<boolean>,
): Step<boolean> {
  const where = addressFromArgs(args);
  if (where === null) {
    yield* ops.printError(
      '[ERR] Invalid arguments: you need to pass either a valid address (ie. 120.0.0.1:7000) or space separated IP and port (ie. 120.0.0.1 7000)\n',
    );
    return false;
  }
  if (!(yield* loadFromNode(manager, newNode(where.ip, where.port, where.busPort)))) return false;
  return yield* go(manager);
}

function checkCommand(manager: Manager, args: readonly Bytes[], fix: boolean): Step<boolean> {
  return withCluster(manager, args, function* () {
    yield* showClusterInfo(manager);
    return yield* checkCluster(manager, { quiet: false, fix });
  });
}

function infoCommand(manager: Manager, args: readonly Bytes[]): Step<boolean> {
  return withCluster(manager, args, function* () {
    yield* showClusterInfo(manager);
    return true;
  });
}

function* addNodeCommand(manager: Manager, args: readonly Bytes[]): Step<boolean> {
  const where = addressFromArgs(args.slice(0, 1));
  const existing = addressFromArgs(args.slice(1));
  if (where !== null && existing !== null) {
    yield* log(
      manager,
      'info',
      `>>> Adding node ${where.ip}:${where.port} to cluster ${existing.ip}:${existing.port}\n`,
    );
  }
  const target = where === null ? [] : args.slice(1);
  return yield* withCluster(manager, target, () => addNode(manager, where as NonNullable<typeof where>));
}

function* delNodeCommand(manager: Manager, args: readonly Bytes[]): Step<boolean> {
  const where = addressFromArgs(args.slice(0, 1));
  const id = args[1] ?? '';
  if (where !== null) {
    yield* log(manager, 'info', `>>> Removing node ${id} from cluster ${where.ip}:${where.port}\n`);
  }
  return yield* withCluster(manager, args.slice(0, 1), () => delNode(manager, id));
}

function* setTimeoutCommand(manager: Manager, args: readonly Bytes[]): Step<boolean> {
  const timeoutMs = yield* readTimeout(args[1] ?? '');
  if (timeoutMs === null) return false;
  return yield* withCluster(manager, args.slice(0, 1), () => setTimeoutEverywhere(manager, timeoutMs));
}

function* importCommand(manager: Manager, args: readonly Bytes[]): Step<boolean> {
  const { options } = manager;
  if (options.from === null) {
    yield* ops.printError("[ERR] Option '--cluster-from' is required for subcommand 'import'.\n");
    return false;
  }
  const from = parseAddress(options.from);
  if (from === null) {
    yield* ops.printError(
      '[ERR] Invalid --cluster-from host. You need to pass a valid address (ie. 120.0.0.1:7000).\n',
    );
    return false;
  }
  if (options.fromAskpass) options.fromPass = (yield* ops.askPassword()) ?? '';
  const where = addressFromArgs(args);
  if (where !== null) {
    yield* log(
      manager,
      'info',
      `>>> Importing data from ${from.ip}:${from.port} to cluster ${where.ip}:${where.port}\n`,
    );
  }
  return yield* withCluster(manager, args, () => importKeys(manager, from));
}

function* helpCommand(): Step<boolean> {
  yield* ops.print(utf8Encode(helpText('MANAGER_HELP')));
  // The real tool ends with an error code here, and scripts may know.
  return false;
}
