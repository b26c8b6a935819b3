/* The room: it stands between a teacher and the followers, keeps the log for those who come late, counts
 * answers, and knows who is in step. Only the teacher's side can change what followers see. It carries
 * nothing itself: each call returns what is to be sent to whom. The relay runs one, and so does the
 * teacher's own page for the tabs of the same machine. */

import { LogCopy } from './follow.ts';
import type {
  FollowerMessage,
  QuestionMessage,
  TeacherMessage,
  ToFollowerMessage,
  ToTeacherMessage,
} from './follow-messages.ts';

export type Delivery =
  | { to: 'teacher'; message: ToTeacherMessage }
  | { to: 'followers'; message: ToFollowerMessage }
  | { to: 'follower'; id: string; message: ToFollowerMessage };

/** Answers kept for followers that have dropped and may return. */
const MOST_ANSWERS = 5000;

export class Room {
  readonly copy = new LogCopy();
  /** Those who are here, and whether their world had the teacher's hash when they last said so. */
  private readonly present = new Map<string, boolean | null>();
  private teacherHere = false;
  private look: ToFollowerMessage | null = null;
  private question: QuestionMessage | null = null;
  private revealed = false;
  private readonly answers = new Map<string, number>();

  get followers(): number {
    return this.present.size;
  }

  /** The teacher is there or gone. What was told stays for those who come meanwhile. */
  teacher(present: boolean): Delivery[] {
    this.teacherHere = present;
    return [{ to: 'followers', message: { kind: 'teacher', present } }];
  }

  join(id: string): Delivery[] {
    this.present.set(id, null);
    const told: ToFollowerMessage[] = [{ kind: 'teacher', present: this.teacherHere }];
    if (this.copy.log) told.push(this.copy.log);
    if (this.look) told.push(this.look);
    if (this.question) told.push(this.question);
    if (this.question && this.revealed) told.push(this.tally(this.question));
    return told.map((message) => ({ to: 'follower', id, message }));
  }

  part(id: string): void {
    this.present.delete(id);
  }

  fromTeacher(message: TeacherMessage): Delivery[] {
    switch (message.kind) {
      case 'question':
        this.question = message;
        this.revealed = false;
        this.answers.clear();
        break;
      case 'reveal':
        return this.reveal(message.question);
      case 'close':
        if (this.question?.id !== message.question) return [];
        this.question = null;
        this.answers.clear();
        break;
      case 'look':
        this.look = message;
        break;
      default:
        if (this.copy.hear(message) === 'gap') return [{ to: 'teacher', message: { kind: 'ask' } }];
    }
    return [{ to: 'followers', message }];
  }

  private reveal(id: string): Delivery[] {
    if (!this.question || this.question.id !== id) return [];
    this.revealed = true;
    const message = this.tally(this.question);
    return [
      { to: 'followers', message },
      { to: 'teacher', message },
    ];
  }

  private tally({ id, choices }: QuestionMessage): Extract<ToFollowerMessage, { kind: 'tally' }> {
    const counts = choices.map(() => 0);
    for (const choice of this.answers.values()) counts[choice] = (counts[choice] ?? 0) + 1;
    return { kind: 'tally', question: id, counts };
  }

  fromFollower(id: string, message: FollowerMessage): Delivery[] {
    if (!this.present.has(id)) return [];
    if (message.kind === 'report') this.present.set(id, message.same);
    if (message.kind === 'answer') this.count(id, message.question, message.choice);
    const { log } = this.copy;
    if (message.kind !== 'ask' || !log) return [];
    return [{ to: 'follower', id, message: log }];
  }

  /** A prediction is made once; who was told the result predicts no more. */
  private count(id: string, question: string, choice: number): void {
    if (!this.question || this.question.id !== question || this.revealed) return;
    if (choice >= this.question.choices.length || this.answers.has(id)) return;
    if (this.answers.size < MOST_ANSWERS) this.answers.set(id, choice);
  }

  /** How the room stands, for the teacher. */
  state(): Extract<ToTeacherMessage, { kind: 'room' }> {
    const states = [...this.present.values()];
    return {
      kind: 'room',
      followers: states.length,
      inStep: states.filter((same) => same === true).length,
      differing: states.filter((same) => same === false).length,
      answered: this.answers.size,
    };
  }
}
