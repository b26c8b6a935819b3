/* DEBUG PROTOCOL: one example of every kind of reply, for clients to be tested with. */

import { addReply, type Client } from './client.ts';
import {
  Attribute,
  BigNumber,
  Bool,
  Double,
  ErrorReply,
  MapReply,
  Push,
  SetReply,
  Verbatim,
  type Reply,
} from './reply.ts';

/** The example called `name`. */
export function protocolExample(client: Client, name: string): Reply | undefined {
  switch (name.toLowerCase()) {
    case 'string':
      return 'Hello World';
    case 'integer':
      return 12345;
    case 'double':
      return new Double(3.141, '3.141');
    case 'null':
      return null;
    case 'array':
      return [0, 1, 2];
    case 'set':
      return new SetReply([0, 1, 2]);
    case 'map':
      return new MapReply([
        [0, new Bool(false)],
        [1, new Bool(true)],
        [2, new Bool(false)],
      ]);
    case 'attrib': {
      const text = 'Some real reply following the attribute';
      return client.resp === 3 ? new Attribute([['key-popularity', ['key:123', 90]]], text) : text;
    }
    case 'push':
      // A push only exists in RESP3; the reply behind it comes either way.
      if (client.resp < 3) return new ErrorReply('ERR RESP2 is not supported by this command');
      addReply(client, new Push(['server-cpu-usage', 42]));
      return 'Some real reply following the push reply';
    case 'true':
      return new Bool(true);
    case 'false':
      return new Bool(false);
    case 'verbatim':
      return new Verbatim('txt', 'This is a verbatim\nstring');
    case 'bignum':
      return new BigNumber('1234567999999999999999999999999999999');
    default:
      return new ErrorReply(
        'ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
      );
  }
}
