/* CONFIG GET, SET, RESETSTAT and REWRITE (after config.c). */

import type { Bytes } from '#base/bytes.ts';
import { stringmatchlen } from '#base/glob.ts';
import { SYNTAX_ERROR } from './args.ts';
import { type Client, redactClientCommandArgument } from './client.ts';
import type { CommandProcs } from './command.ts';
import { applyConfig } from './config-apply.ts';
import { getConfigText, setConfigText } from './config-set.ts';
import { configTable, type ConfigParameter } from './config-table.ts';
import { rewriteConfigFile } from './config-rewrite.ts';
import { LOADING, mustObeyClient } from './process-command.ts';
import { help } from './help.ts';
import { ErrorReply, MapReply, OK, type Reply } from './reply.ts';
import { resetServerStats } from './stats.ts';

function configGet(client: Client, argv: readonly Bytes[]): Reply {
  const config = client.server.config;
  const pairs: [Reply, Reply][] = [];
  const shown = new Set<string>();
  const show = (name: string, shownAs: string): void => {
    const parameter = configTable.get(name);
    if (parameter === undefined || shown.has(name)) return;
    shown.add(name);
    pairs.push([shownAs, getConfigText(config, parameter)]);
  };
  for (const pattern of argv.slice(2)) {
    // A plain name is given back as it was typed.
    if (!/[[*?]/.test(pattern)) show(pattern.toLowerCase(), pattern);
    else {
      for (const [name, { hidden }] of configTable) {
        if (!hidden && stringmatchlen(pattern, name, true)) show(name, name);
      }
    }
  }
  return new MapReply(pairs);
}

/** They would change what is being loaded. */
const DENIED_WHILE_LOADING = new Set(['appendonly', 'dir', 'repl-diskless-load']);

function configSetCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length % 2 !== 0) return SYNTAX_ERROR;
  const server = client.server;
  for (let at = 2; at < argv.length; at += 2) {
    // Also when the command fails: what was typed is secret.
    if (configTable.get((argv[at] as Bytes).toLowerCase())?.sensitive === true)
      redactClientCommandArgument(client, at + 1);
  }
  const wanted: { parameter: ConfigParameter; name: Bytes; value: Bytes }[] = [];
  for (let at = 2; at < argv.length; at += 2) {
    const name = argv[at] as Bytes;
    const parameter = configTable.get(name.toLowerCase());
    if (parameter === undefined) {
      return new ErrorReply(`ERR Unknown option or number of arguments for CONFIG SET - '${name}'`);
    }
    // A parameter by its older name counts as another one.
    const why =
      mayNotSet(client, parameter) ??
      (wanted.some((other) => other.name.toLowerCase() === name.toLowerCase())
        ? 'duplicate parameter'
        : null);
    if (why !== null) return setFailed(name, why);
    if (server.loading && DENIED_WHILE_LOADING.has(parameter.name)) return LOADING;
    wanted.push({ parameter, name, value: argv[at + 1] as Bytes });
  }
  const before = wanted.map(({ parameter }) => getConfigText(server.config, parameter));
  const undo = (): void => {
    wanted.forEach(({ parameter }, at) => void setConfigText(server.config, parameter, before[at] as string));
  };
  for (const { parameter, name, value } of wanted) {
    const why = setConfigText(server.config, parameter, value);
    if (why === null) continue;
    undo();
    return setFailed(name, why);
  }
  for (const { parameter, name } of wanted) {
    const why = applyConfig(server, [parameter]);
    if (why === null) continue;
    undo();
    return setFailed(name, why);
  }
  return OK;
}

function mayNotSet(client: Client, parameter: ConfigParameter): string | null {
  if (parameter.immutable) return "can't set immutable config";
  const allowed = client.server.config.enableProtectedConfigs;
  if (!parameter.protected || allowed === 'yes' || mustObeyClient(client)) return null;
  if (allowed === 'local' && client.isLocal) return null;
  return "can't set protected config";
}

function setFailed(name: Bytes, why: string): ErrorReply {
  return new ErrorReply(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${why}`);
}

function configResetStat(client: Client): Reply {
  resetServerStats(client.server);
  return OK;
}

function configRewrite(client: Client): Reply {
  const server = client.server;
  if (server.configFile === '') return new ErrorReply('ERR The server is running without a config file');
  rewriteConfigFile(server);
  return OK;
}

export const configCommands: CommandProcs = {
  'config|get': configGet,
  'config|set': configSetCommand,
  'config|resetstat': configResetStat,
  'config|rewrite': configRewrite,
  'config|help': help,
};
