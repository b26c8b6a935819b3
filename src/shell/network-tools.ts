/* The network's tools: tc, whose delays and losses are faults of the world, ping, which measures a connection,
 * and the firewall's. */

import { fail, ok, type Execute } from './command.ts';
import { byPort, iptables, nft } from './firewall.ts';
import { AT_TERMINAL } from './script-tool.ts';
import type { ShellWorld } from './world.ts';

/** Servers whose links tc may set one by one. */
const MOST_SERVERS = 40;

export function networkTools(world: ShellWorld): Record<string, Execute> {
  return {
    iptables: (args) => iptables(world, args),
    nft: (args) => nft(world, args),
    tc: tc(world),
    ping: (args) => ping(world, args),
  };
}

/** What netem does to a link. */
interface Netem {
  latencyUs?: number;
  jitterUs?: number;
  loss?: number;
}

/** tc qdisc add|change|replace|del dev lo root|parent CLASS [netem [delay TIME [JITTER]] [loss PERCENT]], and
 *  tc filter add dev lo ... match ip [sport|dport] PORT 0xffff ... flowid CLASS, which sends what goes to
 *  (or comes from) a server through the queue of that class. */
function tc(world: ShellWorld): Execute {
  const classes = new Map<string, Netem>();
  return async (args) => {
    const [object, verb = ''] = args;
    if (object === 'filter') return tcFilter(world, args, classes);
    if (object !== 'qdisc') return fail('tc: only "tc qdisc" and "tc filter" are here');
    if (verb === 'del' || verb === 'delete') return setLinks(world, world.usualLink());
    if (!['add', 'change', 'replace'].includes(verb)) return fail(`tc: unknown command "${verb}"`);
    if (args.includes('root') && args.includes('prio')) return ok('');
    const at = args.indexOf('netem');
    if (at < 0) return fail('tc: the queues here are netem, and prio at the root');
    const netem = netemOf(args.slice(at + 1));
    if (typeof netem === 'string') return fail(`tc: ${netem}`);
    const parent = args[args.indexOf('parent') + 1] ?? '';
    if (!args.includes('parent')) return setLinks(world, netem);
    classes.set(parent, netem);
    return ok('');
  };
}

/** Links to or from one server get what the class of the filter says. */
async function tcFilter(
  world: ShellWorld,
  args: readonly string[],
  classes: ReadonlyMap<string, Netem>,
): ReturnType<Execute> {
  if (args[1] !== 'add') return fail('tc: filters can be added; "tc qdisc del" takes everything away');
  const name = args[args.indexOf('flowid') + 1] ?? '';
  const netem = args.includes('flowid') ? classes.get(name) : undefined;
  if (netem === undefined) return fail(`tc: no netem queue has the parent ${name || '(none)'}`);
  const servers = await world.servers();
  const to = args.includes('dport');
  const port = args[args.indexOf(to ? 'dport' : 'sport') + 1];
  const server = args.includes('dport') || args.includes('sport') ? byPort(servers, port) : undefined;
  if (server === undefined) return fail('tc: the filter must match the sport or dport of a server');
  for (const { name: other } of servers) {
    if (other === server.name) continue;
    const [from, dest] = to ? [other, server.name] : [server.name, other];
    await world.fault({ kind: 'link', from, to: dest, ...netem, oneWay: true });
  }
  return ok('');
}

/** What the words behind `netem` ask for, or what is wrong with them. */
function netemOf(args: readonly string[]): Netem | string {
  const settings: Netem = {};
  for (let i = 0; i < args.length; i++) {
    if (args[i] === 'delay') {
      const delay = micros(args[++i]);
      if (delay === null) return 'delay needs a time such as 100ms';
      settings.latencyUs = delay;
      const jitter = micros(args[i + 1]);
      if (jitter !== null) i++;
      settings.jitterUs = jitter ?? 0;
    } else if (args[i] === 'loss') {
      if (args[i + 1] === 'random') i++;
      const percent = /^(\d+(?:\.\d+)?)%?$/.exec(args[++i] ?? '');
      if (percent === null || Number(percent[1]) > 100) return 'loss needs a share such as 5%';
      settings.loss = Number(percent[1]) / 100;
    } else return `What is "${args[i]}"?`;
  }
  return settings;
}

async function setLinks(world: ShellWorld, settings: Netem): ReturnType<Execute> {
  const servers = await world.servers();
  if (servers.length > MOST_SERVERS) return fail(`tc: more than ${MOST_SERVERS} servers share this device`);
  for (const [at, { name: from }] of servers.entries())
    for (const { name: to } of servers.slice(at + 1))
      await world.fault({ kind: 'link', from, to, ...settings });
  return ok('');
}

function micros(text: string | undefined): number | null {
  const found = /^(\d+(?:\.\d+)?)(us|usec|ms|msec|s|sec)?$/.exec(text ?? '');
  if (found === null) return null;
  const unit = found[2] ?? 'us';
  return Number(found[1]) * (unit.startsWith('us') ? 1 : unit.startsWith('ms') ? 1000 : 1e6);
}

/** ping [-c COUNT] HOST|PORT: the program of that name, to that server or to the first that runs here. */
const ping = async (world: ShellWorld, given: string[]): ReturnType<Execute> => {
  const atTerminal = given[0] === AT_TERMINAL;
  const words = atTerminal ? given.slice(1) : [...given];
  const options: string[] = [];
  const hosts: string[] = [];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-c') options.push(word, words.shift() ?? '');
    else if (/^-[WiwsIt]$/.test(word)) words.shift();
    else if (!/^-[nq46]$/.test(word)) hosts.push(word);
  }
  const [host = ''] = hosts;
  if (hosts.length !== 1) return fail('usage: ping [-c count] host', 2);
  const servers = await world.servers();
  const here = /^(localhost|redis|127\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+)$/.test(host);
  const running = servers.find(({ state }) => state === 'running');
  const server = here ? running : byPort(servers, host.replace(/^.*:/, ''));
  if (server === undefined) return fail(`ping: ${host}: Name or service not known`, 2);
  const argv = ['ping', ...options, '-p', String(server.port), here ? host : server.ip];
  const { stdout, stderr, exitCode } = await (atTerminal ? world.runAtTerminal(argv) : world.run(argv, ''));
  return { stdout, stderr, exitCode };
};
