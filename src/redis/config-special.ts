/* Parameters whose text has a syntax of its own (after the special configs of config.c). */

import type { Bytes } from '#base/bytes.ts';
import { formatG } from '#base/float.ts';
import { splitArgs } from '#base/split-args.ts';
import { string2ll } from '#base/integer.ts';
import type { Config } from './config.ts';
import { memtoull } from './config-set.ts';
import { keyspaceEventsFlagsToString, keyspaceEventsStringToFlags } from './notify.ts';

const CLASSES = ['normal', 'slave', 'pubsub'];

/** The text of a special parameter. */
export function getSpecial(config: Config, name: string): string {
  switch (name) {
    case 'save':
      return config.save.map(({ seconds, changes }) => `${seconds} ${changes}`).join(' ');
    case 'client-output-buffer-limit':
      return config.clientOutputBufferLimit
        .map((limit, at) => `${CLASSES[at]} ${limit.hardBytes} ${limit.softBytes} ${limit.softSeconds}`)
        .join(' ');
    case 'bind':
      return config.bind.join(' ');
    case 'oom-score-adj-values':
      return config.oomScoreAdjValues.join(' ');
    case 'notify-keyspace-events':
      return keyspaceEventsFlagsToString(config.notifyKeyspaceEvents);
    case 'dir':
      return config.dir;
    case 'replicaof':
      return config.replicaof;
    default:
      return config.latencyTrackingInfoPercentiles.map((value) => formatG(value, 10)).join(' ');
  }
}

/** Sets a special parameter; returns why not, or null. */
export function setSpecial(config: Config, name: string, text: Bytes): string | null {
  const words = splitArgs(text) ?? [];
  switch (name) {
    case 'save':
      return setSave(config, words);
    case 'client-output-buffer-limit':
      return setBufferLimits(config, words);
    case 'bind':
      config.bind = words;
      return null;
    case 'oom-score-adj-values':
      return setOomScores(config, words);
    case 'notify-keyspace-events': {
      const flags = keyspaceEventsStringToFlags(text);
      if (flags === null) return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
      config.notifyKeyspaceEvents = flags;
      return null;
    }
    case 'dir':
      config.dir = text;
      return null;
    case 'replicaof':
      return setReplicaof(config, words);
    default:
      return setPercentiles(config, words);
  }
}

function setSave(config: Config, words: Bytes[]): string | null {
  const points: { seconds: number; changes: number }[] = [];
  if (words.length % 2 !== 0) return 'Invalid save parameters';
  for (let at = 0; at < words.length; at += 2) {
    const seconds = string2ll(words[at] as Bytes);
    const changes = string2ll(words[at + 1] as Bytes);
    if (seconds === null || changes === null || seconds < 1 || changes < 0) return 'Invalid save parameters';
    points.push({ seconds: Number(seconds), changes: Number(changes) });
  }
  config.save = points;
  return null;
}

function setBufferLimits(config: Config, words: Bytes[]): string | null {
  if (words.length % 4 !== 0) {
    return 'Wrong number of arguments in buffer limit configuration.';
  }
  const limits = [...config.clientOutputBufferLimit];
  for (let at = 0; at < words.length; at += 4) {
    const word = (words[at] as Bytes).toLowerCase();
    const index = CLASSES.indexOf(word === 'replica' ? 'slave' : word);
    if (index < 0) return 'Invalid client class specified in buffer limit configuration.';
    const hardBytes = memtoull(words[at + 1] as Bytes);
    const softBytes = memtoull(words[at + 2] as Bytes);
    const softSeconds = string2ll(words[at + 3] as Bytes);
    if (hardBytes === null || softBytes === null || softSeconds === null || softSeconds < 0) {
      return 'Error in hard, soft or soft_seconds setting in buffer limit configuration.';
    }
    limits[index] = { hardBytes, softBytes, softSeconds: Number(softSeconds) };
  }
  config.clientOutputBufferLimit = limits;
  return null;
}

function setOomScores(config: Config, words: Bytes[]): string | null {
  if (words.length !== 3) return 'wrong number of arguments';
  const values = words.map((word) => string2ll(word));
  if (values.some((value) => value === null || value < -2000 || value > 2000)) {
    return 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.';
  }
  config.oomScoreAdjValues = values.map(Number);
  return null;
}

function setReplicaof(config: Config, words: Bytes[]): string | null {
  if (words.length === 0 || (words[0]?.toLowerCase() === 'no' && words[1]?.toLowerCase() === 'one')) {
    config.replicaof = '';
    return null;
  }
  if (words.length !== 2) return 'wrong number of arguments';
  const port = string2ll(words[1] as Bytes);
  if (port === null || port < 0 || port > 65535) return 'Invalid master port';
  config.replicaof = words.join(' ');
  return null;
}

function setPercentiles(config: Config, words: Bytes[]): string | null {
  const values: number[] = [];
  for (const word of words) {
    if (!/^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(word)) {
      return 'Invalid latency-tracking-info-percentiles parameters';
    }
    const value = Number(word);
    if (value < 0 || value > 100) {
      return 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]';
    }
    values.push(value);
  }
  config.latencyTrackingInfoPercentiles = values;
  return null;
}
