/* The menu of a server, a link or a message under way, which any panel may open at a point of the window. */

import type { Selection } from './selection.ts';

/** What has such a menu. */
export type MenuTarget = Extract<Selection, { kind: 'server' | 'link' | 'packet' }>;

export class FaultMenu {
  target: MenuTarget | null = $state.raw(null);
  x = $state(0);
  y = $state(0);

  /** Opens the menu of that thing at a point in client coordinates. */
  open(target: MenuTarget, at: { x: number; y: number }): void {
    this.target = target;
    this.x = at.x;
    this.y = at.y;
  }

  close(): void {
    this.target = null;
  }
}

/** Whether what is selected, or lies under the pointer, has a menu. */
export function hasMenu(selection: Selection | null): selection is MenuTarget {
  return selection?.kind === 'server' || selection?.kind === 'link' || selection?.kind === 'packet';
}
