/* What every byte of a bus packet means: the rows of the packet inspector.
 *
 * Each row names a field of clusterMsg, where it lies in the encoded packet, its value in words, and
 * the rule that reads it at the receiver, by the name of the function in cluster.c. The page has the
 * explanations in two languages under the rule's name; here stand only facts. */

import {
  GOSSIP_ENTRY_LENGTH,
  OFFSET,
  CLUSTERMSG_HEADER_LENGTH,
  hostnameExtensionLength,
  messageLength,
  typeLabel,
} from './codec.ts';
import {
  CLUSTERMSG_FLAG0_EXT_DATA,
  CLUSTERMSG_FLAG0_FORCEACK,
  CLUSTERMSG_FLAG0_PAUSED,
  type BusMessage,
} from './message.ts';
import { bitmapRanges } from './bitmap.ts';
import { nodeFlagNames } from './flags.ts';
import { gossipEntries, type GossipEntry } from './gossip-section.ts';

/** One field of a packet. `rule` is the function that consumes it, '' when no receiver reads it. */
export interface FieldView {
  readonly offset: number;
  readonly length: number;
  readonly name: string;
  readonly value: string;
  readonly rule: string;
}

/** The fields of a message in the order of its bytes; together they cover the whole packet. */
export function describeMessage(message: BusMessage): FieldView[] {
  const { data } = message;
  const count = data.kind === 'gossip' ? data.section.about.length : 0;
  const hostname = data.kind === 'gossip' ? data.hostname : undefined;
  const row = (at: keyof typeof OFFSET, length: number, value: string | number, rule: string): FieldView => ({
    offset: OFFSET[at],
    length,
    name: at,
    value: String(value),
    rule,
  });
  return [
    row('sig', 4, 'RCmb', 'clusterReadHandler'),
    row('totlen', 4, messageLength(message), 'clusterReadHandler'),
    row('ver', 2, 1, 'clusterProcessPacket'),
    row('port', 2, message.port, 'nodeUpdateAddressIfNeeded'),
    row('type', 2, `${message.type} (${typeLabel(message.type)})`, 'clusterProcessPacket'),
    row('count', 2, count, 'clusterProcessGossipSection'),
    row('currentEpoch', 8, message.currentEpoch, 'currentEpoch'),
    row('configEpoch', 8, message.configEpoch, 'clusterUpdateSlotsConfigWith'),
    row('offset', 8, message.offset, 'clusterGetSlaveRank'),
    row('sender', 40, message.sender, 'getNodeFromLinkAndMsg'),
    row('myslots', 2048, rangesText(message.myslots), 'clusterUpdateSlotsConfigWith'),
    row('slaveof', 40, message.slaveof || '-', 'clusterSetNodeAsMaster'),
    row('myip', 46, message.myip || '-', 'nodeIp2String'),
    row('extensions', 2, hostname === undefined ? 0 : 1, 'clusterProcessPingExtensions'),
    row('notused1', 30, '', ''),
    row('pport', 2, message.pport, 'nodeUpdateAddressIfNeeded'),
    row('cport', 2, message.cport, 'nodeUpdateAddressIfNeeded'),
    row('flags', 2, `${message.flags} (${nodeFlagNames(message.flags).join(',')})`, 'clusterProcessPacket'),
    row('state', 1, message.state === 0 ? 'ok' : 'fail', ''),
    row('mflags', 3, messageFlagsText(message.mflags), 'clusterHandleManualFailover'),
    ...describeData(message),
  ];
}

function describeData(message: BusMessage): FieldView[] {
  const { data } = message;
  const base = CLUSTERMSG_HEADER_LENGTH;
  const row = (
    at: number,
    length: number,
    name: string,
    value: string | number,
    rule: string,
  ): FieldView => ({
    offset: base + at,
    length,
    name,
    value: String(value),
    rule,
  });
  switch (data.kind) {
    case 'gossip': {
      const rows = gossipEntries(data.section).flatMap((entry, index) => describeGossip(entry, index));
      if (data.hostname === undefined) return rows;
      const at = data.section.about.length * GOSSIP_ENTRY_LENGTH;
      const length = hostnameExtensionLength(data.hostname);
      rows.push(
        row(at, 4, 'extension.length', length, 'clusterProcessPingExtensions'),
        row(at + 4, 2, 'extension.type', '0 (hostname)', 'clusterProcessPingExtensions'),
        row(at + 6, 2, 'extension.unused', '', ''),
        row(at + 8, length - 8, 'extension.hostname', data.hostname, 'clusterProcessPingExtensions'),
      );
      return rows;
    }
    case 'fail':
      return [row(0, 40, 'about.nodename', data.nodename, 'clusterProcessPacket')];
    case 'publish':
      return [
        row(0, 4, 'channel_len', data.channel.length, 'pubsubPublishMessage'),
        row(4, 4, 'message_len', data.message.length, 'pubsubPublishMessage'),
        row(8, data.channel.length, 'channel', data.channel, 'pubsubPublishMessage'),
        row(8 + data.channel.length, data.message.length, 'message', data.message, 'pubsubPublishMessage'),
      ];
    case 'update':
      return [
        row(0, 8, 'nodecfg.configEpoch', data.configEpoch, 'clusterUpdateSlotsConfigWith'),
        row(8, 40, 'nodecfg.nodename', data.nodename, 'clusterUpdateSlotsConfigWith'),
        row(48, 2048, 'nodecfg.slots', rangesText(data.slots), 'clusterUpdateSlotsConfigWith'),
      ];
    case 'module':
      return [
        row(0, 8, 'module_id', `0x${data.id.toString(16)}`, ''),
        row(8, 4, 'len', data.payload.length, ''),
        row(12, 1, 'type', data.type, ''),
        row(13, data.payload.length, 'payload', data.payload, ''),
      ];
    case 'none':
      return [];
  }
}

function describeGossip(entry: GossipEntry, index: number): FieldView[] {
  const at = CLUSTERMSG_HEADER_LENGTH + index * GOSSIP_ENTRY_LENGTH;
  const rule = 'clusterProcessGossipSection';
  const row = (from: number, length: number, name: string, value: string | number, by = rule): FieldView => ({
    offset: at + from,
    length,
    name: `gossip[${index}].${name}`,
    value: String(value),
    rule: by,
  });
  return [
    row(0, 40, 'nodename', entry.nodename),
    row(40, 4, 'ping_sent', entry.pingSent, ''),
    row(44, 4, 'pong_received', entry.pongReceived),
    row(48, 46, 'ip', entry.ip),
    row(94, 2, 'port', entry.port),
    row(96, 2, 'cport', entry.cport),
    row(
      98,
      2,
      'flags',
      `${entry.flags} (${nodeFlagNames(entry.flags).join(',')})`,
      'markNodeAsFailingIfNeeded',
    ),
    row(100, 2, 'pport', entry.pport),
    row(102, 2, 'notused1', '', ''),
  ];
}

function rangesText(bitmap: Uint8Array): string {
  const ranges = bitmapRanges(bitmap);
  if (ranges.length === 0) return '-';
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(' ');
}

function messageFlagsText(mflags: number): string {
  const names = [];
  if (mflags & CLUSTERMSG_FLAG0_PAUSED) names.push('PAUSED');
  if (mflags & CLUSTERMSG_FLAG0_FORCEACK) names.push('FORCEACK');
  if (mflags & CLUSTERMSG_FLAG0_EXT_DATA) names.push('EXT_DATA');
  return names.length === 0 ? '0' : `${mflags} (${names.join(',')})`;
}
