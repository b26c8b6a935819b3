/* Every recorded transcript, replayed: Debian's redis-cli against simulated servers prints what it printed
 * against real ones. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runSteps } from '#test/conformance/run-transcript.ts';
import { parseTranscript, portsOf, type Transcript } from '#test/conformance/transcript.ts';
import { startBridge, stopAll } from './processes.ts';

const folder = join(import.meta.dirname, '..', 'conformance', 'transcripts');

afterEach(stopAll);

/** Starts what the transcript asks for; resolves to how far its ports were moved. */
async function startServers(transcript: Transcript): Promise<number> {
  const first = Math.min(...portsOf(transcript));
  const { cluster, servers } = transcript;
  if (cluster) {
    const nodes = String(cluster.masters * (1 + cluster.replicas));
    const options = ['--nodes', nodes, '--replicas', String(cluster.replicas), '--node-timeout', '5000'];
    return (await startBridge(...options)).port - first;
  }
  const config = Object.entries(servers[0]?.options ?? {}).flatMap(([name, value]) => [
    '--config',
    `${name}=${value}`,
  ]);
  return (await startBridge('--standalone', '--nodes', String(servers.length), ...config)).port - first;
}

test.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('%s', async (name) => {
  const transcript = parseTranscript(readFileSync(join(folder, name), 'utf8'));
  const offset = await startServers(transcript);
  const outputs = await runSteps(transcript, offset);
  const shown = (output: string[][]): string =>
    transcript.steps.map((step, at) => [step.command, ...(output[at] as string[])].join('\n')).join('\n\n');
  expect(shown(outputs)).toBe(shown(transcript.steps.map((step) => step.output)));
});
