/* Words of those parts of a lesson that are loaded with it. */

import { fill } from '#app/i18n/i18n.svelte.ts';
import { wordsOf } from '#app/i18n/local-words.ts';

export const lw = wordsOf({
  program: ['Program', '程序'],
  library: ['Client library', '客户端库'],
  start: ['Start {client}', '启动 {client}'],
  stop: ['Stop {client}', '停止 {client}'],
  freeze: ['Freeze {client}', '冻住 {client}'],
  thaw: ['Thaw {client}', '解冻 {client}'],
  idle: ['not started', '未启动'],
  requests: ['{count} requests', '{count} 次请求'],
  errors: ['{count} errors', '{count} 个错误'],
  redirects: ['{count} redirects', '{count} 次重定向'],
  rules: ['Alert rules, one a line', '告警规则，每行一条'],
  settings: ['Settings, one a line', '设置，每行一项'],
  useText: ['Use these from now on', '从现在起照此执行'],
  patient: ['Bring it in', '请进来'],
  holding: ['holds the lock', '正持有锁'],
  chaosPlay: ['Play the tape', '播放磁带'],
  chaosAt: ['{count} of {of} s', '第 {count} 秒，共 {of} 秒'],
  cards: ['Asked in interviews', '面试会这样问'],
  goalPicture: ['The goal', '目标'],
  nowPicture: ['Now', '现在'],
  goalAlt: ['How it looks when it is done: {what}', '完成时的样子：{what}'],
  nowAlt: ['How it looks now: {what}', '现在的样子：{what}'],
});

/** Figures in the words that the lesson has for them. */
export function told(words: Readonly<Record<string, string>>, figures: object): string[] {
  const counts = figures as Record<string, number>;
  return Object.keys(words).map((name) => fill(words[name] ?? '', { count: String(counts[name] ?? 0) }));
}
