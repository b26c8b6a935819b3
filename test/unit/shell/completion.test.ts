/* Tab at the prompt of a shell. */

import { beforeAll, describe, expect, test } from 'vitest';
import { ConsoleShell } from '#shell/console-shell.ts';
import { CONSOLE, SessionDoor } from './session-door.ts';

describe('Tab in a shell', () => {
  let door: SessionDoor;
  let shell: ConsoleShell;

  beforeAll(async () => {
    door = new SessionDoor({ masters: 3, replicasPerMaster: 0, warmUpMs: 3000 });
    await door.open();
    shell = await ConsoleShell.open(door, CONSOLE);
    await shell.type('mkdir -p /tmp/a; touch /tmp/a/one "/tmp/a/two words" /tmp/.hidden; FLAVOUR=x');
    await shell.type('rolling() { :; }');
  });

  test.each([
    ['redis-s', ['redis-server ']],
    ['rolli', ['rolling ']],
    ['true && systemc', ['true && systemctl ']],
    ['x=$(redis-serv', ['x=$(redis-server ']],
    ['cat /tm', ['cat /tmp/']],
    ['cat /tmp/a/', ['cat /tmp/a/one', 'cat /tmp/a/two\\ words']],
    ['cat /tmp/a/t', ['cat /tmp/a/two\\ words ']],
    ['ls /tmp/.h', ['ls /tmp/.hidden ']],
    ['cat < /tmp/a/o', ['cat < /tmp/a/one ']],
    ['cat ~/nosuch/', []],
    ['cat /var/lib/redis/7000/no', ['cat /var/lib/redis/7000/nodes.conf ']],
    ['echo $FLA', ['echo $FLAVOUR ']],
    ['redis-cli -p ', ['redis-cli -p 700']],
    ['redis-cli -p 700', ['redis-cli -p 7000', 'redis-cli -p 7001', 'redis-cli -p 7002']],
    ['redis-cli --cluster reb', ['redis-cli --cluster rebalance ']],
    ['redis-cli --cluster check 127.0.0.1:7000', []],
    ['redis-cli --cluster check 127', ['redis-cli --cluster check 127.0.0.1:700']],
    ['redis-cli -c -p 7000 CLUSTER SHAR', ['redis-cli -c -p 7000 CLUSTER SHARDS ']],
    ['redis-cli -p 7000 clus', ['redis-cli -p 7000 cluster ']],
    ['systemctl restart redis-server@7001', []],
    ['systemctl resta', ['systemctl restart ']],
    ['kill -ST', ['kill -STOP ']],
    ['nosuchcommand', []],
    ["echo 'open", []],
    ['\u0000\u001b[', []],
  ])('%j', async (line, expected) => {
    expect(await shell.complete(line)).toEqual(expected);
  });
});
