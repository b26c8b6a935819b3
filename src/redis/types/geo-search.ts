/* GEOSEARCH, GEOSEARCHSTORE, GEORADIUS, GEORADIUSBYMEMBER and their _RO forms (after georadiusGeneric in
 * geo.c). */

import type { Bytes } from '#base/bytes.ts';
import { parseDouble } from '#base/float.ts';
import { string2ll } from '#base/integer.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { setKey } from '#redis/db.ts';
import { ErrorReply, type Reply } from '#redis/reply.ts';
import { NOT_INTEGER, SYNTAX_ERROR, error } from '#redis/args.ts';
import { keyEvent, readTyped, storeNothing } from './common.ts';
import { distanceReply, parsePoint, parseUnit, pointReply } from './geo.ts';
import { cellScores, decodeScore, distanceWithin, searchCells, type Point, type Shape } from './geohash.ts';
import { ZsetObj } from './zset-obj.ts';

type Extent = Shape['extent'];

interface Search {
  center: Point | null;
  extent: Extent | null;
  metersPerUnit: number;
  withDist: boolean;
  withHash: boolean;
  withCoord: boolean;
  any: boolean;
  count: number;
  sort: 'asc' | 'desc' | null;
  storeKey: Bytes | null;
  storeDist: boolean;
  /** A member was named as the middle, whether or not there is such a set. */
  fromMember: boolean;
}

interface Found {
  readonly member: Bytes;
  readonly score: number;
  readonly point: Point;
  /** Meters, later in the unit of the search. */
  readonly distance: number;
}

/** What a command of the family accepts. */
interface Form {
  readonly kind: 'radius' | 'bymember' | 'search';
  readonly mayStore: boolean;
  /** Where the sorted set to search stands in argv. */
  readonly source: 1 | 2;
}

function setCircle(search: Search, radiusText: Bytes, unitText: Bytes): ErrorReply | null {
  const radius = parseDouble(radiusText);
  if (radius === null) return error('ERR need numeric radius');
  if (radius < 0) return error('ERR radius cannot be negative');
  const unit = parseUnit(unitText);
  if (unit instanceof ErrorReply) return unit;
  search.extent = { kind: 'circle', radius };
  search.metersPerUnit = unit;
  return null;
}

function setBox(search: Search, widthText: Bytes, heightText: Bytes, unitText: Bytes): ErrorReply | null {
  const width = parseDouble(widthText);
  if (width === null) return error('ERR need numeric width');
  const height = parseDouble(heightText);
  if (height === null) return error('ERR need numeric height');
  if (width < 0 || height < 0) return error('ERR height or width cannot be negative');
  const unit = parseUnit(unitText);
  if (unit instanceof ErrorReply) return unit;
  search.extent = { kind: 'box', width, height };
  search.metersPerUnit = unit;
  return null;
}

function setMember(search: Search, zset: ZsetObj | null, member: Bytes): ErrorReply | null {
  search.fromMember = true;
  // Without a set the options are still read: they decide how the reply looks.
  if (zset === null) return null;
  const score = zset.get(member);
  if (score === undefined) return error('ERR could not decode requested zset member');
  search.center = decodeScore(score);
  return null;
}

function setPoint(search: Search, longitude: Bytes, latitude: Bytes): ErrorReply | null {
  const point = parsePoint(longitude, latitude);
  if (point instanceof ErrorReply) return point;
  search.center = point;
  return null;
}

/** Reads one option; how many arguments it took, an error, or 0 when it is none. */
function parseOption(
  search: Search,
  form: Form,
  zset: ZsetObj | null,
  argv: readonly Bytes[],
  at: number,
): number | ErrorReply {
  const option = (argv[at] as Bytes).toLowerCase();
  const left = argv.length - at - 1;
  const next = argv.slice(at + 1) as [Bytes, Bytes, Bytes];
  const isSearch = form.kind === 'search';
  const took = (count: number, refusal: ErrorReply | null): number | ErrorReply => refusal ?? count;
  if (option === 'withdist') search.withDist = true;
  else if (option === 'withhash') search.withHash = true;
  else if (option === 'withcoord') search.withCoord = true;
  else if (option === 'any') search.any = true;
  else if (option === 'asc' || option === 'desc') search.sort = option;
  else if (option === 'count' && left >= 1) {
    const count = string2ll(next[0]);
    if (count === null) return NOT_INTEGER;
    if (count <= 0) return error('ERR COUNT must be > 0');
    search.count = Number(count);
    return 2;
  } else if (form.mayStore && !isSearch && (option === 'store' || option === 'storedist') && left >= 1) {
    search.storeKey = next[0];
    search.storeDist = option === 'storedist';
    return 2;
  } else if (isSearch && option === 'frommember' && left >= 1 && (search.fromMember || !search.center)) {
    return took(2, setMember(search, zset, next[0]));
  } else if (isSearch && option === 'fromlonlat' && left >= 2 && !search.fromMember) {
    return took(3, setPoint(search, next[0], next[1]));
  } else if (isSearch && option === 'byradius' && left >= 2 && search.extent?.kind !== 'box') {
    return took(3, setCircle(search, next[0], next[1]));
  } else if (isSearch && option === 'bybox' && left >= 3 && search.extent?.kind !== 'circle') {
    return took(4, setBox(search, next[0], next[1], next[2]));
  } else if (isSearch && form.mayStore && option === 'storedist') search.storeDist = true;
  else return 0;
  return 1;
}

function parseSearch(argv: readonly Bytes[], form: Form, zset: ZsetObj | null): Search | ErrorReply {
  const search: Search = {
    center: null,
    extent: null,
    metersPerUnit: 1,
    withDist: false,
    withHash: false,
    withCoord: false,
    any: false,
    count: 0,
    sort: null,
    storeKey: form.kind === 'search' && form.mayStore ? (argv[1] as Bytes) : null,
    storeDist: false,
    fromMember: false,
  };
  let at: number = form.source + 1;
  let refusal: ErrorReply | null = null;
  if (form.kind === 'radius') {
    refusal = setPoint(search, argv[2] as Bytes, argv[3] as Bytes);
    refusal ??= setCircle(search, argv[4] as Bytes, argv[5] as Bytes);
    at = 6;
  } else if (form.kind === 'bymember') {
    if (zset) {
      refusal = setMember(search, zset, argv[2] as Bytes);
      refusal ??= setCircle(search, argv[3] as Bytes, argv[4] as Bytes);
    }
    at = 5;
  }
  if (refusal) return refusal;
  while (at < argv.length) {
    const took = parseOption(search, form, zset, argv, at);
    if (took instanceof ErrorReply) return took;
    if (took === 0) return SYNTAX_ERROR;
    at += took;
  }
  return checkSearch(search, argv[0] as Bytes, form) ?? search;
}

function checkSearch(search: Search, name: Bytes, form: Form): ErrorReply | null {
  const isSearch = form.kind === 'search';
  if (search.storeKey !== null && (search.withDist || search.withHash || search.withCoord)) {
    const what = isSearch ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS';
    return error(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  if (isSearch && !search.fromMember && !search.center) {
    return error(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  }
  if (isSearch && !search.extent) {
    return error(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  }
  if (search.any && search.count === 0) return error('ERR the ANY argument requires COUNT argument');
  return null;
}

/** Members inside the shape, cell by cell; with ANY only as many as are wanted. */
function findMembers(zset: ZsetObj, shape: Shape, limit: number): Found[] {
  const found: Found[] = [];
  for (const cell of searchCells(shape)) {
    if (limit && found.length >= limit) break;
    const [min, max] = cellScores(cell);
    const [from, to] = zset.scoreSpan({ min, max, minExclusive: false, maxExclusive: true });
    for (const { member, score } of zset.sorted.slice(from, to)) {
      const point = decodeScore(score);
      const meters = distanceWithin(shape, point);
      if (meters === null) continue;
      found.push({ member, score, point, distance: meters / shape.metersPerUnit });
      if (limit && found.length >= limit) break;
    }
  }
  return found;
}

function searchWith(form: Form) {
  return (client: Client, argv: readonly Bytes[]): Reply => {
    const zset = readTyped(client, argv[form.source] as Bytes, ZsetObj);
    if (zset instanceof ErrorReply) return zset;
    const search = parseSearch(argv, form, zset);
    if (search instanceof ErrorReply) return search;
    const { storeKey, center, extent } = search;
    if (zset === null) return storeKey === null ? [] : storeNothing(client, storeKey);
    const shape: Shape = {
      ...(center as Point),
      extent: extent as Extent,
      metersPerUnit: search.metersPerUnit,
    };
    let found = findMembers(zset, shape, search.any ? search.count : 0);
    // The nearest are wanted when some are left out, unless any will do.
    const sort = search.sort ?? (search.count !== 0 && !search.any ? 'asc' : null);
    if (sort === 'asc') found.sort((a, b) => a.distance - b.distance);
    if (sort === 'desc') found.sort((a, b) => b.distance - a.distance);
    if (search.count) found = found.slice(0, search.count);
    if (storeKey !== null) return storeFound(client, storeKey, found, search, form);
    return found.map((one) => foundReply(one, search));
  };
}

function storeFound(client: Client, key: Bytes, found: readonly Found[], search: Search, form: Form): Reply {
  if (found.length === 0) return storeNothing(client, key);
  const result = new ZsetObj();
  for (const { member, score, distance } of found) {
    result.set(member, search.storeDist ? distance : score, client.server.config);
  }
  setKey(client, client.db, key, result);
  keyEvent(client, key, 'z', form.kind === 'search' ? 'geosearchstore' : 'georadiusstore');
  client.server.dirty += found.length;
  return found.length;
}

function foundReply({ member, score, point, distance }: Found, search: Search): Reply {
  const out: Reply[] = [member];
  if (search.withDist) out.push(distanceReply(distance));
  if (search.withHash) out.push(Math.trunc(score));
  if (search.withCoord) out.push(pointReply(point));
  return out.length === 1 ? member : out;
}

export const geoSearchCommands: CommandProcs = {
  geosearch: searchWith({ kind: 'search', mayStore: false, source: 1 }),
  geosearchstore: searchWith({ kind: 'search', mayStore: true, source: 2 }),
  georadius: searchWith({ kind: 'radius', mayStore: true, source: 1 }),
  georadius_ro: searchWith({ kind: 'radius', mayStore: false, source: 1 }),
  georadiusbymember: searchWith({ kind: 'bymember', mayStore: true, source: 1 }),
  georadiusbymember_ro: searchWith({ kind: 'bymember', mayStore: false, source: 1 }),
};
