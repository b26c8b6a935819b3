/* What a heartbeat tells about other nodes (after clusterMsgDataGossip in cluster.h).
 *
 * In a world of 1,000 servers 26 million such entries are written and read in a second, nearly all of them
 * about nodes that are well. So a section is columns instead of a list of records: where the nodes are, each
 * a record that all servers share which say the same of it, and one number for what is said of it; what can
 * only be said of few stands apart. Whoever wants to look at single entries asks for them. */

/** What all servers that know a node usually agree upon: its name and where it is reached. Never changed. */
export interface NodeAddress {
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly pport: number;
  readonly cport: number;
  /** Of the name: where a table of nodes looks first. */
  readonly hash: number;
  /** Its row in the tables of servers that began as members of one given cluster; a guess for all others. */
  readonly row: number;
}

/** What the sender says about one other node (104 bytes on the wire). Times in whole seconds. */
export interface GossipEntry {
  readonly nodename: string;
  readonly pingSent: number;
  readonly pongReceived: number;
  readonly ip: string;
  readonly port: number;
  readonly cport: number;
  readonly flags: number;
  readonly pport: number;
}

/** Plain data, since it travels between threads. */
export interface GossipSection {
  readonly about: readonly NodeAddress[];
  /** For each of them: the second of its last pong times SAID_FLAGS, plus its flags. */
  readonly said: readonly number[];
  /** Those whose ping is not answered: place in the columns, second in which it was sent, and so on. */
  readonly pinged: readonly number[];
}

/** The flags of a node are less than this. */
export const SAID_FLAGS = 0x10000;
/** Everybody has answered. */
export const NONE_PINGED: readonly number[] = Object.freeze([]);

export function nodeAddress(
  name: string,
  ip: string,
  port: number,
  pport: number,
  cport: number,
  row = 0,
): NodeAddress {
  return { name, ip, port, pport, cport, hash: hashOf(name), row };
}

export function sameAddress(a: NodeAddress, b: NodeAddress): boolean {
  return (
    a.name === b.name && a.ip === b.ip && a.port === b.port && a.pport === b.pport && a.cport === b.cport
  );
}

/** Thirty bits, which every engine keeps as a plain number. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 2;
}

export function gossipSection(entries: readonly GossipEntry[]): GossipSection {
  return {
    about: entries.map(({ nodename, ip, port, pport, cport }) =>
      nodeAddress(nodename, ip, port, pport, cport),
    ),
    said: entries.map(({ flags, pongReceived }) => pongReceived * SAID_FLAGS + flags),
    pinged: entries.flatMap(({ pingSent }, index) => (pingSent === 0 ? [] : [index, pingSent])),
  };
}

/** Number `index` of the entries of a section. */
export function gossipEntry({ about, said, pinged }: GossipSection, index: number): GossipEntry {
  const { name, ip, port, pport, cport } = about[index] as NodeAddress;
  const flags = (said[index] as number) % SAID_FLAGS;
  const pongReceived = ((said[index] as number) - flags) / SAID_FLAGS;
  const at = pinged.findIndex((place, where) => where % 2 === 0 && place === index);
  const pingSent = at < 0 ? 0 : (pinged[at + 1] as number);
  return { nodename: name, pingSent, pongReceived, ip, port, cport, flags, pport };
}

export function gossipEntries(section: GossipSection): GossipEntry[] {
  return section.about.map((_, index) => gossipEntry(section, index));
}
