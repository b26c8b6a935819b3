/* Making a world from its config: which machines there are, what runs on them, which part hosts them. */

import { utf8Encode } from '#base/bytes.ts';
import type { WorldHost } from '#sim/host.ts';
import { BUS_PORT, CONTAINER_IP } from '#sim/addresses.ts';
import type { MachineInfo, ProcessSpec } from '#sim/machine.ts';
import type { Action } from '#sim/part.ts';
import type { Input, WorldConfig } from './api.ts';
import { planServers, type ServerPlan } from './config.ts';
import type { GivenServer } from './given.ts';
import { slotShare } from './operator.ts';
import { clientName } from './session-file.ts';

/** A cluster that has not formed by then never will. */
const FORMING_LIMIT_US = 600e6;
/** How much is simulated between two looks at what has been told. */
const FORMING_DRAIN_US = 100_000;
/** Servers of a given cluster are started one after the other in so much time: in the first tenth of a second,
 *  when none has yet done any periodic work. */
const STARTING_US = 100_000;
/** Servers that take their places in a given cluster between two looks at who waits outside. */
const GIVEN_AT_ONCE = 20;
/** Where consoles and applications sit. */
const ADDRESS = '127.0.0.1';
/** The port on which Redis listens in a container. */
const CONTAINER_PORT = 6379;

/** The machines of one world. */
export class Builder {
  readonly config: WorldConfig;
  readonly plan: readonly ServerPlan[];
  private readonly host: WorldHost;

  constructor(config: WorldConfig, host: WorldHost) {
    this.config = config;
    this.host = host;
    this.plan = planServers(config);
  }

  /** Starts all servers, and makes them a cluster if the config asks for one. `pause` is called from time to
   *  time, to take what has been told and to let in whoever waits. */
  async makeServers(pause: () => Promise<void>): Promise<void> {
    const { preset, formation } = this.config;
    const given = preset === 'formed' && formation === 'given';
    for (const [at, server] of this.plan.entries()) {
      // Servers that had been started at one moment would do their periodic work at one moment for ever.
      if (given) await this.host.run(Math.floor((at * STARTING_US) / this.plan.length));
      const port = this.config.addresses === 'nat' ? CONTAINER_PORT : server.port;
      const spec = { kind: 'server', port, config: this.serverConfig(server) };
      await this.host.apply({ kind: 'add', info: this.serverInfo(server, spec), start: true });
    }
    if (given) await this.give(pause);
    else if (preset === 'formed') await this.form(pause);
  }

  /** The servers of the cluster, each with the place of its master, -1 for a master. */
  private members(): (ServerPlan & { master: number })[] {
    const indexOf = (name: string | null): number => this.plan.findIndex((server) => server.name === name);
    const members = this.plan.slice(0, this.config.masters * (1 + this.config.replicasPerMaster));
    return members.map((server) => ({ ...server, master: indexOf(server.masterName) }));
  }

  /** Makes all servers members of one cluster, a few at a time. */
  private async give(pause: () => Promise<void>): Promise<void> {
    const { host } = this;
    const { servers } = await host.report({ arrivedSince: host.now, detailAll: false });
    const ids = new Map(servers.map(({ name, nodeId }) => [name, nodeId]));
    const members: GivenServer[] = this.members().map(({ name, ip, port, master }, at) => {
      const slots = master < 0 ? slotShare(at, this.config.masters) : null;
      return { name, id: ids.get(name) ?? '', ip, port, cport: port + BUS_PORT, master, slots };
    });
    for (let from = 0; from < members.length; from += GIVEN_AT_ONCE) {
      const to = Math.min(from + GIVEN_AT_ONCE, members.length);
      await host.apply({ kind: 'given', members, from, to });
      await pause();
    }
  }

  /** Lets an operator make the cluster, and runs until it is done. */
  private async form(pause: () => Promise<void>): Promise<void> {
    const { host } = this;
    const servers = this.members().map(({ ip, port, master }) => ({ ip, port, master }));
    await host.apply(this.machine('operator', { kind: 'operator', servers }, []));
    while (host.now < FORMING_LIMIT_US) {
      const until = Math.min(host.now + FORMING_DRAIN_US, FORMING_LIMIT_US);
      const { stopped, halted } = await host.run(until, { types: ['OPERATOR_DONE'] });
      await pause();
      if (stopped || halted) return;
    }
    throw new Error('The cluster did not form in ten minutes of virtual time.');
  }

  private serverConfig({ name, ip, port, masterName }: ServerPlan): Record<string, string> {
    const { preset, addresses, nodeTimeoutMs, config } = this.config;
    // Servers that talk to each other over a network of their own have no password in this world.
    const open = addresses === 'one' ? {} : { 'protected-mode': 'no' };
    const behind = addresses === 'nat' && preset !== 'empty';
    // Where the shell shows what is on its disk.
    const place = { dir: `/var/lib/redis/${name}` };
    const replica = behind ? { 'replica-announce-ip': ip, 'replica-announce-port': String(port) } : {};
    if (preset === 'standalone') {
      const master = this.plan.find(({ name }) => name === masterName);
      const follow = master ? { replicaof: `${master.ip} ${master.port}` } : {};
      return { ...open, ...place, ...replica, ...follow, ...config };
    }
    const announced = {
      'cluster-announce-ip': ip,
      'cluster-announce-port': String(port),
      'cluster-announce-bus-port': String(port + BUS_PORT),
      ...replica,
    };
    return {
      'cluster-enabled': 'yes',
      'cluster-node-timeout': String(Math.round(nodeTimeoutMs)),
      ...open,
      ...place,
      ...(behind ? announced : {}),
      ...config,
    };
  }

  /** The machine of a server: in a container its ports are not those by which the others reach it. */
  private serverInfo({ name, ip, port }: ServerPlan, spec: ProcessSpec): MachineInfo {
    const part = this.placeOf(name);
    const published = [port, port + BUS_PORT];
    if (this.config.addresses !== 'nat') return { name, ip, ports: published, spec, part };
    const ports = [CONTAINER_PORT, CONTAINER_PORT + BUS_PORT];
    return { name, ip: CONTAINER_IP, ports, outside: { ip, ports: published }, spec, part };
  }

  private machine(name: string, spec: ProcessSpec, ports: readonly number[]): Action {
    return { kind: 'add', info: { name, ip: ADDRESS, ports, spec, part: this.placeOf(name) }, start: true };
  }

  /** The part that hosts a process: servers in turn, so that the load is spread; others by name. */
  private placeOf(name: string): number {
    const at = this.plan.findIndex((server) => server.name === name);
    if (at >= 0) return at % this.host.size;
    let sum = 0;
    for (let i = 0; i < name.length; i++) sum += name.charCodeAt(i);
    return sum % this.host.size;
  }

  /** A server as somebody starts it by hand: all it knows is in its configuration file. */
  private launch(port: number, text: string): Action {
    const name = String(port);
    const configFile = `/etc/redis/${port}.conf`;
    const spec = { kind: 'server', port, config: {}, configFile };
    const ports = [port, port + BUS_PORT];
    // A machine that was there keeps its address and ports.
    const ip = this.config.addresses === 'one' ? ADDRESS : `10.1.${port >> 8}.${port & 255}`;
    const info = { name, ip, ports, spec, part: this.placeOf(name) };
    return { kind: 'launch', info, files: { [configFile]: utf8Encode(text) } };
  }

  /** What an input does to the world. */
  actionOf(input: Input): Action {
    switch (input.kind) {
      case 'fault':
        return { kind: 'fault', fault: input.fault };
      case 'openConsole':
        return this.machine(input.console, { kind: 'console', argv: input.argv }, []);
      case 'launch':
        return this.launch(input.port, input.config);
      case 'line':
      case 'run':
      case 'signal':
      case 'hangup':
      case 'print':
      case 'files':
      case 'interrupt':
      case 'eof':
      case 'closeConsole':
        return { kind: 'input', name: input.console, input };
      case 'client': {
        const { id, action, spec } = input;
        const name = clientName(id);
        if (action !== 'start' || this.host.has(name)) return { kind: 'input', name, input };
        const servers = this.plan.map(({ ip, port }) => ({ ip, port }));
        return this.machine(name, { kind: 'client', settings: spec ?? {}, servers }, []);
      }
    }
  }
}
