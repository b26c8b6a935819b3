/* The scenes: a recorded moment, a size, a theme. Tests compare their pictures, and the page
 * test/scenes/index.html shows them all while developing. */

import type { SceneSpec } from './draw.ts';

const laptop = { width: 640, height: 380 };
const phone = { width: 390, height: 320 };
const projector = { width: 800, height: 452 };

export const specs: Readonly<Record<string, SceneSpec>> = {
  'idle-dark': { frame: 'idle' },
  'idle-light': { frame: 'idle', theme: 'light' },
  'idle-heartbeats': { frame: 'idle', heartbeats: true },
  'idle-phone': { frame: 'idle', size: phone },
  'idle-projector': { frame: 'idle', size: projector, scale: 1.22, theme: 'light' },
  'empty-dark': { frame: 'empty' },
  'suspected-truth': { frame: 'suspected' },
  'suspected-lens': { frame: 'suspected', lens: '7000' },
  'election-dark': { frame: 'election' },
  'election-light': { frame: 'election', theme: 'light' },
  'election-laptop': { frame: 'election', size: laptop },
  'election-phone': { frame: 'election', size: phone },
  'promoted-dark': { frame: 'promoted' },
  'migration-dark': { frame: 'migration', selection: { kind: 'slot', slot: 449 } },
  'migration-light': { frame: 'migration', theme: 'light' },
  'partition-truth': { frame: 'partition' },
  'partition-lens': { frame: 'partition', lens: '7000' },
  'partition-phone': { frame: 'partition', size: phone, theme: 'light' },
  'nat-dark': { frame: 'nat' },
  'nat-phone': { frame: 'nat', size: phone, theme: 'light' },
  'twelve-dark': { frame: 'twelve', selection: { kind: 'server', name: '7001' } },
  'hundred-dark': { frame: 'hundred' },
  'hundred-light': { frame: 'hundred', theme: 'light' },
};
