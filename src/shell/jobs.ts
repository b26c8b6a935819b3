/* The jobs of a console: lines and statements that run behind the prompt or were stopped, as `jobs` lists them.
 *
 * A job runs outside the world like the shell itself, and what it does to the world are inputs; so a session
 * replays and rewinds without jobs, and a job whose world was turned back is over. How a job takes a signal
 * is its own business: this file keeps the table. */

import type { Signal } from './world.ts';

/** Jobs at a time; a script that starts more of them is told so, as the system would. */
export const MOST_JOBS = 32;
/** Numbers of processes on the machine, above those of servers. */
const FIRST_PID = 100_001;
const STATUS_WIDTH = 24;

/** What a job is made of. */
export interface JobWork {
  /** The line as it was typed. */
  text: string;
  /** The shell that it belongs to: the prompt's, or a script's. */
  owner: string;
  /** It is a program that has the terminal, and not a script. */
  isProgram: boolean;
  /** Runs it to its end; the exit status. */
  run(): Promise<number>;
  /** Ctrl-C. */
  interrupt(): Promise<void>;
  signal(signal: Signal): Promise<void>;
  goOn(background: boolean): Promise<void>;
  /** It has a program at the terminal at the moment. */
  isAtTerminal(): boolean;
}

export type JobState = 'running' | 'stopped' | 'done';

export class Job {
  readonly pid: number;
  readonly work: JobWork;
  /** Its place in the table; null for what runs in front. */
  number: number | null = null;
  state: JobState = 'running';
  status = 0;
  /** The signal that ended it. */
  killedBy: Signal | null = null;
  /** Nobody has been told of its end yet. */
  isNews = false;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  private waiters: (() => void)[] = [];

  constructor(pid: number, work: JobWork) {
    this.pid = pid;
    this.work = work;
    this.ended = this.live();
  }

  private async live(): Promise<void> {
    // The number of the job is given before it does anything.
    await Promise.resolve();
    try {
      this.status = await this.work.run();
    } catch {
      // The world was turned back while it waited for something.
      this.status = 1;
    }
    this.change('done');
  }

  /** Resolves when the job ends or is stopped. */
  leaves(): Promise<void> {
    if (this.state !== 'running') return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  async stop(): Promise<void> {
    if (this.state !== 'running') return;
    this.change('stopped');
    await this.work.signal('STOP');
  }

  async goOn(background: boolean): Promise<void> {
    if (this.state === 'done') return;
    this.state = 'running';
    await this.work.goOn(background);
  }

  async kill(signal: Signal): Promise<void> {
    if (this.state === 'done') return;
    this.killedBy = signal;
    this.state = 'running';
    await this.work.signal(signal);
  }

  private change(state: JobState): void {
    this.state = state;
    this.isNews = true;
    const { waiters } = this;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** What the table says of it, as `Done` or `Exit 1`. */
  get shown(): string {
    if (this.state === 'running') return 'Running';
    if (this.state === 'stopped') return 'Stopped';
    if (this.killedBy === 'TERM') return 'Terminated';
    if (this.killedBy === 'KILL') return 'Killed';
    return this.status === 0 ? 'Done' : `Exit ${this.status}`;
  }
}

export class Jobs {
  private table: Job[] = [];
  private nextPid = FIRST_PID;
  /** Numbers of jobs in the order in which they became the current one, the last one last. */
  private recent: Job[] = [];
  /** Gives a job the terminal until it ends or is stopped; set by whoever has the keyboard. */
  toFront: ((job: Job) => Promise<void>) | null = null;

  /** Begins a job that has the terminal and no number. */
  inFront(work: JobWork): Job {
    return new Job(this.nextPid++, work);
  }

  /** Begins a job behind the prompt; null when there are too many. */
  behind(work: JobWork): Job | null {
    if (this.alive().length >= MOST_JOBS) return null;
    this.dropOldest();
    const job = new Job(this.nextPid++, work);
    this.enter(job);
    return job;
  }

  /** Gives a job its place in the table, if it has none. */
  enter(job: Job): void {
    if (job.number === null) {
      job.number = 1 + Math.max(0, ...this.table.map(({ number }) => number ?? 0));
      this.table.push(job);
    }
    this.makeCurrent(job);
  }

  /** Scripts that never wait leave their jobs in the table. */
  private dropOldest(): void {
    const over = this.table.filter(({ state }) => state === 'done');
    for (const job of over.slice(0, Math.max(0, over.length - MOST_JOBS))) this.forget(job);
  }

  private makeCurrent(job: Job): void {
    this.recent = [...this.recent.filter((one) => one !== job), job];
  }

  alive(): Job[] {
    return this.table.filter(({ state }) => state !== 'done');
  }

  of(owner: string): Job[] {
    return this.table.filter(({ work }) => work.owner === owner);
  }

  byPid(pid: string): Job | undefined {
    return this.table.find((job) => String(job.pid) === pid);
  }

  /** The job that `%1`, `%+`, `%-`, `%name`, `%?part` or a bare number means; undefined when there is none. */
  find(spec: string, owner: string): Job | undefined {
    const jobs = this.of(owner);
    const word = spec.replace(/^%/, '');
    if (/^[%+]?$/.test(word)) return this.current(owner);
    if (word === '-') return this.current(owner, 1) ?? this.current(owner);
    if (/^\d+$/.test(word)) return jobs.find(({ number }) => String(number) === word);
    if (word.startsWith('?')) return jobs.find(({ work }) => work.text.includes(word.slice(1)));
    return jobs.find(({ work }) => work.text.startsWith(word));
  }

  /** The current job, or with 1 the one before: a stopped one goes before those that run. */
  private current(owner: string, before = 0): Job | undefined {
    const mine = this.recent.filter(({ work }) => work.owner === owner);
    const ordered = [
      ...mine.filter(({ state }) => state !== 'stopped'),
      ...mine.filter(({ state }) => state === 'stopped'),
    ];
    return ordered.at(-1 - before);
  }

  /** A job as `jobs` shows it. */
  line(job: Job, withPid = false): string {
    const { work, number, pid, state } = job;
    const mark = job === this.current(work.owner) ? '+' : job === this.current(work.owner, 1) ? '-' : ' ';
    const place = withPid ? ` ${pid} ` : '  ';
    const shown = job.shown.padEnd(STATUS_WIDTH);
    return `[${number}]${mark}${place}${shown}${work.text}${state === 'running' ? ' &' : ''}\n`;
  }

  /** What is to be told before the next prompt; what has ended is gone then. */
  news(owner: string): string {
    const news = this.of(owner).filter(({ isNews }) => isNews);
    const lines = news.map((job) => this.line(job));
    for (const job of news) this.tell(job);
    return lines.join('');
  }

  /** Somebody knows of the job as it is now. */
  tell(job: Job): void {
    job.isNews = false;
    if (job.state === 'done') this.forget(job);
  }

  /** Takes a job out of the table; it goes on. */
  forget(job: Job): void {
    this.table = this.table.filter((one) => one !== job);
    this.recent = this.recent.filter((one) => one !== job);
  }

  /** All of them end: their world is another one now. */
  async abandon(): Promise<void> {
    const { table } = this;
    this.table = [];
    this.recent = [];
    await Promise.all(table.map((job) => job.kill('KILL')));
  }
}
