/* What the consoles of a session printed, and when. The page keeps only text without times, so the session
 * is replayed from its recipe in a worker of its own: the same inputs at the same times print the same. */

import type { SessionApi, SessionFile } from '#session/api.ts';

/** Something that a console printed. */
export interface Printed {
  /** Virtual microseconds since the world was made. */
  at: number;
  console: string;
  text: string;
}

/** How finely times are told. */
const SLICE_US = 50_000;
/** Virtual time that is passed over at once where nothing was typed and nothing is printed. */
const QUIET_US = 1_000_000;
/** Characters of a transcript; beyond this it is cut, and says so. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

export interface Recording {
  printed: Printed[];
  cut: boolean;
}

/** Replays `file` in `session`, from the first console on. `progress` hears shares from 0 to 1. */
export async function recordSession(
  session: SessionApi,
  file: SessionFile,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Recording> {
  const printed: Printed[] = [];
  const from = file.inputs.find(({ input }) => input.kind === 'openConsole')?.at;
  if (from === undefined) return { printed, cut: false };
  let now = Math.max(0, from - 1);
  let size = 0;
  let quiet = 0;
  // Loaded at the first console's birth: the warm-up before it is not replayed twice.
  let frame = await session.load({ ...file, playhead: now });
  while (frame.now < file.playhead) {
    signal.throwIfAborted();
    const next = file.inputs.find(({ at }) => at > frame.now)?.at ?? file.playhead;
    const step = quiet > 20 ? QUIET_US : SLICE_US;
    now = Math.min(file.playhead, frame.now + step, Math.max(next, frame.now + 1));
    frame = await session.advance(Math.max(1, now - frame.now));
    quiet++;
    for (const { id, output } of frame.consoles) {
      if (output === '') continue;
      quiet = 0;
      size += output.length;
      if (size > MOST_CHARACTERS) return { printed, cut: true };
      printed.push({ at: frame.now, console: id, text: output });
    }
    if (frame.halted) break;
    progress(Math.min(1, (frame.now - from) / Math.max(1, file.playhead - from)));
  }
  return { printed, cut: false };
}
