/* `npm run record`: runs the transcripts against the real redis-server and redis-cli of this computer and
 * writes down what they print.
 *
 * The real servers run on ports above those of the transcripts, in folders of their own, and are
 * stopped in the end. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formCluster } from '#node/form-cluster.ts';
import { answerHelp } from '#node/setup.mjs';
import { freePorts, startRealServer, stopAll } from '../bridge/processes.ts';
import { recordKeys } from './keys/record-keys.ts';
import { parseKeyRecording, printKeyRecording } from './keys/recording.ts';
import { runSteps } from './run-transcript.ts';
import { parseTranscript, portsOf, printTranscript, type Transcript } from './transcript.ts';

/** What is recorded, and how. */
const FOLDERS: Readonly<Record<string, (text: string) => Promise<string>>> = {
  transcripts: record,
  keys: async (text) => {
    try {
      return printKeyRecording(await recordKeys(parseKeyRecording(text)));
    } finally {
      await stopAll();
    }
  },
};

/** Starts the real servers a transcript asks for; resolves to how far its ports were moved. */
async function startServers(transcript: Transcript): Promise<number> {
  const ports = portsOf(transcript);
  const offset = (await freePorts(ports.length)) - Math.min(...ports);
  for (const { port, options } of transcript.servers) {
    await startRealServer({ ...options, port: String(port + offset) });
  }
  const { cluster } = transcript;
  if (cluster) {
    const all = ports.slice(transcript.servers.length).map((port) => port + offset);
    for (const port of all) {
      await startRealServer({ port: String(port), 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000' });
    }
    await formCluster(all, cluster.masters, 60_000);
  }
  return offset;
}

/** The transcript as the real programs would write it now. */
async function record(text: string): Promise<string> {
  const transcript = parseTranscript(text);
  try {
    const offset = await startServers(transcript);
    const outputs = await runSteps(transcript, offset);
    const steps = transcript.steps.map((step, at) => ({ ...step, output: outputs[at] as string[] }));
    return printTranscript({ ...transcript, steps });
  } finally {
    await stopAll();
  }
}

answerHelp(`Usage: npm run record                     records every transcript and every key anew, from the real programs
       npm run record -- strings lists    only those whose name holds one of the words
       npm run record -- --check          writes nothing; tells what differs and fails if anything does`);
const words = process.argv.slice(2).filter((word) => word !== '--check');
const check = process.argv.includes('--check');
const names = Object.keys(FOLDERS).flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => join(folder, name)),
);
const chosen = names.filter((name) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) console.log(`No recording is called like that. There are: ${names.join(' ')}`);
let different = 0;
for (const name of chosen.sort()) {
  const path = join(import.meta.dirname, name);
  const before = readFileSync(path, 'utf8');
  const after = await FOLDERS[dirname(name)]?.(before);
  if (after === undefined) continue;
  console.log(`${before === after ? 'same    ' : 'CHANGED '} ${name}`);
  if (before === after) continue;
  different++;
  if (!check) writeFileSync(path, after);
}
process.exit(chosen.length === 0 || (check && different > 0) ? 1 : 0);
