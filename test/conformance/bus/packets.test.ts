/* Packets captured between real redis-server 7.0.15 processes, as hex with what they mean beside
 * each. They pin the codec. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromUint8 } from '#base/bytes.ts';
import { bitmapRanges } from '#redis/cluster/bitmap.ts';
import { decodeMessage, encodeMessage, messageLength } from '#redis/cluster/codec.ts';
import { describeMessage } from '#redis/cluster/describe.ts';
import { gossipEntries } from '#redis/cluster/gossip-section.ts';
import type { BusMessage } from '#redis/cluster/message.ts';

const folder = new URL('.', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const index = JSON.parse(read('index.json')) as { packets: { file: string; context: string }[] };

function packet(name: string): { bytes: Uint8Array; message: BusMessage; decoded: Record<string, unknown> } {
  const bytes = Uint8Array.from(Buffer.from(read(`${name}.hex`).trim(), 'hex'));
  const message = decodeMessage(bytes);
  if ('dropped' in message) throw new Error(`dropped: ${message.log}`);
  const { decoded } = JSON.parse(read(`${name}.json`)) as { decoded: Record<string, unknown> };
  return { bytes, message, decoded };
}

describe.each(index.packets)('$file', ({ file }) => {
  const { bytes, message, decoded } = packet(file);

  test('re-encodes to the same bytes and knows its length without encoding', () => {
    expect(Buffer.from(encodeMessage(message)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
    expect(messageLength(message)).toBe(bytes.length);
  });

  test('says what the capture says, field by field', () => {
    const plain = [
      'type',
      'port',
      'currentEpoch',
      'configEpoch',
      'offset',
      'sender',
      'myip',
      'pport',
      'cport',
      'flags',
      'state',
    ];
    for (const field of plain)
      expect([field, message[field as keyof BusMessage]]).toEqual([field, decoded[field]]);
    expect(message.slaveof).toBe(decoded.slaveof ?? '');
    expect(message.mflags).toBe((decoded.mflags as number[])[0]);
    expect(bitmapRanges(message.myslots)).toEqual(decoded.myslots);
  });

  test('has the payload the capture has', () => {
    const { data } = message;
    const of = (name: string) => decoded[name] as Record<string, unknown>;
    if (data.kind === 'gossip') {
      const strip = ({ flagNames: _names, notused1: _unused, ...entry }: Record<string, unknown>) => entry;
      expect(gossipEntries(data.section)).toEqual((decoded.gossip as Record<string, unknown>[]).map(strip));
      const [extension] = decoded.extensionsData as Record<string, unknown>[];
      expect(data.hostname).toBe(extension?.hostname);
    } else if (data.kind === 'publish') {
      expect(Buffer.from(data.channel, 'latin1').toString('hex')).toBe(of('publish').channelHex);
      expect(Buffer.from(data.message, 'latin1').toString('hex')).toBe(of('publish').messageHex);
    } else if (data.kind === 'update') {
      expect(data.configEpoch).toBe(of('update').configEpoch);
      expect(data.nodename).toBe(of('update').nodename);
      expect(bitmapRanges(data.slots)).toEqual(of('update').slots);
    } else if (data.kind === 'module') {
      expect(data.type).toBe(of('module').type);
      expect(Buffer.from(data.payload, 'latin1').toString('hex')).toBe(of('module').payloadHex);
    } else if (data.kind === 'fail') {
      expect(JSON.stringify(decoded)).toContain(data.nodename);
    } else {
      expect(bytes.length).toBe(2256);
    }
  });

  test('is described without a gap or an overlap', () => {
    let at = 0;
    for (const field of describeMessage(message)) {
      expect([field.name, field.offset]).toEqual([field.name, at]);
      at += field.length;
    }
    expect(at).toBe(bytes.length);
  });
});

test('the index names every captured packet', () => {
  expect(index.packets.length).toBe(36);
  expect(fromUint8(packet('07-ping-3-gossip-master').bytes).startsWith('RCmb')).toBe(true);
});
