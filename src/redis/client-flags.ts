/* The flags of a client (after the CLIENT_ flags in server.h). A file without imports: tables of other
 * files are made of them while those files still load. */

export const CLIENT_SLAVE = 1 << 0;
export const CLIENT_MASTER = 1 << 1;
export const CLIENT_MONITOR = 1 << 2;
export const CLIENT_MULTI = 1 << 3;
export const CLIENT_BLOCKED = 1 << 4;
export const CLIENT_DIRTY_CAS = 1 << 5;
export const CLIENT_CLOSE_AFTER_REPLY = 1 << 6;
export const CLIENT_UNBLOCKED = 1 << 7;
/** Runs the commands of a script; has no socket. */
export const CLIENT_SCRIPT = 1 << 8;
export const CLIENT_ASKING = 1 << 9;
export const CLIENT_READONLY = 1 << 10;
export const CLIENT_PUBSUB = 1 << 11;
export const CLIENT_PREVENT_AOF_PROP = 1 << 12;
export const CLIENT_PREVENT_REPL_PROP = 1 << 13;
export const CLIENT_PREVENT_PROP = CLIENT_PREVENT_AOF_PROP | CLIENT_PREVENT_REPL_PROP;
export const CLIENT_REPLY_OFF = 1 << 14;
export const CLIENT_REPLY_SKIP_NEXT = 1 << 15;
export const CLIENT_REPLY_SKIP = 1 << 16;
export const CLIENT_DIRTY_EXEC = 1 << 17;
export const CLIENT_MASTER_FORCE_REPLY = 1 << 18;
export const CLIENT_NO_EVICT = 1 << 19;
export const CLIENT_TRACKING = 1 << 20;
export const CLIENT_CLOSE_ASAP = 1 << 21;
export const CLIENT_DENY_BLOCKING = 1 << 22;
export const CLIENT_FORCE_REPL = 1 << 23;
export const CLIENT_FORCE_AOF = 1 << 24;
/** A blocked command that runs again because a key became ready. */
export const CLIENT_REEXECUTING = 1 << 25;
/** Waits in the queue of a paused server. */
export const CLIENT_PAUSED = 1 << 26;
/** Its scripts are debugged; and without a fork. */
export const CLIENT_LUA_DEBUG = 1 << 27;
export const CLIENT_LUA_DEBUG_SYNC = 1 << 28;
