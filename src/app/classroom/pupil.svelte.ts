/* The side of one who follows: keeps this page's world in step with the teacher's, until the reader acts;
 * then the page is the reader's own until it is brought back. */

import type { Playground } from '#app/state/playground.svelte.ts';
import { readMessage, type QuestionMessage, type ToFollowerMessage } from '#session/follow-messages.ts';
import { Follower, type Step } from '#session/follow.ts';
import { channelFollower, freshName, webSocketLine, type Line } from './lines.ts';

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
  private readonly follower: Follower;
  private readonly line: Line;

  /** `tabs`: follows a tab of this browser instead of the room of the relay. */
  constructor(playground: Playground, tabs: boolean) {
    this.playground = playground;
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
      this.step = 'apart';
    };
  }

  /** The session, as the follower uses it: what it does is shown. */
  private door(): ConstructorParameters<typeof Follower>[0] {
    const { playground } = this;
    return {
      load: (file) => playground.showLed((session) => session.load(file), file),
      follow: (keep, inputs, to) => {
        for (const { input } of inputs) playground.consoles.join(input);
        return playground.showLed((session) => session.follow(keep, inputs, to));
      },
    };
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
      case 'tally':
        if (message.question === this.question?.id) this.counts = message.counts;
        break;
      case 'look':
        this.look(message.lens, message.server);
        break;
      default:
        this.follower.hear(message);
        void this.follower.settled().then(() => {
          this.step = this.follower.step;
          this.failure = this.follower.failure;
        });
    }
  }

  private look(lens: string | null, server: string | null): void {
    if (this.step === 'apart') return;
    this.playground.lens = lens;
    this.playground.selection = server === null ? null : { kind: 'server', name: server };
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
