/* iptables and nft: rules that drop packets, which are the cuts of the world. They are read from the world, so
 * cuts made by mouse are listed too, and the world's going back takes rules back.
 *
 * All servers share one address, so a rule names a server by its port (7002, or its bus port 17002).
 * One port means every link of that server; a source and a destination mean that direction alone. */

import type { Fault } from '#session/api.ts';
import { BUS_PORT } from '#sim/addresses.ts';
import { fail, ok, type Execute } from './command.ts';
import type { ShellServer, ShellWorld } from './world.ts';

/** The server that a port belongs to. */
export const byPort = (servers: readonly ShellServer[], text: string | undefined): ShellServer | undefined =>
  servers.find(({ port }) => String(port) === text || String(port + BUS_PORT) === text);

/** Drops (or no longer drops) what goes from one port to another. What is wrong with them, or null. */
async function setRule(
  world: ShellWorld,
  ports: readonly [string | undefined, string | undefined],
  drops: boolean,
): Promise<string | null> {
  const servers = await world.servers();
  const stranger = ports.find((word) => word !== undefined && !byPort(servers, word));
  if (stranger !== undefined) return `no server has the port ${stranger}`;
  const [from, to] = ports.map((word) => byPort(servers, word));
  const only = from ?? to;
  if (only === undefined) return 'a rule must name a port';
  const fault: Fault =
    from && to
      ? { kind: drops ? 'cut' : 'heal', from: from.name, to: to.name, oneWay: true }
      : { kind: drops ? 'isolate' : 'rejoin', server: only.name };
  await world.fault(fault);
  return null;
}

/** iptables -A|-I|-D INPUT|OUTPUT -p tcp [--sport A] [--dport B] -j DROP | -F | -L | -S */
export const iptables = async (world: ShellWorld, args: string[]): ReturnType<Execute> => {
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
  const ports = [option('--sport', '--source-port'), option('--dport', '--destination-port')] as const;
  if (ports[0] === undefined && ports[1] === undefined)
    return fail('iptables: name servers by --sport and --dport', 2);
  const wrong = await setRule(world, ports, adds);
  return wrong === null ? ok('') : fail(`iptables: ${wrong}`, 2);
};

async function listRules(world: ShellWorld): ReturnType<Execute> {
  const rules = (await world.cuts()).map(
    ({ from, to }) => `-A INPUT -p tcp --sport ${from} --dport ${to} -j DROP\n`,
  );
  return ok('-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n' + rules.join(''));
}

/** nft add|insert rule FAMILY TABLE CHAIN [tcp sport A] [tcp dport B] drop | delete rule ... handle N |
 *  list ruleset | flush ruleset. Tables and chains need not be made; making them does nothing. */
export const nft = async (world: ShellWorld, args: string[]): ReturnType<Execute> => {
  const words = args.flatMap((word) => word.split(/[\s;{}]+/)).filter((word) => word !== '' && word !== '-a');
  const [verb = '', what = ''] = words;
  if (['add', 'create', 'delete'].includes(verb) && ['table', 'chain'].includes(what)) return ok('');
  if (verb === 'flush') {
    await world.fault({ kind: 'healAll' });
    return ok('');
  }
  if (verb === 'list') return listRuleset(world);
  if (what !== 'rule') return fail('nft: rules can be added, inserted, deleted, listed and flushed here');
  if (verb === 'delete') return deleteRule(world, words[words.indexOf('handle') + 1]);
  if (verb !== 'add' && verb !== 'insert') return fail(`nft: unknown command "${verb}"`);
  if (words.at(-1) !== 'drop') return fail(`nft: the verdict must be drop here, not ${words.at(-1)}`);
  const after = (word: string): string | undefined => {
    const at = words.indexOf(word);
    return at < 0 ? undefined : words[at + 1];
  };
  const wrong = await setRule(world, [after('sport'), after('dport')], true);
  return wrong === null ? ok('') : fail(`nft: ${wrong}`);
};

/** The cuts with their handles, which stay as they are when other rules go. */
async function rules(world: ShellWorld): Promise<{ from: string; to: string; handle: number }[]> {
  const names = (await world.servers()).map(({ name }) => name);
  return (await world.cuts()).map(({ from, to }) => {
    return { from, to, handle: 1 + names.indexOf(from) * names.length + names.indexOf(to) };
  });
}

async function listRuleset(world: ShellWorld): ReturnType<Execute> {
  const lines = (await rules(world)).map(
    ({ from, to, handle }) => `\t\ttcp sport ${from} tcp dport ${to} drop # handle ${handle}\n`,
  );
  const head =
    'table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n';
  return ok(`${head}${lines.join('')}\t}\n}\n`);
}

async function deleteRule(world: ShellWorld, handle: string | undefined): ReturnType<Execute> {
  const rule = (await rules(world)).find((one) => String(one.handle) === handle);
  if (rule === undefined) return fail(`nft: no rule has the handle ${handle ?? '(none)'}`);
  await world.fault({ kind: 'heal', from: rule.from, to: rule.to, oneWay: true });
  return ok('');
}
