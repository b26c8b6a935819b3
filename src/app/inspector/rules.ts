/* The rules of Redis Cluster by the names of their functions, each in one or two sentences. The packet
 * inspector says which rule reads a field; "Why?" says which rule made a state. */

export interface RuleText {
  en: string;
  zh: string;
  /** Lesson that teaches it, by its folder's number. */
  lesson: string;
}

export const RULES = {
  clusterReadHandler: {
    en: 'Frames the byte stream of the link: the signature must be RCmb, and totlen says where the packet ends.',
    zh: '从链路字节流中切出一个包：签名必须是 RCmb，totlen 说明包到哪里结束。',
    lesson: '04',
  },
  clusterProcessPacket: {
    en: 'Checks version and length, then acts by the type of the packet. Packets of unknown senders change almost nothing.',
    zh: '检查版本和长度，再按包的类型处理。陌生发送者的包几乎不起作用。',
    lesson: '04',
  },
  nodeUpdateAddressIfNeeded: {
    en: 'If the sender now has another address or port, the receiver updates its table and reconnects.',
    zh: '发送者换了地址或端口时，接收者更新节点表并重新连接。',
    lesson: '04',
  },
  clusterProcessGossipSection: {
    en: 'Reads what the sender says about others: failure reports from masters are kept, unknown nodes are met.',
    zh: '读取发送者对其他节点的说法：记录来自主节点的下线报告，与不认识的节点握手。',
    lesson: '04',
  },
  currentEpoch: {
    en: 'Every node takes the greatest currentEpoch it hears. It is the clock of elections.',
    zh: '每个节点都采用听到的最大 currentEpoch，它是选举的时钟。',
    lesson: '11',
  },
  clusterUpdateSlotsConfigWith: {
    en: 'A claim to a slot wins if its configEpoch is greater than that of the present owner.',
    zh: '对同一个槽，configEpoch 更大的一方获得所有权。',
    lesson: '11',
  },
  clusterGetSlaveRank: {
    en: 'A replica counts the siblings with a greater replication offset; each one delays its election by a second.',
    zh: '从节点数一数有几个兄弟的复制偏移量更大，每多一个，选举就推迟一秒。',
    lesson: '11',
  },
  getNodeFromLinkAndMsg: {
    en: 'The sender is looked up by its 40-character id; an unknown id is not trusted.',
    zh: '按 40 个字符的 ID 查找发送者，不认识的 ID 不可信。',
    lesson: '04',
  },
  clusterSetNodeAsMaster: {
    en: 'An empty slaveof field means that the sender is a master; otherwise it names its master.',
    zh: 'slaveof 为空表示发送者是主节点，否则写明它的主节点。',
    lesson: '08',
  },
  nodeIp2String: {
    en: 'An announced address is used as it is; if it is empty, the address of the connection counts.',
    zh: '有通告地址就用通告地址，为空时以连接的地址为准。',
    lesson: '04',
  },
  clusterProcessPingExtensions: {
    en: 'Optional pieces at the end of the packet, such as a hostname.',
    zh: '包尾的可选扩展，例如主机名。',
    lesson: '04',
  },
  clusterHandleManualFailover: {
    en: 'The master stops taking writes and sends its offset; the replica starts the election once it has caught up.',
    zh: '主节点暂停写入并发出偏移量，从节点追平后开始选举。',
    lesson: '12',
  },
  pubsubPublishMessage: {
    en: 'Subscribers of that channel on this node get the message.',
    zh: '把消息交给本节点上订阅该频道的客户端。',
    lesson: '04',
  },
  clusterCron: {
    en: 'Ten times a second: if a peer has owed an answer, and sent nothing else, for longer than cluster-node-timeout, it is suspected (PFAIL). This is an opinion, not yet a decision.',
    zh: '每秒十次：如果对方欠答复、也没有任何数据，超过 cluster-node-timeout，就判为主观下线（PFAIL）。这只是一家之言，还不是决定。',
    lesson: '10',
  },
  markNodeAsFailingIfNeeded: {
    en: 'Needs a majority: reports of masters that own slots, plus one’s own vote if one is a master, must reach floor(size / 2) + 1. Reports are valid for twice cluster-node-timeout.',
    zh: '需要过半数：持有槽的主节点的报告，加上自己（若自己是主节点），要达到 floor(size / 2) + 1。报告的有效期是 cluster-node-timeout 的两倍。',
    lesson: '10',
  },
  clearNodeFailureIfNeeded: {
    en: 'FAIL ends when the node answers again: at once for a replica or a master without slots; a master with slots must also have failed for twice the node timeout without anybody taking over.',
    zh: '节点恢复应答后解除 FAIL：从节点和没有槽的主节点立即解除；有槽的主节点还要满足下线已超过两倍超时且没有被接管。',
    lesson: '10',
  },
  clusterHandleSlaveFailover: {
    en: 'A replica of a failed master waits 500 ms plus up to 500 ms by chance plus one second per rank, so that FAIL can spread and the freshest replica goes first; then it asks all masters for a vote in a new epoch.',
    zh: '主节点下线后，从节点等待 500 毫秒加上至多 500 毫秒的随机值，再加上每个名次一秒，让 FAIL 先传开、数据最新的从节点先行；然后在新纪元里向所有主节点拉票。',
    lesson: '11',
  },
  clusterSendFailoverAuthIfNeeded: {
    en: 'A master votes once per epoch, only for a replica of a master that it too holds for failed, and not twice for one master within two node timeouts.',
    zh: '主节点每个纪元只投一票，只投给它也认为已下线的主节点的从节点，并且两倍超时内不为同一个主节点投第二次。',
    lesson: '11',
  },
  clusterFailoverReplaceYourMaster: {
    en: 'With votes of a majority the replica takes the slots of its master under the new epoch and tells everybody.',
    zh: '得到过半数的票后，从节点在新纪元下接管主节点的槽，并通告所有节点。',
    lesson: '11',
  },
  clusterUpdateState: {
    en: 'The cluster is down for this node if a slot is not served (cluster-require-full-coverage), or if it reaches only a minority of the masters.',
    zh: '有槽无人负责（cluster-require-full-coverage），或者只能联系到少数主节点时，本节点认为集群不可用。',
    lesson: '13',
  },
  clusterSetMaster: {
    en: 'A master that has lost its last slot to another becomes a replica of the node that took it.',
    zh: '主节点的最后一个槽被别人接管后，就成为接管者的从节点。',
    lesson: '11',
  },
  clusterHandleConfigEpochCollision: {
    en: 'Two masters with the same configEpoch: the one with the smaller id takes a new epoch for itself, without a vote.',
    zh: '两个主节点 configEpoch 相同：ID 较小的一方不经投票给自己换一个新纪元。',
    lesson: '11',
  },
  clusterHandleSlaveMigration: {
    en: 'A master without working replicas is lent one by the master that has the most.',
    zh: '没有可用从节点的主节点，会从从节点最多的主节点那里得到一个。',
    lesson: '09',
  },
  masterTryPartialResynchronization: {
    en: 'If the replica’s history and offset lie within the backlog, only the missing bytes are sent; otherwise a full copy.',
    zh: '从节点的复制 ID 和偏移量还在积压缓冲区内，就只补发缺失的部分，否则全量复制。',
    lesson: '08',
  },
  getNodeByQuery: {
    en: 'The keys of a command decide which slot it needs, and the slot decides which node may answer: this one, or MOVED, ASK, TRYAGAIN, CROSSSLOT or CLUSTERDOWN.',
    zh: '命令里的键决定槽，槽决定由谁回答：本节点，或者 MOVED、ASK、TRYAGAIN、CROSSSLOT、CLUSTERDOWN。',
    lesson: '05',
  },
  clusterRedirectClient: {
    en: 'A client keeps a slot map of its own, and nobody tells it of a change. It learns of one when a server answers MOVED, or when it asks for the map again; until then it asks in the wrong place.',
    zh: '客户端自己保存一份槽映射，变化时没有人通知它。要等服务器回 MOVED，或者它重新查询映射，才会知道；在那之前它会问错地方。',
    lesson: '05',
  },
  setslot: {
    en: 'While a slot is migrating, its source answers for keys it still has and sends ASK for the others; the target answers only after ASKING.',
    zh: '槽迁移期间，源节点回答它还有的键，其余返回 ASK；目标节点只在 ASKING 之后回答。',
    lesson: '06',
  },
  processCommand: {
    en: 'Before a command runs the server checks, in this order: login and permissions, whose slot it is, memory, saving, enough replicas, whether this is a read-only replica, stale data, loading, a script that is busy. The first check that fails gives the error.',
    zh: '执行命令之前，服务器依次检查：登录与权限、槽归谁、内存、持久化、从节点够不够、自己是不是只读从节点、数据是否过期、是否在加载、是否有脚本占用。第一项不通过的检查给出错误。',
    lesson: '05',
  },
  signal: {
    en: 'Done from outside: somebody stopped, killed or started the process, or cut a link. No rule of Redis made this.',
    zh: '来自外部：有人停掉、杀死或启动了进程，或者断开了链路，与 Redis 的规则无关。',
    lesson: '13',
  },
} as const satisfies Record<string, RuleText>;

export type RuleName = keyof typeof RULES;

export function ruleText(name: string, lang: 'en' | 'zh'): string | null {
  return Object.hasOwn(RULES, name) ? RULES[name as RuleName][lang] : null;
}
