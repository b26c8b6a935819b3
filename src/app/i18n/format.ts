/* Times and sizes as the page writes them. */

import type { Micros } from '#redis/io.ts';

/** Virtual time as seconds with as many digits as the moment needs: 12.345 s, 1:02:03.450. */
export function formatTime(at: Micros, digits = 3): string {
  const seconds = at / 1_000_000;
  if (seconds < 60) return `${seconds.toFixed(digits)} s`;
  const whole = Math.floor(seconds);
  const rest = (seconds % 60).toFixed(digits).padStart(digits > 0 ? digits + 3 : 2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
