import { expect, test } from 'vitest';
import { inChinese } from '#app/i18n/session-problems.ts';
import { parseChaos } from '#session/chaos.ts';
import { completeConfig } from '#session/config.ts';
import { checkInput, checkSessionFile } from '#session/session-file.ts';

/** What is thrown, as text. */
function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
}

const FILE = {
  format: 'redis-cluster-playground',
  version: 1,
  config: { masters: 3, replicasPerMaster: 1 },
  inputs: [],
  playhead: 0,
  hash: '',
};
const kill = (at: unknown) => ({ at, input: { kind: 'fault', fault: { kind: 'kill', server: '7000' } } });

test.each([
  [7, '这不是本页面的会话文件。'],
  [{ format: 'x' }, '这不是本页面的会话文件。'],
  [{ ...FILE, version: 9 }, '这个会话文件由更新版本的页面生成（格式 9）。'],
  [{ ...FILE, version: 'x' }, '无法识别这个会话文件的版本。'],
  [{ ...FILE, config: null }, '会话文件里没有配置。'],
  [{ ...FILE, playhead: -1 }, '会话文件里的播放位置不是有效的时间。'],
  [{ ...FILE, playhead: 1e300 }, '会话文件里的播放位置不是有效的时间。'],
  [{ ...FILE, inputs: 1 }, '会话文件里没有输入列表。'],
  [{ ...FILE, inputs: [1] }, '会话文件的第 1 个输入已损坏。'],
  [{ ...FILE, inputs: [kill(Number.NaN)] }, '会话文件里第 1 个输入的时间无效。'],
  [{ ...FILE, inputs: [kill(5), kill(4)] }, '会话文件的第 2 个输入早于它前面的一个。'],
  [
    { ...FILE, inputs: [{ at: 1, input: { kind: 'x' } }] },
    '会话文件的第 1 个输入无法执行：没有 "x" 这种输入。',
  ],
  [{ ...FILE, config: { masters: 0 } }, '“masters”应当是 1 到 1200 之间的数。'],
  [{ ...FILE, config: { masters: 1.5 } }, '“masters”应当是整数。'],
  [{ ...FILE, config: { preset: 'x' } }, '“preset”只能是这些值之一：formed, empty, standalone。'],
  [{ ...FILE, config: { masters: 900 } }, '最多只能有 1200 个节点，这里要 1800 个。'],
  [{ ...FILE, config: { basePort: 55_535 } }, '节点的端口和总线端口都必须小于 65536。'],
  [{ ...FILE, config: { config: { a: 1 } } }, '参数“a”应当是文本。'],
])('a refused session file is explained in Chinese as well: %j', (file, chinese) => {
  expect(inChinese(messageOf(() => checkSessionFile(file)))).toBe(chinese);
});

test('too many inputs and a configuration that is none are told as well', () => {
  const inputs = Array.from({ length: 100_001 }, () => kill(0));
  expect(inChinese(messageOf(() => checkSessionFile({ ...FILE, inputs })))).toBe(
    '一个会话最多有 100000 个输入。',
  );
  expect(inChinese(messageOf(() => completeConfig([])))).toBe('集群的配置应当是一个对象。');
});

test('so is each reason for which an input is refused', () => {
  const fault = (of: object): unknown => ({ kind: 'fault', fault: of });
  const inputs: unknown[] = [
    null,
    { kind: 'fault' },
    fault({ kind: 'x' }),
    fault({ kind: 'kill', server: 'nobody' }),
    fault({ kind: 'move', server: '7000', ip: '1.2' }),
    fault({ kind: 'nat', server: '7000', port: -1 }),
    fault({ kind: 'link', from: '7000', to: '7001', loss: -1 }),
    fault({ kind: 'partition', groups: 1 }),
    fault({ kind: 'delay', packet: 1, byUs: -1 }),
    fault({ kind: 'drop', packet: 'x' }),
    { kind: 'openConsole', console: ' ', argv: [] },
    { kind: 'openConsole', console: '7000', argv: ['redis-cli'] },
    { kind: 'openConsole', console: 'c', argv: [] },
    { kind: 'line', console: '7000', line: 1 },
    { kind: 'line', console: '7000', line: 'x'.repeat(2e6) },
    { kind: 'line', console: 'c', line: '' },
    { kind: 'run', id: 0 },
    { kind: 'run', id: 1, argv: 1 },
    { kind: 'run', id: 1, argv: ['x'], tty: 1 },
    { kind: 'run', id: 1, argv: ['x'], tty: true, background: 1 },
    { kind: 'run', id: 1, argv: ['x'], tty: true, files: 1 },
    { kind: 'run', id: 1, argv: ['x'], tty: true, stdin: 1 },
    { kind: 'signal', id: 0 },
    { kind: 'signal', id: 1, signal: 'X' },
    { kind: 'signal', id: 1, signal: 'INT', background: 1 },
    { kind: 'print', text: 1 },
    { kind: 'print', text: '', echo: 1 },
    { kind: 'files', files: 1 },
    { kind: 'launch', port: 0 },
    { kind: 'launch', port: 1, config: 1 },
    { kind: 'client', id: '' },
    { kind: 'client', id: 'a', action: 'x' },
    { kind: 'client', id: 'a', action: 'stop' },
  ];
  for (const input of inputs) {
    const problem = checkInput(input, (name) => /^70/.test(name)) ?? '';
    expect(inChinese(`${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`)).toMatch(
      /[\u4e00-\u9fff].*。$/,
    );
  }
});

test('and each mistake in a chaos tape', () => {
  for (const tape of [
    '1 explode 7000',
    '1 partition 7000',
    '1 link 7000 7001 loss=x',
    '1 link 7000 7001 cost=1',
  ]) {
    const [, why = ''] = messageOf(() => parseChaos(tape)).split(/: (.*)/s);
    expect(inChinese(why)).toMatch(/^[\u4e00-\u9fff]/);
  }
});

test('what is none of the session’s sentences stays as it is', () => {
  expect(inChinese('Failed to fetch')).toBe('Failed to fetch');
});
