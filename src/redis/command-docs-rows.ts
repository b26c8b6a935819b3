/* What COMMAND DOCS tells of each command and the command table does not: cost, age, arguments (after the
 * files commands/*.json). Sentences are our own; names, types and versions are Redis's.
 *
 * Rows are data: name / version that brought it / complexity / `syscmd`, or since when it is deprecated and
 * what is to be used instead / history / arguments. An argument is written
 * name<type>#key specification"TOKEN"@since!deprecated since
 * and then `?` (optional), `*` (many), `+` (each with its token); what it consists of follows in brackets.
 * Without a type it is a string; a token alone is a pure-token with its own name in small letters. */

/** One row a command, sorted by name. */
export const DOCS_ROWS = `
acl / 6.0.0 / Up to the subcommand / - / - / -
acl|cat / 6.0.0 / O(1), since both lists are fixed / - / - / categoryname?
acl|deluser / 6.0.0 / O(1) for a typical user / - / - / username*
acl|dryrun / 7.0.0 / O(1) / - / - / username command arg?*
acl|genpass / 6.0.0 / O(1) / - / - / bits<integer>?
acl|getuser / 6.0.0 / O(N) for N rules of that user / - / 6.2.0 tells the patterns of channels & 7.0.0 tells selectors, and patterns as rules / username
acl|help / 6.0.0 / O(1) / - / - / -
acl|list / 6.0.0 / O(N) for N users / - / - / -
acl|load / 6.0.0 / O(N) for N users / - / - / -
acl|log / 6.0.0 / O(N) for N entries shown / - / - / operation<oneof>?(count<integer> "RESET")
acl|save / 6.0.0 / O(N) for N users / - / - / -
acl|setuser / 6.0.0 / O(N) for N rules given / - / 6.2.0 rules for channels came & 7.0.0 selectors and rights for single keys came / username rule?*
acl|users / 6.0.0 / O(N) for N users / - / - / -
acl|whoami / 6.0.0 / O(1) / - / - / -
append / 2.0.0 / O(1) amortized, as long as what is appended is small: space is doubled ahead of need / - / - / key<key>#0 value
asking / 3.0.0 / O(1) / - / - / -
auth / 1.0.0 / O(N) for N passwords of that user / - / 6.0.0 a user name may come first / username@6.0.0? password
bgrewriteaof / 1.0.0 / O(1) / - / - / -
bgsave / 1.0.0 / O(1) / - / 3.2.2 SCHEDULE came / "SCHEDULE"@3.2.2?
bitcount / 2.6.0 / O(N) / - / 7.0.0 BYTE and BIT came / key<key>#0 index<block>?(start<integer> end<integer> index_unit<oneof>@7.0.0?("BYTE" "BIT"))
bitfield / 3.2.0 / O(1) for each operation / - / - / key<key>#0 operation<oneof>?*(encoding_offset<block>"GET"(encoding offset<integer>) write<block>(wrap_sat_fail<oneof>"OVERFLOW"?("WRAP" "SAT" "FAIL") write_operation<oneof>(encoding_offset_value<block>"SET"(encoding offset<integer> value<integer>) encoding_offset_increment<block>"INCRBY"(encoding offset<integer> increment<integer>))))
bitfield_ro / 6.0.0 / O(1) for each operation / - / - / key<key>#0 encoding_offset<block>"GET"?*+(encoding offset<integer>)
bitop / 2.6.0 / O(N) / - / - / operation destkey<key>#0 key<key>#1*
bitpos / 2.8.7 / O(N) / - / 7.0.0 BYTE and BIT came / key<key>#0 bit<integer> index<block>?(start<integer> end_index<block>?(end<integer> index_unit<oneof>@7.0.0?("BYTE" "BIT")))
blmove / 6.2.0 / O(1) / - / - / source<key>#0 destination<key>#1 wherefrom<oneof>("LEFT" "RIGHT") whereto<oneof>("LEFT" "RIGHT") timeout<double>
blmpop / 7.0.0 / O(N+M) for N keys and M elements returned / - / - / timeout<double> numkeys<integer> key<key>#0* where<oneof>("LEFT" "RIGHT") count<integer>"COUNT"?
blpop / 2.0.0 / O(N) for N keys / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
brpop / 2.0.0 / O(N) for N keys / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
brpoplpush / 2.2.0 / O(1) / 6.2.0 BLMOVE with RIGHT and LEFT / 6.0.0 the timeout may have a fraction / source<key>#0 destination<key>#1 timeout<double>
bzmpop / 7.0.0 / O(K) + O(M*log(N)) for K keys and M members taken from a set of N / - / - / timeout<double> numkeys<integer> key<key>#0* where<oneof>("MIN" "MAX") count<integer>"COUNT"?
bzpopmax / 5.0.0 / O(log(N)) for a set of N members / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
bzpopmin / 5.0.0 / O(log(N)) for a set of N members / - / 6.0.0 the timeout may have a fraction / key<key>#0* timeout<double>
client / 2.4.0 / Up to the subcommand / - / - / -
client|caching / 6.0.0 / O(1) / - / - / mode<oneof>("YES" "NO")
client|getname / 2.6.9 / O(1) / - / - / -
client|getredir / 6.0.0 / O(1) / - / - / -
client|help / 5.0.0 / O(1) / - / - / -
client|id / 5.0.0 / O(1) / - / - / -
client|info / 6.2.0 / O(1) / - / - / -
client|kill / 2.4.0 / O(N) for N connections / - / 2.8.12 takes filters & 2.8.12 ID came & 3.2.0 TYPE knows master & 5.0.0 TYPE knows replica, which was slave and may still be called so & 6.2.0 LADDR came / filter<oneof>(ip:port!2.8.12 new-format<oneof>*(client-id<integer>"ID"@2.8.12? normal_master_slave_pubsub<oneof>"TYPE"@2.8.12?("NORMAL" "MASTER"@3.2.0 "SLAVE" "REPLICA"@5.0.0 "PUBSUB") username"USER"? ip:port"ADDR"? ip:port"LADDR"@6.2.0? yes/no"SKIPME"?))
client|list / 2.4.0 / O(N) for N connections / - / 2.8.12 id came & 5.0.0 TYPE came & 6.0.0 user came & 6.2.0 argv-mem, tot-mem, laddr, redir and the filter ID came & 7.0.0 resp, multi-mem, rbs and rbp came & 7.0.3 ssub came / normal_master_replica_pubsub<oneof>"TYPE"@5.0.0?("NORMAL" "MASTER" "REPLICA" "PUBSUB") id<block>"ID"@6.2.0?(client-id<integer>*)
client|no-evict / 7.0.0 / O(1) / - / - / enabled<oneof>("ON" "OFF")
client|pause / 2.9.50 / O(1) / - / 6.2.0 may be limited to WRITE / timeout<integer> mode<oneof>@6.2.0?("WRITE" "ALL")
client|reply / 3.2.0 / O(1) / - / - / on_off_skip<oneof>("ON" "OFF" "SKIP")
client|setname / 2.6.9 / O(1) / - / - / connection-name
client|tracking / 6.0.0 / O(1), some options cost more / - / - / status<oneof>("ON" "OFF") client-id<integer>"REDIRECT"? prefix"PREFIX"?*+ "BCAST"? "OPTIN"? "OPTOUT"? "NOLOOP"?
client|trackinginfo / 6.2.0 / O(1) / - / - / -
client|unblock / 5.0.0 / O(log N) for N connections / - / - / client-id<integer> timeout_error<oneof>?("TIMEOUT" "ERROR")
client|unpause / 6.2.0 / O(N) for N paused connections / - / - / -
cluster / 3.0.0 / Up to the subcommand / - / - / -
cluster|addslots / 3.0.0 / O(N) for N slots / - / - / slot<integer>*
cluster|addslotsrange / 7.0.0 / O(N) for N slots in the ranges / - / - / start-slot_end-slot<block>*(start-slot<integer> end-slot<integer>)
cluster|bumpepoch / 3.0.0 / O(1) / - / - / -
cluster|count-failure-reports / 3.0.0 / O(N) for N failure reports / - / - / node-id
cluster|countkeysinslot / 3.0.0 / O(1) / - / - / slot<integer>
cluster|delslots / 3.0.0 / O(N) for N slots / - / - / slot<integer>*
cluster|delslotsrange / 7.0.0 / O(N) for N slots in the ranges / - / - / start-slot_end-slot<block>*(start-slot<integer> end-slot<integer>)
cluster|failover / 3.0.0 / O(1) / - / - / options<oneof>?("FORCE" "TAKEOVER")
cluster|flushslots / 3.0.0 / O(1) / - / - / -
cluster|forget / 3.0.0 / O(1) / - / - / node-id
cluster|getkeysinslot / 3.0.0 / O(log(N)) for N keys asked for / - / - / slot<integer> count<integer>
cluster|help / 5.0.0 / O(1) / - / - / -
cluster|info / 3.0.0 / O(1) / - / - / -
cluster|keyslot / 3.0.0 / O(N) for a key of N bytes / - / - / key
cluster|links / 7.0.0 / O(N) for N nodes / - / - / -
cluster|meet / 3.0.0 / O(1) / - / 4.0.0 the bus port may be given / ip port<integer> cluster_bus_port<integer>@4.0.0?
cluster|myid / 3.0.0 / O(1) / - / - / -
cluster|nodes / 3.0.0 / O(N) for N nodes / - / - / -
cluster|replicas / 5.0.0 / O(1) / - / - / node-id
cluster|replicate / 3.0.0 / O(1) / - / - / node-id
cluster|reset / 3.0.0 / O(N) for N known nodes, and it may have to remove all keys / - / - / hard_soft<oneof>?("HARD" "SOFT")
cluster|saveconfig / 3.0.0 / O(1) / - / - / -
cluster|set-config-epoch / 3.0.0 / O(1) / - / - / config-epoch<integer>
cluster|setslot / 3.0.0 / O(1) / - / - / slot<integer> subcommand<oneof>(node-id"IMPORTING" node-id"MIGRATING" node-id"NODE" "STABLE")
cluster|shards / 7.0.0 / O(N) for N nodes / - / - / -
cluster|slaves / 3.0.0 / O(1) / 5.0.0 CLUSTER REPLICAS / - / node-id
cluster|slots / 3.0.0 / O(N) for N nodes / 7.0.0 CLUSTER SHARDS / 4.0.0 node ids came & 7.0.0 further addresses came / -
command / 2.8.13 / O(N) for N commands of the server / - / - / -
command|count / 2.8.13 / O(1) / - / - / -
command|docs / 7.0.0 / O(N) for N commands looked up / - / - / command-name?*
command|getkeys / 2.8.13 / O(N) for N arguments / - / - / -
command|getkeysandflags / 7.0.0 / O(N) for N arguments / - / - / -
command|help / 5.0.0 / O(1) / - / - / -
command|info / 2.8.13 / O(N) for N commands looked up / - / 7.0.0 may be called without names, for all commands / command-name?*
command|list / 7.0.0 / O(N) for N commands of the server / - / - / filterby<oneof>"FILTERBY"?(module-name"MODULE" category"ACLCAT" pattern<pattern>"PATTERN")
config / 2.0.0 / Up to the subcommand / - / - / -
config|get / 2.0.0 / O(N) for N parameters / - / 7.0.0 takes several patterns / parameter<block>*(parameter)
config|help / 5.0.0 / O(1) / - / - / -
config|resetstat / 2.0.0 / O(1) / - / - / -
config|rewrite / 2.8.0 / O(1) / - / - / -
config|set / 2.0.0 / O(N) for N parameters / - / 7.0.0 takes several parameters / parameter_value<block>*(parameter value)
copy / 6.2.0 / O(N) for a collection of N elements, O(1) for a string / - / - / source<key>#0 destination<key>#1 destination-db<integer>"DB"? "REPLACE"?
dbsize / 1.0.0 / O(1) / - / - / -
debug / 1.0.0 / Up to the subcommand / syscmd / - / -
decr / 1.0.0 / O(1) / - / - / key<key>#0
decrby / 1.0.0 / O(1) / - / - / key<key>#0 decrement<integer>
del / 1.0.0 / O(N) for N keys; a collection of M elements costs O(M), a string O(1) / - / - / key<key>#0*
discard / 2.0.0 / O(N) for N queued commands / - / - / -
dump / 2.6.0 / O(1) to find the key, then O(N*M) for N parts of M bytes / - / - / key<key>#0
echo / 1.0.0 / O(1) / - / - / message
eval / 2.6.0 / Up to the script / - / - / script numkeys<integer> key<key>#0?* arg?*
eval_ro / 7.0.0 / Up to the script / - / - / script numkeys<integer> key<key>#0?* arg?*
evalsha / 2.6.0 / Up to the script / - / - / sha1 numkeys<integer> key<key>#0?* arg?*
evalsha_ro / 7.0.0 / Up to the script / - / - / sha1 numkeys<integer> key<key>#0?* arg?*
exec / 1.2.0 / Up to the queued commands / - / - / -
exists / 1.0.0 / O(N) for N keys / - / 3.0.3 takes several keys / key<key>#0*
expire / 1.0.0 / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 seconds<integer> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
expireat / 1.2.0 / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 unix-time-seconds<unix-time> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
expiretime / 7.0.0 / O(1) / - / - / key<key>#0
failover / 6.2.0 / O(1) / - / - / target<block>"TO"?(host port<integer> "FORCE"?) "ABORT"? milliseconds<integer>"TIMEOUT"?
fcall / 7.0.0 / Up to the function / - / - / function numkeys<integer> key<key>#0?* arg?*
fcall_ro / 7.0.0 / Up to the function / - / - / function numkeys<integer> key<key>#0?* arg?*
flushall / 1.0.0 / O(N) for N keys in all databases / - / 4.0.0 ASYNC came & 6.2.0 SYNC came / async<oneof>?("ASYNC"@4.0.0 "SYNC"@6.2.0)
flushdb / 1.0.0 / O(N) for N keys in the database / - / 4.0.0 ASYNC came & 6.2.0 SYNC came / async<oneof>?("ASYNC"@4.0.0 "SYNC"@6.2.0)
function / 7.0.0 / Up to the subcommand / - / - / -
function|delete / 7.0.0 / O(1) / - / - / library-name
function|dump / 7.0.0 / O(N) for N functions / - / - / -
function|flush / 7.0.0 / O(N) for N functions removed / - / - / async<oneof>?("ASYNC" "SYNC")
function|help / 7.0.0 / O(1) / - / - / -
function|kill / 7.0.0 / O(1) / - / - / -
function|list / 7.0.0 / O(N) for N functions / - / - / library-name-pattern"LIBRARYNAME"? "WITHCODE"?
function|load / 7.0.0 / O(1), apart from compiling / - / - / "REPLACE"? function-code
function|restore / 7.0.0 / O(N) for N functions in the payload / - / - / serialized-value policy<oneof>?("FLUSH" "APPEND" "REPLACE")
function|stats / 7.0.0 / O(1) / - / - / -
geoadd / 3.2.0 / O(log(N)) for each member added to a set of N / - / 6.2.0 CH, NX and XX came / key<key>#0 condition<oneof>@6.2.0?("NX" "XX") change<pure-token>"CH"@6.2.0? longitude_latitude_member<block>*(longitude<double> latitude<double> member)
geodist / 3.2.0 / O(log(N)) / - / - / key<key>#0 member1 member2 unit<oneof>?("M" "KM" "FT" "MI")
geohash / 3.2.0 / O(log(N)) for each member asked for in a set of N / - / - / key<key>#0 member*
geopos / 3.2.0 / O(N) for N members / - / - / key<key>#0 member*
georadius / 3.2.0 / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH or GEOSEARCHSTORE with BYRADIUS / 6.2.0 ANY came, for COUNT & 7.0.0 units may be in capitals / key<key>#0 longitude<double> latitude<double> radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"@6.2.0?) order<oneof>?("ASC" "DESC") key<key>#1"STORE"? key<key>#2"STOREDIST"?
georadius_ro / 3.2.10 / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH with BYRADIUS / 6.2.0 ANY came, for COUNT / key<key>#0 longitude<double> latitude<double> radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"@6.2.0?) order<oneof>?("ASC" "DESC")
georadiusbymember / 3.2.0 / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH or GEOSEARCHSTORE with BYRADIUS and FROMMEMBER / 7.0.0 units may be in capitals / key<key>#0 member radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"?) order<oneof>?("ASC" "DESC") key<key>#1"STORE"? key<key>#2"STOREDIST"?
georadiusbymember_ro / 3.2.10 / O(N+log(M)) for N members in the box around the circle and M in the index / 6.2.0 GEOSEARCH with BYRADIUS and FROMMEMBER / - / key<key>#0 member radius<double> unit<oneof>("M" "KM" "FT" "MI") "WITHCOORD"? "WITHDIST"? "WITHHASH"? count<block>?(count<integer>"COUNT" "ANY"?) order<oneof>?("ASC" "DESC")
geosearch / 6.2.0 / O(N+log(M)) for N members in the box around the shape and M inside the shape / - / 7.0.0 units may be in capitals / key<key>#0 from<oneof>(member"FROMMEMBER" longitude_latitude<block>"FROMLONLAT"(longitude<double> latitude<double>)) by<oneof>(circle<block>(radius<double>"BYRADIUS" unit<oneof>("M" "KM" "FT" "MI")) box<block>(width<double>"BYBOX" height<double> unit<oneof>("M" "KM" "FT" "MI"))) order<oneof>?("ASC" "DESC") count<block>?(count<integer>"COUNT" "ANY"?) "WITHCOORD"? "WITHDIST"? "WITHHASH"?
geosearchstore / 6.2.0 / O(N+log(M)) for N members in the box around the shape and M inside the shape / - / 7.0.0 units may be in capitals / destination<key>#0 source<key>#1 from<oneof>(member"FROMMEMBER" longitude_latitude<block>"FROMLONLAT"(longitude<double> latitude<double>)) by<oneof>(circle<block>(radius<double>"BYRADIUS" unit<oneof>("M" "KM" "FT" "MI")) box<block>(width<double>"BYBOX" height<double> unit<oneof>("M" "KM" "FT" "MI"))) order<oneof>?("ASC" "DESC") count<block>?(count<integer>"COUNT" "ANY"?) "STOREDIST"?
get / 1.0.0 / O(1) / - / - / key<key>#0
getbit / 2.2.0 / O(1) / - / - / key<key>#0 offset<integer>
getdel / 6.2.0 / O(1) / - / - / key<key>#0
getex / 6.2.0 / O(1) / - / - / key<key>#0 expiration<oneof>?(seconds<integer>"EX" milliseconds<integer>"PX" unix-time-seconds<unix-time>"EXAT" unix-time-milliseconds<unix-time>"PXAT" "PERSIST")
getrange / 2.4.0 / O(N) for N bytes returned / - / - / key<key>#0 start<integer> end<integer>
getset / 1.0.0 / O(1) / 6.2.0 SET with GET / - / key<key>#0 value
hdel / 2.0.0 / O(N) for N fields / - / 2.4.0 takes several fields / key<key>#0 field*
hello / 6.0.0 / O(1) / - / 6.2.0 may be called without a version, and then only tells about the connection / arguments<block>?(protover<integer> username_password<block>"AUTH"?(username password) clientname"SETNAME"?)
hexists / 2.0.0 / O(1) / - / - / key<key>#0 field
hget / 2.0.0 / O(1) / - / - / key<key>#0 field
hgetall / 2.0.0 / O(N) for a hash of N fields / - / - / key<key>#0
hincrby / 2.0.0 / O(1) / - / - / key<key>#0 field increment<integer>
hincrbyfloat / 2.6.0 / O(1) / - / - / key<key>#0 field increment<double>
hkeys / 2.0.0 / O(N) for a hash of N fields / - / - / key<key>#0
hlen / 2.0.0 / O(1) / - / - / key<key>#0
hmget / 2.0.0 / O(N) for N fields / - / - / key<key>#0 field*
hmset / 2.0.0 / O(N) for N fields / 4.0.0 HSET with several fields / - / key<key>#0 field_value<block>*(field value)
hrandfield / 6.2.0 / O(N) for N fields returned / - / - / key<key>#0 options<block>?(count<integer> "WITHVALUES"?)
hscan / 2.8.0 / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
hset / 2.0.0 / O(1) for each field / - / 4.0.0 takes several fields / key<key>#0 field_value<block>*(field value)
hsetnx / 2.0.0 / O(1) / - / - / key<key>#0 field value
hstrlen / 3.2.0 / O(1) / - / - / key<key>#0 field
hvals / 2.0.0 / O(N) for a hash of N fields / - / - / key<key>#0
incr / 1.0.0 / O(1) / - / - / key<key>#0
incrby / 1.0.0 / O(1) / - / - / key<key>#0 increment<integer>
incrbyfloat / 2.6.0 / O(1) / - / - / key<key>#0 increment<double>
info / 1.0.0 / O(1) / - / 7.0.0 takes several sections / section?*
keys / 1.0.0 / O(N) for N keys in the database, as long as names and pattern are short / - / - / pattern<pattern>
lastsave / 1.0.0 / O(1) / - / - / -
latency / 2.8.13 / Up to the subcommand / - / - / -
latency|doctor / 2.8.13 / O(1) / - / - / -
latency|graph / 2.8.13 / O(1) / - / - / event
latency|help / 2.8.13 / O(1) / - / - / -
latency|histogram / 7.0.0 / O(N) for N commands with figures / - / - / command?*
latency|history / 2.8.13 / O(1) / - / - / event
latency|latest / 2.8.13 / O(1) / - / - / -
latency|reset / 2.8.13 / O(1) / - / - / event?*
lcs / 7.0.0 / O(N*M) for strings of N and M bytes / - / - / key1<key>#0 key2<key>#0 "LEN"? "IDX"? len<integer>"MINMATCHLEN"? "WITHMATCHLEN"?
lindex / 1.0.0 / O(N) for N elements on the way; O(1) at either end / - / - / key<key>#0 index<integer>
linsert / 2.2.0 / O(N) for N elements before the pivot / - / - / key<key>#0 where<oneof>("BEFORE" "AFTER") pivot element
llen / 1.0.0 / O(1) / - / - / key<key>#0
lmove / 6.2.0 / O(1) / - / - / source<key>#0 destination<key>#1 wherefrom<oneof>("LEFT" "RIGHT") whereto<oneof>("LEFT" "RIGHT")
lmpop / 7.0.0 / O(N+M) for N keys and M elements returned / - / - / numkeys<integer> key<key>#0* where<oneof>("LEFT" "RIGHT") count<integer>"COUNT"?
lolwut / 5.0.0 / - / - / - / version<integer>"VERSION"?
lpop / 1.0.0 / O(N) for N elements returned / - / 6.2.0 count came / key<key>#0 count<integer>@6.2.0?
lpos / 6.0.6 / O(N) for a list of N elements; less near the ends or with MAXLEN / - / - / key<key>#0 element rank<integer>"RANK"? num-matches<integer>"COUNT"? len<integer>"MAXLEN"?
lpush / 1.0.0 / O(1) for each element / - / 2.4.0 takes several elements / key<key>#0 element*
lpushx / 2.2.0 / O(1) for each element / - / 4.0.0 takes several elements / key<key>#0 element*
lrange / 1.0.0 / O(S+N) for N elements at a distance S from the nearer end / - / - / key<key>#0 start<integer> stop<integer>
lrem / 1.0.0 / O(N+M) for a list of N elements of which M are removed / - / - / key<key>#0 count<integer> element
lset / 1.0.0 / O(N) for a list of N elements; O(1) at either end / - / - / key<key>#0 index<integer> element
ltrim / 1.0.0 / O(N) for N elements removed / - / - / key<key>#0 start<integer> stop<integer>
memory / 4.0.0 / Up to the subcommand / - / - / -
memory|doctor / 4.0.0 / O(1) / - / - / -
memory|help / 4.0.0 / O(1) / - / - / -
memory|malloc-stats / 4.0.0 / Up to the memory in use; may be slow / - / - / -
memory|purge / 4.0.0 / Up to the memory in use; may be slow / - / - / -
memory|stats / 4.0.0 / O(1) / - / - / -
memory|usage / 4.0.0 / O(N) for N samples / - / - / key<key>#0 count<integer>"SAMPLES"?
mget / 1.0.0 / O(N) for N keys / - / - / key<key>#0*
migrate / 2.6.0 / As DUMP and DEL here and RESTORE there, and the way between them is O(N) / - / 3.0.0 COPY and REPLACE came & 3.0.6 KEYS came & 4.0.7 AUTH came & 6.0.0 AUTH2 came / host port<integer> key_or_empty_string<oneof>(key<key>#0 empty_string<pure-token>"") destination-db<integer> timeout<integer> "COPY"@3.0.0? "REPLACE"@3.0.0? authentication<oneof>?(password"AUTH"@4.0.7? username_password<block>"AUTH2"@6.0.0?(username password)) key<key>#1"KEYS"@3.0.6?*
module / 4.0.0 / Up to the subcommand / - / - / -
module|help / 5.0.0 / O(1) / - / - / -
module|list / 4.0.0 / O(N) for N modules / - / - / -
module|load / 4.0.0 / O(1) / - / - / path arg?*
module|loadex / 7.0.0 / O(1) / - / - / path configs<block>"CONFIG"?*+(name value) args<block>"ARGS"?*(arg)
module|unload / 4.0.0 / O(1) / - / - / name
monitor / 1.0.0 / - / - / - / -
move / 1.0.0 / O(1) / - / - / key<key>#0 db<integer>
mset / 1.0.1 / O(N) for N keys / - / - / key_value<block>*(key<key>#0 value)
msetnx / 1.0.1 / O(N) for N keys / - / - / key_value<block>*(key<key>#0 value)
multi / 1.2.0 / O(1) / - / - / -
object / 2.2.3 / Up to the subcommand / - / - / -
object|encoding / 2.2.3 / O(1) / - / - / key<key>#0
object|freq / 4.0.0 / O(1) / - / - / key<key>#0
object|help / 6.2.0 / O(1) / - / - / -
object|idletime / 2.2.3 / O(1) / - / - / key<key>#0
object|refcount / 2.2.3 / O(1) / - / - / key<key>#0
persist / 2.2.0 / O(1) / - / - / key<key>#0
pexpire / 2.6.0 / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 milliseconds<integer> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
pexpireat / 2.6.0 / O(1) / - / 7.0.0 NX, XX, GT and LT came / key<key>#0 unix-time-milliseconds<unix-time> condition<oneof>@7.0.0?("NX" "XX" "GT" "LT")
pexpiretime / 7.0.0 / O(1) / - / - / key<key>#0
pfadd / 2.8.9 / O(1) for each element / - / - / key<key>#0 element?*
pfcount / 2.8.9 / O(1) for one key; O(N), and much slower, for N keys / - / - / key<key>#0*
pfdebug / 2.8.9 / N/A / syscmd / - / subcommand key<key>#0
pfmerge / 2.8.9 / O(N) for N HyperLogLogs, each of them slow / - / - / destkey<key>#0 sourcekey<key>#1*
pfselftest / 2.8.9 / N/A / syscmd / - / -
ping / 1.0.0 / O(1) / - / - / message?
psetex / 2.6.0 / O(1) / - / - / key<key>#0 milliseconds<integer> value
psubscribe / 2.0.0 / O(N) for N patterns the connection has / - / - / pattern<block>*(pattern<pattern>)
psync / 2.8.0 / - / - / - / replicationid offset<integer>
pttl / 2.6.0 / O(1) / - / 2.8.0 -2 says that there is no such key / key<key>#0
publish / 2.0.0 / O(N+M) for N subscribers of the channel and M patterns of all connections / - / - / channel message
pubsub / 2.8.0 / Up to the subcommand / - / - / -
pubsub|channels / 2.8.0 / O(N) for N active channels, as long as names and pattern are short / - / - / pattern<pattern>?
pubsub|help / 6.2.0 / O(1) / - / - / -
pubsub|numpat / 2.8.0 / O(1) / - / - / -
pubsub|numsub / 2.8.0 / O(N) for N channels asked for / - / - / channel?*
pubsub|shardchannels / 7.0.0 / O(N) for N active shard channels, as long as their names are short / - / - / pattern<pattern>?
pubsub|shardnumsub / 7.0.0 / O(N) for N shard channels asked for / - / - / shardchannel?*
punsubscribe / 2.0.0 / O(N+M) for N patterns of the connection and M of all connections / - / - / pattern<pattern>?*
quit / 1.0.0 / O(1) / - / - / -
randomkey / 1.0.0 / O(1) / - / - / -
readonly / 3.0.0 / O(1) / - / - / -
readwrite / 3.0.0 / O(1) / - / - / -
rename / 1.0.0 / O(1) / - / - / key<key>#0 newkey<key>#1
renamenx / 1.0.0 / O(1) / - / 3.2.0 both names may be the same / key<key>#0 newkey<key>#1
replconf / 3.0.0 / O(1) / syscmd / - / -
replicaof / 5.0.0 / O(1) / - / - / args<oneof>(host-port<block>(host port<integer>) no-one<block>("NO" "ONE"))
reset / 6.2.0 / O(1) / - / - / -
restore / 2.6.0 / O(N*M) for N parts of M bytes; O(N*M*log(N)) for a sorted set / - / 3.0.0 REPLACE came & 5.0.0 ABSTTL came & 5.0.0 IDLETIME and FREQ came / key<key>#0 ttl<integer> serialized-value "REPLACE"@3.0.0? "ABSTTL"@5.0.0? seconds<integer>"IDLETIME"@5.0.0? frequency<integer>"FREQ"@5.0.0?
restore-asking / 3.0.0 / O(N*M) for N parts of M bytes; O(N*M*log(N)) for a sorted set / syscmd / 3.0.0 REPLACE came & 5.0.0 ABSTTL came & 5.0.0 IDLETIME and FREQ came / key<key>#0 ttl<integer> serialized-value "REPLACE"@3.0.0? "ABSTTL"@5.0.0? seconds<integer>"IDLETIME"@5.0.0? frequency<integer>"FREQ"@5.0.0?
role / 2.8.12 / O(1) / - / - / -
rpop / 1.0.0 / O(N) for N elements returned / - / 6.2.0 count came / key<key>#0 count<integer>@6.2.0?
rpoplpush / 1.2.0 / O(1) / 6.2.0 LMOVE with RIGHT and LEFT / - / source<key>#0 destination<key>#1
rpush / 1.0.0 / O(1) for each element / - / 2.4.0 takes several elements / key<key>#0 element*
rpushx / 2.2.0 / O(1) for each element / - / 4.0.0 takes several elements / key<key>#0 element*
sadd / 1.0.0 / O(1) for each element / - / 2.4.0 takes several members / key<key>#0 member*
save / 1.0.0 / O(N) for N keys in all databases / - / - / -
scan / 2.8.0 / O(1) a call, O(N) for all N keys / - / 6.0.0 TYPE came / cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"? type"TYPE"@6.0.0?
scard / 1.0.0 / O(1) / - / - / key<key>#0
script / 2.6.0 / Up to the subcommand / - / - / -
script|debug / 3.2.0 / O(1) / - / - / mode<oneof>("YES" "SYNC" "NO")
script|exists / 2.6.0 / O(N) for N scripts / - / - / sha1*
script|flush / 2.6.0 / O(N) for N cached scripts / - / 6.2.0 ASYNC and SYNC came / async<oneof>@6.2.0?("ASYNC" "SYNC")
script|help / 5.0.0 / O(1) / - / - / -
script|kill / 2.6.0 / O(1) / - / - / -
script|load / 2.6.0 / O(N) for a script of N bytes / - / - / script
sdiff / 1.0.0 / O(N) for N members of all sets together / - / - / key<key>#0*
sdiffstore / 1.0.0 / O(N) for N members of all sets together / - / - / destination<key>#0 key<key>#1*
select / 1.0.0 / O(1) / - / - / index<integer>
set / 1.0.0 / O(1) / - / 2.6.12 EX, PX, NX and XX came & 6.0.0 KEEPTTL came & 6.2.0 GET, EXAT and PXAT came & 7.0.0 NX and GET go together / key<key>#0 value condition<oneof>@2.6.12?("NX" "XX") "GET"@6.2.0? expiration<oneof>?(seconds<integer>"EX"@2.6.12 milliseconds<integer>"PX"@2.6.12 unix-time-seconds<unix-time>"EXAT"@6.2.0 unix-time-milliseconds<unix-time>"PXAT"@6.2.0 "KEEPTTL"@6.0.0)
setbit / 2.2.0 / O(1) / - / - / key<key>#0 offset<integer> value<integer>
setex / 2.0.0 / O(1) / - / - / key<key>#0 seconds<integer> value
setnx / 1.0.0 / O(1) / - / - / key<key>#0 value
setrange / 2.2.0 / O(1) for a short value, O(M) for one of M bytes / - / - / key<key>#0 offset<integer> value
shutdown / 1.0.0 / O(N) for N keys when it saves, else O(1) / - / 7.0.0 NOW, FORCE and ABORT came / nosave_save<oneof>?("NOSAVE" "SAVE") "NOW"@7.0.0? "FORCE"@7.0.0? "ABORT"@7.0.0?
sinter / 1.0.0 / O(N*M) for M sets of which the smallest has N members / - / - / key<key>#0*
sintercard / 7.0.0 / O(N*M) for M sets of which the smallest has N members / - / - / numkeys<integer> key<key>#0* limit<integer>"LIMIT"?
sinterstore / 1.0.0 / O(N*M) for M sets of which the smallest has N members / - / - / destination<key>#0 key<key>#1*
sismember / 1.0.0 / O(1) / - / - / key<key>#0 member
slaveof / 1.0.0 / O(1) / 5.0.0 REPLICAOF / - / args<oneof>(host-port<block>(host port<integer>) no-one<block>("NO" "ONE"))
slowlog / 2.2.12 / Up to the subcommand / - / - / -
slowlog|get / 2.2.12 / O(N) for N entries returned / - / 4.0.0 entries tell address and name of the client / count<integer>?
slowlog|help / 6.2.0 / O(1) / - / - / -
slowlog|len / 2.2.12 / O(1) / - / - / -
slowlog|reset / 2.2.12 / O(N) for N entries / - / - / -
smembers / 1.0.0 / O(N) for a set of N members / - / - / key<key>#0
smismember / 6.2.0 / O(N) for N members asked for / - / - / key<key>#0 member*
smove / 1.0.0 / O(1) / - / - / source<key>#0 destination<key>#1 member
sort / 1.0.0 / O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting / - / - / key<key>#0 pattern<pattern>#1"BY"? offset_count<block>"LIMIT"?(offset<integer> count<integer>) pattern<pattern>#1"GET"?*+ order<oneof>?("ASC" "DESC") sorting<pure-token>"ALPHA"? destination<key>#2"STORE"?
sort_ro / 7.0.0 / O(N+M*log(M)) for N elements of which M are returned; O(N) without sorting / - / - / key<key>#0 pattern<pattern>#1"BY"? offset_count<block>"LIMIT"?(offset<integer> count<integer>) pattern<pattern>#1"GET"?*+ order<oneof>?("ASC" "DESC") sorting<pure-token>"ALPHA"?
spop / 1.0.0 / O(1) without a count, O(N) for a count of N / - / 3.2.0 count came / key<key>#0 count<integer>@3.2.0?
spublish / 7.0.0 / O(N) for N subscribers of the shard channel / - / - / shardchannel message
srandmember / 1.0.0 / O(1) without a count, O(N) for a count of N / - / 2.6.0 count came / key<key>#0 count<integer>@2.6.0?
srem / 1.0.0 / O(N) for N members removed / - / 2.4.0 takes several members / key<key>#0 member*
sscan / 2.8.0 / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
ssubscribe / 7.0.0 / O(N) for N shard channels / - / - / shardchannel*
strlen / 2.2.0 / O(1) / - / - / key<key>#0
subscribe / 2.0.0 / O(N) for N channels / - / - / channel*
substr / 1.0.0 / O(N) for N bytes returned / 2.0.0 GETRANGE / - / key<key>#0 start<integer> end<integer>
sunion / 1.0.0 / O(N) for N members of all sets together / - / - / key<key>#0*
sunionstore / 1.0.0 / O(N) for N members of all sets together / - / - / destination<key>#0 key<key>#1*
sunsubscribe / 7.0.0 / O(N) for N subscribers of the channel / - / - / shardchannel?*
swapdb / 4.0.0 / O(N) for N connections that watch or wait for keys of both databases / - / - / index1<integer> index2<integer>
sync / 1.0.0 / - / - / - / -
time / 2.6.0 / O(1) / - / - / -
touch / 3.2.1 / O(N) for N keys / - / - / key<key>#0*
ttl / 1.0.0 / O(1) / - / 2.8.0 -2 says that there is no such key / key<key>#0
type / 1.0.0 / O(1) / - / - / key<key>#0
unlink / 4.0.0 / O(1) for each key; another thread frees its N allocations in O(N) / - / - / key<key>#0*
unsubscribe / 2.0.0 / O(N) for N subscribers of the channel / - / - / channel?*
unwatch / 2.2.0 / O(1) / - / - / -
wait / 3.0.0 / O(1) / - / - / numreplicas<integer> timeout<integer>
watch / 2.2.0 / O(1) for each key / - / - / key<key>#0*
xack / 5.0.0 / O(1) for each entry / - / - / key<key>#0 group id*
xadd / 5.0.0 / O(1), and O(N) for N entries trimmed / - / 6.2.0 NOMKSTREAM, MINID and LIMIT came & 7.0.0 an id may be given as <ms>-* / key<key>#0 "NOMKSTREAM"@6.2.0? trim<block>?(strategy<oneof>("MAXLEN" "MINID"@6.2.0) operator<oneof>?(equal<pure-token>"=" approximately<pure-token>"~") threshold count<integer>"LIMIT"@6.2.0?) id_or_auto<oneof>(auto_id<pure-token>"*" id) field_value<block>*(field value)
xautoclaim / 6.2.0 / O(1) for a small COUNT / - / 7.0.0 a third element tells which entries had been deleted / key<key>#0 group consumer min-idle-time start count<integer>"COUNT"? "JUSTID"?
xclaim / 5.0.0 / O(log N) for N pending entries of the group / - / - / key<key>#0 group consumer min-idle-time id* ms<integer>"IDLE"? unix-time-milliseconds<unix-time>"TIME"? count<integer>"RETRYCOUNT"? "FORCE"? "JUSTID"? id"LASTID"?
xdel / 5.0.0 / O(1) for each entry / - / - / key<key>#0 id*
xgroup / 5.0.0 / Up to the subcommand / - / - / -
xgroup|create / 5.0.0 / O(1) / - / 7.0.0 ENTRIESREAD came / key<key>#0 groupname id<oneof>(id new_id<pure-token>"$") "MKSTREAM"? entries_read<integer>"ENTRIESREAD"?
xgroup|createconsumer / 6.2.0 / O(1) / - / - / key<key>#0 groupname consumername
xgroup|delconsumer / 5.0.0 / O(1) / - / - / key<key>#0 groupname consumername
xgroup|destroy / 5.0.0 / O(N) for N pending entries of the group / - / - / key<key>#0 groupname
xgroup|help / 5.0.0 / O(1) / - / - / -
xgroup|setid / 5.0.0 / O(1) / - / 7.0.0 ENTRIESREAD came / key<key>#0 groupname id<oneof>(id new_id<pure-token>"$") entries_read<integer>"ENTRIESREAD"?
xinfo / 5.0.0 / Up to the subcommand / - / - / -
xinfo|consumers / 5.0.0 / O(1) / - / - / key<key>#0 groupname
xinfo|groups / 5.0.0 / O(1) / - / 7.0.0 entries-read and lag came / key<key>#0
xinfo|help / 5.0.0 / O(1) / - / - / -
xinfo|stream / 5.0.0 / O(1) / - / 6.0.0 FULL came & 7.0.0 max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag came / key<key>#0 full<block>"FULL"?(count<integer>"COUNT"?)
xlen / 5.0.0 / O(1) / - / - / key<key>#0
xpending / 5.0.0 / O(N) for N entries returned; O(M) for M entries looked at with IDLE; the summary is O(N) for N consumers / - / 6.2.0 IDLE and ranges without their ends came / key<key>#0 group filters<block>?(min-idle-time<integer>"IDLE"@6.2.0? start end count<integer> consumer?)
xrange / 5.0.0 / O(N) for N entries returned / - / 6.2.0 ranges may leave out their ends / key<key>#0 start end count<integer>"COUNT"?
xread / 5.0.0 / O(N) for N entries returned of each stream; with BLOCK, XADD pays O(M) for M waiting connections / - / - / count<integer>"COUNT"? milliseconds<integer>"BLOCK"? streams<block>"STREAMS"(key<key>#0* id*)
xreadgroup / 5.0.0 / O(M) for M entries returned of each stream; with BLOCK, XADD pays O(N) for N waiting connections / - / - / group_consumer<block>"GROUP"(group consumer) count<integer>"COUNT"? milliseconds<integer>"BLOCK"? "NOACK"? streams<block>"STREAMS"(key<key>#0* id*)
xrevrange / 5.0.0 / O(N) for N entries returned / - / 6.2.0 ranges may leave out their ends / key<key>#0 end start count<integer>"COUNT"?
xsetid / 5.0.0 / O(1) / - / 7.0.0 ENTRIESADDED and MAXDELETEDID came / key<key>#0 last-id entries_added<integer>"ENTRIESADDED"@7.0.0? max_deleted_entry_id"MAXDELETEDID"@7.0.0?
xtrim / 5.0.0 / O(N) for N entries removed, many at a time / - / 6.2.0 MINID and LIMIT came / key<key>#0 trim<block>(strategy<oneof>("MAXLEN" "MINID"@6.2.0) operator<oneof>?(equal<pure-token>"=" approximately<pure-token>"~") threshold count<integer>"LIMIT"@6.2.0?)
zadd / 1.2.0 / O(log(N)) for each member added to a set of N / - / 2.4.0 takes several members & 3.0.2 XX, NX, CH and INCR came & 6.2.0 GT and LT came / key<key>#0 condition<oneof>@3.0.2?("NX" "XX") comparison<oneof>@6.2.0?("GT" "LT") change<pure-token>"CH"@3.0.2? increment<pure-token>"INCR"@3.0.2? score_member<block>*(score<double> member)
zcard / 1.2.0 / O(1) / - / - / key<key>#0
zcount / 2.0.0 / O(log(N)) for a set of N members / - / - / key<key>#0 min<double> max<double>
zdiff / 6.2.0 / O(L + (N-K)log(N)) for L members of all sets, N of the first and K of the result / - / - / numkeys<integer> key<key>#0* "WITHSCORES"?
zdiffstore / 6.2.0 / O(L + (N-K)log(N)) for L members of all sets, N of the first and K of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1*
zincrby / 1.2.0 / O(log(N)) for a set of N members / - / - / key<key>#0 increment<integer> member
zinter / 6.2.0 / O(N*K)+O(M*log(M)) for K sets of which the smallest has N members, and M members of the result / - / - / numkeys<integer> key<key>#0* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX") "WITHSCORES"?
zintercard / 7.0.0 / O(N*K) for K sets of which the smallest has N members / - / - / numkeys<integer> key<key>#0* limit<integer>"LIMIT"?
zinterstore / 2.0.0 / O(N*K)+O(M*log(M)) for K sets of which the smallest has N members, and M members of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX")
zlexcount / 2.8.9 / O(log(N)) for a set of N members / - / - / key<key>#0 min max
zmpop / 7.0.0 / O(K) + O(M*log(N)) for K keys and M members taken from a set of N / - / - / numkeys<integer> key<key>#0* where<oneof>("MIN" "MAX") count<integer>"COUNT"?
zmscore / 6.2.0 / O(N) for N members asked for / - / - / key<key>#0 member*
zpopmax / 5.0.0 / O(log(N)*M) for M members taken from a set of N / - / - / key<key>#0 count<integer>?
zpopmin / 5.0.0 / O(log(N)*M) for M members taken from a set of N / - / - / key<key>#0 count<integer>?
zrandmember / 6.2.0 / O(N) for N elements returned / - / - / key<key>#0 options<block>?(count<integer> "WITHSCORES"?)
zrange / 1.2.0 / O(log(N)+M) for M members returned from a set of N / - / 6.2.0 REV, BYSCORE, BYLEX and LIMIT came / key<key>#0 start stop sortby<oneof>@6.2.0?("BYSCORE" "BYLEX") "REV"@6.2.0? offset_count<block>"LIMIT"@6.2.0?(offset<integer> count<integer>) "WITHSCORES"?
zrangebylex / 2.8.9 / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with BYLEX / - / key<key>#0 min max offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrangebyscore / 1.0.5 / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with BYSCORE / 2.0.0 WITHSCORES came / key<key>#0 min<double> max<double> "WITHSCORES"@2.0.0? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrangestore / 6.2.0 / O(log(N)+M) for M members stored from a set of N / - / - / dst<key>#0 src<key>#1 min max sortby<oneof>?("BYSCORE" "BYLEX") "REV"? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrank / 2.0.0 / O(log(N)) / - / - / key<key>#0 member
zrem / 1.2.0 / O(M*log(N)) for M members removed from a set of N / - / 2.4.0 takes several members / key<key>#0 member*
zremrangebylex / 2.8.9 / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 min max
zremrangebyrank / 2.0.0 / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 start<integer> stop<integer>
zremrangebyscore / 1.2.0 / O(log(N)+M) for M members removed from a set of N / - / - / key<key>#0 min<double> max<double>
zrevrange / 1.2.0 / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV / - / key<key>#0 start<integer> stop<integer> "WITHSCORES"?
zrevrangebylex / 2.8.9 / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV and BYLEX / - / key<key>#0 max min offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrevrangebyscore / 2.2.0 / O(log(N)+M) for M members returned from a set of N / 6.2.0 ZRANGE with REV and BYSCORE / 2.1.6 ranges may leave out their ends / key<key>#0 max<double> min<double> "WITHSCORES"? offset_count<block>"LIMIT"?(offset<integer> count<integer>)
zrevrank / 2.0.0 / O(log(N)) / - / - / key<key>#0 member
zscan / 2.8.0 / O(1) a call, O(N) for the whole collection / - / - / key<key>#0 cursor<integer> pattern<pattern>"MATCH"? count<integer>"COUNT"?
zscore / 1.2.0 / O(1) / - / - / key<key>#0 member
zunion / 6.2.0 / O(N)+O(M*log(M)) for N members of all sets together and M of the result / - / - / numkeys<integer> key<key>#0* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX") "WITHSCORES"?
zunionstore / 2.0.0 / O(N)+O(M*log(M)) for N members of all sets together and M of the result / - / - / destination<key>#0 numkeys<integer> key<key>#1* weight<integer>"WEIGHTS"?* aggregate<oneof>"AGGREGATE"?("SUM" "MIN" "MAX")
`;
