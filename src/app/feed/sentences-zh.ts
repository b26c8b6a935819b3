/* Each protocol event as a Chinese sentence, with the same fields as the English ones. */

import type { deedsEn, sentencesEn, smallEn } from './sentences-en.ts';

export const sentencesZh: typeof sentencesEn = {
  PFAIL: '{who} 认为 {name} 主观下线：{silentMs} 毫秒没有回应（超时 {nodeTimeoutMs}）',
  PFAIL_CLEARED: '{who} 不再怀疑 {name}',
  FAILURE_REPORT: '{from} 告诉 {who}：它怀疑 {name}（目前 {reports} 份报告）',
  FAIL: '{who} 判定 {name} 客观下线：需要 {needed} 个主节点，已有 {reports} 个同意',
  FAIL_RECEIVED: '{who} 从 {from} 得知 {name} 已客观下线',
  FAIL_CLEARED: '{who} 认为 {name} 恢复正常（下线 {failedForMs} 毫秒）',
  CLUSTER_STATE: '{who}：集群状态变为 {state}{reasonText}',

  ELECTION_SCHEDULED: '{who} 将在 {delayMs} 毫秒后发起选举（排名 {rank}，偏移量 {offset}）',
  ELECTION_DELAYED: '{who} 再等 {addedMs} 毫秒：排名变为 {rank}',
  AUTH_REQUEST: '{who} 在纪元 {epoch} 向所有主节点拉票，需要 {needed} 票',
  VOTE_GRANTED: '{who} 在纪元 {epoch} 投票给 {name}',
  VOTE_DENIED: '{who} 拒绝投票给 {name}：{text}',
  VOTE_RECEIVED: '{who} 得到 {votes} 票，需要 {needed} 票（最近一票来自 {name}）',
  PROMOTED: '{who} 接替 {instead} 成为主节点，配置纪元 {epoch}',
  CANT_FAILOVER: '{who} 暂时不能接任：{reasonText}',
  EPOCH: '{who} 进入纪元 {current}',
  CONFIG_EPOCH_COLLISION: '{who} 与 {name} 的配置纪元都是 {epoch}，{who} 改用 {now}',
  MFSTART: '{who} 请求手动故障转移 {option}',
  MF_PAUSED: '{who} 暂停客户端写入，准备把主节点交给 {name}',
  MF_READY: '{who} 已追上主节点，偏移量 {offset}',
  MF_TIMEOUT: '{who} 放弃手动故障转移：超时',

  SLOT_OWNER: '{who}：槽 {slots} 现在归 {name}',
  SLOT_UNASSIGNED: '{who}：槽 {slots} 现在无人负责',
  SLOT_MIGRATING: '{who} 开始把槽 {slot} 迁往 {toName}',
  SLOT_IMPORTING: '{who} 开始从 {fromName} 导入槽 {slot}',
  SLOT_STABLE: '{who} 结束槽 {slot} 的迁移状态',
  SLOT_REPAIRED: '{who} 认领槽 {slot}，因为手里有它的键',
  DIRTY_SLOT_DELETED: '{who} 删除槽 {slot} 的 {keys} 个键，这个槽已不归它',
  UPDATE_SENT: '{who} 纠正 {to}：{name} 的配置纪元更大，是 {configEpoch}',
  UPDATE_RECEIVED: '{who} 被纠正：{name} 的配置纪元是 {configEpoch}，不是 {known}',

  FULLRESYNC: '{who} 向 {replica} 全量复制（{bytes} 字节，偏移量 {offset}）',
  CONTINUE: '{who} 让 {replica} 从偏移量 {offset} 续传（积压 {bytes} 字节）',
  REPL_LINK_UP: '{who} 开始跟随端口 {port} 的主节点，偏移量 {offset}',
  REPL_LINK_DOWN: '{who} 与主节点断开，偏移量 {offset}',
  REPLICA_OVERFLOW: '{who} 断开 {replica}：待发送数据达 {pending} 字节',
  REPLICA_MIGRATION: '{who} 从 {from} 迁到 {name}，后者已没有从节点',

  MEET: '{who} 向 {ip}:{port} 发出 MEET',
  MEET_RECEIVED: '{who} 收到 {ip}:{port} 的 MEET',
  HANDSHAKE_DONE: '{who} 与 {name} 握手完成',
  HANDSHAKE_TIMEOUT: '{who} 与 {ip}:{port} 握手超时',
  NODE_ADDED: '{who} 从 {by} 得知节点 {name}',
  NOADDR: '{who} 不再知道 {name} 的地址',
  ADDRESS_UPDATED: '{who} 记下 {name} 的新地址 {ip}:{port}',
  ROLE_CHANGED: '{who} 看到 {name} 现在是{roleText}',
  ROLE_CHANGED_SELF: '{who} 现在是{roleText}',
  OPERATOR_DONE: '集群已经建成',
  FORGET: '{who} 遗忘 {name}',
  RESET: '{who} 被重置',
  EPOCH_MISTAKEN: '{who} 把 {name} 转述的纪元 {epoch} 当成了它自己的',

  MOVED: '{who} 回复 MOVED：槽 {slot} 归 {to}',
  ASK: '{who} 回复 ASK：槽 {slot} 的这个键可能在 {to}',
  SCRIPT_BUSY: '{who} 正在执行超时的脚本',
  LOCK_ACQUIRED: '{who} 认为自己拿到了锁 {lock}',
  ALERT_FIRING: '{who} 发出告警 {rule}：{server}',
  ALERT_ENDED: '{who} 解除告警 {rule}：{server}',
  LOCK_RELEASED: '{who} 释放锁 {lock}',
};

/** Events that are folded, in a few words; how many there were is written behind. */
export const smallZh: typeof smallEn = {
  FAILURE_REPORT: '收到下线报告',
  FAIL_RECEIVED: '得知客观下线',
  ROLE_CHANGED: '记下新角色',
  SLOT_OWNER: '记下槽的新主人',
  EPOCH: '采用新纪元',
  EPOCH_MISTAKEN: '弄错纪元',
  NODE_ADDED: '得知新节点',
  HANDSHAKE_DONE: '完成握手',
};

export const reasonsZh: Readonly<Record<string, string>> = {
  unassignedSlots: '有槽无人负责',
  failedOwner: '负责某些槽的节点已下线',
  minority: '多数主节点无法联系',
  master: '主节点',
  replica: '从节点',
};

export const deedsZh: typeof deedsEn = {
  kill: '你杀死了 {1}',
  pause: '你暂停了 {1}',
  resume: '你恢复了 {1}',
  restart: '你重新启动了 {1}',
  wipe: '你清空 {1} 的磁盘并重新启动',
  terminate: '你请求 {1} 退出（SIGTERM）',
  powerLoss: '你切断 {1} 的电源',
  move: '你让 {1} 换到地址 {2} 重新启动',
  nat: '你给 {1} 设置了地址转换（NAT）：{2}',
  cut: '你切断了 {1} – {2} 的连接',
  heal: '你恢复了 {1} – {2} 的连接',
  isolate: '你切断了 {1} 的所有连接',
  rejoin: '你恢复了 {1} 的所有连接',
  healAll: '你恢复了所有连接',
  partition: '你把网络分成了几块',
  link: '你改变了 {1} – {2} 的连接质量',
  drop: '你丢弃了一条消息',
  duplicate: '你把一条消息发了两遍',
  delay: '你推迟了一条消息',
};
