/* The part of the bench that measures the project's own code in Node; built.ts builds it. */

export { makeSession } from '#session/in-place.ts';
export { benchCommands, benchMemory } from './commands.ts';
export { measureSeek, measureWorld } from './world.ts';
