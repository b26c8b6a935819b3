/* The side of one who follows: keeps this page's world in step with the teacher's, until the reader acts;
 * then the page is the reader's own until it is brought back. */

import type { Course } from '#app/state/course.svelte.ts';
import type { Playground } from '#app/state/playground.svelte.ts';
import type { LoggedInput } from '#session/api.ts';
import { readMessage, type LookMessage } from '#session/follow-messages.ts';
import type { QuestionMessage, ToFollowerMessage } from '#session/follow-messages.ts';
import { Follower, type Step } from '#session/follow.ts';
import type { Frame } from '#sim/frame.ts';
import type { Micros } from '#redis/io.ts';
import { channelFollower, freshName, webSocketLine, type Line } from './lines.ts';

/** The clock is told ten times a second, later when the line is slow. */
const LONGEST_PACE_MS = 160;
/** Faster than this is a jump, not a pace. */
const MOST_SPEED = 20;
const ID_KEY = 'playground.classroom.id';

export class Pupil {
  step: Step = $state('waiting');
  failure: string | null = $state(null);
  connected = $state(false);
  teacherHere = $state(false);
  question: QuestionMessage | null = $state.raw(null);
  /** The choice made, by number; null while there is none. */
  chosen: number | null = $state(null);
  counts: readonly number[] | null = $state.raw(null);

  private readonly playground: Playground;
  private readonly course: Course;
  private readonly follower: Follower;
  private readonly line: Line;
  /** Where the teacher looked last. */
  private looked: LookMessage | null = null;
  /** When the clock was told last. */
  private toldMs = 0;

  /** `tabs`: follows a tab of this browser instead of the room of the relay. */
  constructor(playground: Playground, course: Course, tabs: boolean) {
    this.playground = playground;
    this.course = course;
    this.follower = new Follower(this.door(), (message) => this.line.send(message));
    const ends = {
      hear: (text: string) => {
        const message = readMessage('toFollower', text);
        if (message) this.hear(message);
      },
      up: (isUp: boolean) => {
        this.connected = isUp;
        if (isUp) this.follower.reconnected();
        else this.teacherHere = false;
      },
    };
    this.line = tabs ? channelFollower(ends) : webSocketLine(`classroom/follow?id=${ownId()}`, null, ends);
    playground.pause();
    playground.onOwnAct = () => {
      void this.follower.leave();
      if (this.step === 'apart') return;
      this.step = 'apart';
      // From here on the lesson looks at what the reader does.
      void course.takeOver().catch(() => undefined);
    };
  }

  /** The session, as the follower uses it: what it does is shown. */
  private door(): ConstructorParameters<typeof Follower>[0] {
    const { playground } = this;
    return {
      load: (file) => playground.showLed((session) => session.load(file), file),
      follow: (keep, inputs, to) => {
        for (const { input } of inputs) playground.consoles.join(input);
        return this.smoothly(keep, inputs, to);
      },
    };
  }

  /** Goes to a time in as many small steps as the screen has frames meanwhile: the clock is told ten times
   *  a second, and should not be seen to jump. What is old news by then is not dwelt on. */
  private async smoothly(keep: number, inputs: LoggedInput[], to: Micros): Promise<Frame> {
    const { playground, follower } = this;
    const followed = follower.copy.log;
    const from = playground.now;
    const began = performance.now();
    const paceMs = Math.min(LONGEST_PACE_MS, began - this.toldMs);
    this.toldMs = began;
    const jump = to <= from || to - from > LONGEST_PACE_MS * 1000 * MOST_SPEED || document.hidden;
    let [kept, fresh] = [keep, inputs];
    for (;;) {
      const share = (performance.now() - began) / paceMs;
      const hurry = jump || share >= 1 || follower.copy.log !== followed;
      const until = hurry ? to : from + Math.round((to - from) * share);
      const frame = await playground.showLed((session) => session.follow(kept, fresh, until));
      if (hurry) return frame;
      [kept, fresh] = [kept + fresh.length, []];
      await new Promise(requestAnimationFrame);
    }
  }

  private hear(message: ToFollowerMessage): void {
    switch (message.kind) {
      case 'teacher':
        this.teacherHere = message.present;
        break;
      case 'question':
        if (message.id !== this.question?.id) this.chosen = null;
        this.question = message;
        this.counts = null;
        break;
      case 'close':
        if (message.question === this.question?.id) this.question = this.counts = null;
        break;
      case 'tally':
        if (message.question === this.question?.id) this.counts = message.counts;
        break;
      case 'look':
        this.look(message);
        break;
      default:
        this.follower.hear(message);
        void this.follower.settled().then(() => {
          this.step = this.follower.step;
          this.failure = this.follower.failure;
        });
    }
  }

  private look(message: LookMessage): void {
    this.looked = message;
    if (this.step === 'apart') return;
    const { lens, selection, lesson } = message;
    this.playground.lens = lens;
    this.playground.selection = selection;
    void this.course.accompany(lesson).catch(() => undefined);
  }

  answer(choice: number): void {
    if (!this.question || this.chosen !== null || this.counts) return;
    this.chosen = choice;
    this.line.send({ kind: 'answer', question: this.question.id, choice });
  }

  /** Leaves the own way and goes where the teacher is. */
  async comeBack(): Promise<void> {
    this.playground.pause();
    this.follower.comeBack();
    this.step = 'waiting';
    if (this.looked) this.look(this.looked);
    await this.follower.settled();
    this.step = this.follower.step;
  }

  close(): void {
    this.playground.onOwnAct = null;
    this.line.close();
  }
}

/** The same after a reload, so that an answer is not counted twice. */
function ownId(): string {
  try {
    const known = sessionStorage.getItem(ID_KEY);
    if (known !== null && /^[0-9a-f]{16}$/.test(known)) return known;
    const id = freshName();
    sessionStorage.setItem(ID_KEY, id);
    return id;
  } catch {
    return freshName();
  }
}
