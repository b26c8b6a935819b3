/* What a world is made of, checked: a config may come from a link or a file of a stranger. */

import { DEFAULT_WORLD, MEET_UP_TO, type WorldConfig } from './api.ts';

/** The message is for people. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const MOST_SERVERS = 1200;
/** A given cluster is settled when its replicas have their master's data: they wait for each other for five
 *  seconds (repl-diskless-sync-delay). */
const GIVEN_WARM_UP_MS = 8000;
const RANGES: { [Key in keyof WorldConfig]?: [least: number, most: number] } = {
  masters: [1, MOST_SERVERS],
  replicasPerMaster: [0, 100],
  spares: [0, MOST_SERVERS],
  basePort: [1, 55_535],
  seed: [0, Number.MAX_SAFE_INTEGER],
  nodeTimeoutMs: [1, 86_400_000],
  latencyUs: [0, 60_000_000],
  jitterUs: [0, 60_000_000],
  loss: [0, 0.9],
  startWallMs: [0, 32_503_680_000_000],
  warmUpMs: [0, 600_000],
};
const WHOLE: readonly (keyof WorldConfig)[] = [
  'masters',
  'replicasPerMaster',
  'spares',
  'basePort',
  'seed',
  'warmUpMs',
];

/** A server of the world, by its place in the list. */
export interface ServerPlan {
  name: string;
  /** Where the others reach it. */
  ip: string;
  port: number;
  /** Name of the master it follows in a formed cluster, or without cluster mode. */
  masterName: string | null;
}

/** The whole config, with defaults where `partial` says nothing. Throws ConfigError. */
export function completeConfig(partial: unknown): WorldConfig {
  const given = (partial ?? {}) as Record<string, unknown>;
  if (typeof given !== 'object' || Array.isArray(given))
    throw new ConfigError('The configuration of a world is an object.');
  const config: Record<string, unknown> = { ...DEFAULT_WORLD };
  for (const key of Object.keys(DEFAULT_WORLD)) if (given[key] !== undefined) config[key] = given[key];
  for (const [key, [least, most]] of Object.entries(RANGES)) {
    const value = config[key];
    const fits = typeof value === 'number' && value >= least && value <= most;
    if (!fits) throw new ConfigError(`"${key}" must be a number from ${least} to ${most}.`);
    if (WHOLE.includes(key as keyof WorldConfig) && !Number.isInteger(value)) {
      throw new ConfigError(`"${key}" must be a whole number.`);
    }
  }
  choose(config, 'preset', ['formed', 'empty', 'standalone']);
  choose(config, 'formation', ['met', 'given']);
  choose(config, 'addresses', ['one', 'own', 'nat']);
  choose(config, 'wire', ['records', 'bytes']);
  config['config'] = serverOptions(config['config']);
  const whole = config as unknown as WorldConfig;
  const servers = countServers(whole);
  if (servers > MOST_SERVERS)
    throw new ConfigError(`A world has at most ${MOST_SERVERS} servers, not ${servers}.`);
  if (whole.basePort + servers > 55_535)
    throw new ConfigError('The ports of the servers and their buses must stay below 65536.');
  return whole;
}

/** The config of a new world, which says how large a cluster comes to be unless somebody has said it; what
 *  was saved is taken by completeConfig as it is. Throws ConfigError. */
export function configOfNew(partial: Partial<WorldConfig> = {}): WorldConfig {
  const config = completeConfig(partial);
  const { masters, replicasPerMaster, preset } = config;
  const meets = preset !== 'formed' || masters * (1 + replicasPerMaster) <= MEET_UP_TO;
  if (meets || partial.formation !== undefined) return config;
  return { ...config, formation: 'given', warmUpMs: partial.warmUpMs ?? GIVEN_WARM_UP_MS };
}

function choose(config: Record<string, unknown>, key: string, choices: readonly string[]): void {
  if (!choices.includes(config[key] as string))
    throw new ConfigError(`"${key}" must be one of ${choices.join(', ')}.`);
}

function serverOptions(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError('"config" must be an object of redis.conf parameters.');
  }
  const out: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new ConfigError(`The parameter "${name}" must be text.`);
    out[name] = text;
  }
  return out;
}

function countServers(config: WorldConfig): number {
  return config.masters * (1 + config.replicasPerMaster) + config.spares;
}

/** The servers of a world: masters, their replicas, spares, on ports one after the other. */
export function planServers(config: WorldConfig): ServerPlan[] {
  const out: ServerPlan[] = [];
  for (let at = 0; at < countServers(config); at++) {
    const port = config.basePort + at;
    const isReplica = at >= config.masters && at < config.masters * (1 + config.replicasPerMaster);
    const masterName = isReplica ? String(config.basePort + (at % config.masters)) : null;
    out.push({ name: String(port), ip: addressAt(config, at), port, masterName });
  }
  return out;
}

function addressAt(config: WorldConfig, at: number): string {
  if (config.addresses === 'one') return '127.0.0.1';
  return `10.0.${(at + 1) >> 8}.${(at + 1) & 255}`;
}
