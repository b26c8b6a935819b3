/* The commands of replication: REPLICAOF, PSYNC, REPLCONF, ROLE, WAIT (after
 * replication.c). */

import { splitArgs } from '#base/split-args.ts';
import { isWord, NOT_INTEGER, parseLong, SYNTAX_ERROR } from '#redis/args.ts';
import { CLIENT_MASTER, CLIENT_SLAVE, type Client } from '#redis/client.ts';
import type { CommandProcs } from '#redis/command.ts';
import { ErrorReply, OK, Status, type Reply } from '#redis/reply.ts';
import { failoverCommand } from './coordinated-failover.ts';
import { roleReply } from './info.ts';
import { replicationSendAck, replicationSetMaster, replicationUnsetMaster } from './link.ts';
import { replicaAck, syncCommand } from './master.ts';
import { replicaLink } from './state.ts';
import { waitCommand } from './wait.ts';

const NOT_A_FLAG = new ErrorReply('ERR value is out of range, value must between 0 and 1');

/** REPLICAOF host port, REPLICAOF NO ONE */
function replicaofCommand(client: Client, argv: readonly string[]): Reply {
  const { server } = client;
  const { replication } = server;
  if (server.cluster !== null) return new ErrorReply('ERR REPLICAOF not allowed in cluster mode.');
  if (replication.failover !== null) return new ErrorReply('ERR REPLICAOF not allowed while failing over.');
  const by = `user request from 'id=${client.id} addr=${client.peer.ip}:${client.peer.port}'`;
  const [, host, port] = argv as [string, string, string];
  if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') {
    if (replication.masterHost !== null) {
      replicationUnsetMaster(server);
      server.io.log('notice', `MASTER MODE enabled (${by})`);
    }
    return OK;
  }
  if (client.has(CLIENT_SLAVE)) return new ErrorReply('ERR Command is not valid when client is a replica.');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) return new ErrorReply('ERR Invalid master port');
  if (replication.masterHost === host && replication.masterPort === Number(port)) {
    return new Status('OK Already connected to specified master');
  }
  replicationSetMaster(server, host, Number(port));
  server.io.log('notice', `REPLICAOF ${host}:${port} enabled (${by})`);
  return OK;
}

/** REPLCONF option value [option value ...] */
function replconfCommand(client: Client, argv: readonly string[]): Reply | undefined {
  if (argv.length % 2 === 0) return SYNTAX_ERROR;
  for (let at = 1; at < argv.length; at += 2) {
    const option = argv[at] as string;
    const value = argv[at + 1] as string;
    const done = replconfOption(client, option, value);
    if (done !== 'next') return done;
  }
  return OK;
}

function replconfOption(client: Client, option: string, value: string): Reply | undefined | 'next' {
  const link = replicaLink(client);
  switch (option.toLowerCase()) {
    case 'listening-port':
      if (!/^\d{1,9}$/.test(value)) return NOT_INTEGER;
      link.listeningPort = Number(value);
      return 'next';
    case 'ip-address':
      if (value.length > 255)
        return new ErrorReply(
          `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`,
        );
      link.announcedIp = value;
      return 'next';
    case 'capa':
      if (value.toLowerCase() === 'eof') link.capaEof = true;
      else if (value.toLowerCase() === 'psync2') link.capaPsync2 = true;
      return 'next';
    case 'ack':
      if (client.has(CLIENT_SLAVE) && /^\d{1,15}$/.test(value)) replicaAck(client, Number(value));
      return undefined;
    case 'getack':
      if (client.has(CLIENT_MASTER)) replicationSendAck(client.server);
      return undefined;
    case 'rdb-only': {
      const wanted = parseLong(value);
      if (wanted instanceof ErrorReply) return wanted;
      if (wanted !== 0 && wanted !== 1) return NOT_A_FLAG;
      link.rdbOnly = wanted === 1;
      return 'next';
    }
    case 'rdb-filter-only': {
      const words = splitArgs(value);
      if (words === null) return new ErrorReply('ERR Missing rdb-filter-only values');
      link.filter = 'nothing';
      for (const word of words) {
        if (!isWord(word, 'functions'))
          return new ErrorReply(`ERR Unsupported rdb-filter-only option: ${word}`);
        link.filter = 'functions';
      }
      return 'next';
    }
    default:
      return new ErrorReply(`ERR Unrecognized REPLCONF option: ${option}`);
  }
}

export const replicationCommands: CommandProcs = {
  replicaof: replicaofCommand,
  slaveof: replicaofCommand,
  psync: syncCommand,
  sync: syncCommand,
  replconf: replconfCommand,
  role: (client) => roleReply(client.server),
  wait: waitCommand,
  failover: failoverCommand,
};
