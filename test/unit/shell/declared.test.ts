/* What scripts declare read-only, lists that they declare at once, and `trap ... ERR`. What each line is expected to
 * print is what bash prints for it. */

import { beforeAll, describe, expect, test } from 'vitest';
import type { Shell } from '#shell/shell.ts';
import { openShell, output, type SessionDoor } from './session-door.ts';

let door: SessionDoor;
let shell: Shell;
const out = (line: string): Promise<string> => output(door, shell, line);
const script = (text: string): Promise<string> =>
  out(`cat > t.sh <<'__end__'\n${text}\n__end__\nbash t.sh; echo "ended $?"`);

beforeAll(async () => {
  ({ door, shell } = await openShell({ masters: 1, replicasPerMaster: 0, seed: 5 }));
});

describe('what is read-only', () => {
  const REFUSED = 'bash: x: readonly variable\n';

  test('lasts at the prompt, and is not assigned to', async () => {
    await out('readonly x=1');
    expect(await out('x=2; echo after')).toBe(REFUSED);
    expect(await out('echo $? $x')).toBe('1 1\n');
    // What stood before it on the line holds.
    expect(await out('y=5; x=2')).toBe(REFUSED);
    expect(await out('echo $x $y')).toBe('1 5\n');
    expect(await out('unset x; echo $?')).toBe('bash: unset: x: cannot unset: readonly variable\n1\n');
    expect(await out('f() { x=3; echo in; }; f')).toBe(REFUSED);
    expect(await out('(x=2; echo in); echo $? $x')).toBe(`${REFUSED}1 1\n`);
    expect(await shell.run('x=4')).toMatchObject({ exited: false });
  });

  test('is so in its own script alone', async () => {
    expect(await out("bash -c 'x=9; echo $x; readonly z=1'; z=2; echo $z $x")).toBe('9\n2 1\n');
    expect(await out('f() { local -r q=1; echo $q; }; f; f; q=3; echo $q')).toBe('1\n1\n3\n');
    expect(await out('echo $(bash -c "readonly p=1; echo $p"); readonly p=2; echo $p')).toBe('\n2\n');
  });

  test('lets a script go on in the next line', async () => {
    const refused = 'bash: PORT: readonly variable\n';
    expect(await script('readonly PORT=7000\nPORT=1\necho "after $? $PORT"')).toBe(
      `${refused}after 1 7000\nended 0\n`,
    );
    expect(await script('set -e\nreadonly PORT=7000\nPORT=1\necho no')).toBe(`${refused}ended 1\n`);
    expect(await script('declare -r PORT=7000; PORT=1; echo no')).toBe(`${refused}ended 1\n`);
  });

  test('may be a list', async () => {
    await out(`readonly list=(1 'b c'); declare -r other=(3 4)`);
    expect(await out('echo ${list[1]} ${#list[@]}; list[0]=2')).toBe(
      'b c 2\nbash: list: readonly variable\n',
    );
    expect(await out('other+=(5)')).toBe('bash: other: readonly variable\n');
    expect(await out('echo ${list[0]} ${other[*]}')).toBe('1 3 4\n');
  });
});

test('a list keeps its elements whole where it is declared', async () => {
  expect(await out(`declare -a a=(1 "b c" 'd  e'); echo "\${#a[@]}:\${a[1]}:\${a[2]}"`)).toBe('3:b c:d  e\n');
  expect(await out(`declare -A m=([k]="x y" [l]='z w'); echo "\${m[k]}:\${m[l]}"`)).toBe('x y:z w\n');
  expect(
    await out(`f() { local a=("$@") n=2; echo "\${#a[@]}:\${a[0]}:$n"; }; f 'p q' r; echo "\${#a[@]}"`),
  ).toBe('2:p q:2\n3\n');
  expect(await out(`g='v w'; declare -a n=("$g" $g $(echo 1 2)); echo "\${#n[@]}"`)).toBe('5\n');
});

describe('trap ... ERR', () => {
  test('comes where a failure is noticed, and nowhere else', async () => {
    const failures = `trap 'echo "$? at $LINENO: $BASH_COMMAND"' ERR
false
f() { false; echo in f; return 3; }
f
if false; then :; fi
false || true
false && true
! true
true && false
(exit 4)
for i in 1; do false; done
false | true
true | false
[[ a == b ]]
x=$(false)
while false; do :; done
{ false; true; }
false || false
if true; then false; fi
case a in a) false;; esac
echo "it's"; [ 'a;b' = "$x" ]`;
    expect(await script(failures)).toBe(`1 at 2: false
in f
3 at 4: f
1 at 9: false
4 at 10: (exit 4)
1 at 11: false
1 at 13: false
1 at 14: [[ a == b ]]
1 at 15: x=$(false)
1 at 17: false
1 at 18: false
1 at 19: false
1 at 20: false
it's
1 at 21: [ 'a;b' = "$x" ]
ended 1
`);
  });

  test('stands beside set -e, set -E and EXIT', async () => {
    const trap = `trap 'echo "failed $?"' ERR\n`;
    const inside = 'f() { false; echo in f; }\nf\necho no';
    expect(await script(`set -e\n${trap}${inside}`)).toBe('ended 1\n');
    expect(await script(`set -eE\n${trap}${inside}`)).toBe('failed 1\nended 1\n');
    expect(await script(`set -e\n${trap}trap 'echo bye' EXIT\nls /none 2> /dev/null\necho no`)).toBe(
      'failed 2\nbye\nended 2\n',
    );
    expect(await script("trap 'exit 7' ERR\nfalse\necho no")).toBe('ended 7\n');
    expect(await script('trap "echo E" ERR; trap -p; trap - ERR; false; echo ok')).toBe(
      "trap -- 'echo E' ERR\nok\nended 0\n",
    );
  });

  test('lasts at the prompt, and is not that of a script', async () => {
    await out("trap 'echo oops $?' ERR");
    expect(await out('false')).toBe('oops 1\n');
    expect(await out("bash -c 'false; echo in'")).toBe('in\n');
    expect(await out('redis-cli -p 7777 ping')).toMatch(/refused\noops 1\n$/);
    expect(await out("cat > t <<'__'\none\n__\ntrap - ERR; false; cat t")).toBe('one\n');
  });
});
