/* A small world in which redis-cli is run as a test wants it: at a terminal or in a pipe, with what is
 * typed or piped in, and its two outputs apart.
 *
 * With `paranoid` the whole world is replaced by its clone each time the program waits, so that every
 * step of the program is also a test of its replay. */

import { cloneGraph } from '#base/clone.ts';
import { ConsoleProcess } from '#cli/process.ts';
import { Server } from '#redis/server.ts';
import type { SimDisk } from '#sim/disk.ts';
import type { ProcessSpec } from '#sim/machine.ts';
import { World } from '#sim/world.ts';
import { apart, markedPrograms } from './outputs.ts';
import type { RunOptions, RunResult } from './outputs.ts';

export interface CliWorldOptions {
  ports: readonly number[];
  cluster?: boolean;
  seed?: number;
  config?: Readonly<Record<string, string>>;
  paranoid?: boolean;
  /** Servers have a configuration file, which CONFIG REWRITE needs. */
  configFiles?: boolean;
}

export class CliWorld {
  world: World;
  readonly paranoid: boolean;
  private consoles = 0;

  constructor(options: CliWorldOptions) {
    this.paranoid = options.paranoid ?? false;
    this.world = new World({
      seed: options.seed ?? 1,
      startWallMs: 1_767_225_600_000,
      link: { latencyUs: 50, jitterUs: 0, loss: 0 },
      factory: (spec: ProcessSpec, info) => {
        if (spec.kind === 'console') return new ConsoleProcess(spec['options'] as never);
        return new Server({
          name: info.name,
          ip: info.ip,
          port: Number(info.name),
          config: spec['config'] as Record<string, string>,
          configFile: options.configFiles ? `/etc/redis/${info.name}.conf` : '',
        });
      },
    });
    for (const port of options.ports) this.addServer(port, options.cluster ?? false, options.config);
    this.runMs(options.cluster ? 1500 : 200);
  }

  addServer(port: number, cluster: boolean, config: Readonly<Record<string, string>> = {}): void {
    const all: Record<string, string> = {
      port: String(port),
      ...(cluster ? { 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' } : {}),
      ...config,
    };
    this.world.addMachine({
      name: String(port),
      ip: '127.0.0.1',
      ports: cluster ? [port, port + 10000] : [port],
      spec: { kind: 'server', config: all },
      part: 0,
    });
    const text = Object.entries(all).map(([name, value]) => `${name} ${value}\n`);
    this.world.machine(String(port))?.disk.write(`/etc/redis/${port}.conf`, text.join(''));
    this.start(String(port));
  }

  private start(name: string): void {
    const machine = this.world.machine(name);
    if (machine === null) throw new Error(`no machine ${name}`);
    this.world.start(machine);
  }

  kill(port: number): void {
    const machine = this.world.machine(String(port));
    if (machine !== null) this.world.kill(machine);
  }

  restart(port: number): void {
    this.start(String(port));
  }

  /** The disk of a server. */
  disk(port: number): SimDisk {
    const machine = this.world.machine(String(port));
    if (machine === null) throw new Error(`no machine ${port}`);
    return machine.disk;
  }

  /** The lines of a server's log from the given one on. */
  log(port: number, from = 0): readonly string[] {
    const machine = this.world.machine(String(port));
    return machine === null ? [] : machine.log.slice(from);
  }

  /** The files on the disk of the console that ran last. */
  fileNames(): string[] {
    return this.world.machine(`console:${this.consoles}`)?.disk.list() ?? [];
  }

  /** A file on the disk of the console that ran last. */
  file(path: string): string | undefined {
    return this.world.machine(`console:${this.consoles}`)?.disk.read(path);
  }

  server(port: number): Server {
    return this.world.machine(String(port))?.process as Server;
  }

  runMs(ms: number): void {
    this.world.run(this.world.now + ms * 1000);
    if (this.world.halted !== null) throw new Error(this.world.halted.reason);
  }

  /** Opens a console; drive it with `type` and `interrupt`, look at `process`. */
  open(argv: readonly string[], options: RunOptions = {}): OpenConsole {
    const name = `console:${++this.consoles}`;
    const spec = {
      name,
      argv,
      programs: markedPrograms,
      login: null,
      stdoutTty: options.tty ?? true,
      stdin: options.stdin ?? null,
      vars: { TERM: 'dumb', ...options.vars },
    };
    this.world.addMachine({
      name,
      ip: '127.0.0.1',
      ports: [],
      spec: { kind: 'console', options: spec },
      part: 0,
    });
    for (const [path, data] of Object.entries(options.files ?? {})) {
      this.world.machine(name)?.disk.write(path, data);
    }
    this.start(name);
    return new OpenConsole(this, name);
  }

  /** Runs a program to its end, typing the given lines at its prompts. */
  run(argv: readonly string[], options: RunOptions = {}): RunResult {
    const opened = this.open(argv, options);
    const limit = this.world.now + (options.limitMs ?? 120_000) * 1000;
    const lines = [...(options.type ?? [])];
    while (opened.process.exitCode === null && this.world.now < limit) {
      if (opened.process.prompt !== null) {
        const line = lines.shift();
        if (line === undefined) break;
        opened.input({ kind: 'line', line });
      }
      opened.step();
    }
    return opened.result();
  }
}

export class OpenConsole {
  readonly cli: CliWorld;
  readonly name: string;

  constructor(cli: CliWorld, name: string) {
    this.cli = cli;
    this.name = name;
  }

  get process(): ConsoleProcess {
    return this.cli.world.machine(this.name)?.process as ConsoleProcess;
  }

  input(input: unknown): void {
    const { world } = this.cli;
    const machine = world.machine(this.name);
    if (machine === null) throw new Error('no console');
    world.deliver(machine, { kind: 'input', input });
  }

  /** Lets a moment pass: in a paranoid world, on a clone. */
  step(ms = 5): void {
    this.cli.runMs(ms);
    if (this.cli.paranoid) this.cli.world = cloneGraph(this.cli.world);
  }

  type(line: string): void {
    this.input({ kind: 'line', line });
    for (let at = 0; at < 20_000 && this.process.prompt === null && this.process.exitCode === null; at++)
      this.step();
  }

  result(): RunResult {
    return apart(this.process);
  }
}
