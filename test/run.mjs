/* `npm test`: everything that says whether the project is right, in one command and one line of result.
 *
 * Fetches what is missing (npm packages; Debian's chromium, redis-server and redis-tools where this user
 * may install packages), then runs format, lint, types, dead code, the tests on the source, the build,
 * and the tests on the build. Every step runs even when an earlier one failed. What had to be left
 * out is said loudly; with CI=true it counts as a failure. So is what failed, by title, at the end. */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerHelp, fail, installPackages, requireNode, root } from '../src/node/setup.mjs';
import { outputFolder, runNode, runProject } from './run-project.mjs';
import { installTools } from './tools.mjs';

const usage = `Usage: npm test                   everything
       npm test -- unit bridge    only the named steps; "check" is all that comes before the first test
       npm test -- --list         names the steps
       npm run check              the same as npm test -- check: format, lint, types, dead code`;

const projects = JSON.parse(readFileSync(join(root, 'test', 'projects.json'), 'utf8'));

/** Tools that pass or fail as a whole: [name, program in node_modules, arguments]. */
const checks = [
  ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'oxlint/bin/oxlint', ['src', 'workers', 'test', '--quiet']],
  ['types', 'typescript/bin/tsc', []],
  ['types of the core', 'typescript/bin/tsc', ['-p', 'src/tsconfig.core.json']],
  ['types of components', 'svelte-check/bin/svelte-check', ['--output', 'human', '--threshold', 'error']],
  ['dead code', 'knip/bin/knip.js', []],
];

const steps = [
  ...checks.map(([name, program, argv]) => ({ name, run: () => runTool(program, argv) })),
  ...projects.filter((project) => project.stage === 'source').map(projectStep),
  { name: 'build', run: () => runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn']) },
  ...projects.filter((project) => project.stage === 'build').map(projectStep),
];

/** Runs a program of node_modules; one result for the whole of it.
 *  @param {string} program
 *  @param {string[]} argv */
async function runTool(program, argv) {
  const status = await runNode(program, argv);
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
}

/** @param {import('./run-project.mjs').Project} project */
function projectStep(project) {
  return { name: project.name, needs: project.needs ?? [], run: () => runProject(project) };
}

/** @param {number} ms */
const duration = (ms) => (ms < 100_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`);

/** @param {{name: string, passed: number, failed: number, leftOut?: string, note?: string, ms: number}[]} results */
function summarise(results) {
  console.log('\n\nSummary');
  for (const { name, passed, failed, leftOut, note, ms } of results) {
    const verdict = failed > 0 ? 'FAILED  ' : leftOut ? 'LEFT OUT' : 'passed  ';
    const count = `${passed} passed, ${failed} failed`;
    const remark = [leftOut, note].filter(Boolean).join('; ');
    console.log(`  ${verdict} ${name.padEnd(20)} ${count.padEnd(26)} ${duration(ms).padStart(8)}  ${remark}`);
  }
  const missing = results.filter((result) => result.leftOut);
  if (missing.length > 0) {
    console.log(
      `\n!! NOT EVERYTHING WAS TESTED. Left out: ${missing.map((result) => result.name).join(', ')}.`,
    );
    for (const { name, leftOut } of missing) console.log(`!!   ${name}: ${leftOut}`);
  }
  for (const { name, titles = [] } of results) {
    for (const title of titles) console.log(`  ${name}: ${title}`);
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

answerHelp(usage);
requireNode();
const words = process.argv.slice(2);
if (words.includes('--list')) {
  console.log(steps.map((step) => step.name).join('\n'));
  process.exit(0);
}
const wanted = words.flatMap((word) => (word === 'check' ? checks.map(([name]) => name) : [word]));
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) fail(`No step is called "${unknown[0]}". npm test -- --list names them.`);
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));

installPackages();
// The build need not play the lessons as well.
process.env.LESSONS = 'unproven';
const missing = chosen.some(({ needs = [] }) => needs.length > 0) ? installTools() : new Map();
mkdirSync(outputFolder, { recursive: true });

const results = [];
for (const step of chosen) {
  console.log(`\n=== ${step.name} ===`);
  const startedAt = Date.now();
  const lacking = (step.needs ?? []).filter((tool) => missing.has(tool));
  const result =
    lacking.length > 0
      ? {
          passed: 0,
          failed: process.env.CI === 'true' ? 1 : 0,
          leftOut: lacking.map((tool) => missing.get(tool)).join('; '),
        }
      : await step.run();
  if (result.leftOut) console.log(`!! LEFT OUT: ${result.leftOut}`);
  results.push({ name: step.name, ms: Date.now() - startedAt, ...result });
}
process.exit(summarise(results) ? 0 : 1);
