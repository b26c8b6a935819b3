/* Addresses as the cluster manager takes them: host:port, host:port@busport, or "host port". */

import type { Bytes } from '#base/bytes.ts';
import { atoi } from '#cli/options.ts';

export interface NodeAddress {
  ip: string;
  port: number;
  /** 0 when not given. */
  busPort: number;
}

/** host:port[@busport]; null when it is none. */
export function parseAddress(text: Bytes): NodeAddress | null {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return null;
  const [port = '', busPort] = text.slice(colon + 1).split('@');
  const ip = text.slice(0, colon);
  return { ip, port: atoi(port), busPort: busPort === undefined ? 0 : atoi(busPort) };
}

/** The node that a command is about: "host:port" or "host" "port". */
export function addressFromArgs(args: readonly Bytes[]): NodeAddress | null {
  const [first = '', second] = args;
  if (args.length === 1) return validPort(parseAddress(first));
  if (second === undefined) return null;
  return validPort({ ip: first, port: atoi(second), busPort: 0 });
}

function validPort(where: NodeAddress | null): NodeAddress | null {
  return where === null || where.port === 0 ? null : where;
}
