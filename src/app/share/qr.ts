/* A QR code as one SVG path: no picture, no canvas, sharp at any size. */

import qrcode from 'qrcode-generator';

/** Bytes that the largest code (version 40, weakest correction) holds. */
export const MOST_QR_BYTES = 2953;

/** The dark modules of the code of `text`, each a unit square; null when the text is too long. */
export function qrPath(text: string): { path: string; size: number } | null {
  if (text.length > MOST_QR_BYTES) return null;
  const code = qrcode(0, 'L');
  code.addData(text, 'Byte');
  code.make();
  const size = code.getModuleCount();
  let path = '';
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++)
      if (code.isDark(row, column)) path += `M${column} ${row}h1v1h-1z`;
  return { path, size };
}
