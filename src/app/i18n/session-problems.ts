/* What is wrong with a world, a session file, a link or an input, in Chinese. The session says it in English, as
 * it also serves programs that have no page; these are its sentences. Fetched when one of them is to be
 * shown to somebody who reads Chinese. */

/** A sentence of the session, and the same in Chinese; $1 and so on stand for what is in brackets. */
const SENTENCES: readonly (readonly [english: RegExp, chinese: string])[] = [
  [/^This is not a session file( of the playground)?\.$/, '这不是本页面的会话文件。'],
  [
    /^This session file was made by a newer version of the playground \(format (.+)\)\.$/,
    '这个会话文件由更新版本的页面生成（格式 $1）。',
  ],
  [/^This session file has no known version\.$/, '无法识别这个会话文件的版本。'],
  [/^The session file has no configuration\.$/, '会话文件里没有配置。'],
  [/^In the session file the playhead is not a time\.$/, '会话文件里的播放位置不是有效的时间。'],
  [/^In the session file the time of input (\d+) is not a time\.$/, '会话文件里第 $1 个输入的时间无效。'],
  [/^The session file has no list of inputs\.$/, '会话文件里没有输入列表。'],
  [/^A session has at most (\d+) inputs\.$/, '一个会话最多有 $1 个输入。'],
  [/^The session file's input (\d+) is damaged\.$/, '会话文件的第 $1 个输入已损坏。'],
  [
    /^The session file's input (\d+) comes before the one above it\.$/,
    '会话文件的第 $1 个输入早于它前面的一个。',
  ],
  [/^The configuration of a world is an object\.$/, '集群的配置应当是一个对象。'],
  [/^"(\w+)" must be a number from (.+) to (.+)\.$/, '“$1”应当是 $2 到 $3 之间的数。'],
  [/^"(\w+)" must be a whole number\.$/, '“$1”应当是整数。'],
  [/^"(\w+)" must be one of (.+)\.$/, '“$1”只能是这些值之一：$2。'],
  [
    /^"config" must be an object of redis\.conf parameters\.$/,
    '“config”应当是由 redis.conf 参数组成的对象。',
  ],
  [/^The parameter "([^]*)" must be text\.$/, '参数“$1”应当是文本。'],
  [/^A world has at most (\d+) servers, not (.+)\.$/, '最多只能有 $1 个节点，这里要 $2 个。'],
  [
    /^The ports of the servers and their buses must stay below 65536\.$/,
    '节点的端口和总线端口都必须小于 65536。',
  ],
  [/^The cluster did not form in ten minutes of virtual time\.$/, '虚拟时间过了十分钟，集群仍未组建好。'],
];

/** What an input is refused for, without capital and full stop. */
const PROBLEMS: typeof SENTENCES = [
  [/^it is not an input$/, '它不是输入'],
  [/^it is not a fault$/, '它不是故障'],
  [/^there is no input of kind ([^]*)$/, '没有 $1 这种输入'],
  [/^there is no fault called ([^]*)$/, '没有名为 $1 的故障'],
  [/^there is no process called ([^]*)$/, '没有名为 $1 的进程'],
  [/^there is no console called ([^]*)$/, '没有名为 $1 的控制台'],
  [/^there is no client called ([^]*)$/, '没有名为 $1 的客户端'],
  [/^there is no signal called ([^]*)$/, '没有名为 $1 的信号'],
  [/^there is a process called ([^]*) already$/, '已经有名为 $1 的进程'],
  [/^a (?:console|client) needs a short name$/, '名称应当简短'],
  [/^a console runs a program with arguments$/, '控制台要运行一个带参数的程序'],
  [/^a typed line is text$/, '输入的一行应当是文本'],
  [/^a line has at most (\d+) characters$/, '一行最多 $1 个字符'],
  [/^what a shell prints is (?:a text|typed or not)$/, 'shell 的输出无效'],
  [/^files of a (?:shell|program) are bytes, by name$/, '文件应当是按名称存放的字节'],
  [/^a server has a port from 1 to 55535$/, '节点的端口应当在 1 到 55535 之间'],
  [/^a configuration file is a text$/, '配置文件应当是文本'],
  [/^a client is started, stopped or set$/, '客户端只能启动、停止或设置'],
  [/^a program (?:that is run|that is sent a signal) has a number$/, '程序应当有编号'],
  [/^a program is run with arguments$/, '程序要带参数运行'],
  [/^a program runs at the terminal or not$/, '程序是否占用终端没有说明'],
  [/^a program (?:runs|goes on) in the background or not$/, '程序是否在后台运行没有说明'],
  [/^what is piped into a program is bytes$/, '传给程序的输入应当是字节'],
  [/^a server moves to an address such as 10\.0\.0\.9$/, '节点要迁到形如 10.0.0.9 的地址'],
  [/^a container is published at a port from 1 to 55535$/, '容器发布的端口应当在 1 到 55535 之间'],
  [/^latency, jitter and loss of a link are numbers from 0$/, '链路的延迟、抖动和丢包率应当是不小于 0 的数'],
  [/^a partition needs groups of names$/, '分区需要若干组名称'],
  [/^a delay is a number from 0$/, '推迟的时间应当是不小于 0 的数'],
  [/^a packet has a number$/, '消息应当有编号'],
  [/^a planned fault needs a time$/, '计划中的故障应当有时间'],
];

/** What is wrong with a line of a chaos tape. */
const LINES: typeof SENTENCES = [
  [/^not a fault: "([^]*)"$/, '不是故障：“$1”'],
  [/^not a number: "([^]*)"$/, '不是数：“$1”'],
  [/^unknown setting of a link: "([^]*)"$/, '链路没有这项设置：“$1”'],
  [/^a partition needs two or more groups with \| between them$/, '分区要有两组以上，用 | 隔开'],
];

const REFUSED = /^The session file's input (\d+) cannot be done: ([^]*)\.$/;

/** The sentence in Chinese; as it is when it is none of the session's. */
export function inChinese(sentence: string): string {
  const [, at, problem] = REFUSED.exec(sentence) ?? [];
  if (at !== undefined && problem !== undefined)
    return `会话文件的第 ${at} 个输入无法执行：${translate(PROBLEMS, problem) ?? problem}。`;
  const whole = translate(SENTENCES, sentence) ?? translate(LINES, sentence);
  if (whole !== null) return whole;
  const bare = sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
  const refused = translate(PROBLEMS, bare);
  return refused === null ? sentence : `${refused}。`;
}

function translate(table: typeof SENTENCES, text: string): string | null {
  for (const [english, chinese] of table) if (english.test(text)) return text.replace(english, chinese);
  return null;
}
