/* The message record of the cluster bus; the codec to its wire format stands beside it (codec.ts).
 *
 * One record per message, made once and never changed; the 2,256-byte header and what follows it are
 * a pure function of the record. Field names are those of clusterMsg in cluster.h. */

import type { Bytes } from '#base/bytes.ts';
import type { GossipSection } from './gossip-section.ts';

export const CLUSTERMSG_TYPE_PING = 0;
export const CLUSTERMSG_TYPE_PONG = 1;
export const CLUSTERMSG_TYPE_MEET = 2;
export const CLUSTERMSG_TYPE_FAIL = 3;
export const CLUSTERMSG_TYPE_PUBLISH = 4;
export const CLUSTERMSG_TYPE_FAILOVER_AUTH_REQUEST = 5;
export const CLUSTERMSG_TYPE_FAILOVER_AUTH_ACK = 6;
export const CLUSTERMSG_TYPE_UPDATE = 7;
export const CLUSTERMSG_TYPE_MFSTART = 8;
export const CLUSTERMSG_TYPE_MODULE = 9;
export const CLUSTERMSG_TYPE_PUBLISHSHARD = 10;
export const CLUSTERMSG_TYPE_COUNT = 11;

/** Labels as CLUSTER INFO prints them, by type. */
export const CLUSTERMSG_LABELS = [
  'ping',
  'pong',
  'meet',
  'fail',
  'publish',
  'auth-req',
  'auth-ack',
  'update',
  'mfstart',
  'module',
  'publishshard',
] as const;

export const CLUSTERMSG_FLAG0_PAUSED = 1;
export const CLUSTERMSG_FLAG0_FORCEACK = 2;
export const CLUSTERMSG_FLAG0_EXT_DATA = 4;

export const CLUSTER_NODE_MASTER = 1;
export const CLUSTER_NODE_SLAVE = 2;
export const CLUSTER_NODE_PFAIL = 4;
export const CLUSTER_NODE_FAIL = 8;
export const CLUSTER_NODE_MYSELF = 16;
export const CLUSTER_NODE_HANDSHAKE = 32;
export const CLUSTER_NODE_NOADDR = 64;
export const CLUSTER_NODE_MEET = 128;
export const CLUSTER_NODE_MIGRATE_TO = 256;
export const CLUSTER_NODE_NOFAILOVER = 512;

export type BusData =
  | {
      readonly kind: 'gossip';
      readonly section: GossipSection;
      readonly hostname?: string;
      /** Types of extensions that came along and that 7.0 does not know. */
      readonly unknownExtensions?: readonly number[];
    }
  | { readonly kind: 'fail'; readonly nodename: string }
  | { readonly kind: 'publish'; readonly channel: Bytes; readonly message: Bytes }
  | {
      readonly kind: 'update';
      readonly configEpoch: number;
      readonly nodename: string;
      readonly slots: Uint8Array;
    }
  | { readonly kind: 'module'; readonly id: bigint; readonly type: number; readonly payload: Bytes }
  | { readonly kind: 'none' };

/** One bus message. Slot bitmaps have 2,048 bytes, least significant bit first, and are shared
 *  between records: never write into one. */
export interface BusMessage {
  readonly type: number;
  readonly port: number;
  readonly currentEpoch: number;
  readonly configEpoch: number;
  readonly offset: number;
  readonly sender: string;
  readonly myslots: Uint8Array;
  /** Node id of the sender's master, '' when it has none. */
  readonly slaveof: string;
  /** '' unless cluster-announce-ip is set. */
  readonly myip: string;
  readonly pport: number;
  readonly cport: number;
  readonly flags: number;
  /** 0 = ok, 1 = fail. */
  readonly state: number;
  readonly mflags: number;
  readonly data: BusData;
}
