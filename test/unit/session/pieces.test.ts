import { expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import { piecesFor } from '#session/pieces.ts';

test('a piece of the program is loaded for the inputs that may need it, and for no other', () => {
  const typed = (line: string) => piecesFor({ kind: 'line', console: 'console:7000', line });
  expect(typed('SET foo bar')).toEqual([]);
  expect(typed('help set')).toEqual(['help']);
  expect(typed('?')).toEqual(['help']);
  expect(typed('EVAL "return 1" 0')).toEqual(['lua']);
  expect(typed('echo "SCRIPT HELP" | redis-cli')).toEqual(['lua', 'help']);
  expect(typed('COMMAND DOCS get')).toEqual(['help']);
  // Words at the beginning of a line, as they are and as a shell is told of them.
  expect(typed('SET a 1\nEVAL "return 1" 0')).toEqual(['lua']);
  expect(typed("printf 'PING\\nFUNCTION LIST\\n' | redis-cli")).toEqual(['lua']);
  const launch = { kind: 'launch', port: 7006, config: 'save ""\nrename-command\tEVAL run' } as const;
  expect(piecesFor(launch)).toContain('lua');
  const run = { kind: 'run', console: 'console:host', id: 1, stdin: '', tty: false } as const;
  expect(piecesFor({ ...run, argv: ['redis-cli', 'ping'] })).toEqual([]);
  expect(piecesFor({ ...run, argv: ['nc', '-z', '127.0.0.1', '7000'] })).toEqual(['shell']);
  expect(piecesFor({ ...run, argv: ['redis-cli', '-p', '7000', '--scan'] })).toEqual(['shell']);
  expect(typed('redis-cli --cluster check 127.0.0.1:7000')).toEqual(['help', 'shell']);
  expect(piecesFor({ kind: 'openConsole', console: 'c', argv: ['redis-cli', '--stat'] })).toEqual(['shell']);
  expect(piecesFor({ kind: 'interrupt', console: 'help' })).toEqual([]);
});

test('help typed into a console has its sentence in both languages', async () => {
  const session = makeSession();
  await session.open({ seed: 1 });
  await session.input({ kind: 'openConsole', console: 'c', argv: ['redis-cli', '-p', '7000'] });
  expect(await session.exec('c', 'help get')).toMatch(/summary:\x1b\[0m [A-Z][\x20-\x7e]+ [^\x00-\x7f]/);
});

test('COMMAND DOCS typed into a console tells what a command is for and what it takes', async () => {
  const session = makeSession();
  await session.open({ seed: 1 });
  await session.input({ kind: 'openConsole', console: 'c', argv: ['redis-cli', '-p', '7000'] });
  const output = await session.exec('c', 'COMMAND DOCS get');
  expect(output).toMatch(/"summary"[^"]*"[A-Z][^"]{10,}"/);
  expect(output).toMatch(/"key_spec_index"[^"]*\(integer\) 0/);
  const help = await session.exec('c', 'OBJECT HELP');
  expect(help).toContain('FREQ <key>');
});
