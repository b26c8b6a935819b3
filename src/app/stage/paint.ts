/* Draws the moving marks on a canvas. The canvas lies over the SVG of the stage and shares its
 * coordinates; it is cleared and drawn anew each frame, so nothing here remembers anything but the
 * parsed outlines of the glyphs. */

import { curvePath, curvePiece } from './geometry.ts';
import { glyph, type GlyphName } from './glyphs.ts';
import type { PacketMark } from './packets.ts';
import type { Tone } from './palette.ts';

export interface Brush {
  context: CanvasRenderingContext2D;
  tone: (tone: Tone) => string;
  /** Size of marks. */
  scale: number;
  /** Font of numbers beside marks, and its size. */
  font: string;
  type: number;
  outlines: Map<GlyphName, Path2D>;
}

export function paintPackets(brush: Brush, marks: readonly PacketMark[], reducedMotion: boolean): void {
  for (const mark of marks) paintWay(brush, mark, reducedMotion);
  for (const mark of marks) {
    if (mark.arrival !== null) paintArrival(brush, mark);
    else if (reducedMotion) paintNumber(brush, mark);
    else paintMark(brush, mark, mark.x, mark.y, mark.heading);
  }
}

/** The way behind a mark; with reduced motion the whole way, as an arrow that does not move. */
function paintWay({ context, tone, scale }: Brush, mark: PacketMark, whole: boolean): void {
  if (mark.arrival !== null) return;
  const { tone: own } = glyph(mark.glyph);
  const quiet = own === 'muted' && !mark.selected;
  if (quiet && !whole) return;
  const piece = curvePiece(mark.curve, 0, whole ? (mark.lost ? 0.5 : 1) : mark.progress);
  context.save();
  context.strokeStyle = tone(mark.tone ?? own);
  context.globalAlpha = mark.selected ? 0.9 : whole ? 0.6 : 0.35;
  context.lineWidth = (mark.selected ? 2.4 : 1.6) * scale;
  if (mark.lost) context.setLineDash([4 * scale, 4 * scale]);
  context.stroke(new Path2D(curvePath(piece)));
  context.restore();
}

function paintMark(brush: Brush, mark: PacketMark, x: number, y: number, heading: number): void {
  const { context, tone, scale } = brush;
  const shape = glyph(mark.glyph);
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  // A halo in the colour of the ground: on an arc of the same hue the mark would vanish.
  context.beginPath();
  context.arc(0, 0, shape.halo, 0, Math.PI * 2);
  context.fillStyle = tone('bg');
  context.globalAlpha = 0.88;
  context.fill();
  context.globalAlpha = mark.lost ? 0.55 : 1;
  if (mark.selected) {
    context.strokeStyle = tone('focus');
    context.lineWidth = 2;
    context.stroke();
  }
  if (shape.turns) context.rotate(heading);
  const outline = outlineOf(brush, mark.glyph);
  const colour = tone(mark.tone ?? shape.tone);
  if (shape.line > 0 || mark.lost) {
    context.strokeStyle = colour;
    context.lineWidth = shape.line || 1.6;
    context.lineJoin = 'round';
    if (mark.lost) context.setLineDash([2, 2]);
    else if (shape.dash) context.setLineDash([...shape.dash]);
    context.stroke(outline);
  } else {
    context.fillStyle = colour;
    context.fill(outline);
  }
  context.restore();
}

function outlineOf(brush: Brush, name: GlyphName): Path2D {
  let outline = brush.outlines.get(name);
  if (!outline) brush.outlines.set(name, (outline = new Path2D(glyph(name).path)));
  return outline;
}

/** The ring of an arrival: it spreads and fades at the place where the message came in. */
function paintArrival({ context, tone, scale }: Brush, mark: PacketMark): void {
  const share = mark.arrival ?? 0;
  context.save();
  context.globalAlpha = 0.7 * (1 - share);
  context.strokeStyle = tone(mark.tone ?? glyph(mark.glyph).tone);
  context.lineWidth = 2 * scale;
  context.beginPath();
  context.arc(mark.curve.b.x, mark.curve.b.y, (4 + 10 * share) * scale, 0, Math.PI * 2);
  context.stroke();
  context.restore();
}

/** Reduced motion: the mark stands in the middle of its way with its number beside it. */
function paintNumber(brush: Brush, mark: PacketMark): void {
  const { context, tone, scale, font, type } = brush;
  const { a, c, b } = mark.curve;
  const x = (a.x + 2 * c.x + b.x) / 4;
  const y = (a.y + 2 * c.y + b.y) / 4;
  paintMark(brush, mark, x, y, Math.atan2(b.y - a.y, b.x - a.x));
  context.save();
  context.font = `600 ${type}px ${font}`;
  const text = String(mark.order);
  const width = context.measureText(text).width + 6 * scale;
  context.fillStyle = tone('bg');
  context.fillRect(x + 9 * scale, y - type * 0.67, width, type * 1.33);
  context.fillStyle = tone('text');
  context.textBaseline = 'middle';
  context.fillText(text, x + 12 * scale, y);
  context.restore();
}

/** The mark under a point, the topmost first; null when there is none within reach. */
export function markAt(
  marks: readonly PacketMark[],
  x: number,
  y: number,
  reach: number,
  reducedMotion: boolean,
): PacketMark | null {
  let best: PacketMark | null = null;
  let nearest = reach;
  for (const mark of marks) {
    if (mark.arrival !== null) continue;
    const { a, c, b } = mark.curve;
    const px = reducedMotion ? (a.x + 2 * c.x + b.x) / 4 : mark.x;
    const py = reducedMotion ? (a.y + 2 * c.y + b.y) / 4 : mark.y;
    const away = Math.hypot(px - x, py - y);
    if (away <= nearest) {
      nearest = away;
      best = mark;
    }
  }
  return best;
}
