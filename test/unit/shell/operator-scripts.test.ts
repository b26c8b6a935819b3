/* Scripts of the kind that operators keep, and the commands of the machine, over simulated servers. */

import { beforeEach, describe, expect, test } from 'vitest';
import { makeSession } from '#session/in-place.ts';
import type { Shell } from '#shell/shell.ts';
import { CONSOLE, openShell, output, type SessionDoor } from './session-door.ts';

let door: SessionDoor;
let shell: Shell;
const out = (line: string): Promise<string> => output(door, shell, line);

describe('on a cluster of three masters with a replica each', () => {
  beforeEach(async () => {
    ({ door, shell } = await openShell({ masters: 3, replicasPerMaster: 1, seed: 5 }));
  });

  test('a split-brain detector counts the masters that each node sees in associative arrays', async () => {
    const script = `declare -A owners
for port in 7000 7001 7002; do
  while IFS=' ' read -r id addr flags rest; do
    [[ $flags == *master* ]] || continue
    count=\${owners[$addr]:-0}
    owners[$addr]=$((count + 1))
  done < <(redis-cli -p $port cluster nodes)
done
for addr in "\${!owners[@]}"; do echo "\${addr%@*} seen by \${owners[$addr]}"; done | sort`;
    expect(await out(script)).toBe(
      '127.0.0.1:7000 seen by 3\n127.0.0.1:7001 seen by 3\n127.0.0.1:7002 seen by 3\n',
    );
  });

  test('a monitoring loop shows each round when it happens, and Ctrl-C ends it', async () => {
    let seen = '';
    door.meanwhile = () => {
      if (seen !== '' || !door.shown.includes('round 3')) return;
      seen = door.shown;
      void shell.interrupt();
    };
    const script =
      'n=0; while true; do n=$((n+1)); echo "round $n $(redis-cli -p 7000 cluster info | grep -c cluster_state:ok)"; sleep 1; done';
    expect((await shell.run(script)).exitCode).toBe(130);
    expect(seen).toContain('round 1 1\nround 2 1\nround 3 1\n');
    door.meanwhile = () => undefined;
    expect(await out('redis-cli -p 7000 ping')).toBe('PONG\n');
  });

  test('nft cuts one direction, lists every cut with a handle and takes it back by that', async () => {
    await out('nft add table inet filter; nft add chain inet filter input');
    expect(await out('nft add rule inet filter input tcp sport 7000 tcp dport 7001 drop')).toBe('');
    await out("nft 'add rule inet filter input tcp sport 7001 tcp dport 7000 drop;'");
    expect(await out('iptables -S | grep -c DROP')).toBe('2\n');
    expect(await out('nft -a list ruleset')).toMatch(/tcp sport 7000 tcp dport 7001 drop # handle \d+\n/);
    const remove =
      "nft delete rule inet filter input handle $(nft list ruleset | awk '/sport 7000/{print $NF}')";
    expect(await out(`${remove}; nft list ruleset | grep -c drop`)).toBe('1\n');
    expect(await out('nft list ruleset')).toMatch(/sport 7001 tcp dport 7000/);
    expect(await out('nft flush ruleset; nft list ruleset | grep -c drop')).toBe('0\n');
    expect(await out('nft delete rule inet filter input handle 77')).toMatch(/no rule has the handle 77/);
    expect(await out('nft add rule inet filter input tcp dport 9999 drop')).toMatch(/no server has the port/);
    expect(await out('nft add rule inet filter input tcp dport 7000 accept')).toMatch(/must be drop/);
    expect(await out('nft add rule inet filter input drop')).toMatch(/must name a port/);
    expect(await out('nft')).toMatch(/^nft: /);
  });

  test('tc delays what goes to one server only, by a class and a filter', async () => {
    const delay = async (from: string, to: string): Promise<number | undefined> => {
      const { links } = await door.frame();
      return links.find((link) => link.from === from && link.to === to)?.latencyUs;
    };
    const before = await delay('7002', '7000');
    await out('tc qdisc add dev lo root handle 1: prio');
    expect(await out('tc qdisc add dev lo parent 1:3 handle 30: netem delay 90ms')).toBe('');
    const filter = 'tc filter add dev lo protocol ip parent 1:0 prio 3 u32 match ip';
    expect(await out(`${filter} dport 7001 0xffff flowid 1:3`)).toBe('');
    expect(await delay('7000', '7001')).toBe(90_000);
    expect(await delay('7001', '7000')).not.toBe(90_000);
    expect(await delay('7002', '7000')).toBe(before);
    expect(await out(`${filter} dport 7001 0xffff flowid 1:9`)).toMatch(/no netem queue has the parent 1:9/);
    expect(await out(`${filter} dst 10.0.0.1 flowid 1:3`)).toMatch(/must match the sport or dport/);
    await out('tc qdisc del dev lo root');
    expect(await delay('7000', '7001')).not.toBe(90_000);
  });

  test('iptables cuts as the mouse does, and the cluster fails over behind it', async () => {
    expect(await out('iptables -A INPUT -p tcp --dport 7000 -j DROP; iptables -S | grep -c 7000')).toBe(
      '10\n',
    );
    await out('sleep 15');
    expect(await out("redis-cli -p 7001 cluster nodes | grep -c 'master,fail'")).toBe('1\n');
    expect(await out('iptables -F; iptables -S | grep -c DROP')).toBe('0\n');
    expect(await out('iptables -A INPUT -p tcp --dport 9999 -j DROP')).toMatch(/no server has the port 9999/);
    expect(await out('iptables -A INPUT -p tcp --dport 7000 -j LOG')).toMatch(/must be DROP/);
  });

  test('tc slows the links between servers and takes it back', async () => {
    expect(await out('tc qdisc add dev lo root netem delay 80ms 5ms loss 1%')).toBe('');
    const slow = (await door.session.frame()).links.filter(({ latencyUs }) => latencyUs === 80_000);
    expect(slow.length).toBe(30);
    expect(slow[0]).toMatchObject({ jitterUs: 5000, loss: 0.01 });
    await out('tc qdisc del dev lo root');
    expect((await door.session.frame()).links.filter(({ latencyUs }) => latencyUs === 80_000)).toEqual([]);
    expect(await out('tc qdisc add dev lo root netem delay soon')).toMatch(/delay needs a time/);
  });

  test('files of a server are read: its log, nodes.conf, and what tail shows of them', async () => {
    expect(await out('head -1 /var/log/redis/7003.log')).toMatch(/Redis is starting/);
    expect(await out('grep -c myself /var/lib/redis/7003/nodes.conf')).toBe('1\n');
    await out('redis-cli -p 7001 save');
    expect(await out('ls /var/lib/redis/7001')).toContain('dump.rdb');
    expect(await out('echo x > /var/lib/redis/7001/nodes.conf')).toMatch(/permission denied|EACCES/i);
    expect(await out('cat /var/lib/redis/9999/nodes.conf')).toMatch(/No such file/);
  });

  test('memory, processes and a slow log are reported', async () => {
    expect(await out("top -b -n 1 | grep -c 'redis-server'")).toBe('6\n');
    expect(await out("free -m | awk '/Mem:/ {print $2}'")).toBe('8192\n');
    await out('redis-cli -p 7000 config set slowlog-log-slower-than 0');
    expect(await out('redis-cli -p 7000 slowlog len')).toMatch(/^\(integer\) [1-9]/);
    const report =
      'used=$(redis-cli -p 7000 info memory | grep ^used_memory: | cut -d: -f2 | tr -d "\\r"); echo "scale=2; $used / 1024 / 1024" | bc';
    expect(await out(report)).toMatch(/^\d*\.\d\d\n$/);
    expect(await out('ssh 7001 "redis-cli -p 7001 role | head -1"')).toBe('master\n');
    expect(await out('ssh elsewhere ls')).toMatch(/Could not resolve hostname/);
    expect(await out('ping -c 2 7001')).toMatch(/2 connections tried, 2 made, 0% lost/);
  });

  test('timeout ends what hangs, in the time of the world', async () => {
    await out("kill -STOP $(ps | awk '/:7002 /{print $1}')");
    expect(await out('timeout 2 redis-cli -p 7002 ping; echo "status $?"')).toMatch(/status 124\n$/);
    expect(await out('timeout 5 redis-cli -p 7001 ping; echo "status $?"')).toBe('PONG\nstatus 0\n');
  });

  test('what a shell did happens again when the session is loaded, without any shell', async () => {
    await out(
      'for i in 1 2 3; do redis-cli -c -p 7000 set key:$i $i; done; kill -9 $(ps | awk "/:7005 /{print \\$1}")',
    );
    await out('redis-server --port 7010 --cluster-enabled yes &');
    await door.session.advance(2e6);
    const file = await door.session.save();
    const again = makeSession();
    await again.load(JSON.parse(JSON.stringify(file)));
    expect(await again.hash()).toBe(file.hash);
    expect((await again.frame()).servers.find(({ name }) => name === '7010')?.state).toBe('running');
    expect((await again.outcome(CONSOLE))?.exitCode).toBe(0);
  });
});

test('redis-benchmark measures in the time of the world', async () => {
  ({ door, shell } = await openShell({
    masters: 2,
    replicasPerMaster: 0,
    preset: 'standalone',
    latencyUs: 500,
    jitterUs: 0,
  }));
  const rate = async (options: string): Promise<number> =>
    Number(
      /^SET: ([\d.]+) requests per second, p50=[\d.]+ msec\n$/.exec(
        await out(`redis-benchmark -q -p 7000 -t set ${options}`),
      )?.[1],
    );
  const alone = await rate('-n 200 -c 1');
  // One connection waits for a round trip of a millisecond each time.
  expect(alone).toBeGreaterThan(500);
  expect(alone).toBeLessThanOrEqual(1000);
  expect(await rate('-n 2000 -c 20')).toBeGreaterThan(alone * 5);
  expect(await rate('-n 2000 -c 1 -P 20 -r 100')).toBeGreaterThan(alone * 5);
  expect(await out('redis-cli -p 7000 dbsize')).toMatch(/^\(integer\) \d\d+\n$/);
  expect(await out('redis-benchmark -p 7999 -t get')).toBe(
    'Could not connect to Redis at 127.0.0.1:7999: Connection refused\n',
  );
  expect(await out('redis-benchmark -t nonsense')).toMatch(/no test is called nonsense/);
  expect(await out('redis-benchmark -n')).toMatch(/unfinished option/);
});

test('six servers are configured from a template, started, and made a cluster', async () => {
  ({ door, shell } = await openShell({
    masters: 1,
    replicasPerMaster: 0,
    preset: 'standalone',
    basePort: 6379,
  }));
  const script = `cat > template.conf <<'EOF'
port PORT
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000
appendonly yes
EOF
for port in $(seq 7001 7006); do
  mkdir -p $port
  sed "s/PORT/$port/" template.conf > $port/redis.conf
  redis-server $port/redis.conf &
done
sleep 1
redis-cli --cluster create $(for port in $(seq 7001 7006); do echo -n "127.0.0.1:$port "; done) --cluster-replicas 1 --cluster-yes`;
  expect(await out(script)).toContain('[OK] All 16384 slots covered.');
  expect(await out('sleep 5; redis-cli -p 7003 cluster info | grep cluster_state')).toMatch(
    /cluster_state:ok/,
  );
  expect(await out('redis-cli -p 7003 config get appendonly | tail -1')).toBe('yes\n');
  expect(await out('redis-server 7001/redis.conf')).toMatch(/bind: Address already in use/);
  expect(await out('redis-server nothing.conf')).toMatch(/can't open config file 'nothing.conf'/);
  expect(await out('redis-server --port 7050 --no-such-thing 1 &')).toMatch(/no-such-thing|FATAL CONFIG/i);
  expect(await out('redis-server --port 99999 &')).toMatch(/a port is a number/);
  // A server that was stopped starts again with another configuration; it does not stop while it writes its
  // first AOF.
  await out('sleep 1; redis-cli -p 7006 shutdown nosave; sleep 1');
  await out('redis-server 7006/redis.conf --maxmemory 100mb --daemonize yes');
  expect(await out('redis-cli -p 7006 config get maxmemory | tail -1')).toBe('104857600\n');
  expect(await out('for i in $(seq 1 300); do redis-server --port $((8000+i)) & done; echo end')).toMatch(
    /Cannot allocate memory[\s\S]*end\n$/,
  );
}, 120_000);
