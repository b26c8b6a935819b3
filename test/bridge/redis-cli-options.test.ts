/* The command line and the pipe of redis-cli: the same words and the same input are given to Debian's
 * redis-cli and to ours, against one real server. Both must print the same to either output and end with the
 * same code. Odd and wrong options are most of it. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { runOurs } from '#test/conformance/cli/real-console.ts';
import { freePorts, redisCli, startRealServer, stopAll } from './processes.ts';

let port: number;

beforeAll(async () => {
  port = await freePorts(1);
  await startRealServer({ port: String(port), 'enable-debug-command': 'yes' });
});
afterAll(stopAll);

/** Words separated by blanks; PORT is the server's. What follows a bar is piped in. */
const LINES = String.raw`
--foo
-p
-p PORT -x | PING
-p PORT -x SET a | v
-p PORT -X t SET t b | v
-p PORT -X t SET a b | v
-p PORT -x -X t SET a t | v
-p abc PING
-p -1 PING
-p PORT -n abc PING
-p PORT -n 99 PING
-p PORT -n -1 GET a
-p PORT -n 3 | SET a 1\nGET a\nSELECT 99\nSELECT 2\nGET a
-p PORT -r 3 INCR x
-p PORT -r 0 INCR x
-p PORT -r 3 -i 0.01 INCR x
-p PORT -a wrong PING
-p PORT --user u PING
-p PORT --user u --pass p PING
-p PORT --no-auth-warning -a wrong PING
-u redis://localhost:PORT PING
-u redis://localhost:PORT/abc PING
-u redis://u@localhost:PORT/3 PING
-u redis://u:p@localhost:PORT/3 PING
-u redis://:p@localhost:PORT/3 PING
-u redis://u:%4@localhost:PORT PING
-u redis://u:%@localhost:PORT PING
-u redis://%41:%zz@localhost:PORT PING
-u redis:///3 -p PORT PING
-u redis:// -p PORT PING
-u http://localhost:PORT PING
-p PORT -2 -3 PING
-p PORT -2 --json CONFIG GET maxmemory
-p PORT --json CONFIG GET maxmemory
-p PORT --json FOO
-p PORT -e FOO
-p PORT -e GET nokey
-p PORT --csv EVAL return{1,'a',{2,'b'},false} 0
-p PORT -3 --no-raw EVAL redis.setresp(3)return{true,{double=1},{map={a={map={b=1}}}},{big_number='123'}} 0
-p PORT -3 --json EVAL redis.setresp(3)return{true,{double=1e300},{map={a={map={b=1}}}},{big_number='123'}} 0
-p PORT -3 --csv EVAL redis.setresp(3)return{true,{double=1e300},{map={a={map={b=1}}}},{big_number='123'}} 0
-p PORT -3 --no-raw DEBUG PROTOCOL attrib
-p PORT -3 --no-raw DEBUG PROTOCOL push
-p PORT -3 --no-raw --show-pushes yes DEBUG PROTOCOL push
-p PORT --show-pushes maybe PING
-p PORT --show-pushes PING
-p PORT --eval nosuch.lua k
-p PORT --quoted-input SET a "\x00\n"
-p PORT --quoted-input SET a "unbal
-p PORT --raw -d = EVAL return{1,2,{3}} 0
-p PORT -D END -r 2 PING
-p PORT --scan --pattern x*
-p PORT --scan --quoted-pattern "a
-p PORT --cacert x PING
-p PORT --pipe | PING\r\nFOO\r\nSET a 1\r\n
-p PORT --pipe |
-p PORT MULTI
-p PORT AUTH x
-p PORT HELLO 9
-p PORT help nosuch
-p PORT | MULTI\nSET a 1\nGET a\nEXEC\nMULTI\nFOO\nEXEC\nDISCARD
-p PORT | RESET\nSELECT 3\nSET a 1\nRESET\nGET a
-p PORT | exit\nPING
-p PORT | QUIT\nPING
-p PORT | 3 PING\n-1 PING\n0 PING\n3\nx PING\n+2 PING\n2x PING
-p PORT | "unbal\nSET a "x\n"\nGET a\n'a\'b'\nECHO "a"b
-p PORT | :set hints\n:set foo\n:foo\n:
-p PORT | connect 127.0.0.1 PORT\nPING\nconnect 127.0.0.1 1\nPING
-p PORT --no-raw | EVAL 'return {1,{2,{3,{4}}}}' 0\nEVAL 'return {}' 0\nEVAL 'return {{},{{}}}' 0
-p PORT --csv | EVAL 'return {1,{2,{3,{4}}}}' 0\nGET x\nFOO\nMULTI\nPING\nEXEC
-p PORT --json | EVAL 'return {1,{2,{3,{4}}}}' 0\nGET x\nFOO\nMULTI\nPING\nEXEC
-p PORT --no-raw -3 | CLIENT TRACKING ON\nSET a 1\nGET a\nSET a 2\nGET a\nGET a
-p 1 PING
-p 1 | PING\nPING
-p 1 --scan
-p 1 --bigkeys
-p 1 --stat
-p 1 --rdb x.rdb
-p 1 --replica
--cluster check PORT
--cluster check 127.0.0.1:
--cluster check 127.0.0.1:0
--cluster check :PORT
--cluster check 127.0.0.1:PORT
--cluster check 127.0.0.1 PORT
--cluster info a b
--cluster add-node a b
--cluster add-node 127.0.0.1:PORT 127.0.0.1:PORT
--cluster del-node a b
--cluster call 127.0.0.1:PORT
--cluster call 127.0.0.1:PORT PING
--cluster set-timeout 127.0.0.1:PORT x
--cluster import 127.0.0.1:PORT
--cluster import 127.0.0.1:PORT --cluster-from x
--cluster create 127.0.0.1:PORT
--cluster create x y z
--cluster create 127.0.0.1:PORT 127.0.0.1:PORT 127.0.0.1:PORT
--cluster-weight
--cluster-weight a=1 --cluster-weight b=2
`
  .trim()
  .split('\n');

/** The words of a line and what is piped in. */
function parts(line: string): { words: string[]; input: string } {
  const [words = '', input = ''] = line.replaceAll('PORT', String(port)).split(/ \| ?/);
  return {
    words: words.split(' '),
    input: input.replaceAll(String.raw`\r`, '\r').replace(/\\n(?!")/g, '\n'),
  };
}

test.each(LINES)('redis-cli %s', async (line) => {
  const { words, input } = parts(line);
  await redisCli(['-p', port, 'FLUSHALL']);
  const theirs = await redisCli(words, input);
  await redisCli(['-p', port, 'FLUSHALL']);
  const ours = await runOurs(['redis-cli', ...words], { tty: false, stdin: input });
  expect([ours.stdout, ours.stderr, ours.exitCode]).toEqual([theirs.stdout, theirs.stderr, theirs.code]);
});
