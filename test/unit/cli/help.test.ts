import { beforeAll, describe, expect, test } from 'vitest';
import { completionsOf, hintOf, outputHelp } from '#cli/help.ts';
import { loadHelpWords } from '#cli/words.ts';
import { commandTable } from '#redis/commands.ts';
import { commandSince, commandSynopsis, commandWords, loadCommandDocs } from '#redis/words.ts';
import { COMMAND_HELP } from './command-help.ts';

beforeAll(loadCommandDocs);

describe('hints', () => {
  // As a terminal session with redis-cli 7.0.15 showed them, key by key.
  test.for([
    ['SE', ''],
    [
      'SET',
      ' key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]',
    ],
    [
      'SET ',
      'key value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]',
    ],
    [
      'SET s',
      ' value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]',
    ],
    [
      'SET str h',
      ' [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]',
    ],
    ['GET', ' key'],
    ['GET s', ' '],
    ['lrange list 0 ', 'stop'],
    ['LRANGE list 0 -1', ' '],
    ['NOSUCH', ''],
    ['', ''],
    ['cluster setslot ', 'slot IMPORTING node-id|MIGRATING node-id|NODE node-id|STABLE'],
  ] as const)('%s is followed by the arguments still to come', ([line, hint]) => {
    expect(hintOf(line)).toBe(hint);
  });

  test('an unbalanced quote has no hint', () => {
    expect(hintOf('SET "a')).toBe('');
  });
});

describe('completion', () => {
  test('a beginning is completed to commands and subcommands, whatever its case', () => {
    expect(completionsOf('hset')).toEqual(['HSET', 'HSETNX']);
    expect(completionsOf('cluster set')).toEqual(['CLUSTER SET-CONFIG-EPOCH', 'CLUSTER SETSLOT']);
    expect(completionsOf('')).toEqual([]);
    expect(completionsOf('zzz')).toEqual([]);
  });

  test('help is completed with groups too', () => {
    expect(completionsOf('help @st')).toEqual(['help @stream', 'help @string']);
    expect(completionsOf('help ').length).toBeGreaterThan(COMMAND_HELP.length);
  });
});

describe('help', () => {
  beforeAll(loadHelpWords);

  test('each command has the arguments, the age and the group that redis-cli 7.0.15 shows, in its order', () => {
    const ours = [...commandTable().values()]
      .flatMap((command) => [command, ...(command.subcommands?.values() ?? [])])
      .map((command) => [
        command.fullName.toUpperCase().replace('|', ' '),
        commandSynopsis(command),
        commandSince(command),
        command.group,
      ]);
    expect(ours).toEqual(COMMAND_HELP);
  });

  test('each command is explained in both languages', () => {
    for (const [name] of COMMAND_HELP) {
      const [english = '', chinese = ''] = commandWords(name);
      expect([name, english !== '', /[\u4e00-\u9fff]/.test(chinese)]).toEqual([name, true, true]);
    }
  });

  test('a command, a group and nonsense are laid out as redis-cli does', () => {
    const get = outputHelp(['get']);
    expect(get).toMatch(
      /^\r\n {2}\x1b\[1mGET\x1b\[0m \x1b\[90mkey\x1b\[0m\r\n {2}\x1b\[33msummary:\x1b\[0m .+\r\n/,
    );
    expect(get).toMatch(/\x1b\[33mgroup:\x1b\[0m string\r\n\r\n$/);
    expect(outputHelp(['@hash']).match(/summary:/g)?.length).toBe(16);
    expect(outputHelp(['nosuch'])).toBe('\r\n');
    expect(outputHelp(['cluster', 'slots'])).toContain('CLUSTER SLOTS');
  });
});
