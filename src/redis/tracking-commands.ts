/* CLIENT TRACKING, CACHING, GETREDIR, TRACKINGINFO (after networking.c and tracking.c). */

import type { Bytes } from '#base/bytes.ts';
import { string2ll } from '#base/integer.ts';
import { isWord, NOT_INTEGER, SYNTAX_ERROR } from './args.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { ErrorReply, MapReply, OK, SetReply, type Reply } from './reply.ts';
import { disableTracking, enableTracking, type TrackingState } from './tracking.ts';

const error = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

function parseOptions(client: Client, argv: readonly Bytes[]): TrackingState | ErrorReply {
  const state: TrackingState = {
    redirect: 0,
    bcast: false,
    optIn: false,
    optOut: false,
    noLoop: false,
    prefixes: [],
    caching: false,
    brokenRedirect: false,
  };
  for (let at = 3; at < argv.length; at++) {
    const more = at + 1 < argv.length;
    if (isWord(argv[at], 'redirect') && more) {
      if (state.redirect !== 0) return error('A client can only redirect to a single other client');
      const id = string2ll(argv[++at] as Bytes);
      if (id === null) return NOT_INTEGER;
      state.redirect = Number(id);
      if (!client.server.clientsById.has(state.redirect)) {
        return error('The client ID you want redirect to does not exist');
      }
    } else if (isWord(argv[at], 'bcast')) state.bcast = true;
    else if (isWord(argv[at], 'optin')) state.optIn = true;
    else if (isWord(argv[at], 'optout')) state.optOut = true;
    else if (isWord(argv[at], 'noloop')) state.noLoop = true;
    else if (isWord(argv[at], 'prefix') && more) state.prefixes.push(argv[++at] as Bytes);
    else return SYNTAX_ERROR;
  }
  return state;
}

/** What contradicts itself, or what the client has asked for before. */
function checkOptions(client: Client, state: TrackingState): ErrorReply | null {
  const now = client.tracking;
  if (!state.bcast && state.prefixes.length > 0) {
    return error('PREFIX option requires BCAST mode to be enabled');
  }
  if (now !== null && now.bcast !== state.bcast) {
    return error(
      "You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  if (state.bcast && (state.optIn || state.optOut))
    return error('OPTIN and OPTOUT are not compatible with BCAST');
  if (state.optIn && state.optOut) return error("You can't specify both OPTIN mode and OPTOUT mode");
  if (now !== null && ((state.optIn && now.optOut) || (state.optOut && now.optIn))) {
    return error(
      "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  return state.bcast ? overlappingPrefix(client, state.prefixes) : null;
}

function overlappingPrefix(client: Client, wanted: readonly Bytes[]): ErrorReply | null {
  const overlaps = (a: Bytes, b: Bytes): boolean => a.startsWith(b) || b.startsWith(a);
  for (const [at, prefix] of wanted.entries()) {
    const existing = (client.tracking?.prefixes ?? []).find((other) => overlaps(prefix, other));
    if (existing !== undefined) {
      return error(
        `Prefix '${prefix}' overlaps with an existing prefix '${existing}'. Prefixes for a single client must not overlap.`,
      );
    }
    const other = wanted.slice(at + 1).find((later) => overlaps(prefix, later));
    if (other !== undefined) {
      return error(
        `Prefix '${prefix}' overlaps with another provided prefix '${other}'. Prefixes for a single client must not overlap.`,
      );
    }
  }
  return null;
}

function tracking(client: Client, argv: readonly Bytes[]): Reply {
  const state = parseOptions(client, argv);
  if (state instanceof ErrorReply) return state;
  if (isWord(argv[2], 'on')) {
    const refusal = checkOptions(client, state);
    if (refusal !== null) return refusal;
    enableTracking(client, state);
  } else if (isWord(argv[2], 'off')) disableTracking(client);
  else return SYNTAX_ERROR;
  return OK;
}

function caching(client: Client, argv: readonly Bytes[]): Reply {
  const state = client.tracking;
  if (state === null) {
    return error(
      'CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  if (isWord(argv[2], 'yes')) {
    if (!state.optIn)
      return error('CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
  } else if (isWord(argv[2], 'no')) {
    if (!state.optOut)
      return error('CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
  } else return SYNTAX_ERROR;
  state.caching = true;
  return OK;
}

function getredir(client: Client): Reply {
  return client.tracking === null ? -1 : client.tracking.redirect;
}

function trackinginfo(client: Client): Reply {
  const state = client.tracking;
  const flags: string[] = [state === null ? 'off' : 'on'];
  if (state?.bcast === true) flags.push('bcast');
  if (state?.optIn === true) {
    flags.push('optin');
    if (state.caching) flags.push('caching-yes');
  }
  if (state?.optOut === true) {
    flags.push('optout');
    if (state.caching) flags.push('caching-no');
  }
  if (state?.noLoop === true) flags.push('noloop');
  if (state?.brokenRedirect === true) flags.push('broken_redirect');
  return new MapReply([
    ['flags', new SetReply(flags)],
    ['redirect', getredir(client)],
    ['prefixes', state?.bcast === true ? state.prefixes.toSorted() : []],
  ]);
}

export const trackingCommands: CommandProcs = {
  'client|tracking': tracking,
  'client|caching': caching,
  'client|getredir': getredir,
  'client|trackinginfo': trackinginfo,
};
