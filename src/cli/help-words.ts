/* The longer texts by which redis-cli explains itself. Read, not run: fetched when somebody asks for them. */

/** --help */
export const USAGE = `redis-cli 7.0.15

Usage: redis-cli [OPTIONS] [cmd [arg [arg ...]]]
Without a command, redis-cli opens a prompt.

Connection
  -h <host>            Server to connect to (127.0.0.1).
  -p <port>            Its port (6379).
  -u <uri>             All in one: redis://user:password@host:port/database
  -a, --pass <secret>  Password; the variable REDISCLI_AUTH does the same without showing it.
  --user <name>        User of the access control list, together with -a.
  --askpass            Ask for the password.
  --no-auth-warning    Do not warn that a password on the command line is visible.
  -n <db>              Database number.
  -2, -3               Speak RESP2 or RESP3.
  -c                   Cluster mode: follow MOVED and ASK.

Commands
  -r <n>               Run the command n times (-1: for ever).
  -i <seconds>         Wait that long between runs, e.g. 0.1; also paces --scan, --stat and key sampling.
  -x                   Take the last argument from standard input.
  -X <tag>             Take the argument that equals <tag> from standard input.
  --eval <file>        Run a Lua script: --eval script.lua key1 key2 , arg1 arg2
  --quoted-input       Arguments are written as quoted strings ("\\x00").
  -e                   Exit with an error code when the command fails.

Output
  --raw, --no-raw      Replies as they are, or formatted for people (the default on a terminal).
  --csv, --json        Replies as CSV or JSON; --quoted-json keeps JSON in ASCII.
  -d <text>, -D <text> Delimiter between elements, and between replies, in raw form.
  --show-pushes <yn>   Print RESP3 pushes (yes on a terminal).

Looking at a server
  --stat               One line of statistics per second.
  --latency            Round-trip times; --latency-history in rows of 15 s; --latency-dist as a spectrum.
  --intrinsic-latency <s>  How long this machine itself stops.
  --scan               All keys, with SCAN; --pattern <glob>, --quoted-pattern <text>.
  --bigkeys            Sample for keys with many elements.
  --memkeys            Sample for keys that take much memory; --memkeys-samples <n>.
  --hotkeys            Sample for keys often used (needs an LFU policy).
  --lru-test <keys>    A cache workload where 20% of the keys get 80% of the requests.
  --replica            Follow the server's replication stream.
  --rdb <file>         Fetch a snapshot; --functions-rdb <file> only its functions.
  --pipe               Send raw protocol from standard input; --pipe-timeout <s>.

Cluster
  --cluster <command> [args...] [opts...]   See redis-cli --cluster help.

Other
  --verbose  --help  --version
`;

/** help, without a word */
export const GENERAL_HELP = `redis-cli 7.0.15
Ask about Redis commands:
      "help @<group>"   lists the commands of a group, e.g. help @string
      "help <command>"  explains one command, e.g. help set
      "help <tab>"      walks through everything there is help for
      "quit"            leaves

Preferences:
      ":set hints"      shows arguments behind the cursor while you type
      ":set nohints"    does not
`;

/** --cluster help */
export const MANAGER_HELP = `Cluster Manager Commands:
  create         host1:port1 ... hostN:portN
                 --cluster-replicas <n>     replicas for each master (0)
  check          <host:port> or <host> <port>
                 --cluster-search-multiple-owners
  info           <host:port> or <host> <port>
  fix            <host:port> or <host> <port>
                 --cluster-search-multiple-owners
                 --cluster-fix-with-unreachable-masters
  reshard        <host:port> or <host> <port>
                 --cluster-from <ids|all>   masters that give slots
                 --cluster-to <id>          master that gets them
                 --cluster-slots <n>
                 --cluster-timeout <ms>     of each MIGRATE (60000)
                 --cluster-pipeline <n>     keys in one MIGRATE (10)
                 --cluster-replace          overwrite keys that exist at the target
  rebalance      <host:port> or <host> <port>
                 --cluster-weight <id=w ...>
                 --cluster-use-empty-masters
                 --cluster-simulate         show it, do not do it
                 --cluster-threshold <%>    act when a node is off by more (2)
                 --cluster-timeout, --cluster-pipeline, --cluster-replace as above
  add-node       new_host:new_port existing_host:existing_port
                 --cluster-slave            as a replica
                 --cluster-master-id <id>   of this master
  del-node       host:port node_id
  call           host:port command arg arg .. arg
                 --cluster-only-masters
                 --cluster-only-replicas
  set-timeout    host:port milliseconds
  import         host:port
                 --cluster-from <host:port> the lone server to copy from
                 --cluster-from-user, --cluster-from-pass, --cluster-from-askpass
                 --cluster-copy             keep the keys there
                 --cluster-replace
  backup         host:port backup_directory
  help

Any working node of the cluster will do as host and port.

Cluster Manager Options:
  --cluster-yes  Answer questions with yes (fix still asks)

`;
