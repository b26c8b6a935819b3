/* Strings (after t_string.c). */

import type { Bytes } from '#base/bytes.ts';
import type { Client } from './client.ts';
import type { CommandProcs } from './command.ts';
import { checkType, lookupKeyRead } from './db.ts';
import type { StringObj } from './object.ts';
import type { Reply } from './reply.ts';

function get(client: Client, argv: readonly Bytes[]): Reply {
  const obj = lookupKeyRead(client, argv[1] as Bytes);
  return checkType(client, obj, 'string') ?? (obj === null ? null : (obj as StringObj).value);
}

export const stringCommands: CommandProcs = { get };
