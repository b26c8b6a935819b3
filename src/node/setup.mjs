/* What must hold before anything else can run: a Node that is new enough, and the npm packages of the
 * lock file. Plain JavaScript without dependencies, since it runs before there are any; start.mjs
 * and test/run.mjs begin with it. */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Prints why and ends the program: for mistakes of the user, where a stack trace helps nobody.
 *  @param {string} message
 *  @returns {never} */
export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Prints how the program is used and ends it, when that is what was asked for; nothing else happens then.
 *  @param {string} usage */
export function answerHelp(usage) {
  if (!process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return;
  console.log(usage);
  process.exit(0);
}

/** Ends the program when this Node is older than package.json's `engines` allow. */
export function requireNode() {
  const wanted = readJson('package.json').engines.node.replace(/^\D*/, '').split('.').map(Number);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > wanted[0] || (major === wanted[0] && minor >= wanted[1])) return;
  fail(`Node.js ${wanted.join('.')} or newer is needed; this is ${process.versions.node}.`);
}

/** Runs `npm ci` when a package of the lock file is missing or has another version. */
export function installPackages() {
  const stale = stalePackage();
  if (stale === null) return;
  console.log(`Installing npm packages (${stale}) ...`);
  // npm as a child sees npm_* variables of the npm that started us; they do no harm to `ci`.
  const done = spawnSync('npm', ['ci'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) fail('npm ci failed; see its message above.');
}

/** The reason why node_modules does not match package-lock.json, or null when it does. npm keeps a
 *  lock file of its own of what it installed, so comparing the two reads no package. */
function stalePackage() {
  const installedLock = join('node_modules', '.package-lock.json');
  if (!existsSync(join(root, installedLock))) return 'node_modules is not there yet';
  const installed = readJson(installedLock).packages;
  for (const [path, entry] of Object.entries(readJson('package-lock.json').packages)) {
    // Optional packages are for other platforms; '' is the project itself.
    if (path === '' || entry.optional) continue;
    if (installed[path]?.version !== entry.version) return `${path.replace(/^node_modules\//, '')} changed`;
  }
  return null;
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
