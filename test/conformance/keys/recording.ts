/* Recordings of keys: what stands on a terminal after each of them, when the real redis-cli reads them.
 *
 *   # What this shows, in a sentence.
 *   @server 7000                        the server it talks to
 *   @size 60x12                         columns and rows of the terminal
 *   $ redis-cli -p 7000                 the program
 *
 *   > SET fo<Left>                      keys; special ones by name, <lt> for the sign itself
 *     127.0.0.1:7000> SET f▮o‹ value›   the screen without its empty end: ▮ before what the cursor stands on,
 *                                       what is grey between ‹ and ›
 *   ! why                               ours is meant to differ here, and is compared no more until <C-l>
 *
 * Ports stand for themselves; the real server listens elsewhere, on a port with as many digits. */

export interface KeyStep {
  keys: string;
  /** Why ours is meant to differ. */
  except: string | null;
  screen: string[];
}

export interface KeyRecording {
  head: string[];
  port: number;
  /** Parameters of the server. */
  options: Record<string, string>;
  columns: number;
  rows: number;
  command: string;
  steps: KeyStep[];
}

export function parseKeyRecording(text: string): KeyRecording {
  const recording: KeyRecording = {
    head: [],
    port: 0,
    options: {},
    columns: 80,
    rows: 24,
    command: '',
    steps: [],
  };
  for (const [at, line] of text.split('\n').entries()) {
    const step = recording.steps.at(-1);
    if (line.startsWith('> ')) recording.steps.push({ keys: line.slice(2), except: null, screen: [] });
    else if (line.startsWith('! ') && step) step.except = line.slice(2);
    else if (line.startsWith('  ') && step) step.screen.push(line.slice(2));
    else if (line !== '' && !step) readHead(recording, line, at + 1);
    else if (line !== '') throw new Error(`line ${at + 1} is neither keys nor a screen: ${line}`);
  }
  return recording;
}

function readHead(recording: KeyRecording, line: string, number: number): void {
  recording.head.push(line);
  const [mark, first = '', ...rest] = line.split(' ');
  if (mark === '@server') {
    recording.port = Number(first);
    recording.options = Object.fromEntries(rest.map((pair) => pair.split('=', 2) as [string, string]));
  } else if (mark === '@size') {
    const [columns, rows] = first.split('x').map(Number) as [number, number];
    Object.assign(recording, { columns, rows });
  } else if (mark === '$') recording.command = line.slice(2);
  else if (mark !== '#') throw new Error(`line ${number} sets up nothing known: ${line}`);
}

export function printKeyRecording({ head, steps }: KeyRecording): string {
  const blocks = steps.map(({ keys, except, screen }) =>
    [`> ${keys}`, ...(except === null ? [] : [`! ${except}`]), ...screen.map((line) => `  ${line}`)].join(
      '\n',
    ),
  );
  return `${head.join('\n')}\n\n${blocks.join('\n')}\n`;
}

const NAMED: Readonly<Record<string, string>> = {
  Enter: '\r', Tab: '\t', 'S-Tab': '\x1b[Z', Backspace: '\x7f', Delete: '\x1b[3~', Esc: '\x1b', lt: '<',
  Left: '\x1b[D', Right: '\x1b[C', Up: '\x1b[A', Down: '\x1b[B', Home: '\x1b[H', End: '\x1b[F',
}; // prettier-ignore

/** What a terminal sends for keys: <C-a> is Ctrl-A, <M-b> Alt-B. */
export function bytesOfKeys(keys: string): string {
  return keys.replace(/<([^>]+)>/g, (_, name: string) => {
    const letter = name.slice(2);
    if (/^C-[a-z]$/.test(name)) return String.fromCharCode(letter.charCodeAt(0) - 96);
    if (/^M-[a-z]$/.test(name)) return `\x1b${letter}`;
    const bytes = NAMED[name];
    if (bytes === undefined) throw new Error(`there is no key <${name}>`);
    return bytes;
  });
}
