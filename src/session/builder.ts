/* Making a world from its config: which machines there are, what runs on them, which part hosts them. */

import { utf8Encode } from '#base/bytes.ts';
import type { WorldHost } from '#sim/host.ts';
import type { ProcessSpec } from '#sim/machine.ts';
import type { Action } from '#sim/part.ts';
import type { Input, WorldConfig } from './api.ts';
import { planServers, type ServerPlan } from './config.ts';
import { clientName } from './session-file.ts';

/** A cluster that has not formed by then never will. */
const FORMING_LIMIT_US = 600e6;
const ADDRESS = '127.0.0.1';
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
    const config = this.serverConfig();
    for (const { name, port } of this.plan) {
      await this.host.apply(this.machine(name, { kind: 'server', port, config }, [port, port + BUS_PORT]));
    }
    if (this.config.preset !== 'formed') return;
    const indexOf = (name: string | null): number => this.plan.findIndex((server) => server.name === name);
    const members = this.plan.slice(0, this.config.masters * (1 + this.config.replicasPerMaster));
    const servers = members.map(({ port, masterName }) => ({
      ip: ADDRESS,
      port,
      master: indexOf(masterName),
    }));
    await this.host.apply(this.machine('operator', { kind: 'operator', servers }, []));
  }

  /** Runs until the operator is done. */
  async form(): Promise<void> {
    if (this.config.preset !== 'formed') return;
    const { stopped, halted } = await this.host.run(FORMING_LIMIT_US, { types: ['OPERATOR_DONE'] });
    if (!stopped && !halted) throw new Error('The cluster did not form in ten minutes of virtual time.');
  }

  private serverConfig(): Record<string, string> {
    const { preset, nodeTimeoutMs, config } = this.config;
    if (preset === 'standalone') return { ...config };
    return { 'cluster-enabled': 'yes', 'cluster-node-timeout': String(Math.round(nodeTimeoutMs)), ...config };
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
    const info = { name, ip: ADDRESS, ports, spec, part: this.placeOf(name) };
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
      case 'interrupt':
      case 'closeConsole':
        return { kind: 'input', name: input.console, input };
      case 'client': {
        const { id, action, spec } = input;
        const name = clientName(id);
        if (action !== 'start' || this.host.has(name)) return { kind: 'input', name, input };
        const servers = this.plan.map(({ port }) => ({ ip: ADDRESS, port }));
        return this.machine(name, { kind: 'client', settings: spec ?? {}, servers }, []);
      }
    }
  }
}
