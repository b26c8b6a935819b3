/* Words of the pasted cluster. */

import { wordsOf } from '#app/i18n/local-words.ts';
import type { FindingKind } from './findings.ts';

const findings: Record<FindingKind, readonly [string, string]> = {
  'no-majority': [
    'No majority: {detail} of the masters with slots are failing. Nobody can be elected and the cluster stops.',
    '失去多数派：持有槽的主节点中有 {detail} 出现故障。选不出新主节点，集群会停止服务。',
  ],
  uncovered: ['Nobody serves these slots: {detail}.', '以下槽无人负责：{detail}。'],
  'state-fail': [
    'cluster_state:fail: this node answers keys with CLUSTERDOWN.',
    'cluster_state:fail：该节点对键的访问一律回复 CLUSTERDOWN。',
  ],
  fail: ['The cluster has agreed that these have failed (FAIL).', '集群已一致判定以下节点下线（FAIL）。'],
  overlap: [
    'Two masters claim the same slots: {detail}. The greater configEpoch will win.',
    '同一批槽被两个主节点声明：{detail}。configEpoch 较大者胜出。',
  ],
  pfail: [
    'Suspected by the node that was asked (PFAIL); the others have not agreed yet.',
    '被查询的节点怀疑它们下线（PFAIL），其他节点尚未达成一致。',
  ],
  open: [
    'Slots under way: {detail}. Is a reshard running?',
    '正在迁移的槽：{detail}。是否有 reshard 在进行？',
  ],
  'half-open': [
    'Slots open on one side only: {detail}. A migration was left unfinished; redis-cli --cluster fix mends it.',
    '只有一侧处于迁移状态的槽：{detail}。迁移中途被放弃，可用 redis-cli --cluster fix 修复。',
  ],
  epochs: [
    'Masters share the configEpoch {detail}. It settles by itself; until then a conflict over a slot has no winner.',
    '多个主节点的 configEpoch 同为 {detail}。集群会自行解决，在此之前槽的冲突分不出胜负。',
  ],
  disagree: ['The nodes that were asked tell different slots for these.', '不同节点对它们的槽说法不一。'],
  'no-replica': ['Masters without a working replica.', '没有可用从节点的主节点。'],
  'lost-replica': [
    'Replicas whose master is unknown or no master.',
    '所跟随的主节点不存在或已不是主节点的从节点。',
  ],
  handshake: ['Still in handshake: not members yet.', '仍在握手，尚未成为成员。'],
  noaddr: ['The address is not known (noaddr).', '地址未知（noaddr）。'],
  link: ['The bus link to these is down.', '与以下节点的总线连接断开。'],
  'same-host': [
    'Replica and master on the same host: both are lost together.',
    '从节点与其主节点在同一台主机上，会一起丢失。',
  ],
  'few-masters': [
    'Fewer than three masters with slots: after a failure there is no majority.',
    '持有槽的主节点不足三个，一旦故障就没有多数派。',
  ],
  'no-slots': [
    'Masters without slots: they serve no key and have no vote.',
    '没有槽的主节点：不存任何键，也没有投票权。',
  ],
};

export const pasteWord = wordsOf({
  ...findings,
  lead: [
    'Paste what CLUSTER NODES, CLUSTER INFO or redis-cli --cluster check printed. It stays in this page.',
    '粘贴 CLUSTER NODES、CLUSTER INFO 或 redis-cli --cluster check 的输出。内容不会离开本页面。',
  ],
  fromClipboard: ['Paste', '粘贴'],
  noClipboard: [
    'The browser does not hand over the clipboard: paste into the field by hand.',
    '浏览器不允许读取剪贴板，请手动粘贴到文本框。',
  ],
  example: ['Show an example', '看一个例子'],
  field: ['Output of your cluster', '集群的输出'],
  nothing: ['No line of these outputs was found in the text.', '文本里没有找到这些命令的输出。'],
  cut: ['The text is too long; the rest was left out.', '文本过长，其余部分已忽略。'],
  label: [
    'Pasted, not running: {nodes} nodes, {masters} masters',
    '粘贴的集群，并未运行：{nodes} 个节点，{masters} 个主节点',
  ],
  wrong: ['What is wrong', '存在的问题'],
  fine: ['Nothing wrong can be seen in this text.', '从这段文本看不出问题。'],
  lesson: ['Lesson {number} explains it', '见第 {number} 课'],
});
