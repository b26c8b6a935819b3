import { describe, expect, it } from 'vitest';
import { parseLesson, translateLesson } from '#lesson/parse.ts';
import { LessonError, type Inline } from '#lesson/types.ts';

const front = '---\ntitle: T\nminutes: 5\nobjective: O\nworld: { masters: 3, node-timeout: 3s }\n---\n';
const task = [
  '```task crash',
  'goal: G',
  'checks:',
  "  - is: role(7005) == 'master'",
  '    say: promoted',
  'hints:',
  '  - where: there',
  'solutions:',
  '  - - fault: kill 7002',
  '    - until: role(7005) == 1',
  '      limit: 2s',
  '```',
].join('\n');
const quiz = '```quiz q\nask: A?\nchoices:\n  - text: yes\n    right: true\n  - text: no\n```';
const english = `${front}\n## One\n\nText with [PFAIL](term:pfail), \`a < b\` and **bold**.\n\n${task}\n\n## Two\n\n${quiz}\n`;
const chinese = [
  '---\ntitle: 标题\nobjective: 目标\n---\n\n## 一\n\n文字',
  '```task crash\ngoal: 做\nsay:\n  - 成为主节点\nhints:\n  - where: 那里\n```',
  '## 二',
  '```quiz q\nask: 对吗？\nchoices:\n  - text: 对\n  - text: 错\n```\n',
].join('\n\n');

const parse = (text: string) => parseLesson('01-t', 'en.md', text);

describe('lesson files', () => {
  it('become steps of blocks', () => {
    const lesson = parse(english);
    expect(lesson.steps.map((step) => step.title)).toEqual(['One', 'Two']);
    expect(lesson.world).toEqual({ masters: 3, nodeTimeoutMs: 3000 });
    const [paragraph, block] = lesson.steps[0]!.blocks;
    expect(paragraph).toMatchObject({
      kind: 'paragraph',
      inline: [
        { kind: 'text' },
        { kind: 'term', id: 'pfail' },
        {},
        { kind: 'code', text: 'a < b' },
        {},
        {},
        {},
      ],
    });
    expect(block).toMatchObject({
      kind: 'task',
      task: { id: 'crash', solutions: [[{ do: 'fault' }, { do: 'until', limitMs: 2000 }]] },
    });
  });

  it.for([
    ['一个\n主节点', '一个主节点'],
    ['一个\n[配置纪元](term:pfail)，\n它', '一个配置纪元，它'],
    ['[配置纪元](term:pfail)\n相当于 a\nb', '配置纪元相当于 a b'],
    ['**大的**\n赢。看\n`GET`\n吧', '大的赢。看 GET 吧'],
    ['one\ntwo [three](term:pfail)\nfour', 'one two three four'],
  ] as const)('join the lines of %j without a space between Chinese characters', ([text, joined]) => {
    const [paragraph] = parse(english.replace('Text with', `${text}\n\nText with`)).steps[0]!.blocks;
    const words = (parts: readonly Inline[]): string =>
      parts
        .map((part) => ('children' in part ? words(part.children) : 'text' in part ? part.text : ''))
        .join('');
    expect(paragraph?.kind === 'paragraph' && words(paragraph.inline)).toBe(joined);
  });

  it('tell what a wrong route leaves open, and what is there instead', () => {
    const wrong = 'wrong:\n  - do:\n      - 7001: GET foo\n    leaves: 1\n    now: (nil)\n```';
    const lesson = parse(english.replace('limit: 2s\n```', `limit: 2s\n${wrong}`));
    expect(lesson.steps[0]!.blocks[1]).toMatchObject({
      task: { wrong: [{ actions: [{ do: 'line', console: '7001' }], leaves: 1, now: '(nil)' }] },
    });
    const tooFar = english.replace('limit: 2s\n```', `limit: 2s\n${wrong.replace('leaves: 1', 'leaves: 2')}`);
    expect(() => parse(tooFar)).toThrow('leaves: 2, but there are 1 checks');
  });

  it('take words from the second language and everything else from the first', () => {
    const lesson = translateLesson(parse(english), 'zh.md', chinese);
    expect(lesson.title).toBe('标题');
    expect(lesson.steps[0]!.blocks[1]).toMatchObject({
      task: {
        goal: '做',
        checks: [{ say: '成为主节点', expression: "role(7005) == 'master'" }],
        solutions: [[{}, {}]],
      },
    });
    expect(lesson.steps[1]!.blocks[0]).toMatchObject({
      quiz: { choices: [{ text: '对', right: true }, { right: false }] },
    });
  });

  it.each([
    ['no front matter', '# Hi', 'en.md:1: a lesson begins with'],
    ['an unknown word in front', english.replace('minutes: 5', 'minutes: 5\ncolour: red'), 'en.md:2: colour'],
    ['a world that cannot be', english.replace('3s }', 'soon }'), 'must be a duration'],
    [
      'a broken check',
      english.replace("role(7005) == 'master'", 'role(7005'),
      'role(7005: "," expected at 10',
    ],
    ['an unknown word in a task', english.replace('goal: G', 'goal: G\nprize: 5'), 'en.md:13: prize'],
    ['a task without a solution', english.replace(/solutions:[\s\S]*?2s\n/, ''), 'solutions'],
    ['two tasks with one id', `${english}\n${task}`, 'the id "crash" is used twice'],
    ['a quiz without an answer', english.replace('right: true', 'right: false'), 'no choice is right'],
    ['raw markup', `${english}\n<img src=x onerror=alert(1)>\n`, 'cannot be used'],
    ['a link that runs code', `${english}\n[x](javascript:alert(1))\n`, 'a link leads to'],
    [
      'text before the first step',
      english.replace('## One', 'Hello\n\n## One'),
      'text before the first step',
    ],
    ['broken YAML', english.replace('goal: G', 'goal: [G'), 'en.md:1'],
    ['a YAML reference', english.replace('minutes: 5', 'minutes: *five'), 'en.md:3'],
    ['two YAML documents', english.replace('goal: G', 'goal: G\n---\ngoal: H'), 'one YAML document'],
  ])('are refused with file and line: %s', (_, text, message) => {
    expect(() => parse(text)).toThrow(LessonError);
    expect(() => parse(text)).toThrow(message);
  });

  it('name only what checks can see, where that is known; the complaint has the line of the check', () => {
    const known = new Set(['role']);
    expect(parseLesson('01-t', 'en.md', english, known).steps).toHaveLength(2);
    const mistyped = english.replace("role(7005) == 'master'", "rolle(7005) == 'master'");
    expect(() => parseLesson('01-t', 'en.md', mistyped, known)).toThrow(
      "en.md:15: rolle(7005) == 'master': there is nothing called rolle",
    );
    expect(parse(mistyped).steps).toHaveLength(2);
  });

  it.each([
    ['a missing block', chinese.replace(/```task[\s\S]*?```/, ''), 'en.md has task here, not quiz'],
    ['another id', chinese.replace('task crash', 'task other'), 'en.md has task crash here, not other'],
    ['too few words', chinese.replace('say:\n  - 成为主节点', 'say: []'), 'one per check'],
    ['another number of choices', chinese.replace('  - text: 错\n', ''), 'choices: 2 expected'],
    ['another number of steps', chinese.replace('## 二', ''), '1 steps here, 2 in en.md'],
  ])('must agree in both languages: %s', (_, text, message) => {
    expect(() => translateLesson(parse(english), 'zh.md', text)).toThrow(message);
  });
});

const program = [
  '```program p',
  'title: Count',
  'clients:',
  '  A: { kind: counter, rate: 5 }',
  'show:',
  '  done: "{count} done"',
  'code:',
  '  Jedis: |',
  '    jedis.incr("a");',
  '```',
].join('\n');
const start = (client: string): string =>
  task.replace('  - - fault: kill 7002', `  - - client: ${client}\n      start: program\n    - launch: 7101`);

describe('programs of a lesson', () => {
  it('carry code and clients, and a solution starts a client as its program does', () => {
    const lesson = parse(`${front}\n## One\n\n${program}\n\n${start('A')}\n`);
    const spec = { kind: 'counter', rate: 5 };
    expect(lesson.steps[0]!.blocks).toMatchObject([
      {
        kind: 'program',
        program: {
          title: 'Count',
          code: [{ library: 'Jedis', text: 'jedis.incr("a");' }],
          clients: [{ id: 'A', spec }],
          show: { done: '{count} done' },
          edit: null,
        },
      },
      {
        kind: 'task',
        task: { solutions: [[{ do: 'client', id: 'A', spec }, { do: 'launch', port: 7101 }, {}]] },
      },
    ]);
    const chinese =
      '---\ntitle: 标题\nobjective: 目标\n---\n\n## 一\n\n```program p\ntitle: 计数\nshow: { done: "完成 {count} 次" }\n```\n';
    const words = '\n```task crash\ngoal: 做\nsay:\n  - 成为\nhints:\n  - where: 那里\n```\n';
    const [translated] = translateLesson(lesson, 'zh.md', chinese + words).steps[0]!.blocks;
    expect(translated).toMatchObject({
      program: { title: '计数', show: { done: '完成 {count} 次' }, clients: [{ id: 'A', spec }] },
    });
  });

  it('may let their settings be written', () => {
    const [block] = parse(`${front}\n## One\n\n${program.replace('show:', 'edit: [rate]\nshow:')}\n`)
      .steps[0]!.blocks;
    expect(block).toMatchObject({ program: { edit: ['rate'] } });
  });

  it.each([
    ['a client that no program has', `${program}\n\n${start('B')}`, 'no program has a client "B"'],
    ['one client twice', `${program}\n\n${program.replace('program p', 'program q')}`, 'is there twice'],
    ['words without a number', program.replace('{count} ', ''), 'needs {count}'],
    ['no code', program.replace(/code:[\s\S]*;/, ''), 'code'],
    ['something to write that is none', program.replace('show:', 'edit: all\nshow:'), 'edit'],
    ['a port that is none', `${program}\n\n${start('A').replace('7101', '99999')}`, 'must be a port'],
  ])('are refused with %s', (_, body, complaint) => {
    expect(() => parse(`${front}\n## One\n\n${body}\n`)).toThrow(complaint);
  });
});

const chaos = [
  '```chaos storm',
  'title: A storm',
  'faults: |',
  '  1 kill 7002',
  '  9.5 healAll',
  'lasts: 12s',
  '```',
].join('\n');
const played = (id: string): string => task.replace('  - - fault: kill 7002', `  - - chaos: ${id}`);

const hand = chaos.replace(/faults[\s\S]*healAll\n/, 'hand:\n  - 7000: GET k\n');

describe('chaos tapes of a lesson', () => {
  it('may be the hand of somebody else alone', () => {
    const [block] = parse(`${front}\n## One\n\n${hand}\n`).steps[0]!.blocks;
    expect(block).toMatchObject({
      chaos: { faults: '', hand: [{ do: 'line', console: '7000', line: 'GET k' }], lastsMs: 12_000 },
    });
  });

  it('are what a solution plays, and have a title in each language', () => {
    const lesson = parse(`${front}\n## One\n\n${chaos}\n\n${played('storm')}\n`);
    const tape = {
      id: 'storm',
      title: 'A storm',
      faults: '1 kill 7002\n9.5 healAll',
      hand: [],
      lastsMs: 12_000,
      show: {},
    };
    expect(lesson.steps[0]!.blocks).toMatchObject([
      { kind: 'chaos', chaos: tape },
      { kind: 'task', task: { solutions: [[{ do: 'chaos', chaos: tape }, {}]] } },
    ]);
    const chinese = '---\ntitle: 标题\nobjective: 目标\n---\n\n## 一\n\n```chaos storm\ntitle: 风暴\n```\n';
    const words = '\n```task crash\ngoal: 做\nsay:\n  - 成为\nhints:\n  - where: 那里\n```\n';
    const [translated] = translateLesson(lesson, 'zh.md', chinese + words).steps[0]!.blocks;
    expect(translated).toEqual({ kind: 'chaos', chaos: { ...tape, title: '风暴' } });
    expect(() => translateLesson(lesson, 'zh.md', chinese.replace('storm', 'rain') + words)).toThrow(
      /chaos storm/,
    );
  });

  it.each([
    ['a tape that is not there', `${chaos}\n\n${played('rain')}`, 'there is no chaos "rain"'],
    ['a line without a time', chaos.replace('9.5 healAll', 'healAll'), 'one fault a line'],
    ['no end', chaos.replace('lasts: 12s\n', ''), 'lasts'],
    ['nothing that happens', chaos.replace(/faults[\s\S]*healAll\n/, ''), 'without faults and hand'],
    ['a hand that waits for nonsense', hand.replace('GET k', 'GET k\n  - until: view(('), 'view(('],
    ['a hand that does what nobody can', hand.replace('7000: GET k', 'juggle: 3'), 'unknown action'],
    ['words without a number', chaos.replace('lasts:', 'show: { lost: lost }\nlasts:'), 'needs {count}'],
  ])('are refused with %s', (_, body, complaint) => {
    expect(() => parse(`${front}\n## One\n\n${body}\n`)).toThrow(complaint);
  });
});
