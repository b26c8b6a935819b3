/* FUNCTION and FCALL (after functions.c). */

import type { Bytes } from '#base/bytes.ts';
import { feedMonitors } from '#redis/monitor.ts';
import { stringmatchlen } from '#base/glob.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { help } from '#redis/help.ts';
import { RdbError } from '#redis/rdb-io.ts';
import { dumpFunctions, restoreFunctions, verifyDumpPayload } from '#redis/rdb.ts';
import { ErrorReply, MapReply, OK, SetReply, Status, type Reply } from '#redis/reply.ts';
import { splitKeys } from './eval.ts';
import { addLibrary, createLibrary, findFunction, libraryBody, libraryCodes } from './libraries.ts';
import { killScript, runScript, runningScript } from './slow-script.ts';
import { FLAG_NAMES, type Library } from './state.ts';

const fail = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** FUNCTION LOAD [REPLACE] code */
function loadCommand(client: Client, argv: readonly Bytes[]): Reply {
  const { server } = client;
  let replace = false;
  for (const option of argv.slice(2, -1)) {
    if (option.toLowerCase() !== 'replace') return fail(`Unknown option given: ${option}`);
    replace = true;
  }
  const source = argv.at(-1) as Bytes;
  const { libraries } = server.scripting;
  const library = createLibrary(server, source, replace ? undefined : libraries);
  if (library instanceof ErrorReply) return library;
  const problem = addLibrary(libraries, library, replace);
  if (problem) return problem;
  server.dirty++;
  return library.name;
}

/** FUNCTION DELETE library */
function deleteCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (!client.server.scripting.libraries.delete(argv[2] as Bytes)) return fail('Library not found');
  client.server.dirty++;
  return OK;
}

/** FUNCTION FLUSH [ASYNC|SYNC] */
function flushCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 3) {
    return fail(`unknown subcommand or wrong number of arguments for '${argv[1] ?? ''}'. Try FUNCTION HELP.`);
  }
  const mode = argv[2]?.toLowerCase();
  if (mode !== undefined && mode !== 'sync' && mode !== 'async') {
    return fail('FUNCTION FLUSH only supports SYNC|ASYNC option');
  }
  client.server.scripting.libraries.clear();
  client.server.dirty++;
  return OK;
}

function describeLibrary({ name, code, functions }: Library, withCode: boolean): Reply {
  const described = Array.from(functions.values(), (one) => {
    const flags = FLAG_NAMES.filter(([, flag]) => one.flags[flag]).map(([flag]) => new Status(flag));
    return new MapReply([
      ['name', one.name],
      ['description', one.description],
      ['flags', new SetReply(flags)],
    ]);
  });
  const pairs: [Reply, Reply][] = [
    ['library_name', name],
    ['engine', 'LUA'],
    ['functions', described],
  ];
  if (withCode) pairs.push(['library_code', code]);
  return new MapReply(pairs);
}

/** FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE] */
function listCommand(client: Client, argv: readonly Bytes[]): Reply {
  let withCode = false;
  let pattern: Bytes | null = null;
  for (let at = 2; at < argv.length; at++) {
    const option = (argv[at] as Bytes).toLowerCase();
    if (!withCode && option === 'withcode') {
      withCode = true;
    } else if (pattern === null && option === 'libraryname') {
      const value = argv[++at];
      if (value === undefined) return fail('library name argument was not given');
      pattern = value;
    } else {
      return fail(`Unknown argument ${argv[at] ?? ''}`);
    }
  }
  return [...client.server.scripting.libraries.values()]
    .filter(({ name }) => pattern === null || stringmatchlen(pattern, name, true))
    .map((library) => describeLibrary(library, withCode));
}

/** FUNCTION STATS */
function statsCommand(client: Client): Reply {
  const { libraries } = client.server.scripting;
  const running = runningScript(client.server);
  let functions = 0;
  for (const library of libraries.values()) functions += library.functions.size;
  return new MapReply([
    [
      'running_script',
      running &&
        new MapReply([
          ['name', running.name],
          ['command', running.argv],
          ['duration_ms', running.durationMs],
        ]),
    ],
    [
      'engines',
      new MapReply([
        [
          'LUA',
          new MapReply([
            ['libraries_count', libraries.size],
            ['functions_count', functions],
          ]),
        ],
      ]),
    ],
  ]);
}

/** FUNCTION RESTORE payload [FLUSH|APPEND|REPLACE] */
function restoreCommand(client: Client, argv: readonly Bytes[]): Reply {
  if (argv.length > 4) {
    return fail(`unknown subcommand or wrong number of arguments for '${argv[1] ?? ''}'. Try FUNCTION HELP.`);
  }
  const { server } = client;
  const payload = argv[2] as Bytes;
  const policy = (argv[3] ?? 'append').toLowerCase();
  if (policy !== 'flush' && policy !== 'append' && policy !== 'replace') {
    return fail('Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.');
  }
  if (!verifyDumpPayload(payload, client.server.skipChecksumValidation))
    return fail('DUMP payload version or checksum are wrong');
  let sources: Bytes[];
  try {
    sources = restoreFunctions(payload);
  } catch (problem) {
    if (!(problem instanceof RdbError)) throw problem;
    return fail(problem.message);
  }
  // All or nothing: the libraries are put together aside first.
  const libraries = new Map(policy === 'flush' ? [] : server.scripting.libraries);
  for (const source of sources) {
    const library = createLibrary(server, source);
    if (library instanceof ErrorReply) return library;
    const problem = addLibrary(libraries, library, policy === 'replace', false);
    if (problem) return problem;
  }
  server.scripting.libraries = libraries;
  server.dirty++;
  return OK;
}

function fcallWith(readOnly: boolean) {
  return (client: Client, argv: readonly Bytes[]): Reply | undefined => {
    const name = argv[1] as Bytes;
    feedMonitors(client, argv);
    const target = findFunction(client.server.scripting.libraries, name);
    if (!target) return fail('Function not found');
    const split = splitKeys(argv, fail('Bad number of keys provided'));
    if (split instanceof ErrorReply) return split;
    return runScript(client, {
      kind: 'function',
      name: target.found.name,
      body: libraryBody(target.library),
      library: target.library.name,
      flags: target.found.flags,
      readOnly,
      ...split,
      argv,
    });
  };
}

export const functionCommands: CommandProcs = {
  fcall: fcallWith(false),
  fcall_ro: fcallWith(true),
  'function|load': loadCommand,
  'function|delete': deleteCommand,
  'function|flush': flushCommand,
  'function|list': listCommand,
  'function|stats': statsCommand,
  'function|kill': (client) => killScript(client.server, 'function'),
  'function|dump': (client) => dumpFunctions(libraryCodes(client.server)),
  'function|restore': restoreCommand,
  'function|help': help,
};
