/* The marks of messages: one shape for each kind, as SVG paths around (0, 0) about 14 units wide.
 *
 * Shape alone tells the kind; the colour repeats it. The same paths are drawn on the canvas of the
 * stage, in an exported SVG, in the legend and in the inspector. Marks that have a direction point
 * along the x axis and are turned to their way. */

import type { PacketFrame } from '#sim/frame.ts';
import type { Tone } from './palette.ts';

export interface Glyph {
  path: string;
  /** Filled, or drawn as a line of the given width. */
  line: number;
  tone: Tone;
  /** Dash pattern in units, for lines. */
  dash?: readonly number[];
  /** Turned into the direction of travel. */
  turns?: boolean;
  /** Radius of the halo that lifts the mark off what lies under it. */
  halo: number;
}

function circle(radius: number): string {
  return `M${-radius},0a${radius},${radius} 0 1 1 ${radius * 2},0a${radius},${radius} 0 1 1 ${-radius * 2},0Z`;
}

const CROSS = 'M-6,-6L6,6M6,-6L-6,6';
const TRIANGLE = 'M0,-7.5L7,5L-7,5Z';
const DIAMOND = 'M0,-7.5L7.5,0L0,7.5L-7.5,0Z';

const GLYPHS = {
  ping: { path: circle(4), line: 0, tone: 'muted', halo: 6 },
  pong: { path: circle(3.4), line: 1.8, tone: 'muted', halo: 6 },
  meet: { path: `${circle(6.5)}${circle(2)}`, line: 2.2, tone: 'focus', halo: 10 },
  fail: { path: CROSS, line: 3.4, tone: 'fail', halo: 11 },
  'auth-req': { path: TRIANGLE, line: 2.4, tone: 'focus', halo: 11 },
  'auth-ack': { path: TRIANGLE, line: 0, tone: 'focus', halo: 11 },
  update: { path: 'M-6,-6H6V6H-6Z', line: 0, tone: 'text', halo: 10 },
  publish: { path: `${circle(2.5)}${circle(5)}${circle(7.5)}`, line: 1.4, tone: 'ok', halo: 10 },
  mfstart: { path: 'M-4,-7V7M4,-7V7', line: 3, tone: 'pfail', halo: 10 },
  module: { path: 'M-6,-6H6V6H-6Z', line: 2, tone: 'muted', halo: 9 },
  command: { path: 'M-7,-5L7,0L-7,5L-3.5,0Z', line: 0, tone: 'text', turns: true, halo: 10 },
  ok: { path: 'M-6,0L-2,5L7,-6', line: 3, tone: 'ok', halo: 10 },
  value: { path: 'M-6,-4H6M-6,0H6M-6,4H2', line: 2.2, tone: 'ok', halo: 10 },
  nil: { path: circle(5), line: 2, tone: 'muted', dash: [2.5, 2.5], halo: 9 },
  moved: { path: 'M-7,5V-1Q-7,-4 -4,-4H4M1,-8L6,-4L1,0', line: 2.6, tone: 'focus', halo: 11 },
  ask: { path: DIAMOND, line: 2.4, tone: 'pfail', dash: [4, 2], halo: 11 },
  error: { path: `${circle(7)}M0,-4V1.5M0,4V4.2`, line: 2.4, tone: 'fail', halo: 10 },
  stream: {
    path: 'M-6,-4.5V4.5M-2,-4.5V4.5M2,-4.5V4.5M6,-4.5V4.5',
    line: 2,
    tone: 'text',
    turns: true,
    halo: 9,
  },
  rdb: {
    path: 'M-7,-4.5H7V4.5H-7ZM-2.5,-4.5V4.5M2.5,-4.5V4.5',
    line: 2,
    tone: 'text',
    turns: true,
    halo: 11,
  },
  ack: { path: 'M4,-4L-4,0L4,4', line: 2, tone: 'muted', turns: true, halo: 7 },
  connect: { path: 'M-6,0H-2M2,0H6M0,-3.5V3.5', line: 1.6, tone: 'muted', turns: true, halo: 8 },
} as const satisfies Record<string, Glyph>;

export type GlyphName = keyof typeof GLYPHS;

export const GLYPH_NAMES = Object.keys(GLYPHS) as GlyphName[];

export function glyph(name: GlyphName): Glyph {
  return GLYPHS[name];
}

/** Length of the PING that a master sends down its replication stream every ten seconds. */
const STREAM_PING_BYTES = 14;

/** Messages that come and go all the time and say little: heartbeats of the bus and of replication,
 *  and attempts to connect (a dead server is tried ten times a second by each of the others). */
export function isHeartbeat(packet: Pick<PacketFrame, 'kind' | 'label'> & { bytes?: number }): boolean {
  switch (packet.kind) {
    case 'bus':
      return packet.label === 'ping' || packet.label === 'pong';
    case 'stream':
      return packet.label === 'ack' || (packet.label === 'repl' && packet.bytes === STREAM_PING_BYTES);
    case 'command':
      return packet.label === 'replconf';
    case 'connect':
      return true;
    case 'reply':
      return false;
  }
}

/** Which mark a message has. Labels are those of PacketFrame; an unknown one gets its kind's mark. */
export function glyphFor(packet: Pick<PacketFrame, 'kind' | 'label'>): GlyphName {
  const { kind, label } = packet;
  switch (kind) {
    case 'command':
      return 'command';
    case 'connect':
      return 'connect';
    case 'stream':
      return label === 'rdb' ? 'rdb' : label === 'ack' ? 'ack' : 'stream';
    case 'bus':
      return label === 'publishshard' ? 'publish' : isGlyph(label) ? label : 'module';
    case 'reply':
      return replyGlyph(label);
  }
}

function replyGlyph(label: string): GlyphName {
  switch (label) {
    case 'ok':
    case 'moved':
    case 'ask':
    case 'error':
    case 'nil':
      return label;
    default:
      return 'value';
  }
}

function isGlyph(label: string): label is GlyphName {
  return Object.hasOwn(GLYPHS, label);
}
