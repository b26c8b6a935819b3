/* iptables and tc as far as they are faults of the world, and ping, which measures a connection.
 *
 * All servers share one address, so a rule names a server by its port (7002, or its bus port 17002).
 * One port means every link of that server; `--sport A --dport B` means the direction from A to B. */

import type { Fault } from '#session/api.ts';
import { fail, ok, type Execute } from './command.ts';
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

/** ping [-c COUNT] PORT: a connection a second to that server, and how long each took to be made. */
const ping = async (world: ShellWorld, args: string[]): ReturnType<Execute> => {
  const words = [...args];
  let count = 4;
  const at = words.indexOf('-c');
  if (at >= 0) count = Number(words.splice(at, 2)[1]);
  const [host = ''] = words;
  const server = byPort(await world.servers(), host.replace(/^.*:/, ''));
  if (words.length !== 1 || !(count >= 1 && count <= 1000)) return fail('usage: ping [-c count] server', 2);
  if (server === undefined) return fail(`ping: ${host}: Name or service not known`, 2);
  let received = 0;
  await world.print(`PING ${server.name} (${server.ip}:${server.port}) by TCP connections\n`);
  for (let seq = 1; seq <= count; seq++) {
    const before = await world.uptimeMs();
    const { exitCode } = await world.run(['nc', '-z', '-w', '1', server.ip, String(server.port)], '');
    const took = (await world.uptimeMs()) - before;
    if (exitCode === 0) {
      received++;
      await world.print(`connected to ${server.name}: seq=${seq} time=${took.toFixed(3)} ms\n`);
    }
    if (seq < count && !(await world.pass(1000))) break;
  }
  const lost = Math.round(((count - received) / count) * 100);
  const summary = `\n--- ${server.name} ping statistics ---\n${count} connections tried, ${received} made, ${lost}% lost\n`;
  return { stdout: summary, stderr: '', exitCode: received > 0 ? 0 : 1 };
};
