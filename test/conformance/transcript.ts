/* Transcripts: what the real redis-server and redis-cli printed, in a form that a person reads, a recorder
 * writes anew, and a test replays.
 *
 *   # What this shows, in a sentence.
 *   @server 7000 appendonly=no          a standalone server; name=value are its options
 *   @cluster 7000 masters=3 replicas=1  or a formed cluster
 *   @mask [0-9a-f]{40} => <node id>     what differs from run to run, and what to show instead
 *
 *   $ redis-cli -p 7000 set foo bar     a command in a pipe
 *   < text on its standard input
 *     its output, indented by two spaces
 *   % redis-cli -p 7000                 a command on a terminal; each `<` line is typed at its prompt
 *
 * Ports stand for themselves; whoever runs a transcript elsewhere maps them there and back. */

export interface TranscriptStep {
  /** $ in a pipe, % on a terminal. */
  kind: '$' | '%';
  command: string;
  input: string[];
  output: string[];
}

export interface Transcript {
  /** Everything before the first step, line for line. */
  head: string[];
  servers: { port: number; options: Record<string, string> }[];
  cluster: { port: number; masters: number; replicas: number } | null;
  masks: { pattern: RegExp; text: string }[];
  steps: TranscriptStep[];
}

/** Reads a transcript; throws with the line number when a line cannot be understood. */
export function parseTranscript(text: string): Transcript {
  const transcript: Transcript = { head: [], servers: [], cluster: null, masks: [], steps: [] };
  let step: TranscriptStep | null = null;
  for (const [at, line] of text.split('\n').entries()) {
    const [, mark, rest] = /^([$%<]) ?(.*)$/.exec(line) ?? [];
    if (mark === '$' || mark === '%') {
      step = { kind: mark, command: rest as string, input: [], output: [] };
      transcript.steps.push(step);
    } else if (step && mark === '<') step.input.push(rest as string);
    else if (step && line.startsWith('  ')) step.output.push(line.slice(2));
    else if (line === '' || line.startsWith('#')) {
      if (!step) transcript.head.push(line);
    } else if (line.startsWith('@') && !step) {
      transcript.head.push(line);
      readSetup(transcript, line, at + 1);
    } else throw new Error(`line ${at + 1} is neither a step nor its output: ${line}`);
  }
  return transcript;
}

function readSetup(transcript: Transcript, line: string, number: number): void {
  const mask = /^@mask (.+) => (.*)$/.exec(line);
  if (mask) {
    transcript.masks.push({ pattern: new RegExp(mask[1] as string, 'g'), text: mask[2] as string });
    return;
  }
  const [what, port, ...pairs] = line.split(' ');
  const options = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/, 2) as [string, string]));
  if (what === '@server' && port) transcript.servers.push({ port: Number(port), options });
  else if (what === '@cluster' && port) {
    transcript.cluster = {
      port: Number(port),
      masters: Number(options.masters),
      replicas: Number(options.replicas),
    };
  } else throw new Error(`line ${number} sets up nothing known: ${line}`);
}

/** The text of a transcript, with its outputs as they are now. */
export function printTranscript(transcript: Transcript): string {
  const blocks = transcript.steps.map((step) =>
    [
      `${step.kind} ${step.command}`,
      ...step.input.map((line) => `< ${line}`.trimEnd()),
      ...step.output.map((line) => `  ${line}`),
    ].join('\n'),
  );
  return `${transcript.head.join('\n').trim()}\n\n${blocks.join('\n\n')}\n`;
}

/** Output as lines, with what differs from run to run replaced. A last line end is no line. */
export function outputLines(output: string, masks: Transcript['masks']): string[] {
  let text = output.replace(/\r\n/g, '\n').replace(/\n$/, '');
  for (const { pattern, text: instead } of masks) text = text.replace(pattern, instead);
  return text === '' ? [] : text.split('\n');
}

/** Ports of the servers a transcript speaks of. */
export function portsOf(transcript: Transcript): number[] {
  const { cluster, servers } = transcript;
  const count = cluster ? cluster.masters * (1 + cluster.replicas) : 0;
  const first = cluster?.port ?? 0;
  return [...servers.map((server) => server.port), ...Array.from({ length: count }, (_, at) => first + at)];
}

/** `text` with every port moved by `offset`, as a whole word. */
export function movePorts(text: string, ports: readonly number[], offset: number): string {
  if (offset === 0 || ports.length === 0) return text;
  return text.replace(new RegExp(`\\b(${ports.join('|')})\\b`, 'g'), (port) => String(Number(port) + offset));
}
