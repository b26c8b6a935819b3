/* What each error reply means, and which rule sent it. The words of the reply are Redis's own; the
 * explanation is ours, and the values come out of the reply and the world. */

import type { FeedEvent, Frame } from '#sim/frame.ts';
import type { ErrorCode } from '#app/state/last-error.ts';
import type { RuleName, RuleText } from './rules.ts';
import { covers } from './why-more.ts';
import type { WhyAnswer } from './why.ts';

export interface ReplyText extends RuleText {
  rule: RuleName;
  /** Events that can lead to it. */
  leading: RegExp;
}

const NONE = /^$/;

export const REPLIES: Readonly<Record<ErrorCode, ReplyText>> = {
  MOVED: {
    en: 'The slot of this key belongs to another node for good. A smart client goes there, and notes the new owner in its slot map.',
    zh: '这个键的槽固定归另一个节点。智能客户端会转去那里，并更新自己的槽映射。',
    rule: 'getNodeByQuery',
    lesson: '05',
    leading: /^(SLOT_OWNER|PROMOTED)$/,
  },
  ASK: {
    en: 'The slot is on its way to another node and this key is no longer here. For this one command, say ASKING there and repeat it; the slot map stays as it is.',
    zh: '这个槽正在迁往另一个节点，键已不在这里。只为这一条命令，到那边先发 ASKING 再重试；槽映射不变。',
    rule: 'setslot',
    lesson: '06',
    leading: /^SLOT_/,
  },
  CROSSSLOT: {
    en: 'The keys of one command must lie in one slot, since one node must be able to answer alone. Put the same {tag} into all of them.',
    zh: '一条命令的所有键必须落在同一个槽，因为要由一个节点独立回答。给它们写上同样的 {标签}。',
    rule: 'getNodeByQuery',
    lesson: '14',
    leading: NONE,
  },
  CLUSTERDOWN: {
    en: 'This node holds the cluster for unusable: a slot has no owner that works, or it sees only a minority of the masters.',
    zh: '本节点认为集群不可用：有槽没有可用的主人，或者它只看得到少数主节点。',
    rule: 'clusterUpdateState',
    lesson: '13',
    leading: /^(FAIL|FAIL_RECEIVED|CLUSTER_STATE|SLOT_OWNER)$/,
  },
  TRYAGAIN: {
    en: 'A command with several keys met a slot under migration: some keys are here, some are not. It works again when the migration is over.',
    zh: '多键命令遇到正在迁移的槽：一部分键在这里，一部分不在。迁移结束后就恢复正常。',
    rule: 'setslot',
    lesson: '06',
    leading: /^SLOT_/,
  },
  READONLY: {
    en: 'This is a replica, and a replica takes no writes but those of its master.',
    zh: '这是从节点，除了主节点传来的写入，从节点不接受写入。',
    rule: 'processCommand',
    lesson: '09',
    leading: /^(ROLE_CHANGED|FULLRESYNC|REPLICA_MIGRATION)$/,
  },
  MASTERDOWN: {
    en: 'This replica has lost its master and is told not to serve data that may be stale (replica-serve-stale-data no).',
    zh: '这个从节点与主节点失去联系，并且配置为不提供可能过期的数据（replica-serve-stale-data no）。',
    rule: 'processCommand',
    lesson: '08',
    leading: /^(REPL_LINK_DOWN|FULLRESYNC|FAULT)$/,
  },
  LOADING: {
    en: 'The server is reading its data from disk, or from its master, and answers only when all of it is there.',
    zh: '服务器正在从磁盘或主节点载入数据，全部到位后才回答。',
    rule: 'processCommand',
    lesson: '08',
    leading: /^(LOADING|FULLRESYNC|FAULT|PROCESS)/,
  },
  OOM: {
    en: 'The limit maxmemory is reached and the eviction policy found nothing it may remove, so commands that need memory are refused. Reading still works.',
    zh: '内存达到 maxmemory，淘汰策略又找不到可以删除的键，于是需要内存的命令被拒绝，读取照常。',
    rule: 'processCommand',
    lesson: '18',
    leading: NONE,
  },
  NOREPLICAS: {
    en: 'Fewer good replicas than min-replicas-to-write, or their last word is older than min-replicas-max-lag. The master would rather refuse a write than lose it.',
    zh: '健康的从节点少于 min-replicas-to-write，或者它们的回应已超过 min-replicas-max-lag。主节点宁可拒绝写入，也不愿丢失。',
    rule: 'processCommand',
    lesson: '13',
    leading: /^(FAULT|REPL_LINK)/,
  },
  MISCONF: {
    en: 'The last save to disk failed, and stop-writes-on-bgsave-error makes the server refuse writes until one succeeds.',
    zh: '上一次存盘失败，stop-writes-on-bgsave-error 让服务器在存盘成功之前拒绝写入。',
    rule: 'processCommand',
    lesson: '18',
    leading: NONE,
  },
  EXECABORT: {
    en: 'A command of the transaction was refused while it was queued, so EXEC runs none of them.',
    zh: '事务里有命令在入队时就被拒绝，所以 EXEC 一条也不执行。',
    rule: 'processCommand',
    lesson: '14',
    leading: NONE,
  },
  WRONGTYPE: {
    en: 'The key holds a value of another type than the command works on. TYPE tells which.',
    zh: '键里的值不是这条命令能处理的类型，用 TYPE 可以查看。',
    rule: 'processCommand',
    lesson: '16',
    leading: NONE,
  },
  BUSY: {
    en: 'A script has run longer than the limit. Until it ends, only SCRIPT KILL and SHUTDOWN NOSAVE are taken.',
    zh: '有脚本运行超过了时限，结束之前只接受 SCRIPT KILL 和 SHUTDOWN NOSAVE。',
    rule: 'processCommand',
    lesson: '15',
    leading: NONE,
  },
  NOSCRIPT: {
    en: 'This node does not know a script of that hash. Scripts are not spread through the cluster: load it here with SCRIPT LOAD, or send its text with EVAL.',
    zh: '本节点没有这个哈希对应的脚本。脚本不会在集群里传播：在这里用 SCRIPT LOAD 载入，或者用 EVAL 直接发送内容。',
    rule: 'processCommand',
    lesson: '15',
    leading: NONE,
  },
  NOAUTH: {
    en: 'This server wants a password first (AUTH).',
    zh: '服务器要求先登录（AUTH）。',
    rule: 'processCommand',
    lesson: '20',
    leading: NONE,
  },
  NOPERM: {
    en: 'The rules for this user (ACL) do not allow this command, key or channel. ACL LOG shows the refusal.',
    zh: '该用户的权限规则（ACL）不允许这条命令、这个键或频道。ACL LOG 里有记录。',
    rule: 'processCommand',
    lesson: '20',
    leading: NONE,
  },
};

/** The text for an error reply; null when its first word is none of ours. */
export function replyText(error: string): ReplyText | null {
  const code = error.split(' ', 1)[0] ?? '';
  return Object.hasOwn(REPLIES, code) ? REPLIES[code as ErrorCode] : null;
}

/** Why a console was answered with that error. */
export function whyReply(
  frame: Frame,
  events: readonly FeedEvent[],
  server: string,
  error: string,
): WhyAnswer | null {
  const text = replyText(error);
  const found = frame.servers.find(({ name }) => name === server);
  if (!text || !found) return null;
  const values: [string, string][] = [['reply', error]];
  const [, slot, port] = /^(?:MOVED|ASK) (\d+) \S*?:(\d+)$/.exec(error) ?? [];
  const subjects = new Set<unknown>([server]);
  if (slot !== undefined) {
    const owner = frame.servers.find((one) => String(one.port) === port)?.name ?? String(port);
    subjects.add(owner);
    values.push(['slot', slot], [error.startsWith('ASK') ? 'target' : 'owner', owner]);
  }
  values.push(['role', found.role]);
  if (text.rule === 'clusterUpdateState') values.push(['cluster_state', found.clusterState]);
  if (error.startsWith('READONLY') || error.startsWith('MASTERDOWN'))
    values.push(['master', found.masterName ?? '–'], ['master_link', found.replication.linkState]);
  if (error.startsWith('NOREPLICAS')) values.push(['replicas', String(found.replication.replicas.length)]);
  const chain = events.filter(({ event, who }) => {
    if (!text.leading.test(event.type)) return false;
    // What became of a slot that the reply names, whoever noticed; else what concerns who answered.
    const told = event['slots'] ?? event['slot'];
    if (slot !== undefined && told !== undefined)
      return who === server && (told === Number(slot) || covers(told, Number(slot)));
    return subjects.has(who) || subjects.has(event['name']);
  });
  return { fact: 'reply', subject: server, rule: text.rule, values, chain: chain.slice(-5) };
}
