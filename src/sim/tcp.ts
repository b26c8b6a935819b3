/* TCP as the processes feel it.
 *
 * A connection costs a round trip. Streams arrive in order and whole as long as the connection lives:
 * chance and cuts only delay them. A cut link does not deliver; the sender's kernel tries again after
 * 200 ms, doubling, and gives up after a quarter of an hour; what follows in the stream waits (head of
 * line). When acknowledgements cannot come back, a first flight still arrives and then the stream
 * stalls, as in a real kernel whose retransmission timer has fired. A paused process's kernel still
 * completes connections and fills buffers. A killed process's kernel still delivers what was written.
 *
 * All state of a direction is kept at its receiver, and the sender draws delay and loss when it sends:
 * so a world can be split at any link, and nothing depends on who hosts whom. Not modelled: congestion
 * windows, partial segments, keepalive probes. */

import type { CloseReason, Micros, Payload, SocketId } from '#redis/io.ts';
import { translatedPort } from './directory.ts';
import type { Machine } from './machine.ts';
import { MIN_LATENCY_US } from './network.ts';
import { asReceived, payloadBytes } from './payload.ts';
import { inStream, Segment, type SegmentContent, type SegmentFlag } from './segment.ts';
import { CONNECTING, EMBRYO, ENDED, OPEN } from './sockets.ts';
import type { World } from './world.ts';

const RTO_US = 200_000;
const RTO_MAX_US = 120e6;
/** Retransmissions in vain for so long end a connection (tcp_retries2 = 15). */
const GIVE_UP_US = 924.6e6;
/** SYN again after 1, 2, 4 ... s; six of them, then ETIMEDOUT (tcp_syn_retries = 6). */
const SYN_RETRY_US = 1e6;
const SYN_TRIES = 6;
/** A machine talking to itself. */
const LOOPBACK_US = 10;
/** 10 Gbit/s. */
const BYTES_PER_US = 1250;
/** What kernels buffer for a process that does not read, in both directions together. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const HEADER_BYTES = 66;

/** Begins a connection; returns its socket id. */
export function connect(world: World, machine: Machine, ip: string, port: number): SocketId {
  const target = world.directory.resolve(machine.index, ip, port);
  const { sockets } = machine;
  const row = sockets.open(CONNECTING, target, machine.ephemeralPort(), port);
  const id = sockets.id(row);
  sendSyn(world, machine, row);
  return id;
}

function sendSyn(world: World, machine: Machine, row: number): void {
  const { sockets } = machine;
  // A peer of -1 is an address where nobody lives: silence, then a timeout.
  if (sockets.peer(row) >= 0) emitControl(world, machine, row, 'syn');
  machine.connecting.push(sockets.id(row));
  waitForSyn(world, machine, sockets.noteSyn(row, world.now, SYN_RETRY_US));
}

/** Sees to it that the kernel looks at its unanswered SYNs at `dueAt`, or before. */
function waitForSyn(world: World, machine: Machine, dueAt: Micros): void {
  if (dueAt >= machine.synDueAt) return;
  machine.synDueAt = dueAt;
  world.schedule(machine, dueAt, 'syn', 0, '');
}

/** The timer of unanswered SYNs: those that have waited long enough are sent again, or are given up. */
export function onSynTimer(world: World, machine: Machine): void {
  if (machine.synDueAt !== world.now) return;
  const { sockets, connecting } = machine;
  machine.connecting = [];
  machine.synDueAt = Infinity;
  for (const id of connecting) {
    const row = sockets.row(id);
    if (row < 0 || sockets.state(row) !== CONNECTING) continue;
    if (sockets.synDueAt(row) > world.now) {
      machine.connecting.push(id);
      waitForSyn(world, machine, sockets.synDueAt(row));
    } else if (sockets.synTries(row) > SYN_TRIES) endSocket(world, machine, row, 'timeout');
    else sendSyn(world, machine, row);
  }
}

/** Queues a payload on a socket. Dropped when the socket is not there any more. */
export function send(world: World, machine: Machine, id: SocketId, payload: Payload): void {
  const { sockets } = machine;
  const row = sockets.row(id);
  if (row < 0 || sockets.state(row) === ENDED) return;
  if (sockets.state(row) === CONNECTING) {
    sockets.extra(row).early.push(payload);
    return;
  }
  machine.tap?.onSend(id, payload);
  const bytes = payloadBytes(payload);
  noteSent(world, machine, row, bytes);
  emitStream(world, machine, row, 'data', asReceived(payload), bytes);
}

/** Keeps count of what may be waiting for a peer that does not take it. */
function noteSent(world: World, machine: Machine, row: number, bytes: number): void {
  const { sockets } = machine;
  sockets.addSent(row, bytes);
  const cut = world.network.isCut(machine.name, world.nameOf(sockets.peer(row)));
  if (cut) sockets.extra(row).sentIntoCut += bytes;
  else {
    const extra = sockets.extras.get(row);
    if (extra) extra.sentIntoCut = 0;
  }
}

/** Bytes that the peer has not taken, beyond what the kernels buffer. */
export function outputPending(world: World, machine: Machine, id: SocketId): number {
  const { sockets } = machine;
  const row = sockets.row(id);
  const extra = row < 0 ? undefined : sockets.extras.get(row);
  if (!extra) return 0;
  const cut = world.network.isCut(machine.name, world.nameOf(sockets.peer(row)));
  const inCut = cut ? extra.sentIntoCut : 0;
  const inBuffers = extra.windowClosedAt < 0 ? 0 : sockets.sent(row) - extra.windowClosedAt;
  return Math.max(0, Math.max(inCut, inBuffers) - WINDOW_BYTES);
}

/** Closes this end. The peer hears of it after what was sent before. */
export function close(world: World, machine: Machine, id: SocketId): void {
  const { sockets } = machine;
  const row = sockets.row(id);
  if (row < 0) return;
  if (sockets.state(row) === CONNECTING || sockets.state(row) === ENDED) {
    sockets.free(row);
    return;
  }
  emitStream(world, machine, row, 'fin', null, HEADER_BYTES);
  sockets.free(row);
}

/** The process is gone: its kernel ends every connection. What was written still arrives; a peer whose
 *  data nobody has read gets a reset. A machine without power says nothing. */
export function closeAll(world: World, machine: Machine): void {
  const { sockets } = machine;
  if (machine.powered) dropOutbox(world, machine);
  machine.outbox = [];
  for (const row of sockets.rows()) {
    const state = sockets.state(row);
    if (machine.powered && (state === OPEN || state === EMBRYO)) {
      const unread = (sockets.extras.get(row)?.buffered ?? 0) > 0;
      if (unread) emitControl(world, machine, row, 'rst');
      else emitStream(world, machine, row, 'fin', null, HEADER_BYTES);
    }
    sockets.free(row);
  }
  machine.embryos.clear();
  machine.connecting = [];
  machine.listening.clear();
}

/** What a busy process had not really sent dies with it, and leaves a hole in its streams: reset them. */
function dropOutbox(world: World, machine: Machine): void {
  const holes = new Map(machine.outbox.map((content) => [content.fromSocket, content]));
  machine.outbox = [];
  for (const [id, content] of holes) {
    const row = machine.sockets.row(id);
    if (row >= 0) machine.sockets.free(row);
    transmit(world, machine, { ...content, flag: 'rst', n: 0, payload: null, bytes: HEADER_BYTES });
  }
}

// ---- Sending segments ----

function emitStream(
  world: World,
  machine: Machine,
  row: number,
  flag: SegmentFlag,
  payload: Payload | null,
  bytes: number,
): void {
  const n = machine.sockets.nextSendN(row);
  emit(world, machine, row, flag, n, payload, bytes, 0);
}

function emitControl(world: World, machine: Machine, row: number, flag: SegmentFlag, amount = 0): void {
  emit(world, machine, row, flag, 0, null, HEADER_BYTES, amount);
}

function emit(
  world: World,
  machine: Machine,
  row: number,
  flag: SegmentFlag,
  n: number,
  payload: Payload | null,
  bytes: number,
  amount: number,
): void {
  const { sockets } = machine;
  const content: SegmentContent = {
    flag,
    from: machine.index,
    to: sockets.peer(row),
    fromSocket: sockets.id(row),
    toSocket: sockets.peerId(row),
    n,
    payload,
    bytes,
    fromPort: sockets.localPort(row),
    toPort: sockets.peerPort(row),
    amount,
  };
  // Only what the process itself sends waits for it; the kernel answers at once.
  if (machine.busyUntil > world.now && inStream(flag) && machine.process !== null) {
    machine.outbox.push(content);
    world.wakeLater(machine);
  } else transmit(world, machine, content);
}

/** Sends what a busy process has left behind. */
export function flushOutbox(world: World, machine: Machine): void {
  const waiting = machine.outbox;
  if (waiting.length === 0) return;
  machine.outbox = [];
  for (const content of waiting) transmit(world, machine, content);
}

/** Puts a segment on the link. Delay and loss are drawn now, from this link's own stream of chance, so
 *  that a link elsewhere does not change what happens on this one. */
function transmit(world: World, machine: Machine, content: SegmentContent): void {
  const to = world.nameOf(content.to);
  let delay = LOOPBACK_US;
  let lost = false;
  if (content.to !== machine.index) {
    const quality = world.network.quality(machine.name, to);
    const { linkChance } = machine;
    delay = quality.latencyUs;
    if (quality.jitterUs > 0)
      delay += Math.round((linkChance.unit(content.to, to) * 2 - 1) * quality.jitterUs);
    delay = Math.max(MIN_LATENCY_US, delay) + Math.floor(content.bytes / BYTES_PER_US);
    if (quality.loss > 0 && content.flag !== 'giveup' && content.flag !== 'window') {
      const draw = (): number => linkChance.unit(content.to, to);
      if (inStream(content.flag)) delay += lossDelay(quality.loss, draw);
      else lost = draw() < quality.loss;
    }
  }
  world.route(new Segment(machine.nextPacketId(), content, world.now, world.now + delay, lost, false));
}

/** A lost stream segment arrives later: by one retransmission time-out for each loss in a row. */
function lossDelay(loss: number, draw: () => number): Micros {
  let delay = 0;
  for (let rto = RTO_US; delay < GIVE_UP_US && draw() < loss; rto = Math.min(RTO_MAX_US, rto * 2))
    delay += rto;
  return delay;
}

// ---- Receiving segments ----

/** A segment reaches its machine's kernel. */
export function onSegment(world: World, machine: Machine, segment: Segment): void {
  if (segment.lost || segment.copy || !machine.powered) return;
  const { content } = segment;
  const from = world.nameOf(content.from);
  if (inStream(content.flag)) return onStreamSegment(world, machine, segment, from);
  if (content.flag === 'giveup') return onGiveUp(world, machine, content);
  if (content.flag === 'window') return onWindow(machine, content);
  if (world.network.isCut(from, machine.name)) return;
  if (content.flag === 'syn') onSyn(world, machine, content, from);
  else if (content.flag === 'synack') onSynAck(world, machine, content, from);
  else onReset(world, machine, content);
}

function onSyn(world: World, machine: Machine, content: SegmentContent, from: string): void {
  const { sockets } = machine;
  const port = translatedPort(machine.info, content.from === machine.index, content.toPort);
  if (!machine.listening.has(port)) {
    answerReset(world, machine, content);
    return;
  }
  const key = `${from}/${content.fromSocket}`;
  const known = machine.embryos.get(key);
  let row = known === undefined ? -1 : sockets.row(known);
  if (row < 0) {
    row = sockets.open(EMBRYO, content.from, port, content.fromPort);
    sockets.setPeerId(row, content.fromSocket);
    machine.embryos.set(key, sockets.id(row));
  }
  emitControl(world, machine, row, 'synack');
}

/** Says that there is no such connection: without a socket, so the segment is made by hand. */
function answerReset(world: World, machine: Machine, content: SegmentContent): void {
  transmit(world, machine, {
    flag: 'rst',
    from: machine.index,
    to: content.from,
    fromSocket: content.toSocket,
    toSocket: content.fromSocket,
    n: 0,
    payload: null,
    bytes: HEADER_BYTES,
    fromPort: content.toPort,
    toPort: content.fromPort,
    amount: 0,
  });
}

function onSynAck(world: World, machine: Machine, content: SegmentContent, from: string): void {
  const { sockets } = machine;
  const row = sockets.row(content.toSocket);
  if (row < 0) return answerReset(world, machine, content);
  if (sockets.state(row) !== CONNECTING) return;
  sockets.setState(row, OPEN);
  sockets.forgetSyn(row);
  sockets.setPeerId(row, content.fromSocket);
  emitStream(world, machine, row, 'ack', null, HEADER_BYTES);
  const early = sockets.extras.get(row)?.early ?? [];
  sockets.dropExtra(row);
  const id = sockets.id(row);
  for (const payload of early) send(world, machine, id, payload);
  world.deliver(machine, { kind: 'connect', socket: id, peer: from });
}

function onReset(world: World, machine: Machine, content: SegmentContent): void {
  const row = machine.sockets.row(content.toSocket);
  if (row < 0) return;
  endSocket(world, machine, row, machine.sockets.state(row) === CONNECTING ? 'refused' : 'reset');
}

function onGiveUp(world: World, machine: Machine, content: SegmentContent): void {
  const row = machine.sockets.row(content.toSocket);
  if (row >= 0) endSocket(world, machine, row, 'timeout');
}

function onWindow(machine: Machine, content: SegmentContent): void {
  const row = machine.sockets.row(content.toSocket);
  if (row >= 0) machine.sockets.extra(row).windowClosedAt = content.amount;
}

/** A segment of the numbered stream: it must wait for those before it, and for the link. */
function onStreamSegment(world: World, machine: Machine, segment: Segment, from: string): void {
  const { sockets } = machine;
  const { content } = segment;
  const row = sockets.row(content.toSocket);
  if (row < 0) {
    if (content.flag !== 'fin' && !world.network.isCut(from, machine.name))
      answerReset(world, machine, content);
    return;
  }
  const extra = sockets.extras.get(row);
  const inTurn = content.n === sockets.receiveN(row);
  const free = !extra || (extra.held.length === 0 && extra.stalledSince < 0);
  if (inTurn && free && !linkStalls(world, machine, row, from)) {
    accept(world, machine, row, segment, from);
    return;
  }
  hold(sockets.extra(row).held, segment);
  if (inTurn) releaseOrStall(world, machine, row, from);
}

/** Inserts by place in the stream. */
function hold(held: Segment[], segment: Segment): void {
  let at = held.length;
  while (at > 0 && (held[at - 1] as Segment).content.n > segment.content.n) at--;
  held.splice(at, 0, segment);
}

/** Whether data from `from` cannot get through now. Without a way back for acknowledgements a first
 *  flight still gets through; what is sent after the retransmission timer has fired does not. */
function linkStalls(world: World, machine: Machine, row: number, from: string): boolean {
  const { network } = world;
  if (network.isCut(from, machine.name)) return true;
  if (!network.isCut(machine.name, from)) {
    const extra = machine.sockets.extras.get(row);
    if (extra) extra.ackLostSince = -1;
    return false;
  }
  const extra = machine.sockets.extra(row);
  if (extra.ackLostSince < 0) extra.ackLostSince = world.now;
  return world.now > extra.ackLostSince + RTO_US;
}

/** Delivers held segments that are in turn, or starts the retransmission timer of their sender. */
function releaseOrStall(world: World, machine: Machine, row: number, from: string): void {
  const { sockets } = machine;
  const extra = sockets.extra(row);
  const id = sockets.id(row);
  if (extra.stalledSince >= 0) return;
  while (extra.held.length > 0 && (extra.held[0] as Segment).content.n === sockets.receiveN(row)) {
    if (linkStalls(world, machine, row, from)) {
      extra.stalledSince = world.now;
      extra.tries = 0;
      world.schedule(machine, world.now + RTO_US, 'retransmit', id, '');
      return;
    }
    accept(world, machine, row, extra.held.shift() as Segment, from);
    if (sockets.row(id) < 0) return;
  }
  sockets.dropIdleExtra(row);
}

/** The sender's kernel sends the stalled segments again. */
export function onRetransmit(world: World, machine: Machine, id: SocketId): void {
  const { sockets } = machine;
  const row = sockets.row(id);
  if (row < 0) return;
  const extra = sockets.extra(row);
  const from = world.nameOf(sockets.peer(row));
  if (linkStalls(world, machine, row, from)) {
    if (world.now - extra.stalledSince >= GIVE_UP_US) {
      extra.held = [];
      emitControl(world, machine, row, 'giveup');
      return;
    }
    extra.tries++;
    const rto = Math.min(RTO_MAX_US, RTO_US * 2 ** extra.tries);
    world.schedule(machine, world.now + rto, 'retransmit', id, '');
    return;
  }
  extra.stalledSince = -1;
  releaseOrStall(world, machine, row, from);
}

/** The next segment of the stream is here. */
function accept(world: World, machine: Machine, row: number, segment: Segment, from: string): void {
  const { sockets } = machine;
  const { flag, payload, bytes } = segment.content;
  const id = sockets.id(row);
  sockets.setReceiveN(row, segment.content.n + 1);
  if (sockets.state(row) === EMBRYO) {
    sockets.setState(row, OPEN);
    machine.embryos.delete(`${from}/${segment.content.fromSocket}`);
    world.deliver(machine, {
      kind: 'accept',
      socket: id,
      port: sockets.localPort(row),
      peer: from,
    });
  }
  if (flag === 'fin') endSocket(world, machine, row, 'closed');
  else if (payload) {
    world.deliver(machine, { kind: 'message', socket: id, payload, bytes, peer: from });
  }
}

/** The kernel buffers bytes that the process does not read yet; when that is much, it says so. */
export function noteBuffered(world: World, machine: Machine, row: number, bytes: number): void {
  const { sockets } = machine;
  const extra = sockets.extra(row);
  extra.buffered += bytes;
  if (extra.buffered <= WINDOW_BYTES / 2 || extra.windowTold) return;
  extra.windowTold = true;
  emitControl(world, machine, row, 'window', sockets.consumed(row));
}

/** The process has read a message. `waited` when it had been buffered. */
export function noteConsumed(
  world: World,
  machine: Machine,
  row: number,
  bytes: number,
  waited: boolean,
): void {
  const { sockets } = machine;
  sockets.addConsumed(row, bytes);
  const extra = waited ? sockets.extras.get(row) : undefined;
  if (!extra) return;
  extra.buffered -= bytes;
  if (extra.buffered > 0) return;
  if (extra.windowTold) {
    extra.windowTold = false;
    emitControl(world, machine, row, 'window', -1);
  }
  sockets.dropIdleExtra(row);
}

/** The connection is over; the process hears of it in its turn. */
function endSocket(world: World, machine: Machine, row: number, reason: CloseReason): void {
  const { sockets } = machine;
  if (sockets.state(row) === ENDED) return;
  const peer = world.nameOf(sockets.peer(row));
  const id = sockets.id(row);
  if (sockets.state(row) === EMBRYO) {
    machine.embryos.delete(`${peer}/${sockets.peerId(row)}`);
    sockets.free(row);
    return;
  }
  sockets.setState(row, ENDED);
  sockets.dropExtra(row);
  world.deliver(machine, { kind: 'close', socket: id, reason, peer });
}
