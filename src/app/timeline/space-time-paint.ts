/* Paints the space-time diagram on a canvas. Time runs along, lanes lie across: from left to right with the
 * lanes below each other, or, where the diagram stands upright, downwards with the lanes side by side. All
 * but the writing is the same picture, mirrored. */

import type { Tone } from '#app/stage/palette.ts';
import type { StateChange } from './recorder.ts';
import type { SpaceTimeModel } from './space-time-model.ts';
import { ticks, toPixel, type Axis } from './tape-model.ts';

export interface Sheet {
  context: CanvasRenderingContext2D;
  tone: (tone: Tone) => string;
  font: string;
  /** Pixels of the screen for each of ours. */
  ratio: number;
  upright: boolean;
  axis: Axis;
  /** Where time begins, behind the names of the lanes. */
  gutter: number;
  /** Room for the lanes; beyond it stands the axis, if it has room. */
  room: number;
  axisRoom: number;
  laneHeight: number;
}

export interface Painted {
  model: SpaceTimeModel;
  /** When a process was not running. */
  states: ReadonlyMap<string, readonly StateChange[]>;
  now: number;
  /** Servers that the selection is about. */
  about: ReadonlySet<string>;
  /** Something with a place in space-time is selected, and its causal cone lit. */
  coned: boolean;
}

export function paintSpaceTime(sheet: Sheet, painted: Painted): void {
  const { context, ratio, gutter, room, axis, upright } = sheet;
  if (upright) context.setTransform(0, ratio, ratio, 0, 0, 0);
  else context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = `${sheet.laneHeight < 11 ? 10 : 11}px ${sheet.font}`;
  context.textBaseline = 'middle';
  paintLanes(sheet, painted);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, axis.width, room);
  context.clip();
  context.translate(gutter, 0);
  paintLines(sheet, painted);
  paintTicks(sheet, painted);
  context.restore();
  if (sheet.axisRoom > 0) paintAxis(sheet);
  const head = gutter + toPixel(axis, painted.now);
  if (head >= gutter && head <= gutter + axis.width) {
    context.fillStyle = sheet.tone('text');
    context.fillRect(head - 1, 0, 2, room);
  }
}

/** Writes upright, wherever the picture lies. */
function write(
  { context, ratio, upright }: Sheet,
  text: string,
  along: number,
  across: number,
  align: CanvasTextAlign,
): void {
  context.textAlign = align;
  if (!upright) return context.fillText(text, along, across);
  context.save();
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillText(text, across, along);
  context.restore();
}

function paintLanes(sheet: Sheet, painted: Painted): void {
  const { context, tone, gutter, room, axis, upright } = sheet;
  for (const lane of painted.model.lanes) {
    context.fillStyle = tone(painted.about.has(lane.name) ? 'text' : 'muted');
    if (upright) write(sheet, lane.label.slice(0, 6), gutter / 2, lane.y, 'center');
    else write(sheet, lane.label.slice(0, 6), 6, lane.y, 'left');
    context.strokeStyle = tone('line');
    context.lineWidth = 1;
    strokeLine(context, gutter, lane.y, gutter + axis.width, lane.y);
    paintStates(sheet, painted, lane);
  }
  if (painted.model.hiddenLanes > 0) {
    context.fillStyle = tone('muted');
    write(sheet, `+${painted.model.hiddenLanes}`, gutter + axis.width - 8, room - 6, 'right');
  }
}

/** A lane is dashed red while its process is down, and amber while it is paused. */
function paintStates(
  { context, tone, axis, gutter }: Sheet,
  { states, now }: Painted,
  { name, y }: { name: string; y: number },
): void {
  const changes = states.get(name) ?? [];
  changes.forEach((change, at) => {
    if (change.state === 'running') return;
    const until = changes[at + 1]?.at ?? Math.max(now, change.at);
    const from = Math.max(0, toPixel(axis, change.at));
    const to = Math.min(axis.width, toPixel(axis, until));
    if (to <= from) return;
    context.save();
    context.setLineDash([4, 3]);
    context.lineWidth = 2;
    context.strokeStyle = tone(change.state === 'down' ? 'fail' : 'pfail');
    strokeLine(context, gutter + from, y, gutter + to, y);
    context.restore();
  });
}

function strokeLine(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}

function paintLines({ context, tone }: Sheet, { model, coned }: Painted): void {
  // Heartbeats in one path: they are many, and all look the same.
  context.globalAlpha = 0.28;
  context.strokeStyle = tone('muted');
  context.lineWidth = 1;
  context.beginPath();
  for (const line of model.lines) {
    if (!line.heartbeat || line.selected) continue;
    context.moveTo(line.x1, line.y1);
    context.lineTo(line.x2, line.y2);
  }
  context.stroke();
  for (const line of model.lines) {
    if (line.heartbeat && !line.selected && !(line.lit && coned)) continue;
    context.globalAlpha = line.selected ? 1 : line.lit ? (line.heartbeat ? 0.55 : 0.95) : 0.22;
    context.strokeStyle = context.fillStyle = tone(line.tone);
    context.lineWidth = line.selected ? 3 : line.heartbeat ? 1 : 1.8;
    if (line.lost) context.setLineDash([3, 3]);
    strokeLine(context, line.x1, line.y1, line.x2, line.y2);
    context.setLineDash([]);
    if (line.lost || line.heartbeat) continue;
    context.beginPath();
    context.arc(line.x2, line.y2, 2.4, 0, Math.PI * 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

function paintTicks({ context, tone }: Sheet, { model }: Painted): void {
  for (const tick of model.ticks) {
    const size = tick.selected ? 6 : 4;
    context.beginPath();
    context.moveTo(tick.x, tick.y - size);
    context.lineTo(tick.x + size, tick.y);
    context.lineTo(tick.x, tick.y + size);
    context.lineTo(tick.x - size, tick.y);
    context.closePath();
    context.fillStyle = tone(tick.tone);
    context.fill();
    context.strokeStyle = tone('panel');
    context.lineWidth = 1;
    context.stroke();
  }
}

function paintAxis(sheet: Sheet): void {
  const { context, tone, axis, gutter, room, upright } = sheet;
  context.fillStyle = tone('muted');
  const wanted = axis.width / (upright ? 55 : 110);
  for (const tick of ticks({ ...axis, from: Math.max(0, axis.from) }, wanted)) {
    const at = gutter + toPixel(axis, tick.at);
    if (at > gutter + axis.width - (upright ? 6 : 20)) continue;
    context.fillRect(at, room, 1, 3);
    if (upright) write(sheet, tick.label, at, room + 6, 'left');
    else write(sheet, tick.label, at, room + 10, 'center');
  }
}
