/* Chinese words of the page frame: top bar, console, feed, menus, dialogs. */

import type { enPage } from './en.ts';

export const zhPage = {
  'app.title': 'Redis Cluster 演练场',
  'app.starting': '正在启动集群……',
} as const satisfies Record<keyof typeof enPage, string>;
