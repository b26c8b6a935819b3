/* Monitoring: asks every server for INFO, CLUSTER INFO and SLOWLOG in rounds, and checks alert rules on what
 * they say. It knows no more than any client may know: a server that does not answer has only `up`.
 *
 * A rule is one line, `name: field op value for 5s`, e.g. `memory: used_memory > 1000000 for 10s`.
 * Fields are those of the replies, and `up` (1 or 0) and `slow` (microseconds of the slowest command). A rule
 * that holds for a server long enough fires (ALERT_FIRING), and ends when it no longer holds. */

import { ErrorReply, Verbatim, type Reply } from '#redis/reply.ts';
import type { Micros } from '#redis/io.ts';
import type { App, AppHost } from './app.ts';
import type { Request } from './cluster-client.ts';

const QUESTIONS = [['INFO'], ['CLUSTER', 'INFO'], ['SLOWLOG', 'GET', '16']] as const;
const MOST_RULES = 20;
/** A whole rule. */
const RULE =
  /^\s*([\p{L}\p{N}_-]+)\s*:\s*(\w+)\s*(==|!=|<=|>=|<|>)\s*([\w.-]+?)\s*(?:for\s+(\d+(?:\.\d+)?)s)?\s*$/u;

export interface Rule {
  name: string;
  field: string;
  op: string;
  value: string;
  forUs: Micros;
}

/** The rules of a text, one a line; lines that are none are left out. */
export function readRules(text: string): Rule[] {
  const rules: Rule[] = [];
  for (const line of text.split('\n').slice(0, MOST_RULES)) {
    const [, name, field, op, value, seconds] = RULE.exec(line) ?? [];
    if (!name || !field || !op || value === undefined) continue;
    rules.push({ name, field, op, value, forUs: Number(seconds ?? 0) * 1e6 });
  }
  return rules;
}

/** Whether a rule holds on the fields of one server; a field that is not there holds nothing. */
export function holds({ field, op, value }: Rule, fields: ReadonlyMap<string, string>): boolean {
  const found = fields.get(field);
  if (found === undefined) return false;
  if (op === '==') return found === value || Number(found) === Number(value);
  if (op === '!=') return !(found === value || Number(found) === Number(value));
  const [left, right] = [Number(found), Number(value)];
  if (op === '<') return left < right;
  if (op === '>') return left > right;
  return op === '<=' ? left <= right : left >= right;
}

interface Watched {
  fields: Map<string, string>;
  /** Answers of this round that are still to come. */
  awaited: number;
  answered: boolean;
  /** Since when each rule has held, and whether it fires. */
  since: Map<string, Micros>;
  firing: Set<string>;
}

export class Monitor implements App {
  note = '';
  /** `slowest` in microseconds over all servers. */
  readonly figures = { up: 0, down: 0, firing: 0, fired: 0, slowest: 0, memory: 0 };
  private readonly host: AppHost;
  private rules: Rule[];
  private slowest = '';
  private readonly watched = new Map<string, Watched>();

  constructor(host: AppHost) {
    this.host = host;
    this.rules = readRules(host.settings.rules);
  }

  start(): void {
    this.onTimer('work');
  }

  changed(): void {
    this.rules = readRules(this.host.settings.rules);
    const names = new Set(this.rules.map(({ name }) => name));
    for (const { since, firing } of this.watched.values()) {
      for (const name of [...since.keys()]) if (!names.has(name)) since.delete(name);
      for (const name of [...firing]) if (!names.has(name)) firing.delete(name);
    }
    this.summarize();
  }

  onTimer(timer: string): void {
    if (timer !== 'work') return;
    const { io, seeds, settings } = this.host;
    for (const address of seeds) this.ask(address);
    io.setTimer('work', io.now + settings.refreshMs * 1000);
  }

  private ask(address: string): void {
    const watched = this.watched.get(address) ?? {
      fields: new Map(),
      awaited: 0,
      answered: false,
      since: new Map(),
      firing: new Set(),
    };
    this.watched.set(address, watched);
    // A server that is slow to answer is asked again when it has.
    if (watched.awaited > 0) return;
    watched.awaited = QUESTIONS.length;
    watched.answered = false;
    for (const argv of QUESTIONS) {
      const note = { address, about: argv[0] };
      this.host.submit({ argv, slot: -1, isRead: true, fixed: address, follows: false, note });
    }
  }

  onResult({ note }: Request, reply: Reply): void {
    const address = String(note['address']);
    const watched = this.watched.get(address);
    if (!watched) return;
    if (!(reply instanceof ErrorReply && reply.code === 'CLIENT')) watched.answered = true;
    if (note['about'] === 'SLOWLOG') this.readSlowLog(address, watched, reply);
    else readFields(watched.fields, reply);
    if (--watched.awaited > 0) return;
    if (!watched.answered) watched.fields.clear();
    watched.fields.set('up', watched.answered ? '1' : '0');
    this.check(address, watched);
    this.summarize();
  }

  private readSlowLog(address: string, { fields }: Watched, reply: Reply): void {
    if (!Array.isArray(reply)) return;
    let most = 0;
    for (const entry of reply as readonly (readonly unknown[])[]) {
      const us = Number(entry[2]);
      if (!(us > most)) continue;
      most = us;
      if (us <= this.figures.slowest) continue;
      this.figures.slowest = us;
      const words = (entry[3] as readonly string[]).join(' ').replace(/[^ -~]/g, '?');
      this.slowest = `${portOf(address)}: ${words.slice(0, 60)} ${us} µs`;
    }
    fields.set('slow', String(most));
  }

  private check(address: string, { fields, since, firing }: Watched): void {
    const { io } = this.host;
    for (const rule of this.rules) {
      const about = { rule: rule.name, server: portOf(address) };
      if (!holds(rule, fields)) {
        since.delete(rule.name);
        if (firing.delete(rule.name)) io.emit({ type: 'ALERT_ENDED', ...about });
        continue;
      }
      const from = since.get(rule.name) ?? io.now;
      since.set(rule.name, from);
      if (io.now - from < rule.forUs || firing.has(rule.name)) continue;
      firing.add(rule.name);
      this.figures.fired++;
      io.emit({ type: 'ALERT_FIRING', ...about });
    }
  }

  private summarize(): void {
    const all = [...this.watched];
    const firing = all.flatMap(([address, { firing }]) => [...firing].map((n) => `${n} ${portOf(address)}`));
    this.figures.up = all.filter(([, { fields }]) => fields.get('up') === '1').length;
    this.figures.down = all.filter(([, { fields }]) => fields.get('up') === '0').length;
    this.figures.firing = firing.length;
    this.figures.memory = Math.max(0, ...all.map(([, w]) => Number(w.fields.get('used_memory') ?? 0)));
    this.note = firing.length > 0 ? firing.join(', ') : this.slowest;
  }
}

function readFields(fields: Map<string, string>, reply: Reply): void {
  const text = reply instanceof Verbatim ? reply.text : reply;
  if (typeof text !== 'string') return;
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
