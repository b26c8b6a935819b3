/* A lesson as data: what the parser makes of the Markdown files of one lesson, what the page draws
 * and what the checker runs. Plain JSON throughout. Prose is a small tree, never markup text, so that
 * a lesson file from anywhere can be shown without trusting it. */

import type { WorldConfig } from '#session/api.ts';
import type { ChaosScore } from './chaos.ts';

export type Lang = 'en' | 'zh';

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'strong' | 'em'; children: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; children: Inline[] }
  /** `[word](term:id)`: a glossary term */
  | { kind: 'term'; id: string; children: Inline[] }
  /** `[7002](see:server/7002)`: selects something on the stage */
  | { kind: 'see'; target: string; children: Inline[] };

export type Block =
  | { kind: 'paragraph'; inline: Inline[] }
  | { kind: 'heading'; inline: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Block[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'code'; language: string; text: string }
  /** Lines the reader can run with one click; `console` is the server they go to, null = the open tab. */
  | { kind: 'redis'; lines: { console: string | null; text: string }[] }
  | { kind: 'task'; task: Task }
  | { kind: 'quiz'; quiz: Quiz }
  | { kind: 'predict'; quiz: Quiz }
  | { kind: 'stage'; stage: StageCue }
  | { kind: 'program'; program: Program }
  | { kind: 'chaos'; chaos: Chaos }
  | { kind: 'note'; blocks: Block[] }
  | { kind: 'deep'; title: string; blocks: Block[] }
  | { kind: 'figure'; name: string; params: Record<string, string | number | boolean> };

/** One thing that must hold, with the words that tell the learner what it is. */
export interface Check {
  expression: string;
  say: string;
}

/** What a recorded solution does, one after the other. */
export type Action =
  /** types a line into the console of a server ('7000'), of a server with -c ('7000c'), of the
   *  machine ('host'), or of one server after the other ('every'). `{id:7000}` stands for a node id,
   *  `{replica}` for the first replica. */
  | { do: 'line'; console: string; line: string }
  | { do: 'fault'; fault: string }
  | { do: 'wait'; ms: number }
  | { do: 'until'; expression: string; limitMs: number }
  /** something done in the page, e.g. "opened:ping", "answered:p1=0" */
  | { do: 'act'; act: string }
  | { do: 'client'; id: string; action: 'start' | 'stop' | 'set'; spec?: unknown }
  /** starts a redis-server without cluster mode on a free port */
  | { do: 'launch'; port: number }
  /** begins to play a chaos tape of the lesson; `wait` lets it pass */
  | { do: 'chaos'; chaos: Chaos };

export interface Hint {
  /** where: what to look at; command: which command; line: put into the prompt, not run */
  kind: 'where' | 'command' | 'line';
  text: string;
}

/** What somebody might take for a solution and is none: the right command on the wrong server, another value,
 *  only half of it, done and taken back. */
export interface WrongRoute {
  actions: Action[];
  /** The first check that it leaves open, counted from 1. */
  leaves: number;
  /** What the learner is then told there is instead, or a part of it; null where nothing tells more than
   *  the check. */
  now: string | null;
}

export interface Task {
  id: string;
  goal: string;
  checks: Check[];
  hints: Hint[];
  /** At least one; lessons of the course have two or more different routes. */
  solutions: Action[][];
  /** Things that may be done besides without harm. */
  harmless: Action[];
  wrong: WrongRoute[];
  /** Checks look only at what happened after the step was entered. */
  challenge: boolean;
}

export interface Quiz {
  id: string;
  ask: string;
  choices: { text: string; right: boolean; why: string }[];
}

/** What an application does: its text for several client libraries, and clients of the world that do the
 *  same when the learner starts them. */
export interface Program {
  id: string;
  title: string;
  code: { library: string; text: string }[];
  clients: { id: string; spec: Record<string, unknown> }[];
  /** The figures that matter here, of those that the client counts, with the words around each. */
  show: Readonly<Record<string, string>>;
  /** What the learner writes: alert rules, or the settings of these names. */
  edit: 'rules' | readonly string[] | null;
}

/** Faults that are played against the learner's cluster; what it makes of them is counted until they are over. */
export interface Chaos {
  id: string;
  title: string;
  /** One a line, as src/session/chaos.ts reads them. `{master0}` and the like are filled in when it begins. */
  faults: string;
  /** What somebody else does to the cluster before the first fault, out of the learner's sight. */
  hand: Action[];
  lastsMs: number;
  /** The figures that matter here, with the words around each. */
  show: Readonly<Partial<Record<keyof ChaosScore, string>>>;
}

/** Where the stage turns by itself when the step is shown. */
export interface StageCue {
  lens?: string | null;
  select?: string;
  speed?: number;
  panel?: string;
  /** What the slot map on the stage counts. */
  map?: 'keys' | 'load';
}

export interface Step {
  id: string;
  title: string;
  blocks: Block[];
}

export interface Lesson {
  /** Folder name: "10-pfail-and-fail". */
  id: string;
  number: number;
  lang: Lang;
  title: string;
  minutes: number;
  objective: string;
  world: Partial<WorldConfig>;
  /** Done once before the first step, out of the learner's sight. */
  start: Action[];
  /** Commands taught here for the first time (lower case), so that none is needed before it is taught. */
  teaches: string[];
  cards: string[];
  steps: Step[];
  notes: string;
  /** How the cluster stood when a recorded solution had solved the challenge; null for none. */
  goal: GoalServer[] | null;
}

/** One server of a goal picture. */
export interface GoalServer {
  name: string;
  role: 'master' | 'replica';
  state: 'running' | 'paused' | 'down' | 'loading';
  master: string | null;
  slots: [number, number][];
  keys: number;
}

/** A problem in a lesson file, with the place. */
export class LessonError extends Error {
  override name = 'LessonError';
  readonly file: string;
  readonly line: number;
  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.file = file;
    this.line = line;
  }
}
