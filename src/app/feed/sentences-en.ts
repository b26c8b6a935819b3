/* Each protocol event as an English sentence. {who} is the server that saw it, {name} the node it is
 * about; the other names are fields of the event. */

export const sentencesEn: Readonly<Record<string, string>> = {
  PFAIL: '{who} suspects {name}: no answer for {silentMs} ms (timeout {nodeTimeoutMs})',
  PFAIL_CLEARED: '{who} no longer suspects {name}',
  FAILURE_REPORT: '{from} tells {who} that it suspects {name} ({reports} reports now)',
  FAIL: '{who} declares {name} failed: {reports} of {needed} masters needed agree',
  FAIL_RECEIVED: '{who} hears from {from} that {name} has failed',
  FAIL_CLEARED: '{who} takes {name} as well again after {failedForMs} ms',
  CLUSTER_STATE: '{who}: cluster state is now {state}{reasonText}',

  ELECTION_SCHEDULED: '{who} will stand for election in {delayMs} ms (rank {rank}, offset {offset})',
  ELECTION_DELAYED: '{who} waits {addedMs} ms longer: its rank is now {rank}',
  AUTH_REQUEST: '{who} asks every master for its vote in epoch {epoch}; it needs {needed}',
  VOTE_GRANTED: '{who} votes for {name} in epoch {epoch}',
  VOTE_DENIED: '{who} refuses its vote to {name}: {text}',
  VOTE_RECEIVED: '{who} has {votes} of {needed} votes (the latest from {name})',
  PROMOTED: '{who} is master now, with config epoch {epoch}, in place of {instead}',
  CANT_FAILOVER: '{who} cannot take over yet: {reasonText}',
  EPOCH: '{who} moves to epoch {current}',
  CONFIG_EPOCH_COLLISION: '{who} and {name} both had config epoch {epoch}; {who} takes {now}',
  MFSTART: '{who} asks for a manual failover {option}',
  MF_PAUSED: '{who} pauses its clients for a manual failover to {name}',
  MF_READY: '{who} has caught up with its master at offset {offset}',
  MF_TIMEOUT: '{who} gives the manual failover up: time is over',

  SLOT_OWNER: '{who}: slots {slots} now belong to {name}',
  SLOT_UNASSIGNED: '{who}: slots {slots} belong to nobody now',
  SLOT_MIGRATING: '{who} begins to hand slot {slot} to {toName}',
  SLOT_IMPORTING: '{who} begins to take slot {slot} from {fromName}',
  SLOT_STABLE: '{who} closes slot {slot}: neither migrating nor importing',
  SLOT_REPAIRED: '{who} claims slot {slot} because it holds keys of it',
  DIRTY_SLOT_DELETED: '{who} drops {keys} keys of slot {slot}, which is no longer its own',
  UPDATE_SENT: '{who} corrects {to}: {name} has the greater config epoch {configEpoch}',
  UPDATE_RECEIVED: '{who} is corrected: {name} has config epoch {configEpoch}, not {known}',

  FULLRESYNC: '{who} sends {replica} a full copy ({bytes} bytes, offset {offset})',
  CONTINUE: '{who} lets {replica} continue at offset {offset} ({bytes} bytes of backlog)',
  REPL_LINK_UP: '{who} follows its master on port {port} from offset {offset}',
  REPL_LINK_DOWN: '{who} has lost the link to its master at offset {offset}',
  REPLICA_OVERFLOW: '{who} drops {replica}: {pending} bytes were waiting for it',
  REPLICA_MIGRATION: '{who} moves from {from} to {name}, which has no replica left',

  MEET: '{who} meets {ip}:{port}',
  MEET_RECEIVED: '{who} is greeted by {ip}:{port}',
  HANDSHAKE_DONE: '{who} and {name} know each other now',
  HANDSHAKE_TIMEOUT: '{who} gives up greeting {ip}:{port}',
  NODE_ADDED: '{who} learns of {name} from {by}',
  NOADDR: '{who} no longer knows an address for {name}',
  ADDRESS_UPDATED: '{who} notes the new address {ip}:{port} of {name}',
  ROLE_CHANGED: '{who} sees {name} as a {role} now',
  ROLE_CHANGED_SELF: '{who} is a {role} now',
  OPERATOR_DONE: 'The cluster has been formed',
  FORGET: '{who} forgets {name}',
  RESET: '{who} is reset',
  EPOCH_MISTAKEN: '{who} takes the epoch {epoch} that {name} reports for its own',

  MOVED: '{who} answers MOVED: slot {slot} belongs to {to}',
  ASK: '{who} answers ASK: this key of slot {slot} may be on {to}',
  SCRIPT_BUSY: '{who} is busy with a script that has run past its limit',
  LOCK_ACQUIRED: '{who} believes it holds the lock {lock}',
  ALERT_FIRING: '{who} raises the alert {rule} about {server}',
  ALERT_ENDED: '{who} takes the alert {rule} about {server} back',
  LOCK_RELEASED: '{who} releases the lock {lock}',
  COUPON_SPENT: '{who} spends coupon {coupon}',
};

/** Events that are folded, in a few words; how many there were is written behind. */
export const smallEn: Readonly<Record<string, string>> = {
  FAILURE_REPORT: 'suspicion reported',
  FAIL_RECEIVED: 'failure heard of',
  ROLE_CHANGED: 'new role noted',
  SLOT_OWNER: 'new owner of slots noted',
  EPOCH: 'new epoch taken over',
  EPOCH_MISTAKEN: 'epoch mistaken',
  NODE_ADDED: 'server learnt of',
  HANDSHAKE_DONE: 'handshake done',
};

export const reasonsEn: Readonly<Record<string, string>> = {
  unassignedSlots: 'some slots belong to nobody',
  failedOwner: 'an owner of slots has failed',
  minority: 'most masters are out of reach',
};

/** What the reader did by hand, by the first word of its label. */
export const deedsEn: Readonly<Record<string, string>> = {
  kill: 'You kill {1}',
  pause: 'You pause {1}',
  resume: 'You let {1} go on',
  restart: 'You start {1} again',
  wipe: 'You start {1} again with an empty disk',
  terminate: 'You ask {1} to end (SIGTERM)',
  powerLoss: 'You cut the power of {1}',
  move: 'You start {1} again at {2}',
  nat: 'You put {1} behind address translation: {2}',
  cut: 'You cut the link {1} – {2}',
  heal: 'You mend the link {1} – {2}',
  isolate: 'You cut all links of {1}',
  rejoin: 'You mend all links of {1}',
  healAll: 'You mend every link',
  partition: 'You split the network',
  link: 'You change the link {1} – {2}',
  drop: 'You drop a message',
  duplicate: 'You send a message twice',
  delay: 'You delay a message',
};
