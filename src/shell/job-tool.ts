/* The builtins of bash that have to do with jobs: jobs, fg, bg, wait, disown, and the `kill` of a job. Each
 * knows by its first word which shell asks, the prompt's or a script's: a shell sees only its own jobs. */

import type { ExecResult } from 'just-bash/browser';
import { fail, ok, type Execute, type Surroundings } from './command.ts';
import type { Job, Jobs } from './jobs.ts';
import type { Signal } from './world.ts';

/** The shell at the prompt, which tells of its jobs as they come and go. */
export const AT_PROMPT = 'prompt';

/** A statement to be run behind the shell that asks. */
export interface Request {
  /** As it was typed, and as it is run. */
  typed: string;
  text: string;
  /** Functions that it may call, as text. */
  functions: string;
  owner: string;
  /** The variables as they are, in the words of `declare -p`. */
  declared: string;
  positional: string[];
}

/** Begins such a statement; null when there are too many jobs. */
export type Spawn = (request: Request, around: Surroundings) => Promise<Job | null>;

/** The builtins under the names by which the shell's functions call them. */
export function jobTools(jobs: Jobs, spawn: Spawn): Record<string, Execute> {
  return {
    __spawn: async ([owner = '', typed = '', text = '', functions = '', ...positional], declared, around) => {
      const job = await spawn({ typed, text, functions, owner, declared, positional }, around);
      return job === null
        ? fail('bash: fork: retry: Resource temporarily unavailable', 254)
        : ok(`${job.pid}\n`);
    },
    __jobs: ([owner = '', ...args]) => Promise.resolve(list(jobs, owner, args)),
    __wait: ([owner = '', ...args], _stdin, around) => wait(jobs, owner, args, around),
    __fg: ([owner = '', spec = '%+']) => foreground(jobs, owner, spec),
    __bg: ([owner = '', ...specs]) => background(jobs, owner, specs.length > 0 ? specs : ['%+']),
    __disown: ([owner = '', ...specs]) => Promise.resolve(disown(jobs, owner, specs)),
  };
}

function list(jobs: Jobs, owner: string, args: readonly string[]): ExecResult {
  const options = args.filter((word) => word.startsWith('-')).join('');
  const specs = args.filter((word) => !word.startsWith('-'));
  const unknown = /[^-lprsn]/.exec(options);
  if (unknown)
    return fail(`bash: jobs: -${unknown[0]}: invalid option\njobs: usage: jobs [-lnprs] [jobspec ...]`, 2);
  let out = '';
  const shown = specs.length > 0 ? specs.map((spec) => jobs.find(spec, owner)) : jobs.of(owner);
  for (const [at, job] of [...shown].entries()) {
    if (job === undefined) return fail(`bash: jobs: ${specs[at]}: no such job`);
    if (options.includes('r') && job.state !== 'running') continue;
    if (options.includes('s') && job.state !== 'stopped') continue;
    out += options.includes('p') ? `${job.pid}\n` : jobs.line(job, options.includes('l'));
    if (!options.includes('p')) jobs.tell(job);
  }
  return ok(out);
}

/** wait [-n] [-f] [PID | %JOB ...] */
async function wait(
  jobs: Jobs,
  owner: string,
  args: readonly string[],
  around: Surroundings,
): Promise<ExecResult> {
  const next = args.includes('-n');
  const specs = args.filter((word) => !word.startsWith('-'));
  const waited: Job[] = [];
  for (const spec of specs) {
    const job = spec.startsWith('%') ? jobs.find(spec, owner) : jobs.byPid(spec);
    if (job === undefined && !spec.startsWith('%') && !/^\d+$/.test(spec))
      return fail(`bash: wait: \`${spec}': not a pid or valid job spec`);
    if (job === undefined && spec.startsWith('%')) return fail(`bash: wait: ${spec}: no such job`, 127);
    if (job === undefined) return fail(`bash: wait: pid ${spec} is not a child of this shell`, 127);
    waited.push(job);
  }
  const all = waited.length > 0 ? waited : jobs.of(owner);
  if (next && all.length === 0) return { stdout: '', stderr: '', exitCode: 127 };
  const ends = all.map((job) => job.ended.then(() => [job]));
  const over = await interruptible(
    next ? Promise.race(ends) : Promise.all(ends).then(() => all),
    around.signal,
  );
  if (over === null) return { stdout: '', stderr: '', exitCode: 130 };
  for (const job of over) if (owner !== AT_PROMPT) jobs.tell(job);
  const last = next || waited.length > 0 ? over.at(-1) : undefined;
  return { stdout: '', stderr: '', exitCode: last === undefined ? 0 : last.status };
}

/** What comes of it, or null after Ctrl-C. */
function interruptible<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  if (!signal) return work;
  const aborted = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  return Promise.race([work, aborted]);
}

async function foreground(jobs: Jobs, owner: string, spec: string): Promise<ExecResult> {
  if (owner !== AT_PROMPT || jobs.toFront === null) return fail('bash: fg: no job control');
  const job = jobs.find(spec, owner);
  if (job === undefined || job.state === 'done') return fail(`bash: fg: ${shownSpec(spec)}: no such job`);
  await jobs.toFront(job);
  return { stdout: '', stderr: '', exitCode: job.state === 'stopped' ? 148 : job.status };
}

async function background(jobs: Jobs, owner: string, specs: readonly string[]): Promise<ExecResult> {
  if (owner !== AT_PROMPT) return fail('bash: bg: no job control');
  let out = '';
  for (const spec of specs) {
    const job = jobs.find(spec, owner);
    if (job === undefined || job.state === 'done') return fail(`bash: bg: ${shownSpec(spec)}: no such job`);
    if (job.state === 'running') return fail(`bash: bg: job ${job.number} already in background`, 0);
    await job.goOn(true);
    jobs.enter(job);
    jobs.tell(job);
    out += `[${job.number}]+ ${job.work.text} &\n`;
  }
  return ok(out);
}

function disown(jobs: Jobs, owner: string, args: readonly string[]): ExecResult {
  const specs = args.filter((word) => !word.startsWith('-'));
  const given = args.includes('-a') || args.includes('-r') ? jobs.of(owner) : undefined;
  const gone =
    given ?? (specs.length > 0 ? specs : ['%+']).map((spec) => jobs.byPid(spec) ?? jobs.find(spec, owner));
  for (const [at, job] of gone.entries()) {
    if (job === undefined) return fail(`bash: disown: ${specs[at] ?? 'current'}: no such job`);
    // With -h it stays in the table, and only outlives the shell: here nothing does.
    if (!args.includes('-h')) jobs.forget(job);
  }
  return ok('');
}

/** kill for a word that names a job; false when it names none. */
export async function killJob(jobs: Jobs, owner: string, word: string, signal: string): Promise<boolean> {
  const job = word.startsWith('%') ? jobs.find(word, owner) : jobs.byPid(word);
  if (job === undefined || job.state === 'done') return false;
  if (signal === 'STOP' || signal === 'TSTP') await job.stop();
  else if (signal === 'CONT') {
    await job.goOn(true);
  } else if (signal === 'INT') await job.work.interrupt();
  else if (signal !== 'EXIT') await job.kill(signal === 'KILL' ? 'KILL' : ('TERM' satisfies Signal));
  return true;
}

function shownSpec(spec: string): string {
  return /^%[%+]?$/.test(spec) ? 'current' : spec;
}
