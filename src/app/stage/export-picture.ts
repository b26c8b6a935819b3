/* The stage as a file: SVG as it is drawn, with the colours of the theme written in and the messages
 * under way as paths; PNG from that SVG. Nothing is fetched and nothing leaves the page. */

import { curvePath, curvePiece, cut } from './geometry.ts';
import { glyph } from './glyphs.ts';
import type { PacketMark } from './packets.ts';
import type { Tone } from './palette.ts';

/** Messages as SVG, for a picture that has no canvas. */
export function packetsSvg(
  marks: readonly PacketMark[],
  tone: (tone: Tone) => string,
  scale: number,
): string {
  return marks
    .filter((mark) => mark.arrival === null)
    .map((mark) => {
      const shape = glyph(mark.glyph);
      const colour = tone(mark.tone ?? shape.tone);
      const turn = shape.turns ? ` rotate(${cut((mark.heading * 180) / Math.PI)})` : '';
      const dash = mark.lost ? [2, 2] : (shape.dash ?? []);
      const paint =
        shape.line > 0 || mark.lost
          ? `fill="none" stroke="${colour}" stroke-width="${shape.line || 1.6}" stroke-linejoin="round"` +
            (dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '')
          : `fill="${colour}"`;
      const way = curvePath(curvePiece(mark.curve, 0, mark.progress));
      return (
        `<path d="${way}" fill="none" stroke="${colour}" stroke-opacity="0.35" stroke-width="${cut(1.6 * scale)}"/>` +
        `<g transform="translate(${cut(mark.x)} ${cut(mark.y)}) scale(${cut(scale)})">` +
        `<circle r="${shape.halo}" fill="${tone('bg')}" fill-opacity="0.88"/>` +
        `<path d="${shape.path}" transform="${turn.trim()}" ${paint}/></g>`
      );
    })
    .join('');
}

/** A whole SVG file from the inner markup of the stage. */
export function svgFile(
  inner: string,
  size: { width: number; height: number },
  styles: { getPropertyValue(name: string): string },
): string {
  const known = new Map<string, string>();
  const value = (name: string) => {
    if (!known.has(name)) known.set(name, styles.getPropertyValue(name).trim() || 'none');
    return known.get(name) ?? 'none';
  };
  const coloured = inner.replace(/var\((--[\w-]+)\)/g, (_, name: string) => value(name));
  const { width, height } = size;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<style>text{font-family:${value('--font-mono').replaceAll('"', "'")}}.centre,.letter,.name,.node text{text-anchor:middle}` +
    `.node .count{text-anchor:start}.letter,.name,.count{font-weight:700}</style>` +
    `<rect width="${width}" height="${height}" fill="${value('--bg')}"/>${coloured}</svg>`
  );
}

/** Draws an SVG file into a PNG, twice as fine. */
export async function pngOf(svg: string, size: { width: number; height: number }): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = size.width * 2;
    canvas.height = size.height * 2;
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser gives no canvas');
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large'))),
        'image/png',
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
