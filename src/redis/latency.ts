/* What took long: the latency monitor and LATENCY (after latency.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import { CMD_FAST, CMD_SKIP_SLOWLOG, type Command } from './command-table.ts';
import { lookupCommand } from './commands.ts';
import type { Config } from './config.ts';
import type { CommandProcs } from './command.ts';
import { help } from './help.ts';
import { cumulative } from './histogram.ts';
import { ErrorReply, MapReply, Verbatim, type Reply } from './reply.ts';
import { workSoFar, type Server } from './server.ts';
import { slowlogPushIfNeeded } from './slowlog.ts';

const LATENCY_TS_LEN = 160;

/** Spikes of one event, at most one sample per second. */
export interface LatencySeries {
  max: number;
  samples: { time: number; latency: number }[];
}

/** Whether a command that took so long may belong into the latency monitor or the slow log. */
export function isWorthASample(config: Config, micros: number): boolean {
  const { latencyMonitorThreshold, slowlogLogSlowerThan } = config;
  return (
    latencyMonitorThreshold > 0 || (slowlogLogSlowerThan >= 0 && Math.round(micros) >= slowlogLogSlowerThan)
  );
}

/** Remembers the command if it was slow. */
export function addCommandSample(client: Client, cmd: Command, argv: readonly Bytes[], micros: number): void {
  const server = client.server;
  if (server.config.latencyMonitorThreshold > 0) {
    latencyAddSampleIfNeeded(server, cmd.flags & CMD_FAST ? 'fast-command' : 'command', micros / 1000);
  }
  if ((cmd.flags & CMD_SKIP_SLOWLOG) === 0) slowlogPushIfNeeded(client, argv, Math.round(micros));
}

/** Records what the work since `before` (workSoFar) was for, if it took long. */
export function latencyAddWorkSince(server: Server, event: string, before: number): void {
  latencyAddSampleIfNeeded(server, event, (workSoFar(server) - before) / 1000);
}

/** Records an event that lasted at least latency-monitor-threshold milliseconds. */
export function latencyAddSampleIfNeeded(server: Server, event: string, milliseconds: number): void {
  const threshold = server.config.latencyMonitorThreshold;
  const latency = Math.floor(milliseconds);
  if (threshold === 0 || latency < threshold) return;
  const series = server.latencyEvents.get(event) ?? { max: 0, samples: [] };
  server.latencyEvents.set(event, series);
  series.max = Math.max(series.max, latency);
  const time = Math.floor(server.mstime() / 1000);
  const last = series.samples.at(-1);
  if (last !== undefined && last.time === time) last.latency = Math.max(last.latency, latency);
  else series.samples.push({ time, latency });
  if (series.samples.length > LATENCY_TS_LEN) series.samples.shift();
}

function latest(client: Client): Reply {
  return [...client.server.latencyEvents].map(([event, series]) => {
    const last = series.samples.at(-1) as { time: number; latency: number };
    return [event, last.time, last.latency, series.max];
  });
}

function history(client: Client, argv: readonly Bytes[]): Reply {
  const series = client.server.latencyEvents.get(argv[2] as Bytes);
  return (series?.samples ?? []).map(({ time, latency }) => [time, latency]);
}

function reset(client: Client, argv: readonly Bytes[]): Reply {
  const events = client.server.latencyEvents;
  if (argv.length === 2) {
    const count = events.size;
    events.clear();
    return count;
  }
  return argv.slice(2).filter((event) => events.delete(event)).length;
}

/** Durations of commands, as counts up to bounds that double. */
function histogram(client: Client, argv: readonly Bytes[]): Reply {
  const stats = client.server.stats.commands;
  let names: string[];
  if (argv.length === 2) names = [...stats.keys()];
  else {
    names = [];
    for (const arg of argv.slice(2)) {
      const words = arg.toLowerCase().split('|');
      const command = lookupCommand(words);
      if (command === null) continue;
      if (words.length === 1 && command.subcommands !== null) {
        names.push(...[...command.subcommands.values()].map((sub) => sub.fullName));
      } else names.push(command.fullName);
    }
  }
  const pairs: [Reply, Reply][] = [];
  for (const name of names) {
    const entry = stats.get(name);
    if (entry === undefined || entry.calls === 0) continue;
    pairs.push([
      name,
      new MapReply([
        ['calls', entry.calls],
        ['histogram_usec', new MapReply(cumulative(entry.histogram))],
      ]),
    ]);
  }
  return new MapReply(pairs);
}

/** A picture of the samples with one column for each. */
function graph(client: Client, argv: readonly Bytes[]): Reply {
  const event = argv[2] as Bytes;
  const series = client.server.latencyEvents.get(event);
  if (series === undefined) return new ErrorReply(`ERR No samples available for event '${event}'`);
  const low = Math.min(...series.samples.map((sample) => sample.latency));
  const now = Math.floor(client.server.mstime() / 1000);
  const head = `${event} - high ${series.max} ms, low ${low} ms (all time high ${series.max} ms)\n${'-'.repeat(80)}\n`;
  const span = Math.max(1, series.max - low);
  const rows = [3, 2, 1, 0].map((row) =>
    series.samples
      .map(({ latency }) => {
        const level = ((latency - low) / span) * 4;
        return level >= row + 0.66 ? '#' : level >= row + 0.33 ? 'o' : level >= row || row === 0 ? '_' : ' ';
      })
      .join('')
      .trimEnd(),
  );
  const ages = series.samples.map(({ time }) => age(now - time));
  const tall = Math.max(...ages.map((text) => text.length));
  const labels = Array.from({ length: tall }, (_, at) =>
    ages
      .map((text) => text[at] ?? ' ')
      .join('')
      .trimEnd(),
  );
  return new Verbatim('txt', `${head}${[...rows, '', ...labels].join('\n')}\n`);
}

function age(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86400)}d`;
}

/** Advice in our own words. */
function doctor(client: Client): Reply {
  const server = client.server;
  if (server.config.latencyMonitorThreshold === 0) {
    return new Verbatim(
      'txt',
      'The latency monitor is off. Switch it on with CONFIG SET latency-monitor-threshold <milliseconds> and ask again after a while.\n',
    );
  }
  if (server.latencyEvents.size === 0) {
    return new Verbatim('txt', 'No spike was recorded: nothing took longer than the threshold.\n');
  }
  const lines = ['Recorded spikes:', ''];
  [...server.latencyEvents].forEach(([event, series], at) => {
    const sum = series.samples.reduce((total, sample) => total + sample.latency, 0);
    const mean = sum / series.samples.length;
    lines.push(
      `${at + 1}. ${event}: ${series.samples.length} spike(s), ${mean.toFixed(0)} ms on average, worst ${series.max} ms.`,
    );
  });
  lines.push('');
  if (server.latencyEvents.has('command'))
    lines.push(
      '- SLOWLOG GET names the slow commands; KEYS and reads of whole large values are usual suspects.',
    );
  if (server.latencyEvents.has('fork')) lines.push('- A fork takes longer the more memory the process has.');
  if ([...server.latencyEvents.keys()].some((event) => event.startsWith('aof'))) {
    lines.push('- Writing the AOF waits for the disk; appendfsync everysec is the usual compromise.');
  }
  return new Verbatim('txt', `${lines.join('\n')}\n`);
}

export const latencyCommands: CommandProcs = {
  'latency|latest': latest,
  'latency|history': history,
  'latency|reset': reset,
  'latency|histogram': histogram,
  'latency|graph': graph,
  'latency|doctor': doctor,
  'latency|help': help,
};
