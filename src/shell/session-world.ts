/* The world of a shell over a session: every act is an input, and what the shell waits for is seen in
 * frames. Who lets time pass, and how frames come, is the business of the door. */

import type { Bytes } from '#base/bytes.ts';
import { lastSetting } from '#redis/command-line.ts';
import type { Fault, Input, RunOutcome, ServerFiles } from '#session/api.ts';
import type { Frame } from '#sim/frame.ts';
import type { Editor } from './editor/editor.ts';
import type { Place, ProgramResult, ShellServer, ShellWorld } from './world.ts';

/** How a shell reaches its session. */
export interface ShellDoor {
  input(input: Input): Promise<void>;
  outcome(console: string): Promise<RunOutcome | null>;
  files(server: string): Promise<ServerFiles>;
  /** What redis-cli would complete a line to. */
  redisCommands(line: string): Promise<readonly string[]>;
  /** Where an editor may have the screen; without it there is no terminal. */
  screen?: { language(): 'en' | 'zh'; show(editor: Editor): void };
  /** The world as it stands. */
  frame(): Promise<Frame>;
  /** What links are like in this world, unless somebody changed them. */
  usualLink(): { latencyUs: number; jitterUs: number; loss: number };
  /** Changes when the world goes to another time: what the shell was about to do is out of place then. */
  era(): number;
  /** Lets time pass until `met` holds for a frame. Rejects when the world was turned back meanwhile. */
  until(met: (frame: Frame) => boolean): Promise<void>;
}

/** Standard error comes with marks around parts that a terminal would colour. */
// eslint-disable-next-line no-control-regex
const MARKS = /[\x02\x03]/g;
const MICROS = 1000;

export class SessionWorld implements ShellWorld {
  private readonly door: ShellDoor;
  private readonly console: string;
  private readonly launched = new Map<number, Place>();
  private lastId: number | null = null;
  /** Files on the console's disk that the shell has, or has given. */
  private readonly known = new Map<string, Bytes>();
  private queue: Promise<unknown> = Promise.resolve();
  private running = false;
  private interrupted = false;
  private deadlineMs = Infinity;
  private era: number;

  constructor(door: ShellDoor, console: string) {
    this.door = door;
    this.console = console;
    this.era = door.era();
  }

  run(
    argv: readonly string[],
    stdin: Bytes | null,
    files: Readonly<Record<string, Bytes>> = {},
  ): Promise<ProgramResult> {
    return this.alone(() => this.runNow(argv, stdin, false, files));
  }

  runAtTerminal(argv: readonly string[]): Promise<ProgramResult> {
    return this.alone(() => this.runNow(argv, null, true, {}));
  }

  async written(): Promise<Record<string, Bytes>> {
    const { files } = await this.door.files(this.console);
    const news = Object.entries(files).filter(([path, data]) => this.known.get(path) !== data);
    for (const [path, data] of news) this.known.set(path, data);
    return Object.fromEntries(news);
  }

  /** A console runs one program at a time; the parts of a pipe wait for each other. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async runNow(
    argv: readonly string[],
    stdin: Bytes | null,
    tty: boolean,
    files: Readonly<Record<string, Bytes>>,
  ): Promise<ProgramResult> {
    const { door, console } = this;
    if (this.interrupted || this.isElsewhere) return { stdout: '', stderr: '', exitCode: 130 };
    this.lastId ??= (await door.outcome(console))?.id ?? 0;
    const id = ++this.lastId;
    this.running = true;
    try {
      for (const [path, data] of Object.entries(files)) this.known.set(path, data);
      const given = Object.keys(files).length > 0 ? { files: { ...files } } : {};
      await door.input({ kind: 'run', console, id, argv: [...argv], stdin, tty, ...given });
      await this.ended(id);
      const outcome = await door.outcome(console);
      if (outcome === null) return { stdout: '', stderr: 'the console is gone\n', exitCode: 1 };
      const { stdout, stderr, exitCode } = outcome;
      return { stdout, stderr: stderr.replace(MARKS, ''), exitCode };
    } finally {
      this.running = false;
    }
  }

  /** Waits for the program's end; at the deadline it is stopped as by Ctrl-C. */
  private async ended(id: number): Promise<void> {
    const { door, console } = this;
    const deadlineMs = this.deadlineMs;
    const isOver = (frame: Frame): boolean => frame.consoles.find((c) => c.id === console)?.ended === id;
    await door.until((frame) => isOver(frame) || frame.wallMs >= deadlineMs);
    if (isOver(await door.frame())) return;
    await door.input({ kind: 'interrupt', console });
    await door.until(isOver);
  }

  async interrupt(): Promise<void> {
    this.interrupted = true;
    if (this.running) await this.door.input({ kind: 'interrupt', console: this.console });
  }

  /** A new line begins: what was interrupted is over. */
  begin(): boolean {
    const { isElsewhere } = this;
    this.interrupted = false;
    this.deadlineMs = Infinity;
    this.era = this.door.era();
    return isElsewhere;
  }

  /** Whether the world was turned back since the line began: nothing more may come of it. */
  private get isElsewhere(): boolean {
    return this.door.era() !== this.era;
  }

  private async act(input: Input): Promise<void> {
    if (!this.isElsewhere) await this.door.input(input);
  }

  async withDeadline<T>(ms: number, work: () => Promise<T>): Promise<{ result: T; late: boolean }> {
    const outer = this.deadlineMs;
    const own = (await this.wallMs()) + ms;
    this.deadlineMs = Math.min(outer, own);
    try {
      const result = await work();
      return { result, late: (await this.wallMs()) >= own };
    } finally {
      this.deadlineMs = outer;
    }
  }

  async pass(ms: number): Promise<boolean> {
    const { exitCode } = await this.run(['sleep', String(ms / 1000)], '');
    return (
      exitCode === 0 && !this.interrupted && !this.isElsewhere && (await this.wallMs()) < this.deadlineMs
    );
  }

  async print(text: string): Promise<void> {
    if (text !== '') await this.act({ kind: 'print', console: this.console, text });
  }

  async wallMs(): Promise<number> {
    return (await this.door.frame()).wallMs;
  }

  async uptimeMs(): Promise<number> {
    return (await this.door.frame()).now / MICROS;
  }

  async servers(): Promise<ShellServer[]> {
    const { servers } = await this.door.frame();
    return servers.map(({ name, ip, port, state, clusterEnabled, pid, usedMemory, opsPerSecond }) => {
      return { name, ip, port, state, clusterEnabled, pid: pid ?? 0, usedMemory, opsPerSecond };
    });
  }

  fault(fault: Fault): Promise<void> {
    return this.act({ kind: 'fault', fault });
  }

  /** It saves and says goodbye, as by SHUTDOWN. */
  async stop(server: ShellServer): Promise<void> {
    const wasInterrupted = this.interrupted;
    this.interrupted = false;
    await this.run(['redis-cli', '-p', String(server.port), 'SHUTDOWN'], '');
    this.interrupted ||= wasInterrupted;
  }

  async cuts(): Promise<{ from: string; to: string }[]> {
    const { links, servers } = await this.door.frame();
    const isServer = (name: string): boolean => servers.some((server) => server.name === name);
    return links.filter(({ cut, from, to }) => cut && isServer(from) && isServer(to));
  }

  usualLink(): { latencyUs: number; jitterUs: number; loss: number } {
    return this.door.usualLink();
  }

  language(): 'en' | 'zh' {
    return this.door.screen?.language() ?? 'en';
  }

  async edit(editor: Editor, signal: AbortSignal | undefined): Promise<boolean> {
    if (!this.door.screen) return false;
    const end = (): void => editor.end();
    signal?.addEventListener('abort', end);
    this.door.screen.show(editor);
    await editor.left;
    signal?.removeEventListener('abort', end);
    return true;
  }

  async kept(): Promise<Record<string, Bytes>> {
    const { files } = await this.door.files(this.console);
    for (const [path, data] of Object.entries(files)) this.known.set(path, data);
    return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('/')));
  }

  async keep(files: Readonly<Record<string, Bytes | null>>): Promise<void> {
    for (const [path, data] of Object.entries(files)) {
      if (data === null) this.known.delete(path);
      else this.known.set(path, data);
    }
    await this.act({ kind: 'files', console: this.console, files: { ...files } });
  }

  redisCommands(line: string): Promise<readonly string[]> {
    return this.door.redisCommands(line);
  }

  places(): readonly Place[] {
    return [...this.launched.values()];
  }

  launch(port: number, config: string): Promise<void> {
    const absolute = (name: string): string | null => {
      const path = lastSetting(config, name);
      return path?.startsWith('/') ? path.replace(/\/+$/, '') : null;
    };
    this.launched.set(port, { server: String(port), dir: absolute('dir'), log: absolute('logfile') });
    return this.act({ kind: 'launch', port, config });
  }

  files(server: string): Promise<ServerFiles> {
    return this.door.files(server);
  }
}
