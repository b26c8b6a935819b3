/* What COMMAND DOCS tells of each command and the command table does not: cost, age, arguments (after the
 * files commands/*.json). Sentences are our own; names, types and versions are Redis's.
 *
 * Rows are data: name / complexity / `syscmd`, or since when it is deprecated and what is to be used instead
 * / history / arguments. An argument is written name<type>#key specification"TOKEN"@since!deprecated since
 * and then `?` (optional), `*` (many), `+` (each with its token); what it consists of follows in brackets.
 * Without a type it is a string; a token alone is a pure-token with its own name in small letters. */

/** One row a command, sorted by name. */
export const DOCS_ROWS = `
acl / Up to the subcommand / - / - / -
acl|cat / O(1), since both lists are fixed / - / - / categoryname?
acl|deluser / O(1) for a typical user / - / - / username*
acl|dryrun / O(1) / - / - / username command arg?*
acl|genpass / O(1) / - / - / bits<integer>?
acl|getuser / O(N) for N rules of that user / - / 6.2.0 tells the patterns of channels & 7.0.0 tells selectors, and patterns as rules / username
acl|help / O(1) / - / - / -
acl|list / O(N) for N users / - / - / -
acl|load / O(N) for N users / - / - / -
acl|log / O(N) for N entries shown / - / - / operation<oneof>?(count<integer> "RESET")
acl|save / O(N) for N users / - / - / -
acl|setuser / O(N) for N rules given / - / 6.2.0 rules for channels came & 7.0.0 selectors and rights for single keys came / username rule?*
acl|users / O(N) for N users / - / - / -
acl|whoami / O(1) / - / - / -
append / O(1) amortized, as long as what is appended is small: space is doubled ahead of need / - / - / key<key>#0 value
asking / O(1) / - / - / -
auth / O(N) for N passwords of that user / - / 6.0.0 a user name may come first / username@6.0.0? password
bgrewriteaof / O(1) / - / - / -
bgsave / O(1) / - / 3.2.2 SCHEDULE came / "SCHEDULE"@3.2.2?
bitcount / O(N) / - / 7.0.0 BYTE and BIT came / key<key>#0 index<block>?(start<integer> end<integer> index_unit<oneof>@7.0.0?("BYTE" "BIT"))
bitfield / O(1) for each operation / - / - / key<key>#0 operation<oneof>?*(encoding_offset<block>"GET"(encoding offset<integer>) write<block>(wrap_sat_fail<oneof>"OVERFLOW"?("WRAP" "SAT" "FAIL") write_operation<oneof>(encoding_offset_value<block>"SET"(encoding offset<integer> value<integer>) encoding_offset_increment<block>"INCRBY"(encoding offset<integer> increment<integer>))))
bitfield_ro / O(1) for each operation / - / - / key<key>#0 encoding_offset<block>"GET"?*+(encoding offset<integer>)
bitop / O(N) / - / - / operation destkey<key>#0 key<key>#1*
bitpos / O(N) / - / 7.0.0 BYTE and BIT came / key<key>#0 bit<integer> index<block>?(start<integer> end_index<block>?(end<integer> index_unit<oneof>@7.0.0?("BYTE" "BIT")))
blmove / O(1) / - / - / source<key>#0 destination<key>#1 wherefrom<oneof>("LEFT" "RIGHT") whereto<oneof>("LEFT" "RIGHT") timeout<double>
blmpop / O(N+M) for N keys and M elements returned / - / - / timeout<double> numkeys<integer> key<key>#0* where<oneof>("LEFT" "RIGHT") count<integer>"COUNT"?
blpop / O(N) for N keys / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
brpop / O(N) for N keys / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
brpoplpush / O(1) / 6.2.0 BLMOVE with RIGHT and LEFT / 6.0.0 the timeout may have a fraction / source<key>#0 destination<key>#1 timeout<double>
bzmpop / O(K) + O(M*log(N)) for K keys and M members taken from a set of N / - / - / timeout<double> numkeys<integer> key<key>#0* where<oneof>("MIN" "MAX") count<integer>"COUNT"?
bzpopmax / O(log(N)) for a set of N members / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
bzpopmin / O(log(N)) for a set of N members / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
client / Up to the subcommand / - / - / -
client|caching / O(1) / - / - / mode<oneof>("YES" "NO")
client|getname / O(1) / - / - / -
client|getredir / O(1) / - / - / -
client|help / O(1) / - / - / -
client|id / O(1) / - / - / -
client|info / O(1) / - / - / -
client|kill / O(N) for N connections / - / 2.8.12 takes filters & 2.8.12 ID came & 3.2.0 TYPE knows master & 5.0.0 TYPE knows replica, which was slave and may still be called so & 6.2.0 LADDR came / filter<oneof>(ip:port!2.8.12 new-format<oneof>*(client-id<integer>"ID"@2.8.12? normal_master_slave_pubsub<oneof>"TYPE"@2.8.12?("NORMAL" "MASTER"@3.2.0 "SLAVE" "REPLICA"@5.0.0 "PUBSUB") username"USER"? ip:port"ADDR"? ip:port"LADDR"@6.2.0? yes/no"SKIPME"?))
client|list / O(N) for N connections / - / 2.8.12 id came & 5.0.0 TYPE came & 6.0.0 user came & 6.2.0 argv-mem, tot-mem, laddr, redir and the filter ID came & 7.0.0 resp, multi-mem, rbs and rbp came & 7.0.3 ssub came / normal_master_replica_pubsub<oneof>"TYPE"@5.0.0?("NORMAL" "MASTER" "REPLICA" "PUBSUB") id<block>"ID"@6.2.0?(client-id<integer>*)
client|no-evict / O(1) / - / - / enabled<oneof>("ON" "OFF")
client|pause / O(1) / - / 6.2.0 may be limited to WRITE / timeout<integer> mode<oneof>@6.2.0?("WRITE" "ALL")
client|reply / O(1) / - / - / on_off_skip<oneof>("ON" "OFF" "SKIP")
client|setname / O(1) / - / - / connection-name
client|tracking / O(1), some options cost more / - / - / status<oneof>("ON" "OFF") client-id<integer>"REDIRECT"? prefix"PREFIX"?*+ "BCAST"? "OPTIN"? "OPTOUT"? "NOLOOP"?
client|trackinginfo / O(1) / - / - / -
client|unblock / O(log N) for N connections / - / - / client-id<integer> timeout_error<oneof>?("TIMEOUT" "ERROR")
client|unpause / O(N) for N paused connections / - / - / -
cluster / Up to the subcommand / - / - / -
cluster|addslots / O(N) for N slots / - / - / slot<integer>*
cluster|addslotsrange / O(N) for N slots in the ranges / - / - / start-slot_end-slot<block>*(start-slot<integer> end-slot<integer>)
cluster|bumpepoch / O(1) / - / - / -
cluster|count-failure-reports / O(N) for N failure reports / - / - / node-id
cluster|countkeysinslot / O(1) / - / - / slot<integer>
cluster|delslots / O(N) for N slots / - / - / slot<integer>*
cluster|delslotsrange / O(N) for N slots in the ranges / - / - / start-slot_end-slot<block>*(start-slot<integer> end-slot<integer>)
cluster|failover / O(1) / - / - / options<oneof>?("FORCE" "TAKEOVER")
cluster|flushslots / O(1) / - / - / -
cluster|forget / O(1) / - / - / node-id
cluster|getkeysinslot / O(log(N)) for N keys asked for / - / - / slot<integer> count<integer>
cluster|help / O(1) / - / - / -
cluster|info / O(1) / - / - / -
cluster|keyslot / O(N) for a key of N bytes / - / - / key
cluster|links / O(N) for N nodes / - / - / -
cluster|meet / O(1) / - / 4.0.0 the bus port may be given / ip port<integer> cluster_bus_port<integer>@4.0.0?
cluster|myid / O(1) / - / - / -
cluster|nodes / O(N) for N nodes / - / - / -
cluster|replicas / O(1) / - / - / node-id
cluster|replicate / O(1) / - / - / node-id
cluster|reset / O(N) for N known nodes, and it may have to remove all keys / - / - / hard_soft<oneof>?("HARD" "SOFT")
cluster|saveconfig / O(1) / - / - / -
cluster|set-config-epoch / O(1) / - / - / config-epoch<integer>
cluster|setslot / O(1) / - / - / slot<integer> subcommand<oneof>(node-id"IMPORTING" node-id"MIGRATING" node-id"NODE" "STABLE")
cluster|shards / O(N) for N nodes / - / - / -
cluster|slaves / O(1) / 5.0.0 CLUSTER REPLICAS / - / node-id
cluster|slots / O(N) for N nodes / 7.0.0 CLUSTER SHARDS / 4.0.0 node ids came & 7.0.0 further addresses came / -
command / O(N) for N commands of the server / - / - / -
command|count / O(1) / - / - / -
command|docs / O(N) for N commands looked up / - / - / command-name?*
command|getkeys / O(N) for N arguments / - / - / -
command|getkeysandflags / O(N) for N arguments / - / - / -
command|help / O(1) / - / - / -
command|info / O(N) for N commands looked up / - / 7.0.0 may be called without names, for all commands / command-name?*
command|list / O(N) for N commands of the server / - / - / filterby<oneof>"FILTERBY"?(module-name"MODULE" category"ACLCAT" pattern<pattern>"PATTERN")
config / Up to the subcommand / - / - / -
config|get / O(N) for N parameters / - / 7.0.0 takes several patterns / parameter<block>*(parameter)
config|help / O(1) / - / - / -
config|resetstat / O(1) / - / - / -
config|rewrite / O(1) / - / - / -
config|set / O(N) for N parameters / - / 7.0.0 takes several parameters / parameter_value<block>*(parameter value)
copy / O(N) for a collection of N elements, O(1) for a string / - / - / source<key>#0 destination<key>#1 destination-db<integer>"DB"? "REPLACE"?
dbsize / O(1) / - / - / -
debug / Up to the subcommand / syscmd / - / -
decr / O(1) / - / - / key<key>#0
decrby / O(1) / - / - / key<key>#0 decrement<integer>
del / O(N) for N keys; a collection of M elements costs O(M), a string O(1) / - / - / key<key>#0*
discard / O(N) for N queued commands / - / - / -
dump / O(1) to find the key, then O(N*M) for N parts of M bytes / - / - / key<key>#0
echo / O(1) / - / - / message
eval / Up to the script / - / - / script numkeys<integer> key<key>#0?* arg?*
eval_ro / Up to the script / - / - / script numkeys<integer> key<key>#0?* arg?*
evalsha / Up to the script / - / - / sha1 numkeys<integer> key<key>#0?* arg?*
evalsha_ro / Up to the script / - / - / sha1 numkeys<integer> key<key>#0?* arg?*
exec / Up to the queued commands / - / - / -
exists / O(N) for N keys / - / 3.0.3 takes several keys / key<key>#0*
expire / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 seconds<integer> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
expireat / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 unix-time-seconds<unix-time> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
expiretime / O(1) / - / - / key<key>#0
failover / O(1) / - / - / target<block>"TO"?(host port<integer> "FORCE"?) "ABORT"? milliseconds<integer>"TIMEOUT"?
fcall / Up to the function / - / - / function numkeys<integer> key<key>#0?* arg?*
fcall_ro / Up to the function / - / - / function numkeys<integer> key<key>#0?* arg?*
flushall / O(N) for N keys in all databases / - / 4.0.0 ASYNC came & 6.2.0 SYNC came / async<oneof>?("ASYNC"@4.0.0 "SYNC"@6.2.0)
flushdb / O(N) for N keys in the database / - / 4.0.0 ASYNC came & 6.2.0 SYNC came / async<oneof>?("ASYNC"@4.0.0 "SYNC"@6.2.0)
function / Up to the subcommand / - / - / -
function|delete / O(1) / - / - / library-name
function|dump / O(N) for N functions / - / - / -
function|flush / O(N) for N functions removed / - / - / async<oneof>?("ASYNC" "SYNC")
function|help / O(1) / - / - / -
function|kill / O(1) / - / - / -
function|list / O(N) for N functions / - / - / library-name-pattern"LIBRARYNAME"? "WITHCODE"?
function|load / O(1), apart from compiling / - / - / "REPLACE"? function-code
function|restore / O(N) for N functions in the payload / - / - / serialized-value policy<oneof>?("FLUSH" "APPEND" "REPLACE")
function|stats / O(1) / - / - / -
geoadd / O(log(N)) for each member added to a set of N / - / 6.2.0 CH, NX and XX came / key<key>#0 condition<oneof>@6.2.0?("NX" "XX") change<pure-token>"CH"@6.2.0? longitude_latitude_member<block>*(longitude<double> latitude<double> member)
geodist / O(log(N)) / - / - / key<key>#0 member1 member2 unit<oneof>?("M" "KM" "FT" "MI")
geohash / O(log(N)) for each member asked for in a set of N / - / - / key<key>#0 member*
geopos / O(N) for N members / - / - / key<key>#0 member*
georadius / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH or GEOSEARCHSTORE with BYRADIUS / 6.2.0 ANY came, for COUNT & 7.0.0 units may be in capitals / key<key>#0 longitude<double> latitude<double> radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"@6.2.0?) order<oneof>?("ASC" "DESC") key<key>#1"STORE"? key<key>#2"STOREDIST"?
georadius_ro / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH with BYRADIUS / 6.2.0 ANY came, for COUNT / key<key>#0 longitude<double> latitude<double> radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"@6.2.0?) order<oneof>?("ASC" "DESC")
georadiusbymember / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH or GEOSEARCHSTORE with BYRADIUS and FROMMEMBER / 7.0.0 units may be in capitals / key<key>#0 member radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"?) order<oneof>?("ASC" "DESC") key<key>#1"STORE"? key<key>#2"STOREDIST"?
georadiusbymember_ro / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH with BYRADIUS and FROMMEMBER / - / key<key>#0 member radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"?) order<oneof>?("ASC" "DESC")
geosearch / O(N+log(M)) for N members in the box around the shape and M inside the shape / - / 7.0.0 units may be in capitals / key<key>#0 from<oneof>(member"FROMMEMBER" longitude_latitude<block>"FROMLONLAT"(longitude<double> latitude<double>)) by<oneof>(circle<block>(radius<double>"BYRADIUS" unit<oneof>("M" "KM" "FT" "MI")) box<block>(width<double>"BYBOX" height<double> unit<oneof>("M" "KM" "FT" "MI"))) order<oneof>?("ASC" "DESC") count<block>?(count<integer>"COUNT" "ANY"?) "WITHCOORD"? "WITHDIST"? "WITHHASH"?
geosearchstore / O(N+log(M)) for N members in the box around the shape and M inside the shape / - / 7.0.0 units may be in capitals / destination<key>#0 source<key>#1 from<oneof>(member"FROMMEMBER" longitude_latitude<block>"FROMLONLAT"(longitude<double> latitude<double>)) by<oneof>(circle<block>(radius<double>"BYRADIUS" unit<oneof>("M" "KM" "FT" "MI")) box<block>(width<double>"BYBOX" height<double> unit<oneof>("M" "KM" "FT" "MI"))) order<oneof>?("ASC" "DESC") count<block>?(count<integer>"COUNT" "ANY"?) "STOREDIST"?
get / O(1) / - / - / key<key>#0
getbit / O(1) / - / - / key<key>#0 offset<integer>
getdel / O(1) / - / - / key<key>#0
getex / O(1) / - / - / key<key>#0 expiration<oneof>?(seconds<integer>"EX" milliseconds<integer>"PX" unix-time-seconds<unix-time>"EXAT" unix-time-milliseconds<unix-time>"PXAT" "PERSIST")
getrange / O(N) for N bytes returned / - / - / key<key>#0 start<integer> end<integer>
getset / O(1) / 6.2.0 SET with GET / - / key<key>#0 value
hdel / O(N) for N fields / - / 2.4.0 takes several fields / key<key>#0 field*
hello / O(1) / - / 6.2.0 may be called without a version, and then only tells about the connection / arguments<block>?(protover<integer> username_password<block>"AUTH"?(username password) clientname"SETNAME"?)
hexists / O(1) / - / - / key<key>#0 field
hget / O(1) / - / - / key<key>#0 field
hgetall / O(N) for a hash of N fields / - / - / key<key>#0
hincrby / O(1) / - / - / key<key>#0 field increment<integer>
hincrbyfloat / O(1) / - / - / key<key>#0 field increment<double>
hkeys / O(N) for a hash of N fields / - / - / key<key>#0
hlen / O(1) / - / - / key<key>#0
hmget / O(N) for N fields / - / - / key<key>#0 field*
hmset / O(N) for N fields / 4.0.0 HSET with several fields / - / key<key>#0 field_value<block>*(field value)
hrandfield / O(N) for N fields returned / - / - / key<key>#0 options<block>?(count<integer> "WITHVALUES"?)
hscan / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
hset / O(1) for each field / - / 4.0.0 takes several fields / key<key>#0 field_value<block>*(field value)
hsetnx / O(1) / - / - / key<key>#0 field value
hstrlen / O(1) / - / - / key<key>#0 field
hvals / O(N) for a hash of N fields / - / - / key<key>#0
incr / O(1) / - / - / key<key>#0
incrby / O(1) / - / - / key<key>#0 increment<integer>
incrbyfloat / O(1) / - / - / key<key>#0 increment<double>
info / O(1) / - / 7.0.0 takes several sections / section?*
keys / O(N) for N keys in the database, as long as names and pattern are short / - / - / pattern<pattern>
lastsave / O(1) / - / - / -
latency / Up to the subcommand / - / - / -
latency|doctor / O(1) / - / - / -
latency|graph / O(1) / - / - / event
latency|help / O(1) / - / - / -
latency|histogram / O(N) for N commands with figures / - / - / command?*
latency|history / O(1) / - / - / event
latency|latest / O(1) / - / - / -
latency|reset / O(1) / - / - / event?*
lcs / O(N*M) for strings of N and M bytes / - / - / key1<key>#0 key2<key>#0 "LEN"? "IDX"? len<integer>"MINMATCHLEN"? "WITHMATCHLEN"?
lindex / O(N) for N elements on the way; O(1) at either end / - / - / key<key>#0 index<integer>
linsert / O(N) for N elements before the pivot / - / - / key<key>#0 where<oneof>("BEFORE" "AFTER") pivot element
llen / O(1) / - / - / key<key>#0
lmove / O(1) / - / - / source<key>#0 destination<key>#1 wherefrom<oneof>("LEFT" "RIGHT") whereto<oneof>("LEFT" "RIGHT")
lmpop / O(N+M) for N keys and M elements returned / - / - / numkeys<integer> key<key>#0* where<oneof>("LEFT" "RIGHT") count<integer>"COUNT"?
lolwut / - / - / - / version<integer>"VERSION"?
lpop / O(N) for N elements returned / - / 6.2.0 count came / key<key>#0 count<integer>@6.2.0?
lpos / O(N) for a list of N elements; less near the ends or with MAXLEN / - / - / key<key>#0 element rank<integer>"RANK"? num-matches<integer>"COUNT"? len<integer>"MAXLEN"?
lpush / O(1) for each element / - / 2.4.0 takes several elements / key<key>#0 element*
lpushx / O(1) for each element / - / 4.0.0 takes several elements / key<key>#0 element*
lrange / O(S+N) for N elements at a distance S from the nearer end / - / - / key<key>#0 start<integer> stop<integer>
lrem / O(N+M) for a list of N elements of which M are removed / - / - / key<key>#0 count<integer> element
lset / O(N) for a list of N elements; O(1) at either end / - / - / key<key>#0 index<integer> element
ltrim / O(N) for N elements removed / - / - / key<key>#0 start<integer> stop<integer>
memory / Up to the subcommand / - / - / -
memory|doctor / O(1) / - / - / -
memory|help / O(1) / - / - / -
memory|malloc-stats / Up to the memory in use; may be slow / - / - / -
memory|purge / Up to the memory in use; may be slow / - / - / -
memory|stats / O(1) / - / - / -
memory|usage / O(N) for N samples / - / - / key<key>#0 count<integer>"SAMPLES"?
mget / O(N) for N keys / - / - / key<key>#0*
migrate / As DUMP and DEL here and RESTORE there, and the way between them is O(N) / - / 3.0.0 COPY and REPLACE came & 3.0.6 KEYS came & 4.0.7 AUTH came & 6.0.0 AUTH2 came / host port<integer> key_or_empty_string<oneof>(key<key>#0 empty_string<pure-token>"") destination-db<integer> timeout<integer> "COPY"@3.0.0? "REPLACE"@3.0.0? authentication<oneof>?(password"AUTH"@4.0.7? username_password<block>"AUTH2"@6.0.0?(username password)) key<key>#1"KEYS"@3.0.6?*
module / Up to the subcommand / - / - / -
module|help / O(1) / - / - / -
module|list / O(N) for N modules / - / - / -
module|load / O(1) / - / - / path arg?*
module|loadex / O(1) / - / - / path configs<block>"CONFIG"?*+(name value) args<block>"ARGS"?*(arg)
module|unload / O(1) / - / - / name
monitor / - / - / - / -
move / O(1) / - / - / key<key>#0 db<integer>
mset / O(N) for N keys / - / - / key_value<block>*(key<key>#0 value)
msetnx / O(N) for N keys / - / - / key_value<block>*(key<key>#0 value)
multi / O(1) / - / - / -
object / Up to the subcommand / - / - / -
object|encoding / O(1) / - / - / key<key>#0
object|freq / O(1) / - / - / key<key>#0
object|help / O(1) / - / - / -
object|idletime / O(1) / - / - / key<key>#0
object|refcount / O(1) / - / - / key<key>#0
persist / O(1) / - / - / key<key>#0
pexpire / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 milliseconds<integer> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
pexpireat / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 unix-time-milliseconds<unix-time> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
pexpiretime / O(1) / - / - / key<key>#0
pfadd / O(1) for each element / - / - / key<key>#0 element?*
pfcount / O(1) for one key; O(N), and much slower, for N keys / - / - / key<key>#0*
pfdebug / N/A / syscmd / - / subcommand key<key>#0
pfmerge / O(N) for N HyperLogLogs, each of them slow / - / - / destkey<key>#0 sourcekey<key>#1*
pfselftest / N/A / syscmd / - / -
ping / O(1) / - / - / message?
psetex / O(1) / - / - / key<key>#0 milliseconds<integer> value
psubscribe / O(N) for N patterns the connection has / - / - / pattern<block>*(pattern<pattern>)
psync / - / - / - / replicationid offset<integer>
pttl / O(1) / - / 2.8.0 -2 says that there is no such key / key<key>#0
publish / O(N+M) for N subscribers of the channel and M patterns of all connections / - / - / channel message
pubsub / Up to the subcommand / - / - / -
pubsub|channels / O(N) for N active channels, as long as names and pattern are short / - / - / pattern<pattern>?
pubsub|help / O(1) / - / - / -
pubsub|numpat / O(1) / - / - / -
pubsub|numsub / O(N) for N channels asked for / - / - / channel?*
pubsub|shardchannels / O(N) for N active shard channels, as long as their names are short / - / - / pattern<pattern>?
pubsub|shardnumsub / O(N) for N shard channels asked for / - / - / shardchannel?*
punsubscribe / O(N+M) for N patterns of the connection and M of all connections / - / - / pattern<pattern>?*
quit / O(1) / - / - / -
randomkey / O(1) / - / - / -
readonly / O(1) / - / - / -
readwrite / O(1) / - / - / -
rename / O(1) / - / - / key<key>#0 newkey<key>#1
renamenx / O(1) / - / 3.2.0 both names may be the same / key<key>#0 newkey<key>#1
replconf / O(1) / syscmd / - / -
replicaof / O(1) / - / - / args<oneof>(host-port<block>(host port<integer>) no-one<block>("NO" "ONE"))
reset / O(1) / - / - / -
restore / O(N*M) for N parts of M bytes; O(N*M*log(N)) for a sorted set / - / 3.0.0 REPLACE came & 5.0.0 ABSTTL came & 5.0.0 IDLETIME and FREQ came / key<key>#0 ttl<integer> serialized-value "REPLACE"@3.0.0? "ABSTTL"@5.0.0? seconds<integer>"IDLETIME"@5.0.0? frequency<integer>"FREQ"@5.0.0?
restore-asking / O(N*M) for N parts of M bytes; O(N*M*log(N)) for a sorted set / syscmd / 3.0.0 REPLACE came & 5.0.0 ABSTTL came & 5.0.0 IDLETIME and FREQ came / key<key>#0 ttl<integer> serialized-value "REPLACE"@3.0.0? "ABSTTL"@5.0.0? seconds<integer>"IDLETIME"@5.0.0? frequency<integer>"FREQ"@5.0.0?
role / O(1) / - / - / -
rpop / O(N) for N elements returned / - / 6.2.0 count came / key<key>#0 count<integer>@6.2.0?
rpoplpush / O(1) / 6.2.0 LMOVE with RIGHT and LEFT / - / source<key>#0 destination<key>#1
rpush / O(1) for each element / - / 2.4.0 takes several elements / key<key>#0 element*
rpushx / O(1) for each element / - / 4.0.0 takes several elements / key<key>#0 element*
sadd / O(1) for each element / - / 2.4.0 takes several members / key<key>#0 member*
save / O(N) for N keys in all databases / - / - / -
scan / O(1) a call, O(N) for all N keys / - / 6.0.0 TYPE came / cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"? type"TYPE"@6.0.0?
scard / O(1) / - / - / key<key>#0
script / Up to the subcommand / - / - / -
script|debug / O(1) / - / - / mode<oneof>("YES" "SYNC" "NO")
script|exists / O(N) for N scripts / - / - / sha1*
script|flush / O(N) for N cached scripts / - / 6.2.0 ASYNC and SYNC came / async<oneof>@6.2.0?("ASYNC" "SYNC")
script|help / O(1) / - / - / -
script|kill / O(1) / - / - / -
script|load / O(N) for a script of N bytes / - / - / script
sdiff / O(N) for N members of all sets together / - / - / key<key>#0*
sdiffstore / O(N) for N members of all sets together / - / - / destination<key>#0 key<key>#1*
select / O(1) / - / - / index<integer>
set / O(1) / - / 2.6.12 EX, PX, NX and XX came & 6.0.0 KEEPTTL came & 6.2.0 GET, EXAT and PXAT came & 7.0.0 NX and GET go together / key<key>#0 value condition<oneof>@2.6.12?("NX" "XX") "GET"@6.2.0? expiration<oneof>?(seconds<integer>"EX"@2.6.12 milliseconds<integer>"PX"@2.6.12 unix-time-seconds<unix-time>"EXAT"@6.2.0 unix-time-milliseconds<unix-time>"PXAT"@6.2.0 "KEEPTTL"@6.0.0)
setbit / O(1) / - / - / key<key>#0 offset<integer> value<integer>
setex / O(1) / - / - / key<key>#0 seconds<integer> value
setnx / O(1) / - / - / key<key>#0 value
setrange / O(1) for a short value, O(M) for one of M bytes / - / - / key<key>#0 offset<integer> value
shutdown / O(N) for N keys when it saves, else O(1) / - / 7.0.0 NOW, FORCE and ABORT came / nosave_save<oneof>?("NOSAVE" "SAVE") "NOW"@7.0.0? "FORCE"@7.0.0? "ABORT"@7.0.0?
sinter / O(N*M) for M sets of which the smallest has N members / - / - / key<key>#0*
sintercard / O(N*M) for M sets of which the smallest has N members / - / - / numkeys<integer> key<key>#0* limit<integer>"LIMIT"?
sinterstore / O(N*M) for M sets of which the smallest has N members / - / - / destination<key>#0 key<key>#1*
sismember / O(1) / - / - / key<key>#0 member
slaveof / O(1) / 5.0.0 REPLICAOF / - / args<oneof>(host-port<block>(host port<integer>) no-one<block>("NO" "ONE"))
slowlog / Up to the subcommand / - / - / -
slowlog|get / O(N) for N entries returned / - / 4.0.0 entries tell address and name of the client / count<integer>?
slowlog|help / O(1) / - / - / -
slowlog|len / O(1) / - / - / -
slowlog|reset / O(N) for N entries / - / - / -
smembers / O(N) for a set of N members / - / - / key<key>#0
smismember / O(N) for N members asked for / - / - / key<key>#0 member*
smove / O(1) / - / - / source<key>#0 destination<key>#1 member
sort / O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting / - / - / key<key>#0 pattern<pattern>#1"BY"? offset_count<block>"LIMIT"?(offset<integer> count<integer>) pattern<pattern>#1"GET"?*+ order<oneof>?("ASC" "DESC") sorting<pure-token>"ALPHA"? destination<key>#2"STORE"?
sort_ro / O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting / - / - / key<key>#0 pattern<pattern>#1"BY"? offset_count<block>"LIMIT"?(offset<integer> count<integer>) pattern<pattern>#1"GET"?*+ order<oneof>?("ASC" "DESC") sorting<pure-token>"ALPHA"?
spop / O(1) without a count, O(N) for a count of N / - / 3.2.0 count came / key<key>#0 count<integer>@3.2.0?
spublish / O(N) for N subscribers of the shard channel / - / - / shardchannel message
srandmember / O(1) without a count, O(N) for a count of N / - / 2.6.0 count came / key<key>#0 count<integer>@2.6.0?
srem / O(N) for N members removed / - / 2.4.0 takes several members / key<key>#0 member*
sscan / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
ssubscribe / O(N) for N shard channels / - / - / shardchannel*
strlen / O(1) / - / - / key<key>#0
subscribe / O(N) for N channels / - / - / channel*
substr / O(N) for N bytes returned / 2.0.0 GETRANGE / - / key<key>#0 start<integer> end<integer>
sunion / O(N) for N members of all sets together / - / - / key<key>#0*
sunionstore / O(N) for N members of all sets together / - / - / destination<key>#0 key<key>#1*
sunsubscribe / O(N) for N subscribers of the channel / - / - / shardchannel?*
swapdb / O(N) for N connections that watch or wait for keys of both databases / - / - / index1<integer> index2<integer>
sync / - / - / - / -
time / O(1) / - / - / -
touch / O(N) for N keys / - / - / key<key>#0*
ttl / O(1) / - / 2.8.0 -2 says that there is no such key / key<key>#0
type / O(1) / - / - / key<key>#0
unlink / O(1) for each key; another thread frees its N allocations in O(N) / - / - / key<key>#0*
unsubscribe / O(N) for N subscribers of the channel / - / - / channel?*
unwatch / O(1) / - / - / -
wait / O(1) / - / - / numreplicas<integer> timeout<integer>
watch / O(1) for each key / - / - / key<key>#0*
xack / O(1) for each entry / - / - / key<key>#0 group id*
xadd / O(1), and O(N) for N entries trimmed / - / 6.2.0 NOMKSTREAM, MINID and LIMIT came & 7.0.0 an id may be given as <ms>-* / key<key>#0 "NOMKSTREAM"@6.2.0? trim<block>?(strategy<oneof>("MAXLEN" "MINID"@6.2.0) operator<oneof>?(equal<pure-token>"=" approximately<pure-token>"~") threshold count<integer>"LIMIT"@6.2.0?) id_or_auto<oneof>(auto_id<pure-token>"*" id) field_value<block>*(field value)
xautoclaim / O(1) for a small COUNT / - / 7.0.0 a third element tells which entries had been deleted / key<key>#0 group consumer min-idle-time start count<integer>"COUNT"? "JUSTID"?
xclaim / O(log N) for N pending entries of the group / - / - / key<key>#0 group consumer min-idle-time id* ms<integer>"IDLE"? unix-time-milliseconds<unix-time>"TIME"? count<integer>"RETRYCOUNT"? "FORCE"? "JUSTID"? id"LASTID"?
xdel / O(1) for each entry / - / - / key<key>#0 id*
xgroup / Up to the subcommand / - / - / -
xgroup|create / O(1) / - / 7.0.0 ENTRIESREAD came / key<key>#0 groupname id<oneof>(id new_id<pure-token>"$") "MKSTREAM"? entries_read<integer>"ENTRIESREAD"?
xgroup|createconsumer / O(1) / - / - / key<key>#0 groupname consumername
xgroup|delconsumer / O(1) / - / - / key<key>#0 groupname consumername
xgroup|destroy / O(N) for N pending entries of the group / - / - / key<key>#0 groupname
xgroup|help / O(1) / - / - / -
xgroup|setid / O(1) / - / 7.0.0 ENTRIESREAD came / key<key>#0 groupname id<oneof>(id new_id<pure-token>"$") entries_read<integer>"ENTRIESREAD"?
xinfo / Up to the subcommand / - / - / -
xinfo|consumers / O(1) / - / - / key<key>#0 groupname
xinfo|groups / O(1) / - / 7.0.0 entries-read and lag came / key<key>#0
xinfo|help / O(1) / - / - / -
xinfo|stream / O(1) / - / 6.0.0 FULL came & 7.0.0 max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag came / key<key>#0 full<block>"FULL"?(count<integer>"COUNT"?)
xlen / O(1) / - / - / key<key>#0
xpending / O(N) for N entries returned; O(M) for M entries looked at with IDLE; the summary is O(N) for N consumers / - / 6.2.0 IDLE and ranges without their ends came / key<key>#0 group filters<block>?(min-idle-time<integer>"IDLE"@6.2.0? start end count<integer> consumer?)
xrange / O(N) for N entries returned / - / 6.2.0 ranges may leave out their ends / key<key>#0 start end count<integer>"COUNT"?
xread / O(N) for N entries returned of each stream; with BLOCK, XADD pays O(M) for M waiting connections / - / - / count<integer>"COUNT"? milliseconds<integer>"BLOCK"? streams<block>"STREAMS"(key<key>#0* id*)
xreadgroup / O(M) for M entries returned of each stream; with BLOCK, XADD pays O(N) for N waiting connections / - / - / group_consumer<block>"GROUP"(group consumer) count<integer>"COUNT"? milliseconds<integer>"BLOCK"? "NOACK"? streams<block>"STREAMS"(key<key>#0* id*)
xrevrange / O(N) for N entries returned / - / 6.2.0 ranges may leave out their ends / key<key>#0 end start count<integer>"COUNT"?
xsetid / O(1) / - / 7.0.0 ENTRIESADDED and MAXDELETEDID came / key<key>#0 last-id entries_added<integer>"ENTRIESADDED"@7.0.0? max_deleted_entry_id"MAXDELETEDID"@7.0.0?
xtrim / O(N) for N entries removed, many at a time / - / 6.2.0 MINID and LIMIT came / key<key>#0 trim<block>(strategy<oneof>("MAXLEN" "MINID"@6.2.0) operator<oneof>?(equal<pure-token>"=" approximately<pure-token>"~") threshold count<integer>"LIMIT"@6.2.0?)
zadd / O(log(N)) for each member added to a set of N / - / 2.4.0 takes several members & 3.0.2 XX, NX, CH and INCR came & 6.2.0 GT and LT came / key<key>#0 condition<oneof>@3.0.2?("NX" "XX") comparison<oneof>@6.2.0?("GT" "LT") change<pure-token>"CH"@3.0.2? increment<pure-token>"INCR"@3.0.2? score_member<block>*(score<double> member)
zcard / O(1) / - / - / key<key>#0
zcount / O(log(N)) for a set of N members / - / - / key<key>#0 min<double> max<double>
zdiff / O(L + (N-K)log(N)) for L members of all sets, N of the first and K of the result / - / - / numkeys<integer> key<key>#0* "WITHSCORES"?
zdiffstore / O(L + (N-K)log(N)) for L members of all sets, N of the first and K of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1*
zincrby / O(log(N)) for a set of N members / - / - / key<key>#0 increment<integer> member
zinter / O(N*K)+O(M*log(M)) for K sets of which the smallest has N members, and M members of the result / - / - / numkeys<integer> key<key>#0* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX") "WITHSCORES"?
zintercard / O(N*K) for K sets of which the smallest has N members / - / - / numkeys<integer> key<key>#0* limit<integer>"LIMIT"?
zinterstore / O(N*K)+O(M*log(M)) for K sets of which the smallest has N members, and M members of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX")
zlexcount / O(log(N)) for a set of N members / - / - / key<key>#0 min max
zmpop / O(K) + O(M*log(N)) for K keys and M members taken from a set of N / - / - / numkeys<integer> key<key>#0* where<oneof>("MIN" "MAX") count<integer>"COUNT"?
zmscore / O(N) for N members asked for / - / - / key<key>#0 member*
zpopmax / O(log(N)*M) for M members taken from a set of N / - / - / key<key>#0 count<integer>?
zpopmin / O(log(N)*M) for M members taken from a set of N / - / - / key<key>#0 count<integer>?
zrandmember / O(N) for N elements returned / - / - / key<key>#0 options<block>?(count<integer> "WITHSCORES"?)
zrange / O(log(N)+M) for M members returned from a set of N / - / 6.2.0 REV, BYSCORE, BYLEX and LIMIT came / key<key>#0 start stop sortby<oneof>@6.2.0?("BYSCORE" "BYLEX") "REV"@6.2.0? offset_count<block>"LIMIT"@6.2.0?(offset<integer> count<integer>) "WITHSCORES"?
zrangebylex / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with BYLEX / - / key<key>#0 min max offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrangebyscore / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with BYSCORE / 2.0.0 WITHSCORES came / key<key>#0 min<double> max<double> "WITHSCORES"@2.0.0? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrangestore / O(log(N)+M) for M members stored from a set of N / - / - / dst<key>#0 src<key>#1 min max sortby<oneof>?("BYSCORE" "BYLEX") "REV"? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrank / O(log(N)) / - / - / key<key>#0 member
zrem / O(M*log(N)) for M members removed from a set of N / - / 2.4.0 takes several members / key<key>#0 member*
zremrangebylex / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 min max
zremrangebyrank / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 start<integer> stop<integer>
zremrangebyscore / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 min<double> max<double>
zrevrange / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV / - / key<key>#0 start<integer> stop<integer> "WITHSCORES"?
zrevrangebylex / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV and BYLEX / - / key<key>#0 max min offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrevrangebyscore / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV and BYSCORE / 2.1.6 ranges may leave out their ends / key<key>#0 max<double> min<double> "WITHSCORES"? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrevrank / O(log(N)) / - / - / key<key>#0 member
zscan / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
zscore / O(1) / - / - / key<key>#0 member
zunion / O(N)+O(M*log(M)) for N members of all sets together and M of the result / - / - / numkeys<integer> key<key>#0* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX") "WITHSCORES"?
zunionstore / O(N)+O(M*log(M)) for N members of all sets together and M of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX")
`;
