/* Reads what a real cluster printed: CLUSTER NODES (also nodes.conf), CLUSTER INFO, redis-cli --cluster
 * check, or else CLUSTER SLOTS or SHARDS, in any order and mixture, with the prompts and colours that come
 * along when one copies from a terminal. Lines that are none of these are passed over. Never throws; size
 * and numbers are bounded. */

import { nodesOfReply } from './parse-replies.ts';
import { newNode, type PastedNode } from './pasted-node.ts';

export interface PastedCluster {
  nodes: PastedNode[];
  /** Fields of CLUSTER INFO. */
  info: Map<string, string>;
  /** Ids of which several lines were pasted that tell different slots. */
  disagree: string[];
  /** True when some lines were left out since there were too many. */
  cut: boolean;
}

const LONGEST_TEXT = 2 * 1024 * 1024;
export const MOST_NODES = 1200;
const SLOT_COUNT = 16384;

const NODE_LINE =
  /^(?:\d+\)\s*)?"?([0-9a-f]{40}) (\S*?):(\d{1,5})(?:@(\d{1,5}))?(?:,([^\s,]*)[^\s]*)? ([a-z?,]+) (-|[0-9a-f]{40}) (\d{1,15}) (\d{1,15}) (\d{1,15}) (connected|disconnected)(.*)$/;
const CHECK_NODE = /^([MS]): ([0-9a-f]{40}) (\S*):(\d{1,5})$/;
const CHECK_OPEN = /^\[WARNING\] Node (\S*):(\d{1,5}) has slots in (migrating|importing) state ([\d,\s]+)\.?/;
// oxlint-disable-next-line no-control-regex
const COLOURS = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

/** What the text tells. */
export function parseCluster(text: string): PastedCluster {
  const found = new Map<string, PastedNode>();
  const out: PastedCluster = { nodes: [], info: new Map(), disagree: [], cut: text.length > LONGEST_TEXT };
  // Programs often log the reply as one line with \n in it.
  const lines = text
    .slice(0, LONGEST_TEXT)
    .replace(COLOURS, '')
    .split(/\r?\n|(?:\\r)?\\n/);
  let checked: PastedNode | null = null;
  for (const whole of lines) {
    const line = whole.trim().replace(/^(?:[\w.:-]+(?:\[\d+\])?> )?(?:txt:)?/, '');
    const node = nodeOf(line) ?? checkNodeOf(line);
    if (node) {
      checked = CHECK_NODE.test(line) ? node : null;
      const kept = add(node, found, out);
      if (checked) checked = kept;
      continue;
    }
    if (checked && !readCheckDetail(line, checked)) checked = null;
    readOpen(line, found);
    const field = /^(cluster_\w{1,60}):(\w{1,30})$/.exec(line);
    if (field?.[1] && field[2] !== undefined && out.info.size < 100) out.info.set(field[1], field[2]);
  }
  out.nodes = found.size > 0 ? [...found.values()] : nodesOfReply(lines).slice(0, MOST_NODES);
  return out;
}

/** Of several lines about one node, the one with the greater epoch tells more. */
function add(node: PastedNode, found: Map<string, PastedNode>, out: PastedCluster): PastedNode {
  const before = found.get(node.id);
  if (!before) {
    if (found.size >= MOST_NODES) out.cut = true;
    else found.set(node.id, node);
    return node;
  }
  if (node.configEpoch === null || before.configEpoch === null) {
    // The same node from CLUSTER NODES and from a check: the former knows more.
    if (before.configEpoch === null) found.set(node.id, node);
    return node;
  }
  const differ = JSON.stringify(before.slots) !== JSON.stringify(node.slots);
  if (differ && !out.disagree.includes(node.id)) out.disagree.push(node.id);
  const winner = node.configEpoch > before.configEpoch ? node : before;
  // What anybody says of a failure counts, and only a node's own line tells its open slots.
  for (const flag of ['fail', 'fail?'])
    if ([node, before].some(({ flags }) => flags.includes(flag)) && !winner.flags.includes(flag))
      winner.flags.push(flag);
  if (winner.migrating.length === 0) winner.migrating = [...before.migrating, ...node.migrating];
  if (winner.importing.length === 0) winner.importing = [...before.importing, ...node.importing];
  found.set(node.id, winner);
  return winner;
}

function nodeOf(line: string): PastedNode | null {
  const parts = NODE_LINE.exec(line);
  if (!parts) return null;
  const [, id = '', ip = '', port, cport, hostname = '', flags = '', master, ping, pong, epoch, link] = parts;
  const node: PastedNode = {
    id,
    ip: ip.slice(0, 64),
    port: Number(port),
    cport: Number(cport ?? 0),
    hostname: hostname.slice(0, 100),
    flags: flags.split(',').slice(0, 10),
    masterId: master === '-' || master === undefined ? null : master,
    configEpoch: Number(epoch),
    connected: link === 'connected',
    pingSentMs: Number(ping),
    pongReceivedMs: Number(pong),
    slots: [],
    migrating: [],
    importing: [],
  };
  for (const word of (parts[12] ?? '').replace(/"$/, '').trim().split(/\s+/)) readSlots(word, node);
  return node;
}

/** "0-5460", "7", "[93->-<id>]" (migrating) or "[93-<-<id>]" (importing). */
function readSlots(word: string, node: PastedNode): void {
  const range = /^\[?(\d{1,5})(?:-(\d{1,5}))?\]?$/.exec(word);
  if (range) {
    const first = Number(range[1]);
    const last = Number(range[2] ?? first);
    if (first <= last && last < SLOT_COUNT && node.slots.length < SLOT_COUNT) node.slots.push([first, last]);
    return;
  }
  const open = /^\[(\d{1,5})-([<>])-([0-9a-f]{40})\]$/.exec(word);
  const slot = Number(open?.[1]);
  if (!open || slot >= SLOT_COUNT) return;
  (open[2] === '>' ? node.migrating : node.importing).push({ slot, nodeId: open[3] ?? null });
}

// --- redis-cli --cluster check ----------------------------------------------------------------------

function checkNodeOf(line: string): PastedNode | null {
  const parts = CHECK_NODE.exec(line);
  if (!parts) return null;
  const [, role, id = '', ip = '', port] = parts;
  return newNode(id, ip, Number(port), role === 'M' ? 'master' : 'slave');
}

/** The indented lines below a node; false when the line is none of them. */
function readCheckDetail(line: string, node: PastedNode): boolean {
  const slots = /^slots:\s*(\S*) \(\d+ slots\)/.exec(line);
  if (slots) {
    for (const word of (slots[1] ?? '').split(',')) readSlots(word, node);
    return true;
  }
  const master = /^replicates ([0-9a-f]{40})$/.exec(line);
  if (master?.[1]) node.masterId = master[1];
  return master !== null || /^\d+ additional replica/.test(line);
}

function readOpen(line: string, found: ReadonlyMap<string, PastedNode>): void {
  const [, ip, port, state, list] = CHECK_OPEN.exec(line) ?? [];
  if (list === undefined) return;
  const node = [...found.values()].find((known) => known.ip === ip && known.port === Number(port));
  if (!node) return;
  const open = state === 'migrating' ? node.migrating : node.importing;
  for (const word of list.split(',')) {
    const slot = Number(word);
    if (word.trim() !== '' && slot < SLOT_COUNT && !open.some((known) => known.slot === slot))
      open.push({ slot, nodeId: null });
  }
}
