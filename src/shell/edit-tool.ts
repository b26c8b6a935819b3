/* nano, vi and edit: editors that have the terminal of the console. Their code is loaded when one is opened. */

import type { EditorFile } from './editor/editor.ts';
import type { WriteProblem } from './editor/words.ts';
import { fail, ok, type Execute, type Surroundings } from './command.ts';
import type { ShellWorld } from './world.ts';

/** A text longer than this is no configuration file, and a page would be slow with it. */
const LONGEST = 1 << 20;

export function editTools(world: ShellWorld): Record<string, Execute> {
  const tools: Record<string, Execute> = {};
  for (const name of ['nano', 'edit', 'vi', 'vim']) {
    tools[name] = (args, _stdin, around) => edit(world, name, args, around);
  }
  return tools;
}

async function edit(
  world: ShellWorld,
  name: string,
  args: string[],
  around: Surroundings,
): ReturnType<Execute> {
  const words = [...args];
  const row = /^\+\d+$/.test(words[0] ?? '') ? Number(words.shift()) - 1 : 0;
  if (words[0] === '--') words.shift();
  else if (words.some((word) => word.startsWith('-')))
    return fail(
      `${name}: unknown option ${words.find((word) => word.startsWith('-'))}\nusage: ${name} [+LINE] [FILE]`,
      2,
    );
  if (words.length > 1) return fail(`${name}: one file at a time`, 2);
  const file = await read(around, words[0] ?? null);
  if (typeof file === 'string') return fail(`${name}: ${file}`);
  const { Editor, Nano, Vi } = await import('./editor/index.ts');
  const language = world.language();
  const host = { language, write: (path: string, text: string) => write(around, path, text) };
  const manner = name.startsWith('vi') ? Vi : Nano;
  const editor = new Editor({ ...file, row: Math.max(0, row) }, host, (made) => new manner(made));
  if (!(await world.edit(editor, around.signal))) return fail(`${name}: there is no terminal to edit on`);
  return ok('');
}

/** The file, or why it cannot be edited. */
async function read(around: Surroundings, name: string | null): Promise<Omit<EditorFile, 'row'> | string> {
  if (name === null) return { path: null, text: '', isNew: true };
  const path = around.fs.resolvePath(around.cwd, name);
  if (!(await around.fs.exists(path))) return { path: name, text: '', isNew: true };
  if ((await around.fs.stat(path)).isDirectory) return `${name} is a directory`;
  const bytes = await around.fs.readFileBuffer(path);
  if (bytes.length > LONGEST)
    return `${name} has ${bytes.length} bytes, and ${LONGEST} are the most that can be edited`;
  if (bytes.includes(0)) return `${name} is not a text: it has zero bytes`;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: name, text, isNew: false };
  } catch {
    return `${name} is not a text in UTF-8`;
  }
}

/** Saves; what went wrong, or null. */
async function write(around: Surroundings, name: string, text: string): Promise<WriteProblem | null> {
  const path = around.fs.resolvePath(around.cwd, name);
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  try {
    if (!(await around.fs.exists(folder))) return 'noFolder';
    await around.fs.writeFile(path, text);
    return null;
  } catch (error) {
    if (/EACCES/.test(String(error))) return 'denied';
    return /EISDIR/.test(String(error)) ? 'isFolder' : 'failed';
  }
}
