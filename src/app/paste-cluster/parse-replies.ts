/* Reads CLUSTER SLOTS and CLUSTER SHARDS as redis-cli prints them, numbered for people or bare in a pipe. The
 * numbers before a value only count; the values themselves, one to a line, tell what belongs where. */

import { newNode, type PastedNode } from './pasted-node.ts';

/** A value of a reply: a whole number, or text. */
type Value = number | string;

const MOST_VALUES = 200_000;

/** The nodes that such a reply names; none when the text is another one. */
export function nodesOfReply(lines: readonly string[]): PastedNode[] {
  const values = lines.slice(0, MOST_VALUES).flatMap(valuesOf);
  const nodes = values.includes('slots') && values.includes('nodes') ? shards(values) : slots(values);
  return [...nodes.values()];
}

function valuesOf(line: string): Value[] {
  // "1) 2) (integer) 5460": the counters of each level come first.
  const bare = line.trim().replace(/^(?:\d+[)#] +)*/, '');
  const number = /^(?:\(integer\) )?(\d{1,15})$/.exec(bare);
  if (number) return [Number(number[1])];
  const text = /^"(.*)"$/.exec(bare) ?? /^([\w.:-]{1,256})$/.exec(bare);
  return text ? [text[1] ?? ''] : [];
}

const isId = (value: Value | undefined): value is string =>
  typeof value === 'string' && /^[0-9a-f]{40}$/.test(value);
const isPort = (value: Value | undefined): value is number =>
  typeof value === 'number' && value > 0 && value < 65_536;
const isSlot = (value: Value | undefined): value is number =>
  typeof value === 'number' && value >= 0 && value < 16_384;

/** Two slots, then address, port and id of the master and of each replica. */
function slots(values: readonly Value[]): Map<string, PastedNode> {
  const nodes = new Map<string, PastedNode>();
  let master: PastedNode | null = null;
  let range: [number, number] | null = null;
  for (let at = 0; at + 1 < values.length; at++) {
    const [one, two, three] = [values[at], values[at + 1], values[at + 2]];
    const address = typeof one === 'string' && isPort(two) && isId(three);
    if (address) {
      const node = nodes.get(three) ?? newNode(three, one, two, 'master');
      nodes.set(three, node);
      if (range) {
        master = node;
        node.slots.push(range);
      } else if (master && node !== master) {
        node.flags = ['slave'];
        node.masterId = master.id;
      }
      range = null;
      at += 2;
    } else if (isSlot(one) && isSlot(two) && one <= two && typeof three === 'string') {
      range = [one, two];
      at += 1;
    }
  }
  return nodes;
}

/** For each shard the word "slots" and its numbers, the word "nodes" and the fields of each node. */
function shards(values: readonly Value[]): Map<string, PastedNode> {
  const nodes = new Map<string, PastedNode>();
  let ranges: [number, number][] = [];
  let members: PastedNode[] = [];
  const close = (): void => {
    const master = members.find(({ flags }) => flags.includes('master'));
    if (master) master.slots = ranges;
    for (const node of members) if (node !== master) node.masterId = master?.id ?? null;
  };
  for (let at = 0; at < values.length; at++) {
    const [value, next] = [values[at], values[at + 1]];
    if (value === 'slots') {
      close();
      [ranges, members] = [[], []];
      for (;;) {
        const [first, last] = [values[at + 1], values[at + 2]];
        if (!isSlot(first) || !isSlot(last) || first > last) break;
        ranges.push([first, last]);
        at += 2;
      }
    } else if (value === 'id' && isId(next)) {
      const node = nodes.get(next) ?? newNode(next, '', 0, 'master');
      node.flags = ['master'];
      nodes.set(next, node);
      members.push(node);
      at++;
    } else if (typeof value === 'string' && next !== undefined) {
      const node = members.at(-1);
      if (node && readField(node, value, next)) at++;
    }
  }
  close();
  return nodes;
}

/** False when the word is no field of a node. */
function readField(node: PastedNode, field: string, value: Value): boolean {
  if (field === 'port' && isPort(value)) node.port = value;
  else if (field === 'ip' && typeof value === 'string') node.ip = value.slice(0, 64);
  else if (field === 'hostname' && typeof value === 'string') node.hostname = value.slice(0, 100);
  else if (field === 'role') node.flags = [value === 'replica' ? 'slave' : 'master', ...node.flags.slice(1)];
  else if (field === 'health' && value === 'fail') node.flags.push('fail');
  else return /^(tls-port|endpoint|replication-offset|health)$/.test(field);
  return true;
}
