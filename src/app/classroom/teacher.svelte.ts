/* The teacher's side of a class: tells what the world does and where the teacher looks, to the tabs of
 * this browser and, when a relay served the page, to the room. */

import type { Course } from '#app/state/course.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import { readMessage, type LogMessage, type LookMessage } from '#session/follow-messages.ts';
import type { QuestionMessage, TeacherMessage } from '#session/follow-messages.ts';
import type { ToTeacherMessage } from '#session/follow-messages.ts';
import { Leader } from '#session/follow.ts';
import { ChannelRoom, freshName, webSocketLine, type Line } from './lines.ts';

/** How often the clock is told. */
const TELL_EVERY_MS = 100;
const STATE_EVERY_MS = 1000;
const SECRET_KEY = 'playground.classroom.secret';

type RoomState = Extract<ToTeacherMessage, { kind: 'room' }>;
const NOBODY: RoomState = { kind: 'room', followers: 0, inStep: 0, differing: 0, answered: 0 };

export class Teacher {
  /** Everybody, of both ways. */
  state: RoomState = $state.raw(NOBODY);
  question: QuestionMessage | null = $state.raw(null);
  counts: readonly number[] | null = $state.raw(null);
  refused = $state(false);

  private readonly playground: Playground;
  private readonly course: Course;
  private readonly leader = new Leader(`t${freshName()}`);
  private readonly tabs: ChannelRoom;
  private readonly relay: Line | null;
  private relayState: RoomState = NOBODY;
  private tallies = new Map<'tabs' | 'relay', readonly number[]>();
  private lookSaid = '';
  /** The log and the world that were told last. */
  private logTold: string | null = null;
  private configTold: object | null = null;
  private busy = false;
  private readonly timers: ReturnType<typeof setInterval>[];

  constructor(playground: Playground, course: Course) {
    this.playground = playground;
    this.course = course;
    this.tabs = new ChannelRoom((message) => this.hear('tabs', message));
    const secret = takeSecret();
    this.relay =
      secret === null
        ? null
        : webSocketLine('classroom/teach', secret, {
            hear: (text) => {
              const message = readMessage('toTeacher', text);
              if (message) this.hear('relay', message);
            },
            up: (isUp) => {
              if (isUp) this.tellAll();
              else this.relayState = NOBODY;
            },
            refused: () => (this.refused = true),
          });
    this.timers = [
      setInterval(() => void this.tell(), TELL_EVERY_MS),
      setInterval(() => this.count(), STATE_EVERY_MS / 4),
    ];
  }

  private async tell(): Promise<void> {
    if (this.busy || this.playground.phase !== 'ready') return;
    this.busy = true;
    try {
      const news = await this.news();
      if (news) this.say(news);
    } catch {
      // The world is being made anew; the next tick tells it.
    } finally {
      this.busy = false;
    }
    const look = this.look();
    const text = JSON.stringify(look);
    // What no follower could read (a key of a kilobyte) is not shown to anybody.
    if (text === this.lookSaid || !readMessage('fromTeacher', text)) return;
    this.lookSaid = text;
    this.say(look);
  }

  /** While nobody acts only the clock moves, and the frame that is shown says where it stands. */
  private async news(): Promise<LogMessage | null> {
    const { frame, config } = this.playground;
    const log = frame && `${frame.branch} ${frame.inputs}`;
    if (frame && log === this.logTold && config === this.configTold)
      return this.leader.tick(frame.now, frame.hash);
    const news = this.leader.publish(await this.playground.save());
    this.logTold = log;
    this.configTold = config;
    return news;
  }

  private look(): LookMessage {
    const { lens, selection } = this.playground;
    const { step } = this.course;
    // A lesson from a file is on this computer only.
    const lesson = this.course.lesson?.number ? this.course.lesson : null;
    const tasks = lesson?.steps.flatMap(({ blocks }) =>
      blocks.flatMap((each) => ('task' in each ? each.task.id : [])),
    );
    return {
      kind: 'look',
      lens,
      selection: selection && { ...selection },
      lesson: lesson && {
        id: lesson.id,
        step,
        solved: (tasks ?? []).filter((id) => this.course.tasks[id]?.solved),
      },
    };
  }

  private say(message: TeacherMessage): void {
    this.tabs.say(message);
    this.relay?.send(message);
  }

  /** To a room that has just been joined, or has lost the thread. */
  private tellAll(): void {
    const whole = this.leader.whole();
    if (whole) this.relay?.send(whole);
    if (this.question) this.relay?.send(this.question);
    this.lookSaid = '';
  }

  private hear(from: 'tabs' | 'relay', message: ToTeacherMessage): void {
    if (message.kind === 'room') this.relayState = message;
    else if (message.kind === 'ask') {
      const whole = this.leader.whole();
      if (whole && from === 'tabs') this.tabs.say(whole);
      else if (from === 'relay') this.tellAll();
    } else if (message.question === this.question?.id) {
      this.tallies.set(from, message.counts);
      const all = [...this.tallies.values()];
      this.counts = message.counts.map((_, at) => all.reduce((sum, counts) => sum + (counts[at] ?? 0), 0));
    }
  }

  private count(): void {
    const [one, other] = [this.tabs.room.state(), this.relayState];
    const sum = (key: 'followers' | 'inStep' | 'differing' | 'answered'): number => one[key] + other[key];
    const state: RoomState = {
      kind: 'room',
      followers: sum('followers'),
      inStep: sum('inStep'),
      differing: sum('differing'),
      answered: sum('answered'),
    };
    if (JSON.stringify(state) !== JSON.stringify(this.state)) this.state = state;
  }

  /** `quiz` is the id of the lesson's question that it is. */
  ask(text: string, choices: readonly string[], quiz: string): void {
    const short = (words: string): string => words.slice(0, 400);
    this.counts = null;
    this.tallies = new Map();
    this.question = {
      kind: 'question',
      id: `q${freshName()}`,
      text: short(text),
      choices: choices.slice(0, 8).map(short),
      quiz,
    };
    this.say(this.question);
  }

  reveal(): void {
    if (this.question) this.say({ kind: 'reveal', question: this.question.id });
  }

  /** The question leaves everybody's screen. */
  endQuestion(): void {
    if (this.question) this.say({ kind: 'close', question: this.question.id });
    this.question = this.counts = null;
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.tabs.close();
    this.relay?.close();
  }
}

/** The secret comes in the fragment, which is sent to nobody, and leaves the address at once, since a
 *  projector shows it. It is kept for as long as this tab lives. */
function takeSecret(): string | null {
  const given = /^#([0-9a-f]{32})$/.exec(location.hash)?.[1] ?? null;
  try {
    if (given === null) return sessionStorage.getItem(SECRET_KEY);
    sessionStorage.setItem(SECRET_KEY, given);
  } catch {
    // Without storage a reload needs the printed address again.
  }
  history.replaceState(null, '', location.pathname + location.search);
  return given;
}
