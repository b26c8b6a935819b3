/* Reading, setting, checking and writing back parameters (after config.c). */

import type { Server } from './server.ts';

/** Applies the parameters of the start-up file. */
export function applyStartupConfig(_server: Server, _config: Readonly<Record<string, string>>): void {}
