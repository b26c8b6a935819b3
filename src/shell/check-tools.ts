/* redis-check-rdb and redis-check-aof: do the files hold together? They read what the servers wrote (or what a
 * script copied or cut), by the same reader that servers load with, and say it in the form of 7.0. */

import type { Bytes } from '#base/bytes.ts';
import { scanRdb, RdbError, type RdbPart } from '#redis/rdb-scan.ts';
import { ok, type Execute, type Surroundings } from './command.ts';

export const checkTools: Readonly<Record<'redis-check-rdb' | 'redis-check-aof', Execute>> = {
  'redis-check-rdb': async ([path, ...rest], _stdin, around) => {
    if (path === undefined || rest.length > 0)
      return { stdout: 'Usage: redis-check-rdb <rdb-file-name>\n', stderr: '', exitCode: 1 };
    const data = await bytesOf(path, around);
    const { text, valid } = checkRdb(path, data);
    return { stdout: text, stderr: '', exitCode: valid ? 0 : 1 };
  },
  'redis-check-aof': async (args, _stdin, around) => {
    const fix = args.includes('--fix');
    const path = args.find((word) => !word.startsWith('-'));
    if (path === undefined)
      return { stdout: 'Usage: redis-check-aof [--fix] <AOF>\n', stderr: '', exitCode: 1 };
    const data = await bytesOf(path, around);
    if (data === null)
      return { stdout: `Cannot open file ${path}: No such file or directory\n`, stderr: '', exitCode: 1 };
    if (path.endsWith('.manifest')) return checkManifest(path, data, around);
    const { text, valid, validTo } = checkAof(path, data);
    if (!valid && fix) {
      const kept = Uint8Array.from(data.slice(0, validTo), (char) => char.charCodeAt(0));
      await around.fs.writeFile(around.fs.resolvePath(around.cwd, path), kept);
      return ok(`Start checking Old-Style AOF\n${text}Successfully truncated AOF ${path}\n`);
    }
    const end = valid
      ? `AOF ${path} is valid\n`
      : `AOF ${path} is not valid. Use the --fix option to try fixing it.\n`;
    return { stdout: `Start checking Old-Style AOF\n${text}${end}`, stderr: '', exitCode: valid ? 0 : 1 };
  },
};

async function bytesOf(path: string, around: Surroundings): Promise<Bytes | null> {
  try {
    const data = await around.fs.readFileBuffer(around.fs.resolvePath(around.cwd, path));
    return Array.from(data, (byte) => String.fromCharCode(byte)).join('');
  } catch {
    return null;
  }
}

function checkRdb(path: string, data: Bytes | null): { text: string; valid: boolean } {
  let text = `[offset 0] Checking RDB file ${path}\n`;
  if (data === null) return { text, valid: false };
  const read = { keys: 0, expires: 0 };
  try {
    for (const part of scanRdb(data)) text += describe(part, read);
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    return { text: `${text}--- RDB ERROR DETECTED ---\n${error.message}\n`, valid: false };
  }
  text += `[info] ${read.keys} keys read\n[info] ${read.expires} expires\n[info] 0 already expired\n`;
  return { text, valid: true };
}

function describe(part: RdbPart, read: { keys: number; expires: number }): string {
  switch (part.kind) {
    case 'aux':
      return `[offset ${part.at}] AUX FIELD ${part.name} = '${part.value}'\n`;
    case 'db':
      return `[offset ${part.at}] Selecting DB ID ${part.id}\n`;
    case 'key':
      read.keys++;
      if (part.expires) read.expires++;
      return '';
    case 'end':
      return `[offset ${part.at}] Checksum OK\n[offset ${part.at}] \\o/ RDB looks OK! \\o/\n`;
  }
}

/** Commands in the form in which clients send them, one after the other. */
function checkAof(path: string, data: Bytes): { text: string; valid: boolean; validTo: number } {
  const command = /\*(\d+)\r\n/y;
  const argument = /\$(\d+)\r\n/y;
  let [at, lines, validTo, validLine] = [0, 1, 0, 1];
  let problem = '';
  const line = (pattern: RegExp, what: string): number => {
    pattern.lastIndex = at;
    const found = pattern.exec(data);
    if (found === null) problem = `${hex(at)}: Expected prefix '${what}', got: '${data[at] ?? ''}'\n`;
    else [at, lines] = [pattern.lastIndex, lines + 1];
    return found === null ? -1 : Number(found[1]);
  };
  while (at < data.length && problem === '') {
    const count = line(command, '*');
    for (let i = 0; i < count && problem === ''; i++) {
      const length = line(argument, '$');
      if (length < 0) break;
      const left = data.length - at;
      if (left < length + 2)
        problem = `${hex(at)}: Expected to read ${length + 2} bytes, got ${left} bytes\n`;
      else [at, lines] = [at + length + 2, lines + 1];
    }
    if (problem === '') [validTo, validLine] = [at, lines];
  }
  const diff = data.length - validTo;
  const figures = `size=${data.length}, ok_up_to=${validTo}, ok_up_to_line=${validLine}, diff=${diff}`;
  const text = `${problem}AOF analyzed: filename=${path.replace(/^.*\//, '')}, ${figures}\n`;
  return { text, valid: diff === 0, validTo };
}

const hex = (at: number): string => `0x${at.toString(16).padStart(16)}`;

/** A manifest names a base file and what was appended since. */
async function checkManifest(path: string, manifest: Bytes, around: Surroundings): ReturnType<Execute> {
  const folder = path.replace(/[^/]*$/, '');
  let text = 'Start checking Multi Part AOF\n';
  let valid = true;
  for (const [, name = '', type] of manifest.matchAll(/^file (\S+) seq \d+ type ([bi])/gm)) {
    const data = await bytesOf(folder + name, around);
    const isRdb = data?.startsWith('REDIS') ?? false;
    if (type === 'b') text += `Start to check BASE AOF (${isRdb ? 'RDB' : 'RESP'} format).\n`;
    else if (!text.includes('INCR files')) text += 'Start to check INCR files.\n';
    const checked = isRdb || data === null ? checkRdb(name, data) : checkAof(name, data);
    text += checked.text;
    valid &&= checked.valid;
    text += `${type === 'b' ? 'BASE' : 'INCR'} AOF ${name} is ${checked.valid ? '' : 'not '}valid\n`;
  }
  if (valid) text += 'All AOF files and manifest are valid\n';
  return { stdout: text, stderr: '', exitCode: valid ? 0 : 1 };
}
