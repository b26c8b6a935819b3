/* The editors of the shell, as one piece to be loaded. */

export { Editor } from './editor.ts';
export { Nano } from './nano.ts';
export { Vi } from './vi.ts';
