/* What happens to lines that are typed at a shell, and to inputs of a shell that are none. */

import { beforeEach, describe, expect, test } from 'vitest';
import { checkInput } from '#session/session-file.ts';
import { ConsoleShell } from '#shell/console-shell.ts';
import { CONSOLE, SessionDoor } from './session-door.ts';

describe('a shell at a console', () => {
  let door: SessionDoor;
  let shell: ConsoleShell;
  const type = async (line: string): Promise<string> => {
    await door.frame();
    const from = door.shown.length;
    await shell.type(line);
    await door.frame();
    return door.shown.slice(from);
  };

  beforeEach(async () => {
    door = new SessionDoor({ masters: 1, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 });
    await door.open();
    shell = await ConsoleShell.open(door, CONSOLE);
  });

  test('shows what was typed behind its prompt, and then what it printed', async () => {
    expect(await type('echo 你好; false')).toBe('root@redis:~# echo 你好; false\n你好\n');
    expect(await type('echo $?')).toContain('\n1\n');
    expect(await type('')).toBe('root@redis:~# \n');
  });

  test('gathers lines that go on, until they are whole', async () => {
    expect(await type('for i in 1 2; do')).toBe('root@redis:~# for i in 1 2; do\n');
    expect(shell.prompt).toBe('> ');
    expect(await type('  echo "n $i')).toBe('>   echo "n $i\n');
    expect(await type('  m"; done')).toBe('>   m"; done\nn 1\n  m\nn 2\n  m\n');
    await type('cat <<EOF');
    await type('a $HOME');
    expect(await type('EOF')).toBe('> EOF\na /root\n');
    await type('if true; then');
    await shell.interrupt();
    expect(shell.prompt).toBe('root@redis:~# ');
    expect(await type('fi')).toMatch(/syntax error/);
  });

  test('redis-cli alone has the terminal, and elsewhere a pipe', async () => {
    expect(await type('redis-cli -p 7000 set k "a b"')).toMatch(/\nOK\n$/);
    expect(await type('redis-cli -p 7000 get k')).toMatch(/\n"a b"\n$/);
    expect(await type('redis-cli -p 7000 get k | cat')).toMatch(/\na b\n$/);
    const log = (await door.session.save()).inputs.map(({ input }) => input);
    expect(log.filter((input) => input.kind === 'run').map(({ tty }) => tty)).toEqual([true, true, false]);
  });

  test('text of servers cannot steer the terminal', async () => {
    const shown = await type("redis-cli -p 7000 --raw echo $'\\e[31mred' | cat");
    expect(shown).not.toContain('\x1b');
    expect(await type("printf '\\033]0;title\\007'")).not.toContain('\x1b');
  });

  test('exit ends it', async () => {
    await type('exit');
    expect(shell.ended).toBe(true);
  });
});

describe('an input of a shell that is none is refused', () => {
  const has = (name: string): boolean => name === CONSOLE;
  const run = { kind: 'run', console: CONSOLE, id: 1, argv: ['redis-cli'], stdin: '', tty: false };
  test.each([
    [{ ...run, console: 'console:x' }],
    [{ ...run, id: 'one' }],
    [{ ...run, argv: [] }],
    [{ ...run, argv: [1] }],
    [{ ...run, stdin: 7 }],
    [{ ...run, stdin: '你' }],
    [{ ...run, tty: 'yes' }],
    [{ ...run, id: 0 }],
    [{ ...run, background: 1 }],
    [{ kind: 'signal', console: CONSOLE, id: 'one', signal: 'STOP' }],
    [{ kind: 'signal', console: CONSOLE, id: 0, signal: 'KILL' }],
    [{ kind: 'signal', console: CONSOLE, id: 1, signal: 'USR1' }],
    [{ kind: 'signal', console: CONSOLE, id: 1, signal: 'CONT', background: 'yes' }],
    [{ kind: 'signal', console: 'nobody', id: 1, signal: 'CONT' }],
    [{ kind: 'hangup', console: 'nobody' }],
    [{ kind: 'print', console: CONSOLE, text: 5 }],
    [{ kind: 'print', console: CONSOLE, text: '', echo: 1 }],
    [{ kind: 'print', console: 'nobody', text: '' }],
    [{ kind: 'files', console: CONSOLE, files: null }],
    [{ kind: 'files', console: CONSOLE, files: { '/a': 5 } }],
    [{ kind: 'files', console: CONSOLE, files: { '/a': '你' } }],
    [{ kind: 'files', console: 'nobody', files: {} }],
    [{ kind: 'launch', port: 0, config: '' }],
    [{ kind: 'launch', port: 60_000, config: '' }],
    [{ kind: 'launch', port: 7000, config: null }],
  ])('%j', (input) => {
    expect(checkInput(input, has)).toMatch(/^[a-z].+/);
  });
  test('and one that is right is taken', () => {
    expect(checkInput(run, has)).toBeNull();
    expect(checkInput({ ...run, stdin: null, background: true }, has)).toBeNull();
    expect(checkInput({ kind: 'signal', console: CONSOLE, id: 9, signal: 'STOP' }, has)).toBeNull();
    expect(checkInput({ kind: 'hangup', console: CONSOLE }, has)).toBeNull();
    expect(
      checkInput({ kind: 'files', console: CONSOLE, files: { '/a': '\xff', '/b': null } }, has),
    ).toBeNull();
    expect(checkInput({ kind: 'launch', port: 7000, config: 'port 7000\n' }, has)).toBeNull();
  });
});
