/* nano and vi in a shell: files that are read and written, and servers that start from them. */

import { expect, test, vi } from 'vitest';
import type { Editor } from '#shell/editor/editor.ts';
import { SessionWorld } from '#shell/session-world.ts';
import { Shell } from '#shell/shell.ts';
import { CONSOLE, openShell, output, SessionDoor } from './session-door.ts';

const WORLD = { masters: 1, replicasPerMaster: 0, preset: 'standalone', warmUpMs: 1000 } as const;

/** A shell whose editors are worked by these keys, one editor after the other. */
async function typingShell(...keys: string[]): Promise<{ door: SessionDoor; shell: Shell; shown: Editor[] }> {
  const door = new SessionDoor(WORLD);
  await door.open();
  const shown: Editor[] = [];
  const show = (editor: Editor): void => {
    shown.push(editor);
    editor.type(keys.shift() ?? '');
  };
  Object.assign(door, { screen: { language: () => 'en', show } });
  return { door, shell: await Shell.open(new SessionWorld(door, CONSOLE)), shown };
}

test('a configuration is typed, and a server starts from it', async () => {
  const { door, shell } = await typingShell(
    'port 7100\rmaxmemory 3mb\x0f\r\x18',
    'iappendonly yes\r\x1b:wq\r',
  );
  expect(await output(door, shell, 'nano r.conf')).toBe('');
  expect(await output(door, shell, 'cat r.conf')).toBe('port 7100\nmaxmemory 3mb\n');
  expect(await output(door, shell, 'vi r.conf; cat r.conf')).toBe(
    'appendonly yes\nport 7100\nmaxmemory 3mb\n',
  );
  expect(await output(door, shell, 'redis-server ./r.conf &')).toBe('');
  expect(await output(door, shell, 'redis-cli -p 7100 CONFIG GET maxmemory')).toBe(
    '1) "maxmemory"\n2) "3145728"\n',
  );
  const { inputs } = await door.session.save();
  expect(inputs.some(({ input }) => input.kind === 'files' && '/root/r.conf' in input.files)).toBe(true);
});

test('what is no text for an editor is refused with a reason', async () => {
  const { door, shell } = await openShell(WORLD);
  expect(await output(door, shell, 'nano x')).toBe('nano: there is no terminal to edit on\n');
  const typing = await typingShell();
  const refused = (line: string): Promise<string> => output(typing.door, typing.shell, line);
  expect(await refused("printf 'a\\000b' > zero; nano zero")).toBe(
    'nano: zero is not a text: it has zero bytes\n',
  );
  expect(await refused('echo /v8= | base64 -d > bytes; vi bytes')).toBe('vi: bytes is not a text in UTF-8\n');
  expect(await refused('nano /tmp')).toBe('nano: /tmp is a directory\n');
  expect(await refused('nano a b')).toBe('nano: one file at a time\n');
  expect(await refused('nano --fly')).toMatch(/^nano: unknown option --fly\nusage: /);
  expect(await refused("printf '%*s' 1100000 x > huge; nano huge")).toMatch(
    /^nano: huge has \d+ bytes, and /,
  );
  expect(typing.shown).toEqual([]);
});

test('a line of half a million characters can be edited', async () => {
  const { door, shell, shown } = await typingShell('\x1b[F!\x13');
  const done = output(door, shell, "printf '%*s' 500000 x > long; nano long");
  await vi.waitFor(() => expect(shown[0]?.message).toBe('Wrote 1 line'), { timeout: 60_000 });
  expect(shown[0]?.draw(80, 24).length).toBeLessThan(5000);
  shown[0]?.type('\x18');
  await done;
  expect(await output(door, shell, 'wc -c < long; tail -c 3 long')).toMatch(/500002\s+x!\n/);
});

test("the servers' own files are only to be read; Ctrl-C on the shell ends the editor", async () => {
  const { door, shell, shown } = await typingShell('x\x13');
  await output(door, shell, 'redis-cli -p 7000 SET a b; redis-cli -p 7000 SAVE');
  const done = shell.run('nano /var/log/redis/7000.log');
  await vi.waitFor(() => expect(shown[0]?.message).toContain('only to be read'), { timeout: 60_000 });
  await shell.interrupt();
  expect((await done).exitCode).toBe(130);
  expect(shown[0]?.hasEnded).toBe(true);
});

test('files of the shell go back and forth with the world', async () => {
  const { door, shell } = await typingShell();
  await output(door, shell, 'echo one > a.txt');
  const { now } = await door.session.frame();
  await output(door, shell, 'sleep 1; echo two > a.txt; echo new > b.txt; mkdir -p d; echo deep > d/c.txt');
  await output(door, shell, 'sleep 1');
  const file = await door.session.save();
  await door.session.seek(now);
  door.jumps++;
  expect(await output(door, shell, 'cat a.txt; ls')).toBe('one\na.txt\nd\n');
  await output(door, shell, 'rm a.txt');

  // Another shell, on a world that was loaded from the file, finds them.
  await door.session.load(file);
  const other = await Shell.open(new SessionWorld(door, CONSOLE));
  expect(await output(door, other, 'cat a.txt b.txt d/c.txt')).toBe('two\nnew\ndeep\n');
});
