/* A recording of the consoles as Markdown, for reading, and as an asciinema cast (version 2), for playing
 * in a terminal. Pure text in, pure text out; what servers printed cannot break out of its place. */

import type { Printed } from './record-session.ts';

const seconds = (us: number): string => (us / 1e6).toFixed(3);
// oxlint-disable-next-line no-control-regex
const CONTROLS = /\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Title, then what each console printed, in order of time. */
export function markdownOf(printed: readonly Printed[], title: string, about: string): string {
  const parts: string[] = [`# ${title}`, about];
  for (const group of joined(printed)) {
    const text = group.text.replace(CONTROLS, '').replace(/\n+$/, '');
    if (text.trim() === '') continue;
    // A fence longer than any run of backticks inside cannot be closed from inside.
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = '`'.repeat(longest + 1);
    parts.push(`## ${seconds(group.at)} s, ${group.console}`, `${fence}text\n${text}\n${fence}`);
  }
  return `${parts.join('\n\n')}\n`;
}

/** Neighbours of one console within a second, as one piece. */
function joined(printed: readonly Printed[]): Printed[] {
  const groups: Printed[] = [];
  let lastAt = 0;
  for (const piece of printed) {
    const last = groups.at(-1);
    if (last?.console === piece.console && piece.at - lastAt < 1e6) last.text += piece.text;
    else groups.push({ ...piece });
    lastAt = piece.at;
  }
  return groups;
}

/** Pauses longer than this are shortened: nobody watches a prompt for a minute. */
const LONGEST_PAUSE_S = 2;

/** The cast; with several consoles, a line tells which one speaks when that changes. */
export function castOf(printed: readonly Printed[], title: string, startWallMs: number): string {
  const header = {
    version: 2,
    width: 100,
    height: 30,
    timestamp: Math.floor(startWallMs / 1000),
    idle_time_limit: LONGEST_PAUSE_S,
    title,
    env: { TERM: 'xterm-256color' },
  };
  const several = new Set(printed.map(({ console }) => console)).size > 1;
  const first = printed[0]?.at ?? 0;
  let speaker = '';
  const lines = printed.map(({ at, console, text }) => {
    const change = several && console !== speaker ? `\r\n\u001b[2m── ${console} ──\u001b[0m\r\n` : '';
    speaker = console;
    return JSON.stringify([Number(seconds(at - first)), 'o', change + text.replace(/\r?\n/g, '\r\n')]);
  });
  return `${[JSON.stringify(header), ...lines].join('\n')}\n`;
}
