/* The world of a shell over a session: every act is an input, and what the shell waits for is seen in
 * frames. Who lets time pass, and how frames come, is the business of the door.
 *
 * Each job of a console has a world of its own over the same door: it can be stopped and go on, and then its next
 * act waits; in the background it leaves the terminal to others. */

import type { Bytes } from '#base/bytes.ts';
import { lastSetting } from '#redis/command-line.ts';
import type { Fault, Input, RunOutcome, ServerFiles } from '#session/api.ts';
import type { ConsoleFrame, Frame } from '#sim/frame.ts';
import type { Editor } from './editor/editor.ts';
import type { Place, ProgramResult, ShellServer, ShellWorld, Signal } from './world.ts';

/** How a shell reaches its session. */
export interface ShellDoor {
  input(input: Input): Promise<void>;
  outcome(console: string, id?: number): Promise<RunOutcome | null>;
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

/** What all jobs of a console have in common. */
interface Shared {
  door: ShellDoor;
  console: string;
  launched: Map<number, Place>;
  lastId: number | null;
  /** The wall clock of the world when it was last looked at. */
  seenMs: number;
  /** Files on the console's disk that the shell has, or has given. */
  known: Map<string, Bytes>;
}

/** Standard error comes with marks around parts that a terminal would colour. */
// eslint-disable-next-line no-control-regex
const MARKS = /[\x02\x03]/g;
const MICROS = 1000;
/** As much as a console keeps: of one print the rest would be logged, and never seen. */
const MOST_PRINTED = 1 << 20;
const CUT_OFF = '\nbash: output cut off\n';
const STOPPED_BY_CTRL_C: ProgramResult = { stdout: '', stderr: '', exitCode: 130 };

export class SessionWorld implements ShellWorld {
  private readonly shared: Shared;
  private background: boolean;
  /** Number of the program that runs, and whether it runs at the terminal. */
  private current: { id: number; tty: boolean } | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private interrupted = false;
  private deadlineMs = Infinity;
  private era: number;
  /** Resolves when what was stopped goes on; null while it is not stopped. */
  private gate: { opened: Promise<void>; open: () => void } | null = null;

  constructor(door: ShellDoor, console: string) {
    this.shared = { door, console, launched: new Map(), lastId: null, seenMs: 0, known: new Map() };
    this.background = false;
    this.era = door.era();
  }

  fork(background: boolean): SessionWorld {
    const copy = Object.create(SessionWorld.prototype) as SessionWorld;
    const own = { background, current: null, queue: Promise.resolve(), interrupted: false, gate: null };
    return Object.assign(copy, this, own, { deadlineMs: Infinity, era: this.shared.door.era() });
  }

  /** A program has the terminal now, and gets the lines that are typed. */
  get isAtTerminal(): boolean {
    return this.current?.tty === true && !this.background;
  }

  run(
    argv: readonly string[],
    stdin: Bytes | null,
    files: Readonly<Record<string, Bytes>> = {},
  ): Promise<ProgramResult> {
    return this.alone(() => this.runNow(argv, stdin, false, files));
  }

  runAtTerminal(
    argv: readonly string[],
    files: Readonly<Record<string, Bytes>> = {},
  ): Promise<ProgramResult> {
    return this.alone(() => this.runNow(argv, null, true, files));
  }

  async written(): Promise<Record<string, Bytes>> {
    const { door, console, known } = this.shared;
    const { files } = await door.files(console);
    const news = Object.entries(files).filter(([path, data]) => isFile(path) && known.get(path) !== data);
    for (const [path, data] of news) known.set(path, data);
    return Object.fromEntries(news);
  }

  /** A job runs one program at a time; the parts of a pipe wait for each other. */
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
    const { shared } = this;
    const { door, console } = shared;
    await this.gate?.opened;
    if (this.interrupted || this.isElsewhere) return STOPPED_BY_CTRL_C;
    const last = shared.lastId ?? (await lastIdOf(door, console));
    // Others may have asked meanwhile.
    const id = (shared.lastId = Math.max(last, shared.lastId ?? 0) + 1);
    // A question needs the terminal, whoever takes what it prints.
    this.current = { id, tty: tty || argv[0] === 'ask' };
    try {
      for (const [path, data] of Object.entries(files)) shared.known.set(path, data);
      const given = Object.keys(files).length > 0 ? { files: { ...files } } : {};
      const behind = this.background ? { background: true } : {};
      await door.input({ kind: 'run', console, id, argv: [...argv], stdin, tty, ...behind, ...given });
      await this.ended(id);
      await this.gate?.opened;
      const outcome = await door.outcome(console, id);
      if (outcome === null) return { stdout: '', stderr: 'the console is gone\n', exitCode: 1 };
      const { stdout, stderr, exitCode } = outcome;
      return { stdout, stderr: stderr.replace(MARKS, ''), exitCode };
    } finally {
      this.current = null;
    }
  }

  private async frame(): Promise<Frame> {
    const frame = await this.shared.door.frame();
    this.shared.seenMs = frame.wallMs;
    return frame;
  }

  get seenMs(): number {
    return this.shared.seenMs;
  }

  /** Waits for the program's end; at the deadline it is stopped. */
  private async ended(id: number): Promise<void> {
    const { door, console } = this.shared;
    const deadlineMs = this.deadlineMs;
    let seen = false;
    const isOver = (frame: Frame): boolean => {
      const { ended, running } = consoleOf(frame, console);
      const runs = running?.includes(id) ?? false;
      seen ||= runs;
      this.shared.seenMs = frame.wallMs;
      return ended?.includes(id) === true || (seen && !runs);
    };
    await door.until((frame) => isOver(frame) || frame.wallMs >= deadlineMs);
    if (isOver(await this.frame())) return;
    // As `timeout` ends it, without the mark of Ctrl-C.
    await door.input({ kind: 'signal', console, id, signal: 'INT' });
    await door.until(isOver);
  }

  private interruptProgram(id: number): Promise<void> {
    const { door, console } = this.shared;
    return door.input(
      this.background ? { kind: 'signal', console, id, signal: 'INT' } : { kind: 'interrupt', console },
    );
  }

  async interrupt(): Promise<void> {
    this.interrupted = true;
    if (this.current !== null) await this.interruptProgram(this.current.id);
    this.openGate();
  }

  async signal(signal: Signal): Promise<void> {
    if (signal === 'STOP') this.closeGate();
    if (signal === 'TERM' || signal === 'KILL') this.interrupted = true;
    await this.signalProgram(signal);
    if (signal !== 'STOP') this.openGate();
  }

  async goOn(background: boolean): Promise<void> {
    this.background = background;
    await this.signalProgram('CONT');
    this.openGate();
  }

  private async signalProgram(signal: Signal | 'CONT'): Promise<void> {
    if (this.current === null || this.isElsewhere) return;
    const { door, console } = this.shared;
    const place = signal === 'CONT' ? { background: this.background } : {};
    await door.input({ kind: 'signal', console, id: this.current.id, signal, ...place });
  }

  private closeGate(): void {
    if (this.gate !== null) return;
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.gate = { opened, open };
  }

  private openGate(): void {
    this.gate?.open();
    this.gate = null;
  }

  /** A new line begins: what was interrupted is over. */
  begin(): boolean {
    const { isElsewhere } = this;
    this.interrupted = false;
    this.deadlineMs = Infinity;
    this.era = this.shared.door.era();
    return isElsewhere;
  }

  get isElsewhere(): boolean {
    return this.shared.door.era() !== this.era;
  }

  async hangUp(): Promise<void> {
    const { door, console } = this.shared;
    const { running } = consoleOf(await this.frame(), console);
    if (running !== undefined) await door.input({ kind: 'hangup', console });
  }

  private async act(input: Input): Promise<void> {
    await this.gate?.opened;
    if (!this.isElsewhere) await this.shared.door.input(input);
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
    const shown = text.length > MOST_PRINTED ? text.slice(0, MOST_PRINTED) + CUT_OFF : text;
    if (shown !== '') await this.act({ kind: 'print', console: this.shared.console, text: shown });
  }

  async wallMs(): Promise<number> {
    return (await this.frame()).wallMs;
  }

  async uptimeMs(): Promise<number> {
    return (await this.frame()).now / MICROS;
  }

  async servers(): Promise<ShellServer[]> {
    const { servers } = await this.frame();
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
    const { links, servers } = await this.frame();
    const isServer = (name: string): boolean => servers.some((server) => server.name === name);
    return links.filter(({ cut, from, to }) => cut && isServer(from) && isServer(to));
  }

  usualLink(): { latencyUs: number; jitterUs: number; loss: number } {
    return this.shared.door.usualLink();
  }

  language(): 'en' | 'zh' {
    return this.shared.door.screen?.language() ?? 'en';
  }

  async edit(editor: Editor, signal: AbortSignal | undefined): Promise<boolean> {
    const { screen } = this.shared.door;
    if (!screen) return false;
    const end = (): void => editor.end();
    signal?.addEventListener('abort', end);
    screen.show(editor);
    await editor.left;
    signal?.removeEventListener('abort', end);
    return true;
  }

  async kept(): Promise<Record<string, Bytes>> {
    const { door, console, known } = this.shared;
    const { files } = await door.files(console);
    for (const [path, data] of Object.entries(files)) known.set(path, data);
    return Object.fromEntries(Object.entries(files).filter(([path]) => path.startsWith('/') && isFile(path)));
  }

  async keep(files: Readonly<Record<string, Bytes | null>>): Promise<void> {
    const { console, known } = this.shared;
    for (const [path, data] of Object.entries(files)) {
      if (data === null) known.delete(path);
      else known.set(path, data);
    }
    await this.act({ kind: 'files', console, files: { ...files } });
  }

  redisCommands(line: string): Promise<readonly string[]> {
    return this.shared.door.redisCommands(line);
  }

  places(): readonly Place[] {
    return [...this.shared.launched.values()];
  }

  launch(port: number, config: string): Promise<void> {
    const absolute = (name: string): string | null => {
      const path = lastSetting(config, name);
      return path?.startsWith('/') ? path.replace(/\/+$/, '') : null;
    };
    this.shared.launched.set(port, {
      server: String(port),
      dir: absolute('dir'),
      log: absolute('logfile'),
    });
    return this.act({ kind: 'launch', port, config });
  }

  files(server: string): Promise<ServerFiles> {
    return this.shared.door.files(server);
  }
}

/** A name that ends in a slash says only that the folder is there. */
function isFile(path: string): boolean {
  return !path.endsWith('/');
}

function consoleOf(frame: Frame, id: string): Partial<ConsoleFrame> {
  return frame.consoles.find((console) => console.id === id) ?? {};
}

/** The greatest number that a program of the console has had: a page may be opened in the middle of a history. */
async function lastIdOf(door: ShellDoor, id: string): Promise<number> {
  const { ended = [], running = [] } = consoleOf(await door.frame(), id);
  return Math.max(0, ...ended, ...running);
}
