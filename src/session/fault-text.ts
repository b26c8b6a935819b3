/* Faults as people write them: in lessons, chaos tapes and the automation API.
 *
 *   kill 7002 | pause 7002 | resume 7002 | restart 7002 | wipe 7002 | terminate 7002 | powerLoss 7002
 *   move 7002 10.0.0.9 | nat 7002 27002 | nat 7002 off
 *   cut 7000 7002 [one-way] | heal 7000 7002 | isolate 7000 | rejoin 7000 | healAll
 *   partition 7000 7003 | 7001 7002 7004 7005
 *   link 7000 7002 latency=100ms jitter=5ms loss=0.1 [one-way] */

import type { Fault } from './api.ts';

const ONE_SERVER = [
  'kill',
  'pause',
  'resume',
  'restart',
  'wipe',
  'terminate',
  'powerLoss',
  'isolate',
  'rejoin',
] as const;

function isOneServer(word: string): word is (typeof ONE_SERVER)[number] {
  return (ONE_SERVER as readonly string[]).includes(word);
}

/** Reads a fault; throws an Error with a message for its author. */
export function parseFault(text: string): Fault {
  const words = text.trim().split(/\s+/);
  const [kind = '', ...rest] = words;
  const oneWay = rest.includes('one-way');
  const names = rest.filter((word) => word !== 'one-way' && !word.includes('='));
  const [first, second] = names;
  if (isOneServer(kind) && first !== undefined && names.length === 1) return { kind, server: first };
  if (kind === 'healAll' && names.length === 0) return { kind };
  if (kind === 'partition') return { kind, groups: groups(text.trim().slice(kind.length)) };
  if (first === undefined || second === undefined || names.length !== 2) {
    throw new Error(`not a fault: "${text}"`);
  }
  if (kind === 'move') return { kind, server: first, ip: second };
  if (kind === 'nat' && /^(\d+|off)$/.test(second))
    return { kind, server: first, port: second === 'off' ? null : Number(second) };
  if (kind === 'cut' || kind === 'heal')
    return { kind, from: first, to: second, ...(oneWay ? { oneWay } : {}) };
  if (kind === 'link')
    return { kind, from: first, to: second, ...(oneWay ? { oneWay } : {}), ...settings(rest) };
  throw new Error(`not a fault: "${text}"`);
}

function groups(text: string): string[][] {
  const made = text.split('|').map((group) => group.trim().split(/\s+/).filter(Boolean));
  if (made.length < 2 || made.some((group) => group.length === 0)) {
    throw new Error('a partition needs two or more groups with | between them');
  }
  return made;
}

const US: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1e6 };

function settings(words: readonly string[]): { latencyUs?: number; jitterUs?: number; loss?: number } {
  const made: { latencyUs?: number; jitterUs?: number; loss?: number } = {};
  for (const word of words.filter((candidate) => candidate.includes('='))) {
    const [, name = '', digits = '', unit] = /^(\w+)=(\d*\.?\d+)([a-z]*)$/.exec(word) ?? [];
    if (digits === '') throw new Error(`not a number: "${word}"`);
    const amount = Number(digits);
    const us = US[unit || 'ms'];
    if (name === 'loss' && amount <= 1 && unit === '') made.loss = amount;
    else if ((name === 'latency' || name === 'jitter') && us !== undefined) made[`${name}Us`] = amount * us;
    else throw new Error(`unknown setting of a link: "${word}"`);
  }
  return made;
}

/** The words that `parseFault` reads back. */
export function writeFault(fault: Fault): string {
  switch (fault.kind) {
    case 'healAll':
      return fault.kind;
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(' ')).join(' | ')}`;
    case 'cut':
    case 'heal':
      return `${fault.kind} ${fault.from} ${fault.to}${fault.oneWay ? ' one-way' : ''}`;
    case 'link': {
      const { latencyUs, jitterUs, loss, oneWay } = fault;
      const words = [
        latencyUs === undefined ? '' : ` latency=${latencyUs}us`,
        jitterUs === undefined ? '' : ` jitter=${jitterUs}us`,
        loss === undefined ? '' : ` loss=${loss}`,
        oneWay ? ' one-way' : '',
      ];
      return `link ${fault.from} ${fault.to}${words.join('')}`;
    }
    case 'move':
      return `move ${fault.server} ${fault.ip}`;
    case 'nat':
      return `nat ${fault.server} ${fault.port ?? 'off'}`;
    case 'drop':
    case 'duplicate':
    case 'delay':
      return `${fault.kind} ${fault.packet}`;
    default:
      return `${fault.kind} ${fault.server}`;
  }
}
