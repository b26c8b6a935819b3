/* The door to a world, as everybody outside sees it: the page (through comlink), the bridge, the
 * headless runner, lessons and tests. `session.ts` implements it in place; `workers/` put it behind
 * a worker. All arguments and results are plain JSON. */

import type { Bytes } from '#base/bytes.ts';
import type { Frame, FrameRequest, ServerSurvey, SurveyRequest } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';

/** A world to be made. Everything has a default; the same config and seed give the same world. */
export interface WorldConfig {
  /** Masters first, then replicas, on ports `basePort` and up. */
  masters: number;
  replicasPerMaster: number;
  /** Extra empty cluster-mode servers after those. */
  spares: number;
  basePort: number;
  /** 'formed': the world begins with a cluster already made (replica i+masters follows master i);
   *  'empty': cluster-mode servers that do not know each other; 'standalone': no cluster mode,
   *  replicas follow their masters. */
  preset: 'formed' | 'empty' | 'standalone';
  /** How a formed cluster comes to be. 'met': an operator makes it of empty servers as the world begins, the
   *  way of `redis-cli --cluster create`. 'given': the servers begin as members of a cluster that has long
   *  been there. For a new world the session chooses, by size, unless it is said. */
  formation: 'met' | 'given';
  seed: number;
  nodeTimeoutMs: number;
  /** Default link: one-way latency and jitter (uniform +-), loss per segment. */
  latencyUs: number;
  jitterUs: number;
  loss: number;
  /** Wall clock at virtual time 0, Unix ms. */
  startWallMs: number;
  /** 'one': all servers share 127.0.0.1 and differ by port; 'own': each has an address, 10.0.0.1 and up;
   *  'nat': each runs in a container of its own on a host with such an address, where the container's ports
   *  6379 and 16379 are published as the server's port and the one 10000 above. A formed cluster announces
   *  the hosts' addresses, an empty one leaves that to whoever makes it. */
  addresses: 'one' | 'own' | 'nat';
  /** redis.conf lines applied to every server. */
  config: Record<string, string>;
  /** 'bytes' forces every message through its wire format at every hop. */
  wire: 'records' | 'bytes';
  /** Virtual time that passes before the world is handed over (so that it is settled). */
  warmUpMs: number;
}

/** A fault. Servers are named as in ServerFrame.name. */
export type Fault =
  | { kind: 'kill' | 'pause' | 'resume' | 'restart' | 'wipe'; server: string }
  /** SIGTERM, for the server to end as it is configured to; the whole machine loses its power */
  | { kind: 'terminate' | 'powerLoss'; server: string }
  /** the server is started again at another address, with its disk; what it announces stays */
  | { kind: 'move'; server: string; ip: string }
  /** the server is started again in a container, with its disk: others reach it by this port of its host
   *  alone (its bus by the one 10000 above), of which it knows nothing; null: out of the container again */
  | { kind: 'nat'; server: string; port: number | null }
  | { kind: 'cut' | 'heal'; from: string; to: string; oneWay?: boolean }
  /** all links of one server */
  | { kind: 'isolate' | 'rejoin'; server: string }
  /** a wall between two groups; processes in neither group talk to all */
  | { kind: 'partition'; groups: string[][] }
  | { kind: 'healAll' }
  | {
      kind: 'link';
      from: string;
      to: string;
      latencyUs?: number;
      jitterUs?: number;
      loss?: number;
      oneWay?: boolean;
    }
  /** one message under way, by PacketFrame.id */
  | { kind: 'drop' | 'duplicate'; packet: number }
  | { kind: 'delay'; packet: number; byUs: number };

/** Something from outside, kept in the log with the time at which it came. */
export type Input =
  | { kind: 'fault'; fault: Fault }
  | { kind: 'openConsole'; console: string; argv: string[] }
  | { kind: 'line'; console: string; line: string }
  /** Ctrl-C, with what stood at the prompt. */
  | { kind: 'interrupt'; console: string; line?: string }
  /** Ctrl-D where nothing was typed: there are no more lines. */
  | { kind: 'eof'; console: string }
  | { kind: 'closeConsole'; console: string }
  /** The shell, which lives outside the world, runs a program on a console. `stdin` is what is piped in,
   *  null for the terminal, `files` what lies on the console's disk for it; `outcome` tells how the program
   *  with that id ended. */
  | {
      kind: 'run';
      console: string;
      id: number;
      argv: string[];
      stdin: Bytes | null;
      tty: boolean;
      /** it does not get the terminal */
      background?: boolean;
      files?: Record<string, Bytes>;
    }
  /** A signal for the program with that number. CONT gives it the terminal, or with `background` does not. */
  | {
      kind: 'signal';
      console: string;
      id: number;
      signal: 'INT' | 'TERM' | 'KILL' | 'STOP' | 'CONT';
      background?: boolean;
    }
  /** The shell of a console is gone, and all that it ran ends. */
  | { kind: 'hangup'; console: string }
  /** What the shell itself shows; `echo` for what was typed. */
  | { kind: 'print'; console: string; text: string; echo?: boolean }
  /** The shell's files lie on its console's disk, by absolute path; null takes one away. */
  | { kind: 'files'; console: string; files: Record<string, Bytes | null> }
  /** redis-server is started on a port that has none running, with that text as its redis.conf. */
  | { kind: 'launch'; port: number; config: string }
  | { kind: 'client'; id: string; action: 'start' | 'stop' | 'set'; spec?: unknown };

export interface LoggedInput {
  at: Micros;
  input: Input;
}

export interface SessionFile {
  format: 'redis-cluster-playground';
  version: 1;
  config: WorldConfig;
  inputs: LoggedInput[];
  /** Where the clock stood. */
  playhead: Micros;
  hash: string;
}

export interface Completion {
  /** Candidates for the whole line. */
  candidates: string[];
  /** Argument hint to show in grey after the line. */
  hint: string;
}

/** What is on a server's disk. */
export interface ServerFiles {
  files: Record<string, Bytes>;
  /** Lines of its log, oldest first. */
  log: string[];
}

/** How a program ended that was started by an input `run`. */
export interface RunOutcome {
  id: number;
  stdout: Bytes;
  stderr: Bytes;
  exitCode: number;
}

/** Where history stands. */
export interface HistoryView {
  now: Micros;
  /** When the world was handed over, formed and settled: one cannot go further back. */
  start: Micros;
  /** End of what was simulated on this branch. */
  end: Micros;
  branch: string;
  branches: { id: string; parent: string | null; forkedAt: Micros; end: Micros; label: string }[];
  /** Bands and marks of the tape. */
  marks: TapeMark[];
  /** Faults that are planned and still to come. */
  planned: number;
  /** The same of another branch, when one was asked for. */
  compared: { branch: string; end: Micros; marks: TapeMark[] } | null;
}

export interface TapeMark {
  at: Micros;
  until: Micros | null;
  kind: 'epoch' | 'fail' | 'promotion' | 'migration' | 'write' | 'lost' | 'fault' | 'input';
  label: string;
}

/** A message decoded for the inspector. */
export interface PacketDetail {
  id: number;
  from: string;
  to: string;
  sentAt: Micros;
  deliverAt: Micros;
  /** Wire bytes, two hex digits each. */
  hex: string;
  fields: { offset: number; length: number; name: string; value: string; rule: string }[];
}

export type StepKind = 'event' | 'message' | 'cron';

export interface SessionApi {
  /** Makes the world and runs its warm-up. */
  open(config?: Partial<WorldConfig>): Promise<Frame>;
  /** Lets `dt` virtual microseconds pass (less when something stops it) and returns what there is. With
   *  `untilNews` it ends where a message of the bus that is no heartbeat leaves, so that its flight can be
   *  shown however short it is. */
  advance(dt: Micros, request?: FrameRequest, untilNews?: boolean): Promise<Frame>;
  /** To the next event, the next message delivery, or the next 100 ms tick. */
  step(kind: StepKind, request?: FrameRequest): Promise<Frame>;
  frame(request?: FrameRequest): Promise<Frame>;
  /** Applies an input now. Acting in the past starts a new branch. */
  input(input: Input): Promise<void>;
  /** Runs `line` on a console and lets time pass until its prompt is back, at most `limitUs`;
   *  resolves to what was printed. */
  exec(console: string, line: string, limitUs?: Micros): Promise<string>;
  /** Plans faults for times to come, in the place of those planned before. Each becomes an input when its
   *  time has come. */
  schedule(faults: { at: Micros; fault: Fault }[]): Promise<void>;
  complete(console: string, line: string): Promise<Completion>;
  /** How a program ended that the shell ran on a console, the last one if no number is given; null when that
   *  is not known (any more). */
  outcome(console: string, id?: number): Promise<RunOutcome | null>;
  /** The files on a server's disk as byte strings, by path, and its log. */
  files(server: string): Promise<ServerFiles>;
  /** Moves to any time of this branch; beyond its end it simulates on. */
  seek(to: Micros, request?: FrameRequest): Promise<Frame>;
  /** Continues on another branch, at its end. */
  checkout(branch: string): Promise<Frame>;
  /** Begins a new branch here, with a name for it; what was recorded beyond stays on the old one. */
  fork(label: string): Promise<Frame>;
  /** Takes back the last input of this branch: a new branch without it, at the same time. */
  undo(): Promise<Frame>;
  /** The branches and the tape of this one; with the name of another, the tape of that one too. */
  history(compare?: string | null): Promise<HistoryView>;
  /** What is wrong with an expression to run to, in words for people; null when nothing is. */
  conditionProblem(expression: string): Promise<string | null>;
  /** Advances until an event of that type (and matching fields) or `limitUs`. */
  runUntil(condition: RunCondition, limitUs: Micros, request?: FrameRequest): Promise<Frame>;
  setBreakpoints(types: string[]): Promise<void>;
  packet(id: number): Promise<PacketDetail | null>;
  /** What is too much for every frame: who believes what of everybody, keys by slot. By server. */
  survey(request: SurveyRequest): Promise<Record<string, ServerSurvey>>;
  save(): Promise<SessionFile>;
  /** Replays a saved session; rejects with a message for people when the file is not one. */
  load(file: unknown): Promise<Frame>;
  /** Makes this branch's log of inputs what somebody else's is (its first `keep` inputs, then these) and
   *  goes to a time of it. Where the logs part, a new branch begins. */
  follow(keep: number, inputs: LoggedInput[], to: Micros): Promise<Frame>;
  hash(): Promise<string>;
  /** How far the call has come that is being answered; does not wait for it. Null while nothing is. */
  progress(): Promise<Progress | null>;
  /** Lets the call that is being answered end where it is, and does not wait for it: a jump stays short of
   *  its time, a condition unmet. What has happened until then is as valid as always. */
  interrupt(): Promise<void>;
  /** What the page says of its lesson; see src/lesson/control.ts. False when a step cannot begin anew, since
   *  this world does not know how it was when the step began. */
  setLesson(lesson: unknown): Promise<boolean>;
  /** What the lesson's tasks say now. */
  lessonState(): Promise<unknown>;
}

export interface Progress {
  now: Micros;
  /** The time that it is on the way to; null where that is not known. */
  to: Micros | null;
}

export interface RunCondition {
  event?: string;
  match?: Record<string, unknown>;
  /** A lesson predicate expression over the state. */
  expression?: string;
}

/** Members of a new cluster that still meet one another when it is made: everybody has to hear of everybody. */
export const MEET_UP_TO = 60;

export const DEFAULT_WORLD: WorldConfig = {
  masters: 3,
  replicasPerMaster: 1,
  spares: 0,
  basePort: 7000,
  preset: 'formed',
  formation: 'met',
  seed: 1,
  nodeTimeoutMs: 5000,
  latencyUs: 500,
  jitterUs: 100,
  loss: 0,
  addresses: 'one',
  startWallMs: 1_767_225_600_000,
  config: {},
  wire: 'records',
  warmUpMs: 15_000,
};
