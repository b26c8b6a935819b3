/* Words of sharing: the dialog, and what is said when a link was opened. */

import { wordsOf } from '#app/i18n/local-words.ts';

export const shareWord = wordsOf({
  lead: [
    'The link holds the seed, the configuration and everything you did, with its time. Whoever opens it sees exactly this world. It is part of the address after #, so no server is told.',
    '链接里有种子、配置以及你做过的每一件事和它的时间。打开它的人看到的就是这个集群，分毫不差。这些内容都在网址的 # 之后，不会发给任何服务器。',
  ],
  link: ['Link', '链接'],
  size: ['{size} of at most {most} characters', '{size} 个字符，最多 {most} 个'],
  copy: ['Copy the link', '复制链接'],
  copied: ['The link is on the clipboard.', '链接已复制到剪贴板。'],
  qr: ['QR code of the link', '链接的二维码'],
  tooLongForQr: [
    'This session is too long for a QR code ({size} bytes; a code holds {most}). Copy the link instead.',
    '这次会话太长，装不进二维码（{size} 字节，二维码最多 {most} 字节）。请改为复制链接。',
  ],
  working: ['Making the link …', '正在生成链接……'],
  embed: ['To show it in another page', '嵌入到别的网页'],
  files: ['Save as a file', '保存为文件'],
  session: ['Session', '会话'],
  markdown: ['Transcript (Markdown)', '操作记录（Markdown）'],
  cast: ['Transcript (asciinema)', '操作记录（asciinema）'],
  gif: ['Animation (GIF)', '动画（GIF）'],
  seconds: ['Last seconds of the animation', '动画取最后几秒'],
  slow: ['slow motion while votes and requests fly', '投票和请求在途时放慢'],
  replaying: ['Replaying the session …', '正在重放会话……'],
  drawing: ['Drawing the animation …', '正在绘制动画……'],
  cancel: ['Cancel', '取消'],
  noConsole: ['Nothing was typed or printed in this session.', '这次会话里没有任何输入和输出。'],
  same: [
    'The link was opened: the same seed, the same inputs, and the same hash {hash}.',
    '链接已打开：种子相同、输入相同，哈希也相同：{hash}。',
  ],
  different: [
    'The link was opened, but this version computes another hash ({now}) than the one in the link ({then}). What you see may differ from what was shared.',
    '链接已打开，但当前版本算出的哈希（{now}）与链接里的（{then}）不同，看到的内容可能与分享时不一样。',
  ],
  'not-a-link': ['This is not a link of the playground.', '这不是本站的分享链接。'],
  newer: [
    'The link was made by a newer version of the playground. Load the page again, or ask for a session file.',
    '这个链接由更新版本的页面生成。请刷新页面，或请对方发送会话文件。',
  ],
  damaged: [
    'The link is damaged: perhaps a part of it was cut off. Nothing was changed.',
    '链接已损坏，可能被截断了一部分。当前集群没有改动。',
  ],
  'too-large': [
    'The session is too large for a link. Save it as a file instead.',
    '会话太大，放不进链接。请改为保存成文件。',
  ],
  refused: ['The link was not opened: {why}', '链接没有打开：{why}'],
});
