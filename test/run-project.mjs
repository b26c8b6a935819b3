/* Runs one vitest project of `npm test` and counts its tests.
 *
 * Worlds are deterministic, so a test of the source that fails once is wrong. Projects with `secondTry` in
 * projects.json talk to other processes or a browser by the wall clock, on machines of any speed: the
 * files that failed there run once more, alone, and what needed it is said by title, never in silence. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../src/node/setup.mjs';

export const outputFolder = join(root, 'test', 'output');

/** A step that takes longer than this hangs. */
const stepLimitMs = 25 * 60_000;

/** @typedef {{name: string, needs?: string[], secondTry?: boolean}} Project */
/** @typedef {{passed: number, failed: number, note?: string, titles?: string[]}} Result */

/** Resolves to the exit status; a program that hangs is ended with all it started.
 *  @param {string} program
 *  @param {string[]} argv
 *  @returns {Promise<number>} */
export function runNode(program, argv) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', program), ...argv], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    const stop = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    };
    const limit = setTimeout(() => {
      console.error(`\nThis step took more than ${stepLimitMs / 60_000} minutes and was ended.`);
      stop();
    }, stepLimitMs);
    const interrupted = () => {
      stop();
      process.exit(130);
    };
    process.once('SIGINT', interrupted);
    child.once('close', (status) => {
      clearTimeout(limit);
      process.removeListener('SIGINT', interrupted);
      resolve(status ?? 1);
    });
  });
}

/** The result of a project; a run that ends without a report failed as a whole.
 *  @param {Project} project
 *  @returns {Promise<Result>} */
export async function runProject({ name, secondTry = false }) {
  const folder = join(root, 'test', name);
  const hasTests =
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((f) => /\.test\.ts$/.test(f));
  if (!hasTests) return { passed: 0, failed: 1, note: `there is no test in test/${name}` };
  const first = await runFiles(name, [], secondTry);
  if (first.failed === 0 || !secondTry || first.failedFiles.length === 0) return first;
  console.log(`\n--- ${name}, second try: ${first.failedFiles.join(' ')} ---`);
  const second = await runFiles(name, first.failedFiles, secondTry);
  return {
    passed: first.passedElsewhere + second.passed,
    failed: second.failed,
    note: `${first.failedFiles.length} of its files ran twice`,
    titles: [
      ...first.titles.map((title) => `failed at the first try: ${title}`),
      ...second.titles.map((title) => `failed at the second try: ${title}`),
    ],
  };
}

/** Runs the given files of a project, all when none is given.
 *  @param {string} name
 *  @param {string[]} files paths from the project's root
 *  @param {boolean} wallClock whether it talks to other processes or a browser */
async function runFiles(name, files, wallClock) {
  const report = join(outputFolder, `${name}.json`);
  rmSync(report, { force: true });
  const status = await runNode('vitest/vitest.mjs', [
    'run',
    '--project',
    name,
    // Where something may hang, each test is told when it ends: what was ended by force had got so far.
    `--reporter=${wallClock ? 'verbose' : 'default'}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ]);
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, note: 'vitest did not get to its end', ...noFiles };
  }
  return countTests(JSON.parse(readFileSync(report, 'utf8')), status);
}

const noFiles = { failedFiles: /** @type {string[]} */ ([]), passedElsewhere: 0, titles: [] };

/** A file that does not load has no tests to fail; an unhandled error fails the run but no test.
 *  @param {any} report vitest's JSON report
 *  @param {number} status */
function countTests(report, status) {
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, testResults } = report;
  const failed = numFailedTests + numPendingTests;
  const unseen =
    failed === 0 && (status !== 0 || numFailedTestSuites > 0) ? Math.max(1, numFailedTestSuites) : 0;
  const broken = testResults.filter((file) => file.status !== 'passed');
  const passedIn = (file) => file.assertionResults.filter((one) => one.status === 'passed').length;
  return {
    passed: numPassedTests,
    failed: failed + unseen,
    note: unseen > 0 ? 'an error outside a test' : undefined,
    failedFiles: broken.map((file) => relative(root, file.name)),
    passedElsewhere: numPassedTests - broken.reduce((sum, file) => sum + passedIn(file), 0),
    titles: broken.flatMap((file) => titlesOf(file)),
  };
}

/** What failed in a file: its tests, or the file as a whole.
 *  @param {any} file */
function titlesOf(file) {
  const failed = file.assertionResults.filter((one) => one.status !== 'passed');
  const path = relative(root, file.name);
  if (failed.length === 0) return [`${path}: ${String(file.message).split('\n')[0]}`];
  return failed.map((one) => `${path}: ${one.fullName}: ${String(one.failureMessages?.[0]).split('\n')[0]}`);
}
