/* Making a world from its config: which machines there are, what runs on them, which part hosts them. */

import { utf8Encode } from '#base/bytes.ts';
import type { WorldHost } from '#sim/host.ts';
import type { MachineInfo, ProcessSpec } from '#sim/machine.ts';
import type { Action } from '#sim/part.ts';
import type { Input, WorldConfig } from './api.ts';
import { planServers, type ServerPlan } from './config.ts';
import { clientName } from './session-file.ts';

/** A cluster that has not formed by then never will. */
const FORMING_LIMIT_US = 600e6;
/** How much is simulated between two looks at what has been told, in a small world and at least. Everybody
 *  talks to everybody: ten times the servers do a hundred times as much in the same time. */
const FORMING_DRAIN_US = 100_000;
const LEAST_DRAIN_US = 1000;
const SMALL_WORLD = 100;
/** Where consoles and applications sit. */
const ADDRESS = '127.0.0.1';
/** What a container believes its own address to be, and the port on which Redis listens in it. */
const CONTAINER = { ip: '172.17.0.2', port: 6379 };
/** Distance of a server's bus port from its client port. */
const BUS_PORT = 10_000;

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

  /** Starts all servers, and the operator that makes them a cluster if the config asks for one. */
  async addServers(): Promise<void> {
    for (const server of this.plan) {
      const port = this.config.addresses === 'nat' ? CONTAINER.port : server.port;
      const spec = { kind: 'server', port, config: this.serverConfig(server) };
      await this.host.apply({ kind: 'add', info: this.serverInfo(server, spec), start: true });
    }
    if (this.config.preset !== 'formed') return;
    const indexOf = (name: string | null): number => this.plan.findIndex((server) => server.name === name);
    const members = this.plan.slice(0, this.config.masters * (1 + this.config.replicasPerMaster));
    const servers = members.map(({ ip, port, masterName }) => ({
      ip,
      port,
      master: indexOf(masterName),
    }));
    await this.host.apply(this.machine('operator', { kind: 'operator', servers }, []));
  }

  /** Runs until the operator is done. Everybody hears of everybody then: a thousand servers have a million
   *  things to tell, which `drain` takes from time to time. */
  async form(drain: () => Promise<void>): Promise<void> {
    const { host } = this;
    if (this.config.preset !== 'formed') return;
    const crowd = Math.max(1, this.plan.length / SMALL_WORLD);
    const step = Math.max(LEAST_DRAIN_US, Math.round(FORMING_DRAIN_US / crowd ** 2));
    while (host.now < FORMING_LIMIT_US) {
      const until = Math.min(host.now + step, FORMING_LIMIT_US);
      const { stopped, halted } = await host.run(until, { types: ['OPERATOR_DONE'] });
      await drain();
      if (stopped || halted) return;
    }
    throw new Error('The cluster did not form in ten minutes of virtual time.');
  }

  private serverConfig({ ip, port, masterName }: ServerPlan): Record<string, string> {
    const { preset, addresses, nodeTimeoutMs, config } = this.config;
    // Servers that talk to each other over a network of their own have no password in this world.
    const open = addresses === 'one' ? {} : { 'protected-mode': 'no' };
    const behind = addresses === 'nat' && preset !== 'empty';
    const replica = behind ? { 'replica-announce-ip': ip, 'replica-announce-port': String(port) } : {};
    if (preset === 'standalone') {
      const master = this.plan.find(({ name }) => name === masterName);
      const follow = master ? { replicaof: `${master.ip} ${master.port}` } : {};
      return { ...open, ...replica, ...follow, ...config };
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
      ...(behind ? announced : {}),
      ...config,
    };
  }

  /** The machine of a server: in a container its ports are not those by which the others reach it. */
  private serverInfo({ name, ip, port }: ServerPlan, spec: ProcessSpec): MachineInfo {
    const part = this.placeOf(name);
    const published = [port, port + BUS_PORT];
    if (this.config.addresses !== 'nat') return { name, ip, ports: published, spec, part };
    const ports = [CONTAINER.port, CONTAINER.port + BUS_PORT];
    return { name, ip: CONTAINER.ip, ports, outside: { ip, ports: published }, spec, part };
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
      case 'print':
      case 'files':
      case 'interrupt':
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
