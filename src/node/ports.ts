/* Which ports of this computer are taken, known at once: Node tells it only later, and a server that is
 * asked to change its port must answer now. */

import { readFileSync } from 'node:fs';

/** States of a socket in the kernel's table. */
const LISTEN = '0A';

/** True when somebody listens on the port. Where the kernel has no table to read (other systems than
 *  Linux) the answer is false, and the mistake shows when the port is opened. */
export function isPortTaken(port: number): boolean {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) => {
    try {
      return readFileSync(table, 'utf8')
        .split('\n')
        .slice(1)
        .some((row) => {
          const [, local, , state] = row.trim().split(/\s+/);
          return state === LISTEN && local?.split(':')[1] === wanted;
        });
    } catch {
      return false;
    }
  });
}
