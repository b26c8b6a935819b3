/* The programs that tests need and npm does not bring: a Chromium, redis-server, redis-cli. Where they are
 * missing and this user may install Debian packages, they are installed; never is a Redis service
 * left running. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What each tool is called on different systems, and the Debian package that brings it. */
const tools = [
  {
    name: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    package: 'chromium',
  },
  { name: 'redis-server', programs: ['redis-server'], package: 'redis-server' },
  { name: 'redis-cli', programs: ['redis-cli'], package: 'redis-tools' },
];

/** Full path of a tool, or null. CHROMIUM, REDIS_SERVER and REDIS_CLI in the environment come first.
 *  @param {string} name
 *  @returns {string | null} */
export function findTool(name) {
  const named = process.env[name.toUpperCase().replace('-', '_')];
  if (named) return isProgram(named) ? named : null;
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin', '/usr/local/bin');
  const programs = tools.find((tool) => tool.name === name)?.programs ?? [name];
  for (const program of programs) {
    const found = folders.map((folder) => join(folder, program)).find(isProgram);
    if (found) return found;
  }
  return null;
}

/** Installs what is missing and possible. Returns why each tool that is still missing is missing.
 *  @returns {Map<string, string>} */
export function installTools() {
  let lacking = tools.filter((tool) => findTool(tool.name) === null);
  const missing = new Map();
  if (lacking.length === 0) return missing;
  const reason = installPackages(lacking.map((tool) => tool.package));
  lacking = lacking.filter((tool) => findTool(tool.name) === null);
  for (const tool of lacking)
    missing.set(tool.name, `${tool.name} is not installed and ${reason ?? 'its package lacks it'}`);
  return missing;
}

/** Why `packages` could not be installed, or null when they were.
 *  @param {string[]} packages */
function installPackages(packages) {
  if (!findTool('apt-get')) return 'this system has no apt-get';
  const prefix = rootPrefix();
  if (prefix === null) return 'this user may not install packages (neither root nor sudo without a password)';
  console.log(`Installing Debian packages: ${packages.join(' ')} ...`);
  const run = (...argv) =>
    spawnSync(
      prefix[0] ?? argv[0],
      [...prefix.slice(1), ...(prefix.length ? argv : argv.slice(1))],
      aptOptions,
    );
  const release = forbidServices();
  try {
    run('apt-get', 'update', '-q');
    const done = run('apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages);
    // The tests start servers of their own; the distribution's service stays off, now and at boot.
    if (packages.includes('redis-server') && findTool('systemctl'))
      run('systemctl', 'disable', '--now', 'redis-server');
    return done.status === 0 ? null : 'apt-get could not install it';
  } finally {
    release();
  }
}

const aptOptions = {
  stdio: /** @type {const} */ (['ignore', 'inherit', 'inherit']),
  env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
};

/** What to put in front of a command to run it as root: nothing, sudo, or null when neither works. */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findTool('sudo');
  if (sudo && spawnSync(sudo, ['-n', 'true'], { stdio: 'ignore' }).status === 0) return [sudo, '-n'];
  return null;
}

/** Debian asks /usr/sbin/policy-rc.d before a package starts its service; 101 says no. Returns what puts
 *  things back. Only root may write it; under sudo the service is stopped afterwards instead. */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d';
  if (process.getuid?.() !== 0 || existsSync(policy)) return () => {};
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return () => rmSync(policy, { force: true });
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
