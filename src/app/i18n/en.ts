/* English words of the page frame: top bar, console, feed, menus, dialogs. */

export const enPage = {
  'app.title': 'Redis Cluster Playground',
  'app.starting': 'Starting the cluster …',
} as const;
