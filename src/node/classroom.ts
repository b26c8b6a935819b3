/* `npm run classroom`: the page for a room full of people. Serves the built page on the local network and
 * relays what the teacher does; prints where the teacher goes, and address and QR code for the class. */

import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import qrcode from 'qrcode-generator';
import { parseOptions, type OptionSpec } from './options.ts';
import { startRelay } from './relay.ts';

const usage = `Usage: npm run classroom [-- options]

Serves Redis Cluster Playground to the local network. Everybody who opens the address follows the page of
the teacher: the same world, computed in each browser, with the same hash. Build the page first: npm run build.`;

const specs = {
  port: { kind: 'number', value: 'N', default: 4180, min: 1, max: 65535, help: 'port to listen on' },
  host: { kind: 'text', value: 'ADDRESS', default: '0.0.0.0', help: 'address to listen on' },
  name: {
    kind: 'text',
    value: 'NAME',
    help: 'name or address to print, when the found one is not the right one',
  },
} as const satisfies Record<string, OptionSpec>;

function fail(message: string, code = 1): never {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}

/** This machine's addresses in the local network, IPv4 first. */
function localAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  outside.sort((a, b) => a.family.localeCompare(b.family));
  return outside.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address));
}

/** A QR code of half blocks, two rows of modules to a line, with its quiet zone. */
function terminalCode(text: string): string {
  const code = qrcode(0, 'M');
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  const light = (row: number, column: number): boolean =>
    row < 0 || column < 0 || row >= size || column >= size || !code.isDark(row, column);
  const lines: string[] = [];
  for (let row = -2; row < size + 2; row += 2) {
    let line = '';
    for (let column = -2; column < size + 2; column++) {
      const [upper, lower] = [light(row, column), light(row + 1, column)];
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines.join('\n');
}

const parsed = parseOptions(process.argv.slice(2), specs, usage);
if ('message' in parsed) fail(parsed.message, parsed.code);
const port = parsed.options.port as number;
const host = parsed.options.host as string;
const dist = join(import.meta.dirname, '..', '..', 'dist');
if (!existsSync(join(dist, 'index.html'))) fail('There is no build yet: npm run build.');
const relay = await startRelay(dist, { port, host }).catch((error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') fail(`Port ${port} is in use. Choose another one with --port.`);
  if (error.code === 'EACCES') fail(`This user may not listen on port ${port}: use one above 1023.`);
  return fail(`Cannot listen on ${host}, port ${port}: ${error.message}`);
});
const everywhere = host === '0.0.0.0' || host === '::';
const name =
  (parsed.options.name as string | undefined) ?? (everywhere ? localAddresses()[0] : host) ?? '127.0.0.1';
const forClass = `http://${name}:${relay.port}/?follow`;
console.log(`ready on port ${relay.port}

The teacher opens (it holds the secret, do not show it):
  http://${everywhere ? '127.0.0.1' : host}:${relay.port}/?teach#${relay.secret}

The class opens:
  ${forClass}

${terminalCode(forClass)}

Ctrl-C ends the class.`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void relay.close().then(() => process.exit(0)));
