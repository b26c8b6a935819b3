/* Words of the classroom, loaded with it. */

import { wordsOf } from '#app/i18n/local-words.ts';

export const classWord = wordsOf({
  region: ['Classroom', '课堂'],
  teaching: ['You teach', '你在授课'],
  followers: ['{followers} follow, {inStep} in step', '{followers} 人跟随，{inStep} 人同步'],
  differing: ['{differing} differ', '{differing} 人不一致'],
  openTab: ['Open a following window', '打开一个跟随窗口'],
  ask: ['Ask the class', '向全班提问'],
  answered: ['{answered} answered', '{answered} 人已作答'],
  reveal: ['Show the result', '公布结果'],
  done: ['Done', '完成'],
  waiting: ['Waiting for the teacher …', '正在等待老师……'],
  lost: ['No connection to the room; trying again …', '与课堂的连接断开，正在重试……'],
  same: ['You follow the teacher. Same hash: {hash}', '正在跟随老师。哈希一致：{hash}'],
  differs: ['This world differs from the teacher’s.', '此世界与老师的不一致。'],
  gone: ['The teacher is away.', '老师暂时离开。'],
  apart: ['You go your own way.', '你正在自己操作。'],
  back: ['Back to the teacher', '回到老师的进度'],
  failed: ['The teacher’s log cannot be followed: {why}', '无法跟随老师的记录：{why}'],
  predict: ['Predict', '预测'],
  thanks: ['Your answer is in.', '你的答案已提交。'],
  refused: [
    'The room refused this page as a teacher: open the address that the program printed.',
    '课堂拒绝了此页面的授课身份：请打开程序打印的地址。',
  ],
});
