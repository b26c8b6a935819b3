/* GEOADD, GEOPOS, GEODIST, GEOHASH (after geo.c); searches are in geo-search.ts. Positions are members of
 * a sorted set whose scores are geohashes. */

import type { Bytes } from '#base/bytes.ts';
import { formatDoubleFixed, formatDoubleHuman, parseDouble } from '#base/float.ts';
import type { Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { rewriteClientCommandVector } from '#redis/propagate.ts';
import { Double, ErrorReply, NULL_ARRAY, type Reply } from '#redis/reply.ts';
import { NOT_FLOAT, SYNTAX_ERROR, error } from '#redis/args.ts';
import { readTyped } from './common.ts';
import {
  LATITUDE_MAX,
  LONGITUDE_MAX,
  decodeScore,
  distance,
  encodeScore,
  geohashText,
  type Point,
} from './geohash.ts';
import { zsetCommands } from './t-zset.ts';
import { ZsetObj } from './zset-obj.ts';

/** Meters per unit. */
const UNITS: Readonly<Record<string, number>> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 };

export function parseUnit(text: Bytes): number | ErrorReply {
  return UNITS[text.toLowerCase()] ?? error('ERR unsupported unit provided. please use M, KM, FT, MI');
}

export function parsePoint(longitudeText: Bytes, latitudeText: Bytes): Point | ErrorReply {
  const longitude = parseDouble(longitudeText);
  if (longitude === null) return NOT_FLOAT;
  const latitude = parseDouble(latitudeText);
  if (latitude === null) return NOT_FLOAT;
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX) {
    const [x, y] = [formatDoubleFixed(longitude, 6), formatDoubleFixed(latitude, 6)];
    return error(`ERR invalid longitude,latitude pair ${x},${y}`);
  }
  return { longitude, latitude };
}

/** A coordinate with all its decimals. */
const coordinate = (value: number): Double => new Double(value, formatDoubleHuman(value));

export const pointReply = ({ longitude, latitude }: Point): Reply => [
  coordinate(longitude),
  coordinate(latitude),
];

export const distanceReply = (value: number): Bytes => formatDoubleFixed(value, 4);

/** GEOADD key [NX|XX] [CH] longitude latitude member [...]: a ZADD of geohashes. */
function geoaddCommand(client: Client, argv: readonly Bytes[]): Reply | undefined {
  let at = 2;
  let nx = false;
  let xx = false;
  for (; at < argv.length; at++) {
    const option = (argv[at] as Bytes).toLowerCase();
    if (option === 'nx') nx = true;
    else if (option === 'xx') xx = true;
    else if (option !== 'ch') break;
  }
  if ((argv.length - at) % 3 !== 0 || (nx && xx)) return SYNTAX_ERROR;
  const plain = ['ZADD', ...argv.slice(1, at)];
  for (; at < argv.length; at += 3) {
    const point = parsePoint(argv[at] as Bytes, argv[at + 1] as Bytes);
    if (point instanceof ErrorReply) return point;
    plain.push(String(encodeScore(point)), argv[at + 2] as Bytes);
  }
  rewriteClientCommandVector(client, plain);
  return zsetCommands['zadd']?.(client, plain);
}

/** GEOPOS key [member ...] */
function geoposCommand(client: Client, argv: readonly Bytes[]): Reply {
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  if (zset instanceof ErrorReply) return zset;
  return argv.slice(2).map((member) => {
    const score = zset?.get(member);
    return score === undefined ? NULL_ARRAY : pointReply(decodeScore(score));
  });
}

/** GEOHASH key [member ...] */
function geohashCommand(client: Client, argv: readonly Bytes[]): Reply {
  const zset = readTyped(client, argv[1] as Bytes, ZsetObj);
  if (zset instanceof ErrorReply) return zset;
  return argv.slice(2).map((member) => {
    const score = zset?.get(member);
    return score === undefined ? null : geohashText(decodeScore(score));
  });
}

/** GEODIST key member member [unit] */
function geodistCommand(client: Client, argv: readonly Bytes[]): Reply {
  const [, key, first, second, unitText] = argv as [Bytes, Bytes, Bytes, Bytes, Bytes?];
  if (argv.length > 5) return SYNTAX_ERROR;
  const unit = unitText === undefined ? 1 : parseUnit(unitText);
  if (unit instanceof ErrorReply) return unit;
  const zset = readTyped(client, key, ZsetObj);
  if (!zset || zset instanceof ErrorReply) return zset;
  const from = zset.get(first);
  const to = zset.get(second);
  if (from === undefined || to === undefined) return null;
  return distanceReply(distance(decodeScore(from), decodeScore(to)) / unit);
}

export const geoCommands: CommandProcs = {
  geoadd: geoaddCommand,
  geopos: geoposCommand,
  geohash: geohashCommand,
  geodist: geodistCommand,
};
