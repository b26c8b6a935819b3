import { beforeAll, describe, expect, test } from 'vitest';
import { COMMAND_HELP } from '#cli/command-help.ts';
import { completionsOf, hintOf, outputHelp } from '#cli/help.ts';
import { loadHelpWords } from '#cli/words.ts';
import { synopsisOf } from '#redis/command-docs.ts';
import type { Command } from '#redis/command-table.ts';
import { commandTable } from '#redis/commands.ts';
import { commandWords, loadCommandDocs } from '#redis/words.ts';

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
  beforeAll(loadCommandDocs);
  beforeAll(loadHelpWords);

  test('every command and subcommand of 7.0 has a row with both languages', () => {
    const names = new Set(COMMAND_HELP.map((row) => row[0]));
    expect(names.size).toBe(COMMAND_HELP.length);
    for (const [name, , since, group] of COMMAND_HELP) {
      const [english = '', chinese = ''] = commandWords(name);
      expect([
        name,
        english !== '',
        chinese !== '',
        /^\d\.\d+\.\d+$/.test(since),
        group !== ('' as string),
      ]).toEqual([name, true, true, true, true]);
    }
  });

  test('arguments are the same that COMMAND DOCS takes apart', () => {
    for (const [name, args] of COMMAND_HELP) {
      const [top, sub] = name.toLowerCase().split(' ') as [string, string | undefined];
      const command = commandTable().get(top);
      const found = sub === undefined ? command : command?.subcommands?.get(sub);
      expect([name, synopsisOf(found as Command)]).toEqual([name, args]);
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
