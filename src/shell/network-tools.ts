/* iptables and tc as far as they are faults of the world, and ping, which measures a connection.
 *
 * All servers share one address, so a rule names a server by its port (7002, or its bus port 17002).
 * One port means every link of that server; `--sport A --dport B` means the direction from A to B. */

import type { Fault } from '#session/api.ts';
import { fail, ok, type Execute } from './command.ts';
import { AT_TERMINAL } from './script-tool.ts';
import type { ShellServer, ShellWorld } from './world.ts';

const BUS_PORT = 10_000;
/** Servers whose links tc may set one by one. */
const MOST_SERVERS = 40;

export function networkTools(world: ShellWorld): Record<string, Execute> {
  return {
    iptables: (args) => iptables(world, args),
    tc: (args) => tc(world, args),
    ping: (args) => ping(world, args),
  };
}

const byPort = (servers: readonly ShellServer[], text: string | undefined): ShellServer | undefined =>
  servers.find(({ port }) => String(port) === text || String(port + BUS_PORT) === text);

/** iptables -A|-I|-D INPUT|OUTPUT -p tcp [--sport A] [--dport B] -j DROP | -F | -L | -S */
const iptables = async (world: ShellWorld, args: string[]): ReturnType<Execute> => {
  const option = (...names: string[]): string | undefined => {
    const at = args.findIndex((word) => names.includes(word));
    return at < 0 ? undefined : args[at + 1];
  };
  if (args.includes('-F') || args.includes('--flush')) {
    await world.fault({ kind: 'healAll' });
    return ok('');
  }
  if (args.some((word) => ['-L', '-S', '--list', '--list-rules'].includes(word))) return listRules(world);
  const adds = args.some((word) => ['-A', '-I', '--append', '--insert'].includes(word));
  const deletes = args.some((word) => ['-D', '--delete'].includes(word));
  if (adds === deletes) return fail('iptables: give one of -A, -I, -D, -F, -L and -S', 2);
  const target = option('-j', '--jump');
  if (target !== 'DROP') return fail(`iptables: the target must be DROP here, not ${target ?? 'nothing'}`, 2);
  const servers = await world.servers();
  const words = [option('--sport', '--source-port'), option('--dport', '--destination-port')];
  const [from, to] = words.map((word) => byPort(servers, word));
  const stranger = words.find((word) => word !== undefined && !byPort(servers, word));
  if (stranger !== undefined) return fail(`iptables: no server has the port ${stranger}`, 2);
  const only = from ?? to;
  if (only === undefined) return fail('iptables: name servers by --sport and --dport', 2);
  const fault: Fault =
    from && to
      ? { kind: adds ? 'cut' : 'heal', from: from.name, to: to.name, oneWay: true }
      : { kind: adds ? 'isolate' : 'rejoin', server: only.name };
  await world.fault(fault);
  return ok('');
};

async function listRules(world: ShellWorld): ReturnType<Execute> {
  const rules = (await world.cuts()).map(
    ({ from, to }) => `-A INPUT -p tcp --sport ${from} --dport ${to} -j DROP\n`,
  );
  return ok('-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n' + rules.join(''));
}

/** tc qdisc add|change|replace|del dev lo root [netem [delay TIME [JITTER]] [loss PERCENT]] */
const tc = async (world: ShellWorld, args: string[]): ReturnType<Execute> => {
  const [object, verb = ''] = args;
  if (object !== 'qdisc') return fail('tc: only "tc qdisc" is here');
  if (verb === 'del' || verb === 'delete') return setLinks(world, world.usualLink());
  if (!['add', 'change', 'replace'].includes(verb)) return fail(`tc: unknown command "${verb}"`);
  const at = args.indexOf('netem');
  if (at < 0) return fail('tc: the only queue here is netem');
  const settings: { latencyUs?: number; jitterUs?: number; loss?: number } = {};
  for (let i = at + 1; i < args.length; i++) {
    if (args[i] === 'delay') {
      const delay = micros(args[++i]);
      if (delay === null) return fail('tc: delay needs a time such as 100ms');
      settings.latencyUs = delay;
      const jitter = micros(args[i + 1]);
      if (jitter !== null) i++;
      settings.jitterUs = jitter ?? 0;
    } else if (args[i] === 'loss') {
      if (args[i + 1] === 'random') i++;
      const percent = /^(\d+(?:\.\d+)?)%?$/.exec(args[++i] ?? '');
      if (percent === null || Number(percent[1]) > 100) return fail('tc: loss needs a share such as 5%');
      settings.loss = Number(percent[1]) / 100;
    } else return fail(`tc: What is "${args[i]}"?`);
  }
  return setLinks(world, settings);
};

async function setLinks(
  world: ShellWorld,
  settings: { latencyUs?: number; jitterUs?: number; loss?: number },
): ReturnType<Execute> {
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
