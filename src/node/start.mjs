/* `npm start`: from a fresh clone to the page in one command. Checks Node, installs the packages when
 * they are missing or stale, builds, and serves the production build on this machine alone. */

import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answerHelp, fail, installPackages, requireNode, root } from './setup.mjs';

const usage = `Usage: npm start [-- --port N]

Builds Redis Cluster Playground and serves it on http://127.0.0.1:N/ (N is 4173 unless given).`;

/** @param {string[]} argv */
function readPort(argv) {
  let port = 4173;
  for (let at = 0; at < argv.length; at++) {
    const [option, inline] = argv[at].split(/=(.*)/s);
    if (option !== '--port') fail(`Unknown option "${argv[at]}".\n\n${usage}`);
    const value = inline ?? argv[++at];
    if (value === undefined) fail(`--port needs a number.\n\n${usage}`);
    port = Number(value);
    if (!/^\d+$/.test(value) || port < 1 || port > 65535) fail(`"${value}" is not a port: use 1 to 65535.`);
  }
  return port;
}

/** Asks for the port before the long work begins, so that a taken port is told at once.
 *  @param {number} port */
function requireFreePort(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => fail(portMessage(error, port)));
    probe.listen(port, '127.0.0.1', () => probe.close(resolve));
  });
}

/** @param {NodeJS.ErrnoException} error
 *  @param {number} port */
function portMessage(error, port) {
  if (error.code === 'EADDRINUSE')
    return `Port ${port} is in use. Choose another one: npm start -- --port ${port < 65535 ? port + 1 : 4173}`;
  if (error.code === 'EACCES') return `This user may not listen on port ${port}: use one above 1023.`;
  return `Cannot listen on port ${port}: ${error.message}`;
}

answerHelp(usage);
requireNode();
const port = readPort(process.argv.slice(2));
await requireFreePort(port);
installPackages();

const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const build = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
  cwd: root,
  // They were played when they were written.
  env: { ...process.env, LESSONS: 'unproven' },
  stdio: 'inherit',
});
if (build.status !== 0) fail('The build failed; see its message above.');

// The server is TypeScript; tsx was installed a moment ago, hence no static import.
const tsx = await import(
  pathToFileURL(join(root, 'node_modules', 'tsx', 'dist', 'esm', 'api', 'index.mjs')).href
);
tsx.register();
const { serveFolder } = await import('./static-server.ts');
const server = await serveFolder(join(root, 'dist'), { port }).catch((error) =>
  fail(portMessage(error, port)),
);
console.log(`Redis Cluster Playground is ready on ${server.url}  (Ctrl-C stops it)`);
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void server.close().then(() => process.exit(0)));
