/* Words of the chaos tape. */

import { wordsOf } from '#app/i18n/local-words.ts';

export const chaosWord = wordsOf({
  title: ['Chaos tape', '混沌磁带'],
  lead: [
    'One fault a line: seconds from now, then what happens.',
    '每行一个故障：从现在起的秒数，然后是内容。',
  ],
  words: ['What can happen', '可以写什么'],
  problem: ['Line {line}: {why}', '第 {line} 行：{why}'],
  example: ['An example', '示例'],
  save: ['Save as a file', '存为文件'],
  open: ['Open a file', '打开文件'],
  stop: ['Forget the rest ({count})', '取消剩下的（{count}）'],
  play: ['Play from now', '从现在开始播放'],
  plays: [
    '{count} faults are planned. Each becomes part of history when its time has come.',
    '已安排 {count} 个故障，到时会写入历史。',
  ],
  tooLarge: ['That file is too large for a chaos tape.', '文件太大，不是混沌磁带。'],
} as const);
