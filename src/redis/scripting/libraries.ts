/* The libraries of FUNCTION LOAD: reading their first line, loading, replacing (after functions.c). */

import type { Bytes } from '#base/bytes.ts';
import { splitArgs } from '#base/split-args.ts';
import { RdbError } from '#redis/rdb-io.ts';
import { ErrorReply } from '#redis/reply.ts';
import type { Server } from '#redis/server.ts';
import { interpreter } from './interpreter.ts';
import type { Library, LibraryFunction } from './state.ts';

const fail = (text: string): ErrorReply => new ErrorReply(`ERR ${text}`);

/** The name of a library and its code with the first line made empty. */
function parseMetadata(source: Bytes): { name: Bytes; engine: Bytes; code: Bytes } | ErrorReply {
  if (!source.startsWith('#!')) return fail('Missing library metadata');
  const end = source.indexOf('\n');
  if (end < 0) return fail('Invalid library metadata');
  const [shebang, ...parts] = splitArgs(source.slice(0, end)) ?? [];
  if (shebang === undefined) return fail('Invalid library metadata');
  const engine = shebang.slice(2);
  let name: Bytes | null = null;
  for (const part of parts) {
    if (!part.toLowerCase().startsWith('name=')) return fail(`Invalid metadata value given: ${part}`);
    if (name !== null) return fail('Invalid metadata value, name argument was given multiple times');
    name = part.slice(5);
  }
  if (name === null) return fail('Library name was not given');
  return { name, engine, code: source.slice(end) };
}

/** A library made from its source, without adding it to the server's. Its code does not run when its
 *  name is one of `taken`. */
export function createLibrary(
  server: Server,
  source: Bytes,
  taken?: ReadonlyMap<Bytes, Library>,
): Library | ErrorReply {
  const metadata = parseMetadata(source);
  if (metadata instanceof ErrorReply) return metadata;
  const { name, engine, code } = metadata;
  if (!/^[A-Za-z0-9_]+$/.test(name)) {
    return fail(
      'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long',
    );
  }
  if (engine.toLowerCase() !== 'lua') return fail(`Engine '${engine}' not found`);
  if (taken?.has(name)) return fail(`Library '${name}' already exists`);
  const functions = interpreter().loadLibrary(server, name, code);
  return functions instanceof ErrorReply ? functions : { name, code: source, functions };
}

/** The code of a library as the interpreter gets it. */
export const libraryBody = (library: Library): Bytes => library.code.slice(library.code.indexOf('\n'));

/** Finds a function in the libraries; upper and lower case are the same. */
export function findFunction(
  libraries: ReadonlyMap<Bytes, Library>,
  name: Bytes,
): { library: Library; found: LibraryFunction } | null {
  for (const library of libraries.values()) {
    const found = library.functions.get(name);
    if (found) return { library, found };
  }
  const lower = name.toLowerCase();
  for (const library of libraries.values()) {
    for (const found of library.functions.values()) {
      if (found.name.toLowerCase() === lower) return { library, found };
    }
  }
  return null;
}

/** Adds a library to a set of them; an error when a name is taken. */
export function addLibrary(
  libraries: Map<Bytes, Library>,
  library: Library,
  replace: boolean,
  quoteName = true,
): ErrorReply | null {
  const old = libraries.get(library.name);
  if (old && !replace) {
    const name = quoteName ? `'${library.name}'` : library.name;
    return fail(`Library ${name} already exists`);
  }
  for (const name of library.functions.keys()) {
    const other = findFunction(libraries, name);
    if (other && other.library !== old) return fail(`Function ${name} already exists`);
  }
  libraries.set(library.name, library);
  return null;
}

/** The code of every library, as it was loaded. */
export function libraryCodes(server: Server): Bytes[] {
  return Array.from(server.scripting.libraries.values(), ({ code }) => code);
}

/** Loads a library that an RDB file brought. */
export function loadLibraryFromRdb(server: Server, code: Bytes, replace: boolean): void {
  const library = createLibrary(server, code);
  const problem =
    library instanceof ErrorReply ? library : addLibrary(server.scripting.libraries, library, replace);
  if (problem) throw new RdbError(problem.text);
}
